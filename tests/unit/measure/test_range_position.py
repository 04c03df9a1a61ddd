"""Unloaded range and position matching: the true ends and errors, and what is refused."""

from __future__ import annotations

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.catalog import load
from mortise.errors import SignalError
from mortise.measure._position import position_of
from mortise.measure._range import range_of
from mortise.measure.materials import Materials
from mortise.measure.results import TestResult
from mortise.simulate.ankle import fictional_position, fictional_range
from mortise.terms import Side
from tests.unit.measure.made_up_ankle import cut, mirrored, read_ankle, turned
from tests.unit.measure.made_up_body import standing


def _value(result: TestResult, name: str) -> float:
    return next(reading.value for reading in result.readings if reading.measure == name)


def _of(*sensors: measure.Recording) -> Materials:
    return Materials(sensors=sensors)


@pytest.mark.parametrize("rate_hz", [25.0, 100.0])
def test_both_ways_are_the_true_ones(rate_hz: float) -> None:
    made = fictional_range(3, rate_hz=rate_hz)
    foot, shank = read_ankle(made)
    for materials in (_of(foot, shank), _of(foot)):
        result = range_of(materials)
        assert [trial.values["is_up"] for trial in result.trials] == [1.0, 0.0] * 3
        # the shin sways by two degrees along with the foot, too little to tell which way
        assert _value(result, "unloaded_dorsiflexion_deg") == pytest.approx(12.0, abs=3.0)
        assert _value(result, "unloaded_plantarflexion_deg") == pytest.approx(45.0, abs=3.0)
        assert _value(result, "unloaded_range_deg") == pytest.approx(57.0, abs=5.0)
        assert result.readings[0].error >= 4.0
    assert "shank_assumed_still" in range_of(_of(foot)).readings[0].quality


def test_range_without_standing_first_gives_the_whole_and_refuses_the_parts() -> None:
    foot, shank = (cut(each, 3.9, 18.0) for each in read_ankle(fictional_range(3, hold_s=0.3)))
    result = range_of(_of(foot, shank))
    assert [reading.measure for reading in result.readings] == ["unloaded_range_deg"]
    assert _value(result, "unloaded_range_deg") == pytest.approx(57.0, abs=6.0)
    assert "zero is not known" in result.refused[0].reason


def test_stiff_ankle_is_measured_and_a_still_one_refused() -> None:
    stiff = fictional_range(
        4, dorsiflexion_deg=(4.5, 4.5, 4.5), plantarflexion_deg=(15.0, 15.0, 15.0), shank_sway_deg=0.0
    )
    assert _value(range_of(_of(*read_ankle(stiff))), "unloaded_range_deg") == pytest.approx(19.5, abs=2.0)
    still = [cut(each, 0.0, 1.9) for each in read_ankle(stiff)]
    with pytest.raises(SignalError, match="never moved"):
        range_of(_of(*still))


def test_turned_and_mirrored_sensors_change_no_range() -> None:
    foot, shank = read_ankle(fictional_range(3))
    plain = range_of(_of(foot, shank))
    for other in ((turned(foot, (1.0, 2.0, -1.0, 0.5)), turned(shank, (0.0, 0.0, 1.0, 0.0))),
                  (mirrored(foot), mirrored(shank))):  # fmt: skip
        for a, b in zip(plain.readings, range_of(_of(*other)).readings, strict=True):
            assert b.value == pytest.approx(a.value, abs=0.3)


def test_markers_show_the_range_too() -> None:
    made = fictional_range(3, shank_sway_deg=0.0)
    points = standing(len(made.time_s))
    angle = np.radians(np.interp(made.time_s, made.time_s, made.foot_toe_up_deg))
    for letter in "LR":
        ankle = points[letter + "ANK"][0]
        for name in ("HEE", "TOE"):
            arm = points[letter + name][0] - ankle
            points[letter + name] = ankle + np.stack(
                [arm[0] * np.cos(angle) - arm[2] * np.sin(angle), np.full_like(angle, arm[1]),
                 arm[0] * np.sin(angle) + arm[2] * np.cos(angle)], axis=1)  # fmt: skip
    n = len(angle)
    info = measure.LabInfo(
        file="range.trc", sha256="0", format="trc", point_rate_hz=100.0, n_frames=n, duration_s=n / 100.0
    )
    lab = measure.LabRecording(
        info=info, time_s=np.arange(n) / 100.0,
        markers=tuple(measure.Marker(label=k, points_m=v, residual_m=np.zeros(n)) for k, v in points.items()),
    )  # fmt: skip
    result = range_of(Materials(labs=(lab,)))
    left = [r for r in result.readings if r.side is Side.LEFT]
    assert left[0].value == pytest.approx(12.0, abs=1.0)
    assert left[1].value == pytest.approx(45.0, abs=1.5)
    assert left[0].method == "unloaded-range-markers/1"


@pytest.mark.parametrize("rate_hz", [25.0, 100.0])
def test_matching_errors_are_the_true_ones(rate_hz: float) -> None:
    made = fictional_position(2, rate_hz=rate_hz)
    foot, shank = read_ankle(made)
    true = np.array([2.0, -1.0, 3.0, 1.5, -2.5])
    for materials in (_of(foot, shank), _of(foot)):
        result = position_of(materials)
        assert [trial.values["error_deg"] for trial in result.trials] == pytest.approx(true.tolist(), abs=0.6)
        assert _value(result, "position_absolute_error_deg") == pytest.approx(2.0, abs=0.3)
        assert _value(result, "position_constant_error_deg") == pytest.approx(0.6, abs=0.3)
        assert _value(result, "position_variable_error_deg") == pytest.approx(np.std(true, ddof=1), abs=0.3)
        assert "direction_assumed" in result.readings[0].quality


def test_marks_say_which_positions_were_shown() -> None:
    made = fictional_position(2)
    foot, shank = read_ankle(made)
    # the first and the fourth position were shown: the fifth and sixth are compared with the fourth
    marks = (4.5, 2.0 + 3 * 6.4 + 2.0)
    marked = replace(foot, info=replace(foot.info, marks_s=marks))
    result = position_of(_of(marked, shank))
    assert [t.values["error_deg"] for t in result.trials] == pytest.approx([2.0, -1.0, -1.5, -5.5], abs=0.6)


def test_position_that_was_not_held_is_not_counted() -> None:
    made = fictional_position(2, hold_s=0.1)
    with pytest.raises(SignalError, match="no target and attempt"):
        position_of(_of(*read_ankle(made)))
    foot, shank = read_ankle(fictional_position(2))
    # the recording ends in the last attempt
    result = position_of(_of(cut(foot, 0.0, 36.0), cut(shank, 0.0, 36.0)))
    assert len(result.trials) == 4
    assert "not in the recording" in result.refused[0].reason


@pytest.mark.parametrize("test", ["range", "position"])
def test_without_a_foot_both_say_what_is_needed(test: str) -> None:
    shank = read_ankle(fictional_range(3))[1]
    with pytest.raises(SignalError, match="needs the foot"):
        measure.TESTS[test](_of(shank))


@pytest.mark.parametrize("test", ["range", "position"])
def test_through_the_door_as_json_with_measures_that_exist_in_their_unit(test: str) -> None:
    made = fictional_range(3) if test == "range" else fictional_position(3)
    result = measure.TESTS[test](_of(*read_ankle(made)))
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(result, curves=True)))
    jsonschema.validate(plain, measure.schema())
    known = load().measures
    for reading in result.readings:
        assert known[reading.measure].unit == reading.unit
