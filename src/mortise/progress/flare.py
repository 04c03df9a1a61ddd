"""A flare of daily pain, found by a cumulative sum on the person's own baseline: + − and comparison only.

Single-day rules withhold today's loading; this decides about the stage. How often it is wrong and how soon it is right
on invented pain stands in `docs/reference/calibration.md`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from mortise.record.tracks import Point

ALLOWANCE_NRS = Decimal("0.75")
ALARM_NRS = Decimal(7)
CEILING_NRS = Decimal(9)  # so that a flare that is over is over within days
BASELINE_DAYS = 28
BASELINE_GAP_DAYS = 3  # the newest days are not yet part of what is usual
N_LEAST_BASELINE = 5
LOOK_BACK_DAYS = 84


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


def _day(point: Point) -> int:
    return point.day


def flare(points: Sequence[Point], day: int, *, from_day: int = 0) -> Flare:
    """Tell whether the daily values up to `day` show a flare.

    Parameters
    ----------
    points : sequence of Point
        One a day, oldest first; higher is worse.
    day : int
        The day that is asked about.
    from_day : int
        The sum starts after this day: what a step back has answered does not alarm again.

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
    known = between(points, 0, day)
    first = max(from_day, day - LOOK_BACK_DAYS)
    total, is_known = Decimal(0), False
    used: list[str] = []
    crossed: tuple[str, ...] = ()
    for point in between(known, first, day):
        usual = _usual(known, point.day)
        if usual is None:
            continue
        is_known = True
        total = min(CEILING_NRS, max(Decimal(0), total + point.value - usual - ALLOWANCE_NRS))
        if total == 0:
            used, crossed = [], ()
            continue
        used += point.readings
        if total >= ALARM_NRS and not crossed:
            crossed = tuple(used)
    if not is_known:
        return Flare(None, Decimal(0), ())
    return Flare(total >= ALARM_NRS, total, crossed if total >= ALARM_NRS else ())


def _usual(points: Sequence[Point], day: int) -> Decimal | None:
    last, first = day - BASELINE_GAP_DAYS, day - BASELINE_GAP_DAYS - BASELINE_DAYS
    values = [point.value for point in between(points, first, last)]
    return median(values) if len(values) >= N_LEAST_BASELINE else None
