"""Worst pain of each session over the last days, for the phone."""

from __future__ import annotations

from datetime import date, timedelta

from mortise.report.chart import _marks
from mortise.report.chart._figure import Canvas, Key, Table, chart_figure
from mortise.report.chart._scale import Scale
from mortise.report.chart._svg import line, text
from mortise.report.chart.inputs import Calm, PainDays, Symptom
from mortise.report.words import NOT_KNOWN, number, short_day

_LEFT, _RIGHT, _TOP, _FLOOR = 22.0, 326.0, 20.0, 100.0
_LETTERS = "MTWTFSS"
_WORDS = {Calm.CALM: "calm", Calm.WATCH: "watch", Calm.TOO_MUCH: "too much", None: NOT_KNOWN}


def _session(symptom: Symptom, x: float, scale: Scale) -> str:
    if symptom.pain_nrs is None:
        return _marks.unknown_mark(x, _FLOOR - 6)
    y = scale.inside(symptom.pain_nrs)
    value = text(x, y - 10, number(symptom.pain_nrs, 1), "c-mid c-text--b")
    return (
        line(x, _FLOOR, x, min(y + 5, _FLOOR), "c-axis") + _marks.calm_mark(symptom.calm, x, y, 1.3) + value
    )


def _days(chart: PainDays) -> list[date]:
    return [chart.today_on - timedelta(days=k) for k in range(chart.n_days - 1, -1, -1)]


def pain_chart(chart: PainDays) -> str:
    """Draw the worst pain of each session over the last `n_days` days.

    Parameters
    ----------
    chart : PainDays
        Pain 0-10; sessions outside the days shown are left out; of two on one day the worse is drawn.

    Returns
    -------
    str
        A whole `<figure class="chart">`, 326 units wide, with all of 0-10, key and table.
    """
    scale, dates = Scale(0, 10, _FLOOR, _TOP), _days(chart)
    width = (_RIGHT - _LEFT) / max(1, len(dates))
    parts = [text(_LEFT - 6, scale(tick) + 4, tick, "c-end") for tick in (0, 5, 10)]
    parts += [line(_LEFT, scale(tick), _RIGHT, scale(tick), "c-grid") for tick in (0, 5, 10)]
    shown = sorted(
        (one for one in chart.symptoms if one.on in set(dates)),
        key=lambda one: (one.on, -1 if one.pain_nrs is None else one.pain_nrs),
    )
    worst = {one.on: one for one in shown}
    for i, on in enumerate(dates):
        x = _LEFT + (i + 0.5) * width
        weight = " c-text--b" if on == chart.today_on else ""
        parts.append(text(x, _FLOOR + 16, _LETTERS[on.weekday()], "c-mid" + weight))
        if on in worst:
            parts.append(_session(worst[on], x, scale))
        elif on in chart.skipped_on:
            parts.append(text(x, _FLOOR - 6, "–", "c-mid"))
    keys = [
        Key(_marks.calm_mark(Calm.CALM, 14, 7, 1.3), "calm"),
        Key(_marks.calm_mark(Calm.WATCH, 14, 8), "watch"),
        Key(_marks.calm_mark(Calm.TOO_MUCH, 14, 7), "too much"),
        Key(text(14, 12, "–", "c-mid"), "skipped"),
    ]
    rows = [
        (short_day(one.on), NOT_KNOWN if one.pain_nrs is None else number(one.pain_nrs, 1), _WORDS[one.calm])
        for one in shown
    ]
    rows += [
        (short_day(on), "", "skipped")
        for on in sorted(chart.skipped_on)
        if on in set(dates) and on not in worst
    ]
    return chart_figure(
        chart.heading,
        Canvas(326, 120, "".join(parts)),
        keys=keys,
        tables=[
            Table(
                "Worst pain in each session, 0–10",
                ("Date", "Worst pain", "How it was borne"),
                rows,
                n_words=1,
            )
        ],
    )
