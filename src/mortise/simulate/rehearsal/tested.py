"""What a test shows on a fictional ankle: every measure a course between a bad and a good value."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import NamedTuple

from mortise.simulate.rehearsal import priors
from mortise.simulate.rehearsal.bodies import Body
from mortise.terms import Better, Instrument, Measure

# Which part of recovery a measure follows (s strength, c calm, r range, a all three), its value at the worst and at the
# best of it, and its noise. The ends lie beyond the strictest gate of any protocol, so that who recovers can finish.
_COURSES: dict[str, tuple[str, float, float, float]] = {
    "lunge_angle_deg": ("r", 24, 42, 1.4), "first_pinch_cm": ("r", 4, 10, 0.5),
    "plantarflexion_deg": ("r", 36, 60, 1.5), "figure_of_eight_cm": ("c", 53.4, 52.0, 0.25),
    "heel_rise_count": ("s", 6, 31, 3.0), "heel_rise_height_cm": ("s", 6.2, 10.4, 0.3),
    "double_heel_rise_count": ("s", 8, 36, 2.0), "half_heel_rise_count": ("s", 10, 40, 2.0),
    "dorsiflexor_force_n": ("s", 110, 205, 6), "plantarflexor_force_n": ("s", 260, 520, 14),
    "evertor_force_n": ("s", 80, 150, 5), "invertor_force_n": ("s", 85, 160, 5),
    "dorsiflexion_power_grade": ("s", 4, 5.4, 0), "eversion_power_grade": ("s", 3.6, 5.5, 0),
    "inversion_power_grade": ("s", 3.6, 5.5, 0), "gait_speed_m_s": ("a", 0.75, 1.4, 0.03),
    "tug_s": ("a", 13.5, 7.5, 0.4), "five_sit_to_stand_s": ("a", 17, 9, 0.6),
    "chair_stand_count": ("a", 9, 21, 1), "tandem_s": ("a", 8, 40, 3), "tandem_supported_s": ("a", 9, 45, 3),
    "single_leg_stand_s": ("a", 8, 48, 3), "step_down_points": ("a", 4.5, 0.4, 0.4),
    "step_down_20cm_points": ("a", 5, 0.3, 0.3), "seated_hold_s": ("s", 70, 140, 5),
    "limp_grade": ("c", 1.6, -0.3, 0), "toe_catch_count": ("a", 1.5, -0.6, 0.2),
    "incline_walk_min": ("a", 3, 18, 1), "dual_task_cost_pct": ("a", 24, 8, 2),
    "obstacle_clean_count": ("a", 6, 9, 0.3), "stair_grade": ("a", 1.2, 3.6, 0),
    "step_time_asymmetry_ratio": ("a", 1.16, 1.02, 0.01), "walk_min": ("a", 8, 60, 3),
    "brisk_walk_min": ("a", 4, 55, 3), "run_min": ("a", 0, 42, 2), "named_task_pct": ("a", 0, 112, 4),
    "reach_composite_pct": ("a", 78, 101, 1.5), "anterior_reach_cm": ("a", 52, 68, 1.5),
    "single_hop_cm": ("s", 55, 145, 5), "triple_hop_cm": ("s", 170, 430, 12), "side_hop_s": ("s", 17, 7.6, 0.4),
    "landing_errors_count": ("s", 8, 2, 0.8), "landing_grade": ("s", 0.8, 2.6, 0),
    "faam_adl_points": ("a", 66, 99, 2.1), "faam_sport_points": ("a", 42, 97, 4.5),
    "lefs_points": ("a", 45, 78, 3.9), "cait_points": ("a", 21, 29.5, 1.1),
    "named_activities_points": ("a", 4.5, 10.3, 0.4), "global_change_points": ("a", -1, 4.6, 0.4),
    "tsk11_points": ("a", 30, 16, 2), "alr_rsi_points": ("a", 45, 90, 4), "ankle_go_points": ("a", 5, 19, 1),
    "wound_grade": ("t2", 0, 2, 0), "walking_aid_grade": ("t3", 1, 3, 0), "surgeon_load_flag": ("t2", 0, 1, 0),
    "surgeon_impact_flag": ("t11", 0, 1, 0),
}  # fmt: skip
_ALWAYS = {"home_check_flag": 1, "orthosis_flag": 1, "support_in_place_flag": 1, "maintenance_agreed_flag": 1,
           "hop_giving_way_flag": 0}  # fmt: skip


class Shown(NamedTuple):
    """How far each part of recovery shows in a test, from 0 to 1."""

    s: float
    c: float
    r: float

    @property
    def a(self) -> float:
        """All parts together; the weakest counts most."""
        return (self.s + self.c + self.r + min(self.s, self.c, self.r)) / 4.0


def shown(body: Body, *, is_sound: bool) -> Shown:
    """Return what tests can see.

    Parameters
    ----------
    body : Body
        The ankle today.
    is_sound : bool
        The other side, when nothing is wrong with it.

    Returns
    -------
    Shown
        A compensator shows more strength than the tissue bears.
    """
    if is_sound:
        return Shown(0.97, 1.0, 1.0)
    return Shown(min(body.power + body.traits.shows, 1.0), body.calm, body.bend)


def value_of(measure: Measure, body: Body, chance: Random, *, is_sound: bool = False) -> Decimal:
    """Return what a test of one measure shows.

    Parameters
    ----------
    measure : Measure
        Any that is measured or asked at a test.
    body : Body
        The ankle today.
    chance : Random
        For the noise.
    is_sound : bool
        Whether the sound side is tested.

    Returns
    -------
    Decimal
        On the measure's grid, within its limits.
    """
    return on_grid(measure, _value(measure, body, chance, is_sound))


def _value(measure: Measure, body: Body, chance: Random, is_sound: bool) -> float:
    name = measure.id
    if name in _ALWAYS:
        return _ALWAYS[name]
    if name == "lunge_cm":
        level = body.traits.goal_cm if is_sound else body.range_cm
        return level + chance.gauss(0.0, priors.LUNGE_NOISE_CM.mean)
    if name == "end_feel_grade":
        return 2.0 if body.traits.is_bony and not is_sound else 0.0
    if measure.unit == "nrs" and name != "confidence_nrs":
        return 0.0 if is_sound else body.pain * 0.55 - 0.3 + chance.gauss(0.0, 0.4)
    if name not in _COURSES and measure.unit == "flag":
        return (
            0.0 if measure.better is Better.DOWN else 1.0
        )  # nothing that an examination finds, unless scripted
    if name not in _COURSES:
        bad, good = (
            (measure.low, measure.high) if measure.better is not Better.DOWN else (measure.high, measure.low)
        )
        return float(bad) + float(good - bad) * shown(body, is_sound=is_sound).a
    part, bad_end, good_end, noise = _COURSES[name]
    if part[0] == "t":  # healed by time alone, after so many weeks
        share = 1.0 if body.week >= float(part[1:]) else 0.0
    else:
        share = getattr(shown(body, is_sound=is_sound), part)
    return bad_end + (good_end - bad_end) * share + (chance.gauss(0.0, noise) if noise else 0.0)


def on_grid(measure: Measure, value: float) -> Decimal:
    """Return a value within the limits of a measure, on its grid.

    Parameters
    ----------
    measure : Measure
        Which.
    value : float
        Any.

    Returns
    -------
    Decimal
        Exact.
    """
    step = measure.resolution
    kept = min(max(value, float(measure.low)), float(measure.high))
    return step * round(kept / float(step))


def instrument_of(measure: Measure, *, at_home: bool) -> str:
    """Return the instrument of a measure at home or in the clinic.

    Parameters
    ----------
    measure : Measure
        Which.
    at_home : bool
        Where.

    Returns
    -------
    str
        Its id; the first that is there when none is meant for the place.
    """
    found: tuple[Instrument, ...] = measure.instruments
    for one in found if at_home else ():
        if one.id.endswith("_home") or one.id in ("self_test", "self_report", "phone"):
            return one.id
    if not found:
        return "observed"
    return found[0].id if at_home else next((one.id for one in found if one.id == "observed"), found[0].id)


def courses() -> Mapping[str, tuple[str, float, float, float]]:
    """Return the courses, for the page that shows what is assumed."""
    return dict(_COURSES)
