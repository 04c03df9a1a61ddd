"""What people have set that bounds a day: autonomy, a discharge, the sports among the goals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from mortise.decide import Overrule
from mortise.episode.autonomy import autonomy_constraints
from mortise.episode.discharges import discharge_constraints
from mortise.prescribe.goals import constraints_of_goals
from mortise.protocol import Constraint, Exercise, Stage
from mortise.record import Fact, Goal, PlanVersion


def constraints_of_people(
    acts: Sequence[Fact],
    as_of: date,
    overrule: Overrule | None,
    stage: Stage,
    exercises: Mapping[str, Exercise],
    goals: Iterable[Goal],
    plan: PlanVersion | None,
) -> tuple[Constraint, ...]:
    """Unite what people have set.

    Parameters
    ----------
    acts : sequence of Fact
        What people and the engine did (`stages.Acts`).
    as_of : date
        The day.
    overrule : Overrule or None
        The overrule that stands.
    stage : Stage
        The stage of the day.
    exercises : mapping of str to Exercise
        The library.
    goals : iterable of Goal
        Those that are open.
    plan : PlanVersion or None
        The plan of the day.

    Returns
    -------
    tuple of Constraint
        In no order that matters: each only takes away.
    """
    return (
        *autonomy_constraints(acts, as_of, overrule),
        *discharge_constraints(acts, stage),
        *constraints_of_goals(stage, exercises, goals, plan),
    )
