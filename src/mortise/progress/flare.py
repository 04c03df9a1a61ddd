"""A flare of daily pain, found by a cumulative sum on the person's own baseline: + − and comparison only.

Single-day rules withhold today's loading; this decides about the stage. How often it is wrong and how soon it is right
on invented pain stands in `docs/reference/calibration.md`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from mortise.record.tracks import Point

ALLOWANCE_NRS = Decimal("0.75")
ALARM_NRS = Decimal(7)
CEILING_NRS = Decimal(9)  # so that a flare that is over is over within days
BASELINE_DAYS = 28
BASELINE_GAP_DAYS = 3  # the newest days are not yet part of what is usual
N_LEAST_BASELINE = 5
LOOK_BACK_DAYS = 84
_NONE = Decimal(0)
_day = attrgetter("day")


class Flare(Struct, frozen=True):
    """Whether pain has flared on a day; None while there is no baseline. `readings` led up to the alarm."""

    is_on: bool | None
    sum_nrs: Decimal
    readings: tuple[str, ...]


def median(values: Sequence[Decimal]) -> Decimal:
    """Return the middle value, or the mean of the two middle ones.

    Parameters
    ----------
    values : sequence of Decimal
        At least one, in any order.

    Returns
    -------
    Decimal
        Exact.
    """
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def between(points: Sequence[Point], after: int, until: int) -> Sequence[Point]:
    """Return the points of the days after `after` and up to `until`.

    Parameters
    ----------
    points : sequence of Point
        Oldest first.
    after, until : int
        Ordinal days.

    Returns
    -------
    sequence of Point
        A slice.
    """
    return points[bisect_right(points, after, key=_day) : bisect_right(points, until, key=_day)]


class _Sum(NamedTuple):
    """The cumulative sum from point number `start` to before `n`: of what it is made, and where it last was at zero."""

    start: int
    n: int
    total: Decimal = _NONE
    used: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    is_known: bool = False
    zero_at: int = -1  # number of the point that brought it to zero; what came before no longer matters


class Usuals:
    """What is usual on the day of each point, worked out once as long as the days before it are the same.

    The sum up to the last point but one is kept too: the next day goes on from it, unless its window begins after the
    last zero.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._made: dict[int, tuple[int, Point, Decimal | None]] = {}
        self.sums: tuple[Point, _Sum] | None = None  # the newest point taken in, and the sum after it
        self.flares: dict[
            tuple[int, int], tuple[Point, Flare]
        ] = {}  # by day and first day, with the newest point seen

    def at(self, points: Sequence[Point], n: int) -> Decimal | None:
        """Return the median of the 28 days that end 3 days before point number `n`, None with fewer than five known.

        Parameters
        ----------
        points : sequence of Point
            Oldest first; between calls only its newest day may change and later ones be added.
        n : int
            Which point.

        Returns
        -------
        Decimal or None
            In the measure's unit.
        """
        last = points[n].day - BASELINE_GAP_DAYS
        kept = self._made.get(n)
        if kept is not None and points[kept[0]].day > last and kept[1] is points[kept[0] - 1]:
            return kept[2]
        first = bisect_right(points, last - BASELINE_DAYS, key=_day)
        until = bisect_right(points, last, lo=first, key=_day)
        if until - first < N_LEAST_BASELINE:
            return None
        usual = median([point.value for point in points[first:until]])
        self._made[n] = (until, points[until - 1], usual)
        return usual


def flare(points: Sequence[Point], day: int, *, from_day: int = 0, usuals: Usuals | None = None) -> Flare:
    """Tell whether the daily values up to `day` show a flare.

    Parameters
    ----------
    points : sequence of Point
        One a day, oldest first; higher is worse.
    day : int
        The day that is asked about.
    from_day : int
        The sum starts after this day: what a step back has answered does not alarm again.
    usuals : Usuals, optional
        Of the same points, to be asked again on later days.

    Returns
    -------
    Flare
        `is_on` None while fewer than five days of baseline are known.

    Notes
    -----
    1. What is usual on a day is the median of the 28 days that end 3 days before it.
    2. The sum rises by how far the day lies above usual plus 0.75 and never falls below 0; an alarm from 7 on.
    3. The readings named are those from the last zero to the crossing, so that one flare keeps one set of reasons.
    """
    usuals = usuals or Usuals()
    n_known = bisect_right(points, day, key=_day)
    newest = points[n_known - 1] if n_known else None
    kept = usuals.flares.get((day, from_day))
    if kept is not None and kept[0] is newest:
        return kept[1]
    found = _flare(points, day, from_day, usuals)
    if newest is not None:
        usuals.flares[day, from_day] = (newest, found)
    return found


def _flare(points: Sequence[Point], day: int, from_day: int, usuals: Usuals) -> Flare:
    first = bisect_right(points, max(from_day, day - LOOK_BACK_DAYS), key=_day)
    until = bisect_right(points, day, lo=first, key=_day)
    found = _kept_sum(points, first, until, usuals) or _Sum(first, first)
    for n in range(found.n, until):
        if n == until - 1 and n > first:
            usuals.sums = (points[n - 1], found)  # the newest day may still change
        found = _summed(found, points, n, usuals)
    if not found.is_known:
        return Flare(None, Decimal(0), ())
    is_on = found.total >= ALARM_NRS
    return Flare(is_on, found.total, found.crossed if is_on else ())


def _kept_sum(points: Sequence[Point], first: int, until: int, usuals: Usuals) -> _Sum | None:
    """Return a sum from which this one can go on: it began no later, so where it was at zero this one is too."""
    if usuals.sums is None:
        return None
    newest, found = usuals.sums
    is_same = found.n < until and points[found.n - 1] == newest
    return found if is_same and found.start <= first <= found.zero_at else None


def _summed(before: _Sum, points: Sequence[Point], n: int, usuals: Usuals) -> _Sum:
    """Take in point number `n`."""
    usual = usuals.at(points, n)
    if usual is None:
        return before._replace(n=n + 1)
    point = points[n]
    total = min(CEILING_NRS, max(_NONE, before.total + point.value - usual - ALLOWANCE_NRS))
    if not total:
        return _Sum(before.start, n + 1, total, is_known=True, zero_at=n)
    used = before.used + point.readings
    crossed = used if total >= ALARM_NRS and not before.crossed else before.crossed
    return _Sum(before.start, n + 1, total, used, crossed, True, before.zero_at)
