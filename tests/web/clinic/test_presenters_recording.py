"""A recording's report shows the numbers of `measure` with their error, and says what was refused and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mortise.measure.recording import Clipping, Gap, RecordingInfo, Sources
from mortise.measure.results import (
    Curve,
    GaitResult,
    LungeResult,
    LungeTrial,
    Reading,
    RecordingSet,
    Refused,
    Stride,
)
from mortise.report.chart import curve_chart, signal_chart
from mortise.terms import Better, Measure, Setting, Side
from mortise.web.clinic.presenters_recording import report_of, sensor_of
from mortise.web.clinic.presenters_recording_charts import (
    curve_inputs,
    signal_input,
    strides_input,
    trials_input,
)


def an_info(**over: Any) -> RecordingInfo:
    fields: dict[str, Any] = {
        "file": "left.csv", "sha256": "0" * 64, "format": "table", "side": Side.LEFT, "placement": "instep",
        "rate_hz": 100.0, "n_samples": 6000, "duration_s": 60.0, "sources": Sources(side="given", rate="header"),
    }  # fmt: skip
    return RecordingInfo(**(fields | over))


def a_stride(side: Side = Side.LEFT, at: float = 1.0, **over: Any) -> Stride:
    fields: dict[str, Any] = {
        "side": side, "bout": 1, "foot_strike_s": at, "foot_off_s": at + 0.62, "next_foot_strike_s": at + 1.0,
        "stride_length_m": 1.32, "stride_time_s": 1.0, "stance_time_s": 0.62, "swing_time_s": 0.38,
        "strike_angle_deg": 18.2, "toe_off_angle_deg": -61.0, "clearance_cm": None, "sensor_lift_cm": 12.0,
        "speed_m_s": 1.32, "turn_deg": 1.0, "is_turn": False, "is_first_or_last": False,
    }  # fmt: skip
    return Stride(
        **{name: value for name, value in (fields | over).items() if name in Stride.__struct_fields__}
    )


def a_reading(
    measure: str = "stride_length_m",
    side: Side = Side.LEFT,
    value: float = 1.32,
    error: float = 0.02,
    **over: Any,
) -> Reading:
    return Reading(measure=measure, side=side, value=value, unit="m", error=error, **over)


def a_walk(**over: Any) -> GaitResult:
    fields: dict[str, Any] = {
        "recording": RecordingSet(sensors=(an_info(),), duration_s=60.0),
        "readings": (a_reading(), a_reading(side=Side.RIGHT, value=1.30)),
        "strides": (a_stride(), a_stride(at=2.0, is_turn=True), a_stride(Side.RIGHT, 1.5)),
    }  # fmt: skip
    return GaitResult(**(fields | over))


STRIDE_LENGTH = Measure(
    id="stride_length_m", label="Stride length", unit="m", low=Decimal(0), high=Decimal(3),
    resolution=Decimal("0.01"), better=Better.UP, setting=Setting.EITHER, is_sided=True, domain="gait", fresh_days=14,
)  # fmt: skip
MEASURES = {"stride_length_m": STRIDE_LENGTH}


def test_both_sides_of_a_measure_stand_in_one_row_with_their_difference_and_its_error() -> None:
    (row,) = report_of(a_walk(), MEASURES, Side.LEFT).readings
    assert row.label == "Stride length"
    assert row.left is not None
    assert row.left.words == "1.32 ± 0.04"
    assert row.left.key == "stride_length_m:left"
    assert row.difference == "+0.02 ± 0.06"
    assert row.verdict == "Within error"


def test_difference_larger_than_its_error_is_said_to_be() -> None:
    walk = a_walk(readings=(a_reading(value=1.32), a_reading(side=Side.RIGHT, value=1.10)))
    (row,) = report_of(walk, MEASURES, Side.LEFT).readings
    assert row.is_beyond
    assert row.verdict == "Beyond error"


def test_strides_left_out_say_why() -> None:
    report = report_of(a_walk(), MEASURES, Side.LEFT)
    assert [stride.use for stride in report.strides] == ["used", "turn, left out", "used"]
    assert report.title == "Walk read: 1 left and 1 right strides used."
    assert report.strides[0].clearance == "not known"


def test_refused_stretch_keeps_its_row_with_the_mend() -> None:
    refused = Refused(
        what="stride_length", reason="Sensor at its limit.", start_s=31.2, end_s=36.6, mend="Use ±16 g."
    )
    (row,) = report_of(a_walk(refused=(refused,)), MEASURES, Side.LEFT).refused
    assert (row.when, row.side, row.mend) == ("31.2 to 36.6 s", "both", "Use ±16 g.")


def test_sensor_says_which_source_won_and_what_is_missing() -> None:
    sensor = sensor_of(
        an_info(
            gaps=(Gap(start_s=1, end_s=2, n_missing=12, is_bridged=False),),
            clipping=(Clipping(channel="acc", limit=16.0, unit="g", n_samples=9),),
        )
    )
    assert (sensor.side, sensor.side_source) == ("left", "as you said")
    assert sensor.rate_source == "from the file's header"
    assert "12 samples missing in 1 gap" in sensor.remarks
    assert any("limit of 16 g" in remark for remark in sensor.remarks)


def test_walk_without_readings_says_that_it_made_no_number() -> None:
    assert (
        report_of(a_walk(readings=(), strides=()), MEASURES, Side.LEFT).title
        == "This recording made no number."
    )


def test_curves_are_grouped_by_name_and_traces_drawn_in_time() -> None:
    stride_curve = {
        "name": "foot_pitch",
        "x_unit": "pct",
        "unit": "deg",
        "x": (0.0, 50.0, 100.0),
        "n_trials": 3,
    }
    walk = a_walk(
        curves=(
            Curve(side=Side.LEFT, mean=(1.0, float("nan"), 3.0), sd=(0.1, 0.1, 0.1), **stride_curve),
            Curve(side=Side.RIGHT, mean=(1.0, 2.0, 3.0), sd=(0.1, 0.1, 0.1), **stride_curve),
            Curve(
                name="foot_pitch",
                side=Side.LEFT,
                x_unit="s",
                unit="deg",
                x=(0.0, 0.5, 1.0),
                mean=(0.0, 1.0, 0.0),
            ),
        )
    )
    (chart,) = curve_inputs(walk, Side.RIGHT)
    assert [curve.is_treated for curve in chart.curves] == [False, True]
    assert chart.curves[0].mean == (1.0, None, 3.0)
    assert chart.curves[0].foot_off_pct == 62.0
    signal = signal_input(walk, Side.RIGHT)
    assert signal is not None
    assert signal.traces[0].rate_hz == 2.0
    assert [event.is_used for event in signal.events] == [True, False, True]


def test_walk_without_curves_draws_none() -> None:
    assert curve_inputs(a_walk(), Side.LEFT) == ()
    assert signal_input(a_walk(), Side.LEFT) is None


def test_stride_chart_tells_strides_of_a_turn() -> None:
    chart = strides_input(a_walk(), Side.LEFT)
    assert chart is not None
    assert [stride.is_turn for stride in chart.strides] == [False, True, False]
    assert strides_input(a_walk(strides=()), Side.LEFT) is None


def test_lunge_shows_each_trial_and_why_one_does_not_count() -> None:
    trial = LungeTrial(
        number=1, side=Side.LEFT, start_s=1, peak_s=3, end_s=5, hold_s=1.2, lunge_angle_deg=38.4, out_of_plane_deg=3,
        return_error_deg=1, is_counted=False, quality=("heel_lifted",),
    )  # fmt: skip
    reading = Reading(measure="lunge_angle_deg", side=Side.LEFT, value=38.4, unit="deg", error=1.5)
    lunge = LungeResult(
        recording=RecordingSet(sensors=(an_info(placement="shank"),), duration_s=30.0),
        readings=(reading,),
        trials=(trial,),
    )
    report = report_of(lunge, {}, Side.LEFT)
    assert report.title == "Do not rely on this: none of 1 trial counts."
    assert report.trust == "no"
    assert report.lead.startswith("Shin angle at the limit left 38 ± 3°")
    assert report.trials[0].use == "the heel came up"
    assert report.trials[0].pinch == "none marked"
    chart = trials_input(lunge, Side.LEFT)
    assert chart is not None
    assert chart.results[0].error == 1.5 * 1.96


def test_lunge_signal_marks_each_trial_and_hatches_the_refused_one_with_its_reason() -> None:
    trials = tuple(
        LungeTrial(
            number=n, side=Side.LEFT, start_s=at, peak_s=at + 1, end_s=at + 3, hold_s=1.2, lunge_angle_deg=38.4,
            out_of_plane_deg=3, return_error_deg=1, is_counted=n == 1, quality=() if n == 1 else ("no_hold",),
        )
        for n, at in ((1, 1.0), (2, 6.0))
    )  # fmt: skip
    trace = Curve(
        name="lunge_angle_trace_deg", side=Side.LEFT, x_unit="s", unit="deg",
        x=tuple(float(n) for n in range(11)), mean=(0.0, 20.0, 38.0, 20.0, 0.0, 0.0, 20.0, 38.0, 20.0, 0.0, 0.0),
    )  # fmt: skip
    lunge = LungeResult(
        recording=RecordingSet(sensors=(an_info(placement="shank"),), duration_s=10.0),
        readings=(),
        trials=trials,
        curves=(trace,),
    )
    signal = signal_input(lunge, Side.LEFT)
    assert signal is not None
    assert [(one.n, one.is_used, one.words) for one in signal.trials] == [
        (1, True, ""),
        (2, False, "not held"),
    ]
    drawn = signal_chart(signal)
    assert "6.0 to 9.0" in drawn
    assert "not used: trial 2: not held" in drawn
    assert drawn.count("c-refused") == 2, "the stretch and its key"
    assert "Trials, from the first sample" in drawn
    assert "No stride was found" not in drawn


def test_change_since_the_baseline_carries_the_error_of_both_recordings() -> None:
    before = a_walk(readings=(a_reading(value=1.10), a_reading(side=Side.RIGHT, value=1.31)))
    (row,) = report_of(a_walk(), MEASURES, Side.LEFT, before).readings
    assert [(one.side, one.words, one.verdict) for one in row.changes] == [
        ("left", "+0.22 ± 0.06", "Beyond error"),
        ("right", "−0.01 ± 0.06", "Within error"),
    ]
    assert report_of(a_walk(), MEASURES, Side.LEFT).readings[0].changes == ()


def test_number_of_another_method_is_not_compared() -> None:
    before = a_walk(readings=(a_reading(value=1.10, method="other"),))
    (row,) = report_of(a_walk(), MEASURES, Side.LEFT, before).readings
    assert [(one.words, one.verdict) for one in row.changes] == [("measured by another method", "")]


def test_curves_of_the_baseline_are_dotted_under_their_day() -> None:
    curve = Curve(
        name="foot_pitch", side=Side.LEFT, x_unit="pct", unit="deg", x=(0.0, 50.0, 100.0), n_trials=3,
        mean=(1.0, 2.0, 3.0), sd=(0.1, 0.1, 0.1),
    )  # fmt: skip
    walk = a_walk(curves=(curve,))
    (chart,) = curve_inputs(walk, Side.LEFT, walk, "6 October")
    assert [(one.is_baseline, one.words) for one in chart.curves] == [
        (False, ""),
        (True, "left on 6 October"),
    ]
    assert "c-own--base" in curve_chart(chart)
