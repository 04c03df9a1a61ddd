"""Repetitions in a trace that goes up and comes back: found, bordered, and those the recording cut in two."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mortise.measure.recording import Floats
from mortise.measure.signals import turning_points

# A movement leaves and is back at this share of its height.
_MOVING = 0.1
# What is left of the height at the end of a recording, before a movement counts as cut off.
_CUT_OFF = 0.35


class Movement(NamedTuple):
    """There and back, in samples: standing before, leaving, highest, back, standing after."""

    low: int
    start: int
    peak: int
    stop: int
    down: int


class Repetitions(NamedTuple):
    """Whole movements in order, and stretches `(start, stop)` in which only half of one lies."""

    whole: list[Movement]
    halves: list[tuple[int, int]]


def repetitions(trace: Floats, reversal: float) -> Repetitions:
    """Return the movements away from the low level of `trace` and back.

    Parameters
    ----------
    trace
        What goes up and comes down.
    reversal
        Smaller ups and downs are wavering.

    Returns
    -------
    Repetitions
        Movements, and those whose way there or back is not in the recording.
    """
    points = turning_points(trace, reversal)
    if not points:
        return Repetitions([], [])
    valleys = [index for index, kind in points if kind < 0]
    found = Repetitions([], [])
    for peak in [index for index, kind in points if kind > 0]:
        before = max((v for v in valleys if v < peak), default=None)
        after = min((v for v in valleys if v > peak), default=None)
        low = int(np.argmin(trace[: peak + 1])) if before is None else before
        down = peak + int(np.argmin(trace[peak:])) if after is None else after
        height = float(trace[peak] - min(trace[low], trace[down]))
        is_cut = (before is None and trace[low] - trace[down] > _CUT_OFF * height) or (
            after is None and trace[down] - trace[low] > _CUT_OFF * height
        )
        if is_cut:
            found.halves.append((low, down))
        else:
            found.whole.append(_bordered(trace, low, peak, down))
    last, kind = points[-1]
    tail = last + int(np.argmax(trace[last:]))
    if kind < 0 and trace[tail] - trace[last] >= reversal:
        found.halves.append((last, len(trace) - 1))
    return found


def _bordered(trace: Floats, low: int, peak: int, down: int) -> Movement:
    """Return the movement with its borders nearest to the peak; it stands where the trace last does not rise."""
    rise, fall = trace[low : peak + 1], trace[peak : down + 1]
    start = low + int(np.flatnonzero(rise <= trace[low] + _MOVING * (trace[peak] - trace[low]))[-1])
    stop = peak + int(np.flatnonzero(fall <= trace[down] + _MOVING * (trace[peak] - trace[down]))[0])
    flat = np.flatnonzero(np.diff(trace[low : start + 1]) <= 0.0)
    falling = np.flatnonzero(np.diff(trace[stop : down + 1]) >= 0.0)
    return Movement(
        low + int(flat[-1]) + 1 if len(flat) else low,
        start,
        peak,
        stop,
        stop + int(falling[0]) if len(falling) else down,
    )


def usual_height(trace: Floats) -> float:
    """Return how high the trace usually goes: its 95th percentile above its 10th."""
    low, high = np.quantile(trace, [0.1, 0.95])
    return float(high - low)
