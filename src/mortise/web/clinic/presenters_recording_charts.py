"""A recording as charts: the signal with its events, curves over the stride, strides, lunge trials."""

from __future__ import annotations

import math
from collections.abc import Iterable

from mortise.measure.flags import flag_words
from mortise.measure.results import Curve as MeasuredCurve
from mortise.measure.results import GaitResult, LungeResult, MeasureResult
from mortise.report.chart import inputs
from mortise.report.words import plural
from mortise.terms import Side
from mortise.units import SYMBOLS
from mortise.web.clinic.presenters_recording import is_used
from mortise.web.clinic.presenters_words import Z_95

# What `measure` names a curve, and how it is read: title, and which way is up.
CURVE_WORDS = {
    "foot_pitch": ("Foot to the floor", "toes up is positive, degrees"),
    "shin_angle": ("Shin angle", "forward lean is positive, degrees"),
    "lunge_angle": ("Shin angle", "forward lean is positive, degrees"),
    "foot_height": ("Foot above the floor", "centimetres"),
}


def _curve_words(name: str, unit: str) -> tuple[str, str]:
    plain = name.removesuffix(f"_{unit}").removesuffix("_trace")
    return CURVE_WORDS.get(plain, (flag_words(plain).capitalize(), SYMBOLS.get(unit, unit)))


def curve_inputs(
    result: MeasureResult, involved: Side, before: MeasureResult | None = None, before_words: str = ""
) -> tuple[inputs.Curves, ...]:
    """Return one chart for each angle that was averaged over the stride, left and right together.

    The same angle of the recording `before` is drawn dotted under the words `before_words`, its day.
    """
    earlier = _earlier_curves(before, involved, before_words) if before is not None else {}
    grouped: dict[str, list[MeasuredCurve]] = {}
    for curve in result.curves:
        if curve.sd and curve.x_unit != "s":
            grouped.setdefault(curve.name, []).append(curve)
    return tuple(
        _curves(name, curves, involved, result, earlier.get(name, ())) for name, curves in grouped.items()
    )


def _earlier_curves(before: MeasureResult, involved: Side, words: str) -> dict[str, tuple[inputs.Curve, ...]]:
    found: dict[str, tuple[inputs.Curve, ...]] = {}
    for curve in before.curves:
        if curve.sd and curve.x_unit != "s":
            drawn = inputs.Curve(
                side=curve.side, is_treated=curve.side is involved, mean=_gaps(curve.mean), is_baseline=True,
                words=f"{curve.side.value} on {words}",
            )  # fmt: skip
            found[curve.name] = (*found.get(curve.name, ()), drawn)
    return found


def _curves(
    name: str,
    curves: Iterable[MeasuredCurve],
    involved: Side,
    result: MeasureResult,
    earlier: tuple[inputs.Curve, ...] = (),
) -> inputs.Curves:
    curves = tuple(curves)
    title, about = _curve_words(name, curves[0].unit)
    sides = " and ".join(f"{curve.side.value} ({plural(curve.n_trials, 'stride')})" for curve in curves)
    return inputs.Curves(
        heading=inputs.Heading(
            title=title,
            about=f"{about}; band is one stride-to-stride standard deviation",
            finding=f"{title} over the stride, {sides}; the numbers are in the table below.",
            id_prefix=f"curve-{name.replace('_', '-')}",
        ),
        unit=curves[0].unit,
        curves=tuple(
            inputs.Curve(
                side=curve.side,
                is_treated=curve.side is involved,
                mean=_gaps(curve.mean),
                spread=_gaps(curve.sd),
                foot_off_pct=_foot_off_pct(result, curve.side),
            )
            for curve in curves
        )
        + earlier,
    )


def _gaps(values: Iterable[float]) -> tuple[float | None, ...]:
    return tuple(value if math.isfinite(value) else None for value in values)


def _foot_off_pct(result: MeasureResult, side: Side) -> float | None:
    if not isinstance(result, GaitResult):
        return None
    shares = [
        100 * stride.stance_time_s / stride.stride_time_s
        for stride in result.strides
        if stride.side is side
        and is_used(stride)
        and stride.stance_time_s is not None
        and stride.stride_time_s > 0
    ]
    return sum(shares) / len(shares) if shares else None


def signal_input(result: MeasureResult, involved: Side) -> inputs.Signal | None:
    """Return the recording as traces in time with stances and refused stretches, or None without a trace."""
    traces = [curve for curve in result.curves if curve.x_unit == "s" and len(curve.x) > 1]
    if not traces:
        return None
    unit = traces[0].unit
    name = traces[0].name
    traces = [trace for trace in traces if trace.unit == unit and trace.name == name]
    title, about = _curve_words(name, unit)
    found = "trials" if isinstance(result, LungeResult) else "strides"
    return inputs.Signal(
        heading=inputs.Heading(
            title="What was recorded, and what was refused",
            about=f"{title.lower()}: {about}",
            finding=f"Recording of {result.recording.duration_s:.0f} seconds with its {found}; refused stretches are "
            "named under the chart.",
            id_prefix="signal",
        ),
        duration_s=result.recording.duration_s,
        unit=unit,
        treated=involved,
        traces=tuple(_trace(trace, involved) for trace in traces),
        events=_events(result),
        trials=_trial_marks(result),
        refused=_refused(result),
    )


def _trace(trace: MeasuredCurve, involved: Side) -> inputs.Trace:
    step_s = (trace.x[-1] - trace.x[0]) / (len(trace.x) - 1)
    return inputs.Trace(
        side=trace.side,
        is_treated=trace.side is involved,
        values=_gaps(trace.mean),
        rate_hz=1 / step_s if step_s > 0 else 1.0,
        start_s=trace.x[0],
    )


def _events(result: MeasureResult) -> tuple[inputs.Event, ...]:
    if not isinstance(result, GaitResult):
        return ()
    return tuple(
        inputs.Event(
            stride.side, stride.foot_strike_s, stride.foot_off_s, stride.next_foot_strike_s, is_used(stride)
        )
        for stride in result.strides
    )


def _trial_marks(result: MeasureResult) -> tuple[inputs.TrialMark, ...]:
    if not isinstance(result, LungeResult):
        return ()
    return tuple(
        inputs.TrialMark(
            n=trial.number, side=trial.side, from_s=trial.start_s, peak_s=trial.peak_s, until_s=trial.end_s,
            value=trial.lunge_angle_deg, is_used=trial.is_counted,
            words=", ".join(flag_words(flag) for flag in trial.quality),
        )
        for trial in result.trials
    )  # fmt: skip


def _refused(result: MeasureResult) -> tuple[inputs.Refused, ...]:
    return tuple(
        inputs.Refused(one.start_s, one.end_s, one.reason, one.side)
        for one in result.refused
        if one.start_s is not None and one.end_s is not None
    )


def strides_input(result: GaitResult, involved: Side) -> inputs.Strides | None:
    """Return stride length against stride time, or None without strides."""
    if not result.strides:
        return None
    n_used = sum(is_used(stride) for stride in result.strides)
    return inputs.Strides(
        heading=inputs.Heading(
            title="Every stride",
            about="stride length in metres against stride time in seconds; small marks, in turns, count for nothing",
            finding=f"{n_used} of {plural(len(result.strides), 'stride')} used; each is a row of the table below.",
            id_prefix="strides",
        ),
        treated=involved,
        strides=tuple(
            inputs.Stride(
                stride.side,
                stride.foot_strike_s,
                stride.stride_length_m,
                stride.stride_time_s,
                not is_used(stride),
            )
            for stride in result.strides
        ),
    )


def trials_input(result: LungeResult, involved: Side) -> inputs.Trials | None:
    """Return the lunges of both sides with each side's result, or None without a trial."""
    if not result.trials:
        return None
    results = tuple(
        inputs.SideResult(reading.side, reading.value, reading.error * float(Z_95))
        for reading in result.readings
        if reading.measure == "lunge_angle_deg"
    )
    return inputs.Trials(
        heading=inputs.Heading(
            title="Lunge trials",
            about="shin angle at the limit in degrees, more is better; the line is the result with its 95 % error",
            finding=f"{plural(len(result.trials), 'trial')}, {sum(t.is_counted for t in result.trials)} counted.",
            id_prefix="trials",
        ),
        treated=involved,
        trials=tuple(
            inputs.Trial(
                trial.number,
                trial.side,
                trial.lunge_angle_deg if math.isfinite(trial.lunge_angle_deg) else None,
                trial.is_counted,
                ", ".join(flag_words(flag) for flag in trial.quality),
            )
            for trial in result.trials
        ),
        results=results,
        error_words="95 % error",
    )
