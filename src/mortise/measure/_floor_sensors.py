"""Flights from inertial sensors: on the feet, or at the back or belt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._floor import (
    GRAVITY_M_S2,
    LONGEST_FLIGHT_S,
    SERIES_CONTACT_S,
    SHORTEST_FLIGHT_S,
    Contact,
    Flight,
    Floor,
)
from mortise.measure._floor_trunk import trunk_flights
from mortise.measure.materials import worn_at
from mortise.measure.orientation import attitude, need_gyroscope
from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.measure.signals import Motion, crossing, even, window_mean
from mortise.terms import Side

TRUNK_PLACEMENTS = frozenset({"lower_back", "belt"})
# In a flight the body falls freely: a sensor reads no weight but for how its segment moves about the body's centre.
BALLISTIC = 0.5
# A foot in a flight reads nothing on the mean, -0.1 to 0.3 in what we have; the end of a swing is thrown downwards.
_FREE = 0.4
# A push-off turns the foot faster than anything in the half second before it. The end of a swing does not: the push-off
# came before it. The heel coming down after a landing is left out.
_BEFORE_S = 0.5
_HEEL_DOWN_S = 0.12
_FASTEST_SHARE = 0.8
# Before a take-off the foot is on the floor, which bears it; in mid-flight nothing does.
_BORNE = 0.8
_BORNE_S = 0.06
# Stopping a fall of two metres a second within a tenth adds twice the weight; half of that is asked for.
_STOP_S = 0.1
_STOPPED = 1.5
# A landing stops a foot at two metres a second within hundredths; no swinging foot changes its force so fast.
_JERK_M_S2 = 20.0
_JERK_S = 0.02
# A fall from 30 cm lasts a quarter of a second; the last tenth of it is free of the step off the box.
FALL_S = 0.1
# Forefoot and heel come down within this: one landing.
BLOW_S = 0.1
# Feet roll over their balls at 300 to 700 degrees a second; slower is no push-off.
_LEAST_ROLL_DEG_S = 100.0
_ROLL_SMOOTH_S = 0.04
_LEAST_RATE_HZ = 50.0
_SHORTEST_S = 0.5
# Error of one moment. Foot: virtual sensors made of real markers against a plate. Back: published for running and ours
# of the same kind; a soft landing reaches the back late.
FOOT_ERROR_S = 0.006
TRUNK_ERROR_S = 0.015
_TOGETHER = 0.5


class Signal(Struct, frozen=True, kw_only=True, eq=False):
    """What flights are found in: upward force in body weights, force and turning in the sensor frame."""

    rate_hz: float
    upward: Floats
    acc_m_s2: Floats
    gyr_rad_s: Floats
    is_lost: np.ndarray[tuple[int], np.dtype[np.bool_]]


def floor_of_sensors(recordings: Sequence[Recording]) -> Floor:
    """Return the flights that foot sensors, else a sensor at back or belt, show.

    Parameters
    ----------
    recordings
        Of one start; the two feet share a clock.

    Returns
    -------
    Floor
        Flights with the contacts between them.

    Raises
    ------
    SignalError
        When no sensor was worn where a flight shows, the rate is too low, or the recording is too short.

    Notes
    -----
    Foot. 1. Landing: the force on the sensor changes by more than 20 m/s² within 20 ms, and between the take-off before
    and it the sensor fell freely (mean upward force within 0.4 of nothing): that tells a flight from a swing. So does
    everything else that is worn. 2. Take-off: the foot rolls over its ball, faster than at any time in the half second
    before; when its turning has fallen to half of its fastest, the ball is off.

    Back or belt. Take-off: after the push the upward force falls through a quarter of the weight. Landing: the line of
    its rise through a half and the whole weight, carried back to nothing. A soft landing over the forefoot reaches the
    back 10 to 30 ms late, so its error is larger.
    """
    feet = [each for each in recordings if each.placement in FOOT_PLACEMENTS]
    trunk = [each for each in recordings if each.placement in TRUNK_PLACEMENTS]
    used = feet or trunk[:1]
    if not used:
        raise SignalError(
            "leaving the floor shows in a sensor on the foot, at the lower back or at the belt; "
            f"these were worn at: {worn_at(recordings)}.",
            where=recordings[0].info.file if recordings else "",
            mend="Wear a sensor on each foot, or say where it was worn with --placement instep.",
        )
    found: list[tuple[Side, list[Flight]]] = []
    signals: list[Signal] = []
    falls: list[float] = []
    for recording in used:
        refuse_unfit(recording)
        if feet:
            need_gyroscope(recording, "a foot that leaves the floor")
        signal = signal_of(even(recording))
        spans = foot_flights(signal) if feet else trunk_flights(signal.upward, signal.is_lost, signal.rate_hz)
        signals.append(signal)
        side = recording.side if feet else Side.NONE
        falls += _falls(signal, spans)
        found.append(
            (side, [Flight(takeoff_s=start, landing_s=stop, side=side, landed=side) for start, stop in spans])
        )
    witnesses = [*signals, *(signal_of(even(each)) for each in trunk if feet)]
    flights = _joined(
        [(side, [each for each in flights if _falls_freely(witnesses, each)]) for side, flights in found]
    )
    flights = [_after_fall(flight, falls) for flight in flights]
    rate_hz = min(each.rate_hz for each in used)
    error_s = float(np.hypot(FOOT_ERROR_S if feet else TRUNK_ERROR_S, 0.3 / rate_hz))
    flags = tuple(dict.fromkeys(flag for each in used for flag in each.info.flags))
    if feet and len({each.side for each in feet}) == 1:
        flags += ("one_foot_seen",)
    return Floor(
        contacts=_contacts(flights),
        error_s=error_s,
        method="foot-sensor/1" if feet else "trunk-sensor/1",
        flags=flags,
        given=tuple(flights),
    )


def all_fall(signals: Sequence[Signal], start_s: float, stop_s: float) -> bool:
    """Whether none of the sensors is borne between two moments."""
    for signal in signals:
        part = signal.upward[max(0, round(start_s * signal.rate_hz)) : round(stop_s * signal.rate_hz)]
        if len(part) and float(np.mean(part)) > _BORNE:
            return False
    return True


def refuse_unfit(recording: Recording) -> None:
    """Refuse what is too short or too slow to time a flight."""
    info = recording.info
    if recording.duration_s < _SHORTEST_S:
        raise SignalError(
            f"{recording.duration_s:.1f} s are too short for a jump.",
            where=info.file,
            mend="Record all of it.",
        )
    if info.rate_hz < _LEAST_RATE_HZ:
        raise SignalError(
            f"{info.rate_hz:g} samples a second are too few to time a flight.",
            where=info.file,
            mend="Record at 100 Hz or more.",
        )


def signal_of(motion: Motion) -> Signal:
    """Return what flights are found in."""
    pose = attitude(motion)
    return Signal(
        rate_hz=motion.rate_hz,
        upward=pose.acc_world_m_s2[:, 2] / GRAVITY_M_S2,
        acc_m_s2=motion.acc_m_s2,
        gyr_rad_s=pose.gyr_rad_s,
        is_lost=motion.is_lost,
    )


def foot_flights(signal: Signal) -> list[tuple[float, float]]:
    """Return take-off and landing of each flight of one foot, seconds."""
    rate = signal.rate_hz
    roll = np.stack([window_mean(signal.gyr_rad_s[:, i], _ROLL_SMOOTH_S * rate) for i in range(3)], axis=1)
    speed = np.degrees(np.linalg.norm(roll, axis=1))
    peaks = 1 + np.flatnonzero(
        (speed[1:-1] >= speed[:-2]) & (speed[1:-1] > speed[2:]) & (speed[1:-1] > _LEAST_ROLL_DEG_S)
    )
    found: list[tuple[float, float]] = []
    free_from = 0.0
    impacts = impacts_of(signal)
    down = np.array([at for at in impacts if ends_fall(signal, at)])
    for landing in impacts:
        low = max(free_from, landing - LONGEST_FLIGHT_S * rate)
        near = peaks[(peaks > low) & (peaks < landing - SHORTEST_FLIGHT_S * rate)]
        able = [(float(speed[peak]), _off(roll, speed, peak)) for peak in near.tolist()]
        able = [
            (fastest, takeoff)
            for fastest, takeoff in able
            if landing - takeoff >= SHORTEST_FLIGHT_S * rate
            and _is_flight(signal, takeoff, landing)
            and fastest > _FASTEST_SHARE * _fastest_before(speed, takeoff, down, rate)
        ]
        # the foot swings on after the floor is left: the first of the fast turns is the push-off
        takeoff = next((t for fastest, t in able if fastest > 0.6 * max(able)[0]), None)
        if takeoff is None or signal.is_lost[int(takeoff) : int(landing) + 1].any():
            continue
        found.append((takeoff / rate, landing / rate))
        free_from = landing
    return found


def impacts_of(signal: Signal) -> list[float]:
    """Return the moments at which the force on a foot jumps: where it passes half of the way up, in samples."""
    rate, acc = signal.rate_hz, signal.acc_m_s2
    n = max(1, round(_JERK_S * rate))
    jump = np.zeros(len(acc))
    jump[n:] = np.linalg.norm(acc[n:] - acc[:-n], axis=1)
    found: list[float] = []
    for first, last in _groups(np.flatnonzero(jump > _JERK_M_S2), BLOW_S * rate):
        # a foot made ready in the air jerks too, far less than the floor that follows makes it
        index = first + int(np.argmax(jump[first : last + 1] > 0.3 * jump[first : last + 1].max()))
        stop = min(len(acc), index + n + 1)
        away = np.linalg.norm(acc[index - n : stop] - acc[index - n], axis=1)
        top = int(np.argmax(away))
        at = crossing(away, 0.5 * float(away[top]), 0, top, rising=True)
        found.append(float(index if at is None else index - n + at))
    return found


def _groups(indices: np.ndarray[tuple[int], np.dtype[np.intp]], longest: float) -> list[tuple[int, int]]:
    """Return first and last of groups of indices, a group ending `longest` after it began."""
    found: list[tuple[int, int]] = []
    for index in indices.tolist():
        if found and index - found[-1][0] <= longest:
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return found


def _off(roll: Floats, speed: Floats, peak: int) -> float:
    """Return when the turning has fallen to half of its fastest, about the axis it had then, in samples."""
    axis = roll[peak] / np.linalg.norm(roll[peak])
    about = np.degrees(roll @ axis)
    at = crossing(about, 0.5 * float(speed[peak]), peak, min(len(about) - 1, peak + len(about)), rising=False)
    return float(peak if at is None else at)


def _fastest_before(speed: Floats, takeoff: float, down: Floats, rate: float) -> float:
    """Return the fastest turning in the half second before a take-off, the heel's coming down left out."""
    stop = takeoff - 0.05 * rate
    start = takeoff - _BEFORE_S * rate
    landed = down[down < stop]
    if len(landed):
        start = max(start, float(landed[-1]) + _HEEL_DOWN_S * rate)
    part = speed[max(0, int(start)) : max(0, int(stop))]
    return float(part.max()) if len(part) else 0.0


def ends_fall(signal: Signal, landing: float) -> bool:
    """Whether a blow ended a free fall of a tenth of a second at least."""
    rate = signal.rate_hz
    before = signal.upward[max(0, int(landing - FALL_S * rate)) : int(landing - 0.01 * rate)]
    after = signal.upward[int(landing) : int(landing + _STOP_S * rate) + 1]
    if not len(before) or not len(after):
        return False
    return float(np.mean(before)) < BALLISTIC and float(np.mean(after)) > _STOPPED


def _is_flight(signal: Signal, takeoff: float, landing: float) -> bool:
    """Whether the sensor fell freely between, and the floor bore it before."""
    rate = signal.rate_hz
    first, last = int(np.ceil(takeoff + 0.02 * rate)), int(landing - 0.01 * rate)
    before = signal.upward[max(0, int(takeoff - _BORNE_S * rate)) : max(1, int(takeoff))]
    after = signal.upward[int(landing) : int(landing + _STOP_S * rate) + 1]
    if last - first < 2 or not len(before) or not len(after):
        return False
    is_free = abs(float(np.mean(signal.upward[first:last]))) < _FREE
    return is_free and float(np.mean(before)) > _BORNE and float(np.mean(after)) > _STOPPED


def _falls(signal: Signal, spans: Sequence[tuple[float, float]]) -> list[float]:
    """Return the landings, seconds, of falls that no push-off began: a step down from a box."""
    rate = signal.rate_hz
    found = []
    for landing in impacts_of(signal):
        is_own = any(abs(landing / rate - stop) < BLOW_S for _, stop in spans)
        if not is_own and ends_fall(signal, landing):
            found.append(landing / rate)
    return found


def _after_fall(flight: Flight, falls: Sequence[float]) -> Flight:
    """Return a flight with the contact before it, where a fall ended shortly before its take-off."""
    near = [at for at in falls if SHORTEST_FLIGHT_S < flight.takeoff_s - at < SERIES_CONTACT_S]
    if flight.contact_s is not None or not near:
        return flight
    return Flight(
        takeoff_s=flight.takeoff_s,
        landing_s=flight.landing_s,
        side=flight.side,
        landed=flight.landed,
        contact_s=flight.takeoff_s - min(near),
    )


def _falls_freely(witnesses: Sequence[Signal], flight: Flight) -> bool:
    """Whether everything that is worn falls: a foot that stands while the other steps bears the body."""
    return all_fall(witnesses, flight.takeoff_s, flight.landing_s)


def _joined(found: list[tuple[Side, list[Flight]]]) -> list[Flight]:
    """Return the body's flights from those of its feet: two that overlap by half are one flight off both feet."""
    every = sorted((flight for _, flights in found for flight in flights), key=lambda each: each.takeoff_s)
    joined: list[Flight] = []
    for flight in every:
        last = joined[-1] if joined else None
        if last is not None and last.side is not flight.side:
            start, stop = max(last.takeoff_s, flight.takeoff_s), min(last.landing_s, flight.landing_s)
            if stop - start > _TOGETHER * min(last.flight_s, flight.flight_s):
                joined[-1] = Flight(takeoff_s=start, landing_s=stop, side=Side.NONE, landed=Side.NONE)
                continue
        joined.append(flight)
    return [
        flight
        if index == 0 or flight.takeoff_s <= joined[index - 1].landing_s
        else Flight(
            takeoff_s=flight.takeoff_s,
            landing_s=flight.landing_s,
            side=flight.side,
            landed=flight.landed,
            contact_s=flight.takeoff_s - joined[index - 1].landing_s,
        )
        for index, flight in enumerate(joined)
    ]


def _contacts(flights: Sequence[Flight]) -> dict[Side, tuple[Contact, ...]]:
    """Return the contacts between flights."""
    edges: list[tuple[float | None, float | None, Side]] = []
    start: float | None = None
    for flight in flights:
        edges.append((start, flight.takeoff_s, flight.side))
        start = flight.landing_s
    if flights:
        edges.append((start, None, flights[-1].landed))
    found: dict[Side, list[Contact]] = {}
    for start_s, end_s, side in edges:
        found.setdefault(side, []).append(Contact(side=side, start_s=start_s, end_s=end_s))
    return {side: tuple(contacts) for side, contacts in found.items()}
