"""Left or right, told by the way of a foot in its swing: it is carried outward past the leg that stands."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from msgspec.structs import replace

from mortise.measure._walk import TURN_DEG, FootWalk, walk
from mortise.measure.recording import FOOT_PLACEMENTS, Recording
from mortise.terms import Side

FROM_DATA = "side_from_data"
# Feet bow outward by two to eight centimetres (nine people, docs/reference/validation); less than this tells nothing.
_LEAST_BOW_M = 0.015
_LEAST_SWINGS = 4
_LONG_SHARE = 0.6


def bow_m(walked: FootWalk) -> float | None:
    """Return how far a foot leaves the straight line from stance to stance in its swing, to the left positive.

    Parameters
    ----------
    walked
        One foot's walk.

    Returns
    -------
    float or None
        Median over long straight swings of the farthest deviation, metres; None with fewer than four of them.
    """
    if not walked.steps:
        return None
    usual_m = median(step.swing.length_m for step in walked.steps)
    found = []
    for step in walked.steps:
        swing = step.swing
        if swing.length_m < _LONG_SHARE * usual_m or abs(step.turn_deg) > TURN_DEG:
            continue
        x, y = (swing.displacement_m[:2] / swing.length_m).tolist()
        across = swing.path_m[:, 1] * x - swing.path_m[:, 0] * y
        found.append(float(across[np.argmax(np.abs(across))]))
    return median(found) if len(found) >= _LEAST_SWINGS else None


def looks(walked: FootWalk) -> Side:
    """Return which foot it seems to be, `NONE` when its swing is too straight to tell."""
    bow = bow_m(walked)
    if bow is None or abs(bow) < _LEAST_BOW_M:
        return Side.NONE
    return Side.LEFT if bow > 0.0 else Side.RIGHT


def look_swapped(walks: Sequence[FootWalk]) -> bool:
    """Whether both feet clearly swing as the other foot does."""
    opposite = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    return len(walks) == 2 and all(looks(each) is opposite.get(each.recording.side) for each in walks)


def sided(recordings: Sequence[Recording]) -> list[Recording]:
    """Return the recordings with sides taken from the movement when two feet were given and nobody said which is which.

    Notes
    -----
    Only a pair that clearly swings to opposite sides is told apart, and flagged `side_from_data`; of one foot alone the
    side stays unknown, for on one person's gait a side of the body is not decided.
    """
    feet = [each for each in recordings if each.placement in FOOT_PLACEMENTS]
    if len(feet) != 2 or any(each.side is not Side.NONE for each in feet):
        return list(recordings)
    seen = [looks(walk(each)) for each in feet]
    if set(seen) != {Side.LEFT, Side.RIGHT}:
        return list(recordings)
    named = {id(foot): side for foot, side in zip(feet, seen, strict=True)}
    return [_named(each, named[id(each)]) if id(each) in named else each for each in recordings]


def _named(recording: Recording, side: Side) -> Recording:
    info = recording.info
    note = f"{info.file}: nobody says which foot it was; it swings outward as a {side.value} foot does, taken so."
    return replace(
        recording,
        info=replace(
            info, side=side, sources=replace(info.sources, side="data"), flags=(*info.flags, FROM_DATA),
            notes=(*info.notes, note),
        ),
    )  # fmt: skip
