"""Every constraint of a day, united: population, protocol, stage, plan, fired rules and the day as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from mortise.prescribe.states import DoneSession
from mortise.protocol import Circumstances, Constraint, Exercise, Protocol, Stage
from mortise.record import FiredRule, PlanVersion


def planned_stage(stage: Stage, plan: PlanVersion | None, exercises: Mapping[str, Exercise]) -> Stage:
    """Return the stage with a slot for each exercise that the plan adds to it."""
    raise NotImplementedError


def constraints_of(
    protocol: Protocol,
    stage: Stage,
    plan: PlanVersion | None,
    rules: Sequence[FiredRule],
    circumstances: Circumstances,
    person_age: int | None,
    as_of: date,
    *,
    has_fallen: bool | None = None,
    exercises: Mapping[str, Exercise] | None = None,
    done: Sequence[DoneSession] = (),
) -> tuple[Constraint, ...]:
    """Unite every constraint that holds on `as_of`; each can only remove, lower or shorten."""
    raise NotImplementedError
