"""A small trend for the phone: the measure panel of a course."""

from __future__ import annotations

from datetime import date, timedelta

from mortise.report.chart import _panels
from mortise.report.chart._figure import Canvas, chart_figure, side_word
from mortise.report.chart._scale import Days, Scale, day_ticks, value_ticks
from mortise.report.chart._svg import Box, text, text_width
from mortise.report.chart.inputs import Series, Trend
from mortise.report.words import short_day, tr
from mortise.terms import Side


def _edge(trend: Trend, panel: _panels.Panel, one: Series, *, is_upper: bool) -> float:
    """Return the place of a series' outer edge at its end: of its band, else of its last reading."""
    levels = _panels.fold_level(one, trend.today_on).fresh
    value = _panels.counted(one)[-1].value
    if levels:
        value = max(value, levels[-1].high) if is_upper else min(value, levels[-1].low)
    return panel.values.inside(value)


def _day_words(days: Days, first: date, last: float) -> list[str]:
    """Return the words under the axis: today's at its end, and those of days that no other word touches."""
    widest = text_width(short_day(first))
    free_until = last - max(60, widest / 2 + text_width(tr("today")))
    parts = []
    for on in day_ticks(days, max(74, widest + 8)):
        words, is_first = short_day(on), on == first
        if days(on) + (widest / 2 if is_first else 0) < free_until:
            parts.append(text(days(on), 206, words, "" if is_first else "c-mid"))
    return [*parts, text(last + 6, 206, tr("today"), "c-end c-text--b")]


def _labels(trend: Trend, panel: _panels.Panel) -> str:
    """Return the names of the sides at their end: the higher one above its band, the lower one below."""
    parts = []
    named = sorted(
        (one for one in trend.series if _panels.counted(one)), key=lambda one: _panels.counted(one)[-1].value
    )
    for rank, one in enumerate(named):
        is_upper = rank > 0 or _has_no_room_below(trend, panel, named)
        edge = _edge(trend, panel, one, is_upper=is_upper)
        y = max(edge - 6, panel.box.top + 11) if is_upper else min(edge + 15, panel.box.bottom - 5)
        words = (
            tr("{side}, yours").format(side=side_word(one.side))
            if one.is_treated and one.side is not Side.NONE
            else _panels.series_words(one)
        )
        css = "c-end c-halo " + ("c-text--own" if one.is_treated else "c-text--other")
        parts.append(text(panel.days(_panels.counted(one)[-1].on), y, words, css))
    return "".join(parts)


def _has_no_room_below(trend: Trend, panel: _panels.Panel, named: list[Series]) -> bool:
    """Return whether a single curve lies so low that its name below would stand on its band."""
    return len(named) == 1 and _edge(trend, panel, named[0], is_upper=False) + 15 > panel.box.bottom - 5


def trend_chart(trend: Trend) -> str:
    """Draw a small trend for the phone.

    Parameters
    ----------
    trend : Trend
        Readings in `trend.unit`.

    Returns
    -------
    str
        A whole `<figure class="chart">`, 326 units wide, with key and table. Grammar as in `course_chart`.
    """
    found = [dot.on for one in trend.series for dot in one.dots]
    first = trend.from_on or min([*found, trend.today_on])
    if first >= trend.today_on:
        first = trend.today_on - timedelta(days=7)
    box = Box(34, 10, 318, 188)
    days = Days(first, trend.today_on, box.left + 4, box.right - 6)
    low, high = trend.whole_scale or _panels.value_range(
        trend.series, trend.norm, trend.gates, trend.resolution
    )
    panel = _panels.Panel(
        box,
        days,
        Scale(low, high, box.bottom, box.top + 6),
        value_ticks(low, high, 4),
        trend.heading.id_prefix,
        trend.unit,
        trend.resolution,
    )
    parts = [
        _panels.measure_panel(
            panel, trend.series, trend.norm, trend.today_on, size=0.88, has_grid=True, gates=trend.gates
        )
    ]
    parts.append(_labels(trend, panel))
    last = days(trend.today_on)
    parts += _day_words(days, first, last)
    return chart_figure(
        trend.heading,
        Canvas(326, 214, "".join(parts)),
        keys=_panels.measure_keys(trend.series, trend.heading.id_prefix, trend.today_on),
        tables=[
            _panels.readings_table(trend.series, trend.unit, trend.resolution, trend.today_on, is_brief=True)
        ],
    )
