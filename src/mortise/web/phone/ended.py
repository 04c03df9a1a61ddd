"""What a phone shows of a care that has not begun, has ended, or is not agreed to: a calm page, and what is theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mortise.record import Discharge
from mortise.web.accounts import access, phone_links
from mortise.web.accounts.access import wants_json
from mortise.web.accounts.models import User
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone import presenters_pages, state
from mortise.web.phone.presenters_pages import Call
from mortise.web.phone.said import said
from mortise.web.phone.visits import Ended, NotBegun, TakenBack, Visit, visit_of

PROGRAM = (  # what a program is told, the first that fits
    (NotBegun, ("care.not_begun", "There is no programme yet.")),
    (TakenBack, ("consent.taken_back", "You took your agreement back.")),
    (Ended, ("care.ended", "Care has ended.")),
)
GetResponse = Callable[[HttpRequest], HttpResponse]


class EndedPage(NamedTuple):
    """The page of somebody who was discharged."""

    first_name: str
    clinic: str
    on: date | None
    summary: str
    answered: tuple[str, ...]
    emergency: tuple[str, ...]
    emergency_words: str
    setbacks: tuple[str, ...]
    calls: tuple[Call, ...]


def ended_page(visit: Visit, answered: list[str]) -> EndedPage:
    """Compose the page."""
    texts = visit.content.texts
    told = services.record_of(episode=visit.episode, by=visit.user)
    discharges = services.live_facts(told, Discharge)
    newest = discharges[-1] if discharges else None
    return EndedPage(
        first_name=visit.patient.first_name,
        clinic=visit.patient.clinic.name,
        on=visit.episode.closed_on,
        summary=newest.summary if newest is not None else "",
        answered=tuple(answered),
        emergency=presenters_pages.emergency_lines(visit),
        emergency_words=said(texts["emergency.now"]),
        setbacks=tuple(said(text) for key, text in texts.items() if key.startswith("setback.")),
        calls=presenters_pages.calls_of(visit),
    )


class EndedCare:
    """Answer every page of the phone that needs an open episode, where there is none but one that has ended.

    Today shows the calm page; other pages lead there. A program is told with status 410, so that it drops its plan.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Ended):
            return None
        is_taken_back = isinstance(error, TakenBack)
        if wants_json(request):
            code, words = next(told for kind, told in PROGRAM if isinstance(error, kind))
            return JsonResponse({"code": code, "message": words}, status=HTTPStatus.GONE)
        if request.path != reverse("phone:today"):
            return redirect("phone:today")
        assert isinstance(request.user, User)
        if isinstance(error, NotBegun):
            return _not_begun(request, request.user)
        visit = visit_of(request, even_ended=True)
        page = ended_page(visit, state.said_once(request))
        name = "taken_back" if is_taken_back else "ended"
        return render(request, f"phone/{name}.html", {"page": page, "tab": "today", "is_ended": True})


@access.public
@require_safe
def shut(request: HttpRequest) -> HttpResponse:
    """Tell a phone whose link was shut whom to ask, and what to do in need; its scripts close the plan it holds."""
    user = phone_links.shut_for(request)
    if user is None:
        return redirect("accounts:link-needed")
    kept = content()
    page = {
        "clinic": user.clinic.name,
        "calls": presenters_pages.calls_to(user.clinic),
        "emergency": presenters_pages.signs_now(kept, *kept.protocol_ids),
        "emergency_words": said(kept.texts["emergency.now"]),
    }
    return render(
        request, "phone/shut.html", {"page": page, "tab": "today", "is_ended": True, "has_help": False}
    )


def _not_begun(request: HttpRequest, user: User) -> HttpResponse:
    """Show whom to ask, for somebody whose clinic has not opened a programme yet."""
    clinic = services.patient_of_phone(user).clinic
    page = {
        "clinic": clinic.name,
        "calls": presenters_pages.calls_to(clinic),
        "emergency_words": said(content().texts["emergency.now"]),
    }
    return render(
        request, "phone/not_begun.html", {"page": page, "tab": "today", "is_ended": True, "has_help": False}
    )
