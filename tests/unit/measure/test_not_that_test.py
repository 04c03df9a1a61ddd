"""Every test recognises a recording that is another one, and says so with the reason and the mend."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure._foot_landings import landings_of_feet
from mortise.measure.materials import Materials
from mortise.simulate.ankle import fictional_heel_rises, fictional_range
from mortise.simulate.standing import fictional_stand
from mortise.terms import Side
from tests.unit.measure.made_up import lunges, read_lunge, read_walk, walk
from tests.unit.measure.made_up_ankle import read_ankle, read_sensor
from tests.unit.measure.made_up_leaps import in_lab, in_sensors, leap, markers_only, plates_only

DATA = Path(os.environ.get("MORTISE_DATA", "../shared/data"))
WHOLE_BODY = DATA / "imu-exercise/parsed_h5_csv/SUB22"
DROPS = DATA / "opencap-lab/grf/Subject4"

WALKS: dict[str, dict[str, Any]] = {
    "both feet": {
        "left": DATA / "foot-imu-ipol/2-2_lf.txt",
        "right": DATA / "foot-imu-ipol/2-2_rf.txt",
        "rate_hz": 100.0,
        "placement": "instep",
    },
    "slow foot": {
        "files": [DATA / "ankle-xsens-walk/Walking_4-000_00B4A3CC.txt"],
        "rate_hz": 100.0,
        "placement": "foot",
    },
    "spot not said": {"files": [DATA / "gaitmap-example/imu_sample.csv"], "rate_hz": 204.8},
    "markers": {"files": [DATA / "opencap-lab/grf/Subject4/MarkerData/walking1.trc"]},
    "laboratory": {"files": [DATA / "c3d-mcgill-gait/raw_c3d_files/HC031A/Straight/HC031A06.c3d"]},
}
JUMPS: dict[str, dict[str, Any]] = {
    "drop jump, markers": {"files": [DROPS / "MarkerData/DJ1.trc"]},
    "drop jump, markers and plates": {"files": [DROPS / "MarkerData/DJ1.trc", DROPS / "ID/DJ1_grf.mot"]},
    "countermovement, sensors": {"files": [WHOLE_BODY / "CMJDL/CMJDL_01_rep1.csv"]},
}
ON_THE_SPOT = (
    "range",
    "position",
    "heel-rise",
    "lunge",
    "step-down",
    "balance",
    "run",
    "hop",
    "jump",
    "landing",
)


@cache
def recorded(kind: str) -> Materials:
    """Read a real recording; skip where there is none."""
    what = (WALKS | JUMPS)[kind]
    paths = [*what.get("files", ()), *(what[side] for side in ("left", "right") if side in what)]
    if not all(path.exists() for path in paths):
        pytest.skip(f"{paths[0]} is not there")
    return measure.open_files(**what)


def refusal(test: str, materials: Materials) -> SignalError:
    """Return the refusal of a test, which must say what to do."""
    with pytest.raises(SignalError) as caught:
        measure.TESTS[test](materials)
    assert caught.value.mend
    return caught.value


@pytest.mark.parametrize("test", ON_THE_SPOT)
@pytest.mark.parametrize("kind", WALKS)
def test_real_walk_is_refused_by_every_other_test(kind: str, test: str) -> None:
    refusal(test, recorded(kind))


@pytest.mark.parametrize("test", ["range", "position", "heel-rise", "lunge"])
@pytest.mark.parametrize("kind", ["both feet", "slow foot", "spot not said"])
def test_walk_is_named_with_what_shows_it(kind: str, test: str) -> None:
    said = refusal(test, recorded(kind))
    assert "this is a walk" in said.message
    assert "strides of" in said.message
    assert "Measure it as gait" in said.mend


@pytest.mark.parametrize("test", ["range", "position", "heel-rise", "lunge", "step-down", "hop", "balance"])
@pytest.mark.parametrize("kind", JUMPS)
def test_real_jump_is_refused_by_every_test_that_is_none(kind: str, test: str) -> None:
    refusal(test, recorded(kind))


@pytest.mark.parametrize("kind", ["drop jump, markers", "drop jump, markers and plates"])
def test_drop_off_a_box_is_no_step_down(kind: str) -> None:
    assert "falls and lands" in refusal("step-down", recorded(kind)).message


def test_jump_off_both_legs_is_no_hop_whatever_shows_it() -> None:
    made = leap(2, "countermovement")
    for materials in (markers_only(made), in_lab(made), in_sensors(made, "left_foot", "right_foot")):
        assert "both feet push off" in refusal("hop", materials).message


def test_one_plate_does_not_tell_one_leg_from_two() -> None:
    result = measure.TESTS["hop"](plates_only(leap(2, "countermovement")))
    assert "one_or_two_legs_not_seen" in result.readings[0].quality


def test_hop_off_one_leg_is_measured() -> None:
    made = leap(3, "countermovement", side="left")
    result = measure.TESTS["hop"](in_lab(made))
    assert {reading.side.value for reading in result.readings} == {"left"}


@pytest.mark.parametrize("test", ["range", "position", "lunge", "heel-rise", "step-down"])
def test_made_up_walk_is_refused(test: str) -> None:
    said = refusal(test, Materials(sensors=read_walk(walk())))
    assert "this is a walk" in said.message


def test_leg_that_bears_weight_is_no_unloaded_range() -> None:
    rises = Materials(sensors=read_ankle(fictional_heel_rises(3)))
    assert "heel rises" in refusal("range", rises).message
    free = measure.TESTS["range"](Materials(sensors=read_ankle(fictional_range(3))))
    assert free.readings


def test_real_lunge_is_neither_range_nor_heel_rise() -> None:
    path = WHOLE_BODY / "Lunge/Lunge_01_rep1.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    lunged = measure.open_files([path])
    assert "the shin leans" in refusal("range", lunged).message
    assert "squats or lunges" in refusal("heel-rise", lunged).message


def test_lunge_of_the_shin_is_still_a_lunge() -> None:
    assert measure.TESTS["lunge"](Materials(sensors=(read_lunge(lunges()),))).readings


def test_pauses_of_a_walk_are_no_stands() -> None:
    path = DATA / "mobgap-example/lab/HA/001/data.mat"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    walked = measure.open_files([path], placement="lower_back")
    try:
        result = measure.TESTS["balance"](walked)
    except SignalError:
        return
    assert all(trial.values["hold_s"] >= 10.0 for trial in result.trials)
    assert all("walked_or_jumped_too" in trial.quality for trial in result.trials)
    assert any("a walk" in each.reason for each in result.refused)


def test_stand_between_two_walks_is_measured_when_it_is_long_enough() -> None:
    still = read_sensor(fictional_stand(3, rate_hz=100.0, held_s=14.0).samples)
    for held_s, counts in ((14.0, True), (6.0, False)):
        stand = _walked_before(still, held_s)
        if counts:
            result = measure.TESTS["balance"](Materials(sensors=(stand,)))
            assert len(result.trials) == 1
            assert "walked_or_jumped_too" in result.trials[0].quality
        else:
            assert "a walk" in refusal("balance", Materials(sensors=(stand,))).message


def _walked_before(still: measure.Recording, held_s: float) -> measure.Recording:
    """Return a stand with eight seconds of a trunk that rises and falls in steps before it."""
    n_walk, n_stand = 800, round(held_s * 100)
    time_s = np.arange(n_walk + n_stand) / 100.0
    way = np.zeros((n_walk, 3))
    up = still.acc_m_s2[:n_stand].mean(axis=0) / np.linalg.norm(still.acc_m_s2[:n_stand].mean(axis=0))
    way += up * (9.81 + 3.0 * np.sin(2 * np.pi * 1.9 * time_s[:n_walk]))[:, None]
    acc = np.concatenate([way, still.acc_m_s2[:n_stand]])
    turning = np.zeros((n_walk, 3))
    turning += up * (0.6 * np.sin(2 * np.pi * 0.95 * time_s[:n_walk]))[:, None]
    gyr = np.concatenate([turning, still.gyr_rad_s[:n_stand]])
    info = replace(still.info, n_samples=len(time_s), duration_s=float(time_s[-1]), placement="belt")
    return replace(still, info=info, time_s=time_s, acc_m_s2=acc, gyr_rad_s=gyr)


# ------------------------------------------------------------------------------- what is there and was not found


def test_both_feet_of_every_real_drop_landing_are_found() -> None:
    paths = sorted((WHOLE_BODY / "DropLandDL").glob("*.csv"))
    if not paths:
        pytest.skip(f"{WHOLE_BODY} is not there")
    for path in paths:
        moments = landings_of_feet(measure.open_files([path]).sensors)
        assert {side.value: len(each) for side, each in moments.items()} == {"left": 1, "right": 1}
        left, right = (moments[side][0] for side in (Side.LEFT, Side.RIGHT))
        assert abs(left - right) < 0.05


def test_jump_that_the_recording_ends_in_is_missing() -> None:
    made = leap(2, "countermovement")
    whole = plates_only(made)
    plate = whole.labs[0].plates[0]
    n = round((made.leaps[0].takeoff_s + 0.15) * plate.rate_hz)
    force = np.concatenate([plate.vertical_n, plate.vertical_n[:n]])
    lab = whole.labs[0]
    cut = replace(plate, vertical_n=force)
    result = measure.TESTS["jump"](Materials(labs=(replace(lab, plates=(cut,)),)))
    assert len(result.trials) == 1
    assert result.n_trials_missing == 1
    assert any("ends while the body is in the air" in each.reason for each in result.refused)
    assert measure.TESTS["jump"](whole).n_trials_missing == 0


def test_landing_cut_off_by_the_end_is_missing() -> None:
    made = leap(2, "drop")
    lab = markers_only(made).labs[0]
    n = round((made.leaps[-1].landing_s + 0.13) * lab.info.point_rate_hz)
    markers = tuple(replace(each, points_m=each.points_m[:n]) for each in lab.markers)
    info = replace(lab.info, n_frames=n, duration_s=n / lab.info.point_rate_hz)
    short = measure.TESTS["landing"](Materials(labs=(replace(lab, info=info, markers=markers),)))
    whole = measure.TESTS["landing"](Materials(labs=(lab,)))
    assert (short.n_trials_missing, whole.n_trials_missing) == (1, 0)
    assert len(short.trials) < len(whole.trials)
    assert any("the recording ends" in each.reason for each in short.refused)


def test_two_plates_tell_symmetry_without_naming_the_feet() -> None:
    path = DATA / "forceplate-jumps/Fz-Jumps_(test)/Dual-CMJ-Fz.txt"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    result = measure.TESTS["jump"](measure.open_files([path], rate_hz=1000.0))
    found = {reading.measure: reading for reading in result.readings}
    for name in ("jump_push_symmetry_ratio", "jump_landing_symmetry_ratio"):
        assert 0.5 < found[name].value <= 1.0
        assert "plate_sides_unknown" in found[name].quality


def test_step_that_began_in_a_turn_is_a_turn() -> None:
    path = DATA / "c3d-mcgill-gait/raw_c3d_files/HC036A/Turn/HC036A23.c3d"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    result = measure.TESTS["gait"](measure.open_files([path]))
    assert isinstance(result, measure.GaitResult)
    wide = [s for s in result.strides if s.step_width_cm is not None and s.step_width_cm > 20.0]
    assert wide
    assert all(stride.is_turn for stride in wide)


@pytest.mark.parametrize(
    "person", ["HC031A/Straight/HC031A06", "HC002D/Straight/HC002D06", "HC033A/Straight/HC033A10"]
)
def test_straight_walk_of_a_laboratory_has_no_turn(person: str) -> None:
    path = DATA / f"c3d-mcgill-gait/raw_c3d_files/{person}.c3d"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    result = measure.TESTS["gait"](measure.open_files([path]))
    assert isinstance(result, measure.GaitResult)
    assert not any(stride.is_turn for stride in result.strides)


# -------------------------------------------------------------------------------------------- how refusals read


ODD = ("no_quiet", "_unsure", "channel gyr_x", "lower_back", "shank.", "`", "..", "None")


@pytest.mark.parametrize("test", [*ON_THE_SPOT, "gait"])
@pytest.mark.parametrize("kind", [*WALKS, *JUMPS])
def test_refusals_are_sentences_a_physiotherapist_can_follow(kind: str, test: str) -> None:
    try:
        result = measure.TESTS[test](recorded(kind))
    except SignalError as error:
        said = [(error.message, error.mend, error.where)]
    else:
        said = [(one.reason, one.mend, "somewhere") for one in result.refused]
    for reason, mend, where in said:
        assert reason
        assert mend.endswith(".")
        assert where
        assert not [odd for odd in ODD if odd in reason], reason
        assert len(reason) < 200
