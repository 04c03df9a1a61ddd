"""Tell a session once more, when what was written was wrong. Both stay; the worse of the two counts at once."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mortise.errors import InputError
from mortise.record import ExerciseLog, SessionLog
from mortise.terms import Origin
from mortise.web.accounts import access
from mortise.web.audit import clock
from mortise.web.phone import presenters_session
from mortise.web.phone.changes import as_told, last_told
from mortise.web.phone.forms import ExerciseForm
from mortise.web.phone.reports import report
from mortise.web.phone.views_session import after_form, log_items
from mortise.web.phone.visits import Visit, visit_of
from mortise.web.ui.fields import CANNOT_SAY


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def change(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    story = visit.story()
    log = last_told(story, visit.today)
    if story.is_locked or log is None:
        return redirect("phone:today")
    planned = [
        as_told(visit.content.exercises[one.exercise], one)
        for one in log.items
        if one.exercise in visit.content.exercises
    ]
    is_posted = request.method == "POST"
    data = request.POST if is_posted else None
    forms = [
        ExerciseForm(data, prefix=one.exercise, initial=_said(one))
        for one in log.items
        if one.exercise in visit.content.exercises
    ]
    after = after_form(visit, data, {name: _choice(value) for name, value in log.answers.items()})
    if is_posted and all([*(form.is_valid() for form in forms), after.is_valid()]):
        report(
            request, visit, story, [_told_again(request, visit, log, log_items(visit, planned, forms), after)]
        )
        return redirect("phone:today")
    log_id = (request.POST.get("log_id") if is_posted else "") or str(uuid.uuid4())
    page = presenters_session.change_page(visit, story, log, planned, forms, log_id)
    context = {"page": page, "after": after, "tab": "today"}
    return render(request, "phone/session.html", context, status=422 if is_posted else 200)


def _told_again(
    request: HttpRequest, visit: Visit, log: SessionLog, items: tuple[ExerciseLog, ...], after: Any
) -> SessionLog:
    log_id = request.POST.get("log_id", "")
    if not log_id or log_id == log.id:
        raise InputError("This page is too old.", where="log_id", mend="Open the session again.")
    return SessionLog(
        id=log_id, on=log.on, logged_on=visit.today, origin=Origin.PATIENT, captured_at=clock.now(),
        session=log.session, items=items, answers=after.answers(),
    )  # fmt: skip


def _said(one: ExerciseLog) -> dict[str, Any]:
    return {
        "outcome": one.outcome, "reason": one.reason, "sets": one.n_sets, "reps": one.n_reps,
        "pain": _choice(one.pain_nrs), "effort": _choice(one.effort_nrs),
    }  # fmt: skip


def _choice(value: Any) -> str:
    return CANNOT_SAY if value is None else str(value)
