"""When the next gate could open, line by line, as an interval. Shown to people; no decision reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import Struct

from mortise.progress.forecast import Forecast, forecast
from mortise.protocol import Criterion, Group, Operator, Stage
from mortise.record import Finding
from mortise.record.tracks import Track, key_of
from mortise.terms import Measure, Truth

_NEVER = date.max


class LineForecast(Struct, frozen=True, kw_only=True):
    """When one criterion could be in place. `why` says what there is no forecast from, empty when there is one."""

    criterion: str
    label: str
    measure: str
    on_early: date | None
    on_late: date | None
    why: str = ""


class GateForecast(Struct, frozen=True, kw_only=True):
    """When the whole gate could open: not before `on_early`, by `on_late` with nine chances in ten.

    `on_late` None: later than a year, never, or not to be told yet. `on_early` None too: not foreseen at all. `slowest`
    is the criterion that the late end waits for.
    """

    on_early: date | None
    on_late: date | None
    lines: tuple[LineForecast, ...]
    slowest: str = ""


class _Span(NamedTuple):
    """When something could be in place; `date.max` stands for "cannot be told"."""

    early: date
    late: date


def gate_forecast(
    stage: Stage,
    findings: Sequence[Finding],
    tracks: Mapping[str, Track],
    measures: Mapping[str, Measure],
    *,
    entered_on: date,
    as_of: date,
) -> GateForecast | None:
    """Foresee when a stage's exit could be in place.

    Parameters
    ----------
    stage : Stage
        The stage the patient is in.
    findings : sequence of Finding
        What the exit's criteria found on `as_of`.
    tracks : mapping of str to Track
        As the decision read them.
    measures : mapping of str to Measure
        For the direction of each.
    entered_on, as_of : date
        When the stage was entered, and the day of the decision.

    Returns
    -------
    GateForecast or None
        None for a stage without an exit.

    Notes
    -----
    1. A criterion met now is taken to stay so. One not met is foreseen from its newest series (`progress.forecast`); a
       confirmation on a second date adds its days. One unknown could be found met today, or never.
    2. Of a line of which k will do, the k-th counts; all lines must be in place, and the minimum stay must be over.
    3. Criteria are taken one by one, so the gate's late end holds with less than the nine chances in ten of each.
    """
    if not stage.exit:
        return None
    by_id = {one.criterion: one for one in findings if one.of == "exit"}
    spans: dict[str, _Span] = {}
    lines: list[LineForecast] = []
    for line in stage.exit:
        for criterion in _criteria(line):
            made, why = _criterion_span(criterion, by_id.get(criterion.id), tracks, measures, as_of)
            spans[criterion.id] = made
            found = by_id.get(criterion.id)
            if found is None or found.truth is not Truth.MET:
                lines.append(LineForecast(criterion=criterion.id, label=criterion.label, measure=criterion.measure,
                                          on_early=_told(made.early), on_late=_told(made.late), why=why))  # fmt: skip
    gate = _all_of([_node_span(line, spans) for line in stage.exit])
    stay = entered_on + timedelta(days=stage.min_days)
    gate = _Span(max(gate.early, stay), max(gate.late, stay))
    return GateForecast(on_early=_told(gate.early), on_late=_told(gate.late), lines=tuple(lines),
                        slowest=_slowest(spans, gate.late))  # fmt: skip


def _criteria(node: Criterion | Group) -> list[Criterion]:
    if isinstance(node, Criterion):
        return [node]
    return [one for child in node.of for one in _criteria(child)]


def _criterion_span(
    criterion: Criterion,
    found: Finding | None,
    tracks: Mapping[str, Track],
    measures: Mapping[str, Measure],
    as_of: date,
) -> tuple[_Span, str]:
    if found is None or found.truth is Truth.UNKNOWN:
        return _Span(as_of, _NEVER), "not known yet"
    if found.truth is Truth.MET:
        return _Span(as_of, as_of), ""
    track = tracks.get(key_of(found.measure, found.limb))
    foreseen = _foreseen(criterion, found, track, measures.get(found.measure))
    if foreseen is None or track is None or track.newest is None:
        return _Span(as_of, _NEVER), "too few readings of known error to foresee anything"
    confirming = criterion.apart_days if criterion.n_dates > 1 else 0
    return _Span(
        _after(track.newest.day, foreseen.early_weeks, confirming, as_of),
        _after(track.newest.day, foreseen.late_weeks, confirming, as_of),
    ), ""


def _foreseen(
    criterion: Criterion, found: Finding, track: Track | None, measure: Measure | None
) -> Forecast | None:
    """Foresee a level; a flag, an equality or a bound against the better direction has no course to follow."""
    wanted = {Operator.AT_LEAST: "up", Operator.AT_MOST: "down"}.get(criterion.operator)
    if track is None or not track.series or measure is None or found.bound is None:
        return None
    if measure.better.value != wanted:
        return None
    series = track.series[0]
    return forecast(series.points[series.n_practice :], measure.better, found.bound)


def _after(day: int, weeks: int | None, confirming: int, as_of: date) -> date:
    if weeks is None:
        return _NEVER
    return max(as_of, date.fromordinal(day + 7 * weeks)) + timedelta(days=confirming)


def _node_span(node: Criterion | Group, spans: Mapping[str, _Span]) -> _Span:
    if isinstance(node, Criterion):
        return spans[node.id]
    below = [_node_span(child, spans) for child in node.of]
    earliest = sorted(one.early for one in below)
    latest = sorted(one.late for one in below)
    return _Span(earliest[node.n_needed - 1], latest[node.n_needed - 1])


def _all_of(spans: Sequence[_Span]) -> _Span:
    return _Span(max(one.early for one in spans), max(one.late for one in spans))


def _told(day: date) -> date | None:
    return None if day == _NEVER else day


def _slowest(spans: Mapping[str, _Span], late: date) -> str:
    return next((name for name, span in spans.items() if span.late == late), "")
