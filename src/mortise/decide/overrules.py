"""A clinician's overrule: how long it stands, and what may still tighten it.

The rule, in one place:

1. The newest response to a decision counts. An `agree`, or any later stage entry, ends an earlier overrule.
2. While it stands, the advice is the clinician's, looser or tighter than the engine's own.
3. A **new danger** is a rule tighter than the clinician's advice that is met by a fact the overruled decision did not
   know, or a danger unknown now that was not unknown, or not yet for so long, in that decision. A new danger tightens
   the advice to that rule's, and the reasons say so. Nothing loosens it.
4. The chosen load is for that day only: load is today's by its meaning. What the rule withheld stays withheld.
5. Caps by population, the plan's own constraints and the circumstances of the day hold over an overrule.
6. A red-flag lock is never opened by an overrule, only by a recorded `resume`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from mortise.decide.verdicts import MET
from mortise.record import Finding, FiredRule
from mortise.terms import Advice, Load, Truth


class Overrule(Struct, frozen=True, kw_only=True):
    """A standing overrule and what the overruled decision rested on."""

    response: str
    by: str
    reason: str
    advice: Advice
    load: Load | None
    decided_on: date
    known_facts: frozenset[str]
    unknown_then: tuple[tuple[str, Advice], ...]


def new_dangers(
    overrule: Overrule, fired: Iterable[FiredRule], findings: Sequence[Finding]
) -> tuple[FiredRule, ...]:
    """Return the fired rules that are tighter than the clinician's advice and that the clinician has not judged.

    Parameters
    ----------
    overrule : Overrule
        The standing overrule.
    fired : iterable of FiredRule
        Today's.
    findings : sequence of Finding
        Today's, under the rules.

    Returns
    -------
    tuple of FiredRule
        Empty while nothing new speaks against the clinician's choice.
    """
    return tuple(
        rule
        for rule in fired
        if _is_tighter(overrule, rule) and (rule.locks or _is_new(overrule, rule, findings))
    )


def _is_tighter(overrule: Overrule, rule: FiredRule) -> bool:
    if rule.advice is not None and rule.advice.tightness < overrule.advice.tightness:
        return True
    return (
        overrule.load is not None and rule.load is not None and rule.load.tightness < overrule.load.tightness
    )


def _is_new(overrule: Overrule, rule: FiredRule, findings: Sequence[Finding]) -> bool:
    if rule.truth is Truth.UNKNOWN:
        advice = rule.advice or Advice.HOLD
        return not any(
            name == rule.rule and then.tightness <= advice.tightness for name, then in overrule.unknown_then
        )
    met = [one for one in findings if one.group == rule.rule and one.truth is MET]
    if not met:  # it fired on an earlier day and still holds
        return rule.since_on is not None and rule.since_on > overrule.decided_on
    return any(not overrule.known_facts.issuperset(one.readings) for one in met)
