"""Today's session: one form that works by itself, and becomes a player where scripts run."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mortise.errors import InputError
from mortise.record import ExerciseLog, PlannedExercise, SessionLog
from mortise.terms import Origin
from mortise.web.accounts import access
from mortise.web.audit import clock
from mortise.web.phone import presenters, presenters_session
from mortise.web.phone.forms import ExerciseForm, QuestionsForm, number_or_none
from mortise.web.phone.reports import report
from mortise.web.phone.visits import Visit, visit_of


@access.patient
def session(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    story = visit.story()
    if story.is_locked or not presenters.may_start(visit, story):
        return redirect("phone:today")
    planned = story.session.exercises
    is_posted = request.method == "POST"
    data = request.POST if is_posted else None
    forms = [ExerciseForm(data, prefix=item.exercise) for item in planned]
    after = _after_form(visit, data)
    if is_posted and all([*(form.is_valid() for form in forms), after.is_valid()]):
        report(request, visit, story, [_log(request, visit, story.session.id, planned, forms, after)])
        return redirect("phone:today")
    log_id = request.POST.get("log_id") if is_posted else str(uuid.uuid4())
    page = presenters_session.session_page(visit, story, forms, log_id or str(uuid.uuid4()))
    status = 422 if is_posted else 200
    return render(
        request, "phone/session.html", {"page": page, "after": after, "tab": "today"}, status=status
    )


def _after_form(visit: Visit, data: Any) -> QuestionsForm:
    protocol = visit.content.protocol(visit.episode.protocol)
    return QuestionsForm(
        [visit.content.measures[name] for name in protocol.after_session], data, prefix="after"
    )


def _log(
    request: HttpRequest, visit: Visit, session_id: str, planned: tuple[PlannedExercise, ...],
    forms: list[ExerciseForm], after: QuestionsForm,
) -> SessionLog:  # fmt: skip
    log_id = request.POST.get("log_id", "")
    if not log_id:
        raise InputError("This page is too old.", where="log_id", mend="Open the session again.")
    items = tuple(_item(item, form.cleaned_data) for item, form in zip(planned, forms, strict=True))
    return SessionLog(
        id=log_id, on=visit.today, logged_on=visit.today, origin=Origin.PATIENT, captured_at=clock.now(),
        session=session_id, items=items, answers=after.answers(),
    )  # fmt: skip


def _item(planned: PlannedExercise, said: dict[str, Any]) -> ExerciseLog:
    """Return one exercise's log. Sets counted by the player are kept; done by hand means as planned.

    The player counts repetitions over all sets; the log counts those of each set.
    """
    dose, sets, reps = planned.dose, said.get("sets"), said.get("reps")
    if said["outcome"] == "done":
        sets, reps = dose.n_sets, dose.n_reps
    elif reps is not None:
        reps = dose.n_reps if sets else min(reps, dose.n_reps)
    return ExerciseLog(
        exercise=planned.exercise, dose_step=planned.dose_step, outcome=said["outcome"],
        n_sets=0 if said["outcome"] == "skipped" else sets,
        n_reps=0 if said["outcome"] == "skipped" else reps,
        reason=said.get("reason") or "",
        pain_nrs=number_or_none(said, "pain"), effort_nrs=number_or_none(said, "effort"),
    )  # fmt: skip
