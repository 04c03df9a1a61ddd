"""A recording: its signal, the strides found in it, and what was left out, with the reason in words."""

from __future__ import annotations

import math

from mortise.report.chart._figure import Canvas, Key, Table, chart_figure, is_treated_side, side_word
from mortise.report.chart._scale import Scale, rounded_range, tick_decimals, value_ticks
from mortise.report.chart._svg import Place, circle, is_known, line, path, rect, text, text_width
from mortise.report.chart.inputs import Event, Refused, Signal, Trace
from mortise.report.words import number, plural, with_unit
from mortise.terms import Side

_WIDTH, _LEFT, _RIGHT = 716.0, 58.0, 708.0
_TRACE_HEIGHT, _BLOCK_HEIGHT, _TOP = 84.0, 24.0, 18.0


def columns_of(trace: Trace, x: Scale, y: Scale) -> list[Place | None]:
    """Return a trace as the least and greatest of each column one unit wide, so that a peak is never lost.

    Gaps stay gaps. A trace with fewer than two samples to a column is drawn sample by sample.
    """
    n_columns = max(1, round(abs(x(trace.start_s + len(trace.values) / trace.rate_hz) - x(trace.start_s))))
    size = len(trace.values) / n_columns
    places: list[Place | None] = []
    if size <= 2:
        return [
            None if value is None or not is_known(value) else (x(trace.start_s + i / trace.rate_hz), y(value))
            for i, value in enumerate(trace.values)
        ]
    for column in range(n_columns):
        first, last = math.floor(column * size), math.floor((column + 1) * size)
        known = [
            (value, i)
            for i in range(first, last)
            if (value := trace.values[i]) is not None and math.isfinite(value)
        ]
        if not known:
            places.append(None)
            continue
        ends = sorted({min(known), max(known)}, key=lambda item: item[1])
        places += [(x(trace.start_s + i / trace.rate_hz), y(value)) for value, i in ends]
    return places


def _sides(signal: Signal) -> list[Side]:
    found = {trace.side for trace in signal.traces} | {event.side for event in signal.events}
    found |= {trial.side for trial in signal.trials}
    found |= {refused.side for refused in signal.refused if refused.side is not Side.NONE}
    return [side for side in (Side.LEFT, Side.RIGHT, Side.NONE) if side in found] or [Side.NONE]


def _block(event: Event, x: Scale, top: float, css: str) -> str:
    """One stance as a block; a stride with no foot off known is a thin stroke at its strike."""
    start = x.inside(event.foot_strike_s)
    end = x.inside(event.foot_off_s) if event.foot_off_s is not None else start + 2
    return rect(start, top + 4, max(end - start - 1, 1.5), _BLOCK_HEIGHT - 8, css, rx=2)


def _stretches(signal: Signal) -> list[Refused]:
    """Return what was refused, with the trials that are not used among it."""
    return [
        *signal.refused,
        *(
            Refused(one.from_s, one.until_s, f"trial {one.n}: {one.words or 'not counted'}", one.side)
            for one in signal.trials
            if not one.is_used
        ),
    ]


def _trial_marks(signal: Signal, side: Side, floor: float, x: Scale, y: Scale | None) -> str:
    """Return each trial as a numbered block, with a dot on the trace where its value was read."""
    treated, parts = is_treated_side(side, signal.treated), []
    for one in signal.trials:
        if one.side is not side:
            continue
        start, end = x.inside(one.from_s), x.inside(one.until_s)
        block = "c-st-own" if treated else "c-st-other"
        parts.append(
            rect(
                start,
                floor + 4,
                max(end - start - 1, 1.5),
                _BLOCK_HEIGHT - 8,
                block if one.is_used else "c-bar--none",
                rx=2,
            )
        )
        parts.append(text(start - 5, floor + 16, number(one.n, 1), "c-end"))
        if y is not None and is_known(one.value):
            css = "c-own-dot" if treated else "c-other-dot"
            css = css if one.is_used else "c-own-open" if treated else "c-other-dot"
            parts.append(circle(x.inside(one.peak_s), y.inside(one.value), 4, css))
    return "".join(parts)


def _side_rows(
    signal: Signal, side: Side, top: float, x: Scale, ends: tuple[float, float]
) -> tuple[str, float]:
    """Return one side's trace and blocks, and where its rows end."""
    treated = is_treated_side(side, signal.treated)
    traces = [trace for trace in signal.traces if trace.side is side]
    css = "c-text--own" if treated else "c-text--other"
    parts, floor = [], top
    y: Scale | None = None
    if traces:
        floor = top + _TRACE_HEIGHT
        y = Scale(*ends, floor - 2, top + 4)
        ticks = value_ticks(*ends, 4 if signal.trials else 2)
        for tick in ticks:
            parts.append(line(_LEFT, y(tick), _RIGHT, y(tick), "c-grid"))
            parts.append(text(_LEFT - 6, y(tick) + 4, number(tick, 10.0 ** -tick_decimals(ticks)), "c-end"))
        parts += [
            path(columns_of(trace, x, y), "c-lead" if treated else "c-lead c-lead--o") for trace in traces
        ]
        parts.append(text(_LEFT + 4, top + 12, side_word(side), f"{css} c-halo"))
    else:
        parts.append(text(_LEFT - 8, top + 16, side_word(side), f"{css} c-end"))
    block = "c-st-own" if treated else "c-st-other"
    parts += [
        _block(event, x, floor, block if event.is_used else "c-bar--none")
        for event in signal.events
        if event.side is side
    ]
    parts.append(_trial_marks(signal, side, floor, x, y))
    return "".join(parts), floor + _BLOCK_HEIGHT


def _left_out(signal: Signal, side: Side, top: float, floor: float, x: Scale) -> str:
    """Return the stretches of one side that made no number: hatched when refused, grey when left out by design."""
    parts = []
    for refused in _stretches(signal):
        if refused.side not in (side, Side.NONE):
            continue
        x0, x1 = x.inside(refused.from_s), x.inside(refused.until_s)
        css, fill = (
            ("c-norm", "") if refused.is_excluded else ("c-refused", f"{signal.heading.id_prefix}-ink")
        )
        parts.append(rect(x0, top, max(x1 - x0, 2), floor - top, css, fill=fill))
    return "".join(parts)


def _stretch_words(signal: Signal, x: Scale) -> str:
    """Return the words over the stretches where they fit; all of them stand beneath the chart."""
    parts, end = [], 0.0
    for refused in sorted(_stretches(signal), key=lambda one: one.from_s):
        words = refused.words if refused.is_excluded else "not used"
        middle = (x.inside(refused.from_s) + x.inside(refused.until_s)) / 2
        half = text_width(words) / 2
        if half <= 60 and middle - half > end and middle + half < _WIDTH:
            parts.append(text(middle, _TOP - 5, words, "c-mid"))
            end = middle + half + 4
    return "".join(parts)


def _seconds(value: float) -> str:
    return with_unit(number(value, 0.1), "s")


def stretch_note(refused: Refused) -> str:
    """Return a stretch in words: when, which side, why."""
    side = "" if refused.side is Side.NONE else f", {side_word(refused.side).lower()}"
    verdict = "left out" if refused.is_excluded else "not used"
    return f"{number(refused.from_s, 0.1)} to {_seconds(refused.until_s)}{side}, {verdict}: {refused.words}"


def _stride_table(signal: Signal) -> Table:
    rows = [
        (
            side_word(event.side), _seconds(event.foot_strike_s),
            "not known" if event.foot_off_s is None else _seconds(event.foot_off_s), _seconds(event.next_foot_strike_s),
            "used" if event.is_used else "not used",
        )
        for event in sorted(signal.events, key=lambda event: event.foot_strike_s)
    ]  # fmt: skip
    return Table(
        "Strides, from the first sample",
        ("Side", "Foot strike", "Foot off", "Next foot strike", "Use"),
        rows,
        n_words=1,
    )


def _trial_table(signal: Signal) -> Table:
    rows = [
        (
            f"{side_word(one.side)} {one.n}", f"{number(one.from_s, 0.1)} to {_seconds(one.until_s)}",
            _seconds(one.peak_s), with_unit(number(one.value, 0.1), signal.unit),
            "used" if one.is_used else f"not used: {one.words or 'not counted'}",
        )
        for one in sorted(signal.trials, key=lambda one: one.from_s)
    ]  # fmt: skip
    return Table(
        "Trials, from the first sample", ("Trial", "From, to", "Deepest at", "Value", "Use"), rows, n_words=1
    )


def _trial_keys(signal: Signal, sides: list[Side]) -> list[Key]:
    keys = []
    for side in sides if signal.trials else []:
        treated = is_treated_side(side, signal.treated)
        mark = rect(8, 1, 10, 12, "c-st-own" if treated else "c-st-other", rx=2)
        keys.append(Key(mark, f"{side_word(side).lower()}, one trial"))
        dot = circle(14, 7, 4, "c-own-dot" if treated else "c-other-dot")
        keys.append(Key(dot, "deepest, where the value is read"))
    return keys


def _keys(signal: Signal, sides: list[Side]) -> list[Key]:
    keys = _trial_keys(signal, sides)
    for side in sides if signal.events else []:
        css = "c-st-own" if is_treated_side(side, signal.treated) else "c-st-other"
        keys.append(Key(rect(8, 1, 10, 12, css, rx=2), f"{side_word(side).lower()}, one stance"))
    if any(not one.is_excluded for one in _stretches(signal)):
        keys.append(Key(rect(1, 1, 26, 12, "c-refused", fill=f"{signal.heading.id_prefix}-ink"), "not used"))
    if any(one.is_excluded for one in signal.refused):
        keys.append(Key(rect(1, 1, 26, 12, "c-norm"), "left out by design"))
    return keys


def signal_across(signal: Signal) -> tuple[Scale, float]:
    """Return where the seconds lie across the picture, and how wide the picture is."""
    return Scale(0, max(signal.duration_s, 1.0), _LEFT, _RIGHT), _WIDTH


def signal_chart(signal: Signal) -> str:
    """Draw a recording with its strides or trials and with what was left out.

    Parameters
    ----------
    signal : Signal
        Traces in `signal.unit`, times in seconds from the first sample.

    Returns
    -------
    str
        A whole `<figure class="chart">`, 716 units wide in a sideways scroller. Every stretch left out has its reason
        in words beneath; every stride stands in the table.
    """
    sides = _sides(signal)
    x, _ = signal_across(signal)
    values = [
        value
        for trace in signal.traces
        for value in trace.values
        if value is not None and math.isfinite(value)
    ]
    ends = rounded_range(values, at_least=1e-6, n_ticks=2)
    parts, top = [_stretch_words(signal, x)], _TOP
    for side in sides:
        rows, floor = _side_rows(signal, side, top, x, ends)
        parts.append(_left_out(signal, side, top, floor, x) + rows)
        top = floor + 4
    parts.append(line(_LEFT, top, _RIGHT, top, "c-axis"))
    ticks = value_ticks(0, x.high, 8)
    for tick in ticks:
        parts.append(line(x(tick), top, x(tick), top + 4, "c-axis"))
        parts.append(
            text(x(tick), top + 18, with_unit(number(tick, 10.0 ** -tick_decimals(ticks)), "s"), "c-mid")
        )
    if not signal.events and not signal.trials:
        parts.append(text((_LEFT + _RIGHT) / 2, top - 8, "No stride was found", "c-mid c-halo"))
    notes = [stretch_note(one) for one in _stretches(signal)]
    n_unused = sum(not event.is_used for event in signal.events)
    if n_unused:
        notes.append(
            f"{plural(n_unused, 'stride')} of {len(signal.events)} found but not used, drawn dotted."
        )
    canvas = Canvas(_WIDTH, top + 26, "".join(parts), is_wide=True)
    table = _trial_table(signal) if signal.trials else _stride_table(signal)
    return chart_figure(signal.heading, canvas, keys=_keys(signal, sides), tables=[table], notes=notes)
