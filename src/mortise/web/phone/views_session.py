"""Today's session: one form that works by itself, and becomes a player where scripts run."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from msgspec import UNSET

from mortise.episode import Story
from mortise.errors import InputError
from mortise.protocol import Exercise
from mortise.record import ExerciseLog, PlannedExercise, SessionLog
from mortise.terms import Origin
from mortise.web.accounts import access
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.phone import presenters, presenters_session, state
from mortise.web.phone.easier import as_chosen
from mortise.web.phone.forms import ExerciseForm, QuestionsForm, number_or_none
from mortise.web.phone.reports import report
from mortise.web.phone.visits import Visit, visit_of

LATE = "Done when no session stood open: the programme was stopped meanwhile, or the day or another phone was first."


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def session(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    story = visit.story()
    if story.is_locked or not presenters.may_start(visit, story):
        if request.method == "POST":
            _keep_late(request, visit, story)
        return redirect("phone:today")
    planned = story.session.exercises
    is_posted = request.method == "POST"
    data = request.POST if is_posted else None
    forms = [ExerciseForm(data, prefix=item.exercise) for item in planned]
    after = after_form(visit, data)
    if is_posted and all([*(form.is_valid() for form in forms), after.is_valid()]):
        report(request, visit, story, [_log(request, visit, story.session.id, planned, forms, after)])
        return redirect("phone:today")
    log_id = request.POST.get("log_id") if is_posted else str(uuid.uuid4())
    page = presenters_session.session_page(visit, story, forms, log_id or str(uuid.uuid4()))
    status = 422 if is_posted else 200
    return render(
        request, "phone/session.html", {"page": page, "after": after, "tab": "today"}, status=status
    )


def _keep_late(request: HttpRequest, visit: Visit, story: Story) -> None:
    """Pass a session that can no longer count to the clinic: what was felt in it must not be lost."""
    log_id, known = request.POST.get("log_id", ""), visit.content.exercises
    forms = {
        name: ExerciseForm(request.POST, prefix=name) for name in known if f"{name}-outcome" in request.POST
    }
    said = {name: form.cleaned_data for name, form in forms.items() if form.is_valid()}
    if not log_id or not said or any(fact.id == log_id for fact in story.facts):
        return
    after = after_form(visit, request.POST)
    after.is_valid()  # what was left out stays not known
    log = SessionLog(
        id=log_id, on=visit.today, logged_on=visit.today, origin=Origin.PATIENT, captured_at=clock.now(),
        session=story.session.id, items=tuple(_late_item(story, name, one) for name, one in said.items()),
        answers=after.answers(),
    )  # fmt: skip
    services.keep_aside(episode=visit.episode, fact=log, reason=LATE, by=visit.user)
    state.say_once(
        request, [gettext("This session could not be counted. What you wrote went to your clinic.")]
    )


def _late_item(story: Story, name: str, said: dict[str, Any]) -> ExerciseLog:
    dose = story.dose_states.get(name)
    return ExerciseLog(
        exercise=name, dose_step=dose.step if dose else 0, outcome=said["outcome"], reason=said.get("reason") or "",
        pain_nrs=number_or_none(said, "pain"), effort_nrs=number_or_none(said, "effort"),
    )  # fmt: skip


def after_form(visit: Visit, data: Any, initial: Any = None) -> QuestionsForm:
    """Return the questions after a session."""
    protocol = visit.content.protocol(visit.episode.protocol)
    return QuestionsForm(
        [visit.content.measures[name] for name in protocol.after_session],
        data,
        prefix="after",
        initial=initial,
    )


def _log(
    request: HttpRequest, visit: Visit, session_id: str, planned: tuple[PlannedExercise, ...],
    forms: list[ExerciseForm], after: QuestionsForm,
) -> SessionLog:  # fmt: skip
    log_id = request.POST.get("log_id", "")
    if not log_id:
        raise InputError("This page is too old.", where="log_id", mend="Open the session again.")
    return SessionLog(
        id=log_id, on=visit.today, logged_on=visit.today, origin=Origin.PATIENT, captured_at=clock.now(),
        session=session_id, items=log_items(visit, planned, forms), answers=after.answers(),
    )  # fmt: skip


def log_items(
    visit: Visit, planned: Sequence[PlannedExercise], forms: Sequence[ExerciseForm]
) -> tuple[ExerciseLog, ...]:
    """Return what became of each exercise."""
    exercises = visit.content.exercises
    return tuple(
        _item(item, exercises[item.exercise], form.cleaned_data)
        for item, form in zip(planned, forms, strict=True)
    )


def _item(planned: PlannedExercise, exercise: Exercise, said: dict[str, Any]) -> ExerciseLog:
    """Return one exercise's log. Sets counted by the player are kept; done by hand means as planned.

    The player counts repetitions over all sets; the log counts those of each set. An easier dose is never as planned.
    """
    levels = presenters_session.levels_of(planned, exercise)
    level = min(said.get("level") or 0, len(levels) - 1)
    (step, dose), sets, reps = levels[level], said.get("sets"), said.get("reps")
    if said["outcome"] == "done":
        sets, reps = dose.n_sets, dose.n_reps
    elif reps is not None:
        reps = dose.n_reps if sets else min(reps, dose.n_reps)
    log = ExerciseLog(
        exercise=planned.exercise, dose_step=step, outcome=said["outcome"],
        n_sets=0 if said["outcome"] == "skipped" else sets,
        n_reps=0 if said["outcome"] == "skipped" else reps,
        reason=said.get("reason") or "",
        pain_nrs=number_or_none(said, "pain"), effort_nrs=number_or_none(said, "effort"),
        duration_s=dose.duration_s or UNSET,
    )  # fmt: skip
    return as_chosen(log, level)
