"""Rules: when a condition holds, every effect named is kept; precedence only chooses the headline."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.protocol.criteria import Criterion, Group
from mortise.terms import Advice, Load, Strength


class Light(StrEnum):
    """The traffic light of one session and the morning after, tightest first."""

    RED = "red"
    AMBER = "amber"
    GREEN_AMBER = "green_amber"
    GREEN = "green"


class Tier(StrEnum):
    """How soon a red flag must be seen. Each freezes the programme until a named clinician resumes it."""

    NOW = "now"
    WITHIN_48_H = "within_48_h"
    WITHIN_2_WEEKS = "within_2_weeks"


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition and what follows from it.

    `is_danger`: unknown in its condition caps the advice at hold and asks. `advice` and `load` join the others and the
    tightest wins; `without_tags` are withheld today; `ease_to_pct` bounds today's dose; `request` names measures to ask
    for or take; `escalate` names an escalation of the protocol; `locks` keeps the programme frozen until a named
    clinician resumes it.
    """

    id: str
    when: Criterion | Group
    stages: tuple[str, ...] = ()  # empty: every stage
    is_danger: bool = False
    advice: Advice | None = None
    load: Load | None = None
    without_tags: tuple[str, ...] = ()
    ease_to_pct: Decimal | None = None
    for_days: int = 1
    request: tuple[str, ...] = ()
    escalate: str | None = None
    tier: Tier | None = None
    locks: bool = False
    say_patient: str
    say_clinician: str
    evidence: tuple[str, ...] = ()
    strength: Strength
