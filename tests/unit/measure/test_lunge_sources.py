"""The lunge from foot and shin, from markers and from keypoints: the same angle, and whether the heel stays down."""

from __future__ import annotations

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure.materials import Materials
from mortise.simulate.ankle import FictionalAnkle, fictional_ankle_lunge
from mortise.terms import Side
from tests.unit.measure.made_up_ankle import cut, read_ankle, turned
from tests.unit.measure.made_up_body import standing

LIFTED = (0.0, 9.0, 0.0)


def _sensors(made: FictionalAnkle) -> Materials:
    return Materials(sensors=read_ankle(made))


@pytest.mark.parametrize("rate_hz", [25.0, 100.0])
def test_angle_is_the_one_held_and_a_lifted_heel_does_not_count(rate_hz: float) -> None:
    made = fictional_ankle_lunge(2, angles_deg=(34.0, 36.0, 35.0), heel_lift_deg=LIFTED, rate_hz=rate_hz)
    result = measure.TESTS["lunge"](_sensors(made))
    assert [t.lunge_angle_deg for t in result.trials] == pytest.approx([34.0, 36.0, 35.0], abs=1.0)
    assert [t.is_counted for t in result.trials] == [True, False, True]
    assert result.trials[1].quality == ("heel_lifted",)
    assert [t.heel_lift_deg for t in result.trials] == pytest.approx(LIFTED, abs=0.7)
    assert result.readings[0].n_trials == 2
    assert len(result.recording.sensors) == 2


def test_shin_alone_does_not_see_the_heel_and_says_no_angle_of_it() -> None:
    made = fictional_ankle_lunge(2, heel_lift_deg=LIFTED)
    result = measure.lunge(read_ankle(made)[1])
    assert all(trial.heel_lift_deg is None and trial.is_counted for trial in result.trials)


def test_turning_either_sensor_changes_nothing() -> None:
    foot, shank = read_ankle(fictional_ankle_lunge(2, heel_lift_deg=LIFTED))
    plain = measure.lunge(shank, foot=foot)
    other = measure.lunge(turned(shank, (1.0, 0.3, -2.0, 0.4)), foot=turned(foot, (0.0, 1.0, 1.0, 0.2)))
    for a, b in zip(plain.trials, other.trials, strict=True):
        assert b.lunge_angle_deg == pytest.approx(a.lunge_angle_deg, abs=0.1)
        assert b.heel_lift_deg == pytest.approx(a.heel_lift_deg, abs=0.2)
        assert a.quality == b.quality


def test_lunge_cut_off_by_the_end_is_counted_as_missing() -> None:
    foot, shank = (cut(each, 0.0, 18.5) for each in read_ankle(fictional_ankle_lunge(2)))
    result = measure.lunge(shank, foot=foot)
    assert (len(result.trials), result.n_trials_missing) == (2, 1)


def _points(made: FictionalAnkle, *, lifts_right: bool = False) -> dict[str, np.ndarray]:
    """Return a person whose left shin lunges as `made` says; the right one leans too, its heel up."""
    points = standing(len(made.time_s))
    lean = np.radians(made.shank_forward_deg)
    lift = np.radians(-made.foot_toe_up_deg)
    for letter in "LR":
        rise = 0.19 * np.sin(lift if letter == "L" else 0.9 * lean)
        points[letter + "HEE"][:, 2] += rise
        for name in ("ANK", "KNE"):
            points[letter + name][:, 2] += 0.7 * rise
        points[letter + "KNE"][:, 0] += 0.4 * np.sin(lean)
        points[letter + "KNE"][:, 2] -= 0.4 * (1.0 - np.cos(lean))
    return points


def _lab(points: dict[str, np.ndarray]) -> Materials:
    n = len(points["LANK"])
    info = measure.LabInfo(
        file="lunge.trc", sha256="0", format="trc", point_rate_hz=100.0, n_frames=n, duration_s=n / 100.0
    )
    markers = tuple(
        measure.Marker(label=name, points_m=values, residual_m=np.zeros(n)) for name, values in points.items()
    )
    return Materials(labs=(measure.LabRecording(info=info, time_s=np.arange(n) / 100.0, markers=markers),))


def test_markers_show_angle_heel_and_which_leg_is_in_front() -> None:
    made = fictional_ankle_lunge(2, angles_deg=(34.0, 36.0, 35.0), heel_lift_deg=LIFTED)
    result = measure.TESTS["lunge"](_lab(_points(made)))
    assert {trial.side for trial in result.trials} == {Side.LEFT}
    assert [t.lunge_angle_deg for t in result.trials] == pytest.approx([34.0, 36.0, 35.0], abs=0.8)
    assert [t.is_counted for t in result.trials] == [True, False, True]
    assert result.trials[1].heel_lift_cm == pytest.approx(19.0 * np.sin(np.radians(9.0)), abs=0.3)
    assert result.readings[0].method == "shin-markers/1"
    assert [(r.what, r.side) for r in result.refused] == [("side", Side.RIGHT)]


def test_keypoints_show_the_lunge_too_and_say_what_is_assumed() -> None:
    points = _points(fictional_ankle_lunge(2, angles_deg=(34.0, 36.0, 35.0)))
    names = {"HEE": "heel", "TOE": "foot_index", "ANK": "ankle", "KNE": "knee"}
    keypoints = {
        f"left_{names[name[1:]]}": np.stack([400.0 + 300.0 * p[:, 0], 700.0 - 300.0 * p[:, 2]], axis=1)
        for name, p in points.items()
        if name[0] == "L" and name[1:] in names
    }
    n = len(points["LANK"])
    keypoints["left_hip"] = np.tile([400.0, 420.0], (n, 1))
    info = measure.PoseInfo(
        file="video.json",
        sha256="0",
        format="mediapipe",
        rate_hz=100.0,
        n_frames=n,
        duration_s=n / 100.0,
        unit="px",
    )
    pose = measure.PoseRecording(
        info=info,
        time_s=np.arange(n) / 100.0,
        keypoints=keypoints,
        confidence={k: np.ones(n) for k in keypoints},
    )
    result = measure.TESTS["lunge"](Materials(poses=(pose,)))
    assert [t.lunge_angle_deg for t in result.trials] == pytest.approx([34.0, 36.0, 35.0], abs=0.8)
    assert {"scale_from_foot", "foot_length_assumed"} <= set(result.readings[0].quality)
    assert result.readings[0].error >= 3.0
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(result)))
    jsonschema.validate(plain, measure.schema())


def test_markers_without_a_foot_or_a_lunge_are_refused_with_the_reason() -> None:
    made = fictional_ankle_lunge(2)
    points = _points(made)
    without = {name: values for name, values in points.items() if not name.endswith(("HEE", "TOE"))}
    with pytest.raises(SignalError, match="is not seen"):
        measure.TESTS["lunge"](_lab(without))
    still = {name: values[:180] for name, values in points.items()}
    with pytest.raises(SignalError, match="no lunge was found"):
        measure.TESTS["lunge"](_lab(still))


def test_foot_of_the_other_side_is_not_taken() -> None:
    foot, shank = read_ankle(fictional_ankle_lunge(2, heel_lift_deg=LIFTED))
    other = replace(foot, info=replace(foot.info, side=Side.LEFT))
    result = measure.TESTS["lunge"](Materials(sensors=(other, shank)))
    assert all(trial.heel_lift_deg is None for trial in result.trials)
