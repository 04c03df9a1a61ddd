"""What prescribing folds over: sessions as they were done, and where each exercise stands on its dose ladder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from mortise.protocol import Light
from mortise.record import ExerciseLog, PlanVersion


class DoneSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One logged session with the light it earned.

    `on` is the day it was done, `logged_on` the day it was told. `light` is None while it is not known: a session
    whose morning after has not been answered raises nothing. `effort_nrs` is the answer given after the session; it
    stands in for an exercise that carries no effort of its own, and work of unknown effort raises nothing either.
    """

    on: date
    logged_on: date
    light: Light | None
    items: tuple[ExerciseLog, ...]
    effort_nrs: Decimal | None = None


class DoseState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one exercise stands: an index into `Exercise.dose_steps`, since when and why.

    `step` is what a day may use whose load is `raise`. `keep_step` is what every other day uses: the step last
    tolerated, lower than `step` only while a raise waits to be tried. `tried_on` is the first day the last raise was
    done and `before_step` the step before it; both stay while the next one waits, and go when a dose is eased or set.
    `n_clean` counts the clean sessions in a row since the last change; `since_on` is None at the start. `was_less` says
    that less than its usual dose was done the last time: a lighter day, a way back after a break, a day short of time.
    """

    step: int
    cause: str  # for a physiotherapist
    cause_patient: str
    since_on: date | None
    n_clean: int
    keep_step: int
    tried_on: date | None = None
    before_step: int | None = None
    was_less: bool = False

    @property
    def is_raise_waiting(self) -> bool:
        """Whether a raise has been earned and not yet been tried."""
        return self.step > self.keep_step


class SetStep(NamedTuple):
    """A step that a clinician set for one exercise, and the day from which it holds."""

    step: int
    from_on: date


def set_steps_of(plans: Iterable[PlanVersion], as_of: date) -> dict[str, SetStep]:
    """Return the newest step that a clinician set for each exercise.

    Parameters
    ----------
    plans : iterable of PlanVersion
        Every version of the plan, oldest first.
    as_of : date
        Versions from later days are left out.

    Returns
    -------
    dict
        Exercise id to step and the day it holds from. A later version that repeats a step does not set it anew, so
        changing a constraint does not throw away what the exercise has earned since; one that no longer names the
        exercise leaves the last step standing as the place it started from.
    """
    found: dict[str, SetStep] = {}
    for plan in plans:
        if plan.on > as_of:
            continue
        for exercise, step in plan.dose_steps.items():
            if exercise not in found or found[exercise].step != step:
                found[exercise] = SetStep(step, plan.on)
    return found
