"""Where heel and toe are under a foot sensor, and how high they are carried, from the walk itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np
from msgspec import Struct

from mortise.measure._walk import FootWalk, Step
from mortise.measure.recording import Floats
from mortise.terms import Side

# How high a sensor sits over the floor: on the laces, beside the heel, behind it, or somewhere on the shoe.
_SENSOR_HEIGHT_M = {"instep": 0.08, "lateral_foot": 0.055, "heel": 0.05}
_SENSOR_HEIGHT_SOMEWHERE_M = 0.065
# Laboratories stick the heel and toe markers on the shoe at this height; clearance is of those points.
_POINT_HEIGHT_M = 0.045
# From the heel to the toe of an adult: 0.152 of the stature (Winter 2009), 1.45 to 1.85 m.
USUAL_LENGTH_M, _USUAL_LENGTH_SD_M = 0.25, 0.02
_SHORTEST_M, _LONGEST_M = 0.10, 0.40
# Below these angles the lever of the foot is too short to say where its end lies.
_LEAST_OFF_DEG, _LEAST_STRIKE_DEG = 25.0, 8.0
# By so much the strapdown's height at contact is off for good, whatever the number of strides.
_HEIGHT_BIAS_M = 0.005
_LEAST_STRIDES = 3
# Higher or lower by this from one stance to the next: stairs, where "above the floor" has no one meaning.
LEVEL_M = 0.08
# The toe passes lowest while the foot is quickest, after the toe has left and before it rises for contact.
_FROM, _TO = 0.25, 0.80


class Sole(Struct, frozen=True, kw_only=True):
    """Sole under one sensor: the toe `ahead_m` and the heel `behind_m` of it, the sensor `above_m` over those points.

    `length_m` is heel to toe, `length_error_m` its error; `is_given` when somebody measured it.
    """

    ahead_m: float
    behind_m: float
    above_m: float
    length_m: float
    length_error_m: float
    is_given: bool


class Clearance(Struct, frozen=True, kw_only=True):
    """Of one swing: greatest lift of the heel, and least lift of the toe while the foot passes."""

    heel_cm: float
    toe_cm: float


class _Levers(Struct, frozen=True, kw_only=True):
    """What one walk says: the toe's distance, and the heel's with its error (None when the heel never pivots)."""

    above_m: float
    ahead_m: float
    behind_m: float | None
    behind_sd_m: float


def soles(walks: Sequence[FootWalk], foot_length_m: float | None = None) -> dict[Side, Sole]:
    """Find heel and toe under each sensor; a side is left out when its walk does not tell.

    Parameters
    ----------
    walks
        One or both feet of one person.
    foot_length_m
        Heel to toe, where somebody measured it; else it is estimated.

    Returns
    -------
    dict
        One sole per side that pushed off over its toe often enough.

    Notes
    -----
    1. At foot off only the toe touches: the sensor's height and the foot's angle give the way from toe to sensor.
    2. At foot strike only the heel touches: the same for the heel, less exactly because the angle is small.
    3. The heel's place is a mean of (2) and of what an adult's foot length leaves over after (1), weighted by their
       errors; both feet of one person are taken to be equally long.
    4. How high the sensor sits over the floor follows from its placement. It hardly matters, because clearance is of
       points at marker height (4.5 cm), near which the sensor lies.

    References
    ----------
    Winter 2009, Biomechanics and Motor Control of Human Movement, 4th ed. (foot length 0.152 of stature).
    """
    found = {walked.recording.side: levers for walked in walks if (levers := _levers(walked)) is not None}
    if not found:
        return {}
    if foot_length_m is None:
        lengths, weights = zip(*(_length(levers) for levers in found.values()), strict=True)
        length_m = float(np.average(lengths, weights=weights))
        error_m = float(1.0 / np.sqrt(np.mean(weights)))
    else:
        length_m, error_m = foot_length_m, 0.005
    return {
        side: Sole(
            ahead_m=levers.ahead_m,
            behind_m=length_m - levers.ahead_m,
            above_m=levers.above_m - _POINT_HEIGHT_M,
            length_m=round(length_m, 4),
            length_error_m=round(error_m, 4),
            is_given=foot_length_m is not None,
        )
        for side, levers in found.items()
    }


def _length(levers: _Levers) -> tuple[float, float]:
    """Return heel to toe from what the walk says and what is usual, and the weight of that."""
    usual = 1.0 / _USUAL_LENGTH_SD_M**2
    if levers.behind_m is None:
        return USUAL_LENGTH_M, usual
    measured = 1.0 / levers.behind_sd_m**2
    length_m = (usual * USUAL_LENGTH_M + measured * (levers.ahead_m + levers.behind_m)) / (usual + measured)
    return length_m, usual + measured


def _levers(walked: FootWalk) -> _Levers | None:
    above_m = _SENSOR_HEIGHT_M.get(walked.recording.placement, _SENSOR_HEIGHT_SOMEWHERE_M)
    usual_m = median(step.swing.length_m for step in walked.steps)
    ahead: list[float] = []
    behind: list[float] = []
    for step in walked.steps:
        if step.swing.length_m < 0.6 * usual_m or abs(step.swing.displacement_m[2]) > LEVEL_M:
            continue
        lift = lift_m(step)
        to_toe_m, off_deg = _reach(walked, step, lift, step.events.foot_off, above_m)
        if off_deg < -_LEAST_OFF_DEG:
            ahead.append(-to_toe_m)
        to_heel_m, strike_deg = _reach(walked, step, lift, step.events.foot_strike, above_m)
        if step.events.has_heel_fall and strike_deg > _LEAST_STRIKE_DEG:
            behind.append(to_heel_m)
    if len(ahead) < _LEAST_STRIDES:
        return None
    ahead_m = median(ahead)
    if not 0.0 < ahead_m < _LONGEST_M:
        return None
    behind_m = median(behind) if len(behind) >= _LEAST_STRIDES else None
    if behind_m is None or not _SHORTEST_M < ahead_m + behind_m < _LONGEST_M:
        return _Levers(above_m=above_m, ahead_m=ahead_m, behind_m=None, behind_sd_m=1.0)
    # the heel's lever at contact is the sine of about twenty degrees
    systematic_m = _HEIGHT_BIAS_M / float(np.sin(np.radians(20.0)))
    sd_m = float(np.hypot(np.std(behind) / np.sqrt(len(behind)), systematic_m))
    return _Levers(above_m=above_m, ahead_m=ahead_m, behind_m=behind_m, behind_sd_m=sd_m)


def _reach(walked: FootWalk, step: Step, lift: Floats, moment: float, above_m: float) -> tuple[float, float]:
    """Return how far the point on the floor lies behind the sensor along the sole, and the sole's angle."""
    index = min(max(round(moment) - step.swing.from_index, 0), len(lift) - 1)
    angle_deg = float(walked.pitch_deg[step.swing.from_index + index])
    if abs(angle_deg) < 1.0:
        return 0.0, angle_deg
    angle = math.radians(angle_deg)
    return (float(lift[index]) + above_m * (1.0 - math.cos(angle))) / math.sin(angle), angle_deg


def lift_m(step: Step) -> Floats:
    """Return the sensor's height over a line from one stance to the next, `(n,)`: the floor is taken to be even."""
    height = step.swing.path_m[:, 2]
    result: Floats = height - np.arange(len(height)) * (float(height[-1]) / max(len(height) - 1, 1))
    return result


def clearance(walked: FootWalk, step: Step, sole: Sole) -> Clearance | None:
    """Return how high heel and toe were carried in one swing; None on stairs.

    Parameters
    ----------
    walked
        The foot.
    step
        One of its swings.
    sole
        Where its heel and toe are.

    Returns
    -------
    Clearance or None
        Lift over the points' height in stance, centimetres; the toe's may come out below zero by its error.
    """
    swing = step.swing
    if abs(swing.displacement_m[2]) > LEVEL_M:
        return None
    lift = lift_m(step)
    angle = np.radians(walked.pitch_deg[swing.from_index : swing.from_index + len(lift)])
    sine, tilt = np.sin(angle), sole.above_m * (1.0 - np.cos(angle))
    heel = lift - sole.behind_m * sine + tilt
    toe = lift + sole.ahead_m * sine + tilt
    off, strike = step.events.foot_off - swing.from_index, step.events.foot_strike - swing.from_index
    first, last = (int(off + share * (strike - off)) for share in (_FROM, _TO))
    passing = toe[max(0, first) : max(first + 1, last)]
    return Clearance(heel_cm=100.0 * float(heel.max()), toe_cm=100.0 * float(passing.min()))
