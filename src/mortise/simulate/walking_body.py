"""A seeded fictional person of markers who walks straight on, with known strides. Nobody walked these.

Feet come to rest more softly than real ones, so foot strikes are found up to 50 ms early; real walks over force plates
show how early they truly are (`docs/reference/validation`).
"""

from __future__ import annotations

import itertools

import numpy as np
from msgspec import Struct

from mortise.simulate._foot_path import Floats, Foothold, PlannedSwing, heel_path, pitch, smooth_step
from mortise.simulate._sensor import OVERSAMPLING, SensorSamples, random_rotation, sensed
from mortise.simulate.recordings import TrueStride

_STAND_S = 0.8
# sensors are calibrated in quiet standing, so they need some
_STILL_S = 2.5
_HALF_WIDTH_M = 0.08
_SHANK_M, _THIGH_M, _TOE_M, _ANKLE_M = 0.40, 0.42, 0.20, 0.06
_MARKER_M = 0.04
_LIFT_M = 0.08
# lean of the shin: at foot strike, at foot off, and knee forward at most on the way back
_LEAN_STRIKE_DEG, _LEAN_OFF_DEG = -15.0, 42.0


class FictionalBodyWalk(Struct, frozen=True, kw_only=True, eq=False):
    """Markers by label `(n, 3)` in metres (x forward, y left, z up), and the strides behind them."""

    rate_hz: float
    time_s: Floats
    points: dict[str, Floats]
    strides: tuple[TrueStride, ...]
    shin_deg: dict[str, Floats]


def fictional_body_walk(
    seed: int,
    *,
    n_steps: int = 9,
    stride_length_m: float = 1.2,
    stride_time_s: float = 1.1,
    asymmetry_ratio: float = 1.0,
    strike_angle_deg: float = 18.0,
    rate_hz: float = 100.0,
    noise_m: float = 0.0005,
) -> FictionalBodyWalk:
    """Make up markers of a walk.

    Parameters
    ----------
    seed
        The same seed gives the same walk.
    n_steps
        Steps in all, the first with the left foot.
    stride_length_m, stride_time_s
        Of steady walking.
    asymmetry_ratio
        Time of the right step over that of the left.
    strike_angle_deg
        Sole's angle at contact, toe up.
    rate_hz
        Frames per second.
    noise_m
        Shaking of each marker.

    Returns
    -------
    FictionalBodyWalk
        Markers and truth.
    """
    rng = np.random.default_rng(seed)
    plans = _plan(n_steps, stride_length_m, stride_time_s, asymmetry_ratio)
    total_s = max(plan[-1].foot_strike_s for plan in plans.values()) + _STAND_S
    time_s = np.arange(int(total_s * rate_hz)) / rate_hz
    points: dict[str, Floats] = {}
    shins: dict[str, Floats] = {}
    strides: list[TrueStride] = []
    ankles: list[Floats] = []
    for side, letter in (("left", "L"), ("right", "R")):
        pitch_rad = pitch(time_s, plans[side], np.radians(strike_angle_deg), np.radians(-60.0))
        heel, _ = heel_path(time_s, pitch_rad, plans[side])
        heel[:, 2] += _lift(time_s, plans[side])
        sole = _directions(pitch_rad)
        ankle = heel + _ANKLE_M * sole[0] + 2.0 * _MARKER_M * sole[1]
        lean = _lean(time_s, plans[side])
        knee = ankle + _SHANK_M * np.stack([np.sin(lean), np.zeros_like(lean), np.cos(lean)], axis=1)
        points |= {
            f"{letter}HEE": heel + _MARKER_M * sole[1],
            f"{letter}TOE": heel + _TOE_M * sole[0] + _MARKER_M * sole[1],
            f"{letter}ANK": ankle,
            f"{letter}KNE": knee,
        }
        shins[side] = np.degrees(lean)
        ankles.append(ankle)
        strides += _strides(side, plans[side])
    middle = 0.5 * (ankles[0] + ankles[1])
    middle[:, 1:] = 0.0
    for label, place in _TRUNK.items():
        points[label] = middle + np.array(place)
    points = {name: values + rng.normal(0.0, noise_m, values.shape) for name, values in points.items()}
    return FictionalBodyWalk(
        rate_hz=rate_hz, time_s=time_s, points=points, strides=tuple(strides), shin_deg=shins
    )


class FictionalLegWalk(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of foot, shank and thigh of both legs by `side placement`, and the truth behind them.

    `dorsiflexion_deg`, `shin_deg` and `knee_deg` are on the samples' clock, per side.
    """

    samples: dict[str, SensorSamples]
    strides: tuple[TrueStride, ...]
    dorsiflexion_deg: dict[str, Floats]
    shin_deg: dict[str, Floats]
    knee_deg: dict[str, Floats]


def fictional_leg_walk(
    seed: int,
    *,
    n_steps: int = 16,
    stride_length_m: float = 1.2,
    stride_time_s: float = 1.1,
    lean_off_deg: float = _LEAN_OFF_DEG,
    rate_hz: float = 100.0,
) -> FictionalLegWalk:
    """Make up sensors on foot, shank and thigh of both legs in a walk straight on, standing before and after.

    Parameters
    ----------
    seed
        The same seed gives the same walk.
    n_steps, stride_length_m, stride_time_s
        As for `fictional_body_walk`.
    lean_off_deg
        How far the shin leans at foot off: a stiff ankle lets it lean less.
    rate_hz
        Samples per second.

    Returns
    -------
    FictionalLegWalk
        Samples and truth.
    """
    rng = np.random.default_rng(seed)
    plans = _plan(n_steps, stride_length_m, stride_time_s, 1.0, first_s=_STILL_S)
    total_s = max(plan[-1].foot_strike_s for plan in plans.values()) + _STILL_S
    time_s = np.arange(int(total_s * rate_hz) * OVERSAMPLING) / (rate_hz * OVERSAMPLING)
    samples: dict[str, SensorSamples] = {}
    angles: dict[str, dict[str, Floats]] = {"ankle": {}, "shin": {}, "knee": {}}
    strides: list[TrueStride] = []
    for side in ("left", "right"):
        pitch_rad = pitch(time_s, plans[side], np.radians(18.0), np.radians(-60.0))
        heel, _ = heel_path(time_s, pitch_rad, plans[side])
        heel[:, 2] += _lift(time_s, plans[side])
        along, above = _directions(pitch_rad)
        ankle = heel + _ANKLE_M * along + 2.0 * _MARKER_M * above
        lean = _lean(time_s, plans[side], lean_off_deg)
        knee = _knee(time_s, plans[side])
        thigh = lean - knee
        knee_at = ankle + _SHANK_M * _tops(lean)
        for placement, position, axes in (
            ("instep", heel + 0.11 * along + 0.06 * above, _turned(-pitch_rad)),
            ("shank", ankle + 0.25 * _tops(lean), _turned(lean)),
            ("thigh", knee_at + 0.20 * _tops(thigh), _turned(thigh)),
        ):
            clock, acc, gyr = sensed(time_s, position, axes, rng, random_rotation(rng), rate_hz)
            samples[f"{side} {placement}"] = SensorSamples(
                side=side,
                placement=placement,
                test="gait",
                rate_hz=rate_hz,
                time_s=clock,
                acc_m_s2=acc,
                gyr_rad_s=gyr,
            )
        picked = slice(None, None, OVERSAMPLING)
        angles["ankle"][side] = np.degrees(lean + pitch_rad)[picked]
        angles["shin"][side] = np.degrees(lean)[picked]
        angles["knee"][side] = np.degrees(knee)[picked]
        strides += _strides(side, plans[side])
    return FictionalLegWalk(
        samples=samples,
        strides=tuple(strides),
        dorsiflexion_deg=angles["ankle"],
        shin_deg=angles["shin"],
        knee_deg=angles["knee"],
    )


def _tops(lean_rad: Floats) -> Floats:
    """Return where the top of a segment points that leans forward, `(n, 3)`."""
    return np.stack([np.sin(lean_rad), np.zeros_like(lean_rad), np.cos(lean_rad)], axis=1)


def _turned(lean_rad: Floats) -> Floats:
    """Return rotations from a segment (x forward, y left, z up) that leans forward to the world."""
    c, s, zero, one = np.cos(lean_rad), np.sin(lean_rad), np.zeros_like(lean_rad), np.ones_like(lean_rad)
    return np.stack(
        [np.stack(row, axis=1) for row in ((c, zero, s), (zero, one, zero), (-s, zero, c))], axis=1
    )


def _knee(time_s: Floats, swings: list[PlannedSwing]) -> Floats:
    """Return knee flexion: straightest in late stance, bent before foot off, most in swing, a little after contact."""
    knee = np.zeros_like(time_s)
    for swing in swings:
        span = swing.foot_strike_s - swing.foot_off_s
        share = np.clip((time_s - (swing.foot_off_s - 0.35 * span)) / (1.3 * span), 0.0, 1.0)
        knee += np.radians(58.0) * np.sin(np.pi * share) ** 2
        after = np.clip((time_s - swing.foot_strike_s) / (0.8 * span), 0.0, 1.0)
        knee += np.radians(12.0) * np.sin(np.pi * after) ** 2
    return knee


_TRUNK = {
    "LASI": (0.10, 0.12, 0.95),
    "RASI": (0.10, -0.12, 0.95),
    "LHJC": (0.0, 0.09, 0.88),
    "RHJC": (0.0, -0.09, 0.88),
    "C7": (-0.05, 0.0, 1.45),
}


def _plan(
    n_steps: int, stride_m: float, stride_s: float, asymmetry_ratio: float, first_s: float = _STAND_S
) -> dict[str, list[PlannedSwing]]:
    step_m, right_s = 0.5 * stride_m, stride_s * asymmetry_ratio / (1.0 + asymmetry_ratio)
    standing = {
        side: Foothold(x_m=0.0, y_m=sign * _HALF_WIDTH_M, heading_rad=0.0)
        for side, sign in (("left", 1.0), ("right", -1.0))
    }
    plans: dict[str, list[PlannedSwing]] = {"left": [], "right": []}
    strike_s, along_m = first_s + 0.5 * stride_s, 0.0
    for index in range(n_steps):
        side = "left" if index % 2 == 0 else "right"
        along_m += step_m
        here = standing[side]
        there = Foothold(x_m=along_m, y_m=here.y_m, heading_rad=0.0)
        plans[side].append(
            PlannedSwing(
                foot_off_s=strike_s - 0.39 * stride_s, foot_strike_s=strike_s, source=here, target=there
            )
        )
        standing[side] = there
        strike_s += right_s if side == "left" else stride_s - right_s
    return plans


def _lift(time_s: Floats, swings: list[PlannedSwing]) -> Floats:
    """Return by how much more the foot is carried in swing, so that its toe clears the floor."""
    lift = np.zeros_like(time_s)
    for swing in swings:
        share = np.clip((time_s - swing.foot_off_s) / (swing.foot_strike_s - swing.foot_off_s), 0.0, 1.0)
        lift += _LIFT_M * np.sin(np.pi * share) ** 2
    return lift


def _directions(pitch_rad: Floats) -> tuple[Floats, Floats]:
    """Return where the sole points and where its upside points, `(n, 3)` each."""
    zero = np.zeros_like(pitch_rad)
    along = np.stack([np.cos(pitch_rad), zero, np.sin(pitch_rad)], axis=1)
    above = np.stack([-np.sin(pitch_rad), zero, np.cos(pitch_rad)], axis=1)
    return along, above


def _lean(time_s: Floats, swings: list[PlannedSwing], off_deg: float = _LEAN_OFF_DEG) -> Floats:
    """Return the shin's lean: forward through stance, back in swing, upright in standing."""
    lean = np.zeros_like(time_s)
    low, high = np.radians(_LEAN_STRIKE_DEG), np.radians(off_deg)
    here = 0.0
    last_s = 0.0
    for swing in swings:
        rise = (
            smooth_step((time_s - last_s) / (swing.foot_off_s - last_s))
            if last_s
            else smooth_step((time_s - (swing.foot_off_s - 0.4)) / 0.4)
        )
        lean += (high - here) * rise
        span = swing.foot_strike_s - swing.foot_off_s
        lean += (low - high) * smooth_step((time_s - swing.foot_off_s) / span)
        here, last_s = low, swing.foot_strike_s
    lean += (0.0 - here) * smooth_step((time_s - last_s) / 0.5)
    return lean


def _strides(side: str, swings: list[PlannedSwing]) -> list[TrueStride]:
    return [
        TrueStride(
            side=side,
            foot_strike_s=before.foot_strike_s,
            foot_off_s=after.foot_off_s,
            next_foot_strike_s=after.foot_strike_s,
            stride_length_m=after.target.x_m - after.source.x_m,
            is_turn=False,
            heel_clearance_cm=float("nan"),
            toe_clearance_cm=float("nan"),
            height_gain_m=0.0,
        )
        for before, after in itertools.pairwise(swings)
    ]
