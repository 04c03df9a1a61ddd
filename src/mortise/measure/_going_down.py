"""Repetitions of going down and coming up, found in the height of the pelvis."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure.axes import Axes
from mortise.measure.markers import SIDES, Body
from mortise.measure.recording import Floats
from mortise.measure.results import Refused
from mortise.measure.segments import smoothed
from mortise.measure.signals import turning_points

# The pelvis goes down by this share of its height over the foot at least: five centimetres of an adult.
_LEAST_SHARE = 0.05
# Standing counts as left and reached again at this share of the depth.
_EDGE_SHARE = 0.1
_SMOOTH_S = 0.1
# Slower than this per repetition nobody goes down and up; faster is a bounce or a jump.
_SHORTEST_S = 0.4
# Coming to rest on the way, or going down again, more than this share of the depth.
_WAVER_SHARE = 0.15


class Repetition(Struct, frozen=True, kw_only=True):
    """One repetition in frames: where it leaves standing, its deepest, where it is back; and its depth.

    `depth` is in the body's unit, `depth_ratio` its share of the pelvis's height in standing.
    """

    start: int
    deepest: int
    end: int
    depth: float
    depth_ratio: float
    is_unsteady: bool = False
    flags: tuple[str, ...] = ()


def repetitions_of(body: Body, axes: Axes) -> tuple[list[Repetition], list[Refused]]:
    """Return the repetitions of a recording, and what was left out.

    Parameters
    ----------
    body
        The person.
    axes
        Up.

    Returns
    -------
    list of Repetition, list of Refused
        A repetition that the recording begins or ends in is refused and counted as missing.
    """
    centre = body.pelvis()
    hips = [each for each in (body.hip(side) for side in SIDES) if each is not None]
    if centre is None and hips:
        centre = np.mean(hips, axis=0)
    feet = [each for each in (body.ankle(side) for side in SIDES) if each is not None]
    if centre is None or not feet:
        return [], [
            Refused(
                what="step-down",
                reason="pelvis or ankles are not seen: how far the body goes down is not known",
                mend="Label the pelvis (or hips) and the ankles.",
            )
        ]
    height = _filled(smoothed(centre, _SMOOTH_S, body.rate_hz) @ axes.up)
    floor = float(np.nanpercentile(np.concatenate([foot @ axes.up for foot in feet]), 10.0))
    standing = float(np.percentile(height, 90.0)) - floor
    return repetitions_in(height, standing, body.rate_hz)


def repetitions_in(height: Floats, standing: float, rate_hz: float) -> tuple[list[Repetition], list[Refused]]:
    """Return the repetitions in a height over time.

    Parameters
    ----------
    height
        Of the pelvis, smooth, without holes.
    standing
        Its height over the floor in standing.
    rate_hz
        Frames per second.

    Returns
    -------
    list of Repetition, list of Refused
        A repetition that the recording begins or ends in is refused and counted as missing.
    """
    if standing <= 0 or len(height) < 3:
        return [], []
    points = turning_points(height, _LEAST_SHARE * standing)
    found: list[Repetition] = []
    refused: list[Refused] = []
    for at, (index, kind) in enumerate(points):
        if kind > 0:
            continue
        before = points[at - 1][0] if at else 0
        after = points[at + 1][0] if at + 1 < len(points) else len(height) - 1
        repetition = _repetition(height, (before, index, after), standing, rate_hz)
        if isinstance(repetition, Refused):
            refused.append(repetition)
        elif repetition is not None:
            found.append(repetition)
    return found, refused


def _repetition(
    height: Floats, where: tuple[int, int, int], standing: float, rate_hz: float
) -> Repetition | Refused | None:
    before, deepest, after = where
    down = float(height[before] - height[deepest])
    up = float(height[after] - height[deepest])
    if min(down, up) < 0.5 * max(down, up):
        return Refused(
            what="repetition",
            reason="the recording begins or ends while the body goes down or comes up",
            start_s=round(before / rate_hz, 3),
            end_s=round(after / rate_hz, 3),
            n_missing=1,
            mend="Stand for a second first and last.",
        )
    top = float(height[before]) - _EDGE_SHARE * down
    start = deepest - int(np.argmax(height[before : deepest + 1][::-1] > top)) if down > 0 else before
    back = float(height[after]) - _EDGE_SHARE * up
    end = deepest + int(np.argmax(height[deepest : after + 1] > back))
    if (end - start) / rate_hz < _SHORTEST_S:
        return None
    depth = down
    steps = np.diff(height[start : end + 1])
    up_early, down_late = steps[: deepest - start], -steps[deepest - start :]
    wavers = float(np.sum(np.maximum(up_early, 0.0)) + np.sum(np.maximum(down_late, 0.0)))
    return Repetition(
        start=start,
        deepest=deepest,
        end=end,
        depth=depth,
        depth_ratio=depth / standing,
        is_unsteady=wavers > _WAVER_SHARE * depth,
    )


def _filled(values: Floats) -> Floats:
    is_seen = np.isfinite(values)
    if is_seen.all() or not is_seen.any():
        return np.nan_to_num(values)
    found: Floats = np.interp(np.arange(len(values)), np.flatnonzero(is_seen), values[is_seen])
    return found
