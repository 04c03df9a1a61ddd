"""Jumps, landings and squats from the keypoints of a video, and from a model's joint angles."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from msgspec.structs import replace

from mortise.errors import SignalError
from mortise.measure._jump import jump_of
from mortise.measure._landing import landing_of
from mortise.measure._step_down import step_down_of
from mortise.measure._takes import body_of_pose
from mortise.measure.laboratory import AnalogChannel, LabInfo, LabRecording
from mortise.measure.materials import Materials
from mortise.measure.pose import PoseInfo, PoseRecording
from mortise.terms import Side
from tests.unit.measure.made_up_leaps import lab_of, leap, reading
from tests.unit.measure.test_step_down import lab as steps_lab
from tests.unit.measure.test_step_down import steps

_NAMES = {"ANK": "ankle", "KNE": "knee", "HEE": "heel", "TOE": "big_toe", "HJC": "hip", "SHO": "shoulder"}


def _pose(
    lab: LabRecording,
    *,
    rate_hz: float = 60.0,
    unit: Literal["px", "image", "m"] = "px",
    axis: int = 0,
) -> PoseRecording:
    """Return what a camera shows of markers: 300 pixels a metre, rows running down."""
    time_s = np.arange(0.0, lab.time_s[-1], 1.0 / rate_hz)
    points = {}
    for marker in lab.markers:
        if marker.label[1:] not in _NAMES:
            continue
        flat = np.stack([900 + 300 * marker.points_m[:, axis], 1000 - 300 * marker.points_m[:, 2]], axis=1)
        sampled = np.stack([np.interp(time_s, lab.time_s, flat[:, i]) for i in (0, 1)], axis=1)
        side = {"L": "left", "R": "right"}[marker.label[0]]
        points[f"{side}_{_NAMES[marker.label[1:]]}"] = sampled
    if unit == "image":
        points = {name: values / np.array([1920.0, 1080.0]) for name, values in points.items()}
    if unit == "m":
        hips = 0.5 * (points["left_hip"] + points["right_hip"])
        points = {
            name: np.concatenate([(values - hips) / 300.0, np.zeros((len(values), 1))], axis=1)
            for name, values in points.items()
        }
    n = len(time_s)
    return PoseRecording(
        info=PoseInfo(
            file="video.json",
            sha256="0" * 64,
            format="made-up",
            rate_hz=rate_hz,
            n_frames=n,
            duration_s=(n - 1) / rate_hz,
            unit=unit,
            width_px=1920.0,
            height_px=1080.0,
        ),
        time_s=time_s,
        keypoints=points,
        confidence={name: np.ones(n) for name in points},
    )


@pytest.mark.parametrize("unit", ["px", "image"])
@pytest.mark.parametrize("rate_hz", [60.0, 120.0])
def test_a_video_from_the_side_times_a_jump(unit: Literal["px", "image"], rate_hz: float) -> None:
    made = leap(3)
    result = jump_of(Materials(poses=(_pose(lab_of(made), rate_hz=rate_hz, unit=unit),)))
    found = reading(result, "jump_height_cm")
    assert found.method == "forefoot-keypoints/1"
    assert abs(found.value - made.heights_cm[0]) < 2.0 * found.error
    flight = reading(result, "jump_flight_time_s")
    assert flight.value == pytest.approx(made.leaps[0].landing_s - made.leaps[0].takeoff_s, abs=0.025)


def test_keypoints_about_the_hips_show_no_flight() -> None:
    pose = _pose(lab_of(leap(3)), unit="m")
    assert "about_the_hips" in body_of_pose(pose).flags
    with pytest.raises(SignalError, match="given from the hips"):
        jump_of(Materials(poses=(pose,)))
    with pytest.raises(SignalError, match="given from the hips"):
        landing_of(Materials(poses=(pose,)))


def test_a_slow_video_is_refused() -> None:
    with pytest.raises(SignalError, match="too few"):
        jump_of(Materials(poses=(_pose(lab_of(leap(3)), rate_hz=12.0),)))


def test_a_video_from_the_side_shows_the_bends_of_a_landing() -> None:
    lab = lab_of(leap(1, "drop"))
    by_video = landing_of(Materials(poses=(_pose(lab),)))
    by_markers = landing_of(Materials(labs=(replace(lab, plates=()),)))
    for name in ("landing_ankle_excursion_deg", "landing_knee_bend_deg"):
        for side in ("left", "right"):
            there = reading(by_markers, name, side).value
            assert reading(by_video, name, side).value == pytest.approx(there, abs=6.0), name
    score = next(trial for trial in by_video.trials if trial.side is Side.NONE)
    assert 0 < score.values["n_items"] < 15
    assert "error_stance_wide" not in score.values


def test_a_video_from_the_front_shows_the_knee_and_not_the_ankle() -> None:
    lab = lab_of(leap(1, "drop", knee_inward_cm=6.0))
    result = landing_of(Materials(poses=(_pose(lab, axis=1),)))
    assert not [each for each in result.readings if each.measure == "landing_ankle_excursion_deg"]
    trial = next(trial for trial in result.trials if trial.side is Side.LEFT)
    assert trial.values["knee_medial_pct"] == pytest.approx(6.0 / 42.0 * 100.0, abs=4.0)
    assert trial.values["knee_valgus_deg"] > 8.0


def test_a_video_of_step_downs_counts_them() -> None:
    made = steps(2)
    result = step_down_of(Materials(poses=(_pose(steps_lab(made), rate_hz=30.0),)))
    assert len(result.trials) == 5
    assert {trial.side for trial in result.trials} == {Side.LEFT}
    found = reading(result, "step_down_dorsiflexion_deg")
    assert found.value == pytest.approx(float(np.median(made.dorsiflexion_deg)), abs=3.0)


def _coordinates(knees: tuple[float, float]) -> LabRecording:
    time_s = np.arange(0, 900) / 100.0
    bend = np.clip(np.sin(2 * np.pi * (time_s - 1.0) / 2.0), 0.0, 1.0) ** 2 * (time_s > 1.0) * (time_s < 8.0)
    columns = {
        "pelvis_ty": 0.95 - 0.3 * bend,
        "knee_angle_l": 5.0 + knees[0] * bend,
        "knee_angle_r": 5.0 + knees[1] * bend,
        "ankle_angle_l": 2.0 + 25.0 * bend,
        "ankle_angle_r": 2.0 + 20.0 * bend,
    }
    return LabRecording(
        info=LabInfo(
            file="model.mot",
            sha256="0" * 64,
            format="mot",
            point_rate_hz=100.0,
            analog_rate_hz=100.0,
            n_frames=900,
            duration_s=8.99,
        ),
        time_s=time_s,
        analog=tuple(
            AnalogChannel(label=label, unit="", rate_hz=100.0, values=values)
            for label, values in columns.items()
        ),
    )


def test_a_models_joint_angles_are_read_as_squats() -> None:
    result = step_down_of(Materials(labs=(_coordinates((80.0, 78.0)),)))
    assert len(result.trials) == 8
    assert reading(result, "squat_dorsiflexion_deg", "left").value == pytest.approx(27.0, abs=0.5)
    assert reading(result, "squat_knee_bend_deg", "right").value == pytest.approx(83.0, abs=0.5)
    assert reading(result, "squat_dorsiflexion_deg", "left").method == "joint-coordinates/1"
    one_leg = step_down_of(Materials(labs=(_coordinates((80.0, 20.0)),)))
    assert {trial.side for trial in one_leg.trials} == {Side.LEFT}
    assert {trial.values["is_squat"] for trial in one_leg.trials} == {0.0}
