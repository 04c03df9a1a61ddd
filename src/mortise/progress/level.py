"""The level of a measure and its slope, estimated from readings whose error is known.

Only + − × ÷ and the square root are used, each of them rounded the same way on every machine, and the result is put
on a grid; so a decision that reads a level replays bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from mortise.record.tracks import Point
from mortise.terms import Measure
from mortise.terms.measures import on_grid

ERROR_INFLATION = 1.25  # the assumed SEM itself is uncertain; found by simulation
SLOPE_NOISE_SEM_PER_WEEK = 0.05  # calibrated on simulated patients: 0.05 to 0.1
# What charts show: intervals that hold the truth in nine of ten, also on a course that slows (`make calibrate`). A
# decision stays with the wider error and the stiffer slope, which turns later and promises less.
SHOWN_INFLATION = 1.0
SHOWN_SLOPE_NOISE_SEM_PER_WEEK = 0.2
DAYS_PER_WEEK = 7.0
Z_90 = 1.6448536269514722  # half width of a 90 % interval, in standard deviations
_SD_GRID = Decimal("0.0001")


class State(NamedTuple):
    """Level and slope per week on a day, with their covariance. `slope` is flat (not known) after one reading."""

    day: int
    level: float
    slope: float
    var_level: float
    cov: float
    var_slope: float
    n_seen: int


def start(day: int, value: float, sd: float) -> State:
    """Start from one reading: the level is that reading, of the slope nothing is known.

    Parameters
    ----------
    day : int
        Day of the reading.
    value, sd : float
        The reading and the standard deviation of its error.

    Returns
    -------
    State
        With a flat slope.
    """
    return State(day, value, 0.0, sd * sd, 0.0, 0.0, 1)


def step(state: State, day: int, value: float, sd: float, slope_noise: float) -> State:
    """Take in the next reading.

    Parameters
    ----------
    state : State
        After the reading before.
    day : int
        Day of this reading, later than the last.
    value, sd : float
        The reading and the standard deviation of its error.
    slope_noise : float
        By how much the slope may change in a week, standard deviation, per week.

    Returns
    -------
    State
        After this reading.

    Notes
    -----
    1. From a flat start two readings fix the line through them; its covariance is exact, not a large number standing
       for infinity, so that no digits are lost.
    2. Afterwards the level moves by the slope, the slope by its noise, the level by
       none of its own; then the reading is weighed in by its error.
    """
    weeks = (day - state.day) / DAYS_PER_WEEK
    q = slope_noise * slope_noise * weeks
    r = sd * sd
    if state.n_seen == 1:
        slope = (value - state.level) / weeks
        return State(day, value, slope, r, r / weeks, (r + state.var_level) / (weeks * weeks) + q, 2)
    level = state.level + state.slope * weeks
    p_ll = state.var_level + 2.0 * weeks * state.cov + weeks * weeks * state.var_slope
    p_ls = state.cov + weeks * state.var_slope
    p_ss = state.var_slope + q
    total = p_ll + r
    gain_level, gain_slope = p_ll / total, p_ls / total
    surprise = value - level
    return State(
        day,
        level + gain_level * surprise,
        state.slope + gain_slope * surprise,
        p_ll - gain_level * p_ll,
        p_ls - gain_level * p_ls,
        p_ss - gain_slope * p_ls,
        state.n_seen + 1,
    )


def states(
    points: Sequence[Point], inflation: float = ERROR_INFLATION, slope_noise: float = SLOPE_NOISE_SEM_PER_WEEK
) -> list[State]:
    """Run the filter over a series.

    Parameters
    ----------
    points : sequence of Point
        Oldest first, one a day. A point without a known error ends what can be estimated.
    inflation : float
        By how much the known error is widened.
    slope_noise : float
        Noise of the slope, SEM per week and root week.

    Returns
    -------
    list of State
        One for each point; empty when an error is not known.
    """
    found: list[State] = []
    for point in points:
        if point.error is None or point.error <= 0:
            return []
        if found:
            found.append(_next_state(found[-1], point, inflation, slope_noise))
        else:
            found.append(start(point.day, float(point.value), inflation * float(point.error)))
    return found


def _next_state(state: State, point: Point, inflation: float, slope_noise: float) -> State:
    assert point.error is not None  # a point without a known error ends what can be estimated
    sem = float(point.error)
    return step(state, point.day, float(point.value), inflation * sem, slope_noise * sem)


def filtered(points: Sequence[Point], measure: Measure) -> list[Point]:
    """Add to each point the level estimated from it and all before it.

    Parameters
    ----------
    points : sequence of Point
        Oldest first.
    measure : Measure
        For the grid on which levels lie.

    Returns
    -------
    list of Point
        The same points; those of unknown error without a level.
    """
    found = states(points)
    if not found:
        return list(points)
    return [_with_level(point, state, measure) for point, state in zip(points, found, strict=True)]


def filtered_on(state: State, point: Point, measure: Measure) -> tuple[Point, State]:
    """Add the level to one more point.

    Parameters
    ----------
    state : State
        After the points before.
    point : Point
        The next one, of a later day, its error known.
    measure : Measure
        For the grid on which levels lie.

    Returns
    -------
    point : Point
        As `filtered` would give it.
    state : State
        After it.
    """
    found = _next_state(state, point, ERROR_INFLATION, SLOPE_NOISE_SEM_PER_WEEK)
    return _with_level(point, found, measure), found


def _with_level(point: Point, state: State, measure: Measure) -> Point:
    level, level_sd = _rounded(
        state.level, state.var_level, str(measure.resolution), "" if state.level else str(state.level)
    )
    return Point(
        point.day, point.value, point.error, point.readings, point.at_visit, level, level_sd, point.counts
    )


@lru_cache(maxsize=8192)  # a series that is cleaned again has the same levels again, up to its newest point
def _rounded(level: float, var_level: float, resolution: str, _: str) -> tuple[Decimal, Decimal]:
    """Return a level on the grid, and its standard deviation; texts tell 1 from 1.0, and nought from minus nought."""
    return on_grid(Decimal(level), Decimal(resolution)), Decimal(sqrt(var_level)).quantize(_SD_GRID)


class Band(NamedTuple):
    """The level on a day with its 90 % interval, for charts; never read by a decision."""

    day: int
    value: float
    low: float
    high: float


def bands(points: Sequence[Point], until_day: int, every_days: int = 7) -> list[Band]:
    """Return the level at every reading, and beyond the last one to `until_day`, with its 90 % interval.

    Parameters
    ----------
    points : sequence of Point
        Oldest first.
    until_day : int
        The level is carried on to this day, its interval widening.
    every_days : int
        Between days carried on.

    Returns
    -------
    list of Band
        Empty when the error of the series is not known.
    """
    found = states(points, SHOWN_INFLATION, SHOWN_SLOPE_NOISE_SEM_PER_WEEK)
    if not found:
        return []
    made = [_band(state, state.day) for state in found]
    last = found[-1]
    days = [*range(last.day + every_days, until_day, every_days), until_day] if until_day > last.day else []
    return made + [_band(last, day) for day in days]


def _band(state: State, day: int) -> Band:
    """Carry the level on at its last value; only the interval grows with what the slope could do."""
    weeks = (day - state.day) / DAYS_PER_WEEK
    half = Z_90 * sqrt(state.var_level + weeks * weeks * max(state.var_slope, 0.0))
    return Band(day, state.level, state.level - half, state.level + half)
