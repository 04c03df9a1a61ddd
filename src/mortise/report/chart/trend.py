"""A small trend for the phone: the measure panel of a course."""

from __future__ import annotations

from datetime import timedelta

from mortise.report.chart import _panels
from mortise.report.chart._figure import Canvas, chart_figure
from mortise.report.chart._scale import Days, Scale, day_ticks, value_ticks
from mortise.report.chart._svg import Box, text
from mortise.report.chart.inputs import Trend
from mortise.report.words import short_day


def _trend_labels(trend: Trend, panel: _panels.Panel) -> str:
    """Return the names of the sides beside their last reading, inside the picture."""
    parts = []
    for one in trend.series:
        readings = _panels.counted(one)
        if not readings:
            continue
        words = _panels.series_words(one).replace("treated", "yours")
        y = panel.values.inside(readings[-1].value)
        y = min(y + 24, panel.box.bottom - 4) if one.is_treated else max(y - 9, panel.box.top + 10)
        css = "c-end c-halo " + ("c-text--own" if one.is_treated else "c-text--other")
        parts.append(text(min(panel.days(readings[-1].on), panel.box.right), y, words, css))
    return "".join(parts)


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
    low, high = _panels.value_range(trend.series, trend.norm, (), trend.resolution)
    panel = _panels.Panel(
        box,
        days,
        Scale(low, high, box.bottom, box.top + 6),
        value_ticks(low, high, 4),
        trend.heading.id_prefix,
        trend.unit,
        trend.resolution,
    )
    parts = [_panels.measure_panel(panel, trend.series, trend.norm, trend.today_on, size=0.88, has_grid=True)]
    parts.append(_trend_labels(trend, panel))
    last = days(trend.today_on)
    for on in day_ticks(days, 74):
        if last - days(on) > 60:
            parts.append(text(days(on), 206, short_day(on), "c-mid" if on != first else ""))
    parts.append(text(last + 6, 206, "today", "c-end c-text--b"))
    return chart_figure(
        trend.heading,
        Canvas(326, 214, "".join(parts)),
        keys=_panels.measure_keys(trend.series, trend.heading.id_prefix, trend.today_on),
        tables=[_panels.readings_table(trend.series, trend.unit, trend.resolution, trend.today_on)],
    )
