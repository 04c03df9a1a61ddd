"""Step-downs and squats: how far the ankle bends, whether the knee stays over the foot; arch, pelvis, trunk."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import structs

from mortise.errors import SignalError
from mortise.measure._alignment import (
    Leg,
    Trunk,
    at_frame,
    legs_of,
    peak,
    picked,
    smooth_body,
    trunk_of,
)
from mortise.measure._coordinates import by_coordinates, has_coordinates
from mortise.measure._doings import refuse_other
from mortise.measure._floor_body import floor_of_body
from mortise.measure._foot_landings import landings_of_feet
from mortise.measure._going_down import Repetition, repetitions_of
from mortise.measure._landing import landings_of_body, leg_curves, leg_values
from mortise.measure._step_down_sensors import by_sensors
from mortise.measure._takes import Take, takes_of
from mortise.measure._trial_readings import Kind, drift_of, readings_of
from mortise.measure.axes import Axes, foot_length
from mortise.measure.markers import SIDES, Body
from mortise.measure.materials import Materials
from mortise.measure.recording import Floats
from mortise.measure.results import Event, Reading, Refused, TestResult, Trial
from mortise.measure.segments import resting
from mortise.terms import Side

# Shares of the foot's length: a foot that rests moves less than this, one that is held or reaches down more.
_REST_SHARE = 0.25
# Cut-offs of the points, consensus after the observed scale (SD-01): degrees, and the foot's half width.
_TRUNK_DEG, _PELVIS_DEG = 10.0, 10.0
_OVER_TOE_CM, _INSIDE_FOOT_CM = 1.0, 4.0

_HOW = "Record standing, five slow repetitions, and standing again, with markers, video or sensors."
# A fall off a box of half a metre lasts a third of a second; with the bend it begins from and the one it ends in, a
# landing within this of a bend belongs to it.
_NEAR_DROP_S = 0.5

STEP_KINDS = (
    Kind("step_down_dorsiflexion_deg", "ankle_peak_deg", "deg", 3.0),
    Kind("step_down_knee_medial_cm", "knee_medial_cm", "cm", 1.0),
    Kind("step_down_knee_valgus_deg", "knee_valgus_deg", "deg", 3.0),
    Kind("step_down_tibial_rotation_deg", "tibial_rotation_deg", "deg", 4.0),
    Kind("step_down_arch_drop_cm", "arch_drop_cm", "cm", 0.3),
    Kind("step_down_pelvis_drop_deg", "pelvis_drop_deg", "deg", 2.0),
    Kind("step_down_recorded_points", "points", "points", 0.7),
)
SQUAT_KINDS = (
    Kind("squat_dorsiflexion_deg", "ankle_peak_deg", "deg", 3.0),
    Kind("squat_knee_bend_deg", "knee_bend_deg", "deg", 5.0),
    Kind("squat_knee_medial_cm", "knee_medial_cm", "cm", 1.0),
)
_DRIFTS = (
    Kind("step_down_knee_medial_drift_cm", "knee_medial_cm", "cm", 1.0),
    Kind("step_down_dorsiflexion_drift_deg", "ankle_peak_deg", "deg", 3.0),
)


def step_down_of(materials: Materials) -> TestResult:
    """Measure step-downs and squats.

    Parameters
    ----------
    materials
        Markers, keypoints from the side or the front, sensors on foot and shank or on the shank alone, a model's joint
        angles (OpenSim's coordinates).

    Returns
    -------
    TestResult
        One trial per repetition and leg that bears; readings per side; drift from six repetitions on.

    Raises
    ------
    SignalError
        When the files show nobody going down and coming up.

    Notes
    -----
    1. A repetition is the pelvis going down by five hundredths of its height or more and coming up by as much.
    2. A leg bears when its foot rests meanwhile. Both bearing is a squat, one is a step-down on that leg.
    3. From standing to the deepest: greatest dorsiflexion; the knee's way inward from the upright plane through ankle
       and foot; bend inward; turning of the shank; drop of the arch; drop of the other side of the pelvis.
    4. Points after the observed scale, without the arms, which are not measured: trunk 1, pelvis 1, knee 1 or 2,
       unsteady 1.
    """
    trials: list[Trial] = []
    refused: list[Refused] = []
    events: list[Event] = []
    refuse_other(materials, "a step-down or squat", _HOW, jumps=False)
    takes = takes_of(materials)
    for take in takes:
        found, said = _measured(take, len(trials), materials.sides)
        trials += found
        refused += said
    modelled = [lab for lab in materials.labs if has_coordinates(lab)]
    if modelled:
        found, said = by_coordinates(modelled, len(trials))
        trials += found
        refused += said
    if not trials:
        telling = [one for one in refused if one.what in ("step-down", "repetition", "ankle angle")]
        if telling:
            raise SignalError(
                f"no step-down was measured: {telling[0].reason}.",
                where=materials.described(),
                mend=telling[0].mend,
            )
        raise SignalError(
            "no step-down or squat was found: nobody went down and came up.",
            where=materials.described(),
            mend=_HOW,
        )
    events = [
        Event(name="deepest", side=trial.side, time_s=round(trial.values["deepest_s"], 4)) for trial in trials
    ]
    return TestResult(
        test="step-down",
        recording=materials.recording_set(),
        readings=tuple(_readings(trials, takes)),
        trials=tuple(trials),
        n_trials_missing=sum(each.n_missing for each in refused if each.what == "repetition"),
        refused=tuple({(each.what, each.reason): each for each in refused}.values()),
        curves=tuple(curve for take in takes for curve in leg_curves(take)),
        events=tuple(events),
    )


def _readings(trials: Sequence[Trial], takes: Sequence[Take]) -> list[Reading]:
    body = next((take.body for take in takes if take.body is not None), None)
    method = "foot-shank/1" if body is None else f"step-down-{body.source}/1"
    if any("zero_of_the_model" in trial.quality for trial in trials):
        method = "joint-coordinates/1"
    steps = [trial for trial in trials if not trial.values["is_squat"]]
    squats = [trial for trial in trials if trial.values["is_squat"]]
    return [
        *readings_of(steps, STEP_KINDS, method),
        *readings_of(squats, SQUAT_KINDS, method),
        *drift_of(steps, _DRIFTS),
    ]


def _measured(take: Take, n_before: int, sides: Sequence[Side]) -> tuple[list[Trial], list[Refused]]:
    if take.sensors:
        found, said = by_sensors(take.sensors, n_before)
        return _without_drops(found, said, _drops_of_sensors(take))
    if take.body is None or take.axes is None:
        if not take.loads:
            return [], []
        return [], [
            Refused(
                what="step-down",
                reason="a force plate alone does not show how leg and trunk move",
                mend="Add markers or video.",
            )
        ]
    body = smooth_body(take.body)
    repetitions, said = repetitions_of(body, take.axes)
    legs, trunk = legs_of(body, take.axes, sides), trunk_of(body, take.axes)
    trials: list[Trial] = []
    drops = _drops_of_body(body, take)
    for repetition in repetitions:
        bearing = _bearing(body, take.axes, repetition)
        if not bearing:
            said.append(
                Refused(
                    what="repetition",
                    reason="neither foot rests while the body goes down",
                    start_s=round(repetition.start / body.rate_hz, 3),
                    end_s=round(repetition.end / body.rate_hz, 3),
                    mend="Keep the foot that bears on the floor; a jump is measured as jump.",
                )
            )
        for side in bearing:
            if side in legs:
                number = n_before + len(trials) + 1
                is_squat = len(bearing) == 2
                trials.append(_trial(number, body, legs[side], trunk, repetition, is_squat=is_squat))
    return _without_drops(trials, said, drops)


def _drops_of_body(body: Body, take: Take) -> list[float]:
    """Return when feet stopped a fall, seconds: landings of a jump or of a drop off a box."""
    assert take.axes is not None
    try:
        landings, _ = landings_of_body(body, take.axes, floor_of_body(body, take.axes))
    except SignalError:
        return []
    return [landing.first / body.rate_hz for landing in landings]


def _drops_of_sensors(take: Take) -> list[float]:
    try:
        return [at for moments in landings_of_feet(take.sensors).values() for at in moments]
    except SignalError:
        return []


def _without_drops(
    trials: list[Trial], said: list[Refused], drops: Sequence[float]
) -> tuple[list[Trial], list[Refused]]:
    """Return the trials that do not stop a fall: a landing is no step-down, however alike the bend is."""
    kept: list[Trial] = []
    for trial in trials:
        near = [at for at in drops if trial.start_s - _NEAR_DROP_S <= at <= trial.end_s + _NEAR_DROP_S]
        if near:
            said = [_dropped(trial, near[0]), *said]
        else:
            kept.append(trial)
    return [structs.replace(one, number=trials[0].number + index) for index, one in enumerate(kept)], said


def _dropped(trial: Trial, at_s: float) -> Refused:
    return Refused(
        what="repetition",
        reason="the body falls and lands here: a drop or a jump, not a step-down",
        side=trial.side,
        start_s=round(at_s, 3),
        end_s=trial.end_s,
        mend="Measure it as landing, or step down slowly: the foot that bears stays on the step.",
    )


def _bearing(body: Body, axes: Axes, repetition: Repetition) -> tuple[Side, ...]:
    """Return the sides whose feet rest through a repetition; a foot held in the air at one height does not."""
    spans = slice(repetition.start, repetition.end + 1)
    found: dict[Side, float] = {}
    length = foot_length(body)
    for side in SIDES:
        front, ankle = body.forefoot(side), body.ankle(side)
        point = ankle if front is None else front
        if point is None:
            continue
        part = point[spans]
        part = part[np.isfinite(part).all(axis=1)]
        scale = length if np.isfinite(length) else float("nan")
        if not len(part) or not np.isfinite(scale):
            continue
        if (
            float(np.max(np.percentile(part, 95, axis=0) - np.percentile(part, 5, axis=0)))
            < _REST_SHARE * scale
        ):
            found[side] = resting(point[spans] @ axes.up, body.rate_hz)
    if len(found) == 2:
        # on a step the foot that bears may be higher than the floor, but one held still beside it is higher yet
        (low, high) = sorted(found, key=lambda side: found[side])
        if found[high] - found[low] > 0.5 * length:
            return (low,)
    return tuple(found)


def _trial(
    number: int, body: Body, leg: Leg, trunk: Trunk, repetition: Repetition, *, is_squat: bool
) -> Trial:
    first, deepest = repetition.start, repetition.deepest
    values = leg_values(leg, first, deepest, is_share=body.n_axes == 2)
    values.pop("knee_start_deg")
    values |= {
        "is_squat": float(is_squat),
        "depth_pct": 100.0 * repetition.depth_ratio,
        "down_s": (deepest - first) / body.rate_hz,
        "up_s": (repetition.end - deepest) / body.rate_hz,
        "deepest_s": deepest / body.rate_hz,
        "trunk_side_deg": _furthest(trunk.side_deg, first, deepest),
        "trunk_forward_deg": peak(trunk.forward_deg, slice(first, deepest + 1)),
        "pelvis_drop_deg": _pelvis_drop(trunk, leg.side, first, deepest),
    }
    if body.unit == "m":
        values["depth_cm"] = 100.0 * repetition.depth
    if not is_squat:
        values |= _points(body, leg, values, repetition)
    quality = tuple(dict.fromkeys((*leg.flags, *body.flags, *repetition.flags)))
    return Trial(
        number=number,
        side=leg.side,
        start_s=round(first / body.rate_hz, 4),
        end_s=round(repetition.end / body.rate_hz, 4),
        values={name: round(value, 3) for name, value in values.items() if math.isfinite(value)},
        is_counted="sides_contradict" not in quality,
        quality=quality,
    )


def _furthest(series: Floats | None, first: int, last: int) -> float:
    """Return the value furthest from where it began."""
    part = picked(series, slice(first, last + 1))
    if not len(part):
        return float("nan")
    away = part - at_frame(series, first)
    return float(away[np.argmax(np.abs(away))])


def _pelvis_drop(trunk: Trunk, side: Side, first: int, last: int) -> float:
    """Return how far the side of the pelvis that is not borne drops below where it was, degrees."""
    part = picked(trunk.pelvis_deg, slice(first, last + 1))
    if not len(part):
        return float("nan")
    away = part - at_frame(trunk.pelvis_deg, first)
    # right side higher is positive: bearing on the right, the left drops
    return float(np.max(away if side is Side.RIGHT else -away))


def _points(body: Body, leg: Leg, values: dict[str, float], repetition: Repetition) -> dict[str, float]:
    """Return the points of one step-down; nothing unless all four items are seen."""
    inward = peak(leg.knee_inward_cm, slice(repetition.start, repetition.deepest + 1))
    seen = (values["trunk_side_deg"], values["pelvis_drop_deg"], inward)
    if body.n_axes != 3 or not all(map(math.isfinite, seen)):
        return {}
    knee = 2.0 if inward > _INSIDE_FOOT_CM else 1.0 if inward > _OVER_TOE_CM else 0.0
    items = {
        "point_trunk": float(abs(values["trunk_side_deg"]) > _TRUNK_DEG),
        "point_pelvis": float(values["pelvis_drop_deg"] > _PELVIS_DEG),
        "point_knee": knee,
        "point_unsteady": float(repetition.is_unsteady),
    }
    return items | {"points": sum(items.values())}
