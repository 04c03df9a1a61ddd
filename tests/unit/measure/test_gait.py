"""Gait finds every stride of a made-up walk, says what it cannot, and refuses what is no walk."""

from __future__ import annotations

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.terms import Side
from tests.unit.measure.made_up import lunges, read_lunge, read_one, read_walk, walk

SIDED = {
    "stride_length_m",
    "stride_time_s",
    "stance_time_s",
    "swing_time_s",
    "stance_ratio",
    "strike_angle_deg",
    "toe_off_angle_deg",
    "foot_clearance_cm",
    "heel_clearance_cm",
    "toe_clearance_cm",
    "toe_drag_ratio",
    "heel_contact_ratio",
    "step_time_s",
    "stride_time_cv_pct",
    "stride_length_cv_pct",
}
WHOLE = {
    "gait_speed_m_s",
    "cadence_spm",
    "double_support_ratio",
    "step_time_asymmetry_ratio",
    "stance_time_asymmetry_ratio",
    "swing_time_asymmetry_ratio",
}


def _value(result: measure.GaitResult, name: str, side: Side = Side.NONE) -> measure.Reading:
    return next(r for r in result.readings if r.measure == name and r.side is side)


def test_every_planned_stride_is_found_and_no_other() -> None:
    made = walk()
    result = measure.gait(read_walk(made))
    assert len(result.strides) == len(made.strides)
    assert result.n_strides_missing == 0
    for stride in result.strides:
        truth = min(
            (t for t in made.strides if t.side == stride.side.value),
            key=lambda t: abs(t.foot_strike_s - stride.foot_strike_s),
        )
        assert stride.foot_strike_s == pytest.approx(truth.foot_strike_s, abs=0.02)
        assert stride.foot_off_s == pytest.approx(truth.foot_off_s, abs=0.02)
        assert stride.next_foot_strike_s == pytest.approx(truth.next_foot_strike_s, abs=0.02)
        assert stride.stride_length_m == pytest.approx(truth.stride_length_m, abs=0.08)


def test_readings_are_complete_and_within_their_own_error_of_the_truth() -> None:
    result = measure.gait(read_walk(walk()))
    assert {r.measure for r in result.readings if r.side is Side.LEFT} == SIDED
    assert {r.measure for r in result.readings if r.side is Side.RIGHT} == SIDED
    assert {r.measure for r in result.readings if r.side is Side.NONE} == WHOLE
    for reading, truth in (
        (_value(result, "stride_length_m", Side.LEFT), 1.25),
        (_value(result, "stride_time_s", Side.RIGHT), 1.1),
        (_value(result, "gait_speed_m_s"), 1.25 / 1.1),
        (_value(result, "cadence_spm"), 120 / 1.1),
        (_value(result, "strike_angle_deg", Side.LEFT), 20.0),
        (_value(result, "step_time_asymmetry_ratio"), 1.0),
    ):
        assert abs(reading.value - truth) < 2.5 * reading.error, reading
        assert reading.error > 0


def test_limp_shows_as_step_time_asymmetry() -> None:
    made = walk(seed=2, asymmetry_ratio=1.3)
    assert _value(measure.gait(read_walk(made)), "step_time_asymmetry_ratio").value == pytest.approx(
        1.3, abs=0.04
    )


def test_turns_are_kept_apart_from_steady_walking() -> None:
    result = measure.gait(read_walk(walk()))
    turning = [s for s in result.strides if s.is_turn]
    assert 2 <= len(turning) <= 10
    steady = [s for s in result.strides if s.side is Side.LEFT and not s.is_turn and not s.is_first_or_last]
    assert _value(result, "stride_length_m", Side.LEFT).n_trials == len(steady)


def test_pause_divides_the_walk_into_bouts() -> None:
    result = measure.gait(read_walk(walk(pause_s=5.0)))
    assert len(result.bouts) == 2
    assert {s.bout for s in result.strides} == {1, 2}
    assert all(s.stance_time_s < 2.5 for s in result.strides)


def test_sensor_turned_on_the_shoe_is_noticed_and_recalibrated() -> None:
    made = fictional_walk(5, pause_s=6.0, is_remounted=True)
    result = measure.gait(read_walk(made))
    assert "sensor_turned" in _value(result, "stride_length_m", Side.LEFT).quality
    assert _value(result, "strike_angle_deg", Side.LEFT).value == pytest.approx(20.0, abs=2.0)


def test_one_foot_is_enough_and_says_so() -> None:
    result = measure.gait([read_one(walk().left)])
    assert "one_foot" in _value(result, "gait_speed_m_s").quality
    assert not [r for r in result.readings if r.measure == "step_time_asymmetry_ratio"]


def test_swapped_feet_are_suspected_from_the_turn() -> None:
    made = walk()
    files = [("right_instep.csv", csv_of(made.left)), ("left_instep.csv", csv_of(made.right))]
    assert "feet_swapped" in measure.gait(measure.read(files)).recording.sensors[0].flags
    assert "feet_swapped" not in measure.gait(read_walk(made)).recording.sensors[0].flags


def _without(recording: measure.Recording, start_s: float, stop_s: float) -> measure.Recording:
    keep = (recording.time_s < start_s) | (recording.time_s >= stop_s)
    return replace(
        recording,
        time_s=recording.time_s[keep],
        acc_m_s2=recording.acc_m_s2[keep],
        gyr_rad_s=recording.gyr_rad_s[keep],
    )


def test_stride_in_a_long_gap_is_refused_and_counted_as_missing() -> None:
    made = walk()
    target = made.strides[4]
    hurt = _without(read_one(made.left), target.foot_off_s + 0.05, target.foot_off_s + 0.3)
    result = measure.gait([hurt])
    assert result.n_strides_missing >= 1
    assert any("missing" in refused.reason for refused in result.refused)
    assert not any(
        s.foot_off_s < target.foot_off_s + 0.1
        and s.next_foot_strike_s > target.foot_off_s + 0.2
        and s.stride_time_s < 1.5
        for s in result.strides
    )


def test_short_gap_is_bridged_and_flagged_on_its_stride() -> None:
    made = walk()
    target = made.strides[4]
    hurt = _without(read_one(made.left), target.foot_off_s + 0.1, target.foot_off_s + 0.16)
    result = measure.gait([hurt])
    assert len(result.strides) == len([s for s in made.strides if s.side == "left"])
    assert any("bridged_gap" in s.quality for s in result.strides)


def test_standing_still_and_lunging_are_not_walking() -> None:
    recording = read_one(walk().left)
    still = replace(
        recording,
        time_s=np.arange(1000) / 100.0,
        acc_m_s2=np.tile([0.0, 0.0, 9.81], (1000, 1)) + np.random.default_rng(1).normal(0, 0.03, (1000, 3)),
        gyr_rad_s=np.random.default_rng(2).normal(0, 0.005, (1000, 3)),
    )
    with pytest.raises(SignalError, match="no step of a foot"):
        measure.gait([still])
    with pytest.raises(SignalError, match="sensor on a foot"):
        measure.gait([read_lunge(lunges())])


def test_twenty_five_hertz_and_three_seconds_are_refused_with_the_mend() -> None:
    slow = fictional_walk(1, rate_hz=25.0)
    with pytest.raises(SignalError, match="too few to place"):
        measure.gait([read_one(slow.left)])
    with pytest.raises(SignalError, match="too short"):
        measure.gait([_without(read_one(walk().left), 2.5, 100.0)])


def test_sixty_hertz_is_used_with_a_flag() -> None:
    result = measure.gait([read_one(fictional_walk(1, rate_hz=60.0).left)])
    assert "low_rate" in _value(result, "stride_time_s", Side.LEFT).quality


def test_two_recordings_must_be_a_left_and_a_right() -> None:
    left = read_one(walk().left)
    with pytest.raises(SignalError, match="same side"):
        measure.gait([left, left])
    with pytest.raises(SignalError, match="no recording"):
        measure.gait([])


def test_result_is_json_of_the_published_schema_and_curves_stay_out() -> None:
    result = measure.gait(read_walk(walk()))
    plain = measure.to_plain(result)
    jsonschema.validate(msgspec.json.decode(msgspec.json.encode(plain)), measure.schema())
    assert "curves" not in plain
    assert {"recording", "readings", "strides", "refused"} <= plain.keys()
    assert {"measure", "side", "value", "unit", "error", "quality", "method"} <= plain["readings"][0].keys()
    with_curves = measure.to_plain(result, curves=True)
    jsonschema.validate(msgspec.json.decode(msgspec.json.encode(with_curves)), measure.schema())
    pitch = next(c for c in result.curves if c.name == "foot_pitch_deg")
    assert len(pitch.x) == len(pitch.mean) == len(pitch.sd) == 101


@pytest.mark.recordings
def test_real_walk_of_a_stranger_is_found_whole() -> None:
    from tests.support.leaving_out import recordings_path

    folder = recordings_path() / "foot-imu-ipol"
    result = measure.gait(measure.read([], left=folder / "3-2_lf.txt", right=folder / "3-2_rf.txt"))
    # 19 and 20 labelled swings make 18 and 19 strides
    assert len(result.strides) == 37
    # ten metres there and back
    assert result.bouts[0].distance_m == pytest.approx(20.0, abs=1.5)
    assert result.recording.sensors[0].sources.rate == "header"


def test_flat_contact_is_flagged_and_its_times_trusted_less() -> None:
    flat = measure.gait(read_walk(fictional_walk(6, strike_angle_deg=(1.0, 20.0))))
    left, right = _value(flat, "stance_time_s", Side.LEFT), _value(flat, "stance_time_s", Side.RIGHT)
    assert "flat_or_toe_contact" in left.quality
    assert "flat_or_toe_contact" not in right.quality
    assert left.error > right.error
    assert left.value == pytest.approx(right.value, abs=0.04)


@pytest.mark.recordings
def test_real_toe_first_walker_is_timed_within_a_few_milliseconds_of_spread() -> None:
    from validation.gait_markers import border_strikes

    figures = {figure.key: figure.value for figure in border_strikes()}
    assert figures["borders.recall"] == 1.0
    assert figures["borders.strike_sd_ms"] < 15.0


def test_the_same_recording_for_both_feet_is_refused() -> None:
    left, _ = read_walk(walk())
    twin = replace(left, info=replace(left.info, side=Side.RIGHT, file="copy.csv"))
    with pytest.raises(SignalError, match="both files hold the same samples"):
        measure.gait([left, twin])


def test_a_foot_that_moves_on_without_turning_is_refused() -> None:
    samples = walk().left
    slow = csv_of(replace(samples, gyr_rad_s=np.radians(samples.gyr_rad_s)))
    for body in (slow, csv_of(samples).replace(b"rad_s", b"deg_s")):
        with pytest.raises(SignalError, match="degrees a second at most"):
            measure.TESTS["gait"](measure.open_files([("left_instep.csv", body)]))
