"""Change told from noise, in three answers: better or worse, no change found, not decidable yet.

The evidence is an e-process: it may be looked at after every reading, and the claim stays honest.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.progress.credit import credited
from mortise.progress.evidence import Sums, error_of, evidence, evidence_in, exponent, suffix_sums
from mortise.record.tracks import Point, Series
from mortise.terms import Better

BETTER_AT = 20  # "20 times better explained by real improvement than by measurement error"
WORSE_AT = 10  # bad news is heard sooner
WORTHWHILE_SEM_PER_WEEK = 0.25
RULED_OUT_EXPONENT = -3.0  # no change explains the readings twenty times better
N_MORE_AT_MOST = 26


class Answer(StrEnum):
    """What a run of readings says."""

    BETTER = "better"
    WORSE = "worse"
    NOT_IMPROVING = "not_improving"
    UNDECIDED = "undecided"


class Change(Struct, frozen=True, kw_only=True):
    """What changed since baseline, and how sure that is.

    `since_baseline` counts better as positive; `is_real` says whether it exceeds MDC95 (None: not known).
    `n_more` weekly measures would decide, if things went on as they do; None when decided or half a year would not.
    """

    answer: Answer
    evidence_better: Decimal
    evidence_worse: Decimal
    n_more: int | None
    since_baseline: Decimal | None
    is_real: bool | None


def change_of(series: Series, better: Better) -> Change | None:
    """Say whether a series is better, worse, not improving, or not decidable yet.

    Parameters
    ----------
    series : Series
        The readings.
    better : Better
        Which way is better; a measure without a direction has no change to tell.

    Returns
    -------
    Change or None
        None without a direction or without readings after familiarisation that count (`progress.credit`).

    Notes
    -----
    "Not improving" is said only when even the smallest slope worth having is as unlikely as improvement must be likely;
    it is not a plateau. The count of further measures takes the line fitted so far to go on.

    A claim that was once made stands while the newest level lies above the first by the smallest real change: the
    evidence may be looked at after every reading, and a gain is not undone by standing still. Whether it still goes on
    is the plateau's question.
    """
    points = credited(series.points[series.n_practice :], better)
    if better is Better.NEITHER or not points:
        return None
    sign = 1 if better is Better.UP else -1
    up, down = evidence(points, sign), evidence(points, -sign)
    since = (points[-1].value - points[0].value) * sign if len(points) > 1 else None
    if up < BETTER_AT and down < WORSE_AT and _is_still_above(points, sign, series.mdc95):
        up = max(up, _claimed(points, sign))
    if up >= BETTER_AT:
        answer = Answer.BETTER
    elif down >= WORSE_AT:
        answer = Answer.WORSE
    else:
        answer = Answer.NOT_IMPROVING if _rules_out(points, sign) else Answer.UNDECIDED
    is_real = None if since is None or series.mdc95 is None else abs(since) > series.mdc95
    n_more = _n_more(points, sign) if answer is Answer.UNDECIDED else None
    return Change(answer=answer, evidence_better=up, evidence_worse=down, n_more=n_more,
                  since_baseline=since, is_real=is_real)  # fmt: skip


def _is_still_above(points: Sequence[Point], sign: int, mdc95: Decimal | None) -> bool:
    """Whether the newest level, and the newest reading, lie above the first reading by the smallest real change."""
    if mdc95 is None or len(points) < 2:
        return False
    newest = points[-1]
    level = newest.value if newest.level is None else newest.level
    return min((level - points[0].value) * sign, (newest.value - points[0].value) * sign) >= mdc95


def _claimed(points: Sequence[Point], sign: int) -> Decimal:
    """Return the strongest evidence that any run from the first reading on gave."""
    return max((evidence(points[:n], sign) for n in range(2, len(points))), default=Decimal(0))


def _rules_out(points: Sequence[Point], sign: int) -> bool:
    sem = error_of(points) if len(points) > 1 else None
    return sem is not None and _is_ruled_out(suffix_sums(points, sign, sem)[0])


def _is_ruled_out(sums: Sums) -> bool:
    """Whether no change explains the readings 20 times better than the smallest slope worth having."""
    return exponent(sums, WORTHWHILE_SEM_PER_WEEK) <= RULED_OUT_EXPONENT


def _n_more(points: Sequence[Point], sign: int) -> int | None:
    """Carry the fitted line on week by week until either answer is reached; None beyond half a year."""
    sem = error_of(points) if len(points) > 1 else None
    if sem is None:
        return None
    sums = suffix_sums(points, sign, sem)[0]
    slope = sums.s_ty / sums.s_tt
    for week in range(1, N_MORE_AT_MOST + 1):
        sums = sums.with_reading(week, sums.mean_value + slope * (week - sums.mean_week))
        worse = sums._replace(s_ty=-sums.s_ty)
        if evidence_in(sums) >= BETTER_AT or evidence_in(worse) >= WORSE_AT or _is_ruled_out(sums):
            return week
    return None
