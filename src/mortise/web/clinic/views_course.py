"""One patient's course on one page, and what a clinician does there: agree, overrule, resume, set the next visit."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from mortise.decide.classify import classify
from mortise.episode import Story, output_hash
from mortise.errors import ConflictError, InputError
from mortise.protocol import Protocol
from mortise.record import Decision, PatientRecord, Reading, Sign
from mortise.report.chart import course_chart, trend_chart
from mortise.report.words import day, short_day
from mortise.terms import Advice, Load
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Need
from mortise.web.clinic import pictures
from mortise.web.clinic.drawn import drawn_once
from mortise.web.clinic.entries import current_of
from mortise.web.clinic.follow_context import follow_context
from mortise.web.clinic.forms import OverruleForm, ReasonForm, VisitForm
from mortise.web.clinic.presenters_assess import raised_of
from mortise.web.clinic.presenters_corrections import put_right_of
from mortise.web.clinic.presenters_counters import counter_rows
from mortise.web.clinic.presenters_course import (
    judgements_of,
    newest_decision,
    next_visit,
    past_decisions,
    reports_of,
    stage_track,
)
from mortise.web.clinic.presenters_course_chart import (
    DEFAULT_MEASURE,
    chartable,
    course_input,
    trend_input,
)
from mortise.web.clinic.presenters_decision import Panel, panel_of, proposed_words
from mortise.web.clinic.presenters_doses import dose_changes
from mortise.web.clinic.presenters_due import due_rows, sessions_of
from mortise.web.clinic.presenters_ended import ended_view
from mortise.web.clinic.presenters_gate import gate_of, outside_lines
from mortise.web.clinic.presenters_programme import DoseNow, Programme, programme_of
from mortise.web.clinic.presenters_room import room_view
from mortise.web.clinic.presenters_words import says_of
from mortise.web.clinic.requests import author_names, header_of, page
from mortise.web.ui import languages
from mortise.web.ui.fields import add_error

WORKING_CLASSIFICATION = "working_classification"


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
    told = story_of(episode, request)
    names = author_names(episode.patient)
    context: dict[str, Any] = {
        "episode": episode,
        "header": full_header(episode, told.record, told),
        "problem": problem,
        "is_started": told.plan is not None,
        "ended": ended_view(told, names),
        "track": stage_track(told.facts, told.protocol, told.stage, episode.opened_on),
        "links": services.phone_links_of(patient=episode.patient),
        "languages": languages.offered(),
        "visit_form": visit_form or VisitForm(today_on=told.as_of),
        "quarantined": episode.standing.n_quarantined,
        "n_messages": episode.standing.n_messages,
        "not_received": services.n_not_received(episode=episode, by=request.user),
        "raised": raised_of(content().assessment, current_of(told.record, told.as_of).signs),
    }
    if told.plan is not None:
        context |= _decision_context(episode, told, names, overrule, reason)
        context |= _course_context(request, episode, told, names)
        context |= follow_context(episode, told, names)
    return page(request, "course", context, status=status)


def _decision_context(
    episode: EpisodeRow,
    told: Story,
    names: dict[str, str],
    overrule: OverruleForm | None,
    reason: ReasonForm | None,
) -> dict[str, Any]:
    measures = content().measures
    made, response = newest_decision(told.record.facts)
    is_answered = made is not None and response is not None and made.decision.as_of == told.as_of
    return {
        "gate": gate_of(
            told.decision,
            told.protocol.stage(told.stage),
            told.protocol.after(told.stage),
            measures,
            episode.side,
        ),
        "panel": panel(told, names),
        "shown": output_hash(told.decision),
        "proposed": proposed_words(told.decision.as_of, told.as_of),
        "answered": past_decisions(told.record.facts, told.protocol, names)[0] if is_answered else None,
        "overrule": overrule or overrule_form(told.decision, told.protocol, None),
        "is_overrule_open": overrule is not None,
        "reason_form": reason or ReasonForm(),
        "waiting": _waiting(episode, told),
        "outside": outside_lines(told, names),
    }


def _waiting(episode: EpisodeRow, told: Story) -> dict[str, Any] | None:
    """Return what the list still shows of this ankle when the day has moved on: what nobody has answered."""
    standing = episode.standing
    is_open = standing.need in (Need.STEPPED_BACK, Need.ASKED, Need.ADVANCE) and not standing.is_answered
    if not is_open or not standing.advice or standing.advice == told.decision.advice.value:
        return None
    on = day(standing.decided_on) if standing.decided_on else ""
    return {"says": says_of(standing.advice), "on": on, "reason": standing.reason}


def _course_context(
    request: StaffRequest, episode: EpisodeRow, told: Story, names: dict[str, str]
) -> dict[str, Any]:
    measures = content().measures
    exercise_names = {one.id: one.name for one in content().exercises.values()}
    wanted = request.GET.get("chart", "")
    measure_id = wanted if wanted in measures else DEFAULT_MEASURE
    return {
        "chart": drawn(
            drawn_once(told, measure_id, lambda: course_chart(course_input(told, measures, measure_id)))
        ),
        "chart_choices": chartable(told, measures, measure_id),
        "programme": programme(episode, told),
        "counters": counter_rows(told.counters),
        "decisions": past_decisions(told.record.facts, told.protocol, names),
        "judgements": judgements_of(told.facts, names),
        "put_right": put_right_of(told.record.facts, measures, told.as_of, is_locked=told.is_locked),
        "reports": reports_of(told.facts, measures, exercise_names),
        "due": due_rows(told.due, told.as_of),
        "sessions": sessions_of(told),
        "dose_changes": dose_changes(told, content().exercises, names),
        "trends": [drawn(one) for one in _trends(told, measure_id)],
        "room": room_view(told, measures, names),
    }


def _trends(told: Story, drawn_id: str) -> list[str]:
    """Return a small trend of every measure that has readings, but for the one drawn large."""
    measures = content().measures
    wanted = [one.id for one in chartable(told, measures, drawn_id) if one.id != drawn_id]
    return [drawn_once(told, f"trend {name}", partial(_trend, told, name)) for name in wanted]


def _trend(told: Story, measure_id: str) -> str:
    return trend_chart(trend_input(told, content().measures, measure_id))


def panel(told: Story, names: dict[str, str]) -> Panel:
    """Return the decision panel of a story."""
    return panel_of(
        told.decision,
        told.protocol,
        content().measures,
        content().evidence,
        told.record.episode.involved_side,
        {one.id: one.name for one in content().exercises.values()},
        names,
    )


def programme(episode: EpisodeRow, told: Story) -> Programme:
    """Return the programme of a story, with pictures."""
    return programme_of(
        told.stage_now,
        told.session,
        content().exercises,
        {
            name: DoseNow(
                step=state.step, cause=state.cause, since=short_day(state.since_on) if state.since_on else ""
            )
            for name, state in told.dose_states.items()
        },
        lambda exercise: pictures.thumbnail_of(exercise, episode.side),
    )


def overrule_form(decision: Decision, protocol: Protocol, data: Any) -> OverruleForm:
    """Return the form to overrule a decision."""
    return OverruleForm(data, protocol=protocol, decision=decision)


def full_header(episode: EpisodeRow, record: PatientRecord, told: Story | None = None) -> dict[str, Any]:
    """Return the header with classification, goals and the next visit."""
    today_on = episode.patient.clinic.today()
    goals = services.goals_of(record)
    visit_on = next_visit(told.facts if told is not None else record.facts, today_on)
    return header_of(
        episode,
        classification=working_classification(episode, record),
        wants="; ".join(goal.words.rstrip(".") for goal in goals),
        next_visit=day(visit_on) if visit_on else "",
    )


def working_classification(episode: EpisodeRow, record: PatientRecord) -> str:
    """Return what a clinician took as working classification, or nothing."""
    taken = [sign for sign in services.live_facts(record, Sign) if sign.sign == WORKING_CLASSIFICATION]
    if not taken:
        return ""
    found = classify(
        content().classification,
        services.live_facts(record, Sign),
        services.live_facts(record, Reading),
        episode.side,
    )
    labels = {one.candidate: one.label for one in (*found.candidates, *found.coexisting)}
    label = labels.get(taken[-1].level, taken[-1].level)
    return f"{label}; {taken[-1].text}" if taken[-1].text else label


def drawn(svg: str) -> SafeString:
    """Mark what `report` drew as safe: it escapes every word it is given."""
    return mark_safe(svg)
