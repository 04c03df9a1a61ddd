"""Guests: one patient's summary, to read only, for a time, by a link that can be shut. Every look is noted."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.http import Http404

from mortise.errors import InputError
from mortise.web.accounts import phone_links
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.audit import clock, log
from mortise.web.care.models import EpisodeRow, GuestPass, Patient, Purpose
from mortise.web.care.services.access import open_episodes_of, patients_of, require
from mortise.web.care.services.consents import is_withdrawn
from mortise.web.care.services.lines import one_line

MOST_DAYS = 30


class NewGuest(NamedTuple):
    """A guest's pass and the token of its link, which is shown once and kept nowhere."""

    guest: GuestPass
    token: str


@transaction.atomic
def invite_guest(*, patient: Patient, name: str, what_for: str, n_days: int, by: User) -> NewGuest:
    """Make a link by which somebody outside reads one patient's summary for some days; audited.

    Refused when the patient took their consent to the record back.
    """
    require(by, Right.SHARE)
    name, what_for = one_line(name), one_line(what_for)
    if not name:
        raise InputError("Say who reads: the patient sees this name.", where="name")
    if not what_for:
        raise InputError("Say what for.", where="what_for")
    if not 1 <= n_days <= MOST_DAYS:
        raise InputError(f"Between 1 and {MOST_DAYS} days.", where="n_days")
    if is_withdrawn(patient=patient, purpose=Purpose.TREATMENT):
        raise InputError("The patient took their consent back: nobody outside may read the record.")
    user = User.objects.create_guest(clinic=patient.clinic, name=f"{name} (guest)"[:120])
    link, token = phone_links.make_link(user=user, made_by=by, open_for=timedelta(days=n_days))
    made = GuestPass.objects.create(
        patient=patient, user=user, link=link, what_for=what_for[:200], made_by=by
    )
    log.record(by, "guest.invite", patient, {"guest": made.pk, "days": n_days})
    return NewGuest(made, token)


@transaction.atomic
def end_guest(*, guest: GuestPass, by: User) -> None:
    """Shut a guest's link; what they have open ends with their next tap; audited."""
    require(by, Right.SHARE)
    phone_links.revoke_link(guest.link)
    log.record(by, "guest.end", guest.patient, {"guest": guest.pk})


def guests_of(*, patient: Patient) -> list[GuestPass]:
    """Return every guest's pass of a patient, newest first."""
    return list(GuestPass.objects.filter(patient=patient).select_related("user", "link", "made_by"))


def guest_or_404(by: User, guest_id: UUID) -> GuestPass:
    """Return a guest's pass of a patient in reach, or 404."""
    rows = GuestPass.objects.filter(patient__in=patients_of(by), pk=guest_id)
    found = rows.select_related("link", "patient").first()
    if found is None:
        raise Http404
    return found


def episodes_of_guest(*, by: User) -> list[EpisodeRow]:
    """Return the open episodes a guest may read, or 404 once the link has ended or consent was taken back."""
    patient = patients_of(by).select_related("clinic").first()
    if patient is None:
        raise Http404
    return open_episodes_of(by, patient)


def is_open(guest: GuestPass) -> bool:
    """Tell whether a guest can still read."""
    return guest.link.revoked_at is None and clock.now() < guest.link.expires_at
