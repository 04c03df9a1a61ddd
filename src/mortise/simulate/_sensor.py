"""What a fictional inertial sensor reports of a movement, with noise, bias, mounting, clipping and lost samples."""

from __future__ import annotations

import json

import numpy as np
from msgspec import Struct
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GRAVITY_M_S2 = 9.80665
OVERSAMPLING = 8


class SensorSamples(Struct, frozen=True, kw_only=True, eq=False):
    """Samples of one fictional sensor: seconds, m/s² with gravity, rad/s; `(n,)`, `(n, 3)`, `(n, 3)`."""

    side: str
    placement: str
    test: str
    rate_hz: float
    time_s: Floats
    acc_m_s2: Floats
    gyr_rad_s: Floats
    marks_s: tuple[float, ...] = ()


def random_rotation(rng: Generator) -> Floats:
    """Return a rotation matrix drawn evenly from all rotations."""
    w, x, y, z = (lambda q: q / np.linalg.norm(q))(rng.normal(size=4))
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def sensed(
    time_s: Floats, position_m: Floats, axes: Floats, rng: Generator, mounting: Floats, rate_hz: float
) -> tuple[Floats, Floats, Floats]:
    """Return time, specific force and angular velocity in the sensor frame at `rate_hz`.

    Parameters
    ----------
    time_s, position_m, axes
        A movement at `OVERSAMPLING` times the rate: position of the sensor, and the segment's axes as columns
        `(n, 3, 3)` of rotation matrices from segment to world.
    rng
        Source of noise and bias.
    mounting
        Rotation from segment to sensor.
    rate_hz
        Rate of the samples handed out.
    """
    dt = float(time_s[1] - time_s[0])
    force_world = np.gradient(np.gradient(position_m, dt, axis=0), dt, axis=0) + np.array(
        [0.0, 0.0, GRAVITY_M_S2]
    )
    force = np.einsum("nij,ni->nj", axes, force_world)
    change = np.gradient(axes, dt, axis=0)
    skew = np.einsum("nki,nkj->nij", axes, change)
    turn = np.stack([skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]], axis=1)
    # a real sensor averages over its sampling period
    kernel = np.ones(OVERSAMPLING) / OVERSAMPLING
    force, turn = (
        np.stack([np.convolve(np.pad(v[:, i], OVERSAMPLING, mode="edge"), kernel, "same")[OVERSAMPLING:-OVERSAMPLING]
                  for i in range(3)], axis=1)
        for v in (force, turn)
    )  # fmt: skip
    picked = slice(None, None, OVERSAMPLING)
    n = len(time_s[picked])
    acc = force[picked] @ mounting.T + rng.normal(0, 0.04, (n, 3)) + rng.normal(0, 0.05, 3)
    gyr = turn[picked] @ mounting.T + rng.normal(0, 0.005, (n, 3)) + rng.normal(0, 0.005, 3)
    return np.arange(n) / rate_hz, acc, gyr


def csv_of(samples: SensorSamples) -> bytes:
    """Return the samples as a CSV file that `mortise.measure.read` recognises by its header."""
    lines = ["time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"]
    table = np.concatenate([samples.time_s[:, None], samples.acc_m_s2, samples.gyr_rad_s], axis=1)
    lines += [",".join(f"{value:.6f}" for value in row) for row in table.tolist()]
    return ("\n".join(lines) + "\n").encode()


def phone_log_of(samples: SensorSamples, device: str = "fictional phone") -> bytes:
    """Return the samples as the phone's own motion log, `mortise.phone-log/1`."""
    log = {
        "format": "mortise.phone-log/1",
        "device": device,
        "side": samples.side,
        "placement": samples.placement,
        "test": samples.test,
        "is_simulated": True,
        "clock": {"source": "event", "resolution_ms": 0.1},
        "samples": {
            "t_ms": [round(1000.0 * t, 1) for t in samples.time_s.tolist()],
            "acc_m_s2": np.round(samples.acc_m_s2, 4).tolist(),
            "gyr_deg_s": np.round(np.degrees(samples.gyr_rad_s), 3).tolist(),
        },
        "marks": [{"kind": "first_pinch", "t_ms": round(1000.0 * mark, 1)} for mark in samples.marks_s],
    }
    return json.dumps(log, separators=(",", ":")).encode()
