"""A gain that came with aggravation is not a gain: which readings speak for improvement."""

from __future__ import annotations

from collections.abc import Sequence

from mortise.record.tracks import Point
from mortise.terms import Better


def credited(points: Sequence[Point], better: Better) -> Sequence[Point]:
    """Leave out the readings whose gain came with aggravation; a loss that came with it stays a loss.

    Parameters
    ----------
    points : sequence of Point
        Oldest first.
    better : Better
        Which way is better; without a direction nothing is a gain.

    Returns
    -------
    sequence of Point
        The same sequence when every reading counts. One that does not count stays only where it is worse than the last
        reading kept.
    """
    if better is Better.NEITHER or all(point.counts for point in points):
        return points
    kept: list[Point] = []
    for point in points:
        if point.counts or (kept and _is_worse(point, kept[-1], better)):
            kept.append(point)
    return kept


def _is_worse(point: Point, than: Point, better: Better) -> bool:
    return point.value < than.value if better is Better.UP else point.value > than.value
