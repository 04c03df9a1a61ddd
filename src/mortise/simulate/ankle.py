"""Seeded fictional movements of one ankle with known truth, seen by a sensor on the foot and one on the shank.

Heel rises, lunges, range and joint-position matching. Nobody did these. They serve the golden tests and the measures
that no reference data reach. The leg is a stick figure: a stiff foot that rolls over its ball, a shin above it; soft
tissue and shoes are not in it, so a good result here says what the arithmetic loses and no more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.random import Generator

from mortise.simulate._foot_path import BALL_M, smooth_step
from mortise.simulate._sensor import OVERSAMPLING, Floats, SensorSamples, random_rotation, sensed

__all__ = [
    "FOOT_SPOTS_M",
    "FictionalAnkle",
    "fictional_ankle_lunge",
    "fictional_heel_rises",
    "fictional_position",
    "fictional_range",
]

# Places of a sensor on the foot, from the heel's back: forward, left, up.
FOOT_SPOTS_M: dict[str, tuple[float, float, float]] = {
    "instep": (0.11, 0.0, 0.07),
    "lateral_foot": (0.08, 0.04, 0.04),
    "heel": (-0.01, 0.0, 0.05),
}
_ANKLE_M = np.array([0.055, 0.0, 0.075])
_ON_SHIN_M = np.array([0.03, 0.0, 0.22])
_STAND_S = 2.0


class FictionalAnkle(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of foot and shank, and the truth behind them.

    Attributes
    ----------
    foot, shank
        What the two sensors report.
    time_s
        Seconds of the truth, at the rate of the samples.
    dorsiflexion_deg, shank_forward_deg, foot_toe_up_deg
        True angles, zero in standing.
    values
        What each repetition reached: `height_cm` at the heel, `shin_lift_cm`, `sensor_lift_cm`, `angle_deg`; which of
        them, the movement decides.
    """

    foot: SensorSamples
    shank: SensorSamples
    time_s: Floats
    dorsiflexion_deg: Floats
    shank_forward_deg: Floats
    foot_toe_up_deg: Floats
    values: dict[str, tuple[float, ...]]


class _Leg(Struct, frozen=True, kw_only=True, eq=False):
    """Angles over time: foot toe up, shank forward, both radians; and whether the foot hangs in the air."""

    time_s: Floats
    foot_rad: Floats
    shank_rad: Floats
    is_in_air: bool = False


def fictional_heel_rises(
    seed: int,
    *,
    side: str = "right",
    heights_cm: Sequence[float] = (9.0, 9.2, 8.9, 9.1, 8.8),
    period_s: float = 2.0,
    knee_bend_deg: float = 0.0,
    rate_hz: float = 100.0,
    foot_spot: str = "instep",
    end_s: float = 2.0,
) -> FictionalAnkle:
    """Make up heel rises to a beat.

    Parameters
    ----------
    seed
        The same seed gives the same recording.
    side
        `left` or `right`.
    heights_cm
        How high the heel rises each time.
    period_s
        Time from one rise to the next.
    knee_bend_deg
        By how much the shin leans forward at the bottom of each rise, the knee bent to push off.
    rate_hz
        Samples per second.
    foot_spot
        Where on the foot the sensor sits: a key of `FOOT_SPOTS_M`.
    end_s
        How long the person stands at the end; negative cuts the last rises short.

    Returns
    -------
    FictionalAnkle
        Samples and truth; `values` has `height_cm`, `shin_lift_cm` and `sensor_lift_cm` of each rise.
    """
    rng = np.random.default_rng(seed)
    time_s = _clock(_STAND_S + len(heights_cm) * period_s + end_s, rate_hz)
    foot, shank = np.zeros_like(time_s), np.zeros_like(time_s)
    peaks: list[float] = []
    for number, height_cm in enumerate(heights_cm):
        start = _STAND_S + number * period_s
        up_s = 0.42 * period_s * (1.0 + rng.normal(0, 0.03))
        pulse = _pulse(time_s, start, up_s, 0.08 * period_s, 0.92 * period_s - up_s - 0.08 * period_s)
        foot -= np.arcsin(height_cm / 100.0 / BALL_M) * pulse
        shank += np.radians(2.0) * pulse
        if knee_bend_deg:
            shank += np.radians(knee_bend_deg) * _pulse(
                time_s, start - 0.2 * period_s, 0.2 * period_s, 0.0, 0.3 * period_s
            )
        peaks.append(start + up_s + 0.04 * period_s)
    leg = _Leg(time_s=time_s, foot_rad=foot, shank_rad=shank + _sway(time_s, rng))
    made, places = _seen(leg, rng, side, rate_hz, foot_spot, "heel-rise")
    at = np.searchsorted(time_s, peaks)
    at = at[at < len(time_s)]
    lift = {name: 100.0 * (z[at, 2] - z[0, 2]) for name, z in places.items()}
    values = {f"{name}_cm": tuple(np.round(each, 4).tolist()) for name, each in lift.items()}
    return _with(made, values)


def fictional_ankle_lunge(
    seed: int,
    *,
    side: str = "right",
    rate_hz: float = 100.0,
    foot_spot: str = "instep",
    angles_deg: Sequence[float] = (36.0, 37.0, 36.5),
    heel_lift_deg: Sequence[float] = (0.0, 0.0, 0.0),
    hold_s: float = 2.0,
) -> FictionalAnkle:
    """Make up weight-bearing lunges seen by foot and shank.

    Parameters
    ----------
    seed, side, rate_hz, foot_spot
        As of `fictional_heel_rises`.
    angles_deg
        Shin angle held in each lunge.
    heel_lift_deg
        How far the foot tips on to the ball at the deepest of each lunge.
    hold_s
        How long each lunge is held.

    Returns
    -------
    FictionalAnkle
        Samples and truth; `values` has `angle_deg` (shank) and `heel_lift_deg`.
    """
    rng = np.random.default_rng(seed)
    each_s = 3.2 + hold_s + 1.8
    time_s = _clock(_STAND_S + len(angles_deg) * each_s + 1.0, rate_hz)
    foot, shank = np.zeros_like(time_s), np.zeros_like(time_s)
    for number, (depth, lift) in enumerate(zip(angles_deg, heel_lift_deg, strict=True)):
        start = _STAND_S + number * each_s
        shank += np.radians(depth) * _pulse(time_s, start, 1.6, hold_s, 1.6)
        foot -= np.radians(lift) * _pulse(time_s, start + 1.0, 0.6, hold_s, 0.6)
    leg = _Leg(time_s=time_s, foot_rad=foot, shank_rad=shank + _sway(time_s, rng))
    made, _ = _seen(leg, rng, side, rate_hz, foot_spot, "lunge")
    return _with(made, {"angle_deg": tuple(angles_deg), "heel_lift_deg": tuple(heel_lift_deg)})


def fictional_range(
    seed: int,
    *,
    side: str = "right",
    rate_hz: float = 100.0,
    foot_spot: str = "instep",
    dorsiflexion_deg: Sequence[float] = (12.0, 12.5, 12.0),
    plantarflexion_deg: Sequence[float] = (45.0, 46.0, 45.0),
    hold_s: float = 1.0,
    shank_sway_deg: float = 2.0,
) -> FictionalAnkle:
    """Make up the range of an unloaded ankle, sitting: at first the sole flat, then the foot up and down in the air.

    Parameters
    ----------
    seed, side, rate_hz, foot_spot
        As of `fictional_heel_rises`.
    dorsiflexion_deg, plantarflexion_deg
        How far the ankle goes each way in each turn.
    hold_s
        How long each end is held.
    shank_sway_deg
        How far the shin swings along with each movement.

    Returns
    -------
    FictionalAnkle
        Samples and truth; `values` has `dorsiflexion_deg` and `plantarflexion_deg` of each turn.
    """
    rng = np.random.default_rng(seed)
    each_s = 8.0 * 0.5 + 2.0 * hold_s
    time_s = _clock(_STAND_S + len(dorsiflexion_deg) * each_s + 1.5, rate_hz)
    ankle, shank = np.zeros_like(time_s), np.zeros_like(time_s)
    for number, (up_deg, down_deg) in enumerate(zip(dorsiflexion_deg, plantarflexion_deg, strict=True)):
        start = _STAND_S + number * each_s
        up = _pulse(time_s, start, 0.8, hold_s, 0.8)
        down = _pulse(time_s, start + 1.6 + hold_s, 1.1, hold_s, 1.1)
        ankle += np.radians(up_deg) * up - np.radians(down_deg) * down
        shank += np.radians(shank_sway_deg) * (up - down)
    shank += _sway(time_s, rng)
    leg = _Leg(time_s=time_s, foot_rad=ankle - shank, shank_rad=shank, is_in_air=True)
    made, _ = _seen(leg, rng, side, rate_hz, foot_spot, "range")
    return _with(
        made, {"dorsiflexion_deg": tuple(dorsiflexion_deg), "plantarflexion_deg": tuple(plantarflexion_deg)}
    )


def fictional_position(
    seed: int,
    *,
    side: str = "right",
    rate_hz: float = 100.0,
    foot_spot: str = "instep",
    target_deg: float = -20.0,
    errors_deg: Sequence[float] = (2.0, -1.0, 3.0, 1.5, -2.5),
    hold_s: float = 2.5,
) -> FictionalAnkle:
    """Make up joint-position matching: the target is shown and held, then found again without looking.

    Parameters
    ----------
    seed, side, rate_hz, foot_spot
        As of `fictional_heel_rises`.
    target_deg
        Angle shown, dorsiflexion positive.
    errors_deg
        Angle found less angle shown, one per attempt.
    hold_s
        How long each position is held.

    Returns
    -------
    FictionalAnkle
        Samples and truth; `values` has `target_deg` and `angle_deg`.
    """
    rng = np.random.default_rng(seed)
    held_deg = [target_deg, *(target_deg + error for error in errors_deg)]
    each_s = 2.0 * 1.2 + hold_s + 1.5
    time_s = _clock(_STAND_S + len(held_deg) * each_s + 1.0, rate_hz)
    ankle = np.zeros_like(time_s)
    for number, angle in enumerate(held_deg):
        ankle += np.radians(angle) * _pulse(time_s, _STAND_S + number * each_s, 1.2, hold_s, 1.2)
    shank = _sway(time_s, rng)
    leg = _Leg(time_s=time_s, foot_rad=ankle - shank, shank_rad=shank, is_in_air=True)
    made, _ = _seen(leg, rng, side, rate_hz, foot_spot, "position")
    return _with(made, {"target_deg": (target_deg,), "angle_deg": tuple(held_deg[1:])})


def _clock(total_s: float, rate_hz: float) -> Floats:
    time_s: Floats = np.arange(int(total_s * rate_hz) * OVERSAMPLING) / (rate_hz * OVERSAMPLING)
    return time_s


def _pulse(time_s: Floats, start_s: float, up_s: float, hold_s: float, down_s: float) -> Floats:
    """Return 0, a smooth rise to 1, a hold, and a smooth fall to 0."""
    rise = smooth_step((time_s - start_s) / up_s)
    fall = smooth_step((time_s - start_s - up_s - hold_s) / down_s)
    pulse: Floats = rise - fall
    return pulse


def _sway(time_s: Floats, rng: Generator) -> Floats:
    """Return the small wavering of a shin, radians."""
    phase = rng.uniform(0, 2 * np.pi, 2)
    sway: Floats = np.radians(0.3) * (
        np.sin(2 * np.pi * 0.4 * time_s + phase[0]) + np.sin(2 * np.pi * 0.27 * time_s + phase[1])
    )
    from_start: Floats = sway - sway[0]
    return from_start


def _axes(forward_rad: Floats, roll_rad: Floats, heading_rad: float) -> Floats:
    """Return rotations from segment (x forward, y left, z up) to world: lean forward, roll, heading."""
    c, s, zero = np.cos(forward_rad), np.sin(forward_rad), np.zeros_like(forward_rad)
    cr, sr = np.cos(roll_rad), np.sin(roll_rad)
    lean = np.stack(
        [np.stack(r, axis=1) for r in ((c, zero, s), (zero, zero + 1, zero), (-s, zero, c))], axis=1
    )
    roll = np.stack(
        [np.stack(r, axis=1) for r in ((zero + 1, zero, zero), (zero, cr, -sr), (zero, sr, cr))], axis=1
    )
    ch, sh = np.cos(heading_rad), np.sin(heading_rad)
    turn = np.array([[ch, -sh, 0.0], [sh, ch, 0.0], [0.0, 0.0, 1.0]])
    whole: Floats = turn @ (lean @ roll)
    return whole


def _seen(
    leg: _Leg, rng: Generator, side: str, rate_hz: float, foot_spot: str, test: str
) -> tuple[FictionalAnkle, dict[str, Floats]]:
    """Return what both sensors report, and where heel, shin and foot sensor are over time."""
    heading = float(rng.uniform(-np.pi, np.pi))
    # the heel turns in a little as it rises
    foot_axes = _axes(-leg.foot_rad, -0.08 * leg.foot_rad, heading + 0.1)
    shank_axes = _axes(leg.shank_rad, np.radians(1.5) * np.ones_like(leg.shank_rad), heading)
    ball = np.array([BALL_M, 0.0, 0.0])
    # the foot turns about its ball with the heel up, about its heel with the toes up, about the ankle in the air
    flat = _axes(np.zeros(1), np.zeros(1), heading + 0.1)
    heel = np.where(leg.foot_rad[:, None] < 0.0, flat @ ball - foot_axes @ ball, 0.0)
    if leg.is_in_air:
        heel = np.array([0.0, 0.0, 0.4]) - foot_axes @ _ANKLE_M
    sensor = heel + foot_axes @ np.array(FOOT_SPOTS_M[foot_spot])
    shin = heel + foot_axes @ _ANKLE_M + shank_axes @ _ON_SHIN_M
    samples = {}
    for name, place, position, frame in (
        ("foot", foot_spot, sensor, foot_axes),
        ("shank", "shank", shin, shank_axes),
    ):
        clock, acc, gyr = sensed(leg.time_s, position, frame, rng, random_rotation(rng), rate_hz)
        samples[name] = SensorSamples(
            side=side, placement=place, test=test, rate_hz=rate_hz, time_s=clock, acc_m_s2=acc, gyr_rad_s=gyr
        )
    picked = slice(None, None, OVERSAMPLING)
    made = FictionalAnkle(
        foot=samples["foot"],
        shank=samples["shank"],
        time_s=samples["foot"].time_s,
        dorsiflexion_deg=np.degrees(leg.shank_rad + leg.foot_rad)[picked],
        shank_forward_deg=np.degrees(leg.shank_rad)[picked],
        foot_toe_up_deg=np.degrees(leg.foot_rad)[picked],
        values={},
    )
    return made, {"height": heel, "shin_lift": shin, "sensor_lift": sensor}


def _with(made: FictionalAnkle, values: dict[str, tuple[float, ...]]) -> FictionalAnkle:
    return replace(made, values=values)
