"""A quick re-test: what is due first, entered in two minutes; the engine answers at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from mortise.episode import Story
from mortise.errors import InputError
from mortise.record import Fact
from mortise.terms import Context, Measure, Setting
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.entries import Manner, add_all, current_of, reading_facts
from mortise.web.clinic.forms_readings import CONTEXTS, ReadingsForm, is_typed
from mortise.web.clinic.presenters_due import TODAY, due_rows
from mortise.web.clinic.presenters_log import log_rows
from mortise.web.clinic.requests import author_names, capture_of, page
from mortise.web.clinic.views_assess import context_of, rows_of
from mortise.web.clinic.views_course import full_header, story_of

N_LOG = 200


@access.staff
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Enter clinic measures: those that are due, or with `all` every one the protocol reads."""
    episode = services.episode_or_404(request.user, episode_id)
    capture = capture_of(request, episode.patient)
    told = story_of(episode, request)
    current = current_of(told.record, capture.on)
    show_all = "all" in request.GET or "all" in request.POST
    measures = _measures(told, show_all=show_all)
    taken = context_of(request)
    form = ReadingsForm(
        request.POST if request.method == "POST" else None,
        measures=measures,
        current=current.values_today(taken),
        instruments=current.instruments,
        involved=episode.side,
        context=taken,
    )
    if request.method == "POST" and form.is_valid():
        manner = Manner(
            Context(form.cleaned_data.get("context") or taken.value), bool(form.cleaned_data.get("at_visit"))
        )
        keep(episode, [*reading_facts(form.typed(), current, manner, capture)], told, request)
        return redirect("clinic:course", episode_id=episode.pk)
    visit_rows = [row for row in due_rows(told.due, told.as_of) if row.is_visit]
    context: dict[str, Any] = {
        "episode": episode,
        "header": full_header(episode, told.record, told),
        "form": form,
        "rows": rows_of(form, current, episode, capture),
        "contexts": CONTEXTS,
        "taken": taken.value,
        "involved": episode.involved_side,
        "show_all": show_all,
        "due": [row for row in visit_rows if row.when == TODAY],
        "next_due": next((row for row in visit_rows if row.when != TODAY), None),
        "here": "reading",
    }
    return page(request, "reading", context, status=400 if request.method == "POST" else 200)


def keep(episode: EpisodeRow, facts: list[Fact], told: Story, request: StaffRequest) -> None:
    """Add facts; where a programme runs, the engine answers them at once.

    Raises
    ------
    InputError
        When a fact is refused; nothing is kept then.
    """
    if told.plan is None or not facts:
        add_all(episode, facts, request.user)
        return
    answered = services.answer_report(
        episode=episode, facts=facts, on=episode.patient.clinic.today(), by=request.user
    )
    refused = next((answer for answer in answered.answers if not answer.is_kept), None)
    if refused is not None:
        raise InputError(refused.reason)


def _measures(told: Story, *, show_all: bool) -> list[Measure]:
    known = content().measures
    due = [one.measure for one in told.due if one.where == "visit" and one.due_on <= told.as_of]
    names = list(dict.fromkeys(due))
    if show_all or not names:
        names += [name for name in _of_protocol(told) if name not in names]
    return [known[name] for name in names if name in known and is_typed(known[name])]


def _of_protocol(told: Story) -> list[str]:
    """Return the measures of this assessment that a clinician takes by hand, in the order of the examination."""
    return [
        name
        for section in content().assessment.sections
        for name in section.measures
        if name in content().measures and content().measures[name].setting in (Setting.CLINIC, Setting.EITHER)
    ]


@access.staff
@require_safe
def looked(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show who read and who wrote this patient's data, newest first."""
    episode = services.episode_or_404(request.user, episode_id)
    record = services.record_of(episode=episode, by=request.user)
    entries = AuditEntry.objects.filter(patient=str(episode.patient_id)).order_by("-sequence")[:N_LOG]
    context = {
        "episode": episode,
        "header": full_header(episode, record),
        "entries": log_rows(entries, author_names(episode.patient), episode.patient.clinic.time_zone),
    }
    return page(request, "looked", context)
