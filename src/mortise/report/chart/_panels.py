"""The measure panel: readings, level and its band, norm, gates. A course and a phone trend both draw it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from mortise.report.chart._figure import Key, Table, side_word
from mortise.report.chart._marks import PRACTICE_KEY, peg, series_key, stale_key
from mortise.report.chart._scale import Days, Scale, rounded_range, tick_decimals, value_ticks
from mortise.report.chart._svg import Box, band, circle, is_known, line, path, rect, text, text_width
from mortise.report.chart.inputs import Dot, GateLine, Level, NormBand, Series
from mortise.report.words import number, quantity, short_day, tr, with_unit
from mortise.terms import Side

ENOUGH_NORM = 1.2  # a norm reaching further than this many spans of the data beyond them runs off the panel


class Fold(NamedTuple):
    """A level cut at the last counted reading: what is known, and what has gone stale since."""

    fresh: list[Level]
    stale: list[Level]


class Panel(NamedTuple):
    """Where a measure is drawn, and in which unit and grid."""

    box: Box
    days: Days
    values: Scale
    ticks: list[float]
    prefix: str
    unit: str
    resolution: float


def counted(series: Series) -> list[Dot]:
    """Return the readings that count, oldest first."""
    return sorted(
        (dot for dot in series.dots if not dot.is_practice and is_known(dot.value)), key=lambda dot: dot.on
    )


def fold_level(series: Series, today_on: date) -> Fold:
    """Cut a level at the last counted reading; what lies after today is not drawn at all."""
    levels = sorted(
        (
            one
            for one in series.level
            if one.on <= today_on and is_known(one.value) and is_known(one.low) and is_known(one.high)
        ),
        key=lambda one: one.on,
    )
    readings = counted(series)
    last_on = readings[-1].on if readings else date.min
    fresh = [one for one in levels if one.on <= last_on]
    later = [one for one in levels if one.on > last_on]
    return Fold(fresh, [*fresh[-1:], *later] if later else [])


def value_range(
    series: Sequence[Series], norm: NormBand | None, gates: Sequence[GateLine], resolution: float
) -> tuple[float, float]:
    """Return the ends of the value axis: all readings, bands and gates, and as much of the norm as is near."""
    values = [dot.value for one in series for dot in one.dots if is_known(dot.value)]
    values += [
        edge for one in series for level in one.level for edge in (level.low, level.high) if is_known(edge)
    ]
    values += [gate.value for gate in gates if is_known(gate.value)]
    if norm is not None:
        near = ENOUGH_NORM * max(max(values) - min(values), 20 * resolution) if values else float("inf")
        values += [
            edge
            for edge in (norm.low, norm.high)
            if edge is not None and (not values or min(values) - near <= edge <= max(values) + near)
        ]
    return rounded_range(values, at_least=20 * resolution)


def measure_scale(box: Box, low: float, high: float) -> tuple[Scale, list[float]]:
    """Return the value scale of a panel and its ticks."""
    return Scale(low, high, box.bottom, box.top + 12), value_ticks(low, high)


def axes(panel: Panel, *, has_grid: bool) -> str:
    """Return the value axis: short ticks on the desk, whole lines on the phone."""
    box, k = panel.box, tick_decimals(panel.ticks)
    parts = []
    for tick in panel.ticks:
        y = panel.values(tick)
        parts.append(line(box.left, y, box.right if has_grid else box.left - 5, y, "c-grid"))
        parts.append(text(box.left - (6 if has_grid else 9), y + 4, number(tick, 10.0**-k), "c-end"))
    if not has_grid:
        parts.append(path([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], "c-axis"))
    return "".join(parts)


def norm_band(panel: Panel, norm: NormBand | None) -> str:
    """Return the usual band with dotted edges and its words inside."""
    if norm is None:
        return ""
    box, values = panel.box, panel.values
    top = values.inside(norm.high) if norm.high is not None else box.top
    bottom = values.inside(norm.low)
    edges = [
        value for value in (norm.low, norm.high) if value is not None and values.low <= value <= values.high
    ]
    lines = "".join(line(box.left, values(edge), box.right, values(edge), "c-norm-edge") for edge in edges)
    y = max(top, box.top) + 15
    crossed = [values(tick) for tick in panel.ticks if y - 12 < values(tick) < y + 5]
    y = min(max(crossed) + 15 if crossed else y, box.bottom - 4)  # no grid line runs through the words
    return (
        rect(box.left, top, box.right - box.left, bottom - top, "c-norm")
        + lines
        + text(box.left + 8, y, norm.words)
    )


def level_band(panel: Panel, series: Series, today_on: date) -> str:
    """Return the error band, and its hatched part since the last reading."""
    fold = fold_level(series, today_on)
    css, name = ("c-own-band", "own") if series.is_treated else ("c-other-band", "other")
    drawn = ""
    for levels, is_stale in ((fold.fresh, False), (fold.stale, True)):
        upper = [(panel.days(one.on), panel.values.inside(one.high)) for one in levels]
        lower = [(panel.days(one.on), panel.values.inside(one.low)) for one in levels]
        if len(levels) == 1 and not is_stale:  # one day's level is a short mark, not a line
            (x, top), (_, bottom) = upper[0], lower[0]
            upper, lower = [(x - 4, top), (x + 4, top)], [(x - 4, bottom), (x + 4, bottom)]
        drawn += band(
            upper, lower, "" if is_stale else css, fill=f"{panel.prefix}-{name}" if is_stale else ""
        )
    return drawn


def level_line(panel: Panel, series: Series, today_on: date) -> str:
    """Return the estimated level; it ends at the last counted reading."""
    points = [
        (panel.days(one.on), panel.values.inside(one.value)) for one in fold_level(series, today_on).fresh
    ]
    if len(points) == 1:
        points = [(points[0][0] - 4, points[0][1]), (points[0][0] + 4, points[0][1])]
    return path(points, "c-own" if series.is_treated else "c-other")


def dots(panel: Panel, series: Series, size: float = 1.0) -> str:
    """Return the readings: filled or hollow by side, practice hollow and small."""
    drawn = []
    for dot in sorted(series.dots, key=lambda one: one.on):
        if not is_known(dot.value):
            continue
        x, y = panel.days(dot.on), panel.values.inside(dot.value)
        if series.is_treated:
            css, radius = ("c-own-open", 3.6) if dot.is_practice else ("c-own-dot", 4.8)
        else:
            css, radius = ("c-other-dot", 2.8 if dot.is_practice else 3.6)
        drawn.append(circle(x, y, radius * size, css))
    return "".join(drawn)


def gate_lines(panel: Panel, gates: Sequence[GateLine], today_on: date) -> str:
    """Return gates as thin lines only as long as they applied, with peg and words."""
    drawn = []
    for gate in gates:
        if not is_known(gate.value):
            continue
        x0, x1 = panel.days(gate.from_on), panel.days(min(gate.until_on or today_on, today_on))
        y = panel.values.inside(gate.value)
        room = panel.box.right - text_width(gate.words) - 20
        x = max(panel.box.left + 4, min(x0 + 4, room))
        drawn.append(line(x0, y, max(x1, x0 + 4), y, "c-gate") + peg(gate.is_met, x, y - 17))
        drawn.append(text(x + 17, y - 6, gate.words, "c-halo"))
    return "".join(drawn)


def measure_panel(
    panel: Panel,
    series: Sequence[Series],
    norm: NormBand | None,
    today_on: date,
    *,
    size: float = 1.0,
    gates: Sequence[GateLine] = (),
    has_grid: bool = False,
) -> str:
    """Return the whole panel, back to front: norm, bands, axis, gates, lines, dots; the treated side last."""
    ordered = sorted(series, key=lambda one: one.is_treated)
    parts = [norm_band(panel, norm)]
    parts += [level_band(panel, one, today_on) for one in ordered]
    parts.append(axes(panel, has_grid=has_grid))
    parts.append(gate_lines(panel, gates, today_on))
    parts += [level_line(panel, one, today_on) for one in ordered]
    parts += [dots(panel, one, size) for one in ordered]
    if not any(is_known(dot.value) for one in series for dot in one.dots):
        box = panel.box
        parts.append(
            text((box.left + box.right) / 2, (box.top + box.bottom) / 2, tr("No reading yet"), "c-mid c-halo")
        )
    return "".join(parts)


def series_words(series: Series) -> str:
    """Return a series' name beside its line: the side, and whether it is the treated one."""
    if series.side is Side.NONE:
        return tr("Level") if series.level else tr("Answers")
    if not series.is_treated:
        return side_word(series.side)
    return tr("{side}, treated").format(side=side_word(series.side))


def side_labels(panel: Panel, series: Sequence[Series], today_on: date, x: float) -> str:
    """Return each side's name and level ± half its 90 % interval, kept apart, to the right of the panel."""
    wanted = []
    for one in series:
        levels = fold_level(one, today_on).fresh
        readings = counted(one)
        if levels:
            half = (levels[-1].high - levels[-1].low) / 2
            wanted.append(
                (
                    panel.values.inside(levels[-1].value),
                    one,
                    quantity(levels[-1].value, half, panel.unit, panel.resolution),
                )
            )
        elif readings:
            words = with_unit(number(readings[-1].value, panel.resolution), panel.unit)
            wanted.append((panel.values.inside(readings[-1].value), one, words))
    drawn, floor = [], panel.box.top
    for y, one, words in sorted(wanted, key=lambda item: item[0]):
        at = max(y, floor)
        css = "c-text--own" if one.is_treated else "c-text--other"
        drawn.append(text(x, at + 1, series_words(one), css) + text(x, at + 16, words))
        floor = at + 36
    return "".join(drawn)


def measure_keys(series: Sequence[Series], prefix: str, today_on: date) -> list[Key]:
    """Return the key of what the panel shows."""
    keys = [
        series_key(one.is_treated, series_words(one).lower(), has_band=bool(one.level))
        for one in sorted(series, key=lambda one: not one.is_treated)
    ]
    if any(dot.is_practice for one in series for dot in one.dots):
        keys.append(PRACTICE_KEY._replace(words=tr("practice, not counted")))
    if any(len(fold_level(one, today_on).stale) > 1 for one in series):
        keys.append(stale_key(prefix))
    return keys


def _reading(series: Series, on: date, unit: str, resolution: float) -> str:
    values = [dot.value for dot in series.dots if dot.on == on]
    return ", ".join(with_unit(number(value, resolution), unit) for value in values) or tr("not measured")


def _use(series: Sequence[Series], on: date) -> str:
    here = [dot for one in series for dot in one.dots if dot.on == on]
    use = tr("practice, not counted") if all(dot.is_practice for dot in here) else tr("counted")
    notes = [dot.note for dot in here if dot.note]
    return "; ".join([use, *notes])


def readings_table(
    series: Sequence[Series], unit: str, resolution: float, today_on: date, *, is_brief: bool = False
) -> Table:
    """Return every reading by its date, and in the caption each side's level with its error.

    Brief, for a patient: what a reading was used for is said only where one was used for less than all, and no
    "/10" stands behind an error.
    """
    dates = sorted({dot.on for one in series for dot in one.dots})
    ordered = sorted(series, key=lambda one: not one.is_treated)
    levels = []
    for one in ordered:
        fresh = fold_level(one, today_on).fresh
        if fresh:
            half = (fresh[-1].high - fresh[-1].low) / 2
            shown_unit = "" if is_brief and with_unit("", unit).startswith("/") else unit
            words = quantity(fresh[-1].value, half, shown_unit, resolution)
            levels.append(
                tr("{series} {level} on {day}").format(
                    series=series_words(one).lower(), level=words, day=short_day(fresh[-1].on)
                )
            )
    caption = tr("Readings")
    if levels:
        caption = tr("Readings. Level with its 90 % interval: {levels}").format(levels="; ".join(levels))
    columns = (tr("Date"), *(series_words(one) for one in ordered), tr("Use"))
    rows = [
        (short_day(on), *(_reading(one, on, unit, resolution) for one in ordered), _use(ordered, on))
        for on in dates
    ]
    if is_brief and all(row[-1] == tr("counted") for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table(caption, columns, rows, n_words=1)
