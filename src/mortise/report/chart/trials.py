"""Trials of a lunge or another repeated test, side beside side, with each side's result and its error."""

from __future__ import annotations

from mortise.report.chart._figure import Canvas, Key, Table, chart_figure, is_treated_side, side_word
from mortise.report.chart._scale import Scale, rounded_range, tick_decimals, value_ticks
from mortise.report.chart._svg import Box, circle, is_known, line, path, rect, text
from mortise.report.chart.inputs import SideResult, Trial, Trials
from mortise.report.words import NOT_KNOWN, number, quantity, with_unit
from mortise.terms import Side

_BOX = Box(42, 30, 358, 206)


def _sides(chart: Trials) -> list[Side]:
    found = {trial.side for trial in chart.trials} | {result.side for result in chart.results}
    return [side for side in (Side.LEFT, Side.RIGHT, Side.NONE) if side in found]


def _values(chart: Trials) -> list[float]:
    values = [trial.value for trial in chart.trials if trial.value is not None and is_known(trial.value)]
    for result in chart.results:
        error = result.error or 0.0
        values += [result.value - error, result.value + error]
    return values


def _result(result: SideResult, chart: Trials, left: float, right: float, y: Scale) -> str:
    """Return a side's result: its line, the tint of its error, and both in words above."""
    treated, at = is_treated_side(result.side, chart.treated), y.inside(result.value)
    tint = ""
    if result.error is not None:
        top, bottom = y.inside(result.value + result.error), y.inside(result.value - result.error)
        tint = rect(left, top, right - left, bottom - top, "c-own-band" if treated else "c-other-band")
    css = "c-text--own" if treated else "c-text--other"
    words = quantity(result.value, result.error, chart.unit, chart.resolution)
    return (
        tint
        + path([(left, at), (right, at)], "c-own" if treated else "c-other")
        + text((left + right) / 2, _BOX.top - 14, f"{side_word(result.side)}  {words}", f"{css} c-mid")
    )


def _trial(trial: Trial, x: float, y: Scale, treated: bool, prefix: str) -> str:
    if trial.value is None or not is_known(trial.value):
        return rect(x - 7, _BOX.bottom - 40, 14, 40, "c-refused", fill=f"{prefix}-ink")
    if not trial.is_used:
        return circle(x, y.inside(trial.value), 3.6, "c-own-open" if treated else "c-other-dot")
    return circle(x, y.inside(trial.value), 4.8, "c-own-dot" if treated else "c-other-dot")


def _table(chart: Trials) -> Table:
    rows = []
    for trial in chart.trials:
        value = (
            NOT_KNOWN if trial.value is None else with_unit(number(trial.value, chart.resolution), chart.unit)
        )
        use = "refused" if trial.value is None else "used" if trial.is_used else "not used"
        rows.append(
            (f"{side_word(trial.side)} {trial.n}", value, f"{use}: {trial.words}" if trial.words else use)
        )
    for result in chart.results:
        words = quantity(result.value, result.error, chart.unit, chart.resolution)
        rows.append((f"{side_word(result.side)}, result", words, chart.error_words))
    return Table("Trials", ("Trial", "Value", "Use"), rows, n_words=1)


def trials_chart(chart: Trials) -> str:
    """Draw the trials of a test.

    Parameters
    ----------
    chart : Trials
        Values and errors in `chart.unit`; a refused trial carries its reason instead of a value.

    Returns
    -------
    str
        A whole `<figure class="chart">`, 372 units wide: dots for trials, the result as a line on the tint of its
        error, refused trials hatched with their reason beneath.
    """
    low, high = rounded_range(_values(chart), at_least=10 * chart.resolution)
    y, sides = Scale(low, high, _BOX.bottom - 6, _BOX.top + 6), _sides(chart)
    ticks, parts = value_ticks(low, high), []
    for tick in ticks:
        parts.append(line(_BOX.left - 4, y(tick), _BOX.left, y(tick), "c-axis"))
        parts.append(text(_BOX.left - 8, y(tick) + 4, number(tick, 10.0 ** -tick_decimals(ticks)), "c-end"))
    parts.append(path([(_BOX.left, _BOX.top), (_BOX.left, _BOX.bottom), (_BOX.right, _BOX.bottom)], "c-axis"))
    width = (_BOX.right - _BOX.left) / max(1, len(sides))
    for i, side in enumerate(sides):
        left, right = _BOX.left + i * width + 14, _BOX.left + (i + 1) * width - 14
        parts += [_result(result, chart, left, right, y) for result in chart.results if result.side is side]
        trials = [trial for trial in chart.trials if trial.side is side]
        for k, trial in enumerate(trials):
            x = left + (right - left) * (k + 0.5) / len(trials)
            parts.append(_trial(trial, x, y, is_treated_side(side, chart.treated), chart.heading.id_prefix))
            parts.append(text(x, _BOX.bottom + 17, trial.n, "c-mid"))
    if not sides:
        parts.append(text((_BOX.left + _BOX.right) / 2, 120, "No trial yet", "c-mid"))
    parts.append(text((_BOX.left + _BOX.right) / 2, _BOX.bottom + 34, "trial", "c-mid"))
    keys = [
        Key(
            circle(14, 7, 4, "c-own-dot" if is_treated_side(side, chart.treated) else "c-other-dot"),
            f"{side_word(side).lower()}, one trial",
        )
        for side in sides
    ]
    if any(trial.value is not None and not trial.is_used for trial in chart.trials):
        keys.append(Key(circle(14, 7, 3.5, "c-own-open"), "not used"))
    if any(trial.value is None for trial in chart.trials):
        keys.append(Key(rect(8, 1, 12, 12, "c-refused", fill=f"{chart.heading.id_prefix}-ink"), "refused"))
    notes = [
        f"{side_word(trial.side)} {trial.n}, {'refused' if trial.value is None else 'not used'}: {trial.words}"
        for trial in chart.trials
        if trial.words and (trial.value is None or not trial.is_used)
    ]
    canvas = Canvas(372, 246, "".join(parts))
    return chart_figure(
        chart.heading, canvas, keys=keys, tables=[_table(chart)] if sides else [], notes=notes
    )
