"""How far the patient is: the gate with what is missing first, and trends against the person's own error band."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _n

from mortise.decide import kleene
from mortise.episode import MeasureSeries, Story
from mortise.prescribe import CounterLine
from mortise.protocol import Criterion, Group, Node
from mortise.protocol.criteria import criteria_in
from mortise.record import Finding
from mortise.report import chart
from mortise.report.words import day, number, with_unit
from mortise.terms import Cause, Limb, Measure, Truth
from mortise.web.phone.presenters_self import Coming, KeepingCard, coming_up, keeping_card
from mortise.web.phone.said import said
from mortise.web.phone.visits import Visit
from mortise.web.ui.local import capital

TRENDS = ("comfort_nrs", "range_feeling_nrs", "confidence_nrs", "pain_worst_24h_nrs", "lunge_cm")
CAUSE_WORDS: Mapping[Cause, str] = {  # short, beside a line; the whole sentence is in the texts
    Cause.MISSING: _n("not known yet"),
    Cause.STALE: _n("too old"),
    Cause.IMPLAUSIBLE: _n("to be repeated"),
    Cause.FUTURE_DATED: _n("wrong date"),
    Cause.CONTRADICTORY: _n("results disagree"),
    Cause.INSTRUMENT_CHANGED: _n("new way of measuring"),
    Cause.WRONG_SIDE: _n("side missing"),
    Cause.WRONG_UNIT: _n("unit not clear"),
    Cause.CANNOT_SAY: _n("you could not say"),
    Cause.UNCONFIRMED: _n("once so far"),
    Cause.TOO_FEW: _n("too few answers yet"),
}


class TrackStage(NamedTuple):
    number: int
    state: str  # past, now, locked: classes of the track


class GateLine(NamedTuple):
    """One exit of the stage as a patient reads it."""

    id: str
    truth: Truth
    cause: Cause | None
    label: str
    said: str


class ProgressPage(NamedTuple):
    headline: str
    aim: str
    track: tuple[TrackStage, ...]
    gate_title: str
    missing: tuple[GateLine, ...]
    in_place: tuple[GateLine, ...]
    in_place_words: str
    charts: tuple[SafeString, ...]
    goals: tuple[str, ...]
    keeping: KeepingCard | None = None
    coming: tuple[Coming, ...] = ()
    week: tuple[str, ...] = ()  # what the week holds, and the most it may


def progress_page(visit: Visit, story: Story, back_to: date | None = None) -> ProgressPage:
    """Compose the progress page; its charts go back to a day, or to the first answer."""
    protocol = visit.content.protocol(visit.episode.protocol)
    stage, following = protocol.stage(story.stage), protocol.after(story.stage)
    lines = gate_lines(visit, story)
    missing = tuple(line for line in lines if line.truth is not Truth.MET)
    in_place = tuple(line for line in lines if line.truth is Truth.MET)
    return ProgressPage(
        headline=gettext("Stage %(number)s of %(n)s") % {"number": stage.number, "n": len(protocol.stages)},
        aim=said(stage.aim_patient),
        track=track_of(visit, story),
        gate_title=gettext("What opens stage %(number)s") % {"number": following.number}
        if following
        else gettext("Keeping it"),
        missing=missing,
        in_place=in_place,
        in_place_words=ngettext("%(n)s is in place", "%(n)s are in place", len(in_place))
        % {"n": len(in_place)},
        charts=tuple(_charts(visit, story, back_to or date.min)),
        goals=tuple(goal.words for goal in story.goals),
        keeping=keeping_card(visit, story),
        coming=coming_up(visit, story),
        week=tuple(_counted(line) for line in story.counters),
    )


def _counted(line: CounterLine) -> str:
    """Say what counts of one counter, with today, and the most a week may hold."""
    done = number(line.counted_week + line.planned, Decimal(1))
    words = capital(said(line.words_patient))
    if line.per_week is None:
        return gettext("%(what)s: %(done)s this week, with today.") % {"what": words, "done": done}
    most = number(line.per_week, Decimal(1))
    return gettext("%(what)s: %(done)s of at most %(most)s this week, with today.") % {
        "what": words,
        "done": done,
        "most": most,
    }


def track_of(visit: Visit, story: Story) -> tuple[TrackStage, ...]:
    """Return the stages as the track shows them."""
    protocol = visit.content.protocol(visit.episode.protocol)
    here = protocol.stage(story.stage).number
    return tuple(
        TrackStage(one.number, "past" if one.number < here else "now" if one.number == here else "locked")
        for one in protocol.stages
    )


def gate_lines(visit: Visit, story: Story) -> tuple[GateLine, ...]:
    """Return the lines of the open gate: not yet first, then not known, then in place."""
    found = {one.criterion: one for one in story.decision.findings if one.of == "exit"}
    stage = visit.content.protocol(visit.episode.protocol).stage(story.stage)
    lines = [_gate_line(node, found, visit) for node in stage.exit]
    order = (Truth.NOT_MET, Truth.UNKNOWN, Truth.MET)
    return tuple(sorted(lines, key=lambda line: order.index(line.truth)))


def gate_count(visit: Visit, story: Story) -> tuple[int, int]:
    """Return how many lines of the open gate are in place, and how many there are."""
    lines = gate_lines(visit, story)
    return sum(line.truth is Truth.MET for line in lines), len(lines)


def _gate_line(node: Node, found: Mapping[str, Finding], visit: Visit) -> GateLine:
    truth = _truth(node, found)
    shown = _telling(node, found, truth)
    cause = shown.cause if shown is not None and truth is Truth.UNKNOWN else None
    return GateLine(
        node.id, truth, cause, said(node.label_patient or node.label), _found(shown, truth, visit)
    )


def _truth(node: Criterion | Group, found: Mapping[str, Finding]) -> Truth:
    if isinstance(node, Criterion):
        return found[node.id].truth if node.id in found else Truth.UNKNOWN
    return kleene([_truth(child, found) for child in node.of], node.n_needed)


def _telling(node: Node, found: Mapping[str, Finding], truth: Truth) -> Finding | None:
    """Return the finding that says most about a line: the first with the line's own verdict."""
    under = [found[one.id] for one in criteria_in(node) if one.id in found]
    return next((one for one in under if one.truth is truth), under[0] if under else None)


def _found(finding: Finding | None, truth: Truth, visit: Visit) -> str:
    if finding is None:
        return gettext("not known")
    if truth is Truth.UNKNOWN:
        if finding.earliest_on is not None:
            is_due = finding.earliest_on <= visit.today
            return (
                gettext("once more, now")
                if is_due
                else gettext("once more, from %(day)s") % {"day": day(finding.earliest_on)}
            )
        return gettext(CAUSE_WORDS.get(finding.cause, _n("not known")) if finding.cause else _n("not known"))
    return _value(finding, visit.content.measures.get(finding.measure))


def _value(finding: Finding, measure: Measure | None) -> str:
    if finding.value is None or measure is None:
        return ""
    if measure.unit == "flag" and measure.question:  # "no night pain: yes" would read as its opposite
        return gettext("you said yes") if finding.value else gettext("you said no")
    if measure.unit == "flag":
        return gettext("yes") if finding.value else gettext("no")
    if measure.levels:
        word = said(measure.levels[int(finding.value)])
        return gettext("you said “%(word)s”") % {"word": word} if measure.question else word
    if finding.unit == "ratio":
        return with_unit(number(finding.value * 100, 1), "pct")
    return with_unit(number(finding.value, measure.resolution), finding.unit)


def _charts(visit: Visit, story: Story, back_to: date) -> list[SafeString]:
    drawn = []
    for measure_id in TRENDS:
        found = [one for one in story.series if one.measure == measure_id and one.limb is not Limb.UNINVOLVED]
        if found and sum(one.on >= back_to for one in found[0].points) > 1:
            drawn.append(_trend(visit, found[0], visit.content.measures[measure_id], back_to))
    return drawn


def _trend(visit: Visit, found: MeasureSeries, measure: Measure, back_to: date) -> SafeString:
    series = chart.Series(
        side=found.side, is_treated=True,
        dots=tuple(chart.Dot(one.on, float(one.value)) for one in found.points if one.on >= back_to),
        level=tuple(chart.Level(one.on, one.value, one.low, one.high) for one in found.level if one.on >= back_to),
    )  # fmt: skip
    trend = chart.Trend(
        heading=chart.Heading(
            title=said(measure.label),
            about=_about(found),
            finding=_finding(measure, found),
            id_prefix=f"trend-{measure.id.replace('_', '-')}",
        ),
        today_on=visit.today,
        unit=measure.unit,
        resolution=float(measure.resolution),
        series=(series,),
        whole_scale=(0.0, 10.0) if measure.unit == "nrs" else None,
    )
    return mark_safe(chart.trend_chart(trend))


def _about(found: MeasureSeries) -> str:
    return (
        gettext("The line is our estimate, the band how sure it is.")
        if found.level
        else gettext("Each dot is one answer of yours.")
    )


def _finding(measure: Measure, found: MeasureSeries) -> str:
    last = found.points[-1]
    value = with_unit(number(last.value, measure.resolution), measure.unit)
    template = ngettext(
        "%(what)s: %(value)s on %(day)s, %(n)s answer so far.",
        "%(what)s: %(value)s on %(day)s, %(n)s answers so far.",
        len(found.points),
    )
    return template % {
        "what": said(measure.label),
        "value": value,
        "day": day(last.on),
        "n": len(found.points),
    }
