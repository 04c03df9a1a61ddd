"""A report as a file: asked for, a page that says how far it is, and the file itself."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mortise.episode import Story
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.models import Paper
from mortise.web.clinic import jobs
from mortise.web.clinic.requests import header_of, page
from mortise.web.clinic.views_report import KINDS, context_of
from mortise.web.ui import paper as papers

REFRESH_S = 2


@access.needs(Right.SEE_RECORD)
@require_POST
def ask(request: StaffRequest, episode_id: UUID, kind: str) -> HttpResponse:
    """Ask for one report as a file."""
    episode = services.episode_or_404(request.user, episode_id)
    if kind not in KINDS:
        raise Http404
    asked = services.ask_paper(
        episode=episode,
        kind=kind,
        queue=lambda made: jobs.make_paper.enqueue(paper=str(made.pk), by=str(request.user.pk)),
        by=request.user,
    )
    return redirect("clinic:paper", paper_id=asked.pk)


@access.needs(Right.SEE_RECORD)
@require_safe
def paper(request: StaffRequest, paper_id: UUID) -> HttpResponse:
    """Say how far a file is; the page looks again by itself until it is there."""
    found = services.paper_or_404(request.user, paper_id)
    context = {
        "paper": found,
        "episode": found.episode,
        "header": header_of(found.episode),
        "steps": [
            (one.value, one.label)
            for one in (Paper.Status.WAITING, Paper.Status.READING, Paper.Status.SETTING)
        ],
        "words": KINDS.get(found.kind, found.kind),
        "waited_s": max(0, int((timezone.now() - found.asked_at).total_seconds())),
        "here": "reports",
    }
    response = page(request, "paper", context)
    if found.is_under_way:
        response["Refresh"] = str(REFRESH_S)
    return response


@access.needs(Right.SEE_RECORD)
@require_safe
def pdf(request: StaffRequest, paper_id: UUID) -> HttpResponse:
    """Give the file once it is there."""
    found = services.paper_or_404(request.user, paper_id)
    return papers.pdf_answer(services.pdf_of(paper=found, by=request.user), f"report-{found.kind}.pdf")


def make(found: Paper) -> None:
    """Make a file as whoever asked for it, with what they may see now."""
    request = HttpRequest()
    request.user = found.asked_by
    episode = services.episode_or_404(found.asked_by, found.episode_id)

    def story() -> Story:
        return services.story_of(episode=episode, on=episode.patient.clinic.today(), by=found.asked_by)

    def pages(told: Story) -> bytes:
        with timezone.override(episode.patient.clinic.time_zone):
            context = context_of(found.kind, episode, told, request)  # type: ignore[arg-type]
            return papers.pdf_of_template(f"clinic/report_{found.kind}.html", context, request)

    services.make_paper(paper=found, story=story, pages=pages)
