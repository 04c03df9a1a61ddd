"""Care that a clinician has ended, and taken up again: from the record's own discharges and reopenings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from mortise.episode.known import is_a_clinicians
from mortise.protocol import Constraint, Stage
from mortise.record import Discharge, Fact, Judgement
from mortise.terms import Advice, Load

REOPEN = "reopen"
CONSTRAINT = "care.discharged"
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


def discharge_of(facts: Iterable[Fact]) -> Discharge | None:
    """Return the discharge that holds, or None while care goes on.

    Parameters
    ----------
    facts : iterable of Fact
        Those that count, up to the day.

    Returns
    -------
    Discharge or None
        The newest of a named clinician, unless a named clinician reopened care after it, with a reason. On one day the
        instants of capture tell which came last; without them the discharge holds.
    """
    ended: Discharge | None = None
    for fact in sorted((one for one in facts if _ends(one) or _reopens(one)), key=_order):
        if isinstance(fact, Discharge):
            ended = fact
        elif ended is not None and _is_after(fact, ended):
            ended = None
    return ended


def _ends(fact: Fact) -> bool:
    return isinstance(fact, Discharge) and is_a_clinicians(fact) and bool(fact.by)


def _reopens(fact: Fact) -> bool:
    is_said = isinstance(fact, Judgement) and fact.judgement == REOPEN and bool(fact.reason.strip())
    return is_said and is_a_clinicians(fact) and bool(fact.by)


def _order(fact: Fact) -> tuple[date, datetime, bool, str]:
    return fact.on, fact.captured_at or _EARLIEST, isinstance(fact, Discharge), fact.id


def _is_after(fact: Fact, ended: Discharge) -> bool:
    if fact.on != ended.on:
        return fact.on > ended.on
    at, ended_at = fact.captured_at, ended.captured_at
    return at is not None and ended_at is not None and at > ended_at


def discharge_constraints(facts: Iterable[Fact], stage: Stage) -> tuple[Constraint, ...]:
    """Return what a discharge takes away: every exercise, every raise, every next stage.

    Parameters
    ----------
    facts : iterable of Fact
        Those that count, up to the day.
    stage : Stage
        The stage of the day, with the exercises the plan adds.

    Returns
    -------
    tuple of Constraint
        At most one. A red flag that is still told stops as ever: a constraint only tightens.
    """
    ended = discharge_of(facts)
    if ended is None:
        return ()
    return (Constraint(
        id=CONSTRAINT, author=ended.by, advice_at_most=Advice.HOLD, load_at_most=Load.REST,
        without_exercises=tuple(sorted({slot.exercise for slot in stage.slots})),
        reason=f"Discharged on {ended.on.isoformat()}: nothing is planned until a clinician reopens care.",
        reason_patient="Your programme has ended. If something comes back, ask your clinic to open it again.",
    ),)  # fmt: skip
