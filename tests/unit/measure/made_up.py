"""Made-up recordings as files, for the tests of measuring."""

from __future__ import annotations

from functools import cache

import numpy as np

from mortise import measure
from mortise.simulate.recordings import (
    FictionalLunge,
    FictionalWalk,
    SensorSamples,
    csv_of,
    fictional_lunge,
    fictional_walk,
    phone_log_of,
)


@cache
def walk(
    seed: int = 1, rate_hz: float = 100.0, pause_s: float = 0.0, asymmetry_ratio: float = 1.0
) -> FictionalWalk:
    """Return a made-up walk, made once."""
    return fictional_walk(seed, rate_hz=rate_hz, pause_s=pause_s, asymmetry_ratio=asymmetry_ratio)


@cache
def lunges(seed: int = 3) -> FictionalLunge:
    """Return made-up lunges, made once."""
    return fictional_lunge(seed, first_pinch_share=0.7)


def read_walk(made: FictionalWalk) -> tuple[measure.Recording, ...]:
    """Read both feet of a made-up walk from their CSV files."""
    return measure.read(
        [("left_instep.csv", csv_of(made.left)), ("right_instep.csv", csv_of(made.right))], test="gait"
    )


def read_one(samples: SensorSamples, name: str = "left_instep.csv") -> measure.Recording:
    """Read one sensor from its CSV file."""
    return measure.read([(name, csv_of(samples))])[0]


def read_lunge(made: FictionalLunge) -> measure.Recording:
    """Read made-up lunges from their phone log."""
    return measure.read([("shin.json", phone_log_of(made.samples))])[0]


def csv_lines(n: int = 200, rate_hz: float = 100.0, header: str = "") -> list[str]:
    """Return the lines of a small CSV of a sensor that turns to and fro."""
    time_s = np.arange(n) / rate_hz
    tilt = 0.4 * np.sin(2 * np.pi * 0.5 * time_s)
    rate = 0.4 * 2 * np.pi * 0.5 * np.cos(2 * np.pi * 0.5 * time_s)
    names = header or "time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s"
    rows = [
        f"{t:.5f},{-9.81 * np.sin(a):.5f},{0.001 * (i % 3):.5f},{9.81 * np.cos(a):.5f},"
        f"{0.0001 * (i % 2):.5f},{w:.5f},{0.0001 * (i % 3):.5f}"
        for i, (t, a, w) in enumerate(zip(time_s, tilt, rate, strict=True))
    ]
    return [names, *rows]


def as_file(lines: list[str]) -> bytes:
    """Return lines as the bytes of a file."""
    return ("\n".join(lines) + "\n").encode()
