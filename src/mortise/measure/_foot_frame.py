"""Which way is up, forward and sideways on a foot, found from the walk itself."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure._swings import Swing
from mortise.measure.orientation import Attitude, inverse, rotate
from mortise.measure.recording import Floats
from mortise.measure.signals import Motion

_UP = np.array([[0.0, 0.0, 1.0]])
# A sensor whose stance attitude leaves the usual one by more than this has slipped or been turned.
TURNED_DEG = 25.0


class FootFrame(Struct, frozen=True, kw_only=True, eq=False):
    """Axes of the foot in the sensor frame, and the foot's pitch that follows.

    `pitch_deg` is the sole's angle to the floor, toe up positive, zero in mid-stance; `pitch_rate_rad_s` its rate about
    the medio-lateral axis; `ahead` is where the foot points over the floor, `(n, 2)`.
    """

    up: Floats
    left: Floats
    forward: Floats
    pitch_deg: Floats
    pitch_rate_rad_s: Floats
    ahead: Floats


def _in_sensor(pose: Attitude, indices: list[int], world: Floats) -> Floats:
    """Return world directions in the sensor frame at the given samples, `(n, 3)`."""
    return rotate(inverse(pose.quat[indices]), world)


def _angle_deg(one: Floats, other: Floats) -> float:
    cosine = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def turned_at(pose: Attitude, swings: list[Swing]) -> int | None:
    """Return the first swing after which the sensor sat differently on the foot for good, else None."""
    if len(swings) < 6:
        return None
    ups = _in_sensor(pose, [swing.rest_before for swing in swings], _UP)
    # a change for good shows between the first and the last three stances; without it the search is spared
    if _angle_deg(np.median(ups[:3], axis=0), np.median(ups[-3:], axis=0)) < TURNED_DEG:
        return None
    best, where = 0.0, None
    for cut in range(3, len(ups) - 2):
        angle = _angle_deg(np.median(ups[:cut], axis=0), np.median(ups[cut:], axis=0))
        if angle > max(best, TURNED_DEG):
            best, where = angle, cut
    return where


def foot_frame(motion: Motion, pose: Attitude, swings: list[Swing]) -> FootFrame:
    """Find the foot's axes in the sensor frame.

    Parameters
    ----------
    motion, pose
        Samples and orientation.
    swings
        Swings of this foot during which the sensor did not move on the foot; at least one.

    Returns
    -------
    FootFrame
        Axes and the foot's pitch over the whole recording.

    Notes
    -----
    1. Up is gravity in the sensor frame, averaged over the stances around long swings: the sole lies on the floor.
    2. The medio-lateral axis is the principal axis of the angular velocity during swings, at right angles to up.
    3. Its sign follows from the way the foot was carried: left is up crossed with forward.

    Deviation from functional calibration in the literature: no separate calibration movement is asked for.
    """
    lengths = np.array([swing.length_m for swing in swings])
    long = [swing for swing in swings if swing.length_m >= 0.6 * float(np.median(lengths))]
    ends = [index for swing in long for index in (swing.rest_before, swing.rest_after)]
    up = np.median(_in_sensor(pose, ends, _UP), axis=0)
    up /= np.linalg.norm(up)
    turning = np.concatenate([pose.gyr_rad_s[swing.start : swing.stop + 1] for swing in long])
    level = turning - np.outer(turning @ up, up)
    axis = np.linalg.eigh(level.T @ level)[1][:, -1]
    ways = np.array([swing.displacement_m for swing in long])
    left_world = np.stack([-ways[:, 1], ways[:, 0], np.zeros(len(ways))], axis=1)
    votes = _in_sensor(pose, [swing.rest_before for swing in long], left_world) @ axis
    left = axis if votes.sum() >= 0 else -axis
    left = left - (left @ up) * up
    left /= np.linalg.norm(left)
    forward = np.cross(left, up)
    forward_world = rotate(pose.quat, forward[None, :])
    pitch = np.degrees(np.arcsin(np.clip(forward_world[:, 2], -1.0, 1.0)))
    return FootFrame(
        up=up,
        left=left,
        forward=forward,
        pitch_deg=pitch,
        pitch_rate_rad_s=-(pose.gyr_rad_s @ left),
        ahead=forward_world[:, :2],
    )
