"""Each stride of a walk: its length against its time; strides of a turn are small and count for nothing."""

from __future__ import annotations

from statistics import median

from mortise.report.chart._figure import Canvas, Key, Table, chart_figure, is_treated_side, side_word
from mortise.report.chart._scale import Scale, rounded_range, tick_decimals, value_ticks
from mortise.report.chart._svg import Box, circle, is_known, line, path, text
from mortise.report.chart.inputs import Stride, Strides
from mortise.report.words import number, plural, with_unit
from mortise.terms import Side

_BOX = Box(42, 16, 358, 216)


def _known(strides: tuple[Stride, ...]) -> list[tuple[Stride, float, float]]:
    """Return the strides with both numbers: stride, time, length."""
    return [
        (stride, stride.stride_time_s, stride.stride_length_m)
        for stride in strides
        if stride.stride_time_s is not None
        and stride.stride_length_m is not None
        and is_known(stride.stride_time_s)
        and is_known(stride.stride_length_m)
    ]


def _axes(x: Scale, y: Scale, x_ticks: list[float], y_ticks: list[float]) -> str:
    parts = [path([(_BOX.left, _BOX.top), (_BOX.left, _BOX.bottom), (_BOX.right, _BOX.bottom)], "c-axis")]
    for tick in x_ticks:
        parts.append(line(x(tick), _BOX.bottom, x(tick), _BOX.bottom + 4, "c-axis"))
        parts.append(text(x(tick), _BOX.bottom + 17, number(tick, 10.0 ** -tick_decimals(x_ticks)), "c-mid"))
    for tick in y_ticks:
        parts.append(line(_BOX.left - 4, y(tick), _BOX.left, y(tick), "c-axis"))
        parts.append(text(_BOX.left - 8, y(tick) + 4, number(tick, 10.0 ** -tick_decimals(y_ticks)), "c-end"))
    parts.append(text(_BOX.right, _BOX.bottom + 32, "stride time, s", "c-end"))
    parts.append(text(_BOX.left + 6, _BOX.top - 3, "stride length, m"))
    return "".join(parts)


def _dot(stride: Stride, x: float, y: float, treated: bool) -> str:
    if stride.is_turn:
        return circle(x, y, 2.6, "c-own-open" if treated else "c-other-dot")
    return circle(x, y, 3.8, "c-own-dot" if treated else "c-other-dot")


def _summary(chart: Strides) -> Table:
    rows = []
    for side in (Side.LEFT, Side.RIGHT, Side.NONE):
        used = [
            (time, length)
            for stride, time, length in _known(chart.strides)
            if stride.side is side and not stride.is_turn
        ]
        if used:
            times, lengths = [time for time, _ in used], [length for _, length in used]
            time, length = number(median(times), 0.01), number(median(lengths), 0.01)
            rows.append((side_word(side), str(len(used)), with_unit(time, "s"), with_unit(length, "m")))
    return Table(
        "Middle stride of each side, turns left out",
        ("Side", "Strides", "Stride time", "Stride length"),
        rows,
    )


def _table(chart: Strides) -> Table:
    rows = [
        (
            f"{side_word(stride.side)}, {number(stride.foot_strike_s, 0.1)} s",
            with_unit(number(stride.stride_time_s, 0.01), "s"),
            with_unit(number(stride.stride_length_m, 0.01), "m"),
            "turn, not counted" if stride.is_turn else "counted",
        )
        for stride in sorted(chart.strides, key=lambda stride: stride.foot_strike_s)
    ]
    return Table("Every stride, by its foot strike", ("Stride", "Time", "Length", "Use"), rows, n_words=1)


def stride_chart(chart: Strides) -> str:
    """Draw each stride's length against its time.

    Parameters
    ----------
    chart : Strides
        Seconds and metres; a stride that lacks one of them is counted in words and kept in the table.

    Returns
    -------
    str
        A whole `<figure class="chart">`, 372 units wide; the middle stride of each side and every stride in tables.
    """
    known = _known(chart.strides)
    x_ends = rounded_range([time for _, time, _ in known], at_least=0.1, n_ticks=4)
    y_ends = rounded_range([length for _, _, length in known], at_least=0.1, n_ticks=4)
    x, y = Scale(*x_ends, _BOX.left + 10, _BOX.right - 10), Scale(*y_ends, _BOX.bottom - 10, _BOX.top + 10)
    parts = [_axes(x, y, value_ticks(*x_ends, 4), value_ticks(*y_ends, 4))] if known else []
    drawn = sorted(
        known, key=lambda item: (not item[0].is_turn, is_treated_side(item[0].side, chart.treated))
    )
    parts += [
        _dot(stride, x(time), y(length), is_treated_side(stride.side, chart.treated))
        for stride, time, length in drawn
    ]
    if not known:
        parts.append(text((_BOX.left + _BOX.right) / 2, 116, "No stride could be used", "c-mid"))
    sides = [
        side for side in (Side.LEFT, Side.RIGHT, Side.NONE) if any(one.side is side for one in chart.strides)
    ]
    keys = []
    for side in sides:
        css = "c-own-dot" if is_treated_side(side, chart.treated) else "c-other-dot"
        keys.append(Key(circle(14, 7, 3.8, css), f"{side_word(side).lower()}, one stride"))
    n_turns = sum(stride.is_turn for stride in chart.strides)
    if n_turns:
        keys.append(
            Key(
                circle(10, 7, 2.6, "c-own-open") + circle(19, 7, 2.6, "c-other-dot"), "in a turn, not counted"
            )
        )
    n_lost = len(chart.strides) - len(known)
    notes = (
        [f"{plural(n_lost, 'stride')} without a length or a time: in the table, not in the picture."]
        if n_lost
        else []
    )
    canvas = Canvas(372, 256, "".join(parts))
    return chart_figure(
        chart.heading, canvas, keys=keys, tables=[_summary(chart), _table(chart)], notes=notes
    )
