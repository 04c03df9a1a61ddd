"""A page offers only what the reader may do: links and forms to anything else are taken out before it is sent.

Pages are written for whoever may do everything on them; here the one rule of `access` is applied to each, so that no
page can forget it. A form that is the page itself (it sends to its own address) stays, to be read, with its fields
shut. What would be refused all the same is refused by `access`; this is courtesy, not the lock.
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from mortise.web.accounts import access

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL)
_FIELD = re.compile(r"<(input|select|textarea)\b(?![^>]*\bdisabled\b)")
_SEND = re.compile(r"<button\b[^>]*>.*?</button>", re.DOTALL)
_EMPTY = (
    re.compile(r"<details\b[^>]*>\s*<summary\b[^>]*>(?:(?!</summary>).)*</summary>\s*</details>", re.DOTALL),
    re.compile(r'<li>\s*</li>|<div class="line">\s*</div>|<p>\s*</p>'),
)


def only_what_may_be_done(html: str, request: HttpRequest) -> str:
    """Take out the links and forms that would be refused."""
    html = _FORM.sub(lambda match: _form(match, request), html)
    html = _LINK.sub(lambda match: _link(match, request), html)
    for pattern in _EMPTY:
        html = pattern.sub("", html)
    return html


def _form(match: re.Match[str], request: HttpRequest) -> str:
    attributes, content = match[1], match[2]
    is_sent = re.search(r'method="post"', attributes, re.IGNORECASE) is not None
    at = _attribute(attributes, "action")
    if is_open(request, at or request.path, "POST" if is_sent else "GET"):
        return match[0]
    if at and at != request.path:
        return ""
    shut = _FIELD.sub(r"<\1 disabled", _SEND.sub("", content))
    return f'<div class="stack">{re.sub(r"<input disabled type=.hidden.[^>]*>", "", shut)}</div>'


def _link(match: re.Match[str], request: HttpRequest) -> str:
    if is_open(request, _attribute(match[1], "href"), "GET"):
        return match[0]
    return "" if "btn" in match[1] or "<li" in match[0] or _is_in_menu(match) else match[2]


def _is_in_menu(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 8) : match.start()]
    return before.rstrip().endswith("<li>")


def is_open(request: HttpRequest, at: str, method: str) -> bool:
    """Tell whether this person may send such a request to an address of ours; any other address is open."""
    path = at.split("?")[0].split("#")[0]
    if not path.startswith("/") or path.startswith(("//", "/static/")):
        return True
    try:
        needed = access.needed_for(resolve(path).func)
    except Resolver404:
        return True
    right = needed.by(method) if needed is not None else None
    return right is None or access.may(request.user, right)


def _attribute(attributes: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return found[1] if found else ""


def narrowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return a page as this person may use it; anything but a page goes through."""
    is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
    user: Any = request.user
    if is_page and user.is_authenticated and user.is_staff_member:
        given = response.content.decode(response.charset)
        response.content = only_what_may_be_done(given, request).encode(response.charset)
    return response
