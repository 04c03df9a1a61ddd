"""Every error page. The text says what happened and what to do next; it never holds what was typed."""

from __future__ import annotations

import logging
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n

from mortise.errors import ConflictError, ContentError, InputError, MortiseError, SignalError

logger = logging.getLogger("mortise.web")


class Page(NamedTuple):
    """What an error page says."""

    status: int
    title: str
    text: str


PAGES = {
    400: Page(400, _n("This could not be read"), _n("Go back, check what was sent, and try again.")),
    403: Page(403, _n("This page has expired"), _n("Go back, load the page again and repeat what you did.")),
    413: Page(413, _n("This is too large"), _n("What was sent is too large to be taken. Send a shorter recording.")),
    404: Page(404, _n("Not here"), _n("This page does not exist, or it is not yours to see.")),
    500: Page(500, _n("Our fault"), _n("Something broke on our side. Nothing half-done was kept. Try once more.")),
}  # fmt: skip
# What errors of ours say to a patient, where it is shown as it stands.
SAID_TO_PATIENTS = (
    _n(
        "The protocol is not run here: it is not proved as it stands. The clinic was told. Do no more than last time."
    ),
    _n(
        "What you sent is saved, but no answer could be worked out. The clinic was told. Do no more than last time."
    ),
    _n(
        "The programme could not be worked out from what is on record. The clinic was told. Do no more than last time."
    ),
    _n("The agreement to treatment was taken back: nothing is added to the record until it is given again."),
)
# The same to a patient, where the error speaks of protocols and records to those who treat.
FOR_PATIENTS = {
    SAID_TO_PATIENTS[0]: _n(
        "Your plan is being checked, so it is not shown today. The clinic was told. Do no more than last time."
    ),
    SAID_TO_PATIENTS[2]: _n(
        "Your plan for today could not be worked out. The clinic was told. Do no more than last time."
    ),
    SAID_TO_PATIENTS[3]: _n(
        "You took back your agreement to treatment. Nothing is added to your record until you give it again."
    ),
}
OURS = Page(500, _n("Our fault"), "")  # what is kept and what to do next the error says itself
TITLES = {
    InputError: Page(400, _n("This could not be read"), ""),
    SignalError: Page(422, _n("This recording cannot be used"), ""),
    ConflictError: Page(409, _n("Somebody else was here first"), ""),
    ContentError: Page(500, _n("A content file is not valid"), ""),
}
BY_CODE = {"consent.taken_back": Page(409, _n("No longer agreed to"), "")}


def answer_to(request: HttpRequest, error: MortiseError) -> HttpResponse:
    """Return the page for an error of ours: status by family, words of the error itself."""
    by_family = next((page for kind, page in TITLES.items() if isinstance(error, kind)), OURS)
    page = BY_CODE.get(error.code, by_family)
    if page.status >= 500:
        logger.error("stopped by %s", error.code, exc_info=error)
    words = str(error) or "?"
    if getattr(request.user, "is_patient", False):
        words = FOR_PATIENTS.get(words, words)
    return _page(request, page._replace(text=page.text or gettext(words)), code=error.code)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, PAGES[400])


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, PAGES[403])


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, PAGES[403])


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(request, PAGES[413])


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, PAGES[404])


def broken(request: HttpRequest) -> HttpResponse:
    """Answer without anything that could be broken too: no database, no session."""
    if _is_program(request):
        return JsonResponse({"code": "broken", "message": PAGES[500].text}, status=500)
    return HttpResponse(render_to_string("ui/error.html", {"page": _in_words(PAGES[500])}), status=500)


def _page(request: HttpRequest, page: Page, *, code: str = "") -> HttpResponse:
    if _is_program(request):
        body = {"code": code or f"http.{page.status}", "message": page.text}
        return JsonResponse(body, status=page.status)
    return render(request, "ui/error.html", {"page": _in_words(page)}, status=page.status)


def _in_words(page: Page) -> Page:
    return page._replace(title=gettext(page.title), text=gettext(page.text) if page.text else "")


def _is_program(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").split(",")[0].split(";")[0] == "application/json"
