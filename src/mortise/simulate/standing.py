"""Seeded fictional standing with known sway: a stiff pendulum with a sensor at the belt, until it is lost or ends.

Nobody stood these. The pendulum leans smoothly at random; the sensor rides on it. Real bodies bend at the hips, so a
good result here says what the arithmetic loses and no more.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.simulate._sensor import OVERSAMPLING, Floats, SensorSamples, random_rotation, sensed

__all__ = ["FictionalStand", "fictional_stand"]


class FictionalStand(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of the belt, the point's true way on the floor plan at the rate of the samples, and when it was lost."""

    samples: SensorSamples
    points_cm: Floats
    rate_hz: float
    held_s: float
    is_lost: bool


def fictional_stand(
    seed: int,
    *,
    held_s: float = 30.0,
    is_lost: bool = False,
    rms_cm: float = 0.6,
    fastest_hz: float = 1.0,
    height_m: float = 0.95,
    rate_hz: float = 100.0,
    side: str = "none",
) -> FictionalStand:
    """Make up somebody who stands.

    Parameters
    ----------
    seed
        The same seed gives the same recording.
    held_s
        How long the stand lasts.
    is_lost
        Whether it ends with a step; two seconds of hopping follow.
    rms_cm
        Sway at the belt.
    fastest_hz
        Sway has nothing faster than this.
    height_m
        Height of the belt over the ankles.
    rate_hz
        Samples per second.
    side
        `left`, `right` or `none`.

    Returns
    -------
    FictionalStand
        Samples and truth.
    """
    rng = np.random.default_rng(seed)
    total_s = held_s + (2.0 if is_lost else 0.0)
    time_s = np.arange(int(total_s * rate_hz) * OVERSAMPLING) / (rate_hz * OVERSAMPLING)
    lean = np.stack([_wander(time_s, rng, fastest_hz) for _ in range(2)], axis=1) * np.array([1.0, 0.7])
    lean *= 0.01 * rms_cm / height_m / float(np.sqrt(np.mean(np.sum(lean**2, axis=1))))
    axes = _axes(lean)
    position = axes @ np.array([0.0, 0.0, height_m])
    truth_cm = 100.0 * position[:, :2]
    if is_lost:
        since = np.clip(time_s - held_s, 0.0, None)
        hop = 0.05 * np.abs(np.sin(2.0 * np.pi * 1.6 * since)) * (since > 0.0)
        position = position + np.stack([0.3 * since, 0.0 * since, hop], axis=1)
    clock, acc, gyr = sensed(time_s, position, axes, rng, random_rotation(rng), rate_hz)
    samples = SensorSamples(
        side=side,
        placement="lower_back",
        test="balance",
        rate_hz=rate_hz,
        time_s=clock,
        acc_m_s2=acc,
        gyr_rad_s=gyr,
    )
    held = clock < held_s
    return FictionalStand(
        samples=samples,
        points_cm=truth_cm[::OVERSAMPLING][held],
        rate_hz=rate_hz,
        held_s=held_s,
        is_lost=is_lost,
    )


def _wander(time_s: Floats, rng: np.random.Generator, fastest_hz: float) -> Floats:
    """Return a sum of slow waves, the slower the larger, as sway is."""
    waves = np.linspace(0.05, fastest_hz, 24)
    sizes = rng.normal(0, 1, 24) / (waves + 0.1)
    phases = rng.uniform(0, 2 * np.pi, 24)
    way: Floats = np.sin(2 * np.pi * waves[:, None] * time_s + phases[:, None]).T @ sizes
    return way


def _axes(lean_rad: Floats) -> Floats:
    """Return rotations that lean forward and sideways by small angles, `(n, 3, 3)`."""
    x, y = np.sin(lean_rad[:, 0]), np.sin(lean_rad[:, 1])
    up = np.stack([x, y, np.sqrt(1.0 - x**2 - y**2)], axis=1)
    forward = np.stack([up[:, 2], np.zeros_like(x), -up[:, 0]], axis=1)
    forward /= np.linalg.norm(forward, axis=1)[:, None]
    return np.stack([forward, np.cross(up, forward), up], axis=2)
