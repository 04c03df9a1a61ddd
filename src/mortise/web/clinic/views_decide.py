"""What would change today's answer, and which past ones another threshold would have changed. Nothing is stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mortise.episode import Story
from mortise.episode.flips import flips
from mortise.episode.thresholds import under_figures
from mortise.terms import Advice
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.clinic.forms_decide import ThresholdForm
from mortise.web.clinic.presenters_decide import TriedView, flips_view, tried_view
from mortise.web.clinic.requests import author_names, page
from mortise.web.clinic.told_course import panel
from mortise.web.clinic.views_course import full_header, story_of


@access.needs(Right.SEE_RECORD)
@require_safe
def what_if(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show the nearest changes that flip the decision; try another threshold on this patient's past."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    form = ThresholdForm(
        request.GET if "criterion" in request.GET else None, protocol=told.protocol, stage=told.stage
    )
    context: dict[str, Any] = {
        "episode": episode,
        "header": full_header(episode, told.record, told),
        "is_started": told.plan is not None,
        "panel": panel(told, author_names(episode.patient)),
        "form": form,
        "tried": _tried(told, form) if form.is_valid() else None,
        **(_flips(told) if told.plan is not None and not form.is_bound else {}),
        "is_locked": told.is_locked,
        "here": "what-if",
    }
    return page(request, "what_if", context, status=400 if form.is_bound and form.errors else 200)


def _flips(told: Story) -> dict[str, Any]:
    found = flips(told.record, content(), told.as_of, told.circumstances, told.decision, told.tracks)
    involved = told.record.episode.involved_side
    is_open = told.decision.advice is Advice.ADVANCE
    return {
        "flips": flips_view(found, told.stage, told.protocol, content().measures, involved),
        "opens_alone": is_open or any(one.advice is Advice.ADVANCE for one in found.singles),
    }


def _tried(told: Story, form: ThresholdForm) -> TriedView:
    chosen = form.chosen
    found = under_figures(told.record, content(), form.figures)
    return tried_view(
        found, chosen.label, content().measures.get(chosen.measure), chosen.operator.value,
        form.cleaned_data["value"], chosen.unit, told.protocol,
    )  # fmt: skip
