"""Easier and harder than today's dose: what a person may choose in the player, and why there is nothing harder.

Easier is always open. Harder goes back up to what today's plan says and no further: the plan is what stage, answers and
constraints allow, and one more is a raise, which is earned by calm sessions and comes one at a time.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext

from mortise.episode import Story
from mortise.prescribe.ladders import at_share, ladder_slots, work_s
from mortise.protocol import DoseStep, Exercise
from mortise.record import ExerciseLog, PlannedExercise
from mortise.terms import Load

SHARES_PCT = (Decimal(75), Decimal(50), Decimal(25))  # of today's own work, each at values of the ladder
TOO_HARD = "too_hard"


def easier_doses(exercise: Exercise, planned: PlannedExercise) -> list[tuple[int, DoseStep]]:
    """Return rungs with less work than today's dose, the most of them first; none when there is no less."""
    found: list[tuple[int, DoseStep]] = []
    top = planned.dose_step
    whole_s = work_s(exercise.dose_steps[top])
    least_s = work_s(planned.dose)
    for share in SHARES_PCT:
        pct = share * work_s(planned.dose) / whole_s if whole_s else share
        step, dose = at_share(exercise, top, pct)
        if work_s(dose) < least_s:
            found.append((step, dose))
            least_s = work_s(dose)
    return found


def harder_words(story: Story, planned: PlannedExercise) -> str:
    """Say why today has no more of an exercise than its plan."""
    state = story.dose_states.get(planned.exercise)
    slot = ladder_slots(story.stage_now, story.content.exercises).get(planned.exercise)
    top = slot.last_step if slot else planned.dose_step
    rung = story.content.exercises[planned.exercise].dose_steps[planned.dose_step]
    is_cut = planned.dose_step < planned.usual_step or work_s(planned.dose) < work_s(rung)
    if is_cut or story.session.load in (Load.EASE, Load.REST):
        return gettext("Today is a lighter day, so there is no more of this today.")
    if planned.dose_step >= top:
        return gettext("This is the most there is in your stage.")
    if state is not None and state.is_raise_waiting and planned.dose_step < state.step:
        return gettext(
            "You are ready for a little more of this. One thing changes at a time; its turn comes soon."
        )
    return gettext("A little more opens after two calm sessions in a row, one change a week.")


def as_chosen(log: ExerciseLog, level: int) -> ExerciseLog:
    """Return a log of an easier dose: never as planned, so that it earns nothing."""
    if not level or log.outcome == "skipped":
        return log
    return ExerciseLog(
        exercise=log.exercise, dose_step=log.dose_step, outcome="modified", n_sets=log.n_sets, n_reps=log.n_reps,
        reason=log.reason or TOO_HARD, pain_nrs=log.pain_nrs, effort_nrs=log.effort_nrs, duration_s=log.duration_s,
    )  # fmt: skip
