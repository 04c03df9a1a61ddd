"""How a point wanders while somebody stands: path, speed, ellipse, frequency, whatever the point was measured with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mortise.measure.recording import Floats

# Standing sways below this; what is above is noise that lengthens every path.
_CUT_HZ = 5.0
_ORDER = 4
# 95 % prediction ellipse of two normal variables: 2 pi times the F quantile of 2 and many degrees of freedom.
_ELLIPSE = 2.0 * np.pi * 2.996
# The error of a mean comes from how much stretches of this length differ.
_WINDOW_S = 5.0


class Sway(NamedTuple):
    """Sway of one stretch: centimetres, millimetres per second, square centimetres, hertz, seconds."""

    path_cm: float
    speed_mm_s: float
    area_cm2: float
    frequency_hz: float
    rms_cm: float
    length_s: float
    speed_error_mm_s: float


def low_passed(points: Floats, rate_hz: float, cut_hz: float = _CUT_HZ) -> Floats:
    """Return points without what is faster than `cut_hz`, forwards and backwards alike, `(n, n_axes)`.

    Notes
    -----
    A Butterworth filter of fourth order run both ways, applied in the spectrum; the ends are turned over in time and
    value so that they do not ring.
    """
    n = len(points)
    if cut_hz >= 0.5 * rate_hz or n < 4:
        return points
    whole = np.concatenate([2.0 * points[0] - points[::-1], points, 2.0 * points[-1] - points[::-1]])
    turns = np.fft.rfftfreq(len(whole), 1.0 / rate_hz)[:, None]
    spectrum = np.fft.rfft(whole, axis=0) / (1.0 + (turns / cut_hz) ** (2 * _ORDER))
    smooth: Floats = np.fft.irfft(spectrum, len(whole), axis=0)[n : 2 * n]
    return smooth


def sway_of(points_cm: Floats, rate_hz: float) -> Sway:
    """Return the sway of a point on a level plane, `(n, 2)`, centimetres.

    Notes
    -----
    Path is the length of the way after a low-pass of 5 Hz; speed is path over time; the ellipse holds 95 % of the
    points if they are normal; the frequency is how often a point would circle at the mean distance to go that far.
    """
    way = low_passed(points_cm - points_cm.mean(axis=0), rate_hz)
    steps = np.linalg.norm(np.diff(way, axis=0), axis=1)
    length_s = len(steps) / rate_hz
    path = float(steps.sum())
    distance = float(np.linalg.norm(way - way.mean(axis=0), axis=1).mean())
    spread = np.cov(way.T)
    window = max(1, round(_WINDOW_S * rate_hz))
    parts = [float(part.mean()) * rate_hz * 10.0 for part in _windows(steps, window)]
    return Sway(
        path_cm=path,
        speed_mm_s=10.0 * path / length_s,
        area_cm2=float(_ELLIPSE * np.sqrt(max(0.0, np.linalg.det(spread)))),
        frequency_hz=path / length_s / (2.0 * np.pi * distance) if distance > 0.0 else 0.0,
        rms_cm=float(np.sqrt(np.trace(spread))),
        length_s=length_s,
        speed_error_mm_s=float(np.std(parts, ddof=1) / np.sqrt(len(parts))) if len(parts) > 1 else 0.0,
    )


def _windows(values: Floats, width: int) -> list[Floats]:
    return [values[first : first + width] for first in range(0, len(values) - width + 1, width)] or [values]
