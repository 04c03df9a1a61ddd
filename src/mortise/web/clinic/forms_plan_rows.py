"""The rows of the plan's form, what it says differs, and the words of tags and phases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django import forms

from mortise.protocol import Constraint, Criterion, Exercise, Phase, SurgeonLimit, Tag
from mortise.record import AddedExercise

TAG_WORDS = {
    Tag.END_RANGE_DORSIFLEXION: "End of upward range",
    Tag.END_RANGE_PLANTARFLEXION: "End of downward range",
    Tag.FORCED_DORSIFLEXION: "Bend forced by the body’s weight",
    Tag.IMPACT: "Impact",
    Tag.SINGLE_LEG: "One leg",
    Tag.UNSUPPORTED: "Without support",
    Tag.LOADED_CALF: "Loaded calf",
    Tag.QUICK: "Quick movement",
    Tag.WALKING: "Walking",
    Tag.RUNNING: "Running",
    Tag.STEP: "Steps and stairs",
}


class ExerciseRow(NamedTuple):
    """One exercise with its bound fields, for the template."""

    exercise: Exercise
    is_in: forms.BoundField
    step: forms.BoundField
    mark: str = ""


class FigureRow(NamedTuple):
    """One limit a clinic may set, with its bound field and its bounds in words."""

    criterion: Criterion
    field: forms.BoundField
    allowed: str
    strength: str
    is_default: bool
    outside: forms.BoundField
    is_outside: bool


class LimitRow(NamedTuple):
    """One limit of a surgeon with its date field, and what it keeps out."""

    limit: SurgeonLimit
    field: forms.BoundField
    kept_out: str


class Changes(NamedTuple):
    """What the form says differs from the plan that stands."""

    stage: str
    constraints: tuple[Constraint, ...]
    dose_steps: dict[str, int]
    figures: dict[str, Decimal]
    is_changed: bool
    reason: str
    phase: Phase = Phase.BUILD
    phase_until_on: date | None = None
    added: tuple[AddedExercise, ...] = ()


PHASE_WORDS = {
    Phase.BUILD: "Building up",
    Phase.SEASON: "In season: doses are held",
    Phase.TOURNAMENT: "Tournament: light work only",
    Phase.MAINTENANCE: "Maintenance: twice a week keeps it",
}
