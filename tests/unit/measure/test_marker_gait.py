"""Gait from markers and keypoints: events, lengths, angles, whatever the axes, the unit and the camera."""

from __future__ import annotations

from functools import cache

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure import LabInfo, LabRecording, Marker, Materials, PoseInfo, PoseRecording
from mortise.measure._marker_events import foot_moments
from mortise.measure._marker_gait import marker_gait
from mortise.measure.axes import axes_of
from mortise.measure.markers import body_of_lab
from mortise.measure.recording import Floats
from mortise.simulate.walking_body import FictionalBodyWalk, fictional_body_walk
from mortise.terms import Side


@cache
def _made(seed: int = 1, asymmetry_ratio: float = 1.0, strike_angle_deg: float = 18.0) -> FictionalBodyWalk:
    return fictional_body_walk(seed, asymmetry_ratio=asymmetry_ratio, strike_angle_deg=strike_angle_deg)


def _lab(made: FictionalBodyWalk, points: dict[str, Floats] | None = None) -> LabRecording:
    points = made.points if points is None else points
    info = LabInfo(
        file="walk.trc",
        sha256="",
        format="trc",
        point_rate_hz=made.rate_hz,
        n_frames=len(made.time_s),
        duration_s=float(made.time_s[-1]),
    )
    markers = tuple(
        Marker(label=name, points_m=values, residual_m=np.zeros(len(values)))
        for name, values in points.items()
    )
    return LabRecording(info=info, time_s=made.time_s, markers=markers)


def _measured(made: FictionalBodyWalk, points: dict[str, Floats] | None = None) -> measure.GaitResult:
    return marker_gait(Materials(labs=(_lab(made, points),)))


def _value(result: measure.GaitResult, name: str, side: Side = Side.NONE) -> measure.Reading:
    return next(r for r in result.readings if r.measure == name and r.side is side)


def test_every_whole_stride_is_found_with_its_times_and_lengths() -> None:
    made = _made()
    result = _measured(made)
    assert len(result.strides) == len(made.strides)
    assert result.n_strides_missing == 0
    for stride in result.strides:
        truth = min(
            (t for t in made.strides if t.side == stride.side.value),
            key=lambda t: abs(t.foot_strike_s - stride.foot_strike_s),
        )
        # made-up feet come to rest softly
        assert -0.08 < stride.foot_strike_s - truth.foot_strike_s < 0.01
        assert stride.foot_off_s == pytest.approx(truth.foot_off_s, abs=0.07)
        assert stride.stride_time_s == pytest.approx(1.1, abs=0.03)
        assert stride.stride_length_m == pytest.approx(truth.stride_length_m, abs=0.04)
        assert stride.contact == "heel"
    assert _value(result, "step_length_m", Side.LEFT).value == pytest.approx(0.6, abs=0.05)
    assert _value(result, "step_width_cm", Side.LEFT).value == pytest.approx(16.0, abs=1.0)
    assert _value(result, "gait_speed_m_s").value == pytest.approx(1.2 / 1.1, abs=0.03)


def test_angles_through_stance_and_their_order() -> None:
    made = _made()
    result = _measured(made)
    assert _value(result, "strike_angle_deg", Side.LEFT).value == pytest.approx(18.0, abs=4.0)
    upright = _value(result, "shin_upright_pct", Side.LEFT).value
    assert 15.0 < upright < 60.0
    assert _value(result, "tibial_progression_deg", Side.LEFT).value > 20.0
    peak = _value(result, "stance_dorsiflexion_pct", Side.LEFT)
    assert 40.0 < peak.value <= 95.0
    assert {c.name for c in result.curves} == {"ankle_dorsiflexion_deg", "shin_lean_deg", "knee_flexion_deg"}
    assert [r for r in result.readings if r.measure == "ankle_knee_lag_pct"]


@pytest.mark.parametrize("order", [(0, 2, 1), (2, 0, 1)])
def test_axes_of_the_laboratory_change_nothing(order: tuple[int, int, int]) -> None:
    made = _made()
    turned = {
        name: values[:, list(order)] * np.array([1.0, 1.0, 1.0]) for name, values in made.points.items()
    }
    if np.linalg.det(np.eye(3)[list(order)]) < 0:
        turned = {name: values * np.array([1.0, 1.0, -1.0]) for name, values in turned.items()}
    plain, other = _measured(made), _measured(made, turned)
    assert len(plain.strides) == len(other.strides)
    for a, b in zip(plain.readings, other.readings, strict=True):
        assert (a.measure, a.side) == (b.measure, b.side)
        assert a.value == pytest.approx(b.value, abs=0.02 * max(1.0, abs(a.value))), a.measure


def test_swapped_labels_swap_the_readings() -> None:
    made = _made(asymmetry_ratio=1.2)
    other = {"L": "R", "R": "L"}
    swapped = {
        (other[name[0]] + name[1:] if name[1:] in ("HEE", "TOE", "ANK", "KNE") else name): values
        for name, values in made.points.items()
    }
    plain, turned = _measured(made), _measured(made, swapped)
    assert _value(plain, "step_time_s", Side.LEFT).value == pytest.approx(
        _value(turned, "step_time_s", Side.RIGHT).value, abs=0.01
    )


def test_limp_shows_in_step_times() -> None:
    result = _measured(_made(asymmetry_ratio=1.25))
    assert _value(result, "step_time_asymmetry_ratio").value == pytest.approx(1.25, abs=0.06)


def test_treadmill_is_noticed_and_its_belt_counted_in() -> None:
    made = _made()
    belt_m_s = 1.2 / 1.1
    # the made-up person starts after standing; the belt runs from the first step on
    moved = np.clip(made.time_s - made.strides[0].foot_strike_s, 0.0, None) * belt_m_s
    after = made.time_s > made.strides[0].foot_strike_s
    shifted = {
        name: (values - np.stack([moved, 0 * moved, 0 * moved], axis=1))[after]
        for name, values in made.points.items()
    }
    result = marker_gait(
        Materials(labs=(replace(_lab(made, shifted), time_s=made.time_s[after] - made.time_s[after][0]),))
    )
    assert "treadmill" in result.readings[0].quality
    assert _value(result, "stride_length_m", Side.LEFT).value == pytest.approx(1.2, abs=0.12)


def test_gaps_take_the_strides_they_touch_and_no_other() -> None:
    made = _made()
    stride = next(s for s in made.strides if s.side == "left")
    hurt = {name: values.copy() for name, values in made.points.items()}
    hole = (made.time_s > stride.next_foot_strike_s - 0.2) & (made.time_s < stride.next_foot_strike_s + 0.2)
    hurt["LHEE"][hole] = np.nan
    hurt["LTOE"][hole] = np.nan
    plain, other = _measured(made), _measured(made, hurt)
    assert len(other.strides) < len(plain.strides)
    assert len([s for s in other.strides if s.side is Side.RIGHT]) == len(
        [s for s in plain.strides if s.side is Side.RIGHT]
    )
    assert other.n_strides_missing >= 1


def test_missing_points_are_refused_by_name() -> None:
    made = _made()
    no_shank = {name: values for name, values in made.points.items() if not name.endswith(("KNE", "HJC"))}
    result = _measured(made, no_shank)
    assert any("knee" in each.reason for each in result.refused)
    assert any("hip" in each.reason for each in result.refused)
    assert not [r for r in result.readings if r.measure == "stance_dorsiflexion_deg"]
    feet_gone = {
        name: values for name, values in made.points.items() if name[1:] in ("ASI", "7", "KNE", "HJC")
    }
    with pytest.raises(SignalError, match="no foot is seen"):
        _measured(made, feet_gone)


def test_standing_is_no_walk() -> None:
    made = _made()
    still = {name: np.repeat(values[:1], 200, axis=0) for name, values in made.points.items()}
    rng = np.random.default_rng(2)
    still = {name: values + rng.normal(0, 0.0005, values.shape) for name, values in still.items()}
    lab = replace(_lab(made, still), time_s=np.arange(200) / made.rate_hz)
    try:
        assert not marker_gait(Materials(labs=(lab,))).strides
    except SignalError as refused:
        assert refused.mend  # noqa: PT017 - refusing is as good


def _pose(made: FictionalBodyWalk, way: tuple[int, int]) -> PoseRecording:
    names = {
        "HEE": "heel", "TOE": "big_toe", "ANK": "ankle", "KNE": "knee", "HJC": "hip",
    }  # fmt: skip
    keypoints = {}
    for label, values in made.points.items():
        if label[1:] in names:
            side = "left" if label[0] == "L" else "right"
            picture = np.stack([values[:, way[0]] * 500.0 + 100.0, 700.0 - values[:, way[1]] * 500.0], axis=1)
            keypoints[f"{side}_{names[label[1:]]}"] = picture
    keypoints["neck"] = np.stack(
        [made.points["C7"][:, way[0]] * 500.0 + 100.0, 700.0 - made.points["C7"][:, way[1]] * 500.0], axis=1
    )
    info = PoseInfo(
        file="walk.json",
        sha256="",
        format="openpose",
        rate_hz=made.rate_hz,
        n_frames=len(made.time_s),
        duration_s=float(made.time_s[-1]),
        unit="px",
    )
    confidence = {name: np.ones(len(values)) for name, values in keypoints.items()}
    return PoseRecording(info=info, time_s=made.time_s, keypoints=keypoints, confidence=confidence)


def test_a_video_from_the_side_gives_times_angles_and_scaled_lengths() -> None:
    made = _made()
    result = marker_gait(Materials(poses=(_pose(made, (0, 2)),)))
    assert _value(result, "stride_time_s", Side.LEFT).value == pytest.approx(1.1, abs=0.03)
    length = _value(result, "stride_length_m", Side.LEFT)
    assert "scale_from_foot_length" in length.quality
    # the made-up foot is 20 cm from heel to toe marker, the scale supposes 25
    assert length.value == pytest.approx(1.2 * 0.25 / 0.20, rel=0.1)
    assert length.error >= 0.1
    assert result.readings[0].method == "keypoints/1"


def test_a_video_from_the_front_is_refused() -> None:
    with pytest.raises(SignalError, match="from the front"):
        marker_gait(Materials(poses=(_pose(_made(), (1, 2)),)))


def test_the_door_leads_to_markers_when_there_is_no_sensor() -> None:
    result = measure.TESTS["gait"](Materials(labs=(_lab(_made()),)))
    assert isinstance(result, measure.GaitResult)
    assert result.readings[0].method == "markers/1"
    plain = measure.to_plain(result, curves=True)
    jsonschema.validate(msgspec.json.decode(msgspec.json.encode(plain)), measure.schema())


def test_plates_put_their_crossings_in_place_of_markers() -> None:
    from mortise.measure._marker_strides import timed_by_plates
    from mortise.measure.contacts import PlateContact

    body = body_of_lab(_lab(_made()))
    moments = foot_moments(body, Side.LEFT, axes_of(body))
    assert moments is not None
    strike, off = float(moments.strike_s[1]), float(moments.off_s[2])
    whole = PlateContact(plate="1", strike_s=strike + 0.02, off_s=off - 0.01, peak_n=800.0)
    beside = PlateContact(plate="2", strike_s=strike + 0.09, off_s=off, peak_n=800.0)
    timed, n = timed_by_plates(moments, [beside, whole])
    assert n == 1
    assert timed.strike_s[1] == pytest.approx(strike + 0.02)
    assert timed_by_plates(moments, [beside])[1] == 0


@pytest.mark.recordings
def test_real_walks_over_plates_are_timed_within_the_mark() -> None:
    from tests.support.leaving_out import recordings_path
    from validation.marker_gait import score

    assert recordings_path().is_dir()
    figures = {figure.key: figure.value for figure in score()}
    assert figures["marker_gait.plates.found"] > 0.95
    for kind in ("strike", "off"):
        assert abs(figures[f"marker_gait.plates.{kind}_bias_ms"]) < 10.0
        assert figures[f"marker_gait.plates.{kind}_rmse_ms"] < 10.0
    assert figures["marker_gait.angle.peak_sd_deg"] < 5.0
