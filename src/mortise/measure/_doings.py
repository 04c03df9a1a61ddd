"""What was done in a recording, whatever it is called: walking, leaving the floor. A test asks before it measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from mortise.errors import SignalError
from mortise.measure._belt_steps import find_steps, trunk_motion
from mortise.measure._floor import GRAVITY_M_S2, Flight
from mortise.measure._sensor_segment import Segment, segment
from mortise.measure._strides import strides_of
from mortise.measure._takes import Seen, Take, seen_of, takes_of
from mortise.measure._walk import walk
from mortise.measure.axes import foot_length, level
from mortise.measure.materials import Materials
from mortise.measure.recording import FOOT_PLACEMENTS, NO_GYROSCOPE, Recording
from mortise.measure.results import Stride
from mortise.measure.signals import window_mean

# Steps on the way to where a test is done are fewer; a walk is more.
_LEAST_STRIDES = 4
# Rising on the toes and tapping carry a foot nowhere; the shortest strides of the slowest walkers are longer.
_LEAST_STRIDE_M = 0.3
# A shin swings at 200 to 400 degrees a second in every step; lunges, squats and heel rises stay below 100.
_SWING_DEG_S = 150.0
_SWING_APART_S = 0.4
# Steps come at 1.3 to 3 a second; heel rises, lunges and squats at less than one.
_QUICK_S, _LEAST_JOLTS = 0.75, 8
_LONGEST_APART_S = 2.5
# Of the height that a flight's time in the air means, this much must be seen in the pelvis.
_SEEN_SHARE = 0.4
_FOOT_M = 0.25


class Doing(NamedTuple):
    """Something that was done: in a word, what shows it, and the test that measures it."""

    name: str
    seen: str
    test: str


def refuse_other(materials: Materials, test: str, mend: str, *, jumps: bool = True) -> None:
    """Refuse a recording of walking or jumping that is given as another test.

    Parameters
    ----------
    materials
        What was recorded.
    test
        The test it is given as, in words: "a range of motion".
    mend
        How that test is recorded.
    jumps
        Whether to refuse jumping too, and a body of markers or keypoints that travels.

    Raises
    ------
    SignalError
        When somebody walks or leaves the floor in it, with what shows it.
    """
    for doing in _doings(materials, jumps=jumps):
        raise SignalError(
            f"this is {doing.name}, not {test}: {doing.seen}.",
            where=materials.described(),
            mend=f"Measure it as {doing.test}, or record {test} alone. {mend}",
        )


def _doings(materials: Materials, *, jumps: bool) -> Iterator[Doing]:
    for sensor in materials.sensors:
        seen = walking_of(sensor)
        if seen:
            yield Doing("a walk", seen, "gait")
    takes = takes_of(materials) if jumps else ()
    flight = longest_flight(takes)
    if flight is not None:
        yield Doing(
            "a jump or landing",
            f"at {flight.takeoff_s:.1f} s the body is in the air for {flight.flight_s:.2f} s",
            "jump, hop or landing",
        )
    for take in takes:
        gone_m = _gone_m(take)
        if gone_m:
            yield Doing("a walk", f"the body goes {gone_m:.1f} m on, as in walking", "gait")


def _gone_m(take: Take) -> float:
    """Return how far a body travelled; nothing when it stayed within a metre."""
    if take.body is None or take.axes is None or take.axes.forward_from != "travel":
        return 0.0
    centre = take.body.pelvis()
    if centre is None:
        return 0.0
    seen = centre[np.isfinite(centre).all(axis=1)]
    gone = float(np.linalg.norm(level(seen[-1] - seen[0], take.axes.up)))
    return gone if take.body.unit == "m" else gone * _FOOT_M / foot_length(take.body)


def walking_of(sensor: Recording) -> str:
    """Return what shows that the wearer walks, in words; nothing when nothing does, or the sensor cannot show it.

    Notes
    -----
    A foot takes four strides of 0.3 m or more one after the other; a shin, or a sensor of which nobody said where it
    was worn, swings six times faster than 150 degrees a second, never longer than 2.5 s apart.
    """
    if NO_GYROSCOPE in sensor.info.flags:
        return _steps_of(sensor)
    if sensor.placement in FOOT_PLACEMENTS or sensor.placement == "unknown":
        strides = longest_walk(sensor)
        if len(strides) >= _LEAST_STRIDES:
            usual_m = float(np.median([each.stride_length_m for each in strides]))
            return f"the {_named(sensor)} takes {len(strides)} strides of {usual_m:.2f} m, as in walking"
    if sensor.placement in ("shank", "unknown", "hand"):
        n = _n_swings(sensor)
        if n >= _LEAST_STRIDES + 2:
            return f"the {_named(sensor)} swings {n} times, as in walking"
    return ""


def _steps_of(sensor: Recording) -> str:
    """Return what shows steps in acceleration alone: many jolts in a row, quicker than anybody rises on the toes."""
    try:
        steps = find_steps(trunk_motion(sensor))
    except SignalError:
        return ""
    apart = np.diff(steps.at_s)
    quick = apart[apart < _QUICK_S]
    if len(quick) < _LEAST_JOLTS or len(quick) < 0.8 * len(apart):
        return ""
    often = 1.0 / float(np.median(quick))
    return f"the {_named(sensor)} goes up and down {len(quick)} times, {often:.1f} a second, as in walking"


def longest_walk(sensor: Recording) -> list[Stride]:
    """Return the strides of the longest walk without a stop that a foot sensor shows, those of 0.3 m or more."""
    try:
        found = [each for each in strides_of(walk(sensor)) if each.stride_length_m >= _LEAST_STRIDE_M]
    except SignalError:
        return []
    if not found:
        return []
    most, _ = Counter(each.bout for each in found).most_common(1)[0]
    return [each for each in found if each.bout == most]


def _named(sensor: Recording) -> str:
    part = {"shank": "shin", "unknown": "sensor", "hand": "phone"}.get(sensor.placement, "foot")
    return part if sensor.side.value == "none" else f"{sensor.side.value} {part}"


def _n_swings(sensor: Recording) -> int:
    """Return how many swings follow each other, each within 2.5 s of the one before."""
    try:
        part = segment(sensor)
    except SignalError:
        return 0
    at = _swings_at(part)
    longest = n = min(1, len(at))
    for apart in np.diff(at) / part.rate_hz:
        n = n + 1 if apart < _LONGEST_APART_S else 1
        longest = max(longest, n)
    return longest


def _swings_at(part: Segment) -> list[int]:
    """Return the moments at which the segment turns fastest, one per swing."""
    speed = window_mean(part.speed_deg_s, 0.1 * part.rate_hz)
    found: list[int] = []
    for index in (1 + np.flatnonzero((speed[1:-1] >= speed[:-2]) & (speed[1:-1] > speed[2:]))).tolist():
        if speed[index] < _SWING_DEG_S:
            continue
        if found and index - found[-1] < _SWING_APART_S * part.rate_hz:
            if speed[index] > speed[found[-1]]:
                found[-1] = index
        else:
            found.append(index)
    return found


def longest_flight(takes: Sequence[Take]) -> Flight | None:
    """Return the longest flight in takes that is sure, None without one.

    Notes
    -----
    Markers and keypoints: the pelvis rises and falls with the feet, by four tenths at least of what the time in the air
    means; feet alone in the air may be those of somebody who sits. Sensors tell free fall by themselves.
    """
    sure: list[Flight] = []
    for take in takes:
        found, _ = seen_of(take)
        if found is not None:
            sure += [each for each in found.flights if _is_sure(found, each)]
    return max(sure, key=lambda each: each.flight_s, default=None)


def _is_sure(seen: Seen, flight: Flight) -> bool:
    body, axes = seen.take.body, seen.take.axes
    if body is None or axes is None:
        return bool(seen.take.sensors)
    centre = body.pelvis()
    if centre is None:
        return bool(seen.take.loads)
    inside = slice(round(flight.takeoff_s * body.rate_hz), round(flight.landing_s * body.rate_hz) + 1)
    height = (centre @ axes.up)[inside]
    if body.unit != "m":
        height = height * _FOOT_M / foot_length(body)
    if len(height) < 3 or not np.isfinite(height).all():
        return False
    # a body in free fall bends its way by g t² / 8 from the line between its ends, whichever of them is higher
    bow_m = float(np.max(height - np.linspace(height[0], height[-1], len(height))))
    return bow_m > _SEEN_SHARE * GRAVITY_M_S2 * flight.flight_s**2 / 8.0
