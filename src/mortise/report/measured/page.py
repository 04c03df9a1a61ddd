"""A measured recording as one HTML file: everything in it, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

from mortise.measure.results import MeasureResult
from mortise.report.chart._svg import safe
from mortise.report.chart.lines import UsualBand, lines_chart
from mortise.report.measured import tables as t
from mortise.report.measured._words import TESTS
from mortise.report.measured.norms import NO_FIGURES, Norms, norm_chart
from mortise.report.measured.panels import panels_of
from mortise.report.measured.verdict import Trust, Verdict, counts_of, verdict_of
from mortise.report.words import number
from mortise.terms import Side

_BADGES = {Trust.YES: "Believe it", Trust.CARE: "With care", Trust.NO: "Do not rely on it"}
NO_BAND = "No usual band is drawn: the content holds no curve of healthy people with a source for these."


def report_page(
    result: MeasureResult,
    *,
    labels: Mapping[str, str] | None = None,
    treated: Side = Side.NONE,
    baseline: MeasureResult | None = None,
    baseline_words: str = "baseline",
    usual: Mapping[str, UsualBand] | None = None,
    norms: Norms | None = None,
) -> str:
    """Return the whole page.

    Parameters
    ----------
    result
        What a test returned.
    labels
        Measure id to the words the content has for it.
    treated
        Side that takes the treated hue; with none, the left does.
    baseline
        An earlier result of the same test, to compare with.
    baseline_words
        What the key calls it.
    usual
        Curve name to the band that is usual, with its source.
    norms
        What is usual for each measure at this age and sex; without it nothing is said of norms.

    Returns
    -------
    str
        HTML with its style inside; light and dark, printable, a table beneath every picture.
    """
    verdict = verdict_of(result)
    title = TESTS.get(result.test, result.test)
    usual = usual if usual is not None or norms is None else norms.bands
    charts = panels_of(result, treated=treated, baseline=baseline, baseline_words=baseline_words, usual=usual)
    body = "".join(
        (
            _head(result, title, verdict),
            _charts([(chart.is_wide, lines_chart(chart)) for chart in charts], has_usual=bool(usual)),
            _against_usual(norms, treated),
            _readings(result, labels or {}, baseline, baseline_words, norms),
            _trials(result),
            _refused(result),
            _files(result),
            _foot(result),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{safe(title)}: {safe(verdict.sentence)}</title><style>{style()}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def style() -> str:
    """Return the style of the page and of the picture."""
    return (files("mortise.report.measured") / "page.css").read_text(encoding="utf-8")


def _head(result: MeasureResult, title: str, verdict: Verdict) -> str:
    used, n, missing, word = counts_of(result)
    names = [each.file for each in result.recording.sensors]
    names += [each.file for each in result.recording.labs]
    names += [each.file for each in result.recording.poses]
    counted = f", {used} of {n} {word}s counted" if n else ""
    counted += f", {missing} believed missing" if missing else ""
    facts = f"{title}, {number(result.recording.duration_s)} s{counted}: {', '.join(names[:4])}"
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    reasons = "".join(f"<li>{safe(reason)}</li>" for reason in verdict.reasons)
    return (
        f'<header class="card"><p class="hush">{safe(facts + more)}</p><h1>{safe(verdict.sentence)}</h1>'
        f'<p><span class="badge badge--{verdict.trust.value}">{_BADGES[verdict.trust]}</span></p>'
        + (f'<ul class="reasons">{reasons}</ul>' if reasons else "")
        + "</header>"
    )


def _charts(charts: Sequence[tuple[bool, str]], *, has_usual: bool) -> str:
    if not charts:
        return ""
    drawn = "".join(f'<div class="{"wide" if is_wide else ""}">{svg}</div>' for is_wide, svg in charts)
    said = "" if has_usual else f'<p class="hush small">{safe(NO_BAND)}</p>'
    return f'<section class="card" aria-label="Curves"><h2>Curves</h2><div class="grid">{drawn}</div>{said}</section>'


def _against_usual(norms: Norms | None, treated: Side) -> str:
    if norms is None:
        return ""
    drawn = norm_chart(norms.shown, treated) or f"<h2>Beside what is usual</h2><p>{safe(NO_FIGURES)}</p>"
    return f'<section class="card" aria-label="Beside what is usual">{drawn}</section>'


def _readings(
    result: MeasureResult,
    labels: Mapping[str, str],
    baseline: MeasureResult | None,
    baseline_words: str,
    norms: Norms | None,
) -> str:
    found = t.reading_tables(result, labels, baseline, norms.words if norms is not None else None)
    if not found:
        return ""
    note = "± is the 95 % error of one recording with this method; a difference carries the error of both."
    compared = f" Before: {baseline_words}." if baseline is not None else ""
    tables = "".join(_reading_table(table, has_baseline=baseline is not None) for table in found)
    return f'<section class="card"><h2>Readings</h2><p class="hush small">{safe(note + compared)}</p>{tables}</section>'


def _reading_table(table: t.ReadingTable, *, has_baseline: bool) -> str:
    has_flags = any(row.flags for row in table.rows)
    has_usual = any(row.usual for row in table.rows)
    last = (
        (["Change is"] if has_baseline else [])
        + (["Usual"] if has_usual else [])
        + (["Doubts"] if has_flags else [])
    )
    heads = "".join(
        f'<th scope="col" class="n{" is-own" if name == "Left" else ""}">{safe(name)}</th>'
        for name in table.columns
    ) + "".join(f'<th scope="col">{safe(name)}</th>' for name in last)
    rows = []
    for row in table.rows:
        cells = "".join(
            f'<td class="n">{safe(cell.words)}{" <small>" + safe(cell.after) + "</small>" if cell.after else ""}</td>'
            for cell in row.cells
        )
        cells += f"<td>{safe(row.verdict)}</td>" if has_baseline else ""
        cells += f'<td class="why">{safe(row.usual)}</td>' if has_usual else ""
        cells += f'<td class="why">{safe(row.flags)}</td>' if has_flags else ""
        rows.append(f'<tr><th scope="row">{safe(row.name)} <small>{safe(row.unit)}</small></th>{cells}</tr>')
    label = f"{table.title}; scrolls sideways on a small screen"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{safe(label)}"><table class="table table--read">'
        f'<caption>{safe(table.title)}</caption><thead><tr><th scope="col">Measure</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], label: str, n_numbers: int = 0) -> str:
    top = "".join(
        f'<th scope="col"{" class=" + chr(34) + "n" + chr(34) if 0 < i <= n_numbers else ""}>{safe(head)}</th>'
        for i, head in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{safe(row[0])}</th>'
        + "".join(
            f'<td class="n">{safe(cell)}</td>' if i < n_numbers else f"<td>{safe(cell)}</td>"
            for i, cell in enumerate(row[1:])
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{safe(label)}"><table class="table">'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _trials(result: MeasureResult) -> str:
    heads, rows = t.trial_table(result)
    if not rows:
        return ""
    what = "Strides" if result.test in ("gait", "run") and heads[0] == "at, s" else "Trials"
    table = _table(heads, rows, f"{what}, one row each", n_numbers=len(heads) - 2)
    if len(rows) > 12:
        table = f"<details><summary>Show all {len(rows)} rows</summary>{table}</details>"
    return f'<section class="card"><h2>{what}</h2>{table}</section>'


def _refused(result: MeasureResult) -> str:
    rows = t.refused_rows(result)
    if not rows:
        return '<section class="card"><h2>Refused</h2><p>Nothing was refused.</p></section>'
    table = _table(("What", "Side", "When", "Why", "What would mend it"), rows, "What was refused and why")
    return f'<section class="card"><h2>Refused</h2>{table}</section>'


def _files(result: MeasureResult) -> str:
    heads = ("File", "Recognised as", "Length", "What was said of it", "Hash")
    table = _table(heads, t.file_rows(result), "Files and what they were recognised as")
    return f'<section class="card"><h2>What was recognised</h2>{table}</section>'


def _foot(result: MeasureResult) -> str:
    methods = ", ".join(dict.fromkeys(reading.method for reading in result.readings if reading.method))
    said = f"Methods: {methods}. " if methods else ""
    return (
        f'<footer class="hush small"><p>{safe(said)}Made by mortise measure {safe(result.test)}. '
        "Not a medical device: it supports a professional’s judgement.</p></footer>"
    )
