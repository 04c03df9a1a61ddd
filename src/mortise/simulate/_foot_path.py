"""How a fictional foot moves: footholds along a path, and a smooth way from one to the next."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A foot as a stick: the heel is the origin, the ball of the foot lies this far in front of it.
BALL_M = 0.19
HALF_STEP_WIDTH_M = 0.06
TURN_RADIUS_M = 0.8


class Foothold(Struct, frozen=True, kw_only=True):
    """Where and how a foot stands: heel in the world, heading in radians, height over the first floor."""

    x_m: float
    y_m: float
    heading_rad: float
    z_m: float = 0.0


class PlannedSwing(Struct, frozen=True, kw_only=True):
    """One swing of one foot, from one foothold to the next."""

    foot_off_s: float
    foot_strike_s: float
    source: Foothold
    target: Foothold


def smooth_step(u: Floats) -> Floats:
    """Return 0 to 1 with no speed and no acceleration at either end."""
    v = np.clip(u, 0.0, 1.0)
    result: Floats = v**3 * (10.0 - 15.0 * v + 6.0 * v * v)
    return result


def foothold(along_m: float, straight_m: float, side: float, z_m: float = 0.0) -> Foothold:
    """Return the foothold at `along_m` on a path: straight, half turn to the left, straight back.

    `side` is +1 for the left foot, -1 for the right.
    """
    arc_m = np.pi * TURN_RADIUS_M
    if along_m <= straight_m:
        x, y, heading = along_m, 0.0, 0.0
    elif along_m <= straight_m + arc_m:
        heading = (along_m - straight_m) / TURN_RADIUS_M
        x = straight_m + TURN_RADIUS_M * np.sin(heading)
        y = TURN_RADIUS_M * (1.0 - np.cos(heading))
    else:
        x, y, heading = straight_m - (along_m - straight_m - arc_m), 2.0 * TURN_RADIUS_M, np.pi
    return Foothold(
        x_m=float(x - side * HALF_STEP_WIDTH_M * np.sin(heading)),
        y_m=float(y + side * HALF_STEP_WIDTH_M * np.cos(heading)),
        heading_rad=float(heading),
        z_m=z_m,
    )


def pitch(
    time_s: Floats,
    swings: list[PlannedSwing],
    strike_rad: float,
    off_rad: float,
    push_s: float = 0.30,
    fall_s: float = 0.12,
) -> Floats:
    """Return the foot's pitch (toe up positive) over time.

    Before each foot off the heel rises from a flat foot to `off_rad`; before each strike the toe rises to `strike_rad`
    and then falls. Event times are met where the real ones are found: foot off at three quarters of the peak toe-down
    rate, strike at half the peak rate of the fall.
    """
    result = np.zeros_like(time_s)
    for swing in swings:
        span = swing.foot_strike_s - swing.foot_off_s
        length = float(np.hypot(swing.target.x_m - swing.source.x_m, swing.target.y_m - swing.source.y_m))
        size = min(1.0, length / 0.8)
        lowest_s = swing.foot_off_s + 0.34 * push_s
        highest_s = swing.foot_strike_s - 0.23 * fall_s
        result += size * off_rad * smooth_step((time_s - (lowest_s - push_s)) / push_s)
        result += size * (strike_rad - off_rad) * smooth_step((time_s - lowest_s) / (highest_s - lowest_s))
        result -= size * strike_rad * smooth_step((time_s - highest_s) / fall_s)
        if span <= 0:
            raise ValueError("a swing must end after it began")
    return result


def _quintic(
    time_s: Floats, t0: float, t1: float, start: tuple[float, float, float], end: tuple[float, float, float]
) -> Floats:
    """Return the polynomial that meets position, speed and acceleration at both ends."""
    span = t1 - t0
    u = (time_s - t0) / span
    p0, v0, a0 = start[0], start[1] * span, start[2] * span * span
    p1, v1, a1 = end[0], end[1] * span, end[2] * span * span
    c3 = 10 * (p1 - p0) - 6 * v0 - 4 * v1 - 1.5 * a0 + 0.5 * a1
    c4 = -15 * (p1 - p0) + 8 * v0 + 7 * v1 + 1.5 * a0 - a1
    c5 = 6 * (p1 - p0) - 3 * v0 - 3 * v1 - 0.5 * a0 + 0.5 * a1
    result: Floats = p0 + v0 * u + 0.5 * a0 * u**2 + c3 * u**3 + c4 * u**4 + c5 * u**5
    return result


def heel_path(time_s: Floats, pitch_rad: Floats, swings: list[PlannedSwing]) -> tuple[Floats, Floats]:
    """Return the heel's way `(n, 3)` and the foot's heading `(n,)`.

    On the ground the foot turns about its ball while the heel is up and about its heel while the toe is up; in the air
    the heel follows a polynomial that leaves and lands without a jolt.
    """
    dt = float(time_s[1] - time_s[0])
    first = swings[0].source
    ground = np.array([first.x_m, first.y_m, first.z_m])
    along, height = BALL_M * (1.0 - np.cos(pitch_rad)), -BALL_M * np.sin(pitch_rad)
    is_on_ball = pitch_rad < 0
    rise = np.where(is_on_ball, along, 0.0), np.where(is_on_ball, height, 0.0)
    heading = np.full_like(time_s, first.heading_rad)
    path = np.tile(ground, (len(time_s), 1))
    stance_from = 0
    here = first
    for swing in swings:
        off, strike = (int(np.searchsorted(time_s, t)) for t in (swing.foot_off_s, swing.foot_strike_s))
        _stand(path, rise, here, stance_from, off + 1)
        speed = [(r[off] - r[off - 1]) / dt for r in rise]
        pull = [(r[off] - 2 * r[off - 1] + r[off - 2]) / dt**2 for r in rise]
        forward = np.array([np.cos(here.heading_rad), np.sin(here.heading_rad)])
        part = slice(off, strike + 1)
        t0, t1 = float(time_s[off]), float(time_s[strike])
        for axis, goal in ((0, swing.target.x_m), (1, swing.target.y_m)):
            begin = (float(path[off, axis]), float(speed[0] * forward[axis]), float(pull[0] * forward[axis]))
            path[part, axis] = _quintic(time_s[part], t0, t1, begin, (goal, 0.0, 0.0))
        begin = (float(path[off, 2]), float(speed[1]), float(pull[1]))
        path[part, 2] = _quintic(time_s[part], t0, t1, begin, (swing.target.z_m, 0.0, 0.0))
        turn = swing.target.heading_rad - here.heading_rad
        heading[off:] = here.heading_rad + turn * smooth_step((time_s[off:] - t0) / (t1 - t0))
        here, stance_from = swing.target, strike
    _stand(path, rise, here, stance_from, len(time_s))
    return path, heading


def _stand(path: Floats, rise: tuple[Floats, Floats], here: Foothold, start: int, stop: int) -> None:
    """Fill a stance: the heel lies at its foothold, lifted while the foot stands on its ball."""
    path[start:stop, 0] = here.x_m + rise[0][start:stop] * np.cos(here.heading_rad)
    path[start:stop, 1] = here.y_m + rise[0][start:stop] * np.sin(here.heading_rad)
    path[start:stop, 2] = here.z_m + rise[1][start:stop]
