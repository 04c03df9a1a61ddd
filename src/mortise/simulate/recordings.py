"""Seeded fictional recordings with known truth: a walk with two foot sensors, and lunges with a phone on the shin.

Nobody walked these. They serve the demo, the golden tests and the measures that no reference data reach.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.simulate._foot_path import (
    BALL_M,
    TURN_RADIUS_M,
    Floats,
    Foothold,
    PlannedSwing,
    foothold,
    heel_path,
    pitch,
    smooth_step,
)
from mortise.simulate._sensor import (
    OVERSAMPLING,
    SensorSamples,
    csv_of,
    phone_log_of,
    random_rotation,
    sensed,
)

__all__ = [
    "FictionalLunge",
    "FictionalWalk",
    "SensorSamples",
    "TrueStride",
    "csv_of",
    "fictional_lunge",
    "fictional_walk",
    "phone_log_of",
]

_SENSOR_ON_FOOT_M = np.array([0.11, 0.0, 0.06])
# where laboratories stick the markers of heel and toe
_MARKER_HEIGHT_M = 0.045
_SENSOR_ON_SHIN_M = 0.22
_STAND_S = 2.0


class TrueStride(Struct, frozen=True, kw_only=True):
    """One stride as it was planned."""

    side: str
    foot_strike_s: float
    foot_off_s: float
    next_foot_strike_s: float
    stride_length_m: float
    is_turn: bool
    heel_clearance_cm: float
    toe_clearance_cm: float
    height_gain_m: float


class FictionalWalk(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of both feet and the strides behind them."""

    left: SensorSamples
    right: SensorSamples
    strides: tuple[TrueStride, ...]
    strike_angle_deg: dict[str, float]


class FictionalLunge(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of a phone on a shin, and the angles that were held."""

    samples: SensorSamples
    angles_deg: tuple[float, ...]
    first_pinch_angle_deg: float | None


def fictional_walk(
    seed: int,
    *,
    straight_m: float = 10.0,
    stride_length_m: float = 1.25,
    stride_time_s: float = 1.1,
    asymmetry_ratio: float = 1.0,
    strike_angle_deg: tuple[float, float] = (20.0, 20.0),
    rate_hz: float = 100.0,
    pause_s: float = 0.0,
    is_remounted: bool = False,
    stair_rise_m: float = 0.0,
) -> FictionalWalk:
    """Make up a walk: straight, half turn to the left, straight back, standing before and after.

    Parameters
    ----------
    seed
        The same seed gives the same walk.
    straight_m
        Way before and after the turn.
    stride_length_m, stride_time_s
        Means of steady walking; strides vary by about two per cent.
    asymmetry_ratio
        Time of the right step over that of the left; above 1 the right step takes longer.
    strike_angle_deg
        Angle of the sole at contact, left and right, toe up.
    rate_hz
        Samples per second.
    pause_s
        How long the person stands before turning; 0 walks through.
    is_remounted
        Whether the sensors are turned on the shoes during the pause.
    stair_rise_m
        How much higher each step of the way out lies; the way back is as high as the last.

    Returns
    -------
    FictionalWalk
        Samples and truth.
    """
    rng = np.random.default_rng(seed)
    plans, total_s = _plan(
        rng, straight_m, stride_length_m, stride_time_s, asymmetry_ratio, pause_s, stair_rise_m
    )
    sides: dict[str, SensorSamples] = {}
    truth: list[TrueStride] = []
    for side, angle_deg in zip(("left", "right"), strike_angle_deg, strict=True):
        time_s = np.arange(int(total_s * rate_hz) * OVERSAMPLING) / (rate_hz * OVERSAMPLING)
        pitch_rad = pitch(time_s, plans[side], np.radians(angle_deg), np.radians(-62.0))
        heel, heading = heel_path(time_s, pitch_rad, plans[side])
        axes = _foot_axes(pitch_rad, heading)
        position = heel + axes @ _SENSOR_ON_FOOT_M
        if is_remounted and pause_s:
            axes = axes @ _remounting(time_s, _pause_middle(plans[side]))
        clock, acc, gyr = sensed(time_s, position, axes, rng, random_rotation(rng), rate_hz)
        _knock(acc, clock, plans[side], rng)
        sides[side] = SensorSamples(
            side=side,
            placement="instep",
            test="gait",
            rate_hz=rate_hz,
            time_s=clock,
            acc_m_s2=acc,
            gyr_rad_s=gyr,
        )
        truth += _true_strides(side, plans[side], (time_s, pitch_rad, heel[:, 2]))
    return FictionalWalk(
        left=sides["left"],
        right=sides["right"],
        strides=tuple(truth),
        strike_angle_deg={"left": strike_angle_deg[0], "right": strike_angle_deg[1]},
    )


def _plan(
    rng: np.random.Generator,
    straight_m: float,
    stride_length_m: float,
    stride_time_s: float,
    asymmetry_ratio: float,
    pause_s: float,
    stair_rise_m: float,
) -> tuple[dict[str, list[PlannedSwing]], float]:
    """Return the swings of both feet and how long the recording lasts."""
    step_m = stride_length_m / 2.0
    whole_m = 2.0 * straight_m + np.pi * TURN_RADIUS_M
    n_steps = int(whole_m / step_m)
    right_s = stride_time_s * asymmetry_ratio / (1.0 + asymmetry_ratio)
    standing = {"left": foothold(0.0, straight_m, 1.0), "right": foothold(0.0, straight_m, -1.0)}
    plans: dict[str, list[PlannedSwing]] = {"left": [], "right": []}
    along_m, height_m, strike_s = 0.0, 0.0, _STAND_S + 0.5 * stride_time_s
    is_paused = False
    for index in range(n_steps + 1):
        side = "left" if index % 2 == 0 else "right"
        sign = 1.0 if side == "left" else -1.0
        is_closing = index == n_steps
        if not is_closing:
            along_m += step_m * (1.0 + rng.normal(0, 0.015))
            height_m += stair_rise_m if along_m < straight_m else 0.0
        target = foothold(along_m, straight_m, sign, height_m)
        if pause_s and not is_paused and along_m > straight_m - step_m:
            strike_s += pause_s
            is_paused = True
        swing_s = 0.39 * stride_time_s * (1.0 + rng.normal(0, 0.01))
        plans[side].append(
            PlannedSwing(
                foot_off_s=strike_s - swing_s, foot_strike_s=strike_s, source=standing[side], target=target
            )
        )
        standing[side] = target
        step_s = right_s if side == "left" else stride_time_s - right_s
        strike_s += step_s * (1.0 + rng.normal(0, 0.012))
    return plans, strike_s + _STAND_S


def _pause_middle(swings: list[PlannedSwing]) -> float:
    """Return the middle of the longest stance."""
    stances = [(b.foot_off_s - a.foot_strike_s, a.foot_strike_s) for a, b in itertools.pairwise(swings)]
    longest_s, start_s = max(stances)
    return start_s + 0.5 * longest_s


def _remounting(time_s: Floats, middle_s: float) -> Floats:
    """Return rotations by which somebody turns the sensor on the shoe: 70 degrees within 1.5 s."""
    angle = np.radians(70.0) * smooth_step((time_s - middle_s) / 1.5 + 0.5)
    c, s, zero, one = np.cos(angle), np.sin(angle), np.zeros_like(angle), np.ones_like(angle)
    return np.stack([np.stack(r, axis=1) for r in ((one, zero, zero), (zero, c, -s), (zero, s, c))], axis=1)


def _foot_axes(pitch_rad: Floats, heading_rad: Floats) -> Floats:
    """Return rotation matrices from foot (x forward, y left, z up) to world."""
    ch, sh, cp, sp = np.cos(heading_rad), np.sin(heading_rad), np.cos(pitch_rad), np.sin(pitch_rad)
    zero = np.zeros_like(ch)
    forward = np.stack([ch * cp, sh * cp, sp], axis=1)
    left = np.stack([-sh, ch, zero], axis=1)
    return np.stack([forward, left, np.cross(forward, left)], axis=2)


def _knock(acc: Floats, clock: Floats, swings: list[PlannedSwing], rng: np.random.Generator) -> None:
    """Add the jolt of each heel strike: a ringing of 30 Hz that dies within 30 ms, in place."""
    way = rng.normal(size=3)
    way /= np.linalg.norm(way)
    for swing in swings:
        since = clock - swing.foot_strike_s
        ring = np.where(
            since >= 0, 25.0 * np.exp(-since.clip(0) / 0.015) * np.cos(2 * np.pi * 30.0 * since), 0.0
        )
        acc += ring[:, None] * way[None, :]


def _true_strides(
    side: str, swings: list[PlannedSwing], way: tuple[Floats, Floats, Floats]
) -> list[TrueStride]:
    def way_m(a: Foothold, b: Foothold) -> float:
        return float(np.hypot(b.x_m - a.x_m, b.y_m - a.y_m))

    found = []
    for before, after in itertools.pairwise(swings):
        heel_cm, toe_cm = _lifts_cm(after, way)
        found.append(
            TrueStride(
                side=side,
                foot_strike_s=before.foot_strike_s,
                foot_off_s=after.foot_off_s,
                next_foot_strike_s=after.foot_strike_s,
                stride_length_m=way_m(after.source, after.target),
                is_turn=abs(after.target.heading_rad - after.source.heading_rad) > np.radians(20.0),
                heel_clearance_cm=heel_cm,
                toe_clearance_cm=toe_cm,
                height_gain_m=after.target.z_m - after.source.z_m,
            )
        )
    return found


def _lifts_cm(swing: PlannedSwing, way: tuple[Floats, Floats, Floats]) -> tuple[float, float]:
    """Return the greatest lift of the heel and the least lift of the toe in mid-swing, of points at marker height."""
    time_s, pitch_rad, heel_z_m = way
    in_air = (time_s >= swing.foot_off_s) & (time_s <= swing.foot_strike_s)
    angle, height = pitch_rad[in_air], heel_z_m[in_air]
    height = height - np.linspace(swing.source.z_m, swing.target.z_m, len(height))
    tilt = _MARKER_HEIGHT_M * (np.cos(angle) - 1.0)
    toe = height + BALL_M * np.sin(angle) + tilt
    n = len(toe)
    return 100.0 * float((height + tilt).max()), 100.0 * float(toe[n // 4 : 4 * n // 5].min())


def fictional_lunge(
    seed: int,
    *,
    side: str = "right",
    angles_deg: Sequence[float] = (36.0, 37.0, 36.5),
    hold_s: float = 2.0,
    reach_s: float = 1.6,
    out_of_plane_deg: float = 0.0,
    slip_deg: float = 0.0,
    first_pinch_share: float | None = None,
    rate_hz: float = 60.0,
) -> FictionalLunge:
    """Make up weight-bearing lunges with a phone on the shin.

    Parameters
    ----------
    seed
        The same seed gives the same recording.
    side
        `left` or `right`.
    angles_deg
        Shin angle from standing held in each lunge.
    hold_s, reach_s
        How long each lunge is held, and how long it takes to get there.
    out_of_plane_deg
        How far the shin leaves the plane of the lunge sideways at its deepest.
    slip_deg
        How far the phone slips on the shin in the first lunge.
    first_pinch_share
        At which share of the depth the person marks a first pinch, if any.
    rate_hz
        Samples per second.

    Returns
    -------
    FictionalLunge
        Samples and truth.
    """
    rng = np.random.default_rng(seed)
    rest_s = 1.8
    each_s = 2.0 * reach_s + hold_s + rest_s
    time_s = np.arange(int((_STAND_S + len(angles_deg) * each_s + 1.0) * rate_hz) * OVERSAMPLING) / (
        rate_hz * OVERSAMPLING
    )
    lean, slip = np.zeros_like(time_s), np.zeros_like(time_s)
    marks: list[float] = []
    for number, depth_deg in enumerate(angles_deg):
        start = _STAND_S + number * each_s
        rise = smooth_step((time_s - start) / reach_s)
        fall = smooth_step((time_s - start - reach_s - hold_s) / reach_s)
        lean += np.radians(depth_deg) * (rise - fall)
        if number == 0:
            slip = np.radians(slip_deg) * rise
        if first_pinch_share is not None:
            u = float(
                np.interp(first_pinch_share, smooth_step(np.linspace(0, 1, 1001)), np.linspace(0, 1, 1001))
            )
            marks.append(start + u * reach_s)
    sway = np.radians(0.3) * (np.sin(2 * np.pi * 0.4 * time_s) + np.sin(2 * np.pi * 0.27 * time_s + 1.0)) / 2
    sideways = np.radians(out_of_plane_deg) * lean / np.radians(max(angles_deg))
    axes = _shin_axes(lean + sway, sideways)
    position = axes @ np.array([0.0, 0.0, _SENSOR_ON_SHIN_M])
    phone_axes = _shin_axes(lean + sway + slip, sideways)
    clock, acc, gyr = sensed(time_s, position, phone_axes, rng, random_rotation(rng), rate_hz)
    samples = SensorSamples(
        side=side,
        placement="shank",
        test="lunge",
        rate_hz=rate_hz,
        time_s=clock,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
        marks_s=tuple(marks),
    )
    pinch = None if first_pinch_share is None else float(np.median(angles_deg)) * first_pinch_share
    return FictionalLunge(samples=samples, angles_deg=tuple(angles_deg), first_pinch_angle_deg=pinch)


def _shin_axes(lean_rad: Floats, sideways_rad: Floats) -> Floats:
    """Return rotation matrices from shin (x forward, z up along the shin) to world."""
    cl, sl, cs, ss = np.cos(lean_rad), np.sin(lean_rad), np.cos(sideways_rad), np.sin(sideways_rad)
    up = np.stack([sl * cs, ss, cl * cs], axis=1)
    left = np.stack([-sl * ss, cs, -cl * ss], axis=1)
    return np.stack([np.cross(left, up), left, up], axis=2)
