"""Angular velocity from stored orientation, for files that hold acceleration and orientation but no gyroscope."""

from __future__ import annotations

import re

import numpy as np

from mortise.measure.recording import Floats

_MATRIX = re.compile(r"^mat\[([123])\]\[([123])\]$")
_QUATERNION = re.compile(r"^(?:quat|q)_?(?:q)?([0123wxyz])$")
_PARTS = {"w": 0, "x": 1, "y": 2, "z": 3}


def turning_of(labels: list[str], data: Floats, rate_hz: float) -> Floats | None:
    """Return angular velocity in the sensor frame, rad/s, from the columns of an orientation; None without any.

    Parameters
    ----------
    labels
        Names of the columns.
    data
        The table.
    rate_hz
        Rows per second.

    Notes
    -----
    The rotation from the sample before to the one after, as a rotation vector, over two sampling periods. It lacks
    what is faster than that; a sensor's own gyroscope is better where it is in the file.
    """
    matrices = _matrices(labels, data)
    if matrices is None or len(matrices) < 3:
        return None
    before = np.concatenate([matrices[:1], matrices[:-1]])
    after = np.concatenate([matrices[1:], matrices[-1:]])
    change = np.einsum("nki,nkj->nij", before, after)
    axis = np.stack(
        [
            change[:, 2, 1] - change[:, 1, 2],
            change[:, 0, 2] - change[:, 2, 0],
            change[:, 1, 0] - change[:, 0, 1],
        ],
        axis=1,
    )
    sine = np.linalg.norm(axis, axis=1) / 2.0
    angle = np.arctan2(sine, (np.trace(change, axis1=1, axis2=2) - 1.0) / 2.0)
    size = np.where(sine > 1e-9, angle / np.where(sine > 1e-9, 2.0 * sine, 1.0), 0.5)
    span_s = np.full(len(change), 2.0 / rate_hz)
    span_s[[0, -1]] = 1.0 / rate_hz
    found: Floats = axis * (size / span_s)[:, None]
    return found


def _matrices(labels: list[str], data: Floats) -> Floats | None:
    """Return rotations from sensor to earth, `(n, 3, 3)`."""
    plain = [label.strip().lower() for label in labels]
    nine = {(int(m[1]) - 1, int(m[2]) - 1): i for i, label in enumerate(plain) if (m := _MATRIX.match(label))}
    if len(nine) == 9:
        return np.stack([data[:, [nine[row, column] for column in range(3)]] for row in range(3)], axis=1)
    four = {
        _PARTS.get(m[1], ord(m[1]) - ord("0")): i
        for i, label in enumerate(plain)
        if (m := _QUATERNION.match(label))
    }
    if sorted(four) != [0, 1, 2, 3]:
        return None
    q = data[:, [four[i] for i in range(4)]]
    with np.errstate(invalid="ignore", divide="ignore"):
        w, x, y, z = (q / np.linalg.norm(q, axis=1, keepdims=True)).T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], axis=1),
            np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], axis=1),
            np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1),
        ],
        axis=1,
    )
