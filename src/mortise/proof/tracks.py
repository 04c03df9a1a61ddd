"""From a cell to what the real engine reads: tracks with dated points that have exactly these values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from mortise.decide import Inputs
from mortise.proof.cells import Cells, State
from mortise.proof.model import real_changes
from mortise.protocol import Reduction
from mortise.record.tracks import Point, Series, track_of
from mortise.record.tracks import Track as RealTrack

_DAYS_BACK = (28, 14, 7, 2, 1, 0)  # enough dates, far enough apart, for every criterion; at visits


def inputs_of(cells: Cells, chosen: Mapping[str, int], as_of: date) -> Inputs:
    """Return the tracks of one cell.

    Parameters
    ----------
    cells : Cells
        The stage.
    chosen : mapping of str to int
        For each track the index of its state.
    as_of : date
        The day.

    Returns
    -------
    Inputs
        For `mortise.decide`.
    """
    day = as_of.toordinal()
    tracks = {}
    for name, at in chosen.items():
        state = cells.states[name][at]
        if state.is_known:
            tracks[name] = _track(cells, name, state, day)
    return Inputs(day, tracks)


def _track(cells: Cells, name: str, state: State, day: int) -> RealTrack:
    track = cells.model.tracks[name]
    by_way = {cells.model.values[one].reduce: steps for one, steps in state.values.items()}
    size = track.measure.resolution
    newest = _newest(by_way)
    change = by_way.get(Reduction.CHANGE_FROM_BASELINE)
    points = []
    if change is not None and state.is_full:
        sign = -1 if track.measure.better.value == "down" else 1
        points.append(_point(day - 60, newest - sign * change, size, by_way))
    days = _DAYS_BACK if state.is_full and not track.is_always_known else (0,)
    for back in days:
        points.append(_point(day - back, _on_day(back, newest, by_way), size, by_way, at_visit=state.is_full))
    if not state.is_full and Reduction.MAX in by_way and Reduction.LAST in by_way:
        points = [_point(day, by_way[Reduction.LAST], size, by_way)]
        if by_way[Reduction.MAX] != by_way[Reduction.LAST]:
            points.insert(0, _point(day - 1, by_way[Reduction.MAX], size, by_way))
    span = real_changes(track.measure)
    series = Series("made", "", None if span is None else span[1] * size, tuple(points))
    return track_of(track.measure.id, track.limb, (series,))


def _on_day(back: int, newest: int, by_way: Mapping[Reduction, int]) -> int:
    """Return the value of a day, so that the middle, the greatest and the least of the last three are as asked.

    The day before also keeps a level apart from its readings: two newest readings that agree are as good as the level.
    """
    apart = [by_way[way] for way in (Reduction.MAX, Reduction.MIN, Reduction.FILTERED) if way in by_way]
    earlier = [value for value in dict.fromkeys(apart) if value != newest]
    earlier += [by_way.get(Reduction.MEDIAN, newest)] * 2
    return earlier[back - 1] if back in (1, 2) else newest


def _newest(by_way: Mapping[Reduction, int]) -> int:
    for way in (Reduction.LAST, Reduction.FILTERED, Reduction.MEDIAN, Reduction.MAX, Reduction.MIN):
        if way in by_way:
            return by_way[way]
    return by_way.get(Reduction.CHANGE_FROM_BASELINE, 0)


def _point(
    day: int, steps: int, size: Decimal, by_way: Mapping[Reduction, int], *, at_visit: bool = False
) -> Point:
    value = steps * size
    level = by_way[Reduction.FILTERED] * size if Reduction.FILTERED in by_way else None
    return Point(day, value, None, ("made",), at_visit, level, None if level is None else Decimal(0))
