"""Made-up movements of one ankle, read from their files."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from mortise import measure
from mortise.simulate.ankle import FictionalAnkle
from mortise.simulate.recordings import SensorSamples, csv_of


def read_ankle(made: FictionalAnkle) -> tuple[measure.Recording, measure.Recording]:
    """Read foot and shank from their CSV files."""
    return read_sensor(made.foot), read_sensor(made.shank)


def read_sensor(samples: SensorSamples) -> measure.Recording:
    """Read one sensor from its CSV file."""
    return measure.read([(f"{samples.side}_{samples.placement}.csv", csv_of(samples))])[0]


def turned(recording: measure.Recording, quaternion: tuple[float, ...]) -> measure.Recording:
    """Return the recording as a sensor fixed in another way would have made it."""
    w, x, y, z = np.array(quaternion) / np.linalg.norm(quaternion)
    matrix = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    return replace(
        recording, acc_m_s2=recording.acc_m_s2 @ matrix.T, gyr_rad_s=recording.gyr_rad_s @ matrix.T
    )


def cut(recording: measure.Recording, start_s: float, end_s: float) -> measure.Recording:
    """Return the part from `start_s` to `end_s`."""
    keep = (recording.time_s >= start_s) & (recording.time_s < end_s)
    return replace(
        recording,
        time_s=recording.time_s[keep] - recording.time_s[keep][0],
        acc_m_s2=recording.acc_m_s2[keep],
        gyr_rad_s=recording.gyr_rad_s[keep],
    )


def mirrored(recording: measure.Recording) -> measure.Recording:
    """Return the recording as seen in a mirror: vectors flip one axis, rotations the two others."""
    flip = np.array([1.0, -1.0, 1.0])
    return replace(recording, acc_m_s2=recording.acc_m_s2 * flip, gyr_rad_s=recording.gyr_rad_s * -flip)
