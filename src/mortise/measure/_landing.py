"""Landings: ankle, knee over foot, shin and arch between contact and the deepest bend; a score of errors; drift."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure._alignment import (
    Leg,
    at_frame,
    curves_of_legs,
    least,
    legs_of,
    peak,
    picked,
    smooth_body,
    trunk_of,
)
from mortise.measure._floor import Floor
from mortise.measure._floor_body import floor_of_body
from mortise.measure._jump_force import push_of
from mortise.measure._landing_errors import score_of
from mortise.measure._landing_sensors import landings_of_sensors
from mortise.measure._takes import Take, curves_of, takes_of
from mortise.measure._trial_readings import Kind, drift_of, readings_of
from mortise.measure.axes import Axes, foot_length
from mortise.measure.markers import SIDES, Body
from mortise.measure.materials import Materials
from mortise.measure.recording import Floats
from mortise.measure.results import Curve, Event, Reading, Refused, TestResult, Trial
from mortise.measure.segments import velocity_of
from mortise.terms import Side

# A body that comes down faster than this has fallen three centimetres at least; steps and step-downs are slower.
_FALL_M_S = 0.8
_FOOT_M = 0.25
# Feet that come down within this land together.
_TOGETHER_S = 0.15
# From contact to the deepest bend: half a second covers stiff and soft landings.
_WINDOW_S = 0.5
_SHORTEST_S = 0.15

# reading, value of a trial, unit, standard error of the method against a laboratory's own model (docs: landing)
KINDS = (
    Kind("landing_ankle_excursion_deg", "ankle_excursion_deg", "deg", 3.0),
    Kind("landing_knee_bend_deg", "knee_bend_deg", "deg", 5.0),
    Kind("landing_knee_medial_cm", "knee_medial_cm", "cm", 1.0),
    Kind("landing_knee_valgus_deg", "knee_valgus_deg", "deg", 3.0),
    Kind("landing_tibial_rotation_deg", "tibial_rotation_deg", "deg", 4.0),
    Kind("landing_arch_drop_cm", "arch_drop_cm", "cm", 0.3),
    Kind("landing_peak_ratio", "landing_peak_ratio", "ratio", 0.05),
)
# Foot and shank sensors against a laboratory's joint angle, ten feet landing, one person.
SENSOR_KINDS = (Kind("landing_ankle_excursion_deg", "ankle_excursion_deg", "deg", 4.0),)
_DRIFTS = (
    Kind("landing_knee_medial_drift_cm", "knee_medial_cm", "cm", 1.0),
    Kind("landing_ankle_excursion_drift_deg", "ankle_excursion_deg", "deg", 3.0),
)


class Landing(Struct, frozen=True, kw_only=True, eq=False):
    """One landing: the frame of first contact, the deepest bend, and which feet landed when."""

    first: int
    deepest: int
    strikes_s: dict[Side, float]


def landing_of(materials: Materials) -> TestResult:
    """Measure landings.

    Parameters
    ----------
    materials
        Markers, keypoints from the side or the front, sensors on foot and shank; plates add the force.

    Returns
    -------
    TestResult
        One trial per landing and foot, one for both feet with the errors scored; readings per side; drift from six
        landings on.

    Raises
    ------
    SignalError
        When the files show no landing.

    Notes
    -----
    1. A landing is a foot strike that stops a fall of 0.8 m/s or more; feet within 0.15 s land together.
    2. It lasts from first contact to the pelvis's lowest point, half a second at most.
    3. Excursions run from contact to the greatest value after it: dorsiflexion, the knee's way inward from the upright
       plane through ankle and foot, the bend of the knee inward; the shank's turning and the arch from end to end.
    4. Errors are scored where the view shows the item (`_landing_errors`).
    5. Drift: mean of the last third of the landings less that of the first third.
    """
    trials: list[Trial] = []
    refused: list[Refused] = []
    events: list[Event] = []
    takes = takes_of(materials)
    for take in takes:
        found, said, marked = _measured(take, len(trials), materials.sides)
        trials += found
        refused += said
        events += marked
    if not trials:
        raise _nothing(materials, refused)
    is_worn = all(take.sensors for take in takes)
    readings = readings_of(trials, SENSOR_KINDS if is_worn else KINDS, _method(takes))
    readings += _score_reading(trials)
    readings += drift_of(trials, _DRIFTS)
    return TestResult(
        test="landing",
        recording=materials.recording_set(),
        readings=tuple(readings),
        trials=tuple(trials),
        n_trials_missing=sum(each.n_missing for each in refused),
        refused=tuple({(each.what, each.reason, each.start_s): each for each in refused}.values()),
        curves=tuple(curve for take in takes for curve in leg_curves(take)),
        events=tuple(events),
    )


def _method(takes: Sequence[Take]) -> str:
    body = next((take.body for take in takes if take.body is not None), None)
    return "foot-shank-landing/1" if body is None else f"landing-{body.source}/1"


def _nothing(materials: Materials, refused: Sequence[Refused]) -> SignalError:
    if refused:
        return SignalError(
            f"no landing was measured: {refused[0].reason.rstrip('.')}.",
            where=materials.described(),
            mend=refused[0].mend,
        )
    return SignalError(
        "no landing was found: nobody came down on the floor.",
        where=materials.described(),
        mend="Record from before the jump until two seconds after the landing, with markers, video or foot sensors.",
    )


def leg_curves(take: Take) -> list[Curve]:
    """Return the curves of a take's source, and those of its legs where there is a body."""
    found = curves_of(take)
    if take.body is not None and take.axes is not None:
        legs = legs_of(smooth_body(take.body), take.axes)
        found += curves_of_legs(legs, take.body.time_s, is_share=take.body.n_axes == 2)
    return found


def _measured(
    take: Take, n_before: int, sides: Sequence[Side] = SIDES
) -> tuple[list[Trial], list[Refused], list[Event]]:
    """Return trials, refusals and events of one take."""
    if take.sensors:
        return landings_of_sensors(take.sensors, n_before)
    if take.body is None or take.axes is None:
        if not take.loads:
            return [], [], []
        said = Refused(
            what="landing",
            reason="a force plate alone does not show how leg and trunk move",
            mend="Add markers or video; time in the air and force are measured as jump.",
        )
        return [], [said], []
    body = smooth_body(take.body)
    if "about_the_hips" in body.flags:
        said = Refused(
            what="landing",
            reason="these keypoints are given from the hips, so they do not show the body come down",
            mend="Give the keypoints of the picture, or markers.",
        )
        return [], [said], []
    try:
        floor = floor_of_body(take.body, take.axes)
    except SignalError as fault:
        return [], [Refused(what="landing", reason=fault.message, mend=fault.mend)], []
    landings, said_of = landings_of_body(body, take.axes, floor)
    legs, trunk = legs_of(body, take.axes), trunk_of(body, take.axes)
    trials: list[Trial] = []
    refused = list(said_of)
    events: list[Event] = []
    for landing in landings:
        tested = {side: leg for side, leg in legs.items() if side in sides}
        trials += _trials(take, landing, tested, floor, n_before + len(trials))
        score, items = score_of(body, take.axes, landing, legs, trunk)
        trials.append(_scored(score, landing, body, n_before + len(trials) + 1))
        refused += items
        events += [
            Event(name="foot_strike", side=side, time_s=round(at, 4))
            for side, at in landing.strikes_s.items()
        ]
    return trials, refused, events


def landings_of_body(body: Body, axes: Axes, floor: Floor) -> tuple[list[Landing], list[Refused]]:
    """Return the landings of a recording, and those that it ends in."""
    centre = body.pelvis()
    if centre is None:
        centre = next((hip for hip in (body.hip(side) for side in SIDES) if hip is not None), None)
    if centre is None:
        return [], [
            Refused(
                what="landing",
                reason="pelvis and hips are not seen: how the body comes down is not known",
                mend="Label the pelvis or the hips.",
            )
        ]
    height = centre @ axes.up
    speed = velocity_of(centre, body.rate_hz) @ axes.up
    fall = _FALL_M_S if body.unit == "m" else _FALL_M_S / _FOOT_M * foot_length(body)
    strikes = sorted(
        (contact.start_s, side)
        for side, contacts in floor.contacts.items()
        for contact in contacts
        if contact.start_s is not None and _speed_at(speed, contact.start_s, body.rate_hz) < -fall
    )
    groups: list[dict[Side, float]] = []
    for time_s, side in strikes:
        if groups and time_s - min(groups[-1].values()) <= _TOGETHER_S:
            groups[-1].setdefault(side, time_s)
        else:
            groups.append({side: time_s})
    found: list[Landing] = []
    refused: list[Refused] = []
    for group in groups:
        first = round(min(group.values()) * body.rate_hz)
        stop = min(body.n_frames, first + round(_WINDOW_S * body.rate_hz) + 1)
        part = height[first:stop]
        # still going down in the last frame that is seen: how deep it goes is not in the recording
        seen = np.flatnonzero(np.isfinite(part))
        is_cut = len(seen) > 0 and seen[-1] < round(_WINDOW_S * body.rate_hz) - 1
        if (
            (is_cut and int(np.nanargmin(part)) == seen[-1])
            or not len(seen)
            or len(part) < _SHORTEST_S * body.rate_hz
        ):
            refused.append(
                Refused(
                    what="landing",
                    reason="the recording ends, or the pelvis is hidden, before the knees are bent",
                    start_s=round(first / body.rate_hz, 3),
                    n_missing=1,
                    mend="Record two seconds after the landing.",
                )
            )
            continue
        deepest = first + max(1, int(np.nanargmin(part)))
        found.append(Landing(first=first, deepest=deepest, strikes_s=group))
    return found, refused


def _speed_at(speed: Floats, time_s: float, rate_hz: float) -> float:
    """Return the speed just before a moment, before the blow is felt at the pelvis."""
    stop = round(time_s * rate_hz)
    part = speed[max(0, stop - max(2, round(0.05 * rate_hz))) : stop + 1]
    part = part[np.isfinite(part)]
    return float(part.min()) if len(part) else 0.0


def _trials(take: Take, landing: Landing, legs: dict[Side, Leg], floor: Floor, n_before: int) -> list[Trial]:
    assert take.body is not None
    rate = take.body.rate_hz
    found: list[Trial] = []
    for side in landing.strikes_s:
        if side not in legs:
            continue
        leg = legs[side]
        values = leg_values(leg, landing.first, landing.deepest, is_share=take.body.n_axes == 2)
        values |= _force_values(take, landing, side)
        start = landing.strikes_s[side]
        values["time_to_deepest_s"] = landing.deepest / rate - start
        values["is_one_leg"] = float(len(landing.strikes_s) == 1)
        quality = tuple(dict.fromkeys((*leg.flags, *floor.flags)))
        found.append(
            Trial(
                number=n_before + len(found) + 1,
                side=side,
                start_s=round(start, 4),
                end_s=round(landing.deepest / rate, 4),
                values={name: round(value, 3) for name, value in values.items() if math.isfinite(value)},
                is_counted="sides_contradict" not in quality,
                quality=quality,
            )
        )
    return found


def leg_values(leg: Leg, first: int, last: int, *, is_share: bool) -> dict[str, float]:
    """Return what one leg does between two frames: its start, its greatest, and the way between.

    Parameters
    ----------
    leg
        Series of the leg.
    first, last
        From contact (or standing) to the deepest bend, inclusive.
    is_share
        Whether the knee's way inward is in hundredths of the shank's length, as in a picture.

    Returns
    -------
    dict
        Values of a trial; NaN where a series is not there.
    """
    span = slice(first, last + 1)
    inward = "knee_medial_pct" if is_share else "knee_medial_cm"
    values = {
        "ankle_start_deg": at_frame(leg.dorsiflexion_deg, first),
        "ankle_peak_deg": peak(leg.dorsiflexion_deg, span),
        "knee_start_deg": at_frame(leg.knee_bend_deg, first),
        "knee_bend_deg": peak(leg.knee_bend_deg, span),
        "hip_start_deg": at_frame(leg.hip_bend_deg, first),
        "hip_bend_deg": peak(leg.hip_bend_deg, span),
        inward: peak(leg.knee_inward_cm, span) - at_frame(leg.knee_inward_cm, first),
        inward.replace("medial", "inward_peak"): peak(leg.knee_inward_cm, span),
        "knee_valgus_deg": peak(leg.valgus_deg, span),
        "tibial_rotation_deg": peak(leg.turning_deg, span) - least(leg.turning_deg, span),
        "toe_out_deg": float(np.median(part)) if len(part := picked(leg.toe_out_deg, span)) else float("nan"),
        "arch_drop_cm": at_frame(leg.arch_cm, first) - least(leg.arch_cm, span),
    }
    values["ankle_excursion_deg"] = values["ankle_peak_deg"] - values["ankle_start_deg"]
    return values


def _force_values(take: Take, landing: Landing, side: Side) -> dict[str, float]:
    """Return the greatest force on the foot's own plate (or on all of them), in body weights."""
    from mortise.measure._floor import Flight

    if not take.loads:
        return {}
    first_s = min(landing.strikes_s.values())
    push = push_of(
        take.loads,
        Flight(takeoff_s=max(0.0, first_s - 0.1), landing_s=first_s, side=Side.NONE, landed=Side.NONE),
    )
    mine = [load for load in take.loads if load.side is side]
    if push is None or (not mine and len(landing.strikes_s) > 1):
        return {}
    load = mine[0] if mine else take.loads[0]
    start = round(landing.strikes_s[side] * load.rate_hz)
    blow = load.force_n[start : start + round(_WINDOW_S * load.rate_hz)]
    return {"landing_peak_ratio": float(blow.max()) / push.weight_n} if len(blow) else {}


def _scored(score: dict[str, float], landing: Landing, body: Body, number: int) -> Trial:
    return Trial(
        number=number,
        side=Side.NONE,
        start_s=round(landing.first / body.rate_hz, 4),
        end_s=round(landing.deepest / body.rate_hz, 4),
        values=score,
        is_counted="sides_contradict" not in body.flags,
        quality=body.flags,
    )


def _score_reading(trials: Sequence[Trial]) -> list[Reading]:
    """Return the mean number of errors over the landings in which all items were seen."""
    whole = [t for t in trials if t.side is Side.NONE and t.values.get("n_items") == 15.0 and t.is_counted]
    if not whole:
        return []
    values = [trial.values["n_errors"] for trial in whole]
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 1.0
    return [
        Reading(
            measure="landing_errors_recorded_count",
            side=Side.NONE,
            value=round(float(np.mean(values)), 2),
            unit="count",
            # an item near its border falls either way: about one in fifteen
            error=round(math.hypot(1.0, spread / math.sqrt(len(values))), 2),
            quality=("judged_items_left_out",) + (("few_trials",) if len(values) < 3 else ()),
            method="landing-items/1",
            n_trials=len(values),
        )
    ]
