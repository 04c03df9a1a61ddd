"""The open gate: one line per exit of the stage, what is missing first, each with value, limit, age and cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from mortise.protocol import Criterion, Group, Stage
from mortise.record import Decision, Finding, NearestMiss
from mortise.report.words import day, number, plural, with_unit
from mortise.terms import Better, Cause, Measure, Side, Truth
from mortise.web.clinic.presenters_words import (
    PEG_MET,
    PEG_STALE,
    PEG_UNKNOWN,
    PEG_UNMET,
    Peg,
    age_words,
    cause_words,
    finding_bound,
    finding_value,
    level_words,
    peg_of,
    resolution_of,
    side_words,
)

_NEEDS_WORDS = {"again": "repeat it on a second date", "improve": "improve", "wait": "wait"}
_KINDS = (
    ("again", True, "Repeat at a visit"),
    ("again", False, "Repeat on a second date"),
    ("measure", True, "Measure at a visit"),
    ("measure", False, "Measure"),
    ("answer", True, "Ask at a visit"),
    ("answer", False, "Answers still needed"),
)
_ORDER = {PEG_UNMET: 0, PEG_STALE: 1, PEG_UNKNOWN: 2, PEG_MET: 3}


class GateRow(Struct, frozen=True, kw_only=True):
    """One criterion of a gate as it is read: value with error, limit, age, side, cause when not known."""

    id: str
    peg: Peg
    label: str
    side: str
    value: str
    bound: str
    aside: str  # age, cause, when a second date counts
    evidence: tuple[str, ...]
    is_default: bool


class GateLine(Struct, frozen=True, kw_only=True):
    """One exit of the stage. A group shows its own label and the rows it is made of."""

    peg: Peg
    label: str
    rows: tuple[GateRow, ...]
    is_group: bool


class Gate(Struct, frozen=True, kw_only=True):
    """The gate out of a stage."""

    title: str
    lines: tuple[GateLine, ...]
    n_met: int
    n_lines: int
    is_last: bool


def gate_of(
    decision: Decision,
    stage: Stage,
    next_stage: Stage | None,
    measures: Mapping[str, Measure],
    involved: Side,
) -> Gate:
    """Arrange the exit findings of `decision` as the lines of the gate out of `stage`, what is missing first."""
    found = {finding.criterion: finding for finding in decision.findings if finding.of == "exit"}
    lines = [line_of(node, found, measures, involved) for node in stage.exit]
    lines.sort(key=lambda line: _ORDER[line.peg])
    n_met = sum(line.peg is PEG_MET for line in lines)
    what = "The return is complete with" if next_stage is None else f"Gate to stage {next_stage.number}"
    return Gate(
        title=f"{what}: {n_met} of {len(lines)} in place" if lines else "No gate: this stage goes on",
        lines=tuple(lines),
        n_met=n_met,
        n_lines=len(lines),
        is_last=next_stage is None,
    )


def line_of(
    node: Criterion | Group, found: Mapping[str, Finding], measures: Mapping[str, Measure], involved: Side
) -> GateLine:
    """Return one exit of a stage; a criterion nobody has looked at is not known."""
    rows = tuple(row_of(found[one.id], measures, involved) for one in _criteria(node) if one.id in found)
    if isinstance(node, Criterion):
        row = rows[0] if rows else None
        return GateLine(peg=row.peg if row else PEG_UNKNOWN, label=node.label, rows=rows, is_group=False)
    return GateLine(peg=_group_peg(node, found), label=node.label or _any_of(node), rows=rows, is_group=True)


def _criteria(node: Criterion | Group) -> Iterable[Criterion]:
    if isinstance(node, Criterion):
        return (node,)
    return tuple(one for child in node.of for one in _criteria(child))


def _any_of(node: Group) -> str:
    n = len(node.of)
    return "All of" if node.n_needed == n else "Any of" if node.n_needed == 1 else f"{node.n_needed} of {n}"


def _group_peg(node: Group, found: Mapping[str, Finding]) -> Peg:
    pegs = [_node_peg(child, found) for child in node.of]
    n_met = pegs.count(PEG_MET)
    n_open = n_met + pegs.count(PEG_UNKNOWN) + pegs.count(PEG_STALE)
    if n_met >= node.n_needed:
        return PEG_MET
    if n_open < node.n_needed:
        return PEG_UNMET
    return PEG_STALE if PEG_STALE in pegs and PEG_UNKNOWN not in pegs else PEG_UNKNOWN


def _node_peg(node: Criterion | Group, found: Mapping[str, Finding]) -> Peg:
    if isinstance(node, Group):
        return _group_peg(node, found)
    finding = found.get(node.id)
    return PEG_UNKNOWN if finding is None else peg_of(finding.truth, finding.cause)


def row_of(finding: Finding, measures: Mapping[str, Measure], involved: Side) -> GateRow:
    """Return one finding as a row: nothing travels without its unit, error and age."""
    return GateRow(
        id=finding.criterion,
        peg=peg_of(finding.truth, finding.cause),
        label=finding.label,
        side=side_words(finding.limb, involved),
        value=finding_value(finding, measures),
        bound=finding_bound(finding, measures),
        aside=_aside(finding),
        evidence=finding.evidence,
        is_default=finding.strength.value == "consensus",
    )


def _aside(finding: Finding) -> str:
    parts = []
    if finding.truth is Truth.UNKNOWN and finding.cause is not Cause.STALE:
        parts.append(cause_words(finding.cause))
    if finding.age_days is not None:
        parts.append(age_words(finding.age_days))
    if finding.earliest_on is not None:
        parts.append(f"counts again from {day(finding.earliest_on)}")
    return ", ".join(part for part in parts if part)


def nearest_words(misses: Iterable[NearestMiss], measures: Mapping[str, Measure], involved: Side) -> str:
    """Say what would open the gate, what has to improve first, then what only has to be taken, asked or awaited.

    "Knee to wall (left, treated): 1.1 cm more, at a visit. Measure at a visit: Timed up and go, Chair stands."
    """
    misses = tuple(misses)
    sentences = [
        f"{_what(miss, involved)}: {', '.join((_needed(miss, measures.get(miss.measure)), *_conditions(miss)))}."
        for miss in misses
        if miss.needs == "improve"
    ]
    for needs, needs_visit, words in _KINDS:
        found = [
            _what(miss, involved) for miss in misses if (miss.needs, miss.needs_visit) == (needs, needs_visit)
        ]
        if found:
            sentences.append(f"{words}: {', '.join(dict.fromkeys(found))}.")
    waits = [miss for miss in misses if miss.needs == "wait"]
    if waits:
        each = (f"{_what(miss, involved)}{_wait_words(miss, measures.get(miss.measure))}" for miss in waits)
        sentences.append(f"Wait: {', '.join(each)}.")
    return " ".join(sentences)


def _what(miss: NearestMiss, involved: Side) -> str:
    side = side_words(miss.limb, involved)
    return f"{miss.label} ({side})" if side else miss.label


def _conditions(miss: NearestMiss) -> tuple[str, ...]:
    visit = ("at a visit",) if miss.needs_visit else ()
    return (*visit, f"from {day(miss.earliest_on)}") if miss.earliest_on else visit


def _wait_words(miss: NearestMiss, measure: Measure | None) -> str:
    return f" ({_needed(miss, measure)})" if miss.gap is not None and miss.unit == "days" else ""


def _needed(miss: NearestMiss, measure: Measure | None) -> str:
    if miss.gap is None or miss.needs not in ("improve", "wait"):
        return _NEEDS_WORDS.get(miss.needs, miss.needs)
    if miss.unit == "days":
        return plural(int(abs(miss.gap)), "more day")
    is_less = measure is not None and measure.better is Better.DOWN
    if level_words(measure, miss.bound):
        return f"{level_words(measure, miss.bound)}{' or less' if is_less else ' or more'}"
    unit = "" if miss.unit == "nrs" else miss.unit
    gap = with_unit(number(abs(miss.gap), _gap_grid(miss.gap, measure)), unit)
    return f"{gap} {'less' if is_less else 'more'}"


def _gap_grid(gap: Decimal, measure: Measure | None) -> Decimal:
    resolution = resolution_of(measure)
    return resolution if abs(gap) >= resolution else Decimal("0.01")
