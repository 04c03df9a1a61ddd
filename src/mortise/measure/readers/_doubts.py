"""What the movement itself says against a recording: drift, a mirrored frame."""

from __future__ import annotations

from itertools import product

import numpy as np

from mortise.measure.readers._clean import GRAVITY_M_S2
from mortise.measure.recording import Floats

# A gyroscope whose zero is off by more turns a segment by 18 degrees in ten seconds; VQF settles less within seconds.
_OFFSET_RAD_S = np.radians(3.0)
# Between two still moments of one test the zero of a sound sensor moves by a tenth of that.
_DRIFT_RAD_S = np.radians(1.0)
_STILL_RAD_S = 0.03
_WINDOW_S = 0.5
# Three seconds of standing still, in whatever pieces.
_LEAST_STILL = 6
# The frame is only doubted when one way of mirroring explains the movement well and the stated frame hardly does, or
# when what is stated explains the very opposite. 313 sound recordings lie above -0.13 as stated.
_CLEARLY = 0.8
_FAIRLY = 0.5
_HARDLY = 0.4
_AS_GOOD = 0.05
# A twentieth of gravity is felt in any careful movement; a second of such moments is needed.
_CALM_M_S2 = 0.5
_LEAST_CALM_S = 1.0


def drift_flags(gyr_rad_s: Floats, rate_hz: float) -> tuple[str, ...]:
    """Return `gyr_offset` and `gyr_drift` where still moments show that the gyroscope's zero is off, or wanders.

    Still is half a second in which no axis varies by more than 0.03 rad/s, whatever its mean.
    """
    width = max(2, int(_WINDOW_S * rate_hz))
    n = len(gyr_rad_s) // width
    if n < 2:
        return ()
    windows = gyr_rad_s[: n * width].reshape(n, width, 3)
    is_still = windows.std(axis=1).max(axis=1) < _STILL_RAD_S
    zeros = windows.mean(axis=1)[is_still]
    if len(zeros) < _LEAST_STILL:
        return ()
    flags = []
    # slow turning is no offset: it must be there in most still moments, the same way
    if np.linalg.norm(np.median(zeros, axis=0)) > _OFFSET_RAD_S:
        flags.append("gyr_offset")
    third = max(1, len(zeros) // 3)
    change = np.median(zeros[-third:], axis=0) - np.median(zeros[:third], axis=0)
    if np.linalg.norm(change) > _DRIFT_RAD_S:
        flags.append("gyr_drift")
    return tuple(flags)


def mirrored_axes(acc_m_s2: Floats, gyr_rad_s: Floats, rate_hz: float) -> tuple[int, int, int] | None:
    """Return the signs that the gyroscope's axes should have, None when they are right or nothing can be said.

    Notes
    -----
    Turning moves gravity through the accelerometer's axes as `df/dt = -omega x f`. Each axis of the gyroscope explains
    a part of that; all eight ways of signing the axes are tried on the liveliest twenty seconds. A frame that was
    mirrored as a whole shows as all three signs turned, because angular velocity is no vector of that kind.
    """
    span = int(20.0 * rate_hz)
    if len(acc_m_s2) > span:
        busiest = int(np.argmax(np.einsum("ij,ij->i", gyr_rad_s, gyr_rad_s)))
        first = min(max(0, busiest - span // 2), len(acc_m_s2) - span)
        acc_m_s2, gyr_rad_s = acc_m_s2[first : first + span], gyr_rad_s[first : first + span]
    width = max(1, int(0.25 * rate_hz))
    kernel = np.ones(width) / width
    smooth = np.stack([np.convolve(acc_m_s2[:, i], kernel, "same") for i in range(3)], axis=1)
    # only where nothing but gravity is felt: a foot in the air is pushed about in step with its turning
    push = np.abs(np.linalg.norm(acc_m_s2, axis=1) - GRAVITY_M_S2)
    is_calm = np.convolve(push, kernel, "same") < _CALM_M_S2
    if is_calm.sum() < _LEAST_CALM_S * rate_hz:
        return None
    seen = (np.gradient(smooth, axis=0) * rate_hz)[is_calm].ravel()
    parts = []
    for axis in range(3):
        turn = np.zeros_like(gyr_rad_s)
        turn[:, axis] = gyr_rad_s[:, axis]
        said = -np.cross(turn, acc_m_s2)
        spread = np.stack([np.convolve(said[:, i], kernel, "same") for i in range(3)], axis=1)
        parts.append(spread[is_calm].ravel())
    of = np.stack(parts)
    shared, power, total = of @ seen, of @ of.T, float(seen @ seen)
    if total <= 0:
        return None
    fits: dict[tuple[int, ...], float] = {}
    for signs in product((1, -1), repeat=3):
        way = np.array(signs, dtype=float)
        size = float(way @ power @ way)
        fits[signs] = float(way @ shared) / np.sqrt(size * total) if size > 0 else 0.0
    as_stated = fits[1, 1, 1]
    best = max(fits, key=lambda each: fits[each])
    # turning about one axis alone fits several ways; a frame mirrored as a whole is the likeliest of them
    if fits[-1, -1, -1] > fits[best] - _AS_GOOD:
        best = (-1, -1, -1)
    is_clear = fits[best] > _CLEARLY and as_stated < _HARDLY
    is_opposite = fits[best] > _FAIRLY and as_stated < -_HARDLY
    if best == (1, 1, 1) or not (is_clear or is_opposite):
        return None
    return best[0], best[1], best[2]
