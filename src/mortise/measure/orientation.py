"""How the sensor lies in the world: VQF offline, without a magnetometer."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.measure.recording import Floats
from mortise.measure.signals import Motion


class Attitude(Struct, frozen=True, kw_only=True, eq=False):
    """Orientation and what it makes of the signals.

    `quat` turns sensor into world (w first, z up, heading free), `gyr_rad_s` is free of bias, `acc_world_m_s2` is the
    specific force in the world.
    """

    quat: Floats
    gyr_rad_s: Floats
    acc_world_m_s2: Floats


def rotate(quat: Floats, vectors: Floats) -> Floats:
    """Return `vectors` turned by unit quaternions, both `(n, .)` or one of them `(1, .)`."""
    w, x, y, z = quat[:, 0], quat[:, 1], quat[:, 2], quat[:, 3]
    a, b, c = vectors[:, 0], vectors[:, 1], vectors[:, 2]
    # t = 2 q x v; v + w t + q x t, written out because np.cross is several times slower
    tx, ty, tz = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    return np.stack(
        [a + w * tx + y * tz - z * ty, b + w * ty + z * tx - x * tz, c + w * tz + x * ty - y * tx], axis=1
    )


def inverse(quat: Floats) -> Floats:
    """Return the opposite rotations."""
    opposite: Floats = quat * np.array([1.0, -1.0, -1.0, -1.0])
    return opposite


def attitude(motion: Motion) -> Attitude:
    """Estimate orientation over a whole recording.

    Parameters
    ----------
    motion
        Samples on an even time base.

    Returns
    -------
    Attitude
        Orientation, bias-free angular velocity and specific force in the world.

    Notes
    -----
    VQF offline runs forwards and backwards, so short recordings have no settling time. Settings are the defaults of
    its authors. Heading drifts without a magnetometer; everything built on it uses heading only over one stride.

    References
    ----------
    Laidig and Seel 2023, Information Fusion 91, 187-204, doi:10.1016/j.inffus.2022.10.014.
    """
    from vqf import offlineVQF

    out = offlineVQF(
        np.ascontiguousarray(motion.gyr_rad_s),
        np.ascontiguousarray(motion.acc_m_s2),
        None,
        1.0 / motion.rate_hz,
    )
    quat: Floats = out["quat6D"]
    return Attitude(
        quat=quat, gyr_rad_s=motion.gyr_rad_s - out["bias"], acc_world_m_s2=rotate(quat, motion.acc_m_s2)
    )
