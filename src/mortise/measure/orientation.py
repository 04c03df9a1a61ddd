"""How the sensor lies in the world: VQF offline, without a magnetometer."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.recording import NO_GYROSCOPE, Floats, Recording
from mortise.measure.signals import Motion, window_mean

_UP = np.array([[0.0, 0.0, 1.0]])
# Without a gyroscope, up is the mean force over this.
_STATIC_S = 0.5


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


def has_gyroscope(motion: Motion) -> bool:
    """Whether anything was ever seen to turn; a recording of acceleration alone has nothing there."""
    return bool(np.any(motion.gyr_rad_s))


def ups(motion: Motion, pose: Attitude | None = None) -> Floats:
    """Return the world's up in the sensor frame, `(n, 3)`: from VQF, else from acceleration over half a second.

    Without a gyroscope it is right while nothing speeds up: standing, holding, slow leaning.
    """
    if has_gyroscope(motion):
        return rotate(inverse((pose or attitude(motion)).quat), _UP)
    width = _STATIC_S * motion.rate_hz
    smooth = np.stack([window_mean(motion.acc_m_s2[:, i], width) for i in range(3)], axis=1)
    found: Floats = smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-9)
    return found


def turning_deg_s(motion: Motion, pose: Attitude | None = None) -> Floats:
    """Return how fast the sensor turns, degrees a second: its gyroscope's, else how fast up moves in it."""
    if has_gyroscope(motion):
        turning = motion.gyr_rad_s if pose is None else pose.gyr_rad_s
        seen: Floats = np.degrees(np.linalg.norm(turning, axis=1))
        return seen
    moved = np.linalg.norm(np.gradient(ups(motion), axis=0), axis=1)
    found: Floats = np.degrees(moved) * motion.rate_hz
    return found


def need_gyroscope(recording: Recording, what: str) -> None:
    """Refuse a recording of acceleration alone for what needs turning.

    Raises
    ------
    SignalError
        Naming what acceleration alone does show.
    """
    if NO_GYROSCOPE in recording.info.flags:
        raise SignalError(
            f"{what} needs a gyroscope, and this recording has acceleration alone.",
            where=recording.info.file,
            mend="Record with a sensor that has both. From acceleration alone: balance, steps and jumps at the waist, "
            "lunges and the count of heel rises at the shin.",
        )
