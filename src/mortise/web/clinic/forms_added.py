"""What a clinician adds to a stage from the library: which exercise, how often; kept or dropped with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from mortise.protocol import PURPOSES, Exercise, Stage
from mortise.record import AddedExercise, PlanVersion
from mortise.web.clinic.forms_plan_rows import TAG_WORDS

PER_WEEK = 3


def added_fields(stage: Stage, exercises: Mapping[str, Exercise]) -> dict[str, forms.Field]:
    """Return the fields that add one exercise; what this stage keeps out is named as such, not hidden."""
    there = {slot.exercise for slot in stage.slots}
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in sorted(exercises.values(), key=lambda one: one.name):
        if one.id not in there and one.technique is None:
            groups.setdefault(one.purposes[0], []).append((one.id, _label(one, stage)))
    ordered = sorted(groups, key=lambda name: (PURPOSES.index(name) if name in PURPOSES else 99, name))
    choices: list[Any] = [("", "None"), *((name.capitalize(), groups[name]) for name in ordered)]
    times = [(n, f"{n} a week") for n in range(1, 8)]
    return {
        "add": forms.ChoiceField(label="Exercise", required=False, choices=choices),
        "add_per_week": forms.TypedChoiceField(
            label="How often",
            required=False,
            choices=times,
            coerce=int,
            initial=PER_WEEK,
        ),
    }


def _label(one: Exercise, stage: Stage) -> str:
    words = {tag.value: said for tag, said in TAG_WORDS.items()}
    kept_out = [words.get(tag, tag) for tag in one.tags if tag in stage.without_tags]
    return f"{one.name} (kept out at this stage: {', '.join(kept_out).lower()})" if kept_out else one.name


def added_shown(plan: PlanVersion | None, own: Stage) -> dict[str, AddedExercise]:
    """Return what a plan adds to a stage of the protocol, by exercise."""
    there = {slot.exercise for slot in own.slots}
    added = plan.added or () if plan is not None else ()
    return {one.exercise: one for one in added if one.exercise not in there}


def added_wanted(
    plan: PlanVersion | None, shown: Mapping[str, AddedExercise], cleaned: Mapping[str, Any], reason: str
) -> tuple[AddedExercise, ...]:
    """Return what the plan adds from now on: what stood and is still ticked, and the new one."""
    before = plan.added or () if plan is not None else ()
    kept = [one for one in before if one.exercise not in shown or cleaned[f"in-{one.exercise}"]]
    new = cleaned.get("add") or ""
    if new:
        kept.append(
            AddedExercise(exercise=new, reason=reason, n_per_week=cleaned.get("add_per_week") or PER_WEEK)
        )
    return tuple(kept)


def outside_words(exercise_id: str, step: int, own: Stage) -> str:
    """Say that a rung lies outside what a stage of the protocol has for an exercise, or nothing."""
    slot = next((one for one in own.slots if one.exercise == exercise_id), None)
    return "" if slot is None or slot.first_step <= step <= slot.last_step else "outside this stage"
