"""Today's session as a page: each exercise with how to do it, its moving picture, its tempo, and its form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from mortise.episode import Story
from mortise.protocol import DoseStep, Exercise
from mortise.record import PlannedExercise, SessionLog
from mortise.report.doses import short_dose
from mortise.report.figure import Tempo, animation
from mortise.terms import Side
from mortise.web.phone.easier import easier_doses, harder_words
from mortise.web.phone.forms import ExerciseForm
from mortise.web.phone.presenters import added_words, session_words
from mortise.web.phone.said import figure_of, said
from mortise.web.phone.visits import Visit

MAX_BEADS = 20  # more are too small to count; the number says it


BLANK = "__exercise__"  # stands for an exercise's id in the blank form


class TempoPart(NamedTuple):
    kind: str
    words: str
    seconds: str


class SessionItem(NamedTuple):
    """One exercise of the session."""

    id: str
    name: str
    dose: str
    limit: str
    dose_step: int
    dose_json: str
    levels_json: str
    harder_words: str
    sides: str
    side_words: str
    animation: SafeString
    set_up: str
    steps: tuple[str, ...]
    cue: str
    breathing: str
    stop_signs: tuple[str, ...]
    tempo: tuple[TempoPart, ...]
    rep_words: str
    n_reps: int
    n_sets: int
    rep_beads: range
    set_beads: range
    form: ExerciseForm


class SessionPage(NamedTuple):
    session_id: str
    on: date
    log_id: str
    ankle_words: str
    session_words: str
    items: tuple[SessionItem, ...]
    is_change: bool


def session_page(visit: Visit, story: Story, forms: list[ExerciseForm], log_id: str) -> SessionPage:
    """Compose the page of today's session."""
    planned = story.session.exercises
    return SessionPage(
        session_id=story.session.id,
        on=visit.today,
        log_id=log_id,
        ankle_words=visit.ankle_words,
        session_words=session_words(len(planned), story.session.seconds),
        items=tuple(_item(visit, story, item, form) for item, form in zip(planned, forms, strict=True)),
        is_change=False,
    )


def change_page(
    visit: Visit, story: Story, log: SessionLog, planned: Sequence[PlannedExercise],
    forms: list[ExerciseForm], log_id: str,
) -> SessionPage:  # fmt: skip
    """Compose the page on which a session that was told is told again."""
    return SessionPage(
        session_id=log.session,
        on=log.on,
        log_id=log_id,
        ankle_words=visit.ankle_words,
        session_words=ngettext("%(n)s exercise", "%(n)s exercises", len(planned)) % {"n": len(planned)},
        items=tuple(_item(visit, story, item, form) for item, form in zip(planned, forms, strict=True)),
        is_change=True,
    )


def _limit(story: Story, planned: PlannedExercise) -> str:
    """Say what is not as usual: the dose of today, or an exercise that was added by hand."""
    if planned.dose_step != planned.usual_step:
        return said(planned.why_patient)
    return added_words() if planned.exercise in story.added else ""


def _item(visit: Visit, story: Story, planned: PlannedExercise, form: ExerciseForm) -> SessionItem:
    exercise = visit.content.exercises[planned.exercise]
    dose = planned.dose
    sides = sides_of(visit, planned)
    return SessionItem(
        id=exercise.id,
        name=said(exercise.name),
        dose=dose_words(dose),
        limit=_limit(story, planned),
        dose_step=planned.dose_step,
        dose_json=json.dumps(dose_numbers(dose, exercise)),
        levels_json=json.dumps([level_of(step, one, exercise) for step, one in levels_of(planned, exercise)]),
        harder_words=harder_words(story, planned),
        sides=" ".join(side.value for side in sides),
        side_words=side_words(sides, exercise),
        animation=_animation(exercise, dose, visit.side),
        set_up=said(exercise.set_up),
        steps=tuple(map(said, exercise.steps)),
        cue=said(exercise.cues[0]) if exercise.cues else "",
        breathing=said(exercise.breathing),
        stop_signs=tuple(map(said, exercise.stop_signs)),
        tempo=tempo_parts(dose, exercise),
        rep_words=rep_words(dose),
        n_reps=dose.n_reps,
        n_sets=dose.n_sets,
        rep_beads=range(min(dose.n_reps, MAX_BEADS)),
        set_beads=range(min(dose.n_sets, MAX_BEADS)),
        form=form,
    )


def blank_item(form: ExerciseForm) -> SessionItem:
    """Return an item without content: what a phone without the server fills in from the plan it holds."""
    return SessionItem(
        id=BLANK, name="", dose="", limit="", dose_step=0, dose_json="{}", levels_json="[]",
        harder_words="", sides="", side_words="",
        animation=SafeString(""), set_up="", steps=("",), cue="", breathing="", stop_signs=("",),
        tempo=(TempoPart("", "", ""),), rep_words="", n_reps=0, n_sets=0, rep_beads=range(0), set_beads=range(0),
        form=form,
    )  # fmt: skip


def levels_of(planned: PlannedExercise, exercise: Exercise) -> list[tuple[int, DoseStep]]:
    """Return the doses the player offers, today's first, then each easier one."""
    return [(planned.dose_step, planned.dose), *easier_doses(exercise, planned)]


def level_of(step: int, dose: DoseStep, exercise: Exercise) -> dict[str, Any]:
    """Return a dose as the player lays it out."""
    return {
        "step": step,
        "long_words": dose_words(dose),
        "numbers": dose_numbers(dose, exercise),
        "tempo": [part._asdict() for part in tempo_parts(dose, exercise)],
        "rep_words": rep_words(dose),
    }


def sides_of(visit: Visit, planned: PlannedExercise) -> list[Side]:
    """Return the sides in the order they are done."""
    return [visit.side] if planned.n_sides == 1 else [visit.side, visit.side.opposite]


def dose_words(dose: DoseStep) -> str:
    """Write a dose with its load."""
    if not dose.load:
        return short_dose(dose)
    return gettext("%(dose)s, %(load)s") % {"dose": short_dose(dose), "load": said(dose.load)}


def rep_words(dose: DoseStep) -> str:
    """Return what one repetition is called."""
    if dose.run_s:
        return gettext("Round")
    return gettext("Hold") if dose.duration_s else gettext("Repetition")


def side_words(sides: list[Side], exercise: Exercise) -> str:
    """Return which side comes first, in a word."""
    if exercise.both_sides and len(sides) == 1:
        return gettext("Both feet")
    return gettext("Left") if sides[0] is Side.LEFT else gettext("Right")


def dose_numbers(dose: DoseStep, exercise: Exercise) -> dict[str, float]:
    """Return what the player's timeline is laid out from."""
    names = ("n_sets", "n_reps", "up_s", "hold_s", "down_s", "duration_s", "run_s", "rest_s")
    numbers = {name: float(getattr(dose, name)) for name in names}
    return numbers | {"down_first": 1.0} if exercise.down_first else numbers


def _animation(exercise: Exercise, dose: DoseStep, side: Side) -> SafeString:
    tempo = None
    if dose.up_s or dose.hold_s or dose.down_s:
        tempo = Tempo(up_s=float(dose.up_s), hold_s=float(dose.hold_s), down_s=float(dose.down_s), rest_s=0.0)
    svg = animation(
        figure_of(exercise),
        side,
        id_prefix=f"fig-{exercise.id}",
        tempo=tempo,
        down_first=exercise.down_first,
    )
    return mark_safe(svg)


def tempo_parts(dose: DoseStep, exercise: Exercise) -> tuple[TempoPart, ...]:
    """Return the parts of a repetition with their seconds."""
    if dose.run_s:
        rounds = (("walk", gettext("Walk"), dose.walk_s), ("run", gettext("Run"), dose.run_s))
        return tuple(TempoPart(kind, words, str(round(value))) for kind, words, value in rounds if value)
    if dose.duration_s:
        return (TempoPart("go", gettext("Keep going"), str(round(dose.duration_s))),)
    return tuple(
        TempoPart(kind, said(words), str(_whole(value))) for kind, words, value in exercise.phases(dose)
    )


def _whole(value: Decimal) -> Decimal | int:
    return int(value) if value == value.to_integral_value() else value
