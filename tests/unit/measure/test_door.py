"""Everything that belongs to one test comes through one door; every test has one shape of result."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import msgspec
import numpy as np
import pytest

from mortise import measure
from mortise.errors import InputError, SignalError
from mortise.simulate.laboratory import c3d_of, fictional_step, trc_of
from mortise.simulate.recordings import csv_of
from mortise.terms import RECORDED_TESTS, Side
from tests.unit.measure.made_up import lunges, read_lunge, walk


def pose() -> measure.PoseRecording:
    points = np.zeros((4, 2))
    info = measure.PoseInfo(
        file="pose.json", sha256="0", format="openpose", rate_hz=30.0, n_frames=4, duration_s=0.1, unit="px"
    )
    return measure.PoseRecording(
        info=info,
        time_s=np.arange(4) / 30.0,
        keypoints={"left_ankle": points},
        confidence={"left_ankle": np.ones(4)},
    )


def test_every_test_that_is_named_has_its_function() -> None:
    assert tuple(measure.TESTS) == RECORDED_TESTS
    assert len(measure.TESTS) == len(RECORDED_TESTS) == len(set(RECORDED_TESTS))
    for name in RECORDED_TESTS:
        assert callable(measure.TESTS[name]), name
    with pytest.raises(KeyError):
        measure.TESTS["dance"]


def test_files_of_all_kinds_come_sorted_into_their_kind(tmp_path: Path) -> None:
    made, step = walk(), fictional_step(1)
    path = tmp_path / "right_instep.csv"
    path.write_bytes(csv_of(made.right))
    found = measure.open_files(
        [("step.bin", c3d_of(step)), path, ("a.csv", trc_of(step))],
        left=("walk.csv", csv_of(made.left)),
        test="gait",
    )
    assert [each.side for each in found.sensors] == [Side.LEFT, Side.RIGHT]
    assert [each.info.format for each in found.labs] == ["c3d", "trc"]
    kept = found.recording_set()
    assert [each.file for each in kept.sensors] == ["walk.csv", "right_instep.csv"]
    assert [each.file for each in kept.labs] == ["step.bin", "a.csv"]
    assert kept.duration_s == max(each.info.duration_s for each in (*found.sensors, *found.labs))
    assert "markers" in found.described()
    assert "instep" in found.described()


def test_marks_given_win_over_those_of_the_file() -> None:
    body = csv_of(walk().left)
    found = measure.open_files([("left.csv", body)], marks_s=(1.5, 2.5))
    assert found.sensors[0].info.marks_s == (1.5, 2.5)


def test_door_asks_for_a_file_and_for_words_it_knows() -> None:
    with pytest.raises(InputError, match="no recording"):
        measure.open_files()
    with pytest.raises(InputError, match="elbow"):
        measure.open_files([("a.csv", b"")], placement="elbow")
    with pytest.raises(InputError, match="5 Hz"):
        measure.open_files([("a.csv", b"")], rate_hz=5)


@pytest.mark.parametrize("test", ["gait", "lunge"])
def test_test_that_needs_sensors_says_what_is_there_instead(test: str) -> None:
    with pytest.raises(SignalError, match=r"pose\.json: 1 keypoints"):
        measure.TESTS[test](measure.Materials(poses=(pose(),)))


def test_lunge_through_the_door_is_the_lunge() -> None:
    recording = read_lunge(lunges())
    through = measure.TESTS["lunge"](measure.Materials(sensors=(recording,)))
    assert through == measure.lunge(recording)


def test_result_of_any_test_has_one_documented_shape() -> None:
    materials = measure.Materials(poses=(pose(),))
    result = measure.TestResult(
        test="hop",
        recording=materials.recording_set(),
        readings=(measure.Reading(measure="x_cm", side=Side.LEFT, value=1.0, unit="cm", error=0.1),),
        trials=(measure.Trial(number=1, side=Side.LEFT, start_s=0.0, end_s=1.0, values={"height_cm": 3.0}),),
        n_trials_missing=1,
    )
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(result)))
    assert plain["recording"]["poses"][0]["file"] == "pose.json"
    assert "curves" not in plain
    schema = measure.schema()
    schema["$defs"]["TestResult"]["properties"]["test"] = {"enum": ["hop"]}
    jsonschema.validate(plain, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain | {"test": "gait"}, schema)
    kept = msgspec.json.decode(
        msgspec.json.encode(measure.to_plain(result, curves=True)), type=measure.result_type("hop")
    )
    assert kept == result
    assert measure.result_type("gait") is measure.GaitResult
    assert measure.result_type("lunge") is measure.LungeResult
