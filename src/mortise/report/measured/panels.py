"""The charts of a result: signals with their events, curves over a repetition, trial by trial."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec.structs import replace

from mortise.measure.results import Curve, GaitResult, LungeResult, MeasureResult
from mortise.report.chart.inputs import Heading
from mortise.report.chart.lines import Hole, Line, Lines, Moment, Piece, UsualBand
from mortise.report.measured._words import curve_words, plain, plural
from mortise.terms import Side

_AXES = {"s": "seconds from the first sample", "pct": "% of the stride", "pct_stance": "% of the stance"}
_MOST_PANELS = 16


def panels_of(
    result: MeasureResult,
    *,
    treated: Side = Side.NONE,
    baseline: MeasureResult | None = None,
    baseline_words: str = "baseline",
    usual: Mapping[str, UsualBand] | None = None,
) -> tuple[Lines, ...]:
    """Return the charts of a result, signals first.

    Parameters
    ----------
    result
        What a test returned, with its curves and events.
    treated
        Side that takes the treated hue; with none, the left does.
    baseline
        An earlier result of the same test; its curves are drawn dotted.
    baseline_words
        What the key calls it.
    usual
        Curve name to the band that is usual, with its source in words; nothing is drawn for other curves.

    Returns
    -------
    tuple of Lines
        One chart for each curve name, left and right together; a chart of events alone when no signal was kept.
    """
    grouped: dict[tuple[str, str, str], list[Curve]] = {}
    for curve in result.curves:
        grouped.setdefault((curve.name, curve.x_unit, curve.unit), []).append(curve)
    earlier: dict[str, list[Curve]] = {}
    for curve in baseline.curves if baseline is not None else ():
        if curve.x_unit != "s":
            earlier.setdefault(curve.name, []).append(curve)
    in_order = sorted(grouped, key=lambda key: key[1] != "s")
    charts = [
        _panel(
            result,
            key,
            grouped[key],
            treated,
            earlier.get(key[0], []),
            baseline_words,
            (usual or {}).get(key[0]),
        )
        for key in in_order[:_MOST_PANELS]
    ]
    if not any(key[1] == "s" for key in in_order) and (result.events or _pieces(result, treated)):
        charts.insert(0, _timeline(result, treated))
    return tuple(charts)


def _is_treated(side: Side, treated: Side) -> bool:
    return side is treated if treated is not Side.NONE else side is not Side.RIGHT


def _panel(
    result: MeasureResult,
    key: tuple[str, str, str],
    curves: list[Curve],
    treated: Side,
    earlier: list[Curve],
    baseline_words: str,
    usual: UsualBand | None,
) -> Lines:
    name, x_unit, unit = key
    title, about = curve_words(name, unit)
    in_time = x_unit == "s"
    lines = [_line(curve, treated, is_baseline=False, words=_side_words(curve)) for curve in curves]
    if len(curves) > 1 and all(curve.side is Side.NONE for curve in curves):
        lines = [replace(each, words=f"channel {i + 1}", is_treated=i == 0) for i, each in enumerate(lines)]
    lines += [
        _line(
            curve,
            treated,
            is_baseline=True,
            words=f"{curve.side.value} {baseline_words}".removeprefix("none "),
        )
        for curve in earlier
    ]
    has_spread = any(curve.sd for curve in curves)
    return Lines(
        heading=Heading(
            title=title,
            about=f"{about}; the band is one standard deviation between repetitions" if has_spread else about,
            finding=_finding(title, curves, in_time),
            id_prefix="p-" + "".join(c if c.isalnum() else "-" for c in f"{name}-{x_unit}"),
        ),
        x_words=_AXES.get(x_unit, plain(x_unit, "")),
        unit=unit,
        is_wide=in_time,
        lines=tuple(lines),
        moments=_moments(result, treated) if in_time else (),
        pieces=_pieces(result, treated) if in_time else (),
        holes=_holes(result) if in_time else (),
        usual=usual,
    )


def _side_words(curve: Curve) -> str:
    side = "" if curve.side is Side.NONE else curve.side.value
    many = f"mean of {curve.n_trials}" if curve.n_trials > 1 else ""
    return ", ".join(part for part in (side, many) if part) or "recorded"


def _finding(title: str, curves: list[Curve], in_time: bool) -> str:
    """Say what the picture shows, for who cannot see it."""
    parts = []
    for curve in curves:
        known = [value for value in curve.mean if math.isfinite(value)]
        if known:
            side = "" if curve.side is Side.NONE else f"{curve.side.value} "
            parts.append(f"{side}from {min(known):.1f} to {max(known):.1f}")
    over = "over time" if in_time else "over one repetition"
    return f"{title} {over}: {'; '.join(parts) or 'no value'}. The numbers are in the table."


def _line(curve: Curve, treated: Side, *, is_baseline: bool, words: str) -> Line:
    return Line(
        side=curve.side,
        is_treated=_is_treated(curve.side, treated),
        x=curve.x,
        y=curve.mean,
        spread=curve.sd,
        is_baseline=is_baseline,
        words=words,
    )


def _moments(result: MeasureResult, treated: Side) -> tuple[Moment, ...]:
    return tuple(
        Moment(event.time_s, event.name.replace("_", " "), event.side, _is_treated(event.side, treated))
        for event in result.events
    )


def _pieces(result: MeasureResult, treated: Side) -> tuple[Piece, ...]:
    """Return trials as blocks; of a walk the stances."""
    if isinstance(result, GaitResult):
        return tuple(
            Piece(
                one.foot_strike_s,
                one.foot_off_s,
                "",
                one.side,
                _is_treated(one.side, treated),
                not (one.is_turn or one.is_first_or_last or one.quality),
            )
            for one in result.strides
            if one.foot_off_s is not None
        )
    return tuple(
        Piece(
            one.start_s, one.end_s, str(one.number), one.side, _is_treated(one.side, treated), one.is_counted
        )
        for one in result.trials
    )


def _holes(result: MeasureResult) -> tuple[Hole, ...]:
    found = [
        Hole(one.start_s, one.end_s, f"{one.what}: {one.reason}")
        for one in result.refused
        if one.start_s is not None and one.end_s is not None
    ]
    for sensor in result.recording.sensors:
        found += [
            Hole(gap.start_s, gap.end_s, f"{plural(gap.n_missing, 'sample')} missing")
            for gap in sensor.gaps
            if not gap.is_bridged
        ]
    return tuple(found)


def _timeline(result: MeasureResult, treated: Side) -> Lines:
    """Return the events and trials on their own when no signal was kept."""
    what = (
        "stances"
        if isinstance(result, GaitResult)
        else "lunges"
        if isinstance(result, LungeResult)
        else "trials"
    )
    return Lines(
        heading=Heading(
            title="Events in time",
            about=f"events and {what}; hollow blocks do not count",
            finding=f"{plural(len(result.events), 'event')} over {result.recording.duration_s:.1f} seconds.",
            id_prefix="p-timeline",
        ),
        x_words=_AXES["s"],
        unit="",
        moments=_moments(result, treated),
        pieces=_pieces(result, treated),
        holes=_holes(result),
    )
