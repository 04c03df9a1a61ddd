"""Questionnaires on the desk: answered where their words may be shown, otherwise their score is typed in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from mortise.terms import Context
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.content import questionnaires as known_questionnaires
from mortise.web.clinic.entries import Manner, add_and_answer, current_of, reading_facts
from mortise.web.clinic.forms_questionnaire import QuestionnaireForm
from mortise.web.clinic.requests import capture_of, page
from mortise.web.clinic.views_course import full_header


@access.needs(Right.SEE_RECORD)
@require_safe
def questionnaires(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """List every questionnaire: what it asks, whose it is, whether its words are here, and its newest scores."""
    episode = services.episode_or_404(request.user, episode_id)
    record = services.record_of(episode=episode, by=request.user)
    today = episode.patient.clinic.today()
    known, faults = known_questionnaires(today)
    newest = {measure: one for (measure, _), one in current_of(record, today).readings.items()}
    rows = [
        (one, [(score, newest.get(score.measure)) for score in one.scores])
        for one in sorted(known.values(), key=lambda each: (not each.items, each.short))
    ]
    context = {
        "episode": episode, "header": full_header(episode, record), "rows": rows, "faults": faults,
        "here": "reading",
    }  # fmt: skip
    return page(request, "questionnaires", context)


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(request: StaffRequest, episode_id: UUID, questionnaire_id: str) -> HttpResponse:
    """Answer one questionnaire, or enter its scores; the engine answers at once."""
    episode = services.episode_or_404(request.user, episode_id)
    capture = capture_of(request, episode.patient)
    asked = known_questionnaires(capture.on)[0].get(questionnaire_id)
    if asked is None:
        raise Http404
    record = services.record_of(episode=episode, by=request.user)
    current = current_of(record, capture.on)
    form = QuestionnaireForm(
        request.POST if request.method == "POST" else None,
        questionnaire=asked,
        measures=content().measures,
        current=current.values_today(Context.ROUTINE),
        activities=[goal.activity or goal.words for goal in current.goals],
        involved=episode.side,
    )
    if request.method == "POST" and form.is_valid():
        manner = Manner(Context.ROUTINE, bool(form.cleaned_data.get("at_visit")))
        add_and_answer(episode, reading_facts(form.typed(), current, manner, capture), request.user)
        return redirect("clinic:questionnaires", episode_id=episode.pk)
    context: dict[str, Any] = {
        "episode": episode, "header": full_header(episode, record), "asked": asked, "form": form,
        "here": "reading",
    }  # fmt: skip
    return page(request, "questionnaire", context, status=400 if request.method == "POST" else 200)
