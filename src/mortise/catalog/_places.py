"""Everything in a protocol that reads a measure, each with the place an author would look for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from mortise.catalog._case_expect import CaseFiles
from mortise.catalog._check_source import Source
from mortise.protocol import Criterion, Exercise, Node, Protocol, Rule, Snippet
from mortise.protocol.assessment import Assessment, Classification
from mortise.protocol.criteria import criteria_in
from mortise.protocol.questionnaires import Questionnaire
from mortise.terms import EvidenceRow, Measure


class Book(NamedTuple):
    """All content that checks look at together."""

    measures: Mapping[str, Measure]
    exercises: Mapping[str, Exercise]
    protocols: Mapping[str, Protocol]
    evidence: Mapping[str, EvidenceRow]
    texts: Mapping[str, str]
    assessment: Assessment
    classification: Classification
    cases: Mapping[str, CaseFiles]
    questionnaires: Mapping[str, Questionnaire]
    sources: Mapping[str, Source | None]
    education: Mapping[str, Snippet]


class Place(NamedTuple):
    """One criterion: where it stands, what it belongs to, and in which stages it is read."""

    where: str
    kind: str  # exit, rule, light
    owner: str  # stage, rule or light id
    stages: tuple[str, ...]
    criterion: Criterion
    is_danger: bool = False
    wants_good: bool = True  # met means that things are well


RuleLines = tuple[tuple[Rule, tuple[Criterion, ...]], ...]


class _Tables(NamedTuple):
    protocol: Protocol
    places: tuple[Place, ...]
    rules: RuleLines


_N_KEPT = 16
_kept: dict[int, _Tables] = {}


def places_of(protocol: Protocol) -> tuple[Place, ...]:
    """Return every criterion of a protocol, exits first, then rules, then lights.

    Every check asks for them, so the places of the newest protocols are kept; each entry holds its protocol, so that no
    other can come to the same place in memory.
    """
    return _tables(protocol).places


def rules_of(protocol: Protocol) -> RuleLines:
    """Return every rule of a protocol with its criteria, kept as the places are."""
    return _tables(protocol).rules


def _tables(protocol: Protocol) -> _Tables:
    found = _kept.get(id(protocol))
    if found is None:
        if len(_kept) >= _N_KEPT:
            _kept.clear()
        rules = tuple((rule, tuple(criteria_in(rule.when))) for rule in protocol.rules)
        found = _kept[id(protocol)] = _Tables(protocol, tuple(_places(protocol)), rules)
    return found


def _places(protocol: Protocol) -> Iterator[Place]:
    every = tuple(stage.id for stage in protocol.stages)
    for stage in protocol.stages:
        for where, criterion in _lines(stage.exit, f"{protocol.id}, stage {stage.id}, exit"):
            yield Place(where, "exit", stage.id, (stage.id,), criterion)
    for rule in protocol.rules:
        is_good = rule.load is not None and rule.load.value == "raise"
        for where, criterion in _lines((rule.when,), f"{protocol.id}, rule {rule.id}"):
            yield Place(
                where, "rule", rule.id, rule.stages or every, criterion, rule.is_danger, wants_good=is_good
            )
    for light in protocol.lights:
        for where, criterion in _lines((light.when,), f"{protocol.id}, light {light.light}"):
            yield Place(
                where, "light", light.light.value, every, criterion, wants_good=light.light.value == "green"
            )


def _lines(nodes: tuple[Node, ...], where: str) -> Iterator[tuple[str, Criterion]]:
    for node in nodes:
        for criterion in criteria_in(node):
            yield f"{where}, criterion {criterion.id}", criterion


def source_of(measure: Measure, measures: Mapping[str, Measure]) -> Measure | None:
    """Return what is asked or taken for a measure: itself, what it is derived from, or None for a count of days."""
    if measure.derive is None:
        return measure
    return measures.get(measure.derive.of) if measure.derive.of else None


def is_on_grid(value: Decimal, measure: Measure) -> bool:
    """Whether a value lies on the measure's resolution."""
    return value % measure.resolution == 0
