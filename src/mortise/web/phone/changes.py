"""What a patient may still put right: a session of yesterday, the answers of a week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from msgspec import UNSET

from mortise.episode import Story
from mortise.protocol import Exercise
from mortise.record import CheckIn, Correction, ExerciseLog, Fact, PlannedExercise, SessionLog
from mortise.terms import Origin

CHECK_DAYS = 7  # a week back is remembered well enough; what is older goes to the clinic as a message
CHANGE_DAYS = 1  # a log told later than two days is history, not evidence; until then it can be put right


def last_told(story: Story, today: date) -> SessionLog | None:
    """Return the newest session the patient told, when it is of today or yesterday."""
    logs = [one for one in story.facts if isinstance(one, SessionLog) and one.origin is Origin.PATIENT]
    told = max(logs, key=lambda one: (one.on, str(one.received_at or ""), one.id), default=None)
    return told if told is not None and (today - told.on).days <= CHANGE_DAYS else None


def told_checks(story: Story, today: date) -> list[CheckIn]:
    """Return the checks of the last week as the patient answered them last, newest first."""
    put_right = {one.corrects for one in story.facts if isinstance(one, Correction)}
    found = [
        one
        for one in story.facts
        if isinstance(one, CheckIn)
        and one.origin is Origin.PATIENT
        and one.answers
        and one.id not in put_right
        and 0 <= (today - one.on).days <= CHECK_DAYS
    ]
    return sorted(found, key=lambda one: (one.on, str(one.received_at or ""), one.id), reverse=True)


def asked_again(told: CheckIn, today: date) -> list[str]:
    """Return what may be put right: on a later day nothing that could not be said on the day itself."""
    return [name for name, value in told.answers.items() if value is not None or told.on == today]


def put_right(
    told: CheckIn, answers: Mapping[str, Decimal | None], *, batch: str, why: str, today: date, at: datetime
) -> list[Fact]:
    """Return the answers as they should have been and the correction that names both; nothing when none differs.

    The first answers stay on the record. The engine takes the worse of a day until a clinician has withdrawn one.
    """
    known = {name: answers[name] for name in asked_again(told, today) if name in answers}
    if all(told.answers[name] == value for name, value in known.items()):
        return []
    new = CheckIn(
        id=batch, on=told.on, origin=Origin.PATIENT, captured_at=at if told.on == today else None,
        moment=told.moment, answers={**told.answers, **known}, session=told.session,
    )  # fmt: skip
    correction = Correction(
        id=f"{batch}-c", on=today, origin=Origin.PATIENT, captured_at=at, corrects=told.id, reason=why,
        replacement=batch,
    )  # fmt: skip
    return [new, correction]


def as_told(exercise: Exercise, one: ExerciseLog) -> PlannedExercise:
    """Return an exercise with the dose that was told: its rung, as long as told, is the plan."""
    step = min(max(one.dose_step, 0), len(exercise.dose_steps) - 1)
    dose = exercise.dose_steps[step]
    if one.duration_s is not UNSET:
        dose = dose.lasting(one.duration_s)
    n_sides = 2 if exercise.both_sides else 1
    return PlannedExercise(
        exercise=exercise.id, name=exercise.name, purpose="", dose_step=step, dose=dose, usual_step=step,
        n_sides=n_sides, seconds=dose.seconds(n_sides), why="", why_patient="",
    )  # fmt: skip
