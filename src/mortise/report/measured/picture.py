"""A measured recording as one SVG file: the verdict, then every chart beneath each other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from mortise.measure.results import MeasureResult
from mortise.report.chart._svg import hatchings, n, safe, text, text_width
from mortise.report.chart.lines import Lines, UsualBand, keys_of, lines_canvas
from mortise.report.measured._words import TESTS
from mortise.report.measured.norms import NO_FIGURES, Norms, norm_canvas
from mortise.report.measured.page import style
from mortise.report.measured.panels import panels_of
from mortise.report.measured.verdict import verdict_of
from mortise.terms import Side

_WIDTH = 800.0
_EDGE = 24.0
_GAP = 22.0
# Letters of the headline on one line of the picture, and how high the lines of headline and key are.
_HEAD_LETTERS = 66
_HEAD_LINE, _KEY_LINE = 26.0, 19.0
_SWATCH, _KEY_GAP = 34.0, 18.0


def report_picture(
    result: MeasureResult,
    *,
    treated: Side = Side.NONE,
    baseline: MeasureResult | None = None,
    baseline_words: str = "baseline",
    usual: Mapping[str, UsualBand] | None = None,
    norms: Norms | None = None,
) -> str:
    """Return the whole picture; parameters as `report_page` has them."""
    verdict = verdict_of(result)
    usual = usual if usual is not None or norms is None else norms.bands
    charts = panels_of(result, treated=treated, baseline=baseline, baseline_words=baseline_words, usual=usual)
    title = TESTS.get(result.test, result.test)
    sentence = textwrap.wrap(verdict.sentence, _HEAD_LETTERS)
    parts, top = [], 58.0 + _HEAD_LINE * len(sentence)
    for row in _rows_of(charts):
        top, drawn = _row(row, top)
        parts.append(drawn)
    if norms is not None:
        top, drawn = _norms(norms, treated, top)
        parts.append(drawn)
    head = text(_EDGE, 34, title, "c-text") + "".join(
        f'<text class="c-head" x="{n(_EDGE)}" y="{n(60 + _HEAD_LINE * index)}">{safe(words)}</text>'
        for index, words in enumerate(sentence)
    )
    size = f'viewBox="0 0 {n(_WIDTH)} {n(top)}" width="{n(_WIDTH)}" height="{n(top)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">'
        f'<title id="t">{safe(title)}: {safe(verdict.sentence)}</title>'
        f'<desc id="d">{safe(" ".join(chart.heading.finding for chart in charts))}</desc>'
        f"<style>{_svg_style()}</style>"
        f'<rect class="c-paper" width="{n(_WIDTH)}" height="{n(top)}"/>{head}{"".join(parts)}</svg>\n'
    )


def _norms(norms: Norms, treated: Side, top: float) -> tuple[float, str]:
    """Return where the picture ends, and the readings over what is usual, or the words that nothing is."""
    head = f'<text class="c-title" x="{n(_EDGE)}" y="{n(top + 16)}">Beside what is usual</text>'
    if not norms.shown:
        return top + 48, head + text(_EDGE, top + 36, NO_FIGURES)
    canvas = norm_canvas(norms.shown, treated)
    width = _WIDTH - 2 * _EDGE
    height = canvas.height * width / canvas.width
    place = f'x="{n(_EDGE)}" y="{n(top + 26)}" width="{n(width)}" height="{n(height)}"'
    view = f'viewBox="0 0 {n(canvas.width)} {n(canvas.height)}"'
    return top + 26 + height + _GAP, f"{head}<svg {place} {view}>{canvas.content}</svg>"


def _rows_of(charts: Sequence[Lines]) -> list[list[Lines]]:
    """Return wide charts alone, narrow ones in pairs."""
    rows: list[list[Lines]] = []
    for chart in charts:
        if not chart.is_wide and rows and len(rows[-1]) == 1 and not rows[-1][0].is_wide:
            rows[-1].append(chart)
        else:
            rows.append([chart])
    return rows


def _svg_style() -> str:
    """Return the colours and the marks; what lays out the page stays outside."""
    return style().partition("/* page */")[0]


def _row(charts: list[Lines], top: float) -> tuple[float, str]:
    """Return where the next row begins, and one or two charts beside each other."""
    parts, lowest, left = [], top, _EDGE
    for chart in charts:
        canvas = lines_canvas(chart)
        drawn = _WIDTH - 2 * _EDGE if chart.is_wide else (_WIDTH - 2 * _EDGE - _GAP) / 2
        height = canvas.height * drawn / canvas.width
        parts.append(
            f'<text class="c-title" x="{n(left)}" y="{n(top + 16)}">{safe(chart.heading.title)}</text>'
        )
        parts.append(text(left, top + 33, chart.heading.about.partition(";")[0]))
        keys, below = _key(chart, left, top + 40, drawn)
        parts.append(keys)
        place = f'x="{n(left)}" y="{n(below)}" width="{n(drawn)}" height="{n(height)}"'
        view = f'viewBox="0 0 {n(canvas.width)} {n(canvas.height)}"'
        parts.append(f"<svg {place} {view}>{hatchings(chart.heading.id_prefix)}{canvas.content}</svg>")
        lowest = max(lowest, below + height + _GAP)
        left += drawn + _GAP
    return lowest, "".join(parts)


def _key(chart: Lines, left: float, top: float, width: float) -> tuple[str, float]:
    """Return the key of a chart, on as many lines as it needs, and where the chart begins beneath it."""
    parts, x, y = [], left, top
    for key in keys_of(chart):
        wide = _SWATCH + text_width(key.words) + _KEY_GAP
        if x > left and x + wide > left + width:
            x, y = left, y + _KEY_LINE
        picture = f'<g transform="translate({n(x)} {n(y)})">{key.picture}</g>'
        parts.append(picture + text(x + _SWATCH, y + 11, key.words))
        x += wide
    return "".join(parts), y + _KEY_LINE
