"""How many strides of a walk were believed made and not found."""

from __future__ import annotations

from statistics import median

import numpy as np

from mortise.measure._gait_method import LEAST_STRIDES, steady
from mortise.measure._walk import TURN_DEG, FootWalk
from mortise.measure.results import Stride


def missed_by_time(walked: FootWalk, strides: list[Stride]) -> int:
    """Return how many strides are believed missing: straight strides that last a whole multiple of the usual time."""
    used = steady(strides)
    if len(used) < LEAST_STRIDES:
        return 0
    usual_s = median(s.stride_time_s for s in used)
    n = 0
    for stride in strides:
        multiple = stride.stride_time_s / usual_s
        if multiple > 1.6 and abs(_stance_turn_deg(walked, stride)) < TURN_DEG and not stride.is_turn:
            # a pause stretches the stance only; a missed swing leaves movement above stillness inside it
            n += round(multiple) - 1 if _moved_in_stance(walked, stride, usual_s) else 0
    return n + _lost_in_holes(walked, strides, usual_s)


def _lost_in_holes(walked: FootWalk, strides: list[Stride], usual_s: float) -> int:
    """Return the strides that went on before and after a hole in the samples, and so through it."""
    n = 0
    for gap in walked.recording.info.gaps:
        before = [s.next_foot_strike_s for s in strides if s.next_foot_strike_s <= gap.end_s]
        after = [s.foot_strike_s for s in strides if s.foot_strike_s >= gap.start_s]
        if gap.is_bridged or not before or not after:
            continue
        last_s, next_s = max(before), min(after)
        # walking is believed to go on only when it did up to the hole and from it
        if gap.start_s - last_s < 1.5 * usual_s and next_s - gap.end_s < 1.5 * usual_s:
            n += max(0, round((next_s - last_s) / usual_s))
    return n


def _stance_turn_deg(walked: FootWalk, stride: Stride) -> float:
    """Return how far the foot turned about the vertical during the stance of `stride`."""
    rate = walked.motion.rate_hz
    first, last = int(stride.foot_strike_s * rate), int((stride.foot_off_s or stride.foot_strike_s) * rate)
    up = walked.pose.quat[first:last]
    turn = walked.pose.gyr_rad_s[first:last]
    # vertical part of the angular velocity: third row of the rotation matrix
    w, x, y, z = up.T
    vertical = (
        2 * (x * z - w * y) * turn[:, 0]
        + 2 * (y * z + w * x) * turn[:, 1]
        + (1 - 2 * (x * x + y * y)) * turn[:, 2]
    )
    return float(np.degrees(vertical.sum() / rate))


def _moved_in_stance(walked: FootWalk, stride: Stride, usual_s: float) -> bool:
    """Whether the foot turned about as fast as in a swing somewhere inside a long stance."""
    rate = walked.motion.rate_hz
    first = int((stride.foot_strike_s + 0.2 * usual_s) * rate)
    off_s = stride.foot_off_s or stride.foot_strike_s
    last = int((off_s - 0.3 * usual_s) * rate)
    if last <= first:
        return False
    size = np.linalg.norm(walked.pose.gyr_rad_s, axis=1)
    swing = size[int(off_s * rate) : int(stride.next_foot_strike_s * rate)]
    return bool(len(swing) and size[first:last].max() > 0.5 * np.median(swing))
