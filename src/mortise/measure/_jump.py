"""Countermovement and drop jumps: height, time in the air and on the floor, reactive strength, the two legs' shares."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mortise.errors import SignalError
from mortise.measure._floor import GRAVITY_M_S2, Flight, height_cm, series_of
from mortise.measure._jump_force import Push, push_of
from mortise.measure._lost_flights import lost_flights
from mortise.measure._takes import Seen, curves_of, seen_of, takes_of
from mortise.measure.materials import Materials
from mortise.measure.results import Event, Reading, Refused, TestResult, Trial
from mortise.terms import Side

# How much the height by time in the air may be off because knees and ankles are bent otherwise at landing than at
# take-off: the spread between the two ways to the height.
POSTURE_CM = 1.5
# Impulse: an error of the weight of 0.3 % over a second of movement.
IMPULSE_CM = 0.7
_DISAGREE_CM = 6.0
_LOWEST_CM = 2.0
# A drop jump stays on the floor for less than this; longer is a landing and a new jump.
_DROP_CONTACT_S = 0.8


def jump_of(materials: Materials) -> TestResult:
    """Measure countermovement and drop jumps.

    Parameters
    ----------
    materials
        Force plates, markers, keypoints from the side, sensors on the feet or at the back: the best of what is there.

    Returns
    -------
    TestResult
        One trial per jump, readings of the best, and what was refused.

    Raises
    ------
    SignalError
        When nothing in the files can show a flight, or there is none.

    Notes
    -----
    1. Flights come from the contacts of plate, markers, keypoints or sensors (`_floor_plates`, `_floor_body`,
       `_floor_sensors`).
    2. Height by time in the air, g t² / 8; with a plate and quiet standing also by impulse and momentum, which then
       is the reading.
    3. A flight from a contact of less than 0.8 s after a fall (empty plate, box, or a first short flight) is a drop
       jump: reactive strength is height by time in the air over contact time.
    4. Readings are the best jump's, with the standard error of method and trials.
    5. A jump that the recording ends in, and a landing whose take-off was not found, count as missing.

    References
    ----------
    Linthorne 2001, American Journal of Physics 69, 1198-1204, doi:10.1119/1.1397460.
    """
    refused: list[Refused] = []
    trials: list[Trial] = []
    seen: list[Seen] = []
    for take in takes_of(materials):
        found, said = seen_of(take)
        refused += said
        if found is None:
            continue
        seen.append(found)
        for flight, is_drop in _jumps(found):
            push = push_of(take.loads, flight) if take.loads else None
            trials.append(_trial(len(trials) + 1, flight, push, found, is_drop=is_drop))
    lost = [each for found in seen for each in lost_flights(found, "jump")]
    if not trials:
        raise nothing_found("jump", materials, seen, [*refused, *lost])
    return TestResult(
        test="jump",
        recording=materials.recording_set(),
        readings=tuple(_readings(trials, seen)),
        trials=tuple(trials),
        n_trials_missing=sum(each.n_missing for each in lost),
        refused=(*refused, *lost),
        curves=tuple(curve for each in seen for curve in curves_of(each.take)),
        events=_events(seen),
    )


def nothing_found(
    what: str, materials: Materials, seen: Sequence[Seen], refused: Sequence[Refused]
) -> SignalError:
    """Return the error for a recording without any flight: why no source could show one, else that there is none."""
    if refused and (not seen or refused[-1].n_missing):
        return SignalError(
            f"no {what} was found: {refused[-1].reason.rstrip('.')}.",
            where=materials.described(),
            mend=refused[-1].mend,
        )
    return SignalError(
        f"no {what} was found: nobody left the floor and came back.",
        where=materials.described(),
        mend="Record from quiet standing until two seconds after the landing; land where you took off.",
    )


def _events(seen: Sequence[Seen]) -> tuple[Event, ...]:
    found = [
        Event(name=name, side=flight.side, time_s=round(time_s, 4))
        for each in seen
        for flight in each.flights
        for name, time_s in (("take_off", flight.takeoff_s), ("landing", flight.landing_s))
    ]
    return tuple(found)


def _jumps(seen: Seen) -> list[tuple[Flight, bool]]:
    """Return the flights that are jumps, and whether each followed a fall."""
    found: list[tuple[Flight, bool]] = []
    for series in series_of(seen.flights):
        flights = list(series)
        if len(flights) == 2 and seen.floor.given is not None:
            # a sensor feels the fall from the box as a flight of its own
            flights = flights[1:]
            found.append((flights[0], True))
            continue
        for index, flight in enumerate(flights):
            is_short = flight.contact_s is not None and flight.contact_s < _DROP_CONTACT_S
            found.append((flight, index == 0 and is_short))
    return found


def _trial(number: int, flight: Flight, push: Push | None, seen: Seen, *, is_drop: bool) -> Trial:
    values = {"flight_time_s": flight.flight_s, "height_flight_cm": flight.height_cm}
    if flight.contact_s is not None and is_drop:
        values["contact_time_s"] = flight.contact_s
        values["reactive_strength_m_s"] = flight.height_cm / 100.0 / flight.contact_s
        values["flight_to_contact_ratio"] = flight.flight_s / flight.contact_s
    if push is not None:
        values |= {
            "height_impulse_cm": push.height_cm,
            "takeoff_speed_m_s": push.takeoff_m_s,
            "drop_height_cm": push.drop_cm,
            "time_to_takeoff_s": push.to_takeoff_s,
            "depth_cm": push.depth_cm,
            "weight_n": push.weight_n,
            "push_peak_ratio": push.push_peak_ratio,
            "landing_peak_ratio": push.landing_peak_ratio,
            "left_push_ratio": push.left_share_ratio,
            "left_landing_ratio": push.left_landing_ratio,
            "push_symmetry_ratio": push.push_symmetry_ratio,
            "landing_symmetry_ratio": push.landing_symmetry_ratio,
        }
        if math.isfinite(push.to_takeoff_s) and push.to_takeoff_s > 0:
            values["reactive_strength_modified_m_s"] = push.height_cm / 100.0 / push.to_takeoff_s
    values = {name: round(value, 4) for name, value in values.items() if math.isfinite(value)}
    quality = _quality(values, flight, seen)
    start_s = flight.takeoff_s - (flight.contact_s or 0.0)
    return Trial(
        number=number,
        side=flight.side,
        start_s=round(start_s if is_drop else flight.takeoff_s, 4),
        end_s=round(flight.landing_s, 4),
        values=values,
        is_counted=not {"too_low", "plate_zero_unknown"} & set(quality),
        quality=quality,
    )


def _quality(values: dict[str, float], flight: Flight, seen: Seen) -> tuple[str, ...]:
    again = [each for each in seen.flights if 0.0 < each.takeoff_s - flight.landing_s < 0.5]
    both = values.get("height_impulse_cm"), values["height_flight_cm"]
    disagree = both[0] is not None and abs(both[0] - both[1]) > _DISAGREE_CM
    is_single = flight.side is not flight.landed and Side.NONE not in (flight.side, flight.landed)
    found = [
        flag
        for flag, is_so in (
            ("too_low", values["height_flight_cm"] < _LOWEST_CM),
            ("steps_again", bool(again)),
            ("heights_disagree", disagree),
            ("no_quiet_stance", bool(seen.take.loads) and both[0] is None),
            ("other_foot_landed", is_single),
            ("ends_early", seen.duration_s - flight.landing_s < 0.3),
        )
        if is_so
    ]
    return tuple(dict.fromkeys((*found, *seen.floor.flags)))


def _readings(trials: Sequence[Trial], seen: Sequence[Seen]) -> list[Reading]:
    counted = [trial for trial in trials if trial.is_counted] or list(trials)
    error_s = max(each.floor.error_s for each in seen)
    method = seen[0].floor.method
    by_impulse = [trial for trial in counted if "height_impulse_cm" in trial.values]
    name = "height_impulse_cm" if len(by_impulse) == len(counted) else "height_flight_cm"
    found = []
    jumps = [trial for trial in counted if "contact_time_s" not in trial.values]
    drops = [trial for trial in counted if "contact_time_s" in trial.values]
    if jumps:
        typical_s = float(np.median([trial.values["flight_time_s"] for trial in jumps]))
        timing_cm = 100.0 * GRAVITY_M_S2 * typical_s / 4.0 * math.sqrt(2.0) * error_s
        error = IMPULSE_CM if name == "height_impulse_cm" else math.hypot(POSTURE_CM, timing_cm)
        way = "impulse-momentum/1" if name == "height_impulse_cm" else method
        found.append(_best("jump_height_cm", name, "cm", jumps, error, way))
        found.append(_middle("jump_flight_time_s", "flight_time_s", jumps, math.sqrt(2.0) * error_s, method))
        found += _shares(jumps, method)
    if drops:
        found += _drop_readings(drops, error_s, method)
    return found


def _drop_readings(drops: Sequence[Trial], error_s: float, method: str) -> list[Reading]:
    best = max(drops, key=lambda trial: trial.values["reactive_strength_m_s"])
    contact_s, flight_s = best.values["contact_time_s"], best.values["flight_time_s"]
    strength = best.values["reactive_strength_m_s"]
    share = math.hypot(2.0 * math.sqrt(2.0) * error_s / flight_s, math.sqrt(2.0) * error_s / contact_s)
    share = math.hypot(share, POSTURE_CM / height_cm(flight_s))
    return [
        _best("drop_jump_rsi_m_s", "reactive_strength_m_s", "m_s", drops, share * strength, method),
        _middle("jump_contact_time_s", "contact_time_s", drops, math.sqrt(2.0) * error_s, method),
        _middle("jump_flight_time_s", "flight_time_s", drops, math.sqrt(2.0) * error_s, method),
        *_shares(drops, method),
    ]


def _shares(trials: Sequence[Trial], method: str) -> list[Reading]:
    """Return the smaller leg's share over the other's, where each foot had its own plate, whichever it was."""
    found = []
    for measure, name in (
        ("jump_push_symmetry_ratio", "push_symmetry_ratio"),
        ("jump_landing_symmetry_ratio", "landing_symmetry_ratio"),
    ):
        ratios = [trial.values[name] for trial in trials if name in trial.values]
        if ratios:
            has_sides = all("left_push_ratio" in trial.values for trial in trials)
            spread = float(np.std(ratios, ddof=1)) if len(ratios) > 1 else 0.05
            found.append(
                Reading(
                    measure=measure,
                    side=Side.NONE,
                    value=round(float(np.median(ratios)), 4),
                    unit="ratio",
                    error=round(math.hypot(0.01, 1.25 * spread / math.sqrt(len(ratios))), 4),
                    quality=() if has_sides else ("plate_sides_unknown",),
                    method=method,
                    n_trials=len(ratios),
                )
            )
    return found


def _best(measure: str, name: str, unit: str, trials: Sequence[Trial], error: float, method: str) -> Reading:
    best = max(trials, key=lambda trial: trial.values[name])
    values = [trial.values[name] for trial in trials]
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    quality = best.quality + (("few_trials",) if len(values) < 3 else ())
    return Reading(
        measure=measure,
        side=Side.NONE,
        value=round(best.values[name], 3),
        unit=unit,
        error=round(math.hypot(error, spread / math.sqrt(len(values))), 3),
        quality=tuple(dict.fromkeys(quality)),
        method=method,
        n_trials=len(values),
    )


def _middle(measure: str, name: str, trials: Sequence[Trial], error: float, method: str) -> Reading:
    values = [trial.values[name] for trial in trials]
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Reading(
        measure=measure,
        side=Side.NONE,
        value=round(float(np.median(values)), 4),
        unit="s",
        error=round(math.hypot(error, 1.25 * spread / math.sqrt(len(values))), 4),
        quality=tuple(dict.fromkeys(flag for trial in trials for flag in trial.quality)),
        method=method,
        n_trials=len(values),
    )
