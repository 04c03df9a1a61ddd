"""Heel rises are counted exactly, their heights are the true ones, and what speaks against them is said."""

from __future__ import annotations

from collections.abc import Callable

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.catalog import load
from mortise.errors import SignalError
from mortise.measure._heel_rise import heel_rises
from mortise.measure._range import range_of
from mortise.measure.materials import Materials
from mortise.measure.results import TestResult
from mortise.simulate.ankle import FictionalAnkle, fictional_ankle_lunge, fictional_heel_rises
from mortise.terms import Side
from tests.unit.measure.made_up import read_one, walk
from tests.unit.measure.made_up_ankle import cut, mirrored, read_ankle, turned
from tests.unit.measure.made_up_body import standing

# The made-up foot has its ball 19 cm before the heel.
FOOT_M = 0.19 / 0.72


def _measured(*sensors: measure.Recording, foot_length_m: float | None = FOOT_M) -> TestResult:
    return heel_rises(Materials(sensors=sensors), foot_length_m)


def _heights(result: TestResult) -> list[float]:
    return [trial.values["height_cm"] for trial in result.trials]


def _value(result: TestResult, name: str) -> float:
    return next(reading.value for reading in result.readings if reading.measure == name)


@pytest.mark.parametrize("kind", [
    {}, {"heights_cm": tuple(np.linspace(11.0, 5.0, 25).tolist())}, {"period_s": 1.4}, {"period_s": 4.0},
    {"rate_hz": 25.0}, {"rate_hz": 204.8},
])  # fmt: skip
@pytest.mark.parametrize("spot", ["instep", "heel", "lateral_foot"])
def test_every_rise_is_counted_and_as_high_as_it_was(kind: dict[str, float], spot: str) -> None:
    made = fictional_heel_rises(7, foot_spot=spot, **kind)  # type: ignore[arg-type]
    foot, shank = read_ankle(made)
    for sensors in ((foot,), (foot, shank)):
        result = _measured(*sensors)
        true = made.values["sensor_lift_cm" if spot == "heel" else "height_cm"]
        assert len(result.trials) == len(true)
        assert _heights(result) == pytest.approx(list(true), abs=0.6)
        assert _value(result, "heel_rise_count") == len(true)
        assert _value(result, "heel_rise_height_cm") == pytest.approx(np.mean(sorted(true)[-3:]), abs=0.6)
    alone = _measured(shank)
    assert len(alone.trials) == len(made.values["shin_lift_cm"])
    assert _heights(alone) == pytest.approx(list(made.values["shin_lift_cm"]), abs=0.8)
    assert "height_at_shin" in alone.readings[0].quality


def test_tempo_work_fatigue_and_beat_are_those_of_the_set() -> None:
    made = fictional_heel_rises(3, heights_cm=tuple(np.linspace(10.0, 6.0, 20).tolist()))
    result = _measured(read_ankle(made)[0])
    assert _value(result, "heel_rise_period_s") == pytest.approx(2.0, abs=0.03)
    assert _value(result, "heel_rise_work_j_kg") == pytest.approx(9.80665 * 0.08 * 20, rel=0.05)
    assert _value(result, "heel_rise_fatigue_pct") == pytest.approx(-100.0 * 4.0 / 19.0 / 10.0, abs=0.1)
    assert "off_beat" not in result.readings[0].quality
    slow = _measured(read_ankle(fictional_heel_rises(3, period_s=3.2))[0])
    assert "off_beat" in slow.readings[0].quality
    assert result.trials[0].values["up_s"] == pytest.approx(0.6, abs=0.15)


def test_foot_and_shin_together_show_the_range_of_the_ankle() -> None:
    made = fictional_heel_rises(4)
    result = _measured(*read_ankle(made))
    true = float(np.ptp(made.dorsiflexion_deg))
    assert _value(result, "heel_rise_range_deg") == pytest.approx(true, abs=3.5)
    assert result.trials[0].values["shin_lift_cm"] == pytest.approx(made.values["shin_lift_cm"][0], abs=0.6)
    assert "knee_not_seen" not in result.readings[0].quality


@pytest.mark.parametrize("is_both", [True, False])
def test_bent_knee_is_seen_at_the_shin_and_only_there(is_both: bool) -> None:
    cheating, honest = fictional_heel_rises(5, knee_bend_deg=18.0), fictional_heel_rises(5)
    for made, is_bent in ((cheating, True), (honest, False)):
        foot, shank = read_ankle(made)
        result = _measured(*((foot, shank) if is_both else (shank,)))
        assert ("knee_bent" in result.readings[0].quality) is is_bent
        assert all(("knee_bent" in trial.quality) is is_bent for trial in result.trials)
    assert "knee_not_seen" in _measured(read_ankle(cheating)[0]).readings[0].quality


def test_low_rises_count_and_are_flagged() -> None:
    result = _measured(read_ankle(fictional_heel_rises(6, heights_cm=(10.0, 10.0, 9.5, 4.5, 4.2)))[0])
    assert [("low" in trial.quality) for trial in result.trials] == [False, False, False, True, True]
    assert _value(result, "heel_rise_count") == 5


def test_half_a_rise_is_refused_not_counted() -> None:
    made = fictional_heel_rises(2)
    foot, shank = read_ankle(made)
    # cut near the top of the last rise, and within the first
    for part in (cut(foot, 0.0, 10.9), cut(foot, 2.9, 14.0)):
        result = _measured(part)
        assert len(result.trials) == 4
        assert "half of the rise" in result.refused[0].reason
    assert len(_measured(cut(shank, 0.0, 10.9)).trials) == 4
    assert _measured(cut(shank, 0.0, 10.9)).refused


def test_assumed_foot_is_said_and_widens_the_error() -> None:
    foot = read_ankle(fictional_heel_rises(2))[0]
    known, guessed = _measured(foot), _measured(foot, foot_length_m=None)
    assert "foot_length_assumed" in guessed.readings[0].quality
    assert "foot_length_assumed" not in known.readings[0].quality

    def error(result: TestResult) -> float:
        return next(r.error for r in result.readings if r.measure == "heel_rise_height_cm")

    assert error(guessed) > error(known)


def test_both_heels_together_are_double_heel_rises() -> None:
    left, right = (fictional_heel_rises(2, side=side) for side in ("left", "right"))
    result = _measured(read_ankle(left)[0], read_ankle(right)[0])
    count = next(r for r in result.readings if r.measure == "double_heel_rise_count")
    assert (count.value, count.side) == (5.0, Side.NONE)
    assert all(r.measure != "heel_rise_count" for r in result.readings)
    assert {trial.side for trial in result.trials} == {Side.LEFT, Side.RIGHT}


def test_heel_that_stays_down_is_refused_while_the_other_counts() -> None:
    right = read_ankle(fictional_heel_rises(2))[0]
    left = read_ankle(fictional_heel_rises(3, side="left", heights_cm=(0.2, 0.2, 0.2, 0.2, 0.2)))[0]
    result = _measured(left, right)
    assert _value(result, "heel_rise_count") == 5
    assert [(r.what, r.side) for r in result.refused] == [("side", Side.LEFT)]


def test_swapped_sides_swap_and_mirroring_changes_nothing() -> None:
    foot = read_ankle(fictional_heel_rises(2))[0]
    other = mirrored(replace(foot, info=replace(foot.info, side=Side.LEFT)))
    assert _heights(_measured(other)) == pytest.approx(_heights(_measured(foot)), abs=0.05)
    assert _measured(other).readings[0].side is Side.LEFT


def test_lost_samples_take_their_rises_with_them_and_are_counted_as_missing() -> None:
    foot = read_ankle(fictional_heel_rises(2, heights_cm=(9.0,) * 9))[0]
    keep = (foot.time_s < 8.1) | (foot.time_s > 11.9)
    holed = replace(
        foot, time_s=foot.time_s[keep], acc_m_s2=foot.acc_m_s2[keep], gyr_rad_s=foot.gyr_rad_s[keep]
    )
    result = _measured(holed)
    counted = sum(trial.is_counted for trial in result.trials)
    assert counted + result.n_trials_missing >= 8
    assert counted < 9


def test_sensor_turned_by_hand_between_rises_is_flagged() -> None:
    foot, _ = read_ankle(fictional_heel_rises(2, heights_cm=(9.0,) * 6))
    late = foot.time_s >= 8.0
    other = turned(foot, (1.0, 0.35, 0.0, 0.0))
    broken = replace(
        foot,
        acc_m_s2=np.where(late[:, None], other.acc_m_s2, foot.acc_m_s2),
        gyr_rad_s=np.where(late[:, None], other.gyr_rad_s, foot.gyr_rad_s),
    )
    assert "sensor_turned" in _measured(broken).readings[0].quality
    assert "sensor_turned" not in _measured(foot).readings[0].quality


def test_quiet_wrong_and_too_many_recordings_are_refused_with_the_mend() -> None:
    foot, shank = read_ankle(fictional_heel_rises(2))
    with pytest.raises(SignalError, match="no heel rise was found"):
        _measured(cut(foot, 0.0, 1.9))
    thigh = replace(foot, info=replace(foot.info, placement="thigh"))
    with pytest.raises(SignalError, match="worn at: thigh"):
        _measured(thigh)
    with pytest.raises(SignalError, match="2 sensors on the foot"):
        _measured(foot, foot)
    with pytest.raises(SignalError, match="need a heel"):
        heel_rises(Materials())
    lunge_foot = read_ankle(fictional_ankle_lunge(1))[0]
    with pytest.raises(SignalError, match="no heel rise"):
        _measured(lunge_foot)
    assert len(_measured(shank).trials) == 5


def test_walk_is_no_set_of_heel_rises() -> None:
    for samples in (walk().left, walk().right):
        with pytest.raises(SignalError, match="as in walking"):
            _measured(read_one(samples))


def test_slow_walk_is_told_by_its_toes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mortise.measure._doings._LEAST_STRIDES", 1000)
    monkeypatch.setattr("mortise.measure._rising._SWING_FOOT_DEG_S", float("inf"))
    with pytest.raises(SignalError, match="degrees up, as in walking"):
        _measured(read_one(walk().left))


def test_sensor_in_the_hand_is_no_second_shin() -> None:
    foot, shank = read_ankle(fictional_heel_rises(3))[:2]
    hand = replace(shank, info=replace(shank.info, placement="hand"))
    assert _heights(_measured(foot, shank, hand)) == _heights(_measured(foot, shank))


def test_tumbling_sensor_is_flagged() -> None:
    foot = read_ankle(fictional_heel_rises(2))[0]
    rng = np.random.default_rng(3)
    way = np.cumsum(rng.normal(0, 0.03, foot.gyr_rad_s.shape), axis=0)
    tumbling = replace(foot, gyr_rad_s=foot.gyr_rad_s + way - way.mean(axis=0))
    try:
        flags = _measured(tumbling).readings[0].quality
    except SignalError:
        return
    assert {"axis_unsure", "no_quiet_stance", "standing_unsure"} & set(flags)


def _body(made: FictionalAnkle, unit_scale: float = 1.0) -> dict[str, np.ndarray]:
    """Return the points of somebody who rises on both heels as `made` says."""
    points = standing(len(made.time_s))
    angle = np.radians(made.foot_toe_up_deg)
    ball = points["RTOE"][0]
    for letter in "LR":
        for name in ("HEE", "ANK", "KNE"):
            arm = points[letter + name][0] - np.array([ball[0], 0.0, 0.0])
            if name == "HEE":
                turn = np.stack([arm[0] * np.cos(angle) + arm[2] * np.sin(angle), np.full_like(angle, arm[1]),
                                 -arm[0] * -np.sin(angle) + arm[2] * np.cos(angle)], axis=1)  # fmt: skip
                points[letter + name] = turn + np.array([ball[0], 0.0, 0.0])
                lift = points[letter + name][:, 2] - points[letter + name][0, 2]
        for name in ("ANK", "KNE"):
            points[letter + name] = points[letter + name] + np.stack([0 * lift, 0 * lift, 0.7 * lift], axis=1)
    for name in ("LASI", "RASI", "C7"):
        points[name] = points[name] + np.stack([0 * lift, 0 * lift, 0.7 * lift], axis=1)
    return {name: values * unit_scale for name, values in points.items()}


def _lab(points: dict[str, np.ndarray]) -> measure.LabRecording:
    n = len(next(iter(points.values())))
    info = measure.LabInfo(
        file="rises.trc",
        sha256="0",
        format="trc",
        point_rate_hz=100.0,
        n_frames=n,
        duration_s=(n - 1) / 100.0,
    )
    markers = tuple(
        measure.Marker(label=name, points_m=values, residual_m=np.zeros(n)) for name, values in points.items()
    )
    return measure.LabRecording(info=info, time_s=np.arange(n) / 100.0, markers=markers)


def test_markers_show_the_heels_own_height() -> None:
    points = _body(fictional_heel_rises(2))
    true = [float(points["RHEE"][a:b, 2].max() - points["RHEE"][0, 2]) * 100.0 for a, b in
            ((200 + 200 * i, 400 + 200 * i) for i in range(5))]  # fmt: skip
    result = heel_rises(Materials(labs=(_lab(points),)))
    right = [trial.values["height_cm"] for trial in result.trials if trial.side is Side.RIGHT]
    assert right == pytest.approx(true, abs=0.2)
    assert any(r.measure == "double_heel_rise_count" and r.value == 5 for r in result.readings)


def test_keypoints_of_a_video_are_scaled_by_the_foot() -> None:
    points = _body(fictional_heel_rises(2))
    names = {"HEE": "heel", "TOE": "foot_index", "ANK": "ankle", "KNE": "knee"}
    keypoints = {
        f"{'left' if name[0] == 'L' else 'right'}_{names[name[1:]]}": np.stack(
            [300.0 * values[:, 0] + 500.0, 700.0 - 300.0 * values[:, 2]], axis=1
        )
        for name, values in points.items()
        if name[1:] in names
    }
    hip = np.stack([np.full(len(points["C7"]), 500.0), 700.0 - 300.0 * points["LASI"][:, 2]], axis=1)
    keypoints |= {"left_hip": hip, "right_hip": hip}
    n = len(hip)
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
        info=info, time_s=np.arange(n) / 100.0, keypoints=keypoints,
        confidence={name: np.ones(n) for name in keypoints},
    )  # fmt: skip
    length_m = float(np.linalg.norm(points["RTOE"][0] - points["RHEE"][0]))
    result = heel_rises(Materials(poses=(pose,)), foot_length_m=length_m)
    true = 100.0 * float(points["RHEE"][:, 2].max() - points["RHEE"][0, 2])
    assert max(_heights(result)) == pytest.approx(true, abs=0.8)
    assert "scale_from_foot" in result.readings[0].quality


def test_through_the_door_as_json_with_measures_that_exist_in_their_unit() -> None:
    foot, shank = read_ankle(fictional_heel_rises(2))
    result = measure.TESTS["heel-rise"](Materials(sensors=(foot, shank)))
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(result, curves=True)))
    jsonschema.validate(plain, measure.schema())
    assert all(len(curve.x) <= 600 for curve in result.curves)
    known = load().measures
    for reading in result.readings:
        assert known[reading.measure].unit == reading.unit
        assert np.isfinite(reading.error)
        assert reading.error >= 0.0


@pytest.mark.parametrize("test", [heel_rises, range_of], ids=["heel-rise", "range"])
def test_markers_that_go_over_the_floor_are_a_walk(test: Callable[[Materials], TestResult]) -> None:
    points = _body(fictional_heel_rises(2))
    way = np.linspace(0.0, 3.0, len(points["LHEE"]))[:, None] * np.array([1.0, 0.0, 0.0])
    walked = _lab({name: values + way for name, values in points.items()})
    with pytest.raises(SignalError, match=r"this is a walk.*goes 3\.0 m on"):
        test(Materials(labs=(walked,)))
