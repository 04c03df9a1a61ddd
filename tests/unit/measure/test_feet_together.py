"""Both feet together: clearance from the sole under the sensor, equal ground, steps in turn, stairs kept apart."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.measure._both_feet import missed_by_order, solve_together
from mortise.measure._feet import find_strides
from mortise.measure._strides import contact_of
from mortise.simulate.recordings import FictionalWalk, TrueStride, csv_of, fictional_walk
from mortise.terms import Side
from tests.unit.measure.made_up import read_walk, walk

# the made-up foot is a stick from its heel to its ball
STICK_M = 0.19


def _value(result: measure.GaitResult, name: str, side: Side = Side.NONE) -> measure.Reading:
    return next(r for r in result.readings if r.measure == name and r.side is side)


def _truth(made: FictionalWalk, stride: measure.Stride) -> TrueStride:
    return min(
        (t for t in made.strides if t.side == stride.side.value),
        key=lambda t: abs(t.foot_strike_s - stride.foot_strike_s),
    )


def test_clearance_is_that_of_heel_and_toe_not_of_the_sensor() -> None:
    made = walk()
    result = measure.gait(read_walk(made), foot_length_m=STICK_M)
    straight = [s for s in result.strides if not s.is_turn and not s.is_first_or_last]
    assert len(straight) > 20
    for stride in straight:
        truth = _truth(made, stride)
        assert stride.heel_clearance_cm == pytest.approx(truth.heel_clearance_cm, abs=2.5)
        assert stride.toe_clearance_cm == pytest.approx(truth.toe_clearance_cm, abs=1.5)
    heel = _value(result, "heel_clearance_cm", Side.LEFT)
    assert (
        abs(
            heel.value - np.mean([_truth(made, s).heel_clearance_cm for s in straight if s.side is Side.LEFT])
        )
        < 1.5
    )
    assert "foot_length_estimated" not in heel.quality


def test_estimated_foot_length_is_said_and_widens_the_error() -> None:
    guessed = _value(measure.gait(read_walk(walk())), "heel_clearance_cm", Side.LEFT)
    given = _value(measure.gait(read_walk(walk()), foot_length_m=STICK_M), "heel_clearance_cm", Side.LEFT)
    assert "foot_length_estimated" in guessed.quality
    assert guessed.error > given.error


def test_a_foot_that_clears_the_floor_well_hardly_drags() -> None:
    result = measure.gait(read_walk(walk()), foot_length_m=STICK_M)
    drag, lift = _value(result, "toe_drag_ratio", Side.LEFT), _value(result, "toe_clearance_cm", Side.LEFT)
    assert 0.0 <= drag.value <= 1.0
    assert drag.error > 0.0
    # a lift of one error above the floor leaves the normal tail of one standard deviation
    assert (drag.value < 0.16) == (lift.value > 1.1)


def test_double_support_and_step_time_are_the_planned_ones() -> None:
    made = fictional_walk(4, asymmetry_ratio=1.3)
    result = measure.gait(read_walk(made))
    left, right = (_value(result, "step_time_s", side).value for side in (Side.LEFT, Side.RIGHT))
    # the step that ends with the right foot's strike takes 1.3 times as long
    assert right / left == pytest.approx(1.3, abs=0.05)
    assert left + right == pytest.approx(1.1, abs=0.03)
    # a swing lasts 0.39 of the stride, so both feet are down for 1 - 2 x 0.39 of it
    assert _value(result, "double_support_ratio").value == pytest.approx(0.22, abs=0.04)


def test_stairs_are_told_from_the_height_gained_and_kept_apart() -> None:
    made = fictional_walk(3, stair_rise_m=0.16, stride_length_m=0.7)
    result = measure.gait(read_walk(made))
    up = [s for s in result.strides if s.terrain == "stairs_up"]
    planned = [t for t in made.strides if t.height_gain_m > 0.2]
    assert len(up) == pytest.approx(len(planned), abs=2)
    assert _value(result, "stairs_up_rise_cm").value == pytest.approx(32.0, abs=2.0)
    assert all(s.toe_clearance_cm is None for s in up)
    level = [s for s in result.strides if s.terrain == "level" and not s.is_turn and not s.is_first_or_last]
    assert _value(result, "stride_time_s", Side.LEFT).n_trials <= len(level)
    assert not [r for r in measure.gait(read_walk(walk())).readings if "stairs" in r.measure]


def test_unequal_stride_lengths_over_the_same_ground_are_shared_out() -> None:
    feet = find_strides(read_walk(walk()))
    longer = [
        [replace(s, stride_length_m=s.stride_length_m + push) for s in strides]
        for strides, push in zip(feet.per_foot, (0.02, -0.02), strict=True)
    ]
    mended, flags = solve_together(longer)

    def gap_m(per_foot: list[list[measure.Stride]]) -> float:
        left, right = (
            np.mean([s.stride_length_m for s in strides if not s.is_turn and not s.is_first_or_last])
            for strides in per_foot
        )
        return float(abs(left - right))

    assert gap_m(longer) > 0.03
    assert gap_m(mended) < 0.015
    assert flags == ()
    absurd = [longer[0], [replace(s, stride_length_m=0.7 * s.stride_length_m) for s in longer[1]]]
    assert "feet_disagree" in solve_together(absurd)[1]


def test_stride_the_other_foot_says_must_have_been_is_counted_as_missing() -> None:
    feet = find_strides(read_walk(walk()))
    assert missed_by_order(feet.per_foot) == [0, 0]
    left, right = feet.per_foot
    dropped = next(s for s in left if not s.is_turn and not s.is_first_or_last)
    index = left.index(dropped)
    # the swing between two strides was not seen: both strides that touch it become one long one
    joined = replace(
        left[index],
        next_foot_strike_s=left[index + 1].next_foot_strike_s,
        stride_time_s=left[index].stride_time_s + left[index + 1].stride_time_s,
    )
    assert missed_by_order([[*left[:index], joined, *left[index + 2 :]], right]) == [1, 0]


@pytest.mark.parametrize(
    ("angle_deg", "contact"), [(20.0, "heel"), (8.1, "heel"), (3.0, "flat"), (-1.7, "toe")]
)
def test_contact_is_told_from_the_angle(angle_deg: float, contact: str) -> None:
    assert contact_of(angle_deg) == contact


def test_flat_contact_shows_in_the_share_of_heel_contacts() -> None:
    made = fictional_walk(6, strike_angle_deg=(1.0, 20.0))
    files = [("left_instep.csv", csv_of(made.left)), ("right_instep.csv", csv_of(made.right))]
    result = measure.gait(measure.read(files))
    assert _value(result, "heel_contact_ratio", Side.LEFT).value < 0.2
    assert _value(result, "heel_contact_ratio", Side.RIGHT).value > 0.8


@pytest.mark.recordings
def test_real_clearance_is_within_the_mark_for_one_person() -> None:
    from tests.support.leaving_out import recordings_path
    from validation.gait_clearance import score

    assert recordings_path().is_dir()
    figures = {figure.key: figure.value for figure in score()}
    assert figures["clearance.heel_guessed_rmse_cm"] < 1.5
    assert figures["clearance.toe_guessed_rmse_cm"] < 1.5
    assert figures["clearance.length_together_rmse_cm"] < 3.0


@pytest.mark.recordings
@pytest.mark.parametrize(("file", "terrain"), [("stair_up", "stairs_up"), ("stair_down", "stairs_down")])
def test_real_stairs_are_recognised(file: str, terrain: str) -> None:
    from tests.support.leaving_out import recordings_path

    path = recordings_path() / "gaitmap-example" / f"imu_sample_healthy_{file}.csv"
    result = measure.gait(measure.read(path, rate_hz=204.8, placement="foot"))
    assert sum(s.terrain == terrain for s in result.strides) > 20
    # steps of stairs are 15 to 18 cm high, two to a stride
    assert 25.0 < _value(result, f"{terrain}_rise_cm").value < 36.0


IPOL = Path(os.environ.get("MORTISE_DATA", "../shared/data")) / "foot-imu-ipol"
PEOPLE = [f"{n}-2" for n in range(1, 8)]
BETWEEN = {
    "step_time_s",
    "double_support_ratio",
    "step_time_asymmetry_ratio",
    "stance_time_asymmetry_ratio",
    "swing_time_asymmetry_ratio",
    "gait_speed_m_s",
    "cadence_spm",
}


@cache
def _foot(person: str, side: str, rate_hz: float = 100.0) -> measure.Recording:
    path = IPOL / f"{person}_{side[0]}f.txt"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return measure.read(**{side: path}, rate_hz=rate_hz, placement="instep")[0]


@pytest.mark.parametrize("person", PEOPLE)
def test_two_feet_of_one_real_walk_agree(person: str) -> None:
    result = measure.gait([_foot(person, "left"), _foot(person, "right")])
    assert not {"feet_disagree", "clocks_doubtful"} & set(result.recording.sensors[0].flags)
    assert {r.measure for r in result.readings} >= BETWEEN


@pytest.mark.parametrize(
    ("left", "right"), [(one, other) for one in PEOPLE for other in PEOPLE if one != other]
)
def test_feet_of_two_real_people_are_found_out(left: str, right: str) -> None:
    result = measure.gait([_foot(left, "left"), _foot(right, "right")])
    assert "feet_disagree" in result.recording.sensors[0].flags
    assert not BETWEEN & {r.measure for r in result.readings}
    assert all("feet_disagree" in r.quality for r in result.readings)
    said = next(each for each in result.refused if "not of one walk" in each.reason)
    assert said.mend
    assert all(s.step_time_s is None and s.double_support_s is None for s in result.strides)


def test_one_foot_at_another_rate_is_found_out() -> None:
    result = measure.gait([_foot("4-2", "left"), _foot("4-2", "right", 120.0)])
    assert "feet_disagree" in result.recording.sensors[0].flags
    assert any("stride lasts" in each.reason for each in result.refused)


@pytest.mark.parametrize(
    ("late_s", "flag"), [(0.15, "clocks_doubtful"), (0.4, "feet_disagree"), (40.0, "feet_disagree")]
)
def test_clock_that_is_late_is_found_out(late_s: float, flag: str) -> None:
    left, right = _foot("4-2", "left"), _foot("4-2", "right")
    n = round(late_s * 100)
    pad = [np.repeat(part[:1], n, axis=0) for part in (right.acc_m_s2, right.gyr_rad_s)]
    noise = np.random.default_rng(1).normal(0.0, 1e-3, (n, 3))
    late = replace(
        right,
        info=replace(right.info, duration_s=right.info.duration_s + late_s),
        time_s=np.arange(len(right.time_s) + n) / 100.0,
        acc_m_s2=np.concatenate([pad[0] + noise, right.acc_m_s2]),
        gyr_rad_s=np.concatenate([0.0 * pad[1] + 0.1 * noise, right.gyr_rad_s]),
    )
    result = measure.gait([left, late])
    assert flag in result.recording.sensors[0].flags
    assert not {"step_time_s", "double_support_ratio"} & {r.measure for r in result.readings}
    assert any(each.reason for each in result.refused)


def test_one_foot_that_ends_early_is_one_walk_all_the_same() -> None:
    left, right = _foot("4-2", "left"), _foot("4-2", "right")
    n = round(0.7 * len(right.time_s))
    short = replace(
        right, time_s=right.time_s[:n], acc_m_s2=right.acc_m_s2[:n], gyr_rad_s=right.gyr_rad_s[:n]
    )
    assert "feet_disagree" not in measure.gait([left, short]).recording.sensors[0].flags
