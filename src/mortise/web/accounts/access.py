"""Who may open a page. Every view says so; a view that says nothing is open to nobody.

    @access.needs(Right.SEE_RECORD, to_write=Right.TREAT)    # what a person must be allowed, to read and to send
    @access.staff      # needs(Right.TREAT): those who treat, and nobody else
    @access.patient    # needs(Right.OWN_PHONE): the patient's phone
    @access.public     # everybody

`may` decides, from the one table in `rights`. Which object a person may see is not decided here but where it is
fetched (`care`): another clinic's object is 404, and so is a page that is not for this person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from mortise.web.accounts import phone_keys, phone_links
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import RIGHTS, Right
from mortise.web.audit import log

View = TypeVar("View", bound=Callable[..., Any])

READS = ("GET", "HEAD", "OPTIONS")


class Needed(NamedTuple):
    """What a view asks of whoever opens it; no rights at all: it is open to everybody."""

    to_read: Right | None
    to_write: Right | None

    @property
    def is_public(self) -> bool:
        return self.to_read is None and self.to_write is None

    def by(self, method: str | None) -> Right | None:
        """Return the right that a request of this method needs."""
        return self.to_read if method in READS else self.to_write


class StaffRequest(HttpRequest):
    """A request of somebody who works in a clinic: `request.user` is a `User`, for annotations."""

    user: User


def may(user: Any, right: Right) -> bool:
    """Tell whether a person may do this kind of thing. The one place that decides it."""
    return bool(user.is_authenticated) and right in RIGHTS.get(getattr(user, "role", ""), frozenset())


def public(view: View) -> View:
    """Open a view to everybody."""
    return _marked(view, Needed(None, None))


def needs(right: Right, *, to_write: Right | None = None) -> Callable[[View], View]:
    """Open a view to those who hold a right; sending something can need another one."""
    return lambda view: _marked(view, Needed(right, to_write or right))


def staff(view: View) -> View:
    """Open a view to those who treat."""
    return needs(Right.TREAT)(view)


def patient(view: View) -> View:
    """Open a view to a patient's phone."""
    return needs(Right.OWN_PHONE)(view)


def _marked(view: View, needed: Needed) -> View:
    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    marked.needed = needed  # type: ignore[attr-defined]
    return marked  # type: ignore[return-value]


def needed_for(view: Callable[..., Any]) -> Needed | None:
    """Return what a view asks for; None: nobody has spoken for it, so it is shut."""
    return getattr(view, "needed", None)


def refusal(request: HttpRequest, view: Callable[..., Any]) -> HttpResponse | None:
    """Return the answer for somebody who may not open `view`, or None for somebody who may."""
    needed = needed_for(view)
    if needed is None:
        raise Http404  # a page nobody has spoken for
    right = needed.by(request.method)
    if right is None:
        return None
    if not request.user.is_authenticated:
        return ask_who(request, right)
    if not may(request.user, right):
        route = request.resolver_match.view_name if request.resolver_match else ""
        log.record(request.user, "access.refused", detail={"route": route, "right": right.value})
        raise Http404
    return None


def ask_who(request: HttpRequest, right: Right) -> HttpResponse:
    """Ask a stranger to sign in or to open their link; tell a program so with status 401.

    A phone whose own link was shut is told just that (410 for a program): it closes the plan it holds.
    """
    shut = phone_links.shut_for(request) if right is Right.OWN_PHONE else None
    if shut is not None:
        return _link_shut(request, shut)
    if wants_json(request):
        return JsonResponse({"code": "signed_out", "message": "Sign in again to go on."}, status=401)
    if right in (Right.OWN_PHONE, Right.SEE_SUMMARY):
        return redirect("accounts:link-needed")
    goes_back = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""
    response = redirect("accounts:sign-in")
    response["Location"] += goes_back
    return response


def _link_shut(request: HttpRequest, user: User) -> HttpResponse:
    if not wants_json(request):
        return redirect("phone:shut")
    body = {
        "code": "link.shut",
        "message": "The clinic has shut this link.",
        "person": phone_keys.person_tag(user),
    }
    return JsonResponse(body, status=410)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program asks rather than a page."""
    return request.headers.get("Accept", "").split(",")[0].split(";")[0] == "application/json"
