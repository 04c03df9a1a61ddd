"""The programme: each exercise with its picture, its dose, why the dose is what it is, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from mortise.protocol import PURPOSES, Exercise, Stage
from mortise.record import Session
from mortise.report.doses import full_dose
from mortise.report.words import number, plural


class DoseOption(Struct, frozen=True, kw_only=True):
    """One rung of a dose ladder as an option of a list."""

    step: int
    words: str
    is_now: bool


class ExerciseRow(Struct, frozen=True, kw_only=True):
    """One exercise of the programme."""

    id: str
    name: str
    purpose: str
    picture: str  # safe SVG from `report.figure`, or nothing
    dose: str
    usual: str  # the dose before today's constraints, where it differs
    why: str
    since: str
    options: tuple[DoseOption, ...]
    needs: str
    is_today: bool
    per_week: str
    mark: str  # outside what is proved, by whose hand; or nothing


class Out(Struct, frozen=True, kw_only=True):
    """An exercise left out, and why."""

    name: str
    reason: str


class Programme(Struct, frozen=True, kw_only=True):
    """Everything the programme table shows."""

    rows: tuple[ExerciseRow, ...]
    out: tuple[Out, ...]
    summary: str
    why: str

    @property
    def today(self) -> tuple[ExerciseRow, ...]:
        """Return what is done today."""
        return tuple(one for one in self.rows if one.is_today)

    @property
    def not_today(self) -> tuple[ExerciseRow, ...]:
        """Return what waits for another day."""
        return tuple(one for one in self.rows if not one.is_today)


class DoseNow(Struct, frozen=True, kw_only=True):
    """Where an exercise stands on its ladder, and what put it there: a plain copy of the engine's dose state."""

    step: int
    cause: str
    since: str


def programme_of(
    stage: Stage,
    session: Session,
    exercises: Mapping[str, Exercise],
    doses: Mapping[str, DoseNow],
    picture: Callable[[str], str],
    marks: Mapping[str, str],
) -> Programme:
    """Arrange the exercises of a stage by purpose, with today's doses and every reason.

    Parameters
    ----------
    doses : mapping
        Exercise id to where it stands on its ladder.
    picture : callable
        From the id of an exercise to its picture as safe HTML; an empty string where there is none.
    marks : mapping
        Exercise id to what is said where it lies outside what is proved.
    """
    rows = [
        msgspec.structs.replace(
            _row(
                slot.exercise,
                slot.purpose,
                slot.n_per_week,
                session,
                exercises[slot.exercise],
                doses,
                picture,
            ),
            mark=marks.get(slot.exercise, ""),
        )
        for slot in stage.slots
        if slot.exercise in exercises
    ]
    rows.sort(key=lambda row: (not row.is_today, _purpose_rank(row.purpose), row.name))
    minutes = max(1, round(session.seconds / 60)) if session.exercises else 0
    return Programme(
        rows=tuple(rows),
        out=tuple(Out(name=one.name, reason=one.reason) for one in session.left_out),
        summary=f"{plural(len(session.exercises), 'exercise')} today, about {number(minutes, 1)} min"
        if session.exercises
        else "No exercises today",
        why=session.why,
    )


def _purpose_rank(purpose: str) -> int:
    return PURPOSES.index(purpose) if purpose in PURPOSES else len(PURPOSES)


def _row(
    exercise_id: str,
    purpose: str,
    n_per_week: int,
    session: Session,
    exercise: Exercise,
    doses: Mapping[str, DoseNow],
    picture: Callable[[str], str],
) -> ExerciseRow:
    planned = next((one for one in session.exercises if one.exercise == exercise_id), None)
    now = doses.get(exercise_id)
    step = now.step if now is not None else (planned.usual_step if planned else 0)
    usual = full_dose(exercise.dose_steps[min(step, len(exercise.dose_steps) - 1)], exercise=exercise)
    dose = full_dose(planned.dose, exercise=exercise) if planned else usual
    return ExerciseRow(
        id=exercise_id,
        name=exercise.name,
        purpose=purpose,
        picture=picture(exercise_id),
        dose=dose,
        usual=usual if dose != usual else "",
        why=" ".join(_reasons(planned.why if planned else "", now.cause if now else "", exercise.why)),
        since=now.since if now is not None else "",
        options=tuple(
            DoseOption(step=index, words=full_dose(one, exercise=exercise), is_now=index == step)
            for index, one in enumerate(exercise.dose_steps)
        ),
        needs=", ".join(exercise.needs),
        is_today=planned is not None,
        per_week=f"{n_per_week} a week" if n_per_week else "for variety",
        mark="",
    )


def _reasons(*sentences: str) -> tuple[str, ...]:
    """Return the first sentence that says something: today's reason, else the cause of the step, else the purpose."""
    return next(((sentence,) for sentence in sentences if sentence), ())
