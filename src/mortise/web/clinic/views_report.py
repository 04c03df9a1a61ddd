"""Reports of one ankle: for the patient, the physiotherapist, the referring doctor; to read, print or keep as PDF."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mortise.episode import Story
from mortise.report.chart import course_chart, inputs, trend_chart
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.drawn import drawn
from mortise.web.clinic.presenters_course import judgements_of, past_decisions
from mortise.web.clinic.presenters_course_chart import DEFAULT_MEASURE, chartable, course_input
from mortise.web.clinic.presenters_decision import title_words
from mortise.web.clinic.presenters_outside import outside_lines
from mortise.web.clinic.presenters_report import ReportNumbers, numbers_of
from mortise.web.clinic.requests import author_names, page
from mortise.web.clinic.told_course import panel, programme, working_classification
from mortise.web.clinic.views_course import full_header, story_of
from mortise.web.ui import paper

KINDS = {
    "patient": "For the patient",
    "physiotherapist": "For the physiotherapist",
    "doctor": "For the referring doctor",
}
N_CHARTS = 6


@access.needs(Right.SEE_RECORD)
@require_safe
def reports(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Offer the three reports."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    context = {
        "episode": episode,
        "header": full_header(episode, told.record, told),
        "is_started": told.plan is not None,
        "kinds": KINDS.items(),
        "here": "reports",
    }
    return page(request, "reports", context)


@access.needs(Right.SEE_RECORD)
@require_safe
def report(request: StaffRequest, episode_id: UUID, kind: str) -> HttpResponse:
    """Show one report as a page; with `?as=pdf` give it as a tagged PDF."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    if kind not in KINDS:
        raise Http404
    if told.plan is None:
        return redirect("clinic:reports", episode_id=episode.pk)
    template = f"clinic/report_{kind}.html"
    with timezone.override(request.user.clinic.time_zone):
        context = context_of(kind, episode, told, request)
        if request.GET.get("as") == "pdf":
            return paper.pdf_answer(paper.pdf_of_template(template, context, request), f"report-{kind}.pdf")
        return render(request, template, context)


def context_of(kind: str, episode: EpisodeRow, told: Story, request: StaffRequest) -> dict[str, Any]:
    """Return what a report shows; the numbers of all three come from one place."""
    numbers = numbers_of(told)
    names = author_names(episode.patient)
    made = told.decision
    shared: dict[str, Any] = {
        "episode": episode,
        "patient": episode.patient,
        "clinic": episode.patient.clinic,
        "by": request.user.name,
        "kind": kind,
        "numbers": numbers,
        "decision": title_words(made.advice, made.stage, made.next_stage, told.protocol),
        "age": episode.patient.person.age_on(told.as_of),
        "classification": working_classification(episode, told.record),
        "is_locked": told.is_locked,
    }
    if kind == "patient":
        return shared | {"programme": programme(episode, told, names), "chart": _trend(told)}
    if kind == "doctor":
        return shared | {"panel": panel(told, names), "outside": outside_lines(told, names)}
    return shared | _everything(episode, told, numbers, names)


def _everything(
    episode: EpisodeRow, told: Story, numbers: ReportNumbers, names: dict[str, str]
) -> dict[str, Any]:
    measures = content().measures
    choices = [one.id for one in chartable(told, measures, DEFAULT_MEASURE)][:N_CHARTS]
    return {
        "panel": panel(told, names),
        "outside": outside_lines(told, names),
        "charts": [_chart(told, name) for name in choices or [DEFAULT_MEASURE]],
        "programme": programme(episode, told, names),
        "decisions": past_decisions(told.record.facts, told.protocol, names),
        "judgements": judgements_of(told.facts, names),
        "n_lines": len(numbers.lines),
    }


def _chart(told: Story, measure_id: str) -> Any:
    """Return the course of one measure, or nothing where there is none to draw."""
    return drawn(course_chart(course_input(told, content().measures, measure_id)))


def _trend(told: Story) -> Any:
    """Return knee to wall as a patient reads it: dots, a line, how sure it is."""
    measure = content().measures[DEFAULT_MEASURE]
    made = course_input(told, content().measures, DEFAULT_MEASURE)
    if not any(one.dots for one in made.series):
        return ""
    heading = inputs.Heading(
        title=measure.label,
        about="Each dot is one test. The line is our estimate, the band how sure it is.",
        finding=made.heading.finding,
        id_prefix="trend-report",
    )
    trend = inputs.Trend(
        heading=heading, today_on=told.as_of, unit=measure.unit, resolution=float(measure.resolution),
        series=made.series,
    )  # fmt: skip
    return drawn(trend_chart(trend))
