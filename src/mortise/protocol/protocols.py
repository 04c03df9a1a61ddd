"""A protocol: stages with exits, rules, light rules, doses, calendar, escalations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.protocol.care import (
    Checkpoint,
    ForbiddenPosition,
    Hands,
    Ladder,
    Maintenance,
    Plateau,
    Variant,
)
from mortise.protocol.constraints import Constraint, StageCeiling
from mortise.protocol.criteria import Band, Criterion, Group
from mortise.protocol.rules import Light, Rule
from mortise.terms import Strength

N_TRAINING_DAYS = 6  # of seven: nobody trains every day, and nobody should have to


class Slot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exercise's place in a stage: between which dose steps, and how often a week at least.

    `n_per_week` 0: no minimum of its own; it is offered for variety, or when another of its purpose is withheld.
    """

    exercise: str
    purpose: str
    first_step: int = 0
    last_step: int
    n_per_week: int
    rest_days: int = 0  # whole days between two sessions of it


class Stage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stage: its aim, what must be in place to leave it, and what is done in it. Every exit line must be met.

    Exit lines of the last stage say when the return is complete; nothing follows, so they never advance anybody.
    """

    id: str
    number: int
    title: str
    title_patient: str
    aim: str
    aim_patient: str
    starts_here: str = ""  # who starts in this stage, for the clinician who opens the programme
    min_days: int
    typical_weeks: tuple[int, int] | None = None  # None: ongoing
    exit: tuple[Criterion | Group, ...] = ()
    slots: tuple[Slot, ...]
    n_exercises: tuple[int, int] = (2, 4)  # on an ordinary day
    minutes_at_most: int
    ceilings: tuple[StageCeiling, ...] = ()  # of each counter that its exercises touch
    without_tags: tuple[str, ...] = ()
    height_cm_at_most: Decimal | None = None  # of a step, added exercises included
    step_back_to: str | None = None
    education: tuple[str, ...] = ()  # text ids
    manual_therapy: tuple[str, ...] = ()  # for the clinic: what, at which grade

    @property
    def n_sessions_per_week(self) -> int:
        """How many sessions a week the minima of the slots need: whole ones, and as often as the most frequent slot."""
        wanted = [slot.n_per_week for slot in self.slots]
        n_whole = -(-sum(wanted) // max(1, self.n_exercises[1]))
        return max([0, *wanted, min(n_whole, N_TRAINING_DAYS)])


class LightRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a session and the morning after count as this light. Read tightest first; the first that is met holds."""

    light: Light
    when: Criterion | Group
    say_patient: str
    say_clinician: str
    evidence: tuple[str, ...]
    strength: Strength


class Review(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measure that is due every so many days from a stage on, at home or at a visit."""

    measure: str
    every_days: int
    stages: tuple[str, ...]
    at_visit: bool


class Layoff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After a break of up to `up_to_days` days, restart at `dose_pct` of the last tolerated dose."""

    up_to_days: int
    dose_pct: Decimal
    recheck_exits: bool = False
    evidence: tuple[str, ...]
    strength: Strength


class Escalation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way out of the programme, to whom, when it is thought of, and how soon it is done once decided.

    `criteria` says in words when it is thought of; `not_before_days` and `at_latest_days` count from the first plan and
    are dates for the clinician, never findings. None: at once, or without a latest date.
    """

    id: str
    to: str
    within_days: int
    criteria: tuple[str, ...] = ()
    not_before_days: int | None = None
    at_latest_days: int | None = None
    say_patient: str
    say_clinician: str
    evidence: tuple[str, ...]
    strength: Strength


class Protocol(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole protocol. A plan pins its version and hash; a running plan keeps the protocol it started with."""

    id: str
    version: str
    title: str
    title_patient: str
    why: str
    authored_by: str
    checked_by: str = ""  # empty is shown as "no clinician has checked this"
    reviewed_on: date
    next_review_on: date
    population: str
    equipment: tuple[str, ...]
    silence_days: int
    first_stage: str
    danger_measures: tuple[
        str, ...
    ]  # what the daily check-in asks; a daily danger criterion reads only these
    check_in: tuple[str, ...]  # every measure asked before a session, in order
    after_session: tuple[str, ...]  # asked after a session
    next_morning: tuple[str, ...]  # asked the morning after
    red_flags: tuple[str, ...]  # flag measures asked first
    stages: tuple[Stage, ...]
    rules: tuple[Rule, ...]
    lights: tuple[LightRule, ...]
    bands: tuple[Band, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    reviews: tuple[Review, ...] = ()
    layoffs: tuple[Layoff, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    techniques: tuple[Hands, ...] = ()
    forbidden: tuple[ForbiddenPosition, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    plateau: Plateau | None = None
    maintenance: Maintenance | None = None
    variant: Variant | None = None

    def stage(self, stage_id: str) -> Stage:
        """Return the stage of that id; raise `KeyError` when there is none."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise KeyError(stage_id)

    def after(self, stage_id: str) -> Stage | None:
        """Return the stage that follows, or None after the last."""
        number = self.stage(stage_id).number
        return next((stage for stage in self.stages if stage.number == number + 1), None)
