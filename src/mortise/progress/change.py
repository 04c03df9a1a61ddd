"""Change told from noise, in three answers: better or worse, no change found, not decidable yet.

Shown to people, never read by a decision: the evidence needs an exponential, whose last digit differs between machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from math import exp

from msgspec import Struct

from mortise.progress.level import DAYS_PER_WEEK, ERROR_INFLATION
from mortise.record.tracks import Point, Series
from mortise.terms import Better

SLOPES_SEM_PER_WEEK = (0.1, 0.2, 0.35, 0.6, 1.0)
BETTER_AT = 20.0  # "20 times better explained by real improvement than by measurement error"
WORSE_AT = 10.0  # bad news is heard sooner
SMALLEST_SLOPE = 0.1
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
    evidence_better: float
    evidence_worse: float
    n_more: int | None
    since_baseline: Decimal | None
    is_real: bool | None


def evidence(points: Sequence[Point], sign: int) -> float:
    """Return how many times better real change than measurement error explains a run of readings.

    Parameters
    ----------
    points : sequence of Point
        Oldest first, of known error, familiarisation left out.
    sign : int
        1 for values rising, -1 for values falling.

    Returns
    -------
    float
        The mean over the slopes of the likelihood ratio against no change, with the unknown baseline removed. 1 when
        there are fewer than two readings.
    """
    if len(points) < 2 or any(point.error is None or point.error <= 0 for point in points):
        return 1.0
    sem = max(float(point.error) for point in points if point.error is not None)
    weeks = [point.day / DAYS_PER_WEEK for point in points]
    values = [sign * float(point.value) / sem for point in points]
    n = len(points)
    mean_t, mean_y = sum(weeks) / n, sum(values) / n
    s_tt = sum((t - mean_t) ** 2 for t in weeks)
    s_ty = sum((t - mean_t) * (y - mean_y) for t, y in zip(weeks, values, strict=True))
    s2 = ERROR_INFLATION * ERROR_INFLATION
    ratios = [exp(min(700.0, (b * s_ty - b * b * s_tt / 2) / s2)) for b in SLOPES_SEM_PER_WEEK]
    return sum(ratios) / len(ratios)


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
        None without a direction or without readings after familiarisation.

    Notes
    -----
    "Not improving" is said only when even the smallest slope worth having is as unlikely as improvement must be likely;
    it is not a plateau. The count of further measures takes the line fitted so far to go on.
    """
    points = series.points[series.n_practice :]
    if better is Better.NEITHER or not points:
        return None
    sign = 1 if better is Better.UP else -1
    up, down = evidence(points, sign), evidence(points, -sign)
    if up >= BETTER_AT:
        answer = Answer.BETTER
    elif down >= WORSE_AT:
        answer = Answer.WORSE
    else:
        answer = Answer.NOT_IMPROVING if _rules_out(points, sign) else Answer.UNDECIDED
    since = (points[-1].value - points[0].value) * sign if len(points) > 1 else None
    is_real = None if since is None or series.mdc95 is None else abs(since) > series.mdc95
    n_more = _n_more(points, sign) if answer is Answer.UNDECIDED else None
    return Change(answer=answer, evidence_better=round(up, 3), evidence_worse=round(down, 3), n_more=n_more,
                  since_baseline=since, is_real=is_real)  # fmt: skip


def _rules_out(points: Sequence[Point], sign: int) -> bool:
    """Whether no change explains the readings 20 times better than the smallest slope worth having."""
    if len(points) < 2 or any(point.error is None or point.error <= 0 for point in points):
        return False
    return _log_ratio(points, sign, 0.25) <= -3.0


def _log_ratio(points: Sequence[Point], sign: int, slope: float) -> float:
    sem = max(float(point.error) for point in points if point.error is not None)
    weeks = [point.day / DAYS_PER_WEEK for point in points]
    values = [sign * float(point.value) / sem for point in points]
    mean_t, mean_y = sum(weeks) / len(weeks), sum(values) / len(values)
    s_tt = sum((t - mean_t) ** 2 for t in weeks)
    s_ty = sum((t - mean_t) * (y - mean_y) for t, y in zip(weeks, values, strict=True))
    return (slope * s_ty - slope * slope * s_tt / 2) / (ERROR_INFLATION * ERROR_INFLATION)


def _n_more(points: Sequence[Point], sign: int) -> int | None:
    """Carry the fitted line on week by week until either answer is reached."""
    if len(points) < 2 or any(point.error is None or point.error <= 0 for point in points):
        return None
    days = [point.day for point in points]
    values = [float(point.value) for point in points]
    mean_d, mean_v = sum(days) / len(days), sum(values) / len(values)
    s_dd = sum((d - mean_d) ** 2 for d in days)
    slope = (
        sum((d - mean_d) * (v - mean_v) for d, v in zip(days, values, strict=True)) / s_dd if s_dd else 0.0
    )
    more = list(points)
    for k in range(1, N_MORE_AT_MOST + 1):
        day = days[-1] + int(DAYS_PER_WEEK) * k
        more.append(Point(day, Decimal(mean_v + slope * (day - mean_d)), points[-1].error, ()))
        if evidence(more, sign) >= BETTER_AT or evidence(more, -sign) >= WORSE_AT or _rules_out(more, sign):
            return k
    return None
