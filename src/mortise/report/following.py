"""What lies ahead of a patient and whether it changes, in words: the same on every screen and in the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.episode import MeasureSeries, Story
from mortise.episode.forecast import GateForecast
from mortise.progress.change import Answer
from mortise.progress.plateau import Trend
from mortise.report.words import day, number, plural, short_day
from mortise.terms import Limb

N_MOST = Decimal(1000)
STEP_WORDS = {
    "adherence": "What was done", "technique_and_dose": "Technique and dose", "change_one_thing": "Change one thing",
    "retest": "Re-test", "refer": "Another pair of eyes",
}  # fmt: skip


class Moving(Struct, frozen=True, kw_only=True):
    """Whether one measure changes, and whether it goes on. `is_watched`: the plateau ladder follows it."""

    label: str
    change: str
    going_on: str
    is_still: bool
    is_watched: bool


# ---------------------------------------------------------------- ahead


def ahead_words(forecast: GateForecast | None, told: Story) -> str:
    """Say when the next gate could open, as an interval and no surer than it is."""
    if forecast is None:
        return ""
    following = told.protocol.after(told.stage)
    gate = f"Stage {following.number}" if following is not None else "The last gate"
    labels = {one.criterion: one.label for one in forecast.lines}
    slowest = labels.get(forecast.slowest, "")
    waits = f" It waits longest for: {slowest[:1].lower()}{slowest[1:]}." if slowest else ""
    if forecast.on_early is None:
        return f"{gate} is not foreseen within a year.{waits}"
    early = "today" if forecast.on_early <= told.as_of else day(forecast.on_early)
    if forecast.on_late is None:
        return f"{gate} could open {early} at the earliest; how late cannot be told yet.{waits}"
    if forecast.on_late <= told.as_of:
        return f"{gate} could open today."
    return f"{gate} could open between {early} and {day(forecast.on_late)}.{waits}"


def ahead_lines(forecast: GateForecast | None) -> Iterable[tuple[str, str]]:
    """Yield the lines that are not in place, each with its own interval."""
    for one in () if forecast is None else forecast.lines:
        if one.why:
            yield one.label, one.why
        elif one.on_early is None:
            yield one.label, "not within a year"
        else:
            yield one.label, _span(one.on_early, one.on_late)


def _span(on_early: date, on_late: date | None) -> str:
    if on_late is None:
        return f"{short_day(on_early)} at the earliest"
    return short_day(on_early) if on_early == on_late else f"{short_day(on_early)} to {short_day(on_late)}"


# ---------------------------------------------------------------- is it changing


def moving_of(told: Story) -> Iterable[Moving]:
    """Yield every measure of known error taken at least twice on the treated side: what its course says."""
    watched = () if told.protocol.plateau is None else told.protocol.plateau.watches
    seen: set[str] = set()
    ordered = sorted(told.series, key=lambda one: (one.measure not in watched, one.measure))
    for one in ordered:
        is_first = one.limb is not Limb.UNINVOLVED and one.measure not in seen
        if is_first and _tells(one):
            seen.add(one.measure)
            yield Moving(
                label=told.content.measures[one.measure].label, change=change_words(one),
                going_on=going_on_words(one), is_still=_is_still(one),
                is_watched=one.measure in watched,
            )  # fmt: skip


def _tells(one: MeasureSeries) -> bool:
    return len(one.points) > 1 and one.change is not None and all(point.error for point in one.points)


def _is_still(one: MeasureSeries) -> bool:
    return one.plateau is not None and one.plateau.trend is Trend.PLATEAU


def change_words(one: MeasureSeries) -> str:
    """Say whether a measure is better, worse, not improving, or not decidable yet, and what would decide."""
    change = one.change
    if change is None:
        return "No direction is better here."
    if change.answer is Answer.BETTER:
        return f"Improving: {_times(change.evidence_better)} times better explained by gain than by error"
    if change.answer is Answer.WORSE:
        return f"Worse: {_times(change.evidence_worse)} times better explained by loss than by error"
    if change.answer is Answer.NOT_IMPROVING:
        return "Not improving: the smallest gain worth having is ruled out"
    return f"Not decidable yet{_more(change.n_more)}"


def going_on_words(one: MeasureSeries) -> str:
    """Say whether improvement goes on, has stopped, or cannot be told."""
    found = one.plateau
    if found is None:
        return ""
    if found.trend is Trend.PLATEAU:
        since = (
            f" since {short_day(date.fromordinal(found.since_day))}" if found.since_day is not None else ""
        )
        return f"Stands still{since} ({_times(found.evidence)} : 1)"
    return "Goes on" if found.trend is Trend.IMPROVING else f"Not decidable yet{_more(found.n_more)}"


def _more(n_more: int | None) -> str:
    return "" if n_more is None else f": {plural(n_more, 'more weekly measure')} would decide"


def _times(evidence: Decimal) -> str:
    return (
        "more than 1000"
        if evidence > N_MOST
        else number(evidence, Decimal(1) if evidence >= 10 else Decimal("0.1"))
    )
