"""Add a patient; find the way from a patient to the course of the ankle under treatment."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from mortise.errors import InputError
from mortise.terms import Sex, Side
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.forms import BOTH, PatientForm
from mortise.web.clinic.requests import page
from mortise.web.ui.fields import add_error


@access.staff
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """Add a patient and open the episode of each ankle to be treated; then the assessment begins."""
    today_on = request.user.clinic.today()
    is_posted = request.method == "POST"
    form = PatientForm(request.POST if is_posted else None, today_on=today_on, initial={"form_id": uuid4()})
    if is_posted and form.is_valid():
        known = services.patients_of(request.user).filter(pk=form.cleaned_data["form_id"]).first()
        if known is not None:  # sent twice by one tap, or by the back button
            return redirect("clinic:patient", patient_id=known.pk)
        episode = _opened(request, form)
        if episode is not None:
            return redirect("clinic:assessment", episode_id=episode.pk)
    status = 400 if request.method == "POST" else 200
    return page(request, "patient_add", {"form": form}, status=status)


def _opened(request: StaffRequest, form: PatientForm) -> EpisodeRow | None:
    typed = form.cleaned_data
    try:
        with transaction.atomic():
            patient = services.add_patient(
                name=typed["name"],
                number=typed["number"],
                birth_year=typed["birth_year"],
                sex=Sex(typed["sex"]),
                by=request.user,
                patient_id=typed["form_id"],
            )
            both = typed["side"] == BOTH
            # The left one last: it is assessed first, and a phone takes the episode that was opened last.
            opened = [
                services.open_episode(
                    patient=patient,
                    involved_side=side,
                    protocol=services.FIRST_PROTOCOL,
                    opened_on=patient.clinic.today(),
                    by=request.user,
                    is_bilateral=both or typed["is_bilateral"],
                )
                for side in ((Side.RIGHT, Side.LEFT) if both else (Side(typed["side"]),))
            ]
            return opened[-1]
    except InputError as error:
        add_error(form, error, error.where)
        return None


@access.needs(Right.SEE_RECORD)
@require_safe
def patient(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Go to the course of the newest open episode, else of the one that ended last."""
    found = services.patient_or_404(request.user, patient_id)
    episodes = services.open_episodes_of(request.user, found) or services.ended_episodes_of(
        request.user, found
    )
    if not episodes:
        raise Http404
    return redirect("clinic:course", episode_id=episodes[0].pk)
