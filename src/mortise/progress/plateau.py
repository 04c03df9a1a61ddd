"""A plateau: the readings say that improvement has stopped. Never inferred from a gain that is missing or too small.

The detector weighs "flat since week j" against "still improving at the slope worth having" for every start j of the
last sixteen weeks and takes the mean: nobody knows when a plateau begins. Its threshold is calibrated by simulation
(`make calibrate`), not by a theorem, because the window slides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from math import sqrt

from msgspec import Struct

from mortise.progress.credit import credited
from mortise.progress.evidence import error_of, exponent, mean_ratio, suffix_sums
from mortise.progress.level import DAYS_PER_WEEK, ERROR_INFLATION
from mortise.record.tracks import Point, Series
from mortise.terms import Better

PLATEAU_AT = Decimal(5)
WINDOW_WEEKS = 16
RECENT_WEEKS = 8
N_LEAST_RUN = 3  # a run of two readings fits any slope
WORTHWHILE_SEM_PER_WEEK = 0.25  # one MDC95 in eleven weeks; consensus
Z_IMPROVING = 1.6448536269514722  # the slope is above nought with 95 % certainty
N_MORE_AT_MOST = 26
DAYS_A_WEEK = 7


class Trend(StrEnum):
    """What the newest readings say about going on."""

    IMPROVING = "improving"
    PLATEAU = "plateau"
    UNDECIDED = "undecided"


class Plateau(Struct, frozen=True, kw_only=True):
    """Whether improvement has stopped. Of `since_day` the readings speak loudest; `n_more` weekly ones would decide."""

    trend: Trend
    evidence: Decimal
    since_day: int | None = None
    n_more: int | None = None
    readings: tuple[str, ...] = ()


def plateau(
    points: Sequence[Point], better: Better, worthwhile_sem_per_week: float = WORTHWHILE_SEM_PER_WEEK
) -> Plateau:
    """Say whether a run of readings still improves, has stopped, or does not tell yet.

    Parameters
    ----------
    points : sequence of Point
        Oldest first, familiarisation left out.
    better : Better
        Which way is better; without a direction nothing can be told.
    worthwhile_sem_per_week : float
        The smallest slope worth going on for.

    Returns
    -------
    Plateau
        `UNDECIDED` also when an error is not known.

    Notes
    -----
    1. For each start j of the last 16 weeks with at least three readings: the likelihood ratio of no slope against the
       slope worth having, the baseline removed. Starts with fewer count as 1.
    2. Their mean is the evidence; from 5 on it is a plateau. Somebody improving at exactly the slope worth having is
       called flat in fewer than one in ten over 24 weeks, at twice that slope in fewer than one in a hundred.
    3. "Improving" is said when the slope of the newest eight weeks lies above nought with 95 % certainty.
    4. A gain that came with aggravation is left out (`progress.credit`).

    References
    ----------
    Shin, Ramdas, Rinaldo: E-detectors (2022), for the mean over starts.
    """
    points = credited(points, better)
    found = evidence_of_plateau(points, better, worthwhile_sem_per_week)
    if found is None:
        return Plateau(trend=Trend.UNDECIDED, evidence=Decimal(1))
    value, first = found
    if value >= PLATEAU_AT:
        used = tuple(one for point in points[first:] for one in point.readings)
        return Plateau(trend=Trend.PLATEAU, evidence=value, since_day=points[first].day, readings=used)
    if is_rising(points, better):
        return Plateau(trend=Trend.IMPROVING, evidence=value)
    n_more = _n_more(points, better, worthwhile_sem_per_week)
    return Plateau(trend=Trend.UNDECIDED, evidence=value, n_more=n_more)


def plateau_of(
    series: Series, better: Better, worthwhile_sem_per_week: float = WORTHWHILE_SEM_PER_WEEK
) -> Plateau:
    """Say of a series what `plateau` says of its readings, familiarisation left out.

    Parameters
    ----------
    series : Series
        One instrument in one rater's hands.
    better : Better
        Which way is better.
    worthwhile_sem_per_week : float
        The smallest slope worth going on for.

    Returns
    -------
    Plateau
        As `plateau`.
    """
    return plateau(series.points[series.n_practice :], better, worthwhile_sem_per_week)


def is_rising(points: Sequence[Point], better: Better) -> bool:
    """Tell whether the newest eight weeks are certain to go the better way.

    Parameters
    ----------
    points : sequence of Point
        Oldest first; three at least in the eight weeks, or nothing is certain.
    better : Better
        Which way is better.

    Returns
    -------
    bool
        By z, not by probability: the fitted slope against its error.
    """
    if not points or better is Better.NEITHER:
        return False
    recent = [one for one in points if points[-1].day - one.day <= RECENT_WEEKS * DAYS_PER_WEEK]
    sem = error_of(recent) if len(recent) >= N_LEAST_RUN else None
    if sem is None:
        return False
    sums = suffix_sums(recent, 1 if better is Better.UP else -1, sem)[0]
    return sums.s_ty > Z_IMPROVING * ERROR_INFLATION * sqrt(sums.s_tt)


def evidence_of_plateau(
    points: Sequence[Point], better: Better, worthwhile: float = WORTHWHILE_SEM_PER_WEEK
) -> tuple[Decimal, int] | None:
    """Return the mean ratio over starts, and the start that speaks loudest.

    Parameters
    ----------
    points : sequence of Point
        Oldest first, familiarisation left out.
    better : Better
        Which way is better.
    worthwhile : float
        The smallest slope worth going on for, SEM per week.

    Returns
    -------
    tuple of Decimal and int, or None
        None when nothing can be told: fewer than three readings, an unknown error, no direction.
    """
    sem = error_of(points) if len(points) >= N_LEAST_RUN and better is not Better.NEITHER else None
    if sem is None:
        return None
    last = points[-1].day
    recent = [n for n, point in enumerate(points[:-1]) if last - point.day <= WINDOW_WEEKS * DAYS_PER_WEEK]
    if not recent:
        return None
    first = recent[0]
    sums = suffix_sums(points[first:], 1 if better is Better.UP else -1, sem)
    n_runs = len(points) - first - N_LEAST_RUN + 1
    ratios = [exponent(one, 0.0, worthwhile) for one in sums[: max(0, n_runs)]]
    value = mean_ratio([*ratios, *([0.0] * (len(recent) - len(ratios)))])
    loudest = max(range(len(ratios)), key=ratios.__getitem__, default=0)
    return value, first + loudest


def _n_more(points: Sequence[Point], better: Better, worthwhile: float) -> int | None:
    """Carry the newest level on, flat, a reading a week, until it is called a plateau; None beyond half a year."""
    tail = points[-N_LEAST_RUN:]
    level = sum((point.value for point in tail), Decimal(0)) / len(tail)
    last = points[-1]
    on = [Point(last.day + DAYS_A_WEEK * n, level, last.error, ()) for n in range(1, N_MORE_AT_MOST + 1)]

    def is_called(n: int) -> bool:
        found = evidence_of_plateau([*points, *on[:n]], better, worthwhile)
        return found is not None and found[0] >= PLATEAU_AT

    # flat readings only add to the evidence, so the first that is enough can be halved for
    n = bisect_left(range(1, N_MORE_AT_MOST + 1), True, key=is_called) + 1
    return n if n <= N_MORE_AT_MOST else None
