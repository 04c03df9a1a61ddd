"""Constraints that can only tighten, and the circumstances of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import UNSET, Struct, UnsetType

from mortise.terms import Advice, Load, Strength


class Counter(StrEnum):
    """What a week puts on the ankle, counted in four parallel sums: minutes, and landings."""

    END_RANGE_DORSIFLEXION = "end_range_dorsiflexion"
    END_RANGE_PLANTARFLEXION = "end_range_plantarflexion"
    IMPACT_CONTACTS = "impact_contacts"
    WALKING_RUNNING = "walking_running"


class Phase(StrEnum):
    """What a plan is for in the weeks it is set for: building up, or holding what was gained beside a sport."""

    BUILD = "build"
    SEASON = "season"
    TOURNAMENT = "tournament"
    MAINTENANCE = "maintenance"


class Ceiling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most of one counter on a day and in seven days, both ankles together: contacts, or minutes of work."""

    counter: Counter
    per_day: Decimal | None = None
    per_week: Decimal | None = None


class StageCeiling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most of one counter that a stage of a subtype allows, as it was entered: contacts, or minutes of work."""

    counter: Counter
    per_day: Decimal
    per_week: Decimal
    evidence: tuple[str, ...]
    strength: Strength


class Constraint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that may only remove an exercise, lower a dose, or lower the advice; each with reason and author.

    Every effect is a minimum or a removal, so the order in which constraints apply does not matter. `ceilings` are the
    most of a counter on a day and in seven days.
    """

    id: str
    author: str  # "protocol", "population", "today", or the id of a clinician
    reason: str  # for a physiotherapist
    reason_patient: str
    without_tags: tuple[str, ...] = ()
    without_exercises: tuple[str, ...] = ()
    dose_at_most_pct: Decimal | None = None  # of the current dose step's work
    n_contacts_at_most: int | None = None
    minutes_at_most: Decimal | None = None
    advice_at_most: Advice | None = None
    load_at_most: Load | None = None
    until_on: date | None = None  # the last day on which it holds; None: until withdrawn
    evidence: tuple[str, ...] = ()
    # Not written where there is none, so that plans and protocols from before it keep their content hashes.
    ceilings: tuple[Ceiling, ...] | UnsetType = UNSET


class Circumstances(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The day as it is. Every field can only shorten or lighten the session."""

    minutes: int | None = None  # None: no limit
    equipment: tuple[str, ...] | None = None  # None: all that the plan lists
    is_travelling: bool = False
    is_ill: bool = False
    did_other_sport: bool = False
    is_ankle_hot: bool = False
