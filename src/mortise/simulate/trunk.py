"""Seeded fictional walks seen from the waist: a phone at the belt of somebody who walks, stops and walks on.

Nobody walked these. The trunk is an inverted pendulum; strikes lie where `mortise.measure` looks for them, so these
recordings show what the arithmetic loses, not whether the rule is true. Real walks with motion capture show that
(`docs/reference/validation`).
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.simulate._foot_path import Floats
from mortise.simulate._sensor import OVERSAMPLING, SensorSamples, random_rotation, sensed

_STAND_S = 3.0
_LEG_M = 0.90
_LENGTH_FACTOR = 1.08
_YAW_RAD = 0.07


class FictionalTrunkWalk(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of a phone at the belt, and the strikes behind them: seconds and `left` or `right`."""

    samples: SensorSamples
    strikes: tuple[tuple[float, str], ...]
    stride_length_m: float


def fictional_trunk_walk(
    seed: int,
    *,
    n_steps: int = 24,
    step_time_s: float = 0.55,
    stride_length_m: float = 1.25,
    asymmetry_ratio: float = 1.0,
    pause_s: float = 0.0,
    rate_hz: float = 100.0,
    placement: str = "belt",
) -> FictionalTrunkWalk:
    """Make up a walk straight on with a phone at the belt, standing before and after.

    Parameters
    ----------
    seed
        The same seed gives the same walk.
    n_steps
        Steps in all.
    step_time_s, stride_length_m
        Means; step times vary by two per cent.
    asymmetry_ratio
        Time of the right step over that of the left.
    pause_s
        How long the person stands half-way.
    rate_hz
        Samples per second.
    placement
        Where the phone is worn.

    Returns
    -------
    FictionalTrunkWalk
        Samples and truth.
    """
    rng = np.random.default_rng(seed)
    right_s = 2.0 * step_time_s * asymmetry_ratio / (1.0 + asymmetry_ratio)
    strikes = []
    at_s = _STAND_S
    for index in range(n_steps):
        side = "left" if index % 2 == 0 else "right"
        if index:
            step_s = right_s if side == "right" else 2.0 * step_time_s - right_s
            at_s += step_s * (1.0 + rng.normal(0.0, 0.02)) + (pause_s if index == n_steps // 2 else 0.0)
        strikes.append((at_s, side))
    time_s = np.arange(int((at_s + _STAND_S) * rate_hz) * OVERSAMPLING) / (rate_hz * OVERSAMPLING)
    phase, walking = _phase(time_s, [t for t, _ in strikes], step_time_s)
    leg_m = _LEG_M - np.sqrt(_LEG_M**2 - (stride_length_m / (4.0 * _LENGTH_FACTOR)) ** 2)
    height = -0.5 * leg_m * walking * np.sin(2.0 * np.pi * phase + 0.25 * np.pi)
    yaw = -_YAW_RAD * walking * np.sin(np.pi * phase)
    ahead = np.cumsum(walking) * stride_length_m / (2.0 * step_time_s) / (rate_hz * OVERSAMPLING)
    sway = 0.02 * walking * np.cos(np.pi * phase)
    position = np.stack([ahead, sway, 1.0 + height], axis=1)
    clock, acc, gyr = sensed(time_s, position, _axes(yaw), rng, random_rotation(rng), rate_hz)
    samples = SensorSamples(
        side="none",
        placement=placement,
        test="gait",
        rate_hz=rate_hz,
        time_s=clock,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
    )
    return FictionalTrunkWalk(samples=samples, strikes=tuple(strikes), stride_length_m=stride_length_m)


def _phase(time_s: Floats, strikes_s: list[float], step_s: float) -> tuple[Floats, Floats]:
    """Return the step's phase, a whole number at each strike, and how far the person walks (0 standing, 1 walking)."""
    gaps = np.diff(strikes_s)
    knots, values = [strikes_s[0]], [0.0]
    walking = np.zeros_like(time_s)
    start = strikes_s[0]
    for index, gap in enumerate(gaps.tolist()):
        if gap > 2.0 * step_s:
            # stand after a step and start again a step before the next strike
            knots += [strikes_s[index] + step_s, strikes_s[index + 1] - step_s]
            values += [index + 0.999, index + 0.0]
            walking += _spell(time_s, start, strikes_s[index], step_s)
            start = strikes_s[index + 1]
        knots.append(strikes_s[index + 1])
        values.append(index + 1.0)
    walking += _spell(time_s, start, strikes_s[-1], step_s)
    phase = np.interp(time_s, knots, values)
    before, after = time_s < knots[0], time_s > knots[-1]
    phase[before] = (time_s[before] - knots[0]) / step_s
    phase[after] = values[-1] + (time_s[after] - knots[-1]) / step_s
    return phase, np.clip(walking, 0.0, 1.0)


def _spell(time_s: Floats, start_s: float, end_s: float, step_s: float) -> Floats:
    """Return a spell of walking that swells within half a step before its first strike and dies after its last."""
    rise = np.clip((time_s - (start_s - 0.6 * step_s)) / (0.3 * step_s), 0.0, 1.0)
    fall = np.clip(((end_s + 0.6 * step_s) - time_s) / (0.3 * step_s), 0.0, 1.0)
    both = np.minimum(rise, fall)
    result: Floats = both * both * (3.0 - 2.0 * both)
    return result


def _axes(yaw_rad: Floats) -> Floats:
    c, s, zero, one = np.cos(yaw_rad), np.sin(yaw_rad), np.zeros_like(yaw_rad), np.ones_like(yaw_rad)
    return np.stack(
        [np.stack(row, axis=1) for row in ((c, -s, zero), (s, c, zero), (zero, zero, one))], axis=1
    )
