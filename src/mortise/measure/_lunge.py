"""Weight-bearing lunge: how far the shin comes forward over the foot, from a shin, foot and shin, markers or video."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec import structs

from mortise.errors import SignalError
from mortise.measure._lunge_trials import (
    LEAST_LUNGE_DEG,
    RETURN_DEG,
    Shin,
    lean_from,
    lunge_trials,
    shin_of_sensor,
)
from mortise.measure._sensor_segment import mean_up, refuse_too_little, segment, standing
from mortise.measure.materials import Materials, need_sensors, worn_at
from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.measure.results import Curve, Event, LungeResult, LungeTrial, Reading, RecordingSet
from mortise.measure.signals import even, window_mean
from mortise.terms import Side

__all__ = ["lean_from", "lunge", "lunge_of", "shin_of"]

METHOD = "shin-inclination/1"

# Inclination error of VQF offline in slow movement is below half a degree; standing posture varies by about one.
_FLOOR_DEG = 1.0
_LOWEST_RATE_HZ = 10.0
_SHORTEST_S = 2.0
_N_TRACE = 600
# A phone of which nobody said where it was, or that says it is held, may be on the shin; one at the belt is not.
_ON_SHIN = frozenset({"shank", "unknown", "hand"})
_HOW = "Stand still, bring the knee to the wall, hold two seconds, come back; three times."


def lunge(recording: Recording, marks: Sequence[float] = (), foot: Recording | None = None) -> LungeResult:
    """Measure the weight-bearing lunge.

    Parameters
    ----------
    recording
        A phone or sensor fixed to the shin, standing still at first, then one or more lunges.
    marks
        Moments of first pinch, seconds from the first sample; those kept with the recording when left out.
    foot
        A sensor on the foot of the same side that started together with it: it sees whether the heel stays down.

    Returns
    -------
    LungeResult
        One trial per lunge, the median of the trials that count, what was refused, and the trace to draw.

    Raises
    ------
    SignalError
        When the recording is too short, starts without standing still, or holds no lunge.

    Notes
    -----
    1. Inclination from VQF; the way the sensor is fixed and the way the person faces do not matter.
    2. Standing is the first still half second. The plane of the lunge is the one most of the movement lies in.
    3. A trial rises at least 12 degrees from standing and falls back. Its angle is the median over the hold, the time
       within two degrees of the deepest.
    4. A trial counts unless it was not held, left the plane, was too fast, ended elsewhere than it began, or, where a
       foot is seen, its heel came up. A shin alone shows a heel that came up only when it does not come back.

    References
    ----------
    Laidig and Seel 2023, Information Fusion 91, 187-204, doi:10.1016/j.inffus.2022.10.014.
    """
    info = recording.info
    _refuse_unfit(recording)
    shin = shin_of_sensor(even(recording), info.file)
    if foot is not None:
        shin = structs.replace(shin, heel_deg=_foot_tip(foot, shin))
    flags = [flag for flag in info.flags if flag != "time_stamps_evened"]
    if recording.side is Side.NONE:
        flags.append("side_unknown")
    if recording.placement == "unknown":
        flags.append("placement_unknown")
    sensors = (info,) if foot is None else (info, foot.info)
    return measured(
        shin,
        recording.side,
        tuple(marks) or info.marks_s,
        RecordingSet(sensors=sensors, duration_s=info.duration_s),
        Source(info.file, METHOD, _FLOOR_DEG, tuple(flags)),
    )


class Source(NamedTuple):
    """What measured a lunge: the file, the method, what an angle is off by at least, and what speaks against it."""

    file: str
    method: str
    floor_deg: float
    flags: tuple[str, ...]


def measured(
    shin: Shin, side: Side, marks: tuple[float, ...], recording: RecordingSet, source: Source
) -> LungeResult:
    """Return the result of one shin, whatever showed it."""
    trials, refused = lunge_trials(shin, side, marks)
    if not trials:
        raise SignalError(
            f"no lunge was found: the shin never leaned {LEAST_LUNGE_DEG:g} degrees and came back.",
            where=source.file,
            mend=_HOW,
        )
    flags = _flags(source.flags, trials)
    return LungeResult(
        recording=recording,
        readings=tuple(_readings(trials, side, flags, source)),
        trials=tuple(trials),
        n_trials_missing=sum(one.what == "trial" for one in refused),
        refused=tuple(refused),
        curves=(_trace(shin, side),),
        events=tuple(_events(trials, marks)),
    )


def _foot_tip(foot: Recording, shin: Shin) -> Floats:
    """Return how far the foot tips from where it stood, on the time base of the shin, degrees, whichever way."""
    part = segment(foot)
    where = standing(part.speed_deg_s, part.rate_hz, part.motion.is_lost)
    quiet = (
        mean_up(part, *where) if where is not None else mean_up(part, 0, max(1, round(0.5 * part.rate_hz)))
    )
    tip = np.degrees(np.arccos(np.clip(part.up @ quiet, -1.0, 1.0)))
    clock = np.arange(len(shin.angle_deg)) / shin.rate_hz
    found: Floats = np.interp(clock, part.motion.time_s, window_mean(tip, 0.2 * part.rate_hz))
    return found


def shin_of(recordings: Sequence[Recording]) -> Recording:
    """Return the one recording of a lunge: the sensor on a shin, else the only one there is."""
    on_shin = [each for each in recordings if each.placement == "shank"]
    fit = on_shin or [each for each in recordings if each.placement in _ON_SHIN]
    if len(fit) == 1:
        return fit[0]
    if not fit:
        raise SignalError(
            "a lunge is measured with a phone or sensor on the shin, and none is said to be there.",
            where=", ".join(dict.fromkeys(each.info.file for each in recordings)),
            mend="Fix it to the shin, or if it was there say so with --placement shank.",
        )
    raise SignalError(
        f"{len(fit)} shins were recorded ({', '.join(_named(each) for each in fit)}), and a lunge is of one.",
        where=", ".join(dict.fromkeys(each.info.file for each in fit)),
        mend="Say which leg was in front: --side left or --side right.",
    )


def _named(sensor: Recording) -> str:
    return "side not said" if sensor.side is Side.NONE else sensor.side.value


def lunge_of(materials: Materials) -> LungeResult:
    """Measure the lunge from a shin (and the foot below it), else from markers, else from keypoints."""
    # what a test needs to see is loaded with it, not with the room
    from mortise.measure._doings import refuse_other

    refuse_other(materials, "a weight-bearing lunge", _HOW)
    if materials.sensors or not (materials.poses or any(lab.markers for lab in materials.labs)):
        shin = shin_of(need_sensors(materials, "the lunge"))
        feet = [r for r in materials.sensors if r.placement in FOOT_PLACEMENTS and r.side is shin.side]
        return lunge(shin, foot=feet[0] if len(feet) == 1 else None)
    # markers and video are loaded only when they are there
    from mortise.measure._lunge_body import lunge_of_body

    return lunge_of_body(materials)


def _refuse_unfit(recording: Recording) -> None:
    info = recording.info
    if recording.placement not in _ON_SHIN:
        raise SignalError(
            f"the sensor was worn at: {worn_at([recording])}; a lunge is measured on the shin.",
            where=info.file,
            mend="Fix the phone or sensor to the shin, or correct the placement with --placement shank.",
        )
    refuse_too_little(recording, _SHORTEST_S, _LOWEST_RATE_HZ, "a lunge")


def _flags(said: tuple[str, ...], trials: list[LungeTrial]) -> tuple[str, ...]:
    carried = list(said)
    counted = [trial for trial in trials if trial.is_counted]
    if len(counted) < 3:
        carried.append("few_trials")
    if counted and np.ptp([trial.lunge_angle_deg for trial in counted]) > 6.0:
        carried.append("trials_disagree")
    if len(trials) > 1 and abs(sum(trial.return_error_deg for trial in trials)) > RETURN_DEG:
        carried.append("sensor_slipped")
    return tuple(dict.fromkeys(carried))


def _readings(trials: list[LungeTrial], side: Side, flags: tuple[str, ...], source: Source) -> list[Reading]:
    """Return the median lunge angle and first-pinch angle of the trials that count.

    When no trial counts there is a reading all the same, flagged with what speaks against each trial.
    """
    counted = [trial for trial in trials if trial.is_counted]
    used = counted or trials
    if not counted:
        flags = tuple(dict.fromkeys((*flags, *(flag for trial in trials for flag in trial.quality))))
    found = [_median("lunge_angle_deg", [trial.lunge_angle_deg for trial in used], side, flags, source)]
    pinches = [trial.first_pinch_angle_deg for trial in used if trial.first_pinch_angle_deg is not None]
    if pinches:
        found.append(_median("first_pinch_angle_deg", pinches, side, flags, source))
    return found


def _median(measure: str, values: list[float], side: Side, flags: tuple[str, ...], source: Source) -> Reading:
    n = len(values)
    # standard error of a median of few values is 1.25 times that of the mean; one trial says nothing of its spread,
    # then the spread between trials of healthy people (two degrees) stands in
    spread = float(np.std(values, ddof=1)) if n > 1 else 2.0
    error = float(np.hypot(1.25 * spread / np.sqrt(n), source.floor_deg))
    return Reading(
        measure=measure,
        side=side,
        value=round(float(np.median(values)), 2),
        unit="deg",
        error=round(error, 2),
        quality=flags,
        method=source.method,
        n_trials=n,
    )


def _trace(shin: Shin, side: Side) -> Curve:
    every = max(1, -(-len(shin.angle_deg) // _N_TRACE))
    picked = np.arange(0, len(shin.angle_deg), every)
    return Curve(
        name="lunge_angle_trace_deg",
        side=side,
        x_unit="s",
        unit="deg",
        x=tuple(np.round(picked / shin.rate_hz, 3).tolist()),
        mean=tuple(np.round(shin.angle_deg[picked], 2).tolist()),
    )


def _events(trials: list[LungeTrial], marks: Sequence[float]) -> list[Event]:
    found = [Event(name="lunge_peak", side=trial.side, time_s=trial.peak_s) for trial in trials]
    side = trials[0].side
    found += [Event(name="first_pinch", side=side, time_s=round(mark, 3)) for mark in marks]
    return sorted(found, key=lambda event: event.time_s)
