"""Which session a patient may still tell once more, and against which doses."""

from __future__ import annotations

from datetime import date

from mortise.episode import Story
from mortise.protocol import Exercise
from mortise.record import ExerciseLog, PlannedExercise, SessionLog
from mortise.terms import Origin

CHANGE_DAYS = 1  # a log told later than two days is history, not evidence; until then it can be put right


def last_told(story: Story, today: date) -> SessionLog | None:
    """Return the newest session the patient told, when it is of today or yesterday."""
    logs = [one for one in story.facts if isinstance(one, SessionLog) and one.origin is Origin.PATIENT]
    told = max(logs, key=lambda one: (one.on, str(one.received_at or ""), one.id), default=None)
    return told if told is not None and (today - told.on).days <= CHANGE_DAYS else None


def as_told(exercise: Exercise, one: ExerciseLog) -> PlannedExercise:
    """Return an exercise with the dose that was told: its rung is the plan it is told against."""
    step = min(max(one.dose_step, 0), len(exercise.dose_steps) - 1)
    dose = exercise.dose_steps[step]
    n_sides = 2 if exercise.both_sides else 1
    return PlannedExercise(
        exercise=exercise.id, name=exercise.name, purpose="", dose_step=step, dose=dose, usual_step=step,
        n_sides=n_sides, seconds=dose.seconds(n_sides), why="", why_patient="",
    )  # fmt: skip
