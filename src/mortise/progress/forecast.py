"""When a level could reach a bound, as an interval: for people to plan by, never read by a decision."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

from msgspec import Struct

from mortise.progress.credit import credited
from mortise.progress.level import State, states
from mortise.record.tracks import Point
from mortise.terms import Better

Z_80 = 1.2815515655446004  # one tenth on either side
N_RECENT = 5  # readings whose slope alone may speak for the late end
SLOWING_A_WEEK = 0.9  # the late end takes each week's gain as a tenth smaller than the last
N_WEEKS_AT_MOST = 52
DAYS_A_WEEK = 7


class Forecast(Struct, frozen=True, kw_only=True):
    """Weeks from the newest reading until a bound is reached: between `early` and `late`.

    `late` None: it may take longer than a year, or never come. `early` None as well: not foreseen at all within a year.
    `is_there`: the bound is reached already.
    """

    early_weeks: int | None
    late_weeks: int | None
    is_there: bool = False


class _Course(NamedTuple):
    """A state and how much of a week's gain is left the week after."""

    state: State
    kept: float


def forecast(points: Sequence[Point], better: Better, bound: Decimal) -> Forecast | None:
    """Foresee when the level reaches a bound in the better direction.

    Parameters
    ----------
    points : sequence of Point
        Oldest first, familiarisation left out.
    better : Better
        Which way is better.
    bound : Decimal
        In the measure's unit.

    Returns
    -------
    Forecast or None
        None with fewer than three readings, an unknown error, or a measure without direction: then there is nothing
        to foresee from.

    Notes
    -----
    1. The early end takes the fitted slope to go on: the first week in which the level is there with probability 0.1.
    2. Improvement slows. The late end takes every week's gain as a tenth smaller than the one before, once from all
       readings and once from the newest five, and keeps the later: the first week with probability 0.9.
    3. On invented courses, straight, slowing and flat, the true week lies inside in nine of ten or more
       (`make calibrate`); the price is that the late end is often open.
    4. A gain that came with aggravation is left out (`progress.credit`).
    """
    points = credited(points, better)
    if better is Better.NEITHER or len(points) < 3:
        return None
    sign = 1.0 if better is Better.UP else -1.0
    all_of_them, newest = states(points), states(points[-N_RECENT:])
    if not all_of_them or not newest:
        return None
    target = float(bound)
    is_there = sign * (all_of_them[-1].level - target) >= 0.0
    early = _first_week(_Course(all_of_them[-1], 1.0), sign, target, -Z_80)
    lates = [
        _first_week(_Course(state, SLOWING_A_WEEK), sign, target, Z_80)
        for state in (all_of_them[-1], newest[-1])
    ]
    known = [week for week in lates if week is not None]
    late = max(known) if early is not None and len(known) == len(lates) else None
    return Forecast(early_weeks=early, late_weeks=late, is_there=is_there)


def _first_week(course: _Course, sign: float, target: float, z_needed: float) -> int | None:
    """Return the first week in which the level lies `z_needed` deviations beyond the target, or None in a year."""
    state, gained, share = course.state, 0.0, 1.0
    for week in range(N_WEEKS_AT_MOST + 1):
        if week:
            share *= course.kept
            gained += share
        level = state.level + state.slope * gained
        var = state.var_level + 2.0 * gained * state.cov + gained * gained * state.var_slope
        if sign * (level - target) >= z_needed * sqrt(max(var, 0.0)):
            return week
    return None
