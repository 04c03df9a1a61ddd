"""Everything several people need for one patient: who treats, notes, opinions, consent, guests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mortise.errors import ConflictError, InputError
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.models import Role
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.models import Charge, Consent, EpisodeRow, Note, Purpose
from mortise.web.clinic.forms_team import (
    AnswerForm,
    AskForm,
    ConsentForm,
    GuestForm,
    HandOverForm,
    NoteForm,
    PhysicianForm,
)
from mortise.web.clinic.requests import header_of, page
from mortise.web.ui.fields import add_error

Act = Callable[[dict[str, Any]], None]


@access.needs(Right.SEE_RECORD)
@require_safe
def together(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show who treats this patient, what they wrote to each other, what the patient agreed to, and who else reads."""
    return _page(request, services.episode_or_404(request.user, episode_id))


def forms_of(request: StaffRequest, episode: EpisodeRow) -> dict[str, forms.Form]:
    """Return every form of the page, empty."""
    treating = services.colleagues(by=request.user, right=Right.TREAT)
    mine = [request.user] if access.may(request.user, Right.TREAT) else []
    others = [one for one in [*mine, *treating] if one.pk != episode.patient.treating_id]
    physicians = [
        one
        for one in services.colleagues(by=request.user, right=Right.RESUME)
        if not access.may(one, Right.TREAT)
    ]
    asked = services.colleagues(by=request.user, right=Right.ANSWER_OPINION)
    return {
        "note": NoteForm(about=Note.About.values, auto_id="id_note_%s"),
        "hand_over": HandOverForm(people=others, auto_id="id_hand_%s"),
        "physician": PhysicianForm(
            people=physicians, empty="Nobody", auto_id="id_physician_%s",
            initial={"to": str(episode.patient.physician_id or "")},
        ),
        "ask": AskForm(people=asked, auto_id="id_ask_%s"),
        "guest": GuestForm(auto_id="id_guest_%s"),
    }  # fmt: skip


def _page(
    request: StaffRequest, episode: EpisodeRow, *, sent: dict[str, forms.Form] | None = None,
    problem: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    patient = episode.patient
    context = {
        "episode": episode,
        "header": header_of(episode),
        "forms": forms_of(request, episode) | (sent or {}),
        "treating": services.treating_of(patient=patient),
        "physician": patient.physician,
        "charges": [
            (one, one.kind == Charge.Kind.TREATING)
            for one in services.charges_of(patient=patient, by=request.user)
        ],
        "notes": services.notes_of(episode=episode, by=request.user),
        "opinions": services.opinions_of(episode=episode),
        "consents": services.consents_of(patient=patient, by=request.user),
        "guests": [(one, services.is_open(one)) for one in services.guests_of(patient=patient)],
        "problem": problem,
        "here": "together",
    }
    return page(request, "together", context, status=status)


def _done(request: StaffRequest, episode: EpisodeRow, name: str, form: forms.Form, act: Act) -> HttpResponse:
    """Do it and come back; what is wrong stands at its field, and nothing typed is lost."""
    status = 400
    if form.is_valid():
        try:
            act(form.cleaned_data)
            return redirect("clinic:together", episode_id=episode.pk)
        except (InputError, ConflictError) as error:
            add_error(form, error, getattr(error, "where", ""))
            status = 409 if isinstance(error, ConflictError) else 400
    return _page(request, episode, sent={name: form}, status=status)


@access.needs(Right.WRITE_NOTE)
@require_POST
def note(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Keep a note."""
    episode = services.episode_or_404(request.user, episode_id)
    form = NoteForm(request.POST, about=Note.About.values, auto_id="id_note_%s")

    def act(given: dict[str, Any]) -> None:
        services.write_note(episode=episode, by=request.user, **given)

    return _done(request, episode, "note", form, act)


@access.needs(Right.SHARE)
@require_POST
def hand_over(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Hand the patient over to a colleague."""
    episode = services.episode_or_404(request.user, episode_id)
    people = services.colleagues(by=request.user, right=Right.TREAT)
    form = HandOverForm(request.POST, people=[*people, request.user], auto_id="id_hand_%s")

    def act(given: dict[str, Any]) -> None:
        services.hand_over(patient=episode.patient, by=request.user, **given)

    return _done(request, episode, "hand_over", form, act)


@access.needs(Right.SHARE)
@require_POST
def physician(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Name the patient's physician."""
    episode = services.episode_or_404(request.user, episode_id)
    people = services.colleagues(by=request.user, right=Right.RESUME)
    form = PhysicianForm(request.POST, people=people, empty="Nobody", auto_id="id_physician_%s")

    def act(given: dict[str, Any]) -> None:
        services.name_physician(patient=episode.patient, by=request.user, **given)

    return _done(request, episode, "physician", form, act)


@access.needs(Right.SHARE)
@require_POST
def ask(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Ask a colleague for an opinion."""
    episode = services.episode_or_404(request.user, episode_id)
    people = services.colleagues(by=request.user, right=Right.ANSWER_OPINION)
    form = AskForm(request.POST, people=people, auto_id="id_ask_%s")

    def act(given: dict[str, Any]) -> None:
        services.ask_opinion(episode=episode, by=request.user, **given)

    return _done(request, episode, "ask", form, act)


@access.needs(Right.ANSWER_OPINION)
@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: StaffRequest, opinion_id: UUID) -> HttpResponse:
    """Show a question and take its answer from whom it was asked of."""
    found = services.opinion_or_404(request.user, opinion_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_opinion(opinion=found, by=request.user, **form.cleaned_data)
            return redirect("clinic:opinion", opinion_id=found.pk)
        except (InputError, ConflictError) as error:
            add_error(form, error, getattr(error, "where", ""))
            status = 409 if isinstance(error, ConflictError) else 400
    context = {
        "opinion": found,
        "name": found.episode.patient.name,
        "form": form,
        "is_mine": found.asked_id == request.user.pk,
        "sees_record": access.may(request.user, Right.SEE_RECORD),
        "here": "feet" if request.user.role == Role.PODIATRIST else "team",
    }
    return page(request, "opinion", context, status=status)


@access.needs(Right.SHARE)
@require_POST
def consent(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Take down what the patient agreed to or took back."""
    episode = services.episode_or_404(request.user, episode_id)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _page(request, episode, problem="Say to what, and how the patient said it.", status=400)
    given = form.cleaned_data
    services.record_consent(
        patient=episode.patient, purpose=Purpose(given["purpose"]), is_given=given["said"] == "yes",
        how=Consent.How(given["how"]), by=request.user,
    )  # fmt: skip
    return redirect("clinic:together", episode_id=episode.pk)


@access.needs(Right.SHARE)
@require_POST
def guest_invite(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Make a link for a guest and show it, once."""
    episode = services.episode_or_404(request.user, episode_id)
    form = GuestForm(request.POST, auto_id="id_guest_%s")
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "what_for", "n_days")}
        try:
            made = services.invite_guest(patient=episode.patient, by=request.user, **given)
        except InputError as error:
            add_error(form, error, error.where)
        else:
            address = request.build_absolute_uri(reverse("accounts:enter", args=[made.token]))
            context = {"episode": episode, "guest": made.guest, "address": address, "here": "together"}
            return page(request, "guest_link", context)
    return _page(request, episode, sent={"guest": form}, status=400)


@access.needs(Right.SHARE)
@require_POST
def guest_end(request: StaffRequest, guest_id: UUID) -> HttpResponse:
    """Shut a guest's link."""
    guest = services.guest_or_404(request.user, guest_id)
    services.end_guest(guest=guest, by=request.user)
    episodes = services.open_episodes_of(request.user, guest.patient)
    return redirect("clinic:together", episode_id=episodes[0].pk) if episodes else redirect("clinic:needs")
