"""End a patient's care, see who was discharged, and take somebody into care again."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mortise.episode import Story
from mortise.episode.reopening import entry_stage
from mortise.errors import ConflictError, InputError
from mortise.report.ending import OUTCOME_WORDS, summary_of
from mortise.report.words import day
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.forms_discharge import DischargeForm, ReopenForm
from mortise.web.clinic.presenters_ended import ended_view
from mortise.web.clinic.requests import author_names, header_of, page
from mortise.web.ui.fields import add_error


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def discharge(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show the form that ends care, with a summary drafted from the record; a POST ends it."""
    episode = services.episode_or_404(request.user, episode_id)
    told = _story(episode, request)
    if request.method != "POST":
        return _page(request, episode, told)
    form = DischargeForm(request.POST)
    if not form.is_valid():
        return _page(request, episode, told, form=form, status=400)
    typed = form.cleaned_data
    try:
        services.discharge(
            episode=episode, outcome=cast(services.Outcome, typed["outcome"]), reason=typed["reason"],
            summary=typed["summary"], by=request.user,
        )  # fmt: skip
    except ConflictError as error:
        return _page(request, episode, told, form=form, problem=str(error), status=409)
    except InputError as error:
        add_error(form, error, error.where)
        return _page(request, episode, told, form=form, status=400)
    return redirect("clinic:discharge", episode_id=episode.pk)


@access.staff
@require_POST
def reopen(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Take somebody into care again, with a reason."""
    episode = services.episode_or_404(request.user, episode_id)
    told = _story(episode, request)
    form = _reopen_form(told, request.POST)
    if not form.is_valid():
        return _page(request, episode, told, reopen_form=form, status=400)
    try:
        services.reopen(
            episode=episode,
            reason=form.cleaned_data["reason"],
            stage=form.cleaned_data["stage"],
            by=request.user,
        )
    except ConflictError as error:
        return _page(request, episode, told, reopen_form=form, problem=str(error), status=409)
    except InputError as error:
        add_error(form, error, error.where)
        return _page(request, episode, told, reopen_form=form, status=400)
    return redirect("clinic:course", episode_id=episode.pk)


@access.needs(Right.SEE_LIST)
@require_safe
def discharged(request: StaffRequest) -> HttpResponse:
    """List everybody of the clinic whose care has ended."""
    rows = [
        {
            "name": one.name,
            "episode": one.episode_id,
            "side": one.side.value,
            "protocol": content().protocol(one.protocol).title,
            "on": day(one.closed_on),
            "outcome": OUTCOME_WORDS.get(one.outcome, one.outcome),
        }
        for one in services.discharged_list(by=request.user)
    ]
    return page(request, "discharged", {"rows": rows, "here": "discharged"})


# ---------------------------------------------------------------- steps


def _story(episode: EpisodeRow, request: StaffRequest) -> Story:
    return services.story_of(episode=episode, on=episode.patient.clinic.today(), by=request.user)


def _reopen_form(told: Story, posted: Any = None) -> ReopenForm:
    met, _ = entry_stage(
        told.protocol, told.stage, told.content.measures, told.folded.inputs, told.folded.ready
    )
    return ReopenForm(posted, protocol=told.protocol, stage=told.stage, met=met, auto_id="id_reopen_%s")


def _page(
    request: StaffRequest,
    episode: EpisodeRow,
    told: Story,
    *,
    form: DischargeForm | None = None,
    reopen_form: ReopenForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    ended = told.discharge
    context: dict[str, Any] = {
        "episode": episode, "header": header_of(episode), "problem": problem, "here": "course",
        "ended": ended_view(told, author_names(episode.patient)),
        "is_last_stage": told.protocol.after(told.stage) is None,
    }  # fmt: skip
    if ended is None:
        context["form"] = form or DischargeForm(initial={"summary": summary_of(told)})
    else:
        context["reopen_form"] = reopen_form or _reopen_form(told)
    return page(request, "discharge", context, status=status)
