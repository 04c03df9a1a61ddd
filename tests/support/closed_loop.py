"""A closed loop: a fictional patient does exactly the engine's session, day by day, under the protocol that ships."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from mortise.catalog import load
from mortise.episode import Story, story
from mortise.prescribe import DoseState
from mortise.protocol import Stage
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    Decision,
    Episode,
    ExerciseLog,
    Fact,
    PatientRecord,
    Person,
    PlannedExercise,
    Session,
    SessionLog,
    StageEntry,
)
from mortise.terms import Autonomy, Origin, Sex, Side

CONTENT = load()
PROTOCOL = CONTENT.protocol("restricted-dorsiflexion")
DAY_0 = date(2026, 1, 5)
PERSON = Person(birth_year=1985, sex=Sex.MALE)
EPISODE = Episode(id="loop", involved_side=Side.LEFT, protocol=PROTOCOL.id, opened_on=DAY_0)
# The programme is looked at, not who may raise it: the engine has earned to.
EARNED = AutonomyEntry(id="earned", on=DAY_0, origin=Origin.ENGINE, by="engine", autonomy=Autonomy.APPLY)
_CALM_PAIN, _SOME_PAIN, _MUCH_PAIN = Decimal(2), Decimal(4), Decimal(7)
_WEEK = 7


class Day(NamedTuple):
    """One day of the loop: what was decided, what was asked, and whether it was done."""

    n: int
    stage: Stage
    decision: Decision
    session: Session
    states: dict[str, DoseState]
    is_done: bool

    @property
    def on(self) -> date:
        """The date."""
        return DAY_0 + timedelta(days=self.n)

    @property
    def names(self) -> set[str]:
        """What was done."""
        return {one.exercise for one in self.session.exercises} if self.is_done else set()


@cache
def loop(
    stages: tuple[tuple[str, int], ...],
    *,
    painful: frozenset[int] = frozenset(),
    red: frozenset[int] = frozenset(),
    resting: frozenset[int] = frozenset(),
) -> tuple[Day, ...]:
    """Go through stages, each for so many days.

    Sessions of `painful` days hurt at 4, those of `red` days at 7, all others at 2, and every morning is calm. On the
    weekdays in `resting` nothing is done.
    """
    facts: list[Fact] = [EARNED]
    days: list[Day] = []
    done: Session | None = None
    for stage, n_days in stages:
        entered = DAY_0 + timedelta(days=len(days))
        facts.append(StageEntry(id=f"stage-{stage}", on=entered, origin=Origin.CLINICIAN, stage=stage))
        for _ in range(n_days):
            n = len(days)
            facts.extend(_morning(n, done))
            told = _told(facts, n)
            session = told.session
            is_done = bool(session.exercises) and n % _WEEK not in resting
            days.append(Day(n, told.stage_now, told.decision, session, told.dose_states, is_done))
            done = session if is_done else None
            if done is not None:
                facts.append(_log(n, done, _pain(n, painful, red)))
    return tuple(days)


def _told(facts: Sequence[Fact], n: int) -> Story:
    record = PatientRecord(person=PERSON, episode=EPISODE, facts=tuple(facts))
    return story(record, CONTENT, DAY_0 + timedelta(days=n))


def _pain(n: int, painful: Collection[int], red: Collection[int]) -> Decimal:
    return _MUCH_PAIN if n in red else _SOME_PAIN if n in painful else _CALM_PAIN


def _morning(n: int, last: Session | None) -> Iterator[Fact]:
    on = DAY_0 + timedelta(days=n)
    if last is not None:
        yield CheckIn(
            id=f"morning-{n}", on=on, origin=Origin.PATIENT, moment="next_morning", session=last.id,
            answers={"pain_morning_nrs": Decimal(1), "stiffness_morning_min": Decimal(5), "swelling_self": Decimal(0)},
        )  # fmt: skip
    calm = {measure: Decimal(0) for measure in PROTOCOL.check_in}
    some = {"pain_now_nrs": Decimal(1), "pain_worst_24h_nrs": Decimal(2), "fatigue_nrs": Decimal(2)}
    yield CheckIn(
        id=f"check-in-{n}", on=on, origin=Origin.PATIENT, moment="before_session", answers=calm | some
    )


def _log(n: int, session: Session, pain_nrs: Decimal) -> SessionLog:
    on = DAY_0 + timedelta(days=n)
    answers = {measure: Decimal(0) for measure in PROTOCOL.after_session}
    answers |= {"pain_during_nrs": pain_nrs, "effort_nrs": Decimal(4), "comfort_nrs": Decimal(6)}
    answers |= {"range_feeling_nrs": Decimal(6), "confidence_nrs": Decimal(7)}
    return SessionLog(
        id=f"log-{n}", on=on, logged_on=on, origin=Origin.PATIENT, session=session.id, answers=answers,
        items=tuple(_item(one) for one in session.exercises),
    )  # fmt: skip


def _item(one: PlannedExercise) -> ExerciseLog:
    return ExerciseLog(
        exercise=one.exercise, dose_step=one.dose_step, outcome="done", n_sets=one.dose.n_sets, n_reps=one.dose.n_reps,
        pain_nrs=Decimal(1), effort_nrs=Decimal(4),
    )  # fmt: skip
