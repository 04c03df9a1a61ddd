"""Weight-bearing lunge: how far the shin comes forward over the foot, from a phone or sensor on the shin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.materials import Materials, need_sensors
from mortise.measure.orientation import attitude, inverse, rotate
from mortise.measure.recording import FOOT_PLACEMENTS, Floats, Recording
from mortise.measure.results import Curve, Event, LungeResult, LungeTrial, Reading, RecordingSet, Refused
from mortise.measure.signals import Motion, even, turning_points, window_mean
from mortise.terms import Side

METHOD = "shin-inclination/1"

# Less than this is swaying, not a lunge; the stiffest ankles of the evidence still reach twenty.
_LEAST_LUNGE_DEG = 12.0
# Standing still and holding: slower than this. Sway of quiet standing stays below three degrees a second.
_STILL_DEG_S = 6.0
_STILL_S = 0.5
# A hold is time within this of the deepest angle; a person holding against the wall wavers by about a degree.
_HOLD_BAND_DEG = 2.0
_SHORTEST_HOLD_S = 0.5
_FASTEST_DEG_S = 90.0
# Beyond these the number no longer means what the test means.
_OUT_OF_PLANE_DEG = 12.0
_RETURN_DEG = 6.0
# Inclination error of VQF offline in slow movement is below half a degree; standing posture varies by about one.
_FLOOR_DEG = 1.0
_SMOOTH_S = 0.1
_LOWEST_RATE_HZ = 10.0
_SHORTEST_S = 2.0
_N_TRACE = 600


class _Shin(Struct, frozen=True, kw_only=True, eq=False):
    """The shin's inclination from standing, in the plane of the lunge and across it, and how fast it changes."""

    rate_hz: float
    angle_deg: Floats
    across_deg: Floats
    speed_deg_s: Floats


def lunge(recording: Recording, marks: Sequence[float] = ()) -> LungeResult:
    """Measure the weight-bearing lunge.

    Parameters
    ----------
    recording
        A phone or sensor fixed to the shin, standing still at first, then one or more lunges.
    marks
        Moments of first pinch, seconds from the first sample; those kept with the recording when left out.

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
    4. A trial counts unless it was not held, left the plane, was too fast, or ended elsewhere than it began.

    References
    ----------
    Laidig and Seel 2023, Information Fusion 91, 187-204, doi:10.1016/j.inffus.2022.10.014.
    """
    info = recording.info
    _refuse_unfit(recording)
    motion = even(recording)
    shin = _shin(motion, info.file)
    used_marks = tuple(marks) or info.marks_s
    trials, refused = _trials(shin, motion, recording.side, used_marks)
    if not trials:
        raise SignalError(
            f"no lunge was found: the shin never leaned {_LEAST_LUNGE_DEG:g} degrees and came back.",
            where=info.file,
            mend="Stand still, bring the knee to the wall, hold two seconds, come back; three times.",
        )
    flags = _flags(recording, trials)
    return LungeResult(
        recording=RecordingSet(sensors=(info,), duration_s=info.duration_s),
        readings=tuple(_readings(trials, recording.side, flags)),
        trials=tuple(trials),
        refused=tuple(refused),
        curves=(_trace(shin, recording.side),),
        events=tuple(_events(trials, used_marks)),
    )


def shin_of(recordings: Sequence[Recording]) -> Recording:
    """Return the one recording of a lunge: the sensor on a shin, else the only one there is."""
    on_shin = [each for each in recordings if each.placement == "shank"]
    fit = on_shin or [each for each in recordings if each.placement not in FOOT_PLACEMENTS]
    if len(fit) == 1:
        return fit[0]
    if not fit:
        raise SignalError(
            "the lunge needs a phone or sensor on the shin.", mend="Say so with --placement shank."
        )
    raise SignalError(
        f"{len(fit)} recordings were given for one lunge.", mend="Measure left and right one after the other."
    )


def lunge_of(materials: Materials) -> LungeResult:
    """Measure the lunge of the one recording that was worn on a shin."""
    return lunge(shin_of(need_sensors(materials, "the lunge")))


def _refuse_unfit(recording: Recording) -> None:
    info = recording.info
    if recording.placement in FOOT_PLACEMENTS:
        raise SignalError(
            f"the sensor was worn at: {recording.placement}; a lunge is measured on the shin.",
            where=info.file,
            mend="Fix the phone or sensor to the shin, or correct the placement with --placement shank.",
        )
    if recording.duration_s < _SHORTEST_S:
        raise SignalError(
            f"{recording.duration_s:.1f} s are too short for a lunge.",
            where=info.file,
            mend="Record the whole test.",
        )
    if info.rate_hz < _LOWEST_RATE_HZ:
        raise SignalError(
            f"{info.rate_hz:g} samples a second are too few.",
            where=info.file,
            mend="Record at 25 Hz or more.",
        )


def _shin(motion: Motion, file: str) -> _Shin:
    """Return the inclination of the shin from standing."""
    rate = motion.rate_hz
    speed = window_mean(np.degrees(np.linalg.norm(motion.gyr_rad_s, axis=1)), 0.2 * rate)
    angle, across = lean_from(motion, *_standing(speed, motion, file))
    return _Shin(
        rate_hz=rate,
        angle_deg=window_mean(angle, _SMOOTH_S * rate),
        across_deg=window_mean(across, _SMOOTH_S * rate),
        speed_deg_s=speed,
    )


def lean_from(motion: Motion, first: int, last: int) -> tuple[Floats, Floats]:
    """Return how far a segment leans from where it was in samples `[first, last)`, degrees.

    Parameters
    ----------
    motion
        Samples on an even time base.
    first, last
        The stretch that counts as upright, half-open.

    Returns
    -------
    along, across
        Lean in the plane most of the movement lies in, its longer way positive, and lean across that plane.
    """
    pose = attitude(motion)
    up = rotate(inverse(pose.quat), np.array([[0.0, 0.0, 1.0]]))
    standing = np.mean(up[first:last], axis=0)
    standing /= np.linalg.norm(standing)
    lean = up - np.outer(up @ standing, standing)
    far = np.einsum("ij,ij->i", lean, lean)
    part = lean[far >= 0.25 * far.max()]
    forward = np.linalg.eigh(part.T @ part)[1][:, -1]
    # the lunge leans further forward than anybody leans back: the longer way is forward
    if float(np.sum((part @ forward) ** 3)) < 0:
        forward = -forward
    along: Floats = np.degrees(np.arctan2(up @ forward, up @ standing))
    across: Floats = np.degrees(np.arcsin(np.clip(up @ np.cross(standing, forward), -1.0, 1.0)))
    return along, across


def _standing(speed_deg_s: Floats, motion: Motion, file: str) -> tuple[int, int]:
    """Return the first still stretch `[first, last)`, which must come before the movement has gone far."""
    need = max(3, int(_STILL_S * motion.rate_hz))
    still = (speed_deg_s < _STILL_DEG_S) & ~motion.is_lost
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(int)))
    for first, last in edges.reshape(-1, 2).tolist():
        if last - first >= need:
            moved_deg = float(np.sum(speed_deg_s[:first]) / motion.rate_hz)
            if moved_deg < 4 * _LEAST_LUNGE_DEG:
                return first, last
            break
    raise SignalError(
        "the recording does not start with standing still.",
        where=f"{file}, sample 0, channel gyr_x",
        mend="Start the recording, stand still for a second, then lunge.",
    )


def _trials(
    shin: _Shin, motion: Motion, side: Side, marks: Sequence[float]
) -> tuple[list[LungeTrial], list[Refused]]:
    points = turning_points(shin.angle_deg, 0.6 * _LEAST_LUNGE_DEG)
    # a lunge the recording ends in has no way back, so its depth is no turning point yet
    tail = points[-1][0] if points else 0
    if not points or points[-1][1] < 0:
        points = [*points, (tail + int(np.argmax(shin.angle_deg[tail:])), 1)]
    found: list[LungeTrial] = []
    refused: list[Refused] = []
    for peak in _deep(points, shin.angle_deg):
        start, stop = _borders(shin.angle_deg, peak)
        if stop is None:
            refused.append(
                _refusal(side, start, len(shin.angle_deg) - 1, shin, "the way back is not in the recording")
            )
        elif motion.is_lost[start : stop + 1].any():
            refused.append(_refusal(side, start, stop, shin, "samples are missing inside it"))
        else:
            found.append(_trial(shin, len(found) + 1, side, (start, peak, stop), marks))
    for mark in marks:
        if not any(trial.start_s <= mark <= trial.end_s for trial in found):
            refused.append(
                Refused(
                    what="first pinch",
                    reason="the mark lies in no lunge",
                    side=side,
                    start_s=mark,
                    end_s=mark,
                )
            )
    return found, refused


def _refusal(side: Side, start: int, stop: int, shin: _Shin, reason: str) -> Refused:
    return Refused(
        what="trial",
        reason=reason,
        side=side,
        start_s=round(start / shin.rate_hz, 3),
        end_s=round(stop / shin.rate_hz, 3),
        mend="Record until you stand again.",
    )


def _deep(points: list[tuple[int, int]], angle_deg: Floats) -> list[int]:
    """Return the deepest moment of each lunge; wavering in the depth of one lunge is not a second one."""
    peaks: list[int] = []
    for index, kind in points:
        if kind < 0 or angle_deg[index] < _LEAST_LUNGE_DEG:
            continue
        if peaks:
            before = peaks[-1]
            between = float(angle_deg[before:index].min())
            if between > 0.5 * min(angle_deg[before], angle_deg[index]):
                if angle_deg[index] > angle_deg[before]:
                    peaks[-1] = index
                continue
        peaks.append(index)
    return peaks


def _borders(angle_deg: Floats, peak: int) -> tuple[int, int | None]:
    """Return where the lunge leaves standing and where it is back; None when it never comes back.

    Leaving and coming back mean passing a quarter of the depth; people rest between lunges with the knee a little bent.
    """
    low = 0.25 * float(angle_deg[peak])
    before = np.flatnonzero(angle_deg[:peak] < low)
    after = np.flatnonzero(angle_deg[peak:] < low)
    return (int(before[-1]) if len(before) else 0), (peak + int(after[0]) if len(after) else None)


def _trial(
    shin: _Shin, number: int, side: Side, where: tuple[int, int, int], marks: Sequence[float]
) -> LungeTrial:
    start, peak, stop = where
    rate = shin.rate_hz
    depth = float(shin.angle_deg[peak])
    first, last = peak, peak
    while first > start and shin.angle_deg[first - 1] > depth - _HOLD_BAND_DEG:
        first -= 1
    while last < stop and shin.angle_deg[last + 1] > depth - _HOLD_BAND_DEG:
        last += 1
    hold_s = (last - first) / rate
    has_hold = hold_s >= _SHORTEST_HOLD_S
    angle = float(np.median(shin.angle_deg[first : last + 1])) if has_hold else depth
    across = float(np.median(shin.across_deg[first : last + 1]))
    settle = int(0.7 * rate)
    level_before = float(np.min(shin.angle_deg[max(0, start - settle) : start + 1]))
    level_after = float(np.min(shin.angle_deg[stop : stop + settle + 1]))
    fastest = float(shin.speed_deg_s[start : peak + 1].max())
    quality = tuple(
        flag
        for flag, is_so in (
            ("no_hold", not has_hold),
            ("too_fast", fastest > _FASTEST_DEG_S),
            ("out_of_plane", abs(across) > _OUT_OF_PLANE_DEG),
            ("not_back_to_standing", abs(level_after - level_before) > _RETURN_DEG),
        )
        if is_so
    )
    pinch = next((m for m in marks if start / rate <= m <= stop / rate), None)
    return LungeTrial(
        number=number,
        side=side,
        start_s=round(start / rate, 3),
        peak_s=round(peak / rate, 3),
        end_s=round(stop / rate, 3),
        hold_s=round(hold_s, 3),
        lunge_angle_deg=round(angle, 2),
        out_of_plane_deg=round(across, 2),
        return_error_deg=round(level_after - level_before, 2),
        first_pinch_angle_deg=None
        if pinch is None
        else round(float(shin.angle_deg[min(round(pinch * rate), len(shin.angle_deg) - 1)]), 2),
        is_counted=not quality,
        quality=quality,
    )


def _flags(recording: Recording, trials: list[LungeTrial]) -> tuple[str, ...]:
    carried = [flag for flag in recording.info.flags if flag != "time_stamps_evened"]
    if recording.side is Side.NONE:
        carried.append("side_unknown")
    if recording.placement == "unknown":
        carried.append("placement_unknown")
    counted = [trial for trial in trials if trial.is_counted]
    if len(counted) < 3:
        carried.append("few_trials")
    if counted and np.ptp([trial.lunge_angle_deg for trial in counted]) > 6.0:
        carried.append("trials_disagree")
    if len(trials) > 1 and abs(sum(trial.return_error_deg for trial in trials)) > _RETURN_DEG:
        carried.append("sensor_slipped")
    return tuple(dict.fromkeys(carried))


def _readings(trials: list[LungeTrial], side: Side, flags: tuple[str, ...]) -> list[Reading]:
    """Return the median lunge angle and first-pinch angle of the trials that count.

    When no trial counts there is a reading all the same, flagged with what speaks against each trial.
    """
    counted = [trial for trial in trials if trial.is_counted]
    used = counted or trials
    if not counted:
        flags = tuple(dict.fromkeys((*flags, *(flag for trial in trials for flag in trial.quality))))
    found = [_median("lunge_angle_deg", [trial.lunge_angle_deg for trial in used], side, flags)]
    pinches = [trial.first_pinch_angle_deg for trial in used if trial.first_pinch_angle_deg is not None]
    if pinches:
        found.append(_median("first_pinch_angle_deg", pinches, side, flags))
    return found


def _median(measure: str, values: list[float], side: Side, flags: tuple[str, ...]) -> Reading:
    n = len(values)
    # standard error of a median of few values is 1.25 times that of the mean; one trial says nothing of its spread,
    # then the spread between trials of healthy people (two degrees) stands in
    spread = float(np.std(values, ddof=1)) if n > 1 else 2.0
    error = float(np.hypot(1.25 * spread / np.sqrt(n), _FLOOR_DEG))
    return Reading(
        measure=measure,
        side=side,
        value=round(float(np.median(values)), 2),
        unit="deg",
        error=round(error, 2),
        quality=flags,
        method=METHOD,
        n_trials=n,
    )


def _trace(shin: _Shin, side: Side) -> Curve:
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
