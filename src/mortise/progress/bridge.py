"""One run of readings across a change of instrument or rater, bridged only by days on which both measured."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal

from msgspec.structs import replace

from mortise.record.tracks import Point, Series, Track

_ROOT = Context(prec=12)


def bridged(track: Track) -> Series | None:
    """Return the newest series, carried back over older ones that share a day with it.

    Parameters
    ----------
    track : Track
        Every series of a measure on one limb.

    Returns
    -------
    Series or None
        None without readings. The newest series itself when no older one shares a day with it.

    Notes
    -----
    An older series is moved by the mean difference on the shared days; the doubt about that difference (the two errors
    added in quadrature, less with more shared days) goes into the error of every moved point. For showing change only:
    a gate reads one series and never this. Familiarisation of every series is left out.
    """
    if not track.series:
        return None
    newest = track.series[0]
    points = list(newest.points[newest.n_practice :])
    for older in track.series[1:]:
        points = sorted([*points, *_moved(older, points)], key=_day)
    return replace(newest, points=tuple(points), n_practice=0)


def _moved(older: Series, known: Sequence[Point]) -> list[Point]:
    """Move the points of an older series that lie on days not known yet; nothing without a shared day."""
    by_day = {point.day: point for point in known}
    taken = older.points[older.n_practice :]
    shared = [(point, by_day[point.day]) for point in taken if point.day in by_day]
    if not shared:
        return []
    shift = sum((new.value - old.value for old, new in shared), Decimal(0)) / len(shared)
    doubt = _doubt(shared)
    return [
        replace(
            point, value=point.value + shift, error=_with_doubt(point.error, doubt), level=None, level_sd=None
        )
        for point in taken
        if point.day not in by_day
    ]


def _doubt(shared: Sequence[tuple[Point, Point]]) -> Decimal | None:
    """Return the variance of the mean difference, or None when an error is not known."""
    total = Decimal(0)
    for old, new in shared:
        if old.error is None or new.error is None:
            return None
        total += old.error * old.error + new.error * new.error
    return total / (len(shared) * len(shared))


def _with_doubt(error: Decimal | None, doubt: Decimal | None) -> Decimal | None:
    if error is None or doubt is None:
        return None
    return _ROOT.sqrt(error * error + doubt)


def _day(point: Point) -> int:
    return point.day
