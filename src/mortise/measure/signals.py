"""Small signal tools in NumPy: means over a window, crossings, a uniform time base."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.readers._clean import BRIDGED_GAP_S
from mortise.measure.recording import Floats, Recording


class Motion(Struct, frozen=True, kw_only=True, eq=False):
    """Samples on an even time base.

    `is_bridged` marks samples that a line across lost packets filled; `is_lost` those inside a longer gap.
    """

    rate_hz: float
    time_s: Floats
    acc_m_s2: Floats
    gyr_rad_s: Floats
    is_bridged: np.ndarray[tuple[int], np.dtype[np.bool_]]
    is_lost: np.ndarray[tuple[int], np.dtype[np.bool_]]


def even(recording: Recording) -> Motion:
    """Return `recording` on an even time base.

    Parameters
    ----------
    recording
        Samples that may lack packets.

    Returns
    -------
    Motion
        The samples; unchanged when they were even already.

    Notes
    -----
    Missing samples are filled by straight lines. Lost packets of up to 0.1 s only dent a swing; longer holes are
    marked lost, and whatever touches them is refused later.
    """
    time_s, rate_hz = recording.time_s, recording.rate_hz
    n = round(recording.duration_s * rate_hz) + 1
    if n > 4 * len(time_s) + 1000:
        raise SignalError(
            "most samples are missing.",
            where=recording.info.file,
            mend="Record again, with the sensor nearer to what it sends to.",
        )
    values = np.concatenate([recording.acc_m_s2, recording.gyr_rad_s], axis=1)
    grid = np.arange(n) / rate_hz
    no = np.zeros(n, dtype=bool)
    if n == len(time_s) and np.max(np.abs(time_s - grid)) < 0.1 / rate_hz:
        return Motion(
            rate_hz=rate_hz,
            time_s=grid,
            acc_m_s2=values[:, :3],
            gyr_rad_s=values[:, 3:],
            is_bridged=no,
            is_lost=no,
        )
    filled = np.stack([np.interp(grid, time_s, values[:, i]) for i in range(6)], axis=1)
    after = np.clip(np.searchsorted(time_s, grid - 1e-9), 1, len(time_s) - 1)
    hole_s = time_s[after] - time_s[after - 1]
    inside = (grid > time_s[after - 1] + 0.5 / rate_hz) & (grid < time_s[after] - 0.5 / rate_hz)
    is_lost = inside & (hole_s > BRIDGED_GAP_S + 0.5 / rate_hz)
    is_bridged = inside & ~is_lost & (hole_s > 1.75 / rate_hz)
    return Motion(
        rate_hz=rate_hz,
        time_s=grid,
        acc_m_s2=filled[:, :3],
        gyr_rad_s=filled[:, 3:],
        is_bridged=is_bridged,
        is_lost=is_lost,
    )


def window_mean(values: Floats, width: float) -> Floats:
    """Return the centred mean of `values` over about `width` samples (made odd), edges held."""
    n = max(1, round(width)) | 1
    if n == 1 or len(values) < 2:
        return values
    half = n // 2
    padded = np.concatenate([np.full(half, values[0]), values, np.full(half, values[-1])])
    sums = np.cumsum(np.concatenate([[0.0], padded]))
    means: Floats = (sums[n:] - sums[:-n]) / n
    return means


def crossing(
    values: Floats, level: float, start: int, stop: int, *, rising: bool, last: bool = False
) -> float | None:
    """Return where `values` first (or last) crosses `level` between two samples of `[start, stop]`, or None.

    The answer is in samples, between them by a straight line.
    """
    part = values[start : stop + 1] - level
    if len(part) < 2:
        return None
    hits = (part[:-1] < 0) & (part[1:] >= 0) if rising else (part[:-1] > 0) & (part[1:] <= 0)
    index = len(hits) - 1 - int(np.argmax(hits[::-1])) if last else int(np.argmax(hits))
    if not hits[index]:
        return None
    return start + index + float(part[index] / (part[index] - part[index + 1]))


def at(values: Floats, index: float) -> float:
    """Return `values` at a fractional sample, by a straight line between neighbours."""
    low = int(np.clip(np.floor(index), 0, len(values) - 1))
    high = min(low + 1, len(values) - 1)
    return float(values[low] + (values[high] - values[low]) * (index - low))


def turning_points(values: Floats, reversal: float) -> list[tuple[int, int]]:
    """Return alternating peaks (+1) and valleys (-1) that are at least `reversal` apart in height.

    Only local extremes are visited, so the cost does not grow with the sampling rate's square.
    """
    steps = np.sign(np.diff(values))
    bends = np.flatnonzero(steps[1:] != steps[:-1]) + 1
    candidates = np.concatenate([[0], bends, [len(values) - 1]])
    found: list[tuple[int, int]] = []
    high = low = 0
    trend = 0
    for index in candidates.tolist():
        value = values[index]
        if value > values[high]:
            high = index
        if value < values[low]:
            low = index
        if trend >= 0 and values[high] - value >= reversal:
            found.append((high, 1))
            trend, high, low = -1, index, index
        elif trend <= 0 and value - values[low] >= reversal:
            found.append((low, -1))
            trend, high, low = 1, index, index
    return found
