"""The plateau ladder, one step at a time: proposed, answered by a clinician, and gone on with only after a re-test.

Nothing here reads the calendar. A step is proposed when the detector says plateau; the next one when a reading taken
after the answer lets it say so again; and when a reading in between says that things go on, the ladder is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from mortise.progress.credit import credited
from mortise.progress.plateau import Plateau, Trend, plateau
from mortise.protocol.care import Plateau as Rules
from mortise.protocol.care import PlateauKind, PlateauStep
from mortise.record import Proposal, ProposalAnswer
from mortise.record.tracks import Point, Series
from mortise.terms import Better, Measure

PLATEAU_STEP = "plateau_step"
_PCT = 100


class Climb(StrEnum):
    """Where a measure stands on the ladder."""

    OFF = "off"  # no plateau: nothing to do
    PROPOSED = "proposed"  # the step is due to be proposed, or waits for an answer
    RETEST = "retest"  # answered; the next step waits for a re-test
    SPENT = "spent"  # every step was answered and it still stands still


class LadderStanding(Struct, frozen=True, kw_only=True):
    """One watched measure: what its course says, and the step of the ladder.

    `step` is the one proposed, or under way. `proposal` is the stored proposal that is open or was answered last, empty
    while it has yet to be stored. `retest_from` is the first day on which a reading is the re-test, `retest_by` the day
    by which it was agreed, or is usual for the step.
    """

    measure: str
    label: str
    trend: Trend
    evidence: Decimal
    since_on: date | None
    n_more: int | None
    climb: Climb
    step: PlateauStep | None = None
    number: int = 0  # of the step, from 1
    n_steps: int = 0
    proposal: str = ""
    is_answered: bool = False
    choice: str = ""
    retest_from: date | None = None
    retest_by: date | None = None
    rests_on: tuple[str, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether a clinician is asked."""
        return self.climb is Climb.PROPOSED and not self.is_answered


class _Last(NamedTuple):
    """The last proposal for a measure, and its answer."""

    proposal: Proposal
    answer: ProposalAnswer | None


def ladder_of(
    measure: Measure,
    series: Series | None,
    rules: Rules,
    proposals: Sequence[Proposal],
    answers: Mapping[str, ProposalAnswer],
    adherence_pct: Decimal | None,
    *,
    is_wanted: bool,
) -> LadderStanding:
    """Say where a measure stands on the plateau ladder.

    Parameters
    ----------
    measure : Measure
        Which.
    series : Series or None
        Its newest series.
    rules : Plateau
        The protocol's ladder.
    proposals : sequence of Proposal
        Those stored for this measure, oldest first.
    answers : mapping of str to ProposalAnswer
        By proposal.
    adherence_pct : Decimal or None
        Share of planned sessions done. Below the protocol's bound, or not known, the answer is adherence.
    is_wanted : bool
        Whether more of it is needed: a level that only has to be kept may stand still.

    Returns
    -------
    LadderStanding
        The same for the same facts, on whatever day it is asked.
    """
    points = () if series is None else credited(series.points[series.n_practice :], measure.better)
    now = plateau(points, measure.better)
    last = _last(proposals, answers)
    if not is_wanted or (last is not None and _went_on(points, measure.better, last)):
        last = None
    climb, kind = _next(now, last, points, rules, adherence_pct, is_wanted=is_wanted)
    step = None if kind is None else next(one for one in rules.steps if one.kind is kind)
    is_open = last is not None and (last.answer is None or climb in (Climb.RETEST, Climb.SPENT))
    return LadderStanding(
        measure=measure.id, label=measure.label, trend=now.trend, evidence=now.evidence,
        since_on=None if now.since_day is None else date.fromordinal(now.since_day), n_more=now.n_more, climb=climb,
        step=step, number=0 if step is None else rules.steps.index(step) + 1, n_steps=len(rules.steps),
        proposal=last.proposal.id if last is not None and is_open and climb is not Climb.OFF else "",
        is_answered=climb in (Climb.RETEST, Climb.SPENT),
        choice="" if last is None or last.answer is None else last.answer.choice,
        retest_from=_retest_from(last) if last is not None and climb is Climb.RETEST else None,
        retest_by=_retest_by(last, step) if last is not None and climb is Climb.RETEST else None, rests_on=now.readings,
    )  # fmt: skip


def _last(proposals: Sequence[Proposal], answers: Mapping[str, ProposalAnswer]) -> _Last | None:
    if not proposals:
        return None
    newest = max(proposals, key=lambda one: (one.on, one.id))
    return _Last(newest, answers.get(newest.id))


def _next(
    now: Plateau,
    last: _Last | None,
    points: Sequence[Point],
    rules: Rules,
    adherence_pct: Decimal | None,
    *,
    is_wanted: bool,
) -> tuple[Climb, PlateauKind | None]:
    """Return where the ladder stands and which step that is."""
    kinds = [one.kind for one in rules.steps]
    if last is None or last.proposal.step not in kinds:
        is_due = is_wanted and now.trend is Trend.PLATEAU
        return (Climb.PROPOSED, kinds[0]) if is_due else (Climb.OFF, None)
    here = PlateauKind(last.proposal.step)
    if last.answer is None:
        return (Climb.PROPOSED, here) if now.trend is Trend.PLATEAU else (Climb.OFF, None)
    is_retested = bool(points) and points[-1].day >= _retest_from(last).toordinal()
    if not is_retested or now.trend is not Trend.PLATEAU:
        return Climb.RETEST, here
    is_followed = adherence_pct is not None and adherence_pct >= rules.adherence_at_least * _PCT
    if not is_followed and PlateauKind.ADHERENCE in kinds:
        return Climb.PROPOSED, PlateauKind.ADHERENCE
    index = kinds.index(here) + 1
    return (Climb.PROPOSED, kinds[index]) if index < len(kinds) else (Climb.SPENT, here)


def _retest_from(last: _Last) -> date:
    """Return the first day whose reading is a re-test: after the answer, and not before the date agreed."""
    assert last.answer is not None
    after = last.answer.on + timedelta(days=1)
    return after if last.answer.retest_on is None else max(after, last.answer.retest_on)


def _retest_by(last: _Last, step: PlateauStep | None) -> date:
    """Return the day by which it is tested again: the date agreed, or as many days as the step takes."""
    assert last.answer is not None
    n_days = 0 if step is None else step.within_days
    return last.answer.retest_on or last.answer.on + timedelta(days=n_days)


def _went_on(points: Sequence[Point], better: Better, last: _Last) -> bool:
    """Whether a reading since the last proposal said that improvement goes on: then the ladder begins anew."""
    since = last.proposal.on.toordinal()
    return any(
        plateau(points[: index + 1], better).trend is Trend.IMPROVING
        for index, point in enumerate(points)
        if point.day > since
    )
