"""A quick re-test: what is due first, entered in two minutes; the engine answers at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from mortise.episode import Story
from mortise.errors import InputError
from mortise.terms import Context, Measure, Setting
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.entries import Capture, Current, Manner, add_and_answer, current_of, reading_facts
from mortise.web.clinic.forms_readings import CONTEXTS, ReadingsForm, is_typed
from mortise.web.clinic.presenters_due import TODAY, due_rows
from mortise.web.clinic.presenters_log import log_rows
from mortise.web.clinic.requests import author_names, capture_of, page
from mortise.web.clinic.saving import answer, is_saving, refused, touched_of
from mortise.web.clinic.views_assess import compared_html, context_of, rows_of
from mortise.web.clinic.views_course import full_header, story_of

N_LOG = 200


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
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
        earlier=current.earlier(capture.on),
        today=capture.on,
    )
    is_retest = not show_all and bool(_due_today(told))
    if is_retest:
        form.put_first()
    if is_saving(request):
        return _save(request, episode, form, current, capture)
    if request.method == "POST" and form.is_valid():
        _keep(episode, form, current, capture, request.user)
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
        "is_retest": is_retest,
        "next_due": next((row for row in visit_rows if row.when != TODAY), None),
        "here": "reading",
    }
    return page(request, "reading", context, status=400 if request.method == "POST" else 200)


def _save(
    request: StaffRequest, episode: EpisodeRow, form: ReadingsForm, current: Current, capture: Capture
) -> HttpResponse:
    """Keep what was touched and is whole; the engine answers each."""
    touched = touched_of(request)
    form.is_valid()
    try:
        _keep(episode, form, current, capture, request.user, touched)
    except InputError as error:
        refused(form, touched, error)
    current = current_of(services.record_of(episode=episode, by=request.user), capture.on)
    return answer(request, form, touched, compared_html(rows_of(form, current, episode, capture)))


def _keep(
    episode: EpisodeRow,
    form: ReadingsForm,
    current: Current,
    capture: Capture,
    by: User,
    touched: Collection[str] | None = None,
) -> None:
    manner = Manner(
        Context(form.cleaned_data.get("context") or Context.ROUTINE.value),
        bool(form.cleaned_data.get("at_visit")),
    )
    add_and_answer(episode, reading_facts(form.typed(touched), current, manner, capture), by)


def _measures(told: Story, *, show_all: bool) -> list[Measure]:
    known = content().measures
    names = _due_today(told)
    if show_all or not names:
        names += [name for name in _of_protocol(told) if name not in names]
    return [known[name] for name in names if name in known and is_typed(known[name])]


def _due_today(told: Story) -> list[str]:
    """Return what is due at this visit, each once, in the order of the examination."""
    due = {one.measure for one in told.due if one.where == "visit" and one.due_on <= told.as_of}
    ordered = [name for name in _of_protocol(told) if name in due]
    return ordered + sorted(due - set(ordered))


def _of_protocol(told: Story) -> list[str]:
    """Return the measures of this assessment that a clinician takes by hand, in the order of the examination."""
    return [
        name
        for section in content().assessment.sections
        for name in section.measures
        if name in content().measures and content().measures[name].setting in (Setting.CLINIC, Setting.EITHER)
    ]


@access.needs(Right.SEE_RECORD)
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


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def set_aside(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show what the phone sent and nobody could take in; put an item aside once it was looked at."""
    episode = services.episode_or_404(request.user, episode_id)
    if request.method == "POST":
        item = services.quarantined_or_404(request.user, request.POST.get("item", "0")[:18])
        if item.episode_id != episode.pk:
            raise Http404
        services.settle_quarantined(item=item, by=request.user)
        return redirect("clinic:set-aside", episode_id=episode.pk)
    record = services.record_of(episode=episode, by=request.user)
    context = {
        "episode": episode,
        "header": full_header(episode, record),
        "items": services.quarantine_of(episode=episode, by=request.user),
    }
    return page(request, "set_aside", context)
