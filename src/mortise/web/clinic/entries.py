"""What was typed, compared with the record, as facts to add: nothing for what did not change, a correction for today.

A page saved twice adds nothing the second time. A value changed on the day it was entered is corrected (the old fact
stays on the record and no longer counts); a value of an earlier day is never touched, a new one is added.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from msgspec import Struct

from mortise.episode import is_a_clinicians
from mortise.errors import InputError
from mortise.progress.plausible import Earlier
from mortise.protocol.assessment import Assessment
from mortise.record import CheckIn, Correction, Fact, Goal, PatientRecord, Reading, Sign
from mortise.terms import Context, Origin, Side
from mortise.web.accounts.models import User
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from mortise.web.care.services import GoalDraft, goals_of
from mortise.web.clinic.forms_assess import Found, TypedGoal
from mortise.web.clinic.forms_readings import Typed

EMPTIED = "Withdrawn by the clinician: not examined."
CHANGED = "Changed by the clinician on the day it was entered."


class Capture(NamedTuple):
    """Who enters facts, on which local day, at which moment."""

    by: str
    on: date
    at: datetime


class Manner(NamedTuple):
    """How readings were taken."""

    context: Context
    at_visit: bool


class Current(Struct, frozen=True):
    """The record as a clinician sees it while typing: corrected facts are gone, the newest stands."""

    signs: dict[tuple[str, Side], Sign]
    readings_today: dict[tuple[str, Side, Context], Reading]
    readings: dict[tuple[str, Side], Reading]
    goals: tuple[Goal, ...]
    all_readings: tuple[Reading, ...] = ()

    @property
    def levels(self) -> dict[tuple[str, Side], tuple[str, str]]:
        """Return level and words of each sign."""
        return {key: (sign.level, sign.text) for key, sign in self.signs.items()}

    def values_today(self, context: Context) -> dict[tuple[str, Side], Decimal]:
        """Return the values entered today in one context."""
        return {
            (measure, side): reading.value
            for (measure, side, taken), reading in self.readings_today.items()
            if taken is context
        }

    def earlier(self, on: date) -> dict[tuple[str, str], tuple[Earlier, ...]]:
        """Return the values of days before, by measure and instrument, oldest first."""
        found: dict[tuple[str, str], list[Earlier]] = {}
        for one in sorted(self.all_readings, key=lambda one: one.on):
            if one.on < on and one.context.feeds_decisions:
                mine = found.setdefault((one.measure, one.instrument), [])
                mine.append(Earlier(one.on.toordinal(), one.side, one.value))
        return {key: tuple(values) for key, values in found.items()}

    def n_earlier_days(self, measure: str, side: Side, instrument: str, rater: str, on: date) -> int:
        """Count the days before on which this hand took this measure: familiarisation is counted by them."""
        return len({
            one.on for one in self.all_readings
            if (one.measure, one.side, one.instrument, one.rater) == (measure, side, instrument, rater) and one.on < on
        })  # fmt: skip

    @property
    def instruments(self) -> dict[str, str]:
        """Return the instrument each measure was last taken with at a visit: a patient's tape is not a clinician's."""
        return {measure: one.instrument for (measure, _), one in self.readings.items() if one.at_visit}


def current_of(record: PatientRecord, on: date) -> Current:
    """Return what the record says now, as far as a clinician may type over it."""
    gone = {fact.corrects for fact in record.of_kind(Correction) if is_a_clinicians(fact)}
    signs: dict[tuple[str, Side], Sign] = {}
    for sign in record.of_kind(Sign):
        if sign.id not in gone:
            signs[sign.sign, sign.side] = sign
    readings: dict[tuple[str, Side], Reading] = {}
    today: dict[tuple[str, Side, Context], Reading] = {}
    live = tuple(reading for reading in record.of_kind(Reading) if reading.id not in gone)
    for reading in live:
        readings[reading.measure, reading.side] = reading
        if reading.on == on and reading.origin is Origin.CLINICIAN:
            today[reading.measure, reading.side, reading.context] = reading
    return Current(signs, today, readings, goals_of(record), live)


def new_id() -> str:
    """Return an id made at capture."""
    return str(uuid.uuid4())


def add_all(episode: EpisodeRow, facts: Iterable[Fact], by: User) -> None:
    """Add every fact or none: what one page says belongs together.

    Raises
    ------
    InputError
        When a fact is refused; nothing of the page is kept then.
    """
    facts = tuple(facts)
    if not facts:
        return
    with transaction.atomic():
        answers = services.append_facts(episode=episode, facts=facts, by=by)
        refused = next((answer for answer in answers if not answer.is_kept), None)
        if refused is not None:
            raise InputError(refused.reason)


def add_and_answer(episode: EpisodeRow, facts: Iterable[Fact], by: User) -> None:
    """Add every fact or none; where a programme runs, the engine answers them at once.

    Raises
    ------
    InputError
        When a fact is refused; nothing of the page is kept then.
    UndecidedError
        When no answer could be worked out; the facts are kept and the clinic is told.
    """
    facts = tuple(facts)
    if not facts or not episode.standing.stage:
        add_all(episode, facts, by)
        return
    answered = services.answer_report(episode=episode, facts=facts, on=episode.patient.clinic.today(), by=by)
    refused = next((answer for answer in answered.answers if not answer.is_kept), None)
    if refused is not None:
        raise InputError(refused.reason)


def reading_facts(
    typed: Iterable[Typed], current: Current, manner: Manner, capture: Capture
) -> Iterator[Fact]:
    """Yield the readings to add and the corrections they need."""
    for one in typed:
        old = current.readings_today.get((one.measure.id, one.side, manner.context))
        if one.value is None:
            if old is not None:
                yield _correction(old.id, EMPTIED, capture)
            continue
        if old is not None and _is_same(old, one, manner):
            continue
        new = Reading(
            id=new_id(), on=capture.on, origin=Origin.CLINICIAN, by=capture.by, captured_at=capture.at,
            measure=one.measure.id, side=one.side, value=one.value, unit=one.measure.unit,
            instrument=one.instrument, context=manner.context, at_visit=manner.at_visit, rater=capture.by,
            trials=one.trials, quality=one.marks,
        )  # fmt: skip
        yield new
        if old is not None:
            yield _correction(old.id, CHANGED, capture, new.id)


def _is_same(old: Reading, one: Typed, manner: Manner) -> bool:
    is_alike = not one.trials or old.trials == one.trials
    return (
        old.value == one.value
        and old.instrument == one.instrument
        and old.at_visit == manner.at_visit
        and is_alike
    )


def sign_facts(found: Iterable[Found], current: Current, capture: Capture) -> Iterator[Fact]:
    """Yield the signs to add and the corrections they need; an emptied answer is withdrawn, not written over."""
    for one in found:
        old = current.signs.get((one.question.id, one.side))
        if not one.level:
            if old is not None:
                yield _correction(old.id, EMPTIED, capture)
            continue
        if old is not None and (old.level, old.text) == (one.level, one.text):
            continue
        new = Sign(
            id=new_id(), on=capture.on, origin=Origin.CLINICIAN, by=capture.by, captured_at=capture.at,
            sign=one.question.id, level=one.level, side=one.side, text=one.text,
        )  # fmt: skip
        yield new
        if old is not None and old.on == capture.on:
            yield _correction(old.id, CHANGED, capture, new.id)


def goal_drafts(typed: Iterable[TypedGoal]) -> list[GoalDraft]:
    """Return the goals as they shall stand: an emptied one is left out and thereby closed."""
    return [GoalDraft(words=one.words, by_on=one.by_on, id=one.goal_id) for one in typed if one.words]


def flag_facts(added: Iterable[Fact], assessment: Assessment, capture: Capture) -> Iterator[Fact]:
    """Yield the red flags that newly added answers of an examination raise, so that a running programme stops at once.

    An answer that refers within two weeks stops nothing by itself: it stands on the course until a clinician acts.
    """
    raised: dict[str, Decimal | None] = {
        flag: Decimal(1) for fact in added if isinstance(fact, Sign) and (flag := _flag_of(assessment, fact))
    }
    if raised:
        yield CheckIn(
            id=new_id(), on=capture.on, origin=Origin.CLINICIAN, by=capture.by, captured_at=capture.at,
            moment="before_session", answers=raised, note="Found by a clinician in the assessment.",
        )  # fmt: skip


def _flag_of(assessment: Assessment, sign: Sign) -> str:
    question = assessment.question(sign.sign)
    return question.flag_of(sign.level) if question is not None else ""


def _correction(corrects: str, reason: str, capture: Capture, replacement: str = "") -> Correction:
    return Correction(
        id=new_id(), on=capture.on, origin=Origin.CLINICIAN, by=capture.by, captured_at=capture.at,
        corrects=corrects, reason=reason, replacement=replacement,
    )  # fmt: skip
