"""Two rules that fire for one cause: what the second says contains the first, and is said alone."""

from __future__ import annotations

from collections.abc import Sequence

from mortise.record.decisions import FiredRule
from mortise.terms import Advice, Truth


def without_the_lesser(rules: Sequence[FiredRule]) -> tuple[FiredRule, ...]:
    """Leave out of what is said each rule that another one, met as well, repeats and goes beyond; it stays in force."""
    met = [rule for rule in rules if rule.truth is Truth.MET]
    return tuple(rule for rule in rules if not any(goes_beyond(other, rule) for other in met))


def goes_beyond(other: FiredRule, rule: FiredRule) -> bool:
    """Tell whether one rule asks all that another does, of the same cause, for as long, and asks the clinic too."""
    asks_apart = rule.locks or rule.request or rule.escalate or rule.tier
    lasts = rule.until_on is None or other.until_on is None or (rule.until_on <= other.until_on)
    is_same = (
        bool(rule.without_tags)
        and rule.without_tags == other.without_tags
        and (rule.load, rule.ease_to_pct) == (other.load, other.ease_to_pct)
    )
    is_one_cause = bool(rule.evidence) and set(rule.evidence) <= set(other.evidence)
    asks_clinic = other.advice is Advice.ASK_CLINICIAN and bool(other.escalate)
    return other is not rule and asks_clinic and is_same and is_one_cause and lasts and not asks_apart
