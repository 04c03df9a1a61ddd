"""Flights from a sensor at the back or belt."""

from __future__ import annotations

import numpy as np

from mortise.measure._floor import LONGEST_FLIGHT_S, SHORTEST_FLIGHT_S
from mortise.measure.recording import Floats
from mortise.measure.signals import crossing, window_mean

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
# Lighter than this the body is in the air or about to be; heavier than a whole weight again it is on the floor.
_LIGHT = 0.5
_EDGE_S = 0.15
_TRUNK_SMOOTH_S = 0.02
# The trunk rebounds in flight; weight that lasts less than the shortest contact of a sprinter is none.
_FLICKER_S = 0.1
# The trunk is pulled on by the legs in flight and reads a little less or more than nothing.
_TRUNK_OFF = 0.25


def trunk_flights(upward: Floats, is_lost: Mask, rate: float) -> list[tuple[float, float]]:
    """Return take-off and landing of each flight, seconds, from the upward force at the back in body weights.

    Parameters
    ----------
    upward
        Force along the vertical, 1 in standing.
    is_lost
        Samples inside holes.
    rate
        Samples per second.

    Returns
    -------
    list of tuple
        Flights after a push and before a blow.
    """
    upward = window_mean(upward, _TRUNK_SMOOTH_S * rate)
    is_light = np.concatenate([[False], _joined_runs(upward < _LIGHT, _FLICKER_S * rate), [False]])
    edges = np.flatnonzero(is_light[1:] != is_light[:-1]).reshape(-1, 2)
    found = []
    for first, end in edges.tolist():
        before = upward[max(0, first - round(_EDGE_S * rate)) : first + 1]
        after = upward[end : end + round(_EDGE_S * rate)]
        if not len(before) or not len(after) or before.max() < 1.3 or after.max() < 1.3:
            continue
        start = max(0, first - round(_EDGE_S * rate))
        takeoff = crossing(upward, _TRUNK_OFF, start + int(np.argmax(before)), end, rising=False)
        landing = _carried_back(upward, end, end + round(_EDGE_S * rate))
        takeoff = float(first) if takeoff is None else takeoff
        landing = float(end) if landing is None else landing
        is_possible = SHORTEST_FLIGHT_S * rate <= landing - takeoff <= LONGEST_FLIGHT_S * rate
        if is_possible and not is_lost[int(takeoff) : int(landing) + 1].any():
            found.append((takeoff / rate, landing / rate))
    return found


def _joined_runs(mask: Mask, longest: float) -> Mask:
    """Return `mask` with interruptions of up to `longest` samples closed."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], mask, [True]]).astype(int))).reshape(-1, 2)
    closed = mask.copy()
    for first, end in edges.tolist():
        if first > 0 and end < len(mask) and end - first <= longest:
            closed[first:end] = True
    return closed


def _carried_back(upward: Floats, index: int, stop: int) -> float | None:
    """Return where the rise through a half and a whole weight, carried back, leaves nothing."""
    start = max(0, index - 2)
    half = crossing(upward, _LIGHT, start, min(stop, len(upward) - 1), rising=True)
    whole = crossing(upward, 2.0 * _LIGHT, start, min(stop, len(upward) - 1), rising=True)
    return None if half is None or whole is None else 2.0 * half - whole
