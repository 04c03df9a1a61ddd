"""Running: contact pattern, contact and flight time, cadence and symmetry, from feet, markers or the waist."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._belt_steps import find_steps, least_force, trunk_motion
from mortise.measure._both_feet import disagreement, solve_together, with_steps
from mortise.measure._doings import longest_walk
from mortise.measure._gait_curves import curves_of
from mortise.measure._gait_method import FEW, LEAST_STRIDES, Method, asymmetry_of, reading_of
from mortise.measure._strides import strides_of
from mortise.measure.materials import Materials
from mortise.measure.recording import FOOT_PLACEMENTS, Recording
from mortise.measure.results import Curve, Event, Reading, Refused, Stride, TestResult, Trial
from mortise.terms import Side

# Walking keeps a foot on the ground for six tenths of the stride, running for less than half.
_MOST_CONTACT_RATIO = 0.5
# Heel runners strike at 10 to 30 degrees.
_MOST_STRIKE_DEG = 45.0
# Published for foot sensors: contact and flight time off by less than 12 ms, spread 10 ms (Falbriard 2018); a rolling
# foot is never quite still, so lengths are off by some per cent.
FEET = Method(
    name="foot-run/1",
    floors={
        "run_contact_time_s": 0.015,
        "run_flight_time_s": 0.02,
        "run_stride_time_s": 0.003,
        "run_stride_length_m": 0.12,
        "run_speed_m_s": 0.15,
        "run_cadence_spm": 0.5,
        "run_strike_angle_deg": 4.0,
        "run_heel_contact_ratio": 0.05,
        "run_contact_asymmetry_ratio": 0.03,
        "run_flight_asymmetry_ratio": 0.05,
    },
)
MARKERS = Method(
    name="marker-run/1",
    least=1,
    floors={
        **FEET.floors,
        "run_contact_time_s": 0.02,
        "run_flight_time_s": 0.02,
        "run_stride_length_m": 0.02,
        "run_speed_m_s": 0.03,
        "run_strike_angle_deg": 2.0,
    },
)
# A runner flies between steps and a sensor at the waist then reads next to nothing; in a walk it keeps half the weight.
_MOST_BORNE = 0.4
WAIST = Method(name="trunk-wave/1", floors={"run_cadence_spm": 1.0})
_CARRIED = frozenset(
    {
        "acc_clipped",
        "gyr_clipped",
        "gaps",
        "low_rate",
        "simulated",
        "side_unknown",
        "feet_swapped",
        "sensor_turned",
        "rate_contradicted",
        "unit_contradicted",
        "clocks_doubtful",
        "placement_doubtful",
    }
)


class _Found(Struct, frozen=True, kw_only=True, eq=False):
    """Strides of one or both feet, how they were measured, and what to draw."""

    method: Method
    per_foot: list[list[Stride]]
    quality: tuple[str, ...]
    curves: tuple[Curve, ...] = ()
    refused: tuple[Refused, ...] = ()


def run_of(materials: Materials) -> TestResult:
    """Measure running from whatever was recorded.

    Parameters
    ----------
    materials
        Sensors on one or both feet, or markers with heel and forefoot, or one sensor at the waist.

    Returns
    -------
    TestResult
        One trial per contact, with `contact_time_s`, `stride_time_s`, `stride_length_m`, `speed_m_s`, and where they
        are known `flight_time_s` (until the other foot lands) and `strike_angle_deg`.

    Raises
    ------
    SignalError
        When nobody ran, with the mend.

    Notes
    -----
    1. Feet: swings from landing to landing (`find_running_swings`), then events and lengths as in walking.
    2. Markers: events as in walking; they are shares of each foot's own speed.
    3. Flight is the time from one foot's leaving to the other's landing: it needs both feet.
    4. Contact pattern by the sole's angle at contact: heel above 8 degrees, forefoot below -1.6.
    5. The waist tells cadence only.

    References
    ----------
    Falbriard et al. 2018, Frontiers in Physiology 9, 610 (accuracy of contact and flight time from foot sensors).
    Altman and Davis 2012, Gait & Posture 35, 298-300 (angles that part contact patterns).
    """
    feet = [each for each in materials.sensors if each.placement in FOOT_PLACEMENTS]
    others = [each for each in materials.sensors if each.placement not in FOOT_PLACEMENTS]
    if feet:
        found = _from_feet(feet)
    elif any(lab.markers for lab in materials.labs) or materials.poses:
        found = _from_markers(materials)
    elif others:
        _refuse_walked(others)
        return _from_waist(materials, others[0])
    else:
        raise SignalError(
            "running does not show in what was given: no sensor, no markers and no video is there.",
            where=materials.described(),
            mend="Wear a sensor on each foot, or film from the side.",
        )
    _refuse_walking(found, materials.described())
    _refuse_impossible(found, materials.described())
    return TestResult(
        test="run",
        recording=materials.recording_set(),
        readings=tuple(_readings(found)),
        trials=_trials(found.per_foot),
        n_trials_missing=_n_missing(found.per_foot),
        refused=found.refused,
        curves=found.curves,
        events=tuple(_events(found.per_foot)),
    )


def _from_feet(recordings: Sequence[Recording]) -> _Found:
    from mortise.measure._events import RUN_SMOOTH_S
    from mortise.measure._feet import choose_feet
    from mortise.measure._run_swings import find_running_swings
    from mortise.measure._walk import walk

    walks = [walk(each, find_running_swings, RUN_SMOOTH_S) for each in choose_feet(recordings)]
    per_foot = [strides_of(walked) for walked in walks]
    flags: tuple[str, ...] = ()
    if len(walks) == 2:
        said = disagreement(per_foot)
        if said:
            raise SignalError(
                f"left and right are not of one run: {said}.",
                where=", ".join(walked.recording.info.file for walked in walks),
                mend="Give the two files of one run, or one foot alone.",
            )
        per_foot, flags = solve_together(per_foot)
    else:
        flags = ("one_foot",)
    quality = [flag for walked in walks for flag in walked.flags if flag in _CARRIED]
    quality += [flag for flag in flags if flag != "running"]
    return _Found(
        method=FEET,
        per_foot=per_foot,
        quality=tuple(dict.fromkeys(quality)),
        curves=tuple(
            c for walked, each in zip(walks, per_foot, strict=True) for c in curves_of(walked, each)
        ),
        refused=tuple(each for walked in walks for each in walked.refused),
    )


def _from_markers(materials: Materials) -> _Found:
    from mortise.measure._marker_gait import find_tracks
    from mortise.measure._marker_strides import strides_from

    tracks = find_tracks(materials)
    per_foot = [strides_from(track) for track in tracks]
    if len(per_foot) == 2:
        per_foot = [with_steps(own, other) for own, other in zip(per_foot, reversed(per_foot), strict=True)]
    quality = ("scale_from_foot_length",) if tracks[0].body.unit == "px" else ()
    return _Found(method=MARKERS, per_foot=per_foot, quality=quality)


def _refuse_walked(sensors: Sequence[Recording]) -> None:
    """Refuse sensors of which nobody said where they were worn, when they show feet that walk."""
    for sensor in sensors:
        strides = longest_walk(sensor) if sensor.placement == "unknown" else []
        shares = [s.stance_time_s / s.stride_time_s for s in strides if s.stance_time_s is not None]
        if len(shares) >= LEAST_STRIDES and float(np.median(shares)) >= _MOST_CONTACT_RATIO:
            raise SignalError(
                f"a foot was on the ground for {100.0 * float(np.median(shares)):.0f} per cent of the stride: "
                "this was walking.",
                where=sensor.info.file,
                mend="Measure it as gait; of a run, say where the sensor was worn with --placement instep.",
            )


def _from_waist(materials: Materials, recording: Recording) -> TestResult:
    trunk = trunk_motion(recording)
    steps = find_steps(trunk)
    gaps = np.diff(steps.at_s)[np.diff(steps.run) == 0]
    if len(gaps) < LEAST_STRIDES:
        raise SignalError(
            "nobody ran: the trunk does not rise and fall in steps.",
            where=recording.info.file,
            mend="Run at least ten steps.",
        )
    least = least_force(trunk, steps)
    if least > _MOST_BORNE:
        raise SignalError(
            f"between steps the trunk still bears {100.0 * least:.0f} per cent of its weight: this was walking.",
            where=recording.info.file,
            mend="Measure it as gait.",
        )
    reading = reading_of(WAIST, "run_cadence_spm", Side.NONE, (60.0 / gaps).tolist(), "spm", ())
    return TestResult(
        test="run",
        recording=materials.recording_set(),
        readings=(reading,),
        trials=(),
        refused=(
            Refused(
                what="contact time, flight time and contact pattern",
                reason="a sensor at the waist does not see the feet",
                mend="Wear a sensor on each foot.",
            ),
        ),
        events=tuple(Event(name="step", side=Side.NONE, time_s=round(float(t), 4)) for t in steps.at_s),
    )


def _steady(strides: Sequence[Stride]) -> list[Stride]:
    """Return the strides of even running: no turn, of usual time."""
    straight = [
        s for s in strides if not s.is_turn and not s.is_first_or_last and s.stance_time_s is not None
    ]
    if not straight:
        return []
    usual_s = float(np.median([s.stride_time_s for s in straight]))
    return [s for s in straight if 0.67 * usual_s < s.stride_time_s < 1.5 * usual_s]


def _refuse_walking(found: _Found, where: str) -> None:
    """Refuse a recording in which each foot bore the body for half of its stride or more."""
    shares = [(s.stance_time_s or 0.0) / s.stride_time_s for each in found.per_foot for s in _steady(each)]
    if not shares:
        raise SignalError(
            "no stride of a run was found.",
            where=where,
            mend="Run at least ten steps straight on, or name the test that was done.",
        )
    share = float(np.median(shares))
    if share >= _MOST_CONTACT_RATIO:
        raise SignalError(
            f"each foot was on the ground for {100.0 * share:.0f} per cent of the stride: this was walking.",
            where=where,
            mend="Measure it as gait.",
        )


def _refuse_impossible(found: _Found, where: str) -> None:
    """Refuse feet that strike as no foot can: the sensor's axes contradict each other, or it was on no foot."""
    angles = [
        s.strike_angle_deg for each in found.per_foot for s in _steady(each) if s.strike_angle_deg is not None
    ]
    if angles and abs(float(np.median(angles))) > _MOST_STRIKE_DEG:
        raise SignalError(
            f"the foot would strike at {float(np.median(angles)):.0f} degrees to the floor, which no runner's does.",
            where=where,
            mend="Export gyroscope and accelerometer with the same axes; say where the sensor was worn.",
        )


def _flight_s(stride: Stride) -> float | None:
    """Return the time in the air before this stride's landing; None without the other foot."""
    return None if stride.double_support_s is None else -stride.double_support_s


def _readings(found: _Found) -> list[Reading]:
    method = found.method
    readings: list[Reading] = []
    used = [_steady(each) for each in found.per_foot]
    quality = found.quality
    if min(map(len, used)) < FEW:
        quality = (*quality, "few_strides")
    for strides in used:
        if len(strides) < method.least:
            continue
        side = strides[0].side
        contacts = [s.contact for s in strides if s.contact]
        named: tuple[tuple[str, list[float], str], ...] = (
            ("run_contact_time_s", [s.stance_time_s for s in strides if s.stance_time_s is not None], "s"),
            ("run_flight_time_s", [t for s in strides if (t := _flight_s(s)) is not None], "s"),
            ("run_stride_time_s", [s.stride_time_s for s in strides], "s"),
            ("run_stride_length_m", [s.stride_length_m for s in strides], "m"),
            ("run_strike_angle_deg", [s.strike_angle_deg for s in strides if s.strike_angle_deg is not None], "deg"),
            ("run_heel_contact_ratio", [float(each == "heel") for each in contacts], "ratio"),
        )  # fmt: skip
        readings += [
            reading_of(method, measure, side, values, unit, quality)
            for measure, values, unit in named
            if len(values) >= method.least
        ]
    every = list(itertools.chain(*used))
    cadences, speeds = [120.0 / s.stride_time_s for s in every], [s.speed_m_s for s in every]
    readings += [
        reading_of(method, "run_cadence_spm", Side.NONE, cadences, "spm", quality),
        reading_of(method, "run_speed_m_s", Side.NONE, speeds, "m_s", quality),
    ]
    if len(used) == 2 and min(map(len, used)) >= 2:
        times = [[s.stance_time_s or 0.0 for s in each] for each in used]
        flights = [[t for s in each if (t := _flight_s(s)) is not None] for each in used]
        readings.append(asymmetry_of(method, "run_contact_asymmetry_ratio", times, quality))
        if min(map(len, flights)) >= 2 and min(float(np.mean(each)) for each in flights) > 0.0:
            readings.append(asymmetry_of(method, "run_flight_asymmetry_ratio", flights, quality))
    return readings


def _trials(per_foot: list[list[Stride]]) -> tuple[Trial, ...]:
    counted = {id(s) for each in per_foot for s in _steady(each)}
    found = []
    for number, s in enumerate(sorted(itertools.chain(*per_foot), key=lambda s: s.foot_strike_s), 1):
        values = {
            "contact_time_s": s.stance_time_s,
            "flight_time_s": _flight_s(s),
            "stride_time_s": s.stride_time_s,
            "stride_length_m": s.stride_length_m,
            "speed_m_s": s.speed_m_s,
            "strike_angle_deg": s.strike_angle_deg,
        }
        found.append(
            Trial(
                number=number,
                side=s.side,
                start_s=s.foot_strike_s,
                end_s=s.foot_off_s if s.foot_off_s is not None else s.next_foot_strike_s,
                values={name: round(value, 4) for name, value in values.items() if value is not None},
                is_counted=id(s) in counted,
                quality=(*s.quality, *((s.contact,) if s.contact in ("flat", "toe") else ())),
            )
        )
    return tuple(found)


def _n_missing(per_foot: list[list[Stride]]) -> int:
    """Return how many contacts are believed missing: strides that last a whole multiple of the usual time."""
    n = 0
    for strides in per_foot:
        used = _steady(strides)
        if len(used) >= LEAST_STRIDES:
            usual_s = float(np.median([s.stride_time_s for s in used]))
            n += sum(max(0, round(s.stride_time_s / usual_s) - 1) for s in strides)
    return n


def _events(per_foot: list[list[Stride]]) -> list[Event]:
    from mortise.measure._gait_curves import events_of

    return events_of(list(itertools.chain(*per_foot)))
