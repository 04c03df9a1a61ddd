"""What a clinician does about what follows a decision: answer a proposal, send on, record an outcome, set autonomy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from mortise.errors import ConflictError, InputError
from mortise.terms import Autonomy
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.forms_follow import AutonomyForm, EscalateForm, OutcomeForm, ProposalForm
from mortise.web.clinic.views_course import course_page


@access.staff
@require_POST
def proposal(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Take a yes or a no to one proposal."""
    episode = services.episode_or_404(request.user, episode_id)
    plateau = content().protocol(episode.protocol).plateau
    choices = tuple(one for step in (() if plateau is None else plateau.steps) for one in step.choices)
    form = ProposalForm(request.POST, choices=choices, has_date=True)

    def act(given: dict[str, Any]) -> None:
        services.answer_proposal(
            episode=episode, proposal=given["proposal"], by=request.user, reason=given["reason"],
            answer="accept" if request.POST.get("answer") == "accept" else "decline",
            choice=given.get("choice", ""), retest_on=given.get("retest_on"),
        )  # fmt: skip

    return _done(request, episode, form, act)


@access.staff
@require_POST
def escalate(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Send a patient on."""
    episode = services.episode_or_404(request.user, episode_id)
    form = EscalateForm(request.POST, protocol=content().protocol(episode.protocol), open_ones=frozenset())

    def act(given: dict[str, Any]) -> None:
        services.raise_escalation(
            episode=episode, escalation=given["escalation"], reason=given["reason"], by=request.user
        )

    return _done(request, episode, form, act)


@access.needs(Right.ANSWER_ESCALATION)
@require_POST
def escalation(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Take an escalation in hand, or close it with its outcome."""
    episode = services.episode_or_404(request.user, episode_id)

    def act(given: dict[str, Any]) -> None:
        services.follow_escalation(
            episode=episode,
            case=given["case"],
            outcome=given["outcome"],
            reason=given["reason"],
            by=request.user,
        )

    return _done(request, episode, OutcomeForm(request.POST), act)


@access.staff
@require_POST
def autonomy(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Set how far the engine may act."""
    episode = services.episode_or_404(request.user, episode_id)

    def act(given: dict[str, Any]) -> None:
        services.set_autonomy(
            episode=episode, autonomy=Autonomy(given["autonomy"]), reason=given["reason"], by=request.user
        )

    return _done(request, episode, AutonomyForm(request.POST), act)


def _done(
    request: StaffRequest, episode: EpisodeRow, form: forms.Form, act: Callable[[dict[str, Any]], None]
) -> HttpResponse:
    """Do it and go back to the course; what is wrong is said above it, in a sentence, and nothing is lost."""
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return course_page(request, episode, problem=said, status=400)
    try:
        act(form.cleaned_data)
    except ConflictError as error:
        return course_page(request, episode, problem=str(error), status=409)
    except InputError as error:
        return course_page(request, episode, problem=str(error), status=400)
    return redirect("clinic:course", episode_id=episode.pk)
