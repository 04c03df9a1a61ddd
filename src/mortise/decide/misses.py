"""What would have to change for the next stage to open."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from mortise.decide.nodes import ReadyStage
from mortise.decide.ready import Ready
from mortise.record import Finding, NearestMiss
from mortise.terms import Cause, Limb, Truth

_AGAIN = frozenset({
    Cause.UNCONFIRMED, Cause.CONTRADICTORY, Cause.INSTRUMENT_CHANGED, Cause.IMPLAUSIBLE, Cause.WRONG_SIDE,
    Cause.WRONG_UNIT, Cause.FUTURE_DATED,
})  # fmt: skip


def nearest_misses(
    stage: ReadyStage, findings: list[Finding], truths: list[Truth], *, entered_on: date, as_of: date
) -> tuple[NearestMiss, ...]:
    """List what keeps each gate line from being in place.

    Parameters
    ----------
    stage : ReadyStage
        The stage.
    findings : list of Finding
        One for each exit criterion, in the order of the exits.
    truths : list of Truth
        One for each exit line.
    entered_on : date
        When the stage was entered.
    as_of : date
        The day of the decision.

    Returns
    -------
    tuple of NearestMiss
        In the protocol's order, the minimum stay last. A line of which any one of several will do lists each that
        is not yet there.
    """
    misses: list[NearestMiss] = []
    at = 0
    for leaves, truth in zip(stage.exit_leaves, truths, strict=True):
        first, at = at, at + len(leaves)
        if truth is not Truth.MET:
            pairs = zip(leaves, findings[first:at], strict=True)
            misses += [_miss(leaf.ready, one) for leaf, one in pairs if one.truth is not Truth.MET]
    open_on = entered_on + timedelta(days=stage.stage.min_days)
    if stage.exits and as_of < open_on:
        misses.append(_stay(stage, entered_on, open_on, as_of))
    return tuple(misses)


def _miss(ready: Ready, found: Finding) -> NearestMiss:
    return NearestMiss(
        criterion=found.criterion, label=found.label, label_patient=found.label_patient, measure=found.measure,
        limb=found.limb, truth=found.truth, cause=found.cause, value=found.value, bound=found.bound,
        gap=_gap(found), unit=found.unit, needs=_needs(ready, found), needs_visit=ready.needs_visit,
        earliest_on=found.earliest_on,
    )  # fmt: skip


def _gap(found: Finding) -> Decimal | None:
    if found.truth is not Truth.NOT_MET or found.value is None or found.bound is None:
        return None
    if found.operator == ">=":
        return found.bound - found.value
    return found.value - found.bound if found.operator == "<=" else None


def _needs(ready: Ready, found: Finding) -> str:
    if found.truth is Truth.NOT_MET:
        return "wait" if ready.domain == "time" else "improve"
    if found.cause in _AGAIN:
        return "again"
    if ready.is_asked:
        return "answer"
    return "wait" if ready.is_time else "measure"


def _stay(stage: ReadyStage, entered_on: date, open_on: date, as_of: date) -> NearestMiss:
    n_days, least = (as_of - entered_on).days, stage.stage.min_days
    return NearestMiss(
        criterion=f"{stage.stage.id}.min_days", label="Shortest stay in this stage",
        label_patient="Time in this part of the programme", measure="", limb=Limb.NONE, truth=Truth.NOT_MET,
        cause=None, value=Decimal(n_days), bound=Decimal(least), gap=Decimal(least - n_days), unit="days",
        needs="wait", needs_visit=False, earliest_on=open_on,
    )  # fmt: skip
