"""Hops: single, side, triple and repeated; time in the air and on the floor, height, distance, reactive strength."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs

from mortise.errors import SignalError
from mortise.measure._floor import GRAVITY_M_S2, Flight, series_of
from mortise.measure._hop_distance import Carried, carried_of
from mortise.measure._hop_readings import readings_of
from mortise.measure._jump import nothing_found
from mortise.measure._jump_force import push_of
from mortise.measure._legs import off_both_legs
from mortise.measure._lost_flights import lost_flights
from mortise.measure._takes import Seen, curves_of, seen_of, takes_of
from mortise.measure.materials import Materials
from mortise.measure.results import Event, Refused, TestResult, Trial
from mortise.terms import Side

# A hop of less than this is a shuffle of the foot.
_LOWEST_CM = 0.8
# A landing is held when the foot stays for two seconds; a recording that ends before says less.
_HELD_S = 2.0
# Longer than so many usual periods between two take-offs of a series: hops in between were not found.
_MISSING_PERIODS = 1.6
_LONGEST_PAUSE_S = 2.5
# Sideways hops of the timed test go over 30 cm; half of that is surely sideways.
_SIDEWAYS_CM = 15.0
# So many in a row on both legs are the test of repeated rebounds.
_REPEATED = 5


class Hop(Struct, frozen=True, kw_only=True, eq=False):
    """One flight of a hop test: its place in its series, and where it carried the foot."""

    seen: Seen
    flight: Flight
    series: int
    index: int
    n_in_series: int
    carried: Carried | None


def hop_of(materials: Materials) -> TestResult:
    """Measure hops.

    Parameters
    ----------
    materials
        Force plates, markers, keypoints or sensors on the feet: the best of what is there. Distance needs markers.

    Returns
    -------
    TestResult
        One trial per flight; readings per side; limb symmetry where both sides hopped.

    Raises
    ------
    SignalError
        When nothing in the files can show a flight, or there is none.

    Notes
    -----
    1. Flights come from contacts as in `jump`. Those with less than 0.8 s on the floor between are one series.
    2. A series of one flight is a single hop, of three a triple hop, of five or more repeated hops; where at least
       ten of them go sideways to and fro by 15 cm or more, side hops.
    3. Height is g t² / 8; reactive strength height over the time on the floor before it. The reading of repeated
       hops is the mean of the five best, as the ten-five test has it.
    4. Distance is the way of the foot from its place before take-off to its place after the landing, less the foot's
       length: from toe to heel, as a tape measures it.
    5. A take-off that follows the one before by more than 1.6 usual periods leaves hops believed missing.
    """
    refused: list[Refused] = []
    seen: list[Seen] = []
    for take in takes_of(materials):
        found, said = seen_of(take)
        refused += said
        if found is not None:
            seen.append(found)
    found_hops = [hop for each in seen for hop in _hops(each)]
    hops = [_said(hop, materials.side) for hop in found_hops if not _is_jump(hop)]
    refused += [_jumped(hop) for hop in found_hops if _is_jump(hop)]
    if found_hops and not hops:
        raise SignalError(
            f"this is a jump, not a hop: {refused[-1].reason}.",
            where=materials.described(),
            mend=refused[-1].mend,
        )
    if not hops:
        raise nothing_found("hop", materials, seen, refused)
    lost = [each for found in seen for each in lost_flights(found, "hop")]
    trials = [_trial(number, hop) for number, hop in enumerate(hops, start=1)]
    readings, said = readings_of(hops, trials)
    return TestResult(
        test="hop",
        recording=materials.recording_set(),
        readings=tuple(readings),
        trials=tuple(trials),
        n_trials_missing=sum(_n_missing(each) for each in seen) + sum(each.n_missing for each in lost),
        refused=(*refused, *said, *lost),
        curves=tuple(curve for each in seen for curve in curves_of(each.take)),
        events=tuple(
            Event(name=name, side=hop.flight.side, time_s=round(time_s, 4))
            for hop in hops
            for name, time_s in (("take_off", hop.flight.takeoff_s), ("landing", hop.flight.landing_s))
        ),
    )


def _is_jump(hop: Hop) -> bool:
    """Whether both legs took off; both legs that hop on and on are a test of their own."""
    return hop.n_in_series < _REPEATED and off_both_legs(hop.seen, hop.flight) is True


def _said(hop: Hop, side: Side) -> Hop:
    """Return a hop with the leg that somebody said was tested, where the recording does not show the leg."""
    if side is Side.NONE or hop.flight.side is not Side.NONE:
        return hop
    return structs.replace(hop, flight=structs.replace(hop.flight, side=side, landed=side))


def _jumped(hop: Hop) -> Refused:
    return Refused(
        what="hop",
        reason="both feet push off",
        start_s=round(hop.flight.takeoff_s, 3),
        end_s=round(hop.flight.landing_s, 3),
        mend="Measure it as jump, or hop on one leg.",
    )


def _hops(seen: Seen) -> list[Hop]:
    found = []
    for number, series in enumerate(series_of(seen.flights)):
        # a small bounce after a landing is the person catching the balance, not a second hop of a series
        kept = [series[0]]
        for flight in series[1:]:
            if len(series) > 2 or flight.height_cm > 0.25 * series[0].height_cm:
                kept.append(flight)
        found += [
            Hop(
                seen=seen,
                flight=flight,
                series=number,
                index=index,
                n_in_series=len(kept),
                carried=carried_of(seen.take, flight),
            )
            for index, flight in enumerate(kept)
        ]
    return found


def _trial(number: int, hop: Hop) -> Trial:
    flight = hop.flight
    values = {
        "flight_time_s": flight.flight_s,
        "height_cm": flight.height_cm,
        "series": float(hop.series + 1),
        "place_in_series": float(hop.index + 1),
    }
    if flight.contact_s is not None and hop.index > 0:
        values["contact_time_s"] = flight.contact_s
        values["reactive_strength_m_s"] = flight.height_cm / 100.0 / flight.contact_s
    if hop.carried is not None:
        values |= {
            "distance_cm": hop.carried.distance_cm,
            "forward_cm": hop.carried.forward_cm,
            "outward_cm": hop.carried.outward_cm,
        }
    if hop.seen.take.loads:
        push = push_of(hop.seen.take.loads, flight)
        if push is not None:
            values["landing_peak_ratio"] = push.landing_peak_ratio
    quality = _quality(hop)
    return Trial(
        number=number,
        side=flight.side,
        start_s=round(flight.takeoff_s, 4),
        end_s=round(flight.landing_s, 4),
        values={name: round(value, 4) for name, value in values.items() if math.isfinite(value)},
        is_counted=not {"too_low", "changed_feet", "other_foot_down"} & set(quality),
        quality=quality,
    )


def _quality(hop: Hop) -> tuple[str, ...]:
    flight, seen = hop.flight, hop.seen
    is_last = hop.index == hop.n_in_series - 1
    after = [each for each in seen.flights if 0.0 < each.takeoff_s - flight.landing_s < _HELD_S]
    changed = flight.side is not flight.landed and Side.NONE not in (flight.side, flight.landed)
    found = [
        flag
        for flag, is_so in (
            ("too_low", flight.height_cm < _LOWEST_CM),
            ("changed_feet", changed),
            ("one_or_two_legs_not_seen", off_both_legs(seen, flight) is None),
            ("not_held", is_last and bool(after)),
            ("other_foot_down", is_last and _is_other_down(hop)),
            ("ends_early", is_last and seen.duration_s - flight.landing_s < _HELD_S),
        )
        if is_so
    ]
    return tuple(dict.fromkeys((*found, *seen.floor.flags)))


def _is_other_down(hop: Hop) -> bool:
    """Whether the other foot touched the floor within the two seconds in which a landing is to be held."""
    landed = hop.flight.landed
    if landed is Side.NONE or hop.seen.floor.given is not None:
        return False
    since = hop.flight.landing_s
    return any(
        contact.start_s is not None and since < contact.start_s < since + _HELD_S
        for contact in hop.seen.floor.contacts.get(landed.opposite, ())
    )


def _n_missing(seen: Seen) -> int:
    """Return how many hops of long series are believed not to have been found."""
    starts = np.array([flight.takeoff_s for flight in seen.flights])
    if len(starts) < 5:
        return 0
    gaps = np.diff(starts)
    usual = float(np.median(gaps))
    wide = gaps[(gaps > _MISSING_PERIODS * usual) & (gaps < _LONGEST_PAUSE_S) & (usual < 1.0)]
    return int(sum(round(gap / usual) - 1 for gap in wide.tolist()))


def is_sideways(hops: Sequence[Hop]) -> bool:
    """Whether most hops of a series go sideways, to and fro."""
    ways = [hop.carried.outward_cm for hop in hops if hop.carried is not None]
    if len(ways) < 10:
        return False
    far = np.abs(ways) >= _SIDEWAYS_CM
    turns = np.sign(ways[1:]) != np.sign(ways[:-1])
    return bool(np.mean(far) > 0.7 and np.mean(turns) > 0.7)


def timing_cm(flight_s: float, error_s: float) -> float:
    """Return the error of a height by time in the air, from the error of one moment."""
    return 100.0 * GRAVITY_M_S2 * flight_s / 4.0 * math.sqrt(2.0) * error_s
