"""Level ground, stairs or a slope: told from the height a foot gains in each stride."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np

from mortise.measure.results import Stride, Terrain

# A stride over stairs gains one or two steps of 15 to 20 cm; on even ground the strapdown's height is off by two to
# four centimetres, once in a hundred strides by more. So two strides running must agree.
_STAIR_M = 0.10
# The same error, carried over a whole walk, looks like a slope of up to four in a hundred. Ramps are steeper.
_SLOPE_RATIO = 0.06
_LEAST_ON_SLOPE = 4
# Strides this close in time belong to the same flight of stairs.
_NEXT_S = 3.0


def with_terrain(per_foot: list[list[Stride]]) -> list[list[Stride]]:
    """Say for every stride what it was walked on; both feet together.

    Notes
    -----
    1. A stride is on stairs when it and a stride next to it, of either foot, gain 10 cm or more the same way.
    2. The rest of a bout is on a slope when its straight strides, four or more of each foot, gain on the mean 6 cm in
       each metre, and three times the error of that mean.
    3. Everything else is level.
    """
    every = sorted((s for strides in per_foot for s in strides), key=lambda s: s.next_foot_strike_s)
    on_stairs = {id(s): _way(s) for s in _stair_strides(every)}
    slopes = {bout: _slope(every, bout, on_stairs) for bout in {s.bout for s in every}}
    return [
        [msgspec.structs.replace(s, terrain=on_stairs.get(id(s)) or slopes[s.bout]) for s in strides]
        for strides in per_foot
    ]


def _way(stride: Stride) -> Terrain:
    return "stairs_up" if stride.height_gain_m > 0 else "stairs_down"


def _stair_strides(every: list[Stride]) -> list[Stride]:
    steep = [s for s in every if abs(s.height_gain_m) >= _STAIR_M]
    found: list[Stride] = []
    for before, after in itertools.pairwise(steep):
        is_near = after.next_foot_strike_s - before.next_foot_strike_s < _NEXT_S
        if is_near and before.height_gain_m * after.height_gain_m > 0:
            found += [before, after]
    return found


def _slope(every: list[Stride], bout: int, on_stairs: dict[int, Terrain]) -> Terrain:
    """Return what the strides of `bout` that are not on stairs were walked on."""
    straight = [
        s
        for s in every
        if s.bout == bout and id(s) not in on_stairs and not s.is_turn and not s.is_first_or_last
    ]
    sides = {s.side for s in straight}
    if not straight or min(sum(s.side is side for s in straight) for side in sides) < _LEAST_ON_SLOPE:
        return "level"
    slopes = np.array([s.height_gain_m / s.stride_length_m for s in straight])
    mean = float(slopes.mean())
    error = float(slopes.std(ddof=1) / np.sqrt(len(slopes)))
    if abs(mean) < max(_SLOPE_RATIO, 3.0 * error):
        return "level"
    return "slope_up" if mean > 0 else "slope_down"
