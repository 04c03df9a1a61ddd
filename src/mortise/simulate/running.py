"""A seeded fictional run with two foot sensors and known contacts; nobody ran it.

No recording of a run with a gyroscope and a reference is at hand, so these show what the arithmetic loses, no more.
"""

from __future__ import annotations

import itertools

import numpy as np
from msgspec import Struct

from mortise.simulate._foot_path import Floats, Foothold, PlannedSwing, heel_path, pitch
from mortise.simulate._sensor import OVERSAMPLING, SensorSamples, random_rotation, sensed

_STAND_S = 2.0
_SENSOR_M = np.array([0.11, 0.0, 0.06])


class FictionalRun(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of both feet and, per side, rows of foot strike and the foot off after it, seconds."""

    left: SensorSamples
    right: SensorSamples
    contacts_s: dict[str, Floats]
    stride_length_m: float
    strike_angle_deg: float


def fictional_run(
    seed: int,
    *,
    n_steps: int = 40,
    stride_time_s: float = 0.72,
    contact_time_s: float = 0.25,
    stride_length_m: float = 2.1,
    strike_angle_deg: float = 14.0,
    asymmetry_ratio: float = 1.0,
    rate_hz: float = 200.0,
) -> FictionalRun:
    """Make up a run straight on, standing before and after.

    Parameters
    ----------
    seed
        The same seed gives the same run.
    n_steps
        Steps in all.
    stride_time_s, contact_time_s, stride_length_m
        Means; stride times vary by one per cent.
    strike_angle_deg
        Sole's angle at contact; below zero the forefoot lands first.
    asymmetry_ratio
        Contact time of the right foot over that of the left.
    rate_hz
        Samples per second.

    Returns
    -------
    FictionalRun
        Samples and truth.
    """
    rng = np.random.default_rng(seed)
    contact_s = {
        "left": 2.0 * contact_time_s / (1.0 + asymmetry_ratio),
        "right": 2.0 * contact_time_s * asymmetry_ratio / (1.0 + asymmetry_ratio),
    }
    plans = _plan(rng, n_steps, stride_time_s, stride_length_m, contact_s)
    total_s = max(plan[-1].foot_strike_s for plan in plans.values()) + _STAND_S
    time_s = np.arange(int(total_s * rate_hz) * OVERSAMPLING) / (rate_hz * OVERSAMPLING)
    samples, contacts = {}, {}
    for side, plan in plans.items():
        pitch_rad = pitch(
            time_s,
            plan,
            np.radians(strike_angle_deg),
            np.radians(-62.0),
            push_s=0.7 * contact_s[side],
            fall_s=0.05,
        )
        heel, _ = heel_path(time_s, pitch_rad, plan)
        heel[:, 2] += _lift(time_s, plan)
        c, s = np.cos(pitch_rad), np.sin(pitch_rad)
        zero, one = np.zeros_like(c), np.ones_like(c)
        axes = np.stack(
            [np.stack(row, axis=1) for row in ((c, zero, -s), (zero, one, zero), (s, zero, c))], axis=1
        )
        clock, acc, gyr = sensed(time_s, heel + axes @ _SENSOR_M, axes, rng, random_rotation(rng), rate_hz)
        _land(acc, clock, plan, rng)
        samples[side] = SensorSamples(
            side=side,
            placement="instep",
            test="run",
            rate_hz=rate_hz,
            time_s=clock,
            acc_m_s2=acc,
            gyr_rad_s=gyr,
        )
        contacts[side] = np.array(
            [[before.foot_strike_s, after.foot_off_s] for before, after in itertools.pairwise(plan)]
        )
    return FictionalRun(
        left=samples["left"],
        right=samples["right"],
        contacts_s=contacts,
        stride_length_m=stride_length_m,
        strike_angle_deg=strike_angle_deg,
    )


def _plan(
    rng: np.random.Generator, n_steps: int, stride_s: float, stride_m: float, contact_s: dict[str, float]
) -> dict[str, list[PlannedSwing]]:
    here = {"left": 0.0, "right": 0.0}
    plans: dict[str, list[PlannedSwing]] = {"left": [], "right": []}
    strike_s, along_m = _STAND_S + 0.5 * stride_s, 0.0
    last_s: dict[str, float] = {}
    for index in range(n_steps):
        side = "left" if index % 2 == 0 else "right"
        y_m = 0.05 if side == "left" else -0.05
        along_m += 0.5 * stride_m
        off_s = last_s[side] + contact_s[side] if side in last_s else strike_s - 0.6 * stride_s
        plans[side].append(
            PlannedSwing(
                foot_off_s=off_s,
                foot_strike_s=strike_s,
                source=Foothold(x_m=here[side], y_m=y_m, heading_rad=0.0),
                target=Foothold(x_m=along_m, y_m=y_m, heading_rad=0.0),
            )
        )
        here[side], last_s[side] = along_m, strike_s
        strike_s += 0.5 * stride_s * (1.0 + rng.normal(0.0, 0.01))
    return plans


def _lift(time_s: Floats, swings: list[PlannedSwing]) -> Floats:
    lift = np.zeros_like(time_s)
    for swing in swings:
        share = np.clip((time_s - swing.foot_off_s) / (swing.foot_strike_s - swing.foot_off_s), 0.0, 1.0)
        lift += 0.15 * np.sin(np.pi * share) ** 2
    return lift


def _land(acc: Floats, clock: Floats, swings: list[PlannedSwing], rng: np.random.Generator) -> None:
    """Add the jolt of each landing: a ringing of 25 Hz that dies within 25 ms, in place."""
    way = rng.normal(size=3)
    way /= np.linalg.norm(way)
    for swing in swings:
        since = clock - swing.foot_strike_s
        ring = np.where(
            since >= 0, 45.0 * np.exp(-since.clip(0) / 0.012) * np.cos(2 * np.pi * 25.0 * since), 0.0
        )
        acc += ring[:, None] * way[None, :]
