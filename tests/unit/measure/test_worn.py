"""Where a sensor was worn and on which foot, told by how it moves; what somebody said is contradicted aloud."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.measure._feet import find_strides
from mortise.measure._walk import FootWalk, walk
from mortise.measure._which_foot import bow_m, look_swapped, looks
from mortise.measure._worn import believed, worn
from mortise.simulate.trunk import fictional_trunk_walk
from mortise.terms import Side
from tests.unit.measure import made_up


def _foot(side: Side = Side.LEFT) -> measure.Recording:
    return next(each for each in made_up.read_walk(made_up.walk()) if each.side is side)


def _claimed(recording: measure.Recording, placement: str) -> measure.Recording:
    return replace(recording, info=replace(recording.info, placement=placement))


def test_a_foot_is_told_from_everything_else() -> None:
    seen = worn(_foot())
    assert seen.spot == "foot"
    assert seen.rest_ratio > 0.2


@pytest.mark.parametrize("placement", ["shank", "belt", "pocket", "thigh", "lower_back"])
def test_a_foot_sensor_said_to_be_elsewhere_is_contradicted(placement: str) -> None:
    (found,) = believed([_claimed(_foot(), placement)])
    assert found.placement == placement
    assert "placement_contradicted" in found.info.flags
    assert f"said to be worn at: {placement}" in found.info.notes[-1]


@pytest.mark.parametrize("placement", ["foot", "instep", "heel", "hand"])
def test_what_fits_or_is_not_known_is_left_alone(placement: str) -> None:
    recording = _claimed(_foot(), placement)
    assert believed([recording]) == [recording]


def test_a_place_nobody_named_is_taken_from_the_movement() -> None:
    (found,) = believed([_claimed(_foot(), "unknown")])
    assert found.placement == "foot"
    assert found.info.sources.placement == "data"
    assert "placement_from_data" in found.info.flags


def test_a_contradiction_reaches_the_readings() -> None:
    feet = [_claimed(each, "belt") for each in made_up.read_walk(made_up.walk())]
    result = measure.gait([feet[0]])
    assert all("placement_contradicted" in reading.quality for reading in result.readings)


def test_a_foot_that_never_stands_still_is_no_foot_for_sure() -> None:
    recording = _foot()
    rng = np.random.default_rng(1)
    shaken = recording.gyr_rad_s + rng.normal(0.0, 1.5, recording.gyr_rad_s.shape)
    assert worn(replace(recording, gyr_rad_s=shaken)).spot != "foot"


def test_nothing_is_said_of_too_little_or_of_a_sensor_that_lies_still() -> None:
    recording = _foot()
    short = replace(
        recording, time_s=recording.time_s[:40], acc_m_s2=recording.acc_m_s2[:40], gyr_rad_s=recording.gyr_rad_s[:40]
    )  # fmt: skip
    assert worn(short).spot == ""
    assert worn(replace(recording, gyr_rad_s=np.zeros_like(recording.gyr_rad_s))).spot == ""


def _bowed(walked: FootWalk, bow_cm: float) -> FootWalk:
    """Return the walk with every swing carried to the left by so much at its middle."""
    steps = []
    for step in walked.steps:
        way = step.swing.displacement_m[:2] / step.swing.length_m
        share = np.sin(np.linspace(0.0, np.pi, len(step.swing.path_m)))
        path = step.swing.path_m.copy()
        path[:, :2] += 0.01 * bow_cm * share[:, None] * np.array([-way[1], way[0]])
        steps.append(replace(step, swing=replace(step.swing, path_m=path)))
    return replace(walked, steps=tuple(steps))


def test_a_foot_carried_outward_tells_its_side() -> None:
    straight = walk(_foot())
    assert looks(straight) is Side.NONE
    left, right = _bowed(straight, 4.0), _bowed(straight, -4.0)
    assert (looks(left), looks(right)) == (Side.LEFT, Side.RIGHT)
    bow = bow_m(left)
    assert bow is not None
    assert 0.03 < bow < 0.05


def test_two_feet_that_swing_as_the_other_does_look_swapped() -> None:
    left, right = walk(_foot(Side.LEFT)), walk(_foot(Side.RIGHT))
    assert look_swapped([_bowed(left, -4.0), _bowed(right, 4.0)])
    assert not look_swapped([_bowed(left, 4.0), _bowed(right, -4.0)])
    assert not look_swapped([_bowed(left, -4.0), _bowed(right, -4.0)])
    assert not look_swapped([left, right])


@pytest.mark.recordings
def test_real_feet_given_the_wrong_way_round_are_found_out_and_told_apart() -> None:
    from tests.support.leaving_out import recordings_path

    folder = recordings_path() / "foot-imu-ipol"
    swapped = measure.read([], left=folder / "1-2_rf.txt", right=folder / "1-2_lf.txt")
    assert "feet_swapped" in find_strides(swapped).flags
    right_way = measure.read([], left=folder / "1-2_lf.txt", right=folder / "1-2_rf.txt")
    assert "feet_swapped" not in find_strides(right_way).flags
    unnamed = [replace(each, info=replace(each.info, side=Side.NONE)) for each in right_way]
    walks = find_strides(unnamed).walks
    assert [each.recording.side for each in walks] == [Side.LEFT, Side.RIGHT]
    assert all("side_from_data" in each.recording.info.flags for each in walks)


def test_a_trunk_is_told_from_a_foot() -> None:
    made = fictional_trunk_walk(1, placement="belt").samples
    recording = made_up.read_one(made, "belt.csv")
    assert worn(recording).spot == "waist"
    (found,) = believed([_claimed(recording, "instep")])
    assert "placement_contradicted" in found.info.flags
