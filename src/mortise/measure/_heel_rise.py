"""Heel rises: how many, how high, how fast, how far, how much work, how they tire, and whether the knee helped."""

from __future__ import annotations

import numpy as np

from mortise.errors import SignalError
from mortise.measure._doings import refuse_other
from mortise.measure._heel_rise_readings import count_of, n_missing, readings_of
from mortise.measure._rising import Rising, of_foot, of_shin
from mortise.measure._rising_body import of_body
from mortise.measure.markers import Body, body_from, body_of_lab
from mortise.measure.materials import Materials, worn_at
from mortise.measure.recording import FOOT_PLACEMENTS, NO_GYROSCOPE, Recording
from mortise.measure.results import Curve, Event, Reading, Refused, TestResult, Trial
from mortise.terms import Side

__all__ = ["heel_rise_of", "heel_rises"]

_GRAVITY_M_S2 = 9.80665
# A rise below half of the best is low: the set would be over, but it is a rise.
_LOW = 0.5
# The shin leans forward half as far as the knee bends; honest rises of the reference recordings stay below seven.
_SHANK_BEND_DEG = 10.0
_KNEE_BEND_DEG = 20.0
# Share of the set in which the knee may help before the readings say so.
_BENT_SHARE = 0.25
# More than any helping: then the leg was bent on purpose.
_MOST_BEND_DEG = {"shank": 25.0, "knee": 50.0}
# What the up and down of a shin tells without knowing how it leans.
_WITHOUT_TURNING = frozenset({"heel_rise_count", "heel_rise_period_s"})
_FEW = 3
_HOW = "Stand still for a second, then rise on to the toes and come down all the way, each time."
_N_TRACE = 600
# Two sides that rise together: at least this share of the rises overlap.
_TOGETHER = 0.5
_CARRIED = (
    "acc_clipped", "gyr_clipped", "gaps", "empty_cells", "truncated", "low_rate", "sensor_turned", "rate_contradicted",
    "unit_contradicted", "time_stamps_evened", "simulated", NO_GYROSCOPE,
)  # fmt: skip


def heel_rise_of(materials: Materials) -> TestResult:
    """Measure heel rises from whatever was recorded: sensors first, then markers, then keypoints."""
    return heel_rises(materials, materials.foot_length_m)


def heel_rises(materials: Materials, foot_length_m: float | None = None) -> TestResult:
    """Measure heel rises.

    Parameters
    ----------
    materials
        Sensors on foot or shin (or both, or a phone on the shin), or markers, or keypoints; standing first.
    foot_length_m
        Length of the foot, heel to longest toe; an adult's usual one when left out.

    Returns
    -------
    TestResult
        One trial per rise with `height_cm`, `up_s`, `down_s`, `work_j_kg` and, where the source shows them, `period_s`
        (to the next rise), `range_deg`, `bend_deg`, `sensor_lift_cm`, `shin_lift_cm`; the readings of each side.

    Raises
    ------
    SignalError
        When nothing that can show a heel rise was recorded, or no heel rose.

    Notes
    -----
    1. A rise is a movement away from the low level and back that is at least a third as high as is usual in the set
       and more than a shift of weight. Every rise counts; low ones (below half of the best) and those with a bent knee
       are flagged.
    2. Height is the heel's, except from a sensor on the shin alone: that goes up by a third to a half less
       (`height_at_shin`). The reading is the mean of the three highest; never mix the two in one series.
    3. Work is gravity times the lift of what was measured, per kilogram of body mass (one leg carrying all of it).
    4. Fatigue is the slope of a line through the heights, per cent of its start per rise.

    Data needs: standing still for half a second first, and a rate of 25 Hz or more. The heel must come down between
    rises. Deviation from the test with a marker below the malleolus: the heel itself, or the shin.

    References
    ----------
    Evidence rows HR-01, HR-02, HR-06 to HR-09, HR-13, HR-20.
    """
    refuse_other(materials, "a set of heel rises", _HOW)
    rising = _risings(materials, foot_length_m)
    seen = [each for each in rising if each.found.whole]
    if not seen:
        raise SignalError(
            "no heel rise was found: nothing went up by more than a shift of weight and came down again.",
            where=materials.described(),
            mend=_HOW,
        )
    _refuse_bending(materials, seen)
    both = _is_both_legs(seen)
    carried = tuple(flag for sensor in materials.sensors for flag in sensor.info.flags if flag in _CARRIED)
    trials = {each.side: _trials(each) for each in seen}
    missing = sum(n_missing(each) for each in seen)
    readings = [
        reading
        for each in seen
        for reading in readings_of(
            each, trials[each.side], both, _flags(each, trials[each.side], both, carried)
        )
    ]
    readings, lacking = _without_turning(readings, carried)
    if both:
        n_rises = min(len(found) for found in trials.values())
        readings.append(
            count_of("double_heel_rise_count", Side.NONE, n_rises, trials[seen[0].side], seen[0], carried)
        )
    return TestResult(
        test="heel-rise",
        recording=materials.recording_set(),
        readings=tuple(readings),
        trials=tuple(trial for each in seen for trial in trials[each.side]),
        n_trials_missing=missing,
        refused=(*lacking, *(one for each in rising for one in _refused(each))),
        curves=tuple(curve for each in seen for curve in _curves(each)),
        events=tuple(event for each in seen for event in _events(each)),
    )


def _without_turning(
    readings: list[Reading], carried: tuple[str, ...]
) -> tuple[list[Reading], list[Refused]]:
    """Return the readings that acceleration alone bears, and what it does not."""
    if NO_GYROSCOPE not in carried:
        return readings, []
    said = Refused(
        what="height, work, range and knee",
        reason="there is no gyroscope, so how the shin leans is not taken out of its acceleration",
        mend="Record with a sensor that has a gyroscope too.",
    )
    return [each for each in readings if each.measure in _WITHOUT_TURNING], [said]


def _risings(materials: Materials, foot_length_m: float | None) -> list[Rising]:
    """Return the rises of every side, from the strongest kind of recording there is."""
    if materials.sensors:
        return _of_sensors(materials.sensors, foot_length_m)
    bodies: list[Body] = [body_of_lab(lab) for lab in materials.labs if lab.markers]
    bodies += [
        body_from(
            pose.keypoints.items(),
            pose.time_s,
            pose.info.rate_hz,
            is_keypoint=True,
            unit="m" if pose.info.unit == "m" else "px",
        )
        for pose in materials.poses
    ]
    found = [of_body(body, side, foot_length_m) for body in bodies for side in materials.sides]
    rising = [each for each in found if each is not None]
    if not rising:
        raise SignalError(
            "heel rises need a heel: a sensor on foot or shin, a heel marker, or a heel keypoint.",
            where=materials.described(),
            mend="Record with a phone on the shin, a sensor on the shoe, or markers or video that show the heel.",
        )
    return rising


def _of_sensors(sensors: tuple[Recording, ...], foot_length_m: float | None) -> list[Rising]:
    rising: list[Rising] = []
    has_shin = any(each.placement == "shank" for each in sensors)
    for side in dict.fromkeys(each.side for each in sensors):
        feet = [r for r in sensors if r.side is side and r.placement in FOOT_PLACEMENTS]
        # A phone of which nobody said where it was may be on the shin; not beside a sensor that is known to be there.
        usual = ("shank",) if has_shin else ("shank", "unknown", "hand")
        shanks = [r for r in sensors if r.side is side and r.placement in usual]
        if len(feet) > 1 or len(shanks) > 1:
            raise SignalError(
                f"{len(feet)} sensors on the foot and {len(shanks)} on the shin of one side.",
                where=(feet or shanks)[0].info.file,
                mend="Give one of each, with side and placement said.",
            )
        if feet:
            rising.append(of_foot(feet[0], shanks[0] if shanks else None, foot_length_m))
        elif shanks:
            rising.append(of_shin(shanks[0]))
    if rising:
        return rising
    raise SignalError(
        f"heel rises are measured on foot or shin; the sensor was worn at: {worn_at(sensors)}.",
        where=sensors[0].info.file,
        mend="Fix the phone or sensor to the shin or the shoe, or correct the placement with --placement shank.",
    )


def _refuse_bending(materials: Materials, seen: list[Rising]) -> None:
    """Refuse squats and lunges: the heel goes up because the leg bends, not by the calf."""
    for each in seen:
        bends = [bend for number in range(len(each.found.whole)) if (bend := _bend(each, number)) is not None]
        most = _MOST_BEND_DEG[each.lean_of] if each.lean_of else 0.0
        if bends and float(np.median(bends)) > most:
            part = "knee bends" if each.lean_of == "knee" else "shin leans"
            raise SignalError(
                f"no set of heel rises: the {each.side.value} {part} by {float(np.median(bends)):.0f} degrees "
                "each time the heel goes up, as in squats or lunges.",
                where=materials.described(),
                mend=f"Measure it as step-down or lunge, or record heel rises with straight knees. {_HOW}",
            )


def _is_both_legs(seen: list[Rising]) -> bool:
    """Whether both sides rose together."""
    if len(seen) != 2:
        return False
    one, other = ([(each.time_s[m.start], each.time_s[m.stop]) for m in each.found.whole] for each in seen)
    together = sum(any(a < d and c < b for c, d in other) for a, b in one)
    return together > _TOGETHER * max(len(one), len(other))


def _trials(rising: Rising) -> list[Trial]:
    best_cm = max(float(rising.height_cm[m.peak]) for m in rising.found.whole)
    return [_trial(rising, number, best_cm) for number in range(len(rising.found.whole))]


def _trial(rising: Rising, number: int, best_cm: float) -> Trial:
    """Return one rise with its values."""
    one = rising.found.whole[number]
    time_s, height = rising.time_s, rising.height_cm
    inside = slice(one.low, one.down + 1)
    height_cm = float(np.nanmax(height[inside]))
    high = one.start + np.flatnonzero(height[one.start : one.stop + 1] >= 0.95 * height_cm)
    first, last = (int(high[0]), int(high[-1])) if len(high) else (one.peak, one.peak)
    values = {
        "height_cm": round(height_cm, 2),
        "up_s": round(float(time_s[first] - time_s[one.start]), 3),
        "down_s": round(float(time_s[one.stop] - time_s[last]), 3),
        "work_j_kg": round(_GRAVITY_M_S2 * height_cm / 100.0, 3),
    }
    if number + 1 < len(rising.found.whole):
        following = rising.found.whole[number + 1]
        values["period_s"] = round(float(time_s[following.start] - time_s[one.start]), 3)
    for name, lift in rising.other_cm.items():
        top = lift[inside]
        if np.isfinite(top).any():
            values[name] = round(float(np.nanmax(top)), 2)
    quality = []
    if rising.angle_deg is not None:
        values["range_deg"] = round(float(np.ptp(rising.angle_deg[inside])), 2)
    bend = _bend(rising, number)
    if bend is not None:
        values["bend_deg"] = round(bend, 2)
        if bend > (_KNEE_BEND_DEG if rising.lean_of == "knee" else _SHANK_BEND_DEG):
            quality.append("knee_bent")
    if height_cm < _LOW * best_cm:
        quality.append("low")
    is_whole = not rising.is_lost[inside].any()
    if not is_whole:
        quality.append("samples_missing")
    return Trial(
        number=number + 1,
        side=rising.side,
        start_s=round(float(time_s[one.start]), 3),
        end_s=round(float(time_s[one.stop]), 3),
        values=values,
        is_counted=is_whole,
        quality=tuple(quality),
    )


def _bend(rising: Rising, number: int) -> float | None:
    """Return how far shin or knee bent from standing, from half a rise before until the end of the rise."""
    if rising.lean_deg is None:
        return None
    one = rising.found.whole[number]
    before = rising.found.whole[number - 1].stop if number else 0
    start = max(before, one.start - (one.peak - one.start))
    return float(np.nanmax(rising.lean_deg[start : one.stop + 1]))


def _flags(rising: Rising, trials: list[Trial], both: bool, carried: tuple[str, ...]) -> tuple[str, ...]:
    found = [*rising.flags, *carried]
    if rising.side is Side.NONE:
        found.append("side_unknown")
    if both:
        found.append("both_legs")
    if len(trials) < _FEW:
        found.append("few_trials")
    bent = sum("knee_bent" in trial.quality for trial in trials)
    if bent > _BENT_SHARE * len(trials):
        found.append("knee_bent")
    if rising.lean_deg is None:
        found.append("knee_not_seen")
    if n_missing(rising):
        found.append("rises_missing")
    return tuple(dict.fromkeys(found))


def _refused(rising: Rising) -> list[Refused]:
    found = [
        Refused(
            what="trial",
            reason="only half of the rise is in the recording",
            side=rising.side,
            start_s=round(float(rising.time_s[start]), 3),
            end_s=round(float(rising.time_s[stop]), 3),
            mend="Record from standing to standing.",
        )
        for start, stop in rising.found.halves
    ]
    if not rising.found.whole:
        found.append(
            Refused(
                what="side",
                reason="this heel did not rise",
                side=rising.side,
                mend="If it did, look at how the sensor was fixed and when it was started.",
            )
        )
    return found


def _curves(rising: Rising) -> list[Curve]:
    every = max(1, -(-len(rising.time_s) // _N_TRACE))
    picked = np.arange(0, len(rising.time_s), every)
    x = tuple(np.round(rising.time_s[picked], 3).tolist())
    named = [("heel_rise_height_trace_cm", "cm", rising.height_cm)]
    if rising.angle_deg is not None:
        named.append((f"heel_rise_{rising.angle_of}_trace_deg", "deg", rising.angle_deg))
    if rising.lean_deg is not None:
        named.append((f"heel_rise_{rising.lean_of}_trace_deg", "deg", rising.lean_deg))
    return [
        Curve(
            name=name, side=rising.side, x_unit="s", unit=unit, x=x,
            mean=tuple(np.round(np.nan_to_num(values[picked]), 2).tolist()),
        )
        for name, unit, values in named
    ]  # fmt: skip


def _events(rising: Rising) -> list[Event]:
    return [
        Event(name="heel_rise_peak", side=rising.side, time_s=round(float(rising.time_s[one.peak]), 3))
        for one in rising.found.whole
    ]
