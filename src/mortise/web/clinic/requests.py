"""What every view of the desk needs of a request: the clinic's day, the capture of facts, who is who."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.models import User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow, Patient
from mortise.web.clinic.entries import Capture

BY_MORTISE = {
    "engine": "Mortise",
    "protocol": "the protocol",
    "population": "the protocol",
    "today": "today's answers",
}


def capture_of(request: StaffRequest, patient: Patient) -> Capture:
    """Return who enters facts here and now, on the clinic's own day."""
    return Capture(by=str(request.user.pk), on=patient.clinic.today(), at=clock.now())


def author_names(patient: Patient) -> dict[str, str]:
    """Return the names of everybody who may have made a fact about this patient, by the id facts carry."""
    names = {
        str(user.pk): user.name for user in User.objects.filter(clinic_id=patient.clinic_id).exclude(name="")
    }
    return BY_MORTISE | names | {str(patient.user_id): patient.first_name}


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of the desk; times are those of the clinic."""
    assert isinstance(request.user, User)
    with timezone.override(request.user.clinic.time_zone):
        return render(request, f"clinic/{template}.html", context, status=status)


def header_of(
    episode: EpisodeRow, *, classification: str = "", wants: str = "", next_visit: str = ""
) -> dict[str, Any]:
    """Return the line under a patient's name, the same on every page."""
    patient = episode.patient
    ankles = services.ankles_of(episode=episode)
    return {
        "name": patient.name,
        "episode_id": episode.pk,
        "taken_back_at": patient.taken_back_at,
        "ankles": [(one.pk, _ankle_words(one), one.pk == episode.pk) for one in ankles]
        if len(ankles) > 1
        else [],
        "facts": [
            (label, value)
            for label, value in (
                ("Number", patient.number),
                ("Age", str(patient.person.age_on(patient.clinic.today()))),
                (
                    "Treated",
                    _treated_words(episode, len(ankles)),
                ),
                ("Working classification", classification),
                ("Wants", wants),
                ("Next visit", next_visit),
            )
            if value
        ],
    }


def _treated_words(episode: EpisodeRow, n_ankles: int) -> str:
    other = "treated" if n_ankles > 1 else "affected"
    return f"{episode.involved_side} ankle{f', the other is {other} too' if episode.is_bilateral else ''}"


def _ankle_words(episode: EpisodeRow) -> str:
    """Name an ankle for the switch: "Left, stage G2", "Right, no programme yet"."""
    stage = f"stage {episode.standing.stage}" if episode.standing.stage else "no programme yet"
    return f"{episode.involved_side.capitalize()}, {stage}"


def short(identifier: UUID | str) -> str:
    """Return the first letters of an id, to tell two things apart on a page."""
    return str(identifier)[:8]
