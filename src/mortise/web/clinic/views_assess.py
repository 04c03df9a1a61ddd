"""The structured assessment: one section a page, saved as one goes; answers that stop the programme act at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mortise.errors import InputError
from mortise.protocol.assessment import Assessment, Section
from mortise.terms import Context
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.entries import (
    Capture,
    Current,
    Manner,
    add_and_answer,
    current_of,
    flag_facts,
    goal_drafts,
    reading_facts,
    sign_facts,
)
from mortise.web.clinic.forms_assess import SectionForm
from mortise.web.clinic.forms_readings import CONTEXTS, MeasureRow, ReadingsForm, is_typed
from mortise.web.clinic.presenters_assess import Compared, compared_of, parts_of, raised_of
from mortise.web.clinic.presenters_falls import SECTIONS as FALLS_SECTIONS
from mortise.web.clinic.presenters_falls import falls_view
from mortise.web.clinic.requests import capture_of, header_of, page
from mortise.web.clinic.saving import answer, is_saving, part, refused, touched_of


@access.needs(Right.SEE_RECORD)
@require_safe
def begin(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Go to the first section that is not done."""
    episode = services.episode_or_404(request.user, episode_id)
    record = services.record_of(episode=episode, by=request.user)
    current = current_of(record, episode.patient.clinic.today())
    parts = parts_of(content().assessment, current)
    first = next((part for part in parts if part.state == "open"), None)
    if first is None:
        return redirect("clinic:classification", episode_id=episode.pk)
    return redirect("clinic:assess", episode_id=episode.pk, section_id=first.id)


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: StaffRequest, episode_id: UUID, section_id: str) -> HttpResponse:
    """Show one section and keep what is entered in it."""
    episode = services.episode_or_404(request.user, episode_id)
    asked = _section_or_404(content().assessment, section_id)
    capture = capture_of(request, episode.patient)
    record = services.record_of(episode=episode, by=request.user)
    current = current_of(record, capture.on)
    form = _form(request, episode, asked, current)
    if is_saving(request):
        return _save(request, episode, asked, form, current, capture)
    if request.method == "POST" and form.is_valid():
        _keep(episode, form, current, capture, request.user)
        return redirect(_next(content().assessment, asked, episode, request))
    status = 400 if request.method == "POST" else 200
    return page(request, "assess", _context(episode, asked, form, current, capture), status=status)


def _section_or_404(assessment: Assessment, section_id: str) -> Section:
    found = next((one for one in assessment.sections if one.id == section_id), None)
    if found is None:
        raise Http404
    return found


def _form(request: StaffRequest, episode: EpisodeRow, asked: Section, current: Current) -> SectionForm:
    taken = context_of(request)
    measures = [one for name in asked.measures if (one := content().measures.get(name)) and is_typed(one)]
    return SectionForm(
        request.POST if request.method == "POST" else None,
        section=asked,
        signs=current.levels,
        goals=tuple((goal.id, goal.words, goal.by_on) for goal in current.goals),
        measures=measures,
        current=current.values_today(taken),
        instruments=current.instruments,
        involved=episode.side,
        context=taken,
        earlier=current.earlier(episode.patient.clinic.today()),
        today=episode.patient.clinic.today(),
    )


def context_of(request: StaffRequest) -> Context:
    """Return when, relative to treatment, readings on this page are taken."""
    given = request.POST.get("context") or request.GET.get("taken") or ""
    return Context(given) if given in {context.value for context in Context} else Context.ROUTINE


def _save(
    request: StaffRequest,
    episode: EpisodeRow,
    asked: Section,
    form: SectionForm,
    current: Current,
    capture: Capture,
) -> HttpResponse:
    """Keep what was touched and is whole; say the rest beside its field."""
    touched = touched_of(request)
    form.is_valid()
    try:
        _keep(episode, form, current, capture, request.user, touched)
    except InputError as error:
        refused(form, touched, error)
    current = current_of(services.record_of(episode=episode, by=request.user), capture.on)
    context = _context(episode, asked, form, current, capture)
    html = {name: part(f"_{name}", context) for name in ("raised", "parts", "falls")} | compared_html(
        context["rows"]
    )
    return answer(request, form, touched, html)


def compared_html(rows: Iterable[tuple[MeasureRow, Compared]]) -> dict[str, str]:
    """Return the comparison of each row, by the place it stands in."""
    return {f"compared-{row.measure.id}": part("_compared", {"one": one}) for row, one in rows}


def _keep(
    episode: EpisodeRow,
    form: SectionForm,
    current: Current,
    capture: Capture,
    by: User,
    touched: Collection[str] | None = None,
) -> None:
    manner = Manner(
        Context(form.cleaned_data.get("context") or Context.ROUTINE.value),
        bool(form.cleaned_data.get("at_visit")),
    )
    facts = [
        *sign_facts(form.found(touched), current, capture),
        *reading_facts(form.typed(touched), current, manner, capture),
    ]
    if episode.standing.stage:
        facts += flag_facts(facts, content().assessment, capture)
    if form.section.asks_goals and form.goals_are_whole(touched):
        services.set_goals(episode=episode, goals=goal_drafts(form.typed_goals()), by=by)
    add_and_answer(episode, facts, by)


def _next(assessment: Assessment, asked: Section, episode: EpisodeRow, request: StaffRequest) -> str:
    if "stay" in request.POST:
        return reverse("clinic:assess", args=[episode.pk, asked.id])
    ids = [one.id for one in assessment.sections]
    after = ids[ids.index(asked.id) + 1 :]
    if after:
        return reverse("clinic:assess", args=[episode.pk, after[0]])
    return reverse("clinic:classification", args=[episode.pk])


def rows_of(
    form: ReadingsForm, current: Current, episode: EpisodeRow, capture: Capture
) -> list[tuple[MeasureRow, Compared]]:
    """Return each measure's fields with its two sides compared."""
    compared = compared_of(form.measures, current, episode.side, capture)
    return [(row, compared[row.measure.id]) for row in form.rows]


def _context(
    episode: EpisodeRow, asked: Section, form: SectionForm, current: Current, capture: Capture
) -> dict[str, Any]:
    assessment = content().assessment
    ids = [one.id for one in assessment.sections]
    index = ids.index(asked.id)
    return {
        "episode": episode,
        "header": header_of(episode),
        "section": asked,
        "form": form,
        "parts": parts_of(assessment, current),
        "raised": raised_of(assessment, current.signs),
        "rows": rows_of(form, current, episode, capture),
        "before": assessment.sections[index - 1] if index else None,
        "after": assessment.sections[index + 1] if index + 1 < len(ids) else None,
        "contexts": CONTEXTS,
        "taken": form.initial.get("context", Context.ROUTINE.value),
        "involved": episode.involved_side,
        "falls": falls_view(current, episode.patient.person, content().measures, capture.on)
        if asked.id in FALLS_SECTIONS
        else None,
    }
