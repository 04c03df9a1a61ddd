"""Angles of shank, foot and ankle from markers or keypoints, each with one definition and one sign.

- Shank inclination: the line from ankle to knee against the vertical, in the plane of up and forward;
  forward positive.
- Foot angle: the line from heel to forefoot against the floor, toes up positive, less its angle when the foot
  lies flat.
- Dorsiflexion: 90 degrees less the angle between shank and foot line, less the foot line's angle when flat. Zero is
  the shin at a right angle to the sole; in standing flat it equals the shank's inclination.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure.axes import Axes, foot_heading, level, still_speed, unit
from mortise.measure.markers import SIDES, Body
from mortise.measure.recording import Floats
from mortise.measure.signals import window_mean
from mortise.terms import Side

# Smoothing of positions before their speed is taken, seconds.
_SMOOTH_S = 0.08
# A foot lies flat for at least this long, all in all, or its flat angle is not known.
_FLAT_S = 0.1


class AnkleAngles(Struct, frozen=True, kw_only=True, eq=False):
    """Angles of one side in degrees, `(n_frames,)`, NaN where a point was not seen.

    `flat_deg` is the foot line's angle when the foot lay flat, already taken off; None when it never did, and then
    `flags` holds `no_flat_foot` and the angles of foot and ankle have an unknown zero.
    """

    side: Side
    shank_deg: Floats
    foot_deg: Floats
    dorsiflexion_deg: Floats
    flat_deg: float | None
    flags: tuple[str, ...] = ()


def ankle_angles(
    body: Body, side: Side, axes: Axes, *, forward: Floats | None = None, flat_deg: float | None = None
) -> AnkleAngles | None:
    """Return shank inclination, foot angle and dorsiflexion of one side.

    Parameters
    ----------
    body
        The person.
    side
        Left or right.
    axes
        Up and forward.
    forward
        Where forward is for the shank, a unit vector or one per frame; where the foot points when left out.
    flat_deg
        The foot line's angle in flat standing when a standing recording told it; else it is looked for here.

    Returns
    -------
    AnkleAngles or None
        None when heel, forefoot, ankle or knee of that side are not there.

    Notes
    -----
    The angle between shank and foot is taken in space, so it needs neither forward nor the camera's place; turning of
    the foot under the shank enters it only in the second order. From the side all is in the picture's plane.
    """
    heel, front, line = body.heel(side), body.forefoot(side), body.shank(side)
    if heel is None or front is None or line is None:
        return None
    foot, shank = front - heel, line[1] - line[0]
    elevation = elevation_deg(foot, axes.up)
    flags: tuple[str, ...] = ()
    if flat_deg is None:
        flat_deg = flat_foot_deg(body, side, axes)
        flags = () if flat_deg is not None else ("no_flat_foot",)
    zero = flat_deg or 0.0
    if forward is None:
        forward = foot_heading(body, side, axes.up)
    return AnkleAngles(
        side=side,
        shank_deg=_lean_deg(shank, axes.up, forward),
        foot_deg=elevation - zero,
        dorsiflexion_deg=90.0 - between_deg(shank, foot) - zero,
        flat_deg=flat_deg,
        flags=flags,
    )


def elevation_deg(vectors: Floats, up: Floats) -> Floats:
    """Return the angle of vectors against the floor, upward positive."""
    found: Floats = np.degrees(np.arctan2(vectors @ up, np.linalg.norm(level(vectors, up), axis=1)))
    return found


def between_deg(first: Floats, second: Floats) -> Floats:
    """Return the angle between vectors, 0 to 180 degrees."""
    cosine = np.einsum("ij,ij->i", unit(first), unit(second))
    found: Floats = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return found


def _lean_deg(shank: Floats, up: Floats, forward: Floats | None) -> Floats:
    if forward is None:
        return np.full(len(shank), np.nan)
    ahead = shank @ forward if forward.ndim == 1 else np.einsum("ij,ij->i", shank, forward)
    found: Floats = np.degrees(np.arctan2(ahead, shank @ up))
    return found


def smoothed(points: Floats, width_s: float, rate_hz: float) -> Floats:
    """Return points after a centred mean over `width_s`; frames that were not seen stay NaN and spoil no neighbour."""
    is_seen = np.isfinite(points).all(axis=1)
    if not is_seen.any():
        return points
    frames, seen = np.arange(len(points)), np.flatnonzero(is_seen)
    found = np.stack(
        [
            window_mean(np.interp(frames, seen, points[seen, axis]), width_s * rate_hz)
            for axis in range(points.shape[1])
        ],
        axis=1,
    )
    found[~is_seen] = np.nan
    return found


def velocity_of(points: Floats, rate_hz: float) -> Floats:
    """Return the velocity of a point, in its unit per second, after smoothing over 80 ms."""
    if len(points) < 2:
        return np.zeros_like(points)
    found: Floats = np.gradient(smoothed(points, _SMOOTH_S, rate_hz), axis=0) * rate_hz
    return found


def speed_of(points: Floats, rate_hz: float) -> Floats:
    """Return the speed of a point, in its unit per second, after smoothing over 80 ms."""
    found: Floats = np.linalg.norm(velocity_of(points, rate_hz), axis=1)
    return found


def flat_foot_deg(body: Body, side: Side, axes: Axes) -> float | None:
    """Return the angle of the line from heel to forefoot while the foot lies flat; None when it never does.

    Notes
    -----
    The foot lies where heel and forefoot are both slow, and both within a tenth of the foot's length of the lowest that
    each gets while slow. A held tiptoe is slow too, but its heel is high; a foot held in the air is higher at both.
    """
    heel, front = body.heel(side), body.forefoot(side)
    if heel is None or front is None:
        return None
    slow = still_speed(body)
    with np.errstate(invalid="ignore"):
        is_still = (speed_of(heel, body.rate_hz) < slow) & (speed_of(front, body.rate_hz) < slow)
    if int(is_still.sum()) < max(2, _FLAT_S * body.rate_hz):
        return None
    band = 0.1 * float(np.nanmedian(np.linalg.norm(front - heel, axis=1)))
    is_flat = is_still.copy()
    for point in (heel, front):
        height = point @ axes.up
        with np.errstate(invalid="ignore"):
            is_flat &= height < np.nanpercentile(height[is_still], 5.0) + band
    if int(is_flat.sum()) < max(2, _FLAT_S * body.rate_hz):
        return None
    return float(np.nanmedian(elevation_deg((front - heel)[is_flat], axes.up)))


def flat_feet_deg(body: Body, axes: Axes) -> dict[Side, float]:
    """Return the flat foot's angle of each side that has one, as a standing recording tells it for others."""
    found = {side: flat_foot_deg(body, side, axes) for side in SIDES}
    return {side: value for side, value in found.items() if value is not None}


def resting(height: Floats, rate_hz: float) -> float:
    """Return the level at which a point rests on the floor: the lowest that it keeps to while slow."""
    if len(height) < 3:
        return float(np.nanmin(height))
    speed = np.abs(np.gradient(height)) * rate_hz
    with np.errstate(invalid="ignore"):
        span = float(np.nanmax(height) - np.nanmin(height))
        # slow against what the point does elsewhere in the recording, so that it holds in pixels too
        slow = height[speed < 0.05 * float(np.nanmax(speed)) + 1e-12]
    slow = slow[np.isfinite(slow)]
    if not len(slow):
        slow = height[np.isfinite(height)]
    return float(np.median(slow[slow <= np.min(slow) + 0.1 * span + 1e-12]))
