"""One patient's course on one page, and what a clinician does there: agree, overrule, resume, set the next visit."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from mortise.episode import Story, output_hash
from mortise.errors import ConflictError, InputError
from mortise.protocol import Protocol
from mortise.record import Decision, PatientRecord
from mortise.report.words import day
from mortise.terms import Advice, Load
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Need
from mortise.web.clinic.drawn import drawn
from mortise.web.clinic.follow_context import follow_context
from mortise.web.clinic.forms import OverruleForm, ReasonForm, VisitForm
from mortise.web.clinic.presenters_course_chart import DEFAULT_MEASURE
from mortise.web.clinic.presenters_words import says_of
from mortise.web.clinic.requests import author_names, header_of, page
from mortise.web.clinic.told_course import (
    CourseTold,
    Header,
    Started,
    course_told,
    from_bytes,
    header_told,
    to_bytes,
)
from mortise.web.ui import languages
from mortise.web.ui.fields import add_error


@access.needs(Right.SEE_RECORD)
@require_safe
def course(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show everything about one ankle."""
    episode = services.episode_or_404(request.user, episode_id)
    return course_page(request, episode)


@access.staff
@require_POST
def respond(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Take an agreement or an overrule of exactly the decision that was shown."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    form = None
    try:
        if request.POST.get("response") == "agree":
            services.respond(decision=_shown_decision(episode, request), response="agree", by=request.user,
                             reason=request.POST.get("note", "")[:1000])  # fmt: skip
            return redirect("clinic:course", episode_id=episode.pk)
        form = overrule_form(told.decision, told.protocol, request.POST)
        if form.is_valid():
            _overrule(episode, request, form)
            return redirect("clinic:course", episode_id=episode.pk)
    except ConflictError as error:
        return course_page(request, episode, problem=str(error), status=409)
    except InputError as error:
        if form is None:
            return course_page(request, episode, problem=str(error), status=400)
        add_error(form, error, error.where)
    return course_page(request, episode, overrule=form, status=400)


def _overrule(episode: EpisodeRow, request: StaffRequest, form: OverruleForm) -> None:
    row = _shown_decision(episode, request)
    stage = form.cleaned_data["stage"]
    services.respond(
        decision=row,
        response="overrule",
        by=request.user,
        advice=Advice(form.cleaned_data["advice"]),
        load=Load(form.cleaned_data["load"]) if form.cleaned_data["load"] else None,
        stage=stage if stage != form.stage_id else "",
        reason=form.cleaned_data["reason"],
    )


def _shown_decision(episode: EpisodeRow, request: StaffRequest) -> Any:
    """Return the stored decision of today, which must be the one the page showed."""
    today_on = episode.patient.clinic.today()
    decided = services.decide(episode=episode, on=today_on, by=request.user)
    if output_hash(decided.record.decision) != request.POST.get("decision", ""):
        raise ConflictError(
            "The proposal changed while you looked at it.", mend="Read it again, then answer."
        )
    return services.decision_or_404(request.user, decided.record.id)


@access.needs(Right.RESUME)
@require_POST
def judge(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Take a clinician's judgement about a red flag: seen, or the programme opened again, always with a reason."""
    episode = services.episode_or_404(request.user, episode_id)
    form = ReasonForm(request.POST)
    wanted = request.POST.get("judgement", "")
    if form.is_valid() and wanted in ("acknowledge", "resume"):
        services.judge(
            episode=episode,
            judgement="resume" if wanted == "resume" else "acknowledge",
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        return redirect("clinic:course", episode_id=episode.pk)
    return course_page(request, episode, reason=form, status=400)


@access.staff
@require_POST
def visit(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Set the next visit."""
    episode = services.episode_or_404(request.user, episode_id)
    form = VisitForm(request.POST, today_on=episode.patient.clinic.today())
    if form.is_valid():
        services.plan_visit(episode=episode, visit_on=form.cleaned_data["visit_on"], by=request.user)
        return redirect("clinic:course", episode_id=episode.pk)
    return course_page(request, episode, visit_form=form, status=400)


# ---------------------------------------------------------------- the page


def story_of(episode: EpisodeRow, request: StaffRequest) -> Story:
    """Return the story of today; the reading is audited."""
    return services.story_of(episode=episode, on=episode.patient.clinic.today(), by=request.user)


def course_page(
    request: StaffRequest,
    episode: EpisodeRow,
    *,
    overrule: OverruleForm | None = None,
    reason: ReasonForm | None = None,
    visit_form: VisitForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the course, with what was wrong with what was sent."""
    today_on = episode.patient.clinic.today()
    names = author_names(episode.patient)
    told = _told(request, episode, today_on, names)
    standing = episode.standing
    context: dict[str, Any] = {
        "episode": episode,
        "header": header_from(episode, told.header),
        "as_of": today_on,
        "problem": problem,
        "is_started": told.started is not None,
        "ended": told.ended,
        "track": told.track,
        "links": services.phone_links_of(patient=episode.patient),
        "languages": languages.offered(),
        "visit_form": visit_form or VisitForm(today_on=today_on),
        "quarantined": standing.n_quarantined,
        "n_messages": standing.n_messages,
        "not_received": services.n_not_received(episode=episode, by=request.user),
        "raised": told.raised,
    }
    if told.started is not None:
        protocol = content().protocol(episode.protocol)
        context |= _started_context(told.started)
        context |= {
            "overrule": overrule or overrule_form(told.started.decision, protocol, None),
            "is_overrule_open": overrule is not None,
            "reason_form": reason or ReasonForm(),
            "waiting": _waiting(episode, told.started),
        }
        context |= follow_context(episode, told.started, protocol, today_on)
    return page(request, "course", context, status=status)


def _told(request: StaffRequest, episode: EpisodeRow, on: date, names: dict[str, str]) -> CourseTold:
    """Return what the page tells: what is kept, or told now. Another measure drawn large is told now and not kept."""
    measure_id = request.GET.get("chart", "")
    if measure_id in content().measures and measure_id != DEFAULT_MEASURE:
        return course_told(episode, story_of(episode, request), names, measure_id)
    return services.course_of(
        episode=episode,
        on=on,
        by=request.user,
        names=names,
        tell=lambda story: to_bytes(course_told(episode, story, names)),
        read=from_bytes,
    )


def _started_context(started: Started) -> dict[str, Any]:
    names = (
        "gate", "panel", "shown", "proposed", "answered", "outside", "chart_choices", "programme", "counters",
        "decisions", "judgements", "put_right", "reports", "due", "sessions", "dose_changes", "room",
    )  # fmt: skip
    drawings = {"chart": drawn(started.chart), "trends": [drawn(one) for one in started.trends]}
    return {name: getattr(started, name) for name in names} | drawings


def _waiting(episode: EpisodeRow, started: Started) -> dict[str, Any] | None:
    """Return what the list still shows of this ankle when the day has moved on: what nobody has answered."""
    standing = episode.standing
    is_open = standing.need in (Need.STEPPED_BACK, Need.ASKED, Need.ADVANCE) and not standing.is_answered
    if not is_open or not standing.advice or standing.advice == started.decision.advice.value:
        return None
    on = day(standing.decided_on) if standing.decided_on else ""
    return {"says": says_of(standing.advice), "on": on, "reason": standing.reason}


def overrule_form(decision: Decision, protocol: Protocol, data: Any) -> OverruleForm:
    """Return the form to overrule a decision."""
    return OverruleForm(data, protocol=protocol, decision=decision)


def full_header(episode: EpisodeRow, record: PatientRecord, told: Story | None = None) -> dict[str, Any]:
    """Return the header with classification, goals and the next visit."""
    return header_from(episode, header_told(episode, record, told))


def header_from(episode: EpisodeRow, told: Header) -> dict[str, Any]:
    """Return the header with what the record says."""
    return header_of(
        episode, classification=told.classification, wants=told.wants, next_visit=told.next_visit
    )
