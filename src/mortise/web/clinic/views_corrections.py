"""Let answers count that a patient put right: the first ones are withdrawn, by name and with the patient's reason."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from mortise.errors import InputError
from mortise.record import Correction
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.clinic.presenters_corrections import put_right_of
from mortise.web.clinic.views_course import course_page, story_of


@access.needs(Right.TREAT)
@require_POST
def let_count(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Withdraw the first answers of one correction; never those of a danger sign while the programme is stopped."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    shown = put_right_of(told.record.facts, content().measures, told.as_of, is_locked=told.is_locked)
    wanted = next((one for one in shown if one.id == request.POST.get("correction", "")), None)
    if wanted is None or wanted.state != "open":
        problem = "Nothing is left to decide about these answers, or the programme is stopped. Look again."
        return course_page(request, episode, problem=problem, status=400)
    correction = next(one for one in told.record.of_kind(Correction) if one.id == wanted.id)
    try:
        services.correct(
            episode=episode, fact_id=correction.corrects, by=request.user,
            reason=f"put right by the patient, who {correction.reason}",
        )  # fmt: skip
        services.decide(episode=episode, on=told.as_of, by=request.user)
    except InputError as error:
        return course_page(request, episode, problem=str(error), status=400)
    return redirect("clinic:course", episode_id=episode.pk)
