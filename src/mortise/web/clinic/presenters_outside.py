"""What of a plan lies outside what the protocol is proved for: set by whom, and why. It is marked wherever it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mortise.episode import Story
from mortise.protocol.criteria import criteria_in
from mortise.report.doses import full_dose
from mortise.report.words import with_unit


def outside_lines(told: Story, names: Mapping[str, str]) -> tuple[str, ...]:
    """Say every limit, dose and exercise of this stage that is outside what is proved, by whom and why."""
    if told.plan is None:
        return ()
    return (*_figures(told, names), *_doses(told, names), *_added(told, names))


def marks_of(told: Story, names: Mapping[str, str]) -> dict[str, str]:
    """Return the mark of each exercise that was added by hand, or stands on a rung outside the stage."""
    if told.plan is None:
        return {}
    marks = {name: f"dose outside this stage, set by {_by(told, names)}" for name in _steps_outside(told)}
    return marks | {name: f"added by {_by(told, names)}" for name in told.added}


def _by(told: Story, names: Mapping[str, str]) -> str:
    assert told.plan is not None
    return names.get(told.plan.by, "a clinician")


def _figures(told: Story, names: Mapping[str, str]) -> Iterator[str]:
    assert told.plan is not None
    for node in told.stage_now.exit:
        for one in criteria_in(node):
            value = told.plan.figures.get(one.id)
            if value is None or one.allowed is None or one.allowed[0] <= value <= one.allowed[1]:
                continue
            span = f"{one.allowed[0].normalize():f} to {one.allowed[1].normalize():f}"
            limit, proved = with_unit(f"{value.normalize():f}", one.unit), with_unit(span, one.unit)
            yield f"{one.label}: {limit}; proved for {proved}. Set by {_by(told, names)}: {told.plan.reason}"


def _steps_outside(told: Story) -> dict[str, int]:
    """Return the exercises of the stage that stand on a rung it does not have, by a clinician's hand."""
    assert told.plan is not None
    found = {}
    for slot in told.protocol.stage(told.stage).slots:
        state = told.dose_states.get(slot.exercise)
        is_set = slot.exercise in told.plan.dose_steps
        if is_set and state is not None and not slot.first_step <= state.step <= slot.last_step:
            found[slot.exercise] = state.step
    return found


def _doses(told: Story, names: Mapping[str, str]) -> Iterator[str]:
    assert told.plan is not None
    exercises = told.content.exercises
    for name, step in _steps_outside(told).items():
        one = exercises.get(name)
        if one is not None:
            dose = full_dose(one.dose_steps[step], exercise=one)
            yield f"{one.name}: {dose}, outside the doses of this stage. Set by {_by(told, names)}: {told.plan.reason}"


def _added(told: Story, names: Mapping[str, str]) -> Iterator[str]:
    for name, one in told.added.items():
        exercise = told.content.exercises.get(name)
        if exercise is not None:
            yield f"{exercise.name}: added from the library, {one.n_per_week} a week. {_by(told, names)}: {one.reason}"
