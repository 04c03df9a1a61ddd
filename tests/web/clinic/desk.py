"""Steps that tests of the desk share: a filled assessment, a running programme, reports from the phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from mortise.record import ExerciseLog, Reading, SessionLog
from mortise.terms import Better, Measure, Origin, Side
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.care.services.decisions import new_id
from tests.web import builders
from tests.web.builders import Cast

CALM = {
    "pain_now_nrs": Decimal(1), "pain_worst_24h_nrs": Decimal(2), "pain_night_flag": Decimal(0),
    "swelling_self": Decimal(0), "warmth_self": Decimal(0), "sharp_pain_flag": Decimal(0),
    "fall_or_catch_flag": Decimal(0), "fatigue_nrs": Decimal(2),
}  # fmt: skip


def url(name: str, *args: Any) -> str:
    """Return an address of the desk."""
    return reverse(f"clinic:{name}", args=args)


def calm_answers(**over: Decimal | None) -> dict[str, Decimal | None]:
    """Return a whole calm check-in: every red flag denied."""
    flags = {name: Decimal(0) for name in content().protocol(builders.protocol_id()).red_flags}
    return {**flags, **CALM, **over}


def section_data(section_id: str, **given: str) -> dict[str, str]:
    """Return what a browser sends for a section in which every question has its first, harmless answer."""
    section = next(one for one in content().assessment.sections if one.id == section_id)
    data = {"context": "routine", "at_visit": "on"}
    for question in section.questions:
        sides = ("left", "right") if question.is_sided else ("none",)
        if question.kind != "text":
            data |= {f"q-{question.id}-{side}": question.levels[0].id for side in sides}
        if question.kind != "level":
            data[f"t-{question.id}"] = "As the patient says"
    return data | given


def assess(client: Client, episode: EpisodeRow, **over: Mapping[str, str]) -> None:
    """Fill the parts that must be filled before a programme can start."""
    for section_id in ("goals", "exclusions", "irritability"):
        data = section_data(section_id, **over.get(section_id, {}))
        response = client.post(url("assess", episode.pk, section_id), data)
        assert response.status_code == 302, response.content.decode()[:2000]


def plan_data(client: Client, episode: EpisodeRow, **over: str) -> dict[str, Any]:
    """Return what a browser sends for the plan as it is proposed."""
    form = client.get(url("plan", episode.pk)).context["form"]
    data: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if value is True:
            data[name] = "on"
        elif value is not False and value not in (None, ""):
            data[name] = value
    return data | over


def start(cast: Cast) -> Client:
    """Assess Ben and accept his programme as proposed; return Ada's browser."""
    client = builders.signed_in(cast.ada)
    assess(client, cast.episode)
    response = client.post(url("plan", cast.episode.pk), plan_data(client, cast.episode))
    assert response.status_code == 200, response.content.decode()[:2000]
    cast.episode.refresh_from_db()
    return client


def visit_reading(measure: Measure, on: date) -> Reading:
    """Return the best there is of a measure, taken at a visit."""
    return Reading(
        id=new_id(), on=on, origin=Origin.CLINICIAN, measure=measure.id,
        side=Side.LEFT if measure.is_sided else Side.NONE,
        value=measure.low if measure.better is Better.DOWN else measure.high,
        unit=measure.unit, instrument=measure.instruments[0].id, at_visit=True,
    )  # fmt: skip


def report(cast: Cast, on: date | None = None, **answers: Decimal | None) -> None:
    """Let Ben's phone send a check-in and the engine answer it."""
    on = on or cast.clinic.today()
    services.answer_report(
        episode=cast.episode,
        facts=[builders.check_in(on, answers=calm_answers(**answers))],
        on=cast.clinic.today(),
        by=cast.ben.user,
    )


def trained(cast: Cast, n_days: int) -> None:
    """Put `n_days` of calm check-ins and sessions on Ben's record."""
    today = cast.clinic.today()
    exercise = content().protocol(builders.protocol_id()).stages[0].slots[0].exercise
    facts: list[Any] = []
    for back in range(n_days, 0, -1):
        on = today - timedelta(days=back)
        facts.append(builders.check_in(on, answers=calm_answers()))
        facts.append(
            SessionLog(
                id=new_id(), on=on, origin=Origin.PATIENT, session=f"s-{on}", minutes=Decimal(12), logged_on=on,
                items=(ExerciseLog(exercise=exercise, dose_step=0, outcome="done"),),
                answers={"pain_during_nrs": Decimal(1), "effort_nrs": Decimal(4)},
            )
        )  # fmt: skip
    answers = services.append_facts(episode=cast.episode, facts=facts, by=cast.ben.user)
    assert all(answer.is_kept for answer in answers)
