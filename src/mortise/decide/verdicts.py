"""How one criterion is judged on one series: met, not met, or unknown with a cause."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from mortise.decide.ready import Ready
from mortise.protocol import Operator, Reduction
from mortise.record.tracks import Point, Series
from mortise.terms import Better, Cause, Truth

MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN

# P(level on the right side) >= 0.8 for a normal error: the level lies this many standard deviations inside the bound.
Z_80 = Decimal("0.8416")


class Verdict(Struct, frozen=True, gc=False):
    """What one series says of one criterion. `earliest_day` is the first day a second reading could confirm it."""

    truth: Truth
    cause: Cause | None
    value: Decimal | None
    error: Decimal | None
    readings: tuple[str, ...]
    earliest_day: int | None = None


_day = attrgetter("day")
Test = Callable[[Decimal], bool]
PointTest = Callable[[Point], bool]


def test_of(operator: Operator, bound: Decimal) -> Test:
    """Return the comparison with `bound` as a function of the value."""
    if operator is Operator.AT_LEAST:
        return lambda value: value >= bound
    if operator is Operator.AT_MOST:
        return lambda value: value <= bound
    return lambda value: value == bound


def judge(ready: Ready, series: Series, day: int, spent_until: int) -> Verdict:
    """Judge a criterion on one series whose newest day is usable and fresh.

    Parameters
    ----------
    ready : Ready
        The criterion with a bound, or with the operator `KNOWN`.
    series : Series
        Its points, oldest first, none later than `day`.
    day : int
        The day of the decision.
    spent_until : int
        Readings up to this day no longer open a gate.

    Returns
    -------
    Verdict
        For this series alone.
    """
    if ready.operator is Operator.KNOWN:
        newest = series.points[-1]
        if ready.needs_visit or ready.n_dates > 1:
            return _confirm(ready, series.points, lambda _: True, newest.value, 0)
        return Verdict(MET, None, newest.value, newest.error, newest.readings)
    return _JUDGES[ready.reduce](ready, series, day, spent_until)


def _bound(ready: Ready) -> Decimal:
    assert ready.bound is not None  # a missing bound is unknown before any series is looked at
    return ready.bound


def _judge_last(ready: Ready, series: Series, day: int, spent_until: int) -> Verdict:
    test = test_of(ready.operator, _bound(ready))
    newest = series.points[-1]
    if not test(newest.value):
        return Verdict(NOT_MET, None, newest.value, newest.error, newest.readings)
    return _confirm(ready, series.points, lambda point: test(point.value), newest.value, spent_until)


def _judge_filtered(ready: Ready, series: Series, day: int, spent_until: int) -> Verdict:
    """Judge the estimated level; two raw readings in a row that agree are as good."""
    bound, test = _bound(ready), test_of(ready.operator, _bound(ready))
    sign = 1 if ready.operator is Operator.AT_LEAST else -1
    newest = series.points[-1]
    if newest.level is None or newest.level_sd is None:
        value, error = newest.value, newest.error
    else:
        value, error = newest.level, newest.level_sd

    def is_likely(point: Point) -> bool:
        if point.level is None or point.level_sd is None:
            return False
        return (point.level - bound) * sign >= Z_80 * point.level_sd

    found: list[Verdict] = []
    if is_likely(newest):
        found.append(_confirm(ready, series.points, is_likely, value, spent_until, error))
    raw = [point.day for point in series.points[-2:] if test(point.value)]
    if len(raw) == 2:
        found.append(
            _confirm(
                ready, series.points, lambda point: test(point.value), value, spent_until, error, n_least=2
            )
        )
    if not found:
        return Verdict(NOT_MET, None, value, error, newest.readings)
    return min(found, key=_met_first)


def _met_first(verdict: Verdict) -> tuple[bool, int]:
    return (verdict.truth is not MET, verdict.earliest_day or 0)


def _judge_change(ready: Ready, series: Series, day: int, spent_until: int) -> Verdict:
    """Judge newest minus baseline, better counted as positive; never a change smaller than the smallest real one.

    A loss is counted from the best level that was held, not from the first reading: whoever gained much and lost half
    of it has lost.
    """
    points = series.points[series.n_practice :]
    if len(points) < 2:
        return _unknown(Cause.TOO_FEW, series.points[-1])
    if series.mdc95 is None:
        return _unknown(Cause.INSTRUMENT_CHANGED, series.points[-1])
    baseline, sign = points[0], -1 if ready.better is Better.DOWN else 1
    bound = _bound(ready)
    if ready.operator is Operator.AT_LEAST and bound > 0:
        bound = max(bound, series.mdc95)
    elif ready.operator is Operator.AT_MOST and bound < 0:
        bound, baseline = min(bound, -series.mdc95), _best_held(points, sign)
    test = test_of(ready.operator, bound)
    change = (points[-1].value - baseline.value) * sign
    if not test(change):
        return Verdict(NOT_MET, None, change, None, baseline.readings + points[-1].readings)
    changed = tuple(_shifted(point, baseline.value, sign) for point in points[1:])
    return _confirm(ready, changed, lambda point: test(point.value), change, spent_until)


def _best_held(points: Sequence[Point], sign: int) -> Point:
    """Return the best level before the newest reading that two readings in a row reached, or else the first reading.

    Of two in a row the worse one counts, and no more than the estimate of that day where there is one: a single lucky
    reading is no level. What came with aggravation is none either.
    """
    best, best_value = points[0], points[0].value * sign
    earlier = [point for point in points[:-1] if point.counts]
    for before, point in pairwise(earlier):
        values = [before.value * sign, point.value * sign]
        if point.level is not None:
            values.append(point.level * sign)
        if min(values) > best_value:
            best, best_value = point, min(values)
    return best if best is points[0] else replace(best, value=best_value * sign)


def _shifted(point: Point, baseline: Decimal, sign: int) -> Point:
    return Point(point.day, (point.value - baseline) * sign, point.error, point.readings, point.at_visit,
                 None, None, point.counts)  # fmt: skip


def _judge_window(ready: Ready, series: Series, day: int, spent_until: int) -> Verdict:
    """Judge the median, greatest or least value of the last `window_days` days.

    One value can settle the greatest or the least against the bound however few days are known; otherwise at least
    `n_least` days are needed.
    """
    first = day - ready.window_days
    if ready.is_exit and spent_until > first:
        first = spent_until
    points = series.points
    if points[0].day <= first:
        points = points[bisect_right(points, first, key=_day) :]
    if not points:
        return _unknown(Cause.STALE, series.points[-1])
    value, used = _reduced(ready.reduce, points)
    truth = MET if test_of(ready.operator, _bound(ready))(value) else NOT_MET
    if len(points) < ready.n_least and not is_settled(ready, truth):
        return Verdict(UNKNOWN, Cause.TOO_FEW, value, None, used)
    if truth is MET and not all(point.counts for point in points) and ready.is_exit:
        return Verdict(UNKNOWN, Cause.UNCONFIRMED, value, None, used, day + 1)
    return Verdict(truth, None, value, points[-1].error, used)


def _reduced(reduce: Reduction, points: Sequence[Point]) -> tuple[Decimal, tuple[str, ...]]:
    found = points[0]
    if reduce is Reduction.MAX:  # of equal ones the newest
        for point in points:
            if point.value >= found.value:
                found = point
        return found.value, found.readings
    if reduce is Reduction.MIN:  # of equal ones the oldest
        for point in points:
            if point.value < found.value:
                found = point
        return found.value, found.readings
    ordered = sorted(points, key=lambda point: (point.value, point.day))
    middle = len(ordered) // 2
    used = tuple(reading for point in points for reading in point.readings)
    if len(ordered) % 2:
        return ordered[middle].value, used
    return (ordered[middle - 1].value + ordered[middle].value) / 2, used


def is_settled(ready: Ready, truth: Truth) -> bool:
    """Whether no further day could change the answer."""
    side = (ready.reduce, ready.operator)
    if truth is MET:
        return side in ((Reduction.MAX, Operator.AT_LEAST), (Reduction.MIN, Operator.AT_MOST))
    return side in ((Reduction.MAX, Operator.AT_MOST), (Reduction.MIN, Operator.AT_LEAST))


def _confirm(
    ready: Ready,
    points: Sequence[Point],
    is_met: PointTest,
    value: Decimal,
    spent_until: int,
    error: Decimal | None = None,
    n_least: int = 1,
) -> Verdict:
    """Ask for the dates that must agree: `n_dates` at least `apart_days` apart, one at a visit where that is asked.

    The newest point is met. Going back, one day that is not met ends the run: what was lost has to be shown again.
    """
    newest = points[-1]
    spent = spent_until if ready.is_exit else 0
    n_dates, last_day, first_day, seen_visit, n_run = 0, 0, 0, False, 0
    used: list[str] = []
    for point in reversed(points):
        if point.day <= spent or not is_met(point):
            break
        if ready.is_exit and not point.counts:
            continue
        seen_visit = seen_visit or point.at_visit
        n_run, first_day = n_run + 1, point.day
        used += point.readings
        if n_dates == 0 or last_day - point.day >= ready.apart_days:
            n_dates, last_day = n_dates + 1, point.day
        if n_dates >= ready.n_dates and n_run >= n_least and (seen_visit or not ready.needs_visit):
            return Verdict(MET, None, value, error or newest.error, tuple(reversed(used)))
    if not n_run:
        cause = Cause.STALE if newest.day <= spent else Cause.UNCONFIRMED
        return Verdict(UNKNOWN, cause, value, error or newest.error, newest.readings, newest.day + 1)
    earliest = max(first_day + ready.apart_days * (ready.n_dates - 1), newest.day + 1)
    return Verdict(UNKNOWN, Cause.UNCONFIRMED, value, error or newest.error, tuple(reversed(used)), earliest)


def _unknown(cause: Cause, point: Point) -> Verdict:
    return Verdict(UNKNOWN, cause, point.value, point.error, point.readings)


_JUDGES: dict[Reduction, Callable[[Ready, Series, int, int], Verdict]] = {
    Reduction.LAST: _judge_last,
    Reduction.FILTERED: _judge_filtered,
    Reduction.CHANGE_FROM_BASELINE: _judge_change,
    Reduction.MEDIAN: _judge_window,
    Reduction.MAX: _judge_window,
    Reduction.MIN: _judge_window,
}
