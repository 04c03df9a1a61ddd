"""When to think of ending care: told once to the clinician, as a proposal that waits. Nothing here ends care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from mortise.decide.nodes import gate
from mortise.episode.escalations import EscalationCase
from mortise.episode.fold import Folded
from mortise.episode.reopening import Reopening, newest_series
from mortise.prescribe.ladders import FULL_PCT
from mortise.progress.kept import Keeping, kept
from mortise.record import Proposal, ProposalAnswer
from mortise.terms import Advice, Load, Measure, Truth

DISCHARGE = "discharge"
DAYS_KEPT = 28  # one round of the early-warning tests, where a last stage has no exit; consensus
FRESH_DAYS = 42  # a test of that round that came two weeks late still speaks; consensus


class Ending(NamedTuple):
    """That care could end: the stage, since when the patient is in it, what says so, and the proposal that waits.

    `is_ripe`: all of it holds today. `proposal` is empty before it is stored and once a clinician has said not yet.
    """

    stage: str
    entered_on: date
    is_ripe: bool
    is_answered: bool
    proposal: str
    rests_on: tuple[str, ...]


def ending_of(
    folded: Folded,
    measures: Mapping[str, Measure],
    reopening: Reopening | None,
    cases: Sequence[EscalationCase],
    answers: Mapping[str, ProposalAnswer],
) -> Ending | None:
    """Say whether the clinician should think of ending care.

    Parameters
    ----------
    folded : Folded
        The day.
    measures : mapping of str to Measure
        Every measure.
    reopening : Reopening or None
        A self-test below the level held speaks against it.
    cases : sequence of EscalationCase
        So does one that is open.
    answers : mapping of str to ProposalAnswer
        By proposal.

    Returns
    -------
    Ending or None
        None outside the last stage. Ripe when every exit of it is met and nothing speaks against it: no advice tighter
        than hold, no lighter day or way back, no danger that is met or not known, nothing sent on that is open. Where a
        last stage has no exit, its early-warning tests speak instead: four weeks in it, and of each warning a test
        taken lately that is held. Unknown is never ripe. Proposed once for each time the stage is entered.
    """
    if folded.ready.following is not None:
        return None
    entered_on = folded.standing.entered_on
    stored = [
        one.id for one in folded.known.facts
        if isinstance(one, Proposal) and one.proposes == DISCHARGE and one.on >= entered_on
    ]  # fmt: skip
    answer = answers.get(stored[-1]) if stored else None
    says = () if _speaks_against(folded, reopening, cases) else _what_says_so(folded, measures)
    return Ending(
        stage=folded.standing.stage, entered_on=entered_on, is_ripe=bool(says), is_answered=answer is not None,
        proposal=stored[-1] if stored and (answer is None or answer.answer == "accept") else "", rests_on=says,
    )  # fmt: skip


def _speaks_against(folded: Folded, reopening: Reopening | None, cases: Sequence[EscalationCase]) -> bool:
    decision = folded.decision
    is_calm = decision.advice is Advice.HOLD and decision.load.tightness >= Load.KEEP.tightness
    is_danger = any(
        rule.truth is Truth.UNKNOWN or (rule.advice is not None and rule.advice is not Advice.ADVANCE)
        for rule in decision.rules
    )
    is_back = folded.back is not None and folded.back.dose_pct < FULL_PCT
    return (
        not is_calm
        or decision.is_locked
        or is_danger
        or is_back
        or reopening is not None
        or any(one.is_open for one in cases)
    )


def _what_says_so(folded: Folded, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """Return the facts that every exit of the last stage rests on, or none while one is not met or not known."""
    if (folded.as_of - folded.standing.entered_on).days < folded.stage.min_days:
        return ()
    if not folded.ready.exits:
        return _kept_tests(folded, measures)
    truth, findings = gate(folded.ready.exits, folded.inputs)
    if truth is not Truth.MET:
        return ()
    return tuple(dict.fromkeys(reading for one in findings for reading in one.readings))


def _kept_tests(folded: Folded, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    keeping, entered_on = folded.protocol.maintenance, folded.standing.entered_on
    today = folded.as_of.toordinal()
    if keeping is None or keeping.stage != folded.standing.stage:
        return ()
    if (folded.as_of - entered_on).days < DAYS_KEPT:
        return ()
    held: dict[str, tuple[str, ...]] = {test.rule: () for test in keeping.tests}
    for test in keeping.tests:
        measure = measures.get(test.measure)
        if measure is None:
            continue
        now = kept(newest_series(measure, folded.inputs.tracks), measure.better, entered_on.toordinal())
        if now.keeping is Keeping.HELD and now.day is not None and today - now.day <= FRESH_DAYS:
            held[test.rule] += now.readings
    return tuple(dict.fromkeys(one for found in held.values() for one in found)) if all(held.values()) else ()
