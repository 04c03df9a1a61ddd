"""An exercise of the library added from the desk: with a reason, on the record, and marked wherever it is shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mortise.errors import InputError
from mortise.record import AddedExercise, PlanVersion
from mortise.web.care import services
from mortise.web.care.content import content
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import plan_data, report, start, url

pytestmark = pytest.mark.django_db

REASON = "She dances, and asks for it."


def stage_of(client: Client, cast: Cast) -> list[str]:
    form = client.get(url("plan", cast.episode.pk)).context["form"]
    return [row.exercise.id for row in form.exercise_rows]


def free_exercise(client: Client, cast: Cast) -> str:
    """Return an exercise of the library that this stage neither has nor keeps out."""
    stage = content().protocol(builders.protocol_id()).stages[0]
    there = set(stage_of(client, cast))
    return next(
        one.id for one in content().exercises.values()
        if one.id not in there and one.technique is None and not one.needs
        and not set(one.tags) & set(stage.without_tags)
    )  # fmt: skip


def add(client: Client, cast: Cast, exercise: str, **over: str) -> int:
    data = plan_data(client, cast.episode, add=exercise, add_per_week="5", reason=REASON) | over
    return client.post(url("plan", cast.episode.pk), data).status_code


def newest_plan(cast: Cast) -> PlanVersion:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(PlanVersion))[-1]


def test_exercise_is_added_with_its_reason_and_author_and_changes_nothing_else(cast: Cast) -> None:
    client = start(cast)
    before, name = newest_plan(cast), free_exercise(client, cast)
    assert add(client, cast, name) in (200, 302)
    plan = newest_plan(cast)
    assert plan.added == (AddedExercise(exercise=name, reason=REASON, n_per_week=5),)
    assert plan.by == str(cast.ada.pk)
    assert (plan.constraints, plan.exercises, plan.figures) == (
        before.constraints,
        before.exercises,
        before.figures,
    )
    assert name in stage_of(client, cast)


def test_without_a_reason_nothing_is_added_and_the_choice_stays(cast: Cast) -> None:
    client = start(cast)
    name = free_exercise(client, cast)
    data = plan_data(client, cast.episode, add=name)
    data.pop("reason", None)
    page = client.post(url("plan", cast.episode.pk), data)
    assert page.status_code == 400
    assert page.context["form"]["add"].value() == name
    assert not newest_plan(cast).added


def test_added_exercise_is_marked_on_course_plan_reports_and_phone(cast: Cast) -> None:
    client = start(cast)
    name = free_exercise(client, cast)
    add(client, cast, name)
    report(cast)
    label = content().exercises[name].name
    course = client.get(url("course", cast.episode.pk))
    row = next(one for one in course.context["programme"].rows if one.id == name)
    assert row.mark == "added by Ada"
    assert "Added by Ada" in course.content.decode()
    assert any(label in line and REASON in line for line in course.context["outside"])
    assert "Added by hand" in client.get(url("plan", cast.episode.pk)).content.decode()
    for kind in ("patient", "physiotherapist"):
        text = client.get(url("report", cast.episode.pk, kind)).content.decode()
        assert "added by Ada" in text, kind
    assert "Set outside what" in client.get(url("report", cast.episode.pk, "doctor")).content.decode()


def test_added_exercise_says_on_the_phone_that_the_physiotherapist_added_it(cast: Cast) -> None:
    client = start(cast)
    names = []
    while len(names) < 3:
        names.append(free_exercise(client, cast))
        add(client, cast, names[-1], reason=REASON)
    report(cast)
    story = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert set(story.added) == set(names)
    shown = [one for one in story.session.exercises if one.exercise in names]
    left = {one.exercise for one in story.session.left_out}
    assert {one.exercise for one in shown} | (left & set(names)) == set(names)
    assert all(one.why.startswith("Added by hand") for one in shown)
    text = builders.phone_of(cast.ben, cast.ada).get(reverse("phone:today")).content.decode()
    assert ("Your physiotherapist added this one." in text) == bool(shown)


def test_taking_it_out_again_drops_it_and_leaves_no_trace_in_the_limits(cast: Cast) -> None:
    client = start(cast)
    name = free_exercise(client, cast)
    add(client, cast, name)
    data = plan_data(client, cast.episode, reason="Enough of it.")
    data.pop(f"in-{name}")
    client.post(url("plan", cast.episode.pk), data)
    plan = newest_plan(cast)
    assert not plan.added
    assert not [one for one in plan.constraints if name in one.without_exercises]
    assert name not in stage_of(client, cast)


def test_what_the_stage_keeps_out_is_named_in_the_choice_and_stays_out_of_the_session(cast: Cast) -> None:
    client = start(cast)
    stage = content().protocol(builders.protocol_id()).stages[0]
    there = set(stage_of(client, cast))
    out = next(
        one for one in content().exercises.values()
        if one.id not in there and one.technique is None and set(one.tags) & set(stage.without_tags)
    )  # fmt: skip
    choices = dict(
        pair
        for _, group in client.get(url("plan", cast.episode.pk)).context["form"].fields["add"].choices[1:]
        for pair in group
    )
    assert "kept out at this stage" in choices[out.id]
    add(client, cast, out.id)
    report(cast)
    story = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert out.id not in {one.exercise for one in story.session.exercises}


def test_dose_outside_the_stage_is_named_in_the_choice_and_marked(cast: Cast) -> None:
    client = start(cast)
    slots = content().protocol(builders.protocol_id()).stages[0].slots
    slot = next(one for one in slots if one.last_step < len(content().exercises[one.exercise].dose_steps) - 1)
    step = slot.last_step + 1
    form = client.get(url("plan", cast.episode.pk)).context["form"]
    assert "(outside this stage)" in dict(form.fields[f"step-{slot.exercise}"].choices)[step]
    data = plan_data(client, cast.episode, reason=REASON) | {f"step-{slot.exercise}": str(step)}
    client.post(url("plan", cast.episode.pk), data)
    course = client.get(url("course", cast.episode.pk))
    row = next(one for one in course.context["programme"].rows if one.id == slot.exercise)
    assert row.mark == "dose outside this stage, set by Ada"
    assert any("outside the doses of this stage" in line for line in course.context["outside"])


@pytest.mark.parametrize(
    ("added", "where"),
    [
        (("nothing-like-it",), "added"),
        (("T", "T"), "added"),
        (("manual",), "added"),
        (("A", "B", "C", "D", "E"), "added"),
    ],
)  # fmt: skip
def test_service_refuses_what_cannot_be_added(cast: Cast, added: tuple[str, ...], where: str) -> None:
    start(cast)
    library = [one.id for one in content().exercises.values() if one.technique is None]
    manual = next(one.id for one in content().exercises.values() if one.technique is not None)
    known = {"manual": manual, "T": library[0]} | dict(zip("ABCDE", library, strict=False))
    given = tuple(AddedExercise(exercise=known.get(name, name), reason="r") for name in added)
    with pytest.raises(InputError) as caught:
        services.set_plan(episode=cast.episode, by=cast.ada, reason="r", added=given)
    assert caught.value.where == where


def test_added_exercise_needs_a_reason_of_its_own_in_the_service(cast: Cast) -> None:
    start(cast)
    one = AddedExercise(exercise=next(iter(content().exercises)), reason=" ")
    with pytest.raises(InputError):
        services.set_plan(episode=cast.episode, by=cast.ada, reason="r", added=(one,))
