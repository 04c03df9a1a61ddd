"""An angle over the stride: left, right, baseline and what is usual, with foot off marked."""

from __future__ import annotations

from collections.abc import Sequence

from mortise.report.chart._figure import Canvas, Key, Table, chart_figure, side_word
from mortise.report.chart._scale import Scale, rounded_range, tick_decimals, value_ticks
from mortise.report.chart._svg import Box, Place, band, circle, is_known, line, path, text, text_width
from mortise.report.chart.inputs import Curve, CurvePoint, Curves
from mortise.report.words import number, quantity, with_unit

_BOX = Box(42, 16, 358, 228)


def _places(values: Sequence[float | None], x: Scale, y: Scale) -> list[Place | None]:
    """Return the places of evenly spaced values; an unknown one is a gap."""
    last = max(1, len(values) - 1)
    return [
        None if value is None or not is_known(value) else (x(x.low + (x.high - x.low) * i / last), y(value))
        for i, value in enumerate(values)
    ]


def _edges(curve: Curve) -> tuple[list[float | None], list[float | None]]:
    """Return mean plus and minus the spread, unknown where either is."""
    up: list[float | None] = []
    down: list[float | None] = []
    for mean, spread in zip(curve.mean, curve.spread, strict=False):
        known = mean is not None and spread is not None and is_known(mean) and is_known(spread)
        up.append(mean + spread if known and mean is not None and spread is not None else None)
        down.append(mean - spread if known and mean is not None and spread is not None else None)
    return up, down


def _spread(curve: Curve, x: Scale, y: Scale) -> str:
    """Return the stride-to-stride spread as a tint, broken at gaps."""
    up, down = _edges(curve)
    drawn, upper, lower = [], [], []
    css = "c-own-band" if curve.is_treated else "c-other-band"
    for high, low in [*zip(_places(up, x, y), _places(down, x, y), strict=True), (None, None)]:
        if high is not None and low is not None:
            upper.append(high)
            lower.append(low)
            continue
        drawn.append(band(upper, lower, css))
        upper, lower = [], []
    return "".join(drawn)


def _line_css(curve: Curve) -> str:
    if curve.is_baseline:
        return "c-own c-own--base" if curve.is_treated else "c-other c-own--base"
    return "c-own" if curve.is_treated else "c-other"


def _values(chart: Curves) -> list[float]:
    values = [
        value for curve in chart.curves for value in curve.mean if value is not None and is_known(value)
    ]
    for curve in chart.curves:
        values += [value for edge in _edges(curve) for value in edge if value is not None]
    if chart.norm is not None:
        values += [*chart.norm.low, *chart.norm.high]
    return [*values, *(point.value for point in chart.points)]


def _norm(chart: Curves, x: Scale, y: Scale) -> str:
    if chart.norm is None:
        return ""
    low = [place for place in _places(chart.norm.low, x, y) if place]
    high = [place for place in _places(chart.norm.high, x, y) if place]
    return band(high, low, "c-norm") + path(high, "c-norm-edge") + path(low, "c-norm-edge")


def _axes(chart: Curves, x: Scale, y: Scale, ticks: list[float]) -> str:
    box, k = _BOX, tick_decimals(ticks)
    parts = []
    for tick in ticks:
        parts.append(line(box.left - 4, y(tick), box.left, y(tick), "c-axis"))
        parts.append(text(box.left - 8, y(tick) + 4, number(tick, 10.0**-k), "c-end"))
    if y.low < 0 < y.high:
        parts.append(line(box.left, y(0), box.right, y(0), "c-grid"))
    parts.append(path([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], "c-axis"))
    marks = value_ticks(0, chart.until_pct, 5)
    for tick in marks:
        parts.append(line(x(tick), box.bottom, x(tick), box.bottom + 4, "c-axis"))
        words = number(tick, 1) + (" %" if tick == marks[-1] else "")
        parts.append(text(x(tick), box.bottom + 17, words, "c-mid"))
    words = "of the stride" if chart.until_pct >= 100 else "of the stride, stance only"
    parts.append(text((box.left + box.right) / 2, box.bottom + 32, words, "c-mid"))
    return "".join(parts)


def _feet_off(chart: Curves, x: Scale) -> str:
    marks = [
        curve
        for curve in chart.curves
        if curve.foot_off_pct is not None and is_known(curve.foot_off_pct) and not curve.is_baseline
    ]
    if not marks or chart.until_pct < 100:
        return ""
    parts, ends = [], []
    for curve in marks:
        at = x.inside(curve.foot_off_pct or 0.0)
        ends.append(at)
        css = "c-own c-ev" if curve.is_treated else "c-other c-ev"
        parts.append(line(at, _BOX.bottom, at, _BOX.bottom - 12, css))
    fits = max(ends) + 8 + text_width("foot off") < _BOX.right
    spot, css = (max(ends) + 7, "c-halo") if fits else (min(ends) - 7, "c-end c-halo")
    return "".join(parts) + text(spot, _BOX.bottom - 4, "foot off", css)


def _called_out(point: CurvePoint, row: int, x: Scale, y: Scale) -> str:
    """Return a point with its words above it, the treated side's to the left, on a short lead."""
    at, height = x.inside(point.at_pct), y.inside(point.value)
    dot = circle(at, height, 4, "c-own-dot" if point.is_treated else "c-other-dot")
    side = -1 if point.is_treated else 1
    if at - text_width(point.words) - 22 < _BOX.left:
        side = 1
    elif at + text_width(point.words) + 22 > _BOX.right:
        side = -1
    spot = (at + side * 18, max(_BOX.top + 8, height - 34 - 16 * row))
    lead_css = "c-lead" if point.is_treated else "c-lead c-lead--o"
    lead = line(spot[0] - side * 2, spot[1] + 1, at + side * 2, height - 5, lead_css)
    css = (
        ("c-text--own" if point.is_treated else "c-text--other") + " c-halo" + (" c-end" if side < 0 else "")
    )
    return lead + dot + text(spot[0], spot[1], point.words, css)


def curve_words(curve: Curve) -> str:
    """Return a curve's name for key and table."""
    if curve.words:
        return curve.words
    side = side_word(curve.side).lower()
    return f"{side}, at the start" if curve.is_baseline else f"{side}, treated" if curve.is_treated else side


def _keys(chart: Curves) -> list[Key]:
    keys = []
    for curve in chart.curves:
        tint = (
            f'<path class="{"c-own-band" if curve.is_treated else "c-other-band"}" d="M0 1h28v12H0z"/>'
            if curve.spread
            else ""
        )
        spread = ", with its stride-to-stride spread" if curve.spread else ""
        keys.append(Key(f'{tint}<path class="{_line_css(curve)}" d="M0 7h28"/>', curve_words(curve) + spread))
    if chart.norm is not None:
        keys.append(
            Key(
                '<path class="c-norm" d="M0 1h28v12H0z"/><path class="c-norm-edge" d="M0 1h28M0 13h28"/>',
                chart.norm.words,
            )
        )
    return keys


def _at(values: Sequence[float | None], share: float) -> float | None:
    return values[round(share * (len(values) - 1))] if values else None


def _table(chart: Curves) -> Table:
    columns = ["Of the stride", *(curve_words(curve).capitalize() for curve in chart.curves)]
    rows = []
    for tenth in range(11):
        share, cells = tenth / 10, []
        for curve in chart.curves:
            spread = _at(curve.spread, share)
            value = _at(curve.mean, share)
            plain = with_unit(number(value, chart.resolution), chart.unit)
            cells.append(plain if spread is None else quantity(value, spread, chart.unit, chart.resolution))
        if chart.norm is not None:
            low, high = _at(chart.norm.low, share), _at(chart.norm.high, share)
            cells.append(
                with_unit(f"{number(low, chart.resolution)} to {number(high, chart.resolution)}", chart.unit)
            )
        rows.append((f"{number(share * chart.until_pct, 1)} %", *cells))
    if chart.norm is not None:
        columns.append(chart.norm.words)
    return Table("Mean over the stride; ± is one stride-to-stride standard deviation", tuple(columns), rows)


def curve_chart(chart: Curves) -> str:
    """Draw an angle over the stride.

    Parameters
    ----------
    chart : Curves
        Curves of one length each, in `chart.unit`, evenly spaced from foot strike to `until_pct` of the stride.

    Returns
    -------
    str
        A whole `<figure class="chart">`, 372 units wide, with key and a table at every tenth of the stride.
    """
    low, high = rounded_range(_values(chart), at_least=5.0)
    x, y = (
        Scale(0, max(chart.until_pct, 1), _BOX.left, _BOX.right),
        Scale(low, high, _BOX.bottom - 4, _BOX.top + 8),
    )
    ordered = sorted(chart.curves, key=lambda curve: (not curve.is_baseline, curve.is_treated))
    parts = [_norm(chart, x, y), _axes(chart, x, y, value_ticks(low, high))]
    parts += [_spread(curve, x, y) for curve in ordered]
    parts += [path(_places(curve.mean, x, y), _line_css(curve)) for curve in ordered]
    parts.append(_feet_off(chart, x))
    rows = {True: 0, False: 0}
    for point in chart.points:
        parts.append(_called_out(point, rows[point.is_treated], x, y))
        rows[point.is_treated] += 1
    has_curve = any(value is not None and is_known(value) for curve in chart.curves for value in curve.mean)
    if not has_curve:
        parts.append(text((_BOX.left + _BOX.right) / 2, 120, "No stride could be used", "c-mid c-halo"))
    tables = [_table(chart)] if has_curve else []
    return chart_figure(chart.heading, Canvas(372, 264, "".join(parts)), keys=_keys(chart), tables=tables)
