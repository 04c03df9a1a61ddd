"""A seeded fictional person of markers who walks straight on, with known strides. Nobody walked these.

Feet come to rest more softly than real ones, so foot strikes are found up to 50 ms early; real walks over force plates
show how early they truly are (`docs/reference/validation`).
"""

from __future__ import annotations

import itertools

import numpy as np
from msgspec import Struct

from mortise.simulate._foot_path import Floats, Foothold, PlannedSwing, heel_path, pitch, smooth_step
from mortise.simulate.recordings import TrueStride

_STAND_S = 0.8
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


_TRUNK = {
    "LASI": (0.10, 0.12, 0.95),
    "RASI": (0.10, -0.12, 0.95),
    "LHJC": (0.0, 0.09, 0.88),
    "RHJC": (0.0, -0.09, 0.88),
    "C7": (-0.05, 0.0, 1.45),
}


def _plan(
    n_steps: int, stride_m: float, stride_s: float, asymmetry_ratio: float
) -> dict[str, list[PlannedSwing]]:
    step_m, right_s = 0.5 * stride_m, stride_s * asymmetry_ratio / (1.0 + asymmetry_ratio)
    standing = {
        side: Foothold(x_m=0.0, y_m=sign * _HALF_WIDTH_M, heading_rad=0.0)
        for side, sign in (("left", 1.0), ("right", -1.0))
    }
    plans: dict[str, list[PlannedSwing]] = {"left": [], "right": []}
    strike_s, along_m = _STAND_S + 0.5 * stride_s, 0.0
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


def _lean(time_s: Floats, swings: list[PlannedSwing]) -> Floats:
    """Return the shin's lean: forward through stance, back in swing, upright in standing."""
    lean = np.zeros_like(time_s)
    low, high = np.radians(_LEAN_STRIKE_DEG), np.radians(_LEAN_OFF_DEG)
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
