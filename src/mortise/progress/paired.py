"""The two ankles compared: a difference, or a share in percent, with its own error."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from decimal import Decimal
from math import sqrt
from operator import attrgetter

from mortise.progress.level import filtered
from mortise.record.tracks import Point, Series, Track, Trouble, track_of
from mortise.terms import Better, Cause, Derivation, Limb, Measure

DERIVED = "derived"
_point_day = attrgetter("day")
PAIR_WITHIN_DAYS = 14  # the other ankle changes slowly; its reading pairs with one this many days apart


def paired(
    measure: Measure, how: Derivation, source: Measure, involved: Track | None, other: Track | None
) -> Track:
    """Compare the two ankles wherever both were read, by one instrument, at most two weeks apart.

    Parameters
    ----------
    measure : Measure
        The comparison.
    how : Derivation
        How the two are compared.
    source : Measure
        What was read.
    involved, other : Track or None
        Of either ankle.

    Returns
    -------
    Track
        A trouble on either ankle's newest day is passed on. It is as fresh as its older half allows by the calendar of
        visits.
    """
    if involved is None or other is None or involved.newest is None or other.newest is None:
        is_half = (involved is None) != (other is None)
        return track_of(measure.id, Limb.NONE, (), missing=Cause.WRONG_SIDE if is_half else Cause.MISSING)
    made = [
        made_series
        for one in involved.series
        for against in other.series
        if (against.instrument, against.rater) == (one.instrument, one.rater)
        and (made_series := _pair(measure, source, how, one, against)).points
    ]
    troubles = [
        Trouble(track.troubles[-1].day, track.cause, track.troubles[-1].readings)
        for track in (involved, other)
        if track.cause is not None and track.troubles
    ]
    fresh = (involved.fresh_until, other.fresh_until)
    missing = Cause.MISSING if made else Cause.INSTRUMENT_CHANGED
    return track_of(
        measure.id, Limb.NONE, tuple(made), tuple(troubles), missing=missing, fresh_until=min(fresh)
    )


def _pair(measure: Measure, source: Measure, how: Derivation, one: Series, against: Series) -> Series:
    within = how.window_days or PAIR_WITHIN_DAYS
    points: list[Point] = []
    for point in one.points[one.n_practice if len(one.points) > one.n_practice else 0 :]:
        near = _nearest(against.points, point.day)
        if abs(near.day - point.day) > within:
            continue
        value = PAIRED[how.kind](source, point.value, near.value)
        if value is None:
            continue
        if measure.unit == "ratio" and how.kind == "limb_symmetry":
            value /= 100
        kept = measure.on_grid(min(max(value, measure.low), measure.high))
        points.append(
            Point(
                point.day,
                kept,
                _error(how, measure, point, near),
                point.readings + near.readings,
                point.at_visit and near.at_visit,
                None,
                None,
                point.counts,
            )
        )
    derived = measure.instrument(DERIVED)
    mdc95 = None if derived is None else derived.smallest_real_change
    return Series(one.instrument, one.rater, mdc95, tuple(filtered(points, measure)))


def _nearest(points: Sequence[Point], day: int) -> Point:
    """Return the point nearest to a day; of two as near the earlier."""
    n = bisect_left(points, day, key=_point_day)
    if n == len(points) or (n and day - points[n - 1].day <= points[n].day - day):
        return points[n - 1]
    return points[n]


def _side_difference(source: Measure, involved: Decimal, other: Decimal) -> Decimal:
    """Return by how much the involved ankle is behind: positive is worse."""
    if source.better is Better.UP:
        return other - involved
    return involved - other if source.better is Better.DOWN else abs(involved - other)


def _limb_symmetry(source: Measure, involved: Decimal, other: Decimal) -> Decimal | None:
    """Return the involved ankle in percent of the other; of a measure that is better low, the other way round."""
    over, under = (other, involved) if source.better is Better.DOWN else (involved, other)
    return None if under == 0 else 100 * over / under


PAIRED: dict[str, Callable[[Measure, Decimal, Decimal], Decimal | None]] = {
    "side_difference": _side_difference,
    "limb_symmetry": _limb_symmetry,
}


def _error(how: Derivation, measure: Measure, one: Point, other: Point) -> Decimal | None:
    """Return the standard error of the comparison: errors, or relative errors, add as squares."""
    if one.error is None or other.error is None:
        return None
    if how.kind == "side_difference":
        error = sqrt(float(one.error * one.error + other.error * other.error))
    else:
        if one.value == 0 or other.value == 0:
            return None
        share = (one.error / one.value) ** 2 + (other.error / other.value) ** 2
        ratio = float(one.value / other.value) * (1 if measure.unit == "ratio" else 100)
        error = ratio * sqrt(float(share))
    return Decimal(error).quantize(Decimal("0.0001"))
