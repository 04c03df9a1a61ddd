"""Discharge a patient, with reason, outcome and a last summary, and take them into care again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args
from uuid import UUID

from django.db import IntegrityError, transaction

from mortise.errors import ConflictError, InputError
from mortise.record import Discharge, EscalationStep, Judgement
from mortise.record.records import decode_fact
from mortise.terms import Origin, Side
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, FactRow, Notice, Standing
from mortise.web.care.services import following, standings
from mortise.web.care.services.access import patients_of, require_agreed, require_physiotherapist
from mortise.web.care.services.decisions import Decided, decide, enter_stage, new_id
from mortise.web.care.services.facts import lock, store
from mortise.web.care.services.lines import one_line

if TYPE_CHECKING:
    from mortise.episode import EscalationCase

Outcome = Literal["goals_reached", "as_good_as_expected", "own_wish", "sent_on", "not_heard_from"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
MOST_LETTERS = 2000


class EndedRow(NamedTuple):
    """One line of the list of those discharged."""

    patient_id: UUID
    episode_id: UUID
    name: str
    side: Side
    protocol: str
    closed_on: date
    outcome: str


@transaction.atomic
def discharge(*, episode: EpisodeRow, outcome: Outcome, reason: str, summary: str, by: User) -> Discharge:
    """End care from today on: nothing is planned, asked or proposed any more; the record stays; audited.

    Raises `ConflictError` when care has ended already, while a red flag is open, and while something that was sent on
    has no outcome; unless this sends the patient on: that acknowledges the flag and closes those as arranged.
    """
    require_physiotherapist(by)
    lock(episode)
    here = EpisodeRow.objects.get(pk=episode.pk)
    reason, summary = one_line(reason), one_line(summary)
    if outcome not in OUTCOMES:
        raise InputError("Choose the outcome.", where="outcome")
    if not reason:
        raise InputError("A discharge needs its reason: it goes on the record.", where="reason")
    if len(summary) > MOST_LETTERS:
        raise InputError(f"At most {MOST_LETTERS} letters.", where="summary")
    if here.closed_on is not None:
        raise ConflictError("Care has ended already.", mend="Load the page again.")
    _check_nothing_open(episode, outcome)
    today = episode.patient.clinic.today()
    fact = Discharge(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(), outcome=outcome,
        reason=reason, summary=summary,
    )  # fmt: skip
    stored = store(episode, fact)
    assert isinstance(stored, Discharge)
    for case in following.cases_of(episode):
        if case.is_open:
            store(episode, _closed(case, today, reason, by))
    EpisodeRow.objects.filter(pk=episode.pk).update(closed_on=today)
    episode.closed_on = today
    standings.discharged(episode, today, stored.received_at)
    _settle(episode, by)
    log.record(by, "care.discharge", episode.patient, {"episode": episode.pk, "outcome": outcome})
    return stored


@transaction.atomic
def reopen(*, episode: EpisodeRow, reason: str, by: User, stage: str = "") -> Decided:
    """Take a discharged patient into care again, in a stage no higher than the one left, and decide anew; audited.

    Raises `ConflictError` while care goes on, or when this ankle has another open episode.
    """
    require_physiotherapist(by)
    lock(episode)
    require_agreed(episode.patient)
    reason = one_line(reason)
    if not reason:
        raise InputError("Reopening needs its reason: it goes on the record.", where="reason")
    here = EpisodeRow.objects.select_related("standing").get(pk=episode.pk)
    if here.closed_on is None:
        raise ConflictError("Care goes on already.", mend="Load the page again.")
    today = episode.patient.clinic.today()
    _check_stage(episode, here.standing.stage, stage)
    try:
        with transaction.atomic():
            EpisodeRow.objects.filter(pk=episode.pk).update(closed_on=None)
    except IntegrityError:
        raise ConflictError(
            "This ankle has another open episode.", mend="Go on with that one, or discharge it first."
        ) from None
    episode.closed_on = None
    fact = Judgement(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(), judgement="reopen",
        reason=reason, about=_newest_discharge(episode),
    )  # fmt: skip
    store(episode, fact)
    if stage and stage != here.standing.stage:
        enter_stage(episode, stage, today, because=fact.id, by=by, reason=reason)
    standings.heard(episode, today)  # silence is counted from here
    log.record(by, "care.reopen", episode.patient, {"episode": episode.pk})
    return decide(episode=episode, on=today, by=by)


def discharged_list(*, by: User) -> tuple[EndedRow, ...]:
    """Return every ended episode this person may reach, the last ended first; audited."""
    rows = EpisodeRow.objects.filter(patient__in=patients_of(by), closed_on__isnull=False)
    rows = rows.select_related("patient").order_by("-closed_on", "patient__name")
    outcomes = _outcomes([one.pk for one in rows])
    log.record(by, "list.read", detail={"n": len(rows), "what": "discharged"})
    return tuple(
        EndedRow(one.patient_id, one.pk, one.patient.name, one.side, one.protocol, one.closed_on or one.opened_on,
                 outcomes.get(one.pk, ""))
        for one in rows
    )  # fmt: skip


# ---------------------------------------------------------------- steps


def _check_nothing_open(episode: EpisodeRow, outcome: str) -> None:
    if outcome != "sent_on" and Standing.objects.filter(episode=episode, is_locked=True).exists():
        raise ConflictError(
            "A red flag has stopped the programme.", mend="Resume it first, or discharge with “sent on”."
        )
    if outcome != "sent_on" and any(one.is_open for one in following.cases_of(episode)):
        raise ConflictError(
            "Something was sent on and has no outcome yet.", mend="Record what became of it, then discharge."
        )


def _closed(case: EscalationCase, today: date, reason: str, by: User) -> EscalationStep:
    """Return the outcome of something that was sent on, when the patient is discharged to it."""
    return EscalationStep(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(),
        escalation=case.escalation, step="closed", case=case.case, outcome="arranged", reason=reason,
    )  # fmt: skip


def _settle(episode: EpisodeRow, by: User) -> None:
    """Let no mail about an ended episode go out any more."""
    now = clock.now()
    waiting = Notice.objects.filter(episode=episode, acknowledged_at__isnull=True)
    waiting.filter(kind=Notice.Kind.RED_FLAG).update(acknowledged_at=now, acknowledged_by=by, next_at=None)
    waiting.update(next_at=None)


def _check_stage(episode: EpisodeRow, left: str, stage: str) -> None:
    stages = {one.id: one.number for one in content().protocol(episode.protocol).stages}
    if stage and stage not in stages:
        raise InputError("The protocol has no such stage.", where="stage")
    if stage and left in stages and stages[stage] > stages[left]:
        raise InputError("Not higher than the stage that was left: that one is reached anew.", where="stage")


def _newest_discharge(episode: EpisodeRow) -> str:
    rows = FactRow.objects.filter(episode=episode, kind="discharge").order_by("-sequence")
    return str(rows.values_list("pk", flat=True).first() or "")


def _outcomes(episodes: list[UUID]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    rows = FactRow.objects.filter(episode_id__in=episodes, kind="discharge").order_by("sequence")
    for episode, payload in rows.values_list("episode_id", "payload"):
        fact = decode_fact(payload)
        assert isinstance(fact, Discharge)
        found[episode] = fact.outcome
    return found
