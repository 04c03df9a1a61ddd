"""A protocol as it runs: stages, gates, rules and figures, each with its strength and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from mortise.protocol import Criterion, Escalation, Exercise, Group, Protocol, Rule, Stage
from mortise.report.care import CareTable, care_tables
from mortise.report.doses import full_dose
from mortise.report.words import day, number, plural, with_unit
from mortise.terms import EvidenceRow, Measure, Strength
from mortise.web.clinic.presenters_words import (
    STRENGTH_WORDS,
    Source,
    bound_words,
    resolution_of,
    says_of,
    sources_of,
)


class Figure(Struct, frozen=True, kw_only=True):
    """One limit of a gate or rule: what, how much, how old it may be, what a clinic may set, what it rests on."""

    label: str
    limb: str
    bound: str
    fresh: str
    allowed: str
    strength: str
    is_default: bool
    cites: tuple[str, ...]
    depth: int
    is_group: bool


class SlotRow(Struct, frozen=True, kw_only=True):
    """One exercise of a stage with the ends of its dose ladder."""

    name: str
    purpose: str
    doses: str
    per_week: str


class StageView(Struct, frozen=True, kw_only=True):
    """One stage."""

    id: str
    number: int
    title: str
    aim: str
    time: str
    exits: tuple[Figure, ...]
    slots: tuple[SlotRow, ...]
    manual: tuple[str, ...]
    withheld: str
    step_back: str
    starts_here: str
    is_last: bool


class RuleView(Struct, frozen=True, kw_only=True):
    """One rule: when, what follows, and what it rests on."""

    id: str
    says: str
    effects: str
    when: tuple[Figure, ...]
    strength: str
    is_default: bool
    cites: tuple[str, ...]


class ProtocolView(Struct, frozen=True, kw_only=True):
    """A whole protocol."""

    id: str
    title: str
    version: str
    hash: str
    authored_by: str
    checked_by: str
    reviewed: str
    population: str
    why: str
    stages: tuple[StageView, ...]
    rules: tuple[RuleView, ...]
    care: tuple[CareTable, ...]
    ways_out: tuple[tuple[str, str, str, str], ...]
    sources: tuple[Source, ...]
    counts: str


def protocol_of(
    protocol: Protocol,
    digest: str,
    measures: Mapping[str, Measure],
    exercises: Mapping[str, Exercise],
    evidence: Mapping[str, EvidenceRow],
) -> ProtocolView:
    """Arrange a protocol for reading; every figure says whether it is evidence or a clinic default."""
    stages = tuple(_stage(stage, protocol, measures, exercises) for stage in protocol.stages)
    rules = tuple(_rule(rule, measures) for rule in protocol.rules)
    figures = [one for stage in stages for one in stage.exits if not one.is_group]
    n_default = sum(one.is_default for one in figures)
    cited = [key for stage in stages for one in stage.exits for key in one.cites]
    cited += [key for rule in protocol.rules for key in rule.evidence]
    return ProtocolView(
        id=protocol.id,
        title=protocol.title,
        version=protocol.version,
        hash=digest,
        authored_by=protocol.authored_by,
        checked_by=protocol.checked_by,
        reviewed=f"Written {day(protocol.reviewed_on, with_year=True)}, "
        f"to be reviewed by {day(protocol.next_review_on, with_year=True)}.",
        population=protocol.population,
        why=protocol.why,
        stages=stages,
        rules=rules,
        care=care_tables(protocol, measures, exercises),
        ways_out=tuple(
            (one.to, _clock(one), "; ".join(one.criteria), one.say_clinician) for one in protocol.escalations
        ),
        sources=sources_of(cited, evidence),
        counts=f"{plural(len(figures), 'gate criterion', 'gate criteria')}, {n_default} of them clinic defaults; "
        f"{plural(len(rules), 'rule')}.",
    )


def _clock(one: Escalation) -> str:
    first = f"from day {one.not_before_days}, " if one.not_before_days is not None else ""
    last = f"by day {one.at_latest_days}, " if one.at_latest_days is not None else ""
    soon = f"within {plural(one.within_days, 'day')}" if one.within_days else "today"
    return f"{first}{last}{soon}"


def _stage(
    stage: Stage, protocol: Protocol, measures: Mapping[str, Measure], exercises: Mapping[str, Exercise]
) -> StageView:
    weeks = stage.typical_weeks
    typical = f"typically {weeks[0]} to {weeks[1]} weeks" if weeks else "ongoing"
    back = next((one for one in protocol.stages if one.id == stage.step_back_to), None)
    return StageView(
        id=stage.id,
        number=stage.number,
        title=stage.title,
        aim=stage.aim,
        time=f"At least {plural(stage.min_days, 'day')}, {typical}; sessions of {stage.minutes_at_most} min at most.",
        exits=tuple(one for node in stage.exit for one in figures_of(node, measures)),
        slots=tuple(_slot(slot.exercise, slot.purpose, slot.first_step, slot.last_step, slot.n_per_week, exercises)
                    for slot in stage.slots if slot.exercise in exercises),
        manual=stage.manual_therapy,
        withheld=", ".join(tag.replace("_", " ") for tag in stage.without_tags),
        step_back=f"{back.number} {back.title}" if back is not None else "",
        starts_here=stage.starts_here,
        is_last=stage is protocol.stages[-1],
    )  # fmt: skip


def _slot(
    name: str, purpose: str, first: int, last: int, n_per_week: int, exercises: Mapping[str, Exercise]
) -> SlotRow:
    steps = exercises[name].dose_steps
    low, high = (
        full_dose(steps[one], exercise=exercises[name]) for one in (first, min(last, len(steps) - 1))
    )
    return SlotRow(
        name=exercises[name].name,
        purpose=purpose,
        doses=low if low == high else f"{low} to {high}",
        per_week=f"{n_per_week} a week" if n_per_week else "for variety",
    )


def figures_of(node: Criterion | Group, measures: Mapping[str, Measure], depth: int = 0) -> Iterable[Figure]:
    """Yield the limits under a node, a group's own line first."""
    if isinstance(node, Group):
        n = len(node.of)
        word = (
            "all of" if node.n_needed == n else "any of" if node.n_needed == 1 else f"{node.n_needed} of {n}"
        )
        yield Figure(
            label=f"{node.label}: {word}" if node.label else word.capitalize(), limb="", bound="", fresh="",
            allowed="", strength="", is_default=False, cites=(), depth=depth, is_group=True,
        )  # fmt: skip
        for child in node.of:
            yield from figures_of(child, measures, depth + 1)
        return
    yield _figure(node, measures, depth)


def _figure(one: Criterion, measures: Mapping[str, Measure], depth: int) -> Figure:
    measure = measures.get(one.measure)
    bound = (
        f"floor of the band “{one.band}”"
        if one.band
        else bound_words(measure, one.operator, one.value, one.unit)
    )
    twice = f", on {one.n_dates} dates {one.apart_days} days apart" if one.n_dates > 1 else ""
    visit = ", at a visit" if one.needs_visit else ""
    return Figure(
        label=one.label,
        limb="" if one.limb.value == "none" else one.limb.value,
        bound=f"{bound}{twice}{visit}",
        fresh=plural(one.max_age_days, "day"),
        allowed=_allowed(one, measure),
        strength=STRENGTH_WORDS[one.strength],
        is_default=one.strength is Strength.CONSENSUS,
        cites=one.evidence,
        depth=depth,
        is_group=False,
    )


def _allowed(one: Criterion, measure: Measure | None) -> str:
    if one.allowed is None:
        return ""
    low, high = (number(end, resolution_of(measure)) for end in one.allowed)
    return with_unit(f"{low} to {high}", one.unit)


def _rule(rule: Rule, measures: Mapping[str, Measure]) -> RuleView:
    return RuleView(
        id=rule.id,
        says=rule.say_clinician,
        effects=", ".join(_effects(rule)),
        when=tuple(figures_of(rule.when, measures)),
        strength=STRENGTH_WORDS[rule.strength],
        is_default=rule.strength is Strength.CONSENSUS,
        cites=rule.evidence,
    )


def _effects(rule: Rule) -> Iterable[str]:
    if rule.advice is not None:
        yield says_of(rule.advice).word.lower()
    if rule.load is not None:
        yield f"{says_of(rule.load).word.lower()} the load"
    if rule.ease_to_pct is not None:
        yield f"dose to {number(rule.ease_to_pct, 1)} % for {plural(rule.for_days, 'day')}"
    if rule.without_tags:
        yield f"without {', '.join(tag.replace('_', ' ') for tag in rule.without_tags)}"
    if rule.locks:
        yield "programme frozen until a named clinician resumes it"
