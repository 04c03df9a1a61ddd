"""What a coach sees: who agreed to be seen, and for each what training is allowed today. Nothing of their health."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.clinic.presenters_training import training_of
from mortise.web.clinic.requests import page


@access.needs(Right.SEE_TRAINING)
@require_safe
def trainings(request: StaffRequest) -> HttpResponse:
    """List those whose training this person may see."""
    rows = services.open_episodes_in_reach(by=request.user)
    return page(request, "trainings", {"rows": rows, "here": "training"})


@access.needs(Right.SEE_TRAINING)
@require_safe
def training(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show status, stage and what training is allowed today."""
    episode = services.episode_or_404(request.user, episode_id)
    today = episode.patient.clinic.today()
    told = services.story_of(episode=episode, on=today, by=request.user, read="training.read")
    context = {
        "episode": episode,
        "name": episode.patient.name,
        "training": training_of(told, content().exercises),
        "here": "training",
    }
    return page(request, "training", context)
