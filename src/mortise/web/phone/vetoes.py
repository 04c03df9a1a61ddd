"""The veto table: what each answer before a session withholds. Finite, made from the protocol, read by two languages.

A phone without the server reads the same table (`core/veto.js`); a test compares every cell. Everything in it takes
away: tags withheld, a share of the dose, rest, stop. Nothing in it can give.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from mortise.protocol import Criterion, Operator, Protocol, Reduction, Rule, Tag
from mortise.protocol.criteria import criteria_in
from mortise.terms import Load, Measure
from mortise.web.phone.forms import answer_field
from mortise.web.ui.fields import CANNOT_SAY

EASY_PCT = 70  # what the engine allows at most on an eased day without a share of its own
FULL_PCT = 100
BLIND_WITHOUT = (Tag.IMPACT.value,)

Effect = dict[str, Any]
NO_EFFECT: Effect = {
    "stop": False, "rest": False, "ask": False, "pct": FULL_PCT, "without": [], "say": [], "tiers": [], "blind": False,
}  # fmt: skip


def veto_table(
    protocol: Protocol, measures: Mapping[str, Measure], stage: str
) -> dict[str, dict[str, Effect]]:
    """Return the effect of every answer to every question asked before a session, by measure and answer."""
    rules = [rule for rule in protocol.rules if not rule.stages or stage in rule.stages]
    flags = set(protocol.red_flags)
    return {
        name: {
            answer: effect_of(name, answer, rules)
            for answer in (("0", "1") if name in flags else answers_to(measures[name]))
        }
        for name in dict.fromkeys((*protocol.red_flags, *protocol.check_in))
    }


def answers_to(measure: Measure) -> tuple[str, ...]:
    """Return every answer that can be tapped, "can't say" included."""
    return tuple(str(value) for value, _ in answer_field(measure).widget.choices)


def effect_of(measure: str, answer: str, rules: list[Rule]) -> Effect:
    """Return what one answer by itself takes away."""
    effects = [_of_rule(rule, measure, answer) for rule in rules]
    return unite(one for one in effects if one is not None)


def unite(effects: Iterator[Effect] | list[Effect]) -> Effect:
    """Return the tightest of several effects; the order does not matter but for the order of the words."""
    all_of = list(effects)
    return {
        "stop": any(one["stop"] for one in all_of),
        "rest": any(one["rest"] for one in all_of),
        "ask": any(one["ask"] for one in all_of),
        "blind": any(one["blind"] for one in all_of),
        "pct": min([one["pct"] for one in all_of], default=FULL_PCT),
        "without": sorted({tag for one in all_of for tag in one["without"]}),
        "say": list(dict.fromkeys(line for one in all_of for line in one["say"])),
        "tiers": list(dict.fromkeys(tier for one in all_of for tier in one["tiers"])),
    }


def evaluate(table: Mapping[str, Mapping[str, Effect]], answers: Mapping[str, str]) -> Effect:
    """Return what a whole check withholds. A question left out, or an answer the table lacks, is not known."""
    return unite([_cell(table[name], answers.get(name, CANNOT_SAY)) for name in table])


def _cell(row: Mapping[str, Effect], answer: str) -> Effect:
    known = row.get(answer) or row.get(CANNOT_SAY)
    return known if known is not None else {**NO_EFFECT, "blind": True, "without": list(BLIND_WITHOUT)}


def shares(table: Mapping[str, Mapping[str, Effect]]) -> tuple[int, ...]:
    """Return every share of the dose that the table can ask for."""
    found = {cell["pct"] for row in table.values() for cell in row.values()}
    return tuple(sorted(found - {FULL_PCT}))


def _of_rule(rule: Rule, measure: str, answer: str) -> Effect | None:
    """Return a rule's effect for one answer. A group is taken as if any of its lines were enough: never looser."""
    lines = [one for one in criteria_in(rule.when) if one.measure == measure and _reads_today(one)]
    if not lines:
        return None
    if answer == CANNOT_SAY:
        return {**NO_EFFECT, "blind": True, "without": list(BLIND_WITHOUT)} if rule.is_danger else None
    if not any(_is_met(one, Decimal(answer)) for one in lines):
        return None
    eases = FULL_PCT if rule.load is not Load.EASE and rule.ease_to_pct is None else EASY_PCT
    return {
        "stop": rule.locks, "rest": rule.load is Load.REST, "ask": bool(rule.escalate) or _asks(rule),
        "pct": eases if rule.ease_to_pct is None else min(eases, int(rule.ease_to_pct)),
        "without": sorted(rule.without_tags), "say": [rule.say_patient],
        "tiers": [rule.tier.value] if rule.tier else [], "blind": False,
    }  # fmt: skip


def _asks(rule: Rule) -> bool:
    return rule.advice is not None and rule.advice.value in ("ask_clinician", "stop_and_seek_help")


def _reads_today(criterion: Criterion) -> bool:
    return criterion.value is not None and criterion.reduce in (
        Reduction.LAST, Reduction.MAX, Reduction.MIN, Reduction.MEDIAN,
    )  # fmt: skip


def _is_met(criterion: Criterion, value: Decimal) -> bool:
    bound = criterion.value
    assert bound is not None
    if criterion.operator is Operator.AT_LEAST:
        return value >= bound
    if criterion.operator is Operator.AT_MOST:
        return value <= bound
    return criterion.operator is Operator.EQUALS and value == bound
