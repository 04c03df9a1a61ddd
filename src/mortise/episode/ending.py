"""When to think of ending care: told to the clinician as a proposal that waits. Nothing here ends care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from mortise.decide.nodes import gate
from mortise.episode.escalations import EscalationCase
from mortise.episode.fold import Folded
from mortise.episode.reopening import Reopening, newest_series
from mortise.prescribe.ladders import FULL_PCT
from mortise.prescribe.phases import phase_on
from mortise.progress.kept import Keeping, kept
from mortise.protocol import Phase
from mortise.record import Proposal, ProposalAnswer
from mortise.terms import Advice, Load, Measure, Truth

DISCHARGE = "discharge"
DAYS_KEPT = 28  # one round of the early-warning tests, where a last stage has no exit; consensus
AGAIN_AFTER_DAYS = 28  # after "not yet", one round of tests, unless a date was agreed; consensus
FRESH_DAYS = 42  # a test of that round that came two weeks late still speaks; consensus

_COMPETING = (Phase.SEASON, Phase.TOURNAMENT)  # what a clinician has planned to see through


class Ending(NamedTuple):
    """That care could end: the stage, since when the patient is in it, what says so, and the proposal that waits.

    `is_ripe`: all of it holds today. `proposal` is empty before it is stored and once a clinician has said not yet.
    `is_answered`: a clinician has answered, and it is not time to propose it again. `once` tells one time of proposing
    it from the next.
    """

    stage: str
    entered_on: date
    is_ripe: bool
    is_answered: bool
    proposal: str
    rests_on: tuple[str, ...]
    once: str = ""


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
        taken lately that is held. Unknown is never ripe.

    Notes
    -----
    Proposed once for each time the stage is entered. After a clinician's "not yet" it is proposed again in the same
    stay only when all of it holds: the date agreed with the answer has come (without one, a round of tests has passed),
    no season or tournament is planned for the day, and what says so now rests on something measured after the answer.
    The same grounds are not put forward twice, and whoever has said no is not asked every day.
    """
    if folded.ready.following is not None:
        return None
    entered_on = folded.standing.entered_on
    stored = [
        one for one in folded.known.facts
        if isinstance(one, Proposal) and one.proposes == DISCHARGE and one.on >= entered_on
    ]  # fmt: skip
    newest = stored[-1] if stored else None
    answer = answers.get(newest.id) if newest is not None else None
    says = () if _speaks_against(folded, reopening, cases) else _what_says_so(folded, measures)
    is_again = answer is not None and _is_time_again(answer, says, folded)
    is_open = newest is not None and (answer is None or answer.answer == "accept")
    return Ending(
        stage=folded.standing.stage, entered_on=entered_on, is_ripe=bool(says),
        is_answered=answer is not None and not is_again, proposal=newest.id if newest and is_open else "",
        rests_on=says, once=f"{entered_on}{f' {answer.id}' if answer is not None else ''}",
    )  # fmt: skip


def _is_time_again(answer: ProposalAnswer, says: Sequence[str], folded: Folded) -> bool:
    """Whether it may be proposed again after an answer: late enough, and on something measured since."""
    if answer.answer != "decline":
        return False
    again_on = answer.retest_on or answer.on + timedelta(days=AGAIN_AFTER_DAYS)
    if folded.as_of < again_on or phase_on(folded.plan, folded.as_of) in _COMPETING:
        return False
    return any(one.id in says and one.on > answer.on for one in folded.known.facts)


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
