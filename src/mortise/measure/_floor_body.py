"""Contacts from markers or keypoints: when the forefoot stops falling and when it is torn off the floor."""

from __future__ import annotations

import numpy as np

from mortise.errors import SignalError
from mortise.measure._floor import SHORTEST_FLIGHT_S, Contact, Floor
from mortise.measure.axes import Axes, foot_length
from mortise.measure.markers import SIDES, Body
from mortise.measure.recording import Floats
from mortise.measure.segments import resting, smoothed
from mortise.terms import Side

# Share of the foot's length that heel or forefoot must rise above where it rests to be off the floor. A foot rolling
# over its ball lifts the forefoot's marker by less.
_OFF_SHARE = 0.15
# Markers of the two feet lie this much apart in height at most; a foot resting higher is held in the air.
_SAME_FLOOR = 0.2
# Within this of the crossing of that height lie take-off and landing: the foot rises or falls through it at one to
# three metres a second.
_NEAR_S = 0.08
# Error of a moment against a plate: bias 5 ms, spread 4 ms, on four drop jumps.
MARKER_ERROR_S = 0.006
_SMOOTH_S = 0.02
_SMOOTH_VIDEO_S = 0.05
_MIN_CONTACT_S = 0.05
_LEAST_RATE_HZ = 24.0


def floor_of_body(body: Body, axes: Axes) -> Floor:
    """Return the contacts of each foot that is seen.

    Parameters
    ----------
    body
        Heel and forefoot of a side at least.
    axes
        Up.

    Returns
    -------
    Floor
        Contacts of left and right.

    Raises
    ------
    SignalError
        When no foot is seen, or frames are too few a second.

    Notes
    -----
    1. The floor is where the lower of heel and forefoot rests: the lowest level it keeps to while slow. A box it stood
       on first is higher and counts as off the floor.
    2. A foot is off while both heel and forefoot are higher than that by 0.15 of the foot's length.
    3. Foot strike: within 80 ms of coming down, when the upward acceleration of the lower point first passes half of
       its greatest: the fall is being stopped. Foot off: when the forefoot's upward acceleration is greatest: it is
       torn off while the heel rises already. Both come 5 ms before a plate's 20 N, so that times
       between them fit.

    A centred mean of 20 ms (50 ms for video) precedes; its delay is none.
    """
    if body.rate_hz < _LEAST_RATE_HZ:
        raise SignalError(
            f"{body.rate_hz:g} frames a second are too few to see a foot leave the floor.",
            mend="Film or record with 60 frames a second or more.",
        )
    heights = {side: each for side in SIDES if (each := _heights(body, side, axes)) is not None}
    length = foot_length(body)
    rests = _rests(heights, body.rate_hz, length)
    contacts = {
        side: _contacts(body.rate_hz, side, each, rests[side], _OFF_SHARE * length)
        for side, each in heights.items()
    }
    if not contacts:
        raise SignalError(
            "neither foot is seen: heel and forefoot have no marker or keypoint.",
            mend="Label heel and toe (or a metatarsal) of the foot that is tested.",
        )
    flags = body.flags + (("one_foot_seen",) if len(contacts) == 1 else ())
    return Floor(
        contacts=contacts,
        error_s=float(np.hypot(MARKER_ERROR_S, 0.3 / body.rate_hz)),
        method=f"forefoot-{body.source}/1",
        flags=flags,
    )


def _heights(body: Body, side: Side, axes: Axes) -> tuple[Floats, Floats] | None:
    """Return smoothed heights of heel and forefoot."""
    heel, front = body.heel(side), body.forefoot(side)
    if front is None or heel is None:
        return None
    width = _SMOOTH_S if body.source == "markers" else _SMOOTH_VIDEO_S
    front = smoothed(front, width, body.rate_hz) @ axes.up
    return smoothed(heel, width, body.rate_hz) @ axes.up, front


def _rests(
    heights: dict[Side, tuple[Floats, Floats]], rate_hz: float, length: float
) -> dict[Side, tuple[float, float]]:
    """Return where heel and forefoot of each foot rest; a foot held in the air all the time has the other's floor."""
    found = {
        side: (resting(heel, rate_hz), resting(front, rate_hz)) for side, (heel, front) in heights.items()
    }
    lowest = tuple(min((each[i] for each in found.values()), default=0.0) for i in (0, 1))
    return {
        side: (
            heel if heel < lowest[0] + _SAME_FLOOR * length else lowest[0],
            front if front < lowest[1] + _SAME_FLOOR * length else lowest[1],
        )
        for side, (heel, front) in found.items()
    }


def _contacts(
    rate: float, side: Side, heights: tuple[Floats, Floats], rests: tuple[float, float], rise: float
) -> tuple[Contact, ...]:
    heel, front = heights
    with np.errstate(invalid="ignore"):
        is_on = (heel < rests[0] + rise) | (front < rests[1] + rise)
    is_seen = np.isfinite(front)
    found = []
    for first, end in _runs(is_on & is_seen):
        if end - first < _MIN_CONTACT_S * rate:
            continue
        # an edge of what was seen is no edge of the contact
        has_start = first > 0 and bool(is_seen[first - 1])
        has_end = end < len(front) and bool(is_seen[end])
        found.append(
            Contact(
                side=side,
                start_s=_strike_s(heel, front, first, rate) if has_start else None,
                end_s=_off_s(front, end, rate) if has_end else None,
            )
        )
    return _merged(found)


def _runs(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]


def _accelerations(height: Floats, rate_hz: float) -> Floats:
    found = np.zeros_like(height)
    found[1:-1] = (height[2:] - 2 * height[1:-1] + height[:-2]) * rate_hz**2
    return np.nan_to_num(found)


def _strike_s(heel: Floats, front: Floats, first: int, rate: float) -> float:
    """Return when the lower of heel and forefoot began to be stopped."""
    low = heel if np.nan_to_num(heel[first], nan=np.inf) < front[first] else front
    acc = _accelerations(low, rate)
    near = max(1, round(_NEAR_S * rate))
    start, stop = max(1, first - near), min(len(acc) - 1, first + near + 1)
    peak = start + int(np.argmax(acc[start:stop]))
    half = 0.5 * float(acc[peak])
    index = peak
    while index > start and acc[index - 1] > half:
        index -= 1
    if half <= 0.0 or acc[index - 1] >= acc[index]:
        return index / rate
    return (index - 1 + (half - float(acc[index - 1])) / float(acc[index] - acc[index - 1])) / rate


def _off_s(front: Floats, end: int, rate: float) -> float:
    """Return when the forefoot was torn off: its greatest upward acceleration, between frames by a parabola."""
    acc = _accelerations(front, rate)
    near = max(1, round(_NEAR_S * rate))
    start, stop = max(1, end - near), min(len(acc) - 1, end + max(1, near // 2))
    if stop <= start:
        return end / rate
    peak = start + int(np.argmax(acc[start:stop]))
    if not 1 <= peak < len(acc) - 1:
        return peak / rate
    before, here, after = (float(value) for value in acc[peak - 1 : peak + 2])
    bend = before - 2 * here + after
    return (peak + (0.5 * (before - after) / bend if bend < 0 else 0.0)) / rate


def _merged(contacts: list[Contact]) -> tuple[Contact, ...]:
    """Return contacts in which two that no flight lies between are one."""
    found: list[Contact] = []
    for contact in contacts:
        last = found[-1] if found else None
        if (
            last is not None
            and last.end_s is not None
            and contact.start_s is not None
            and contact.start_s - last.end_s < 0.5 * SHORTEST_FLIGHT_S
        ):
            found[-1] = Contact(side=contact.side, start_s=last.start_s, end_s=contact.end_s)
        else:
            found.append(contact)
    return tuple(found)
