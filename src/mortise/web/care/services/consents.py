"""What a patient agreed to: take it down, take it back, ask what holds. Taking back works from the next page on."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from mortise.errors import InputError
from mortise.web.accounts.access import may
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.audit import clock, log
from mortise.web.care.consent_texts import TEXTS
from mortise.web.care.models import Consent, GuestPass, Patient, Purpose
from mortise.web.care.services import standings
from mortise.web.care.services.access import agreed, not_withdrawn, patients_of, require


class Agreed(NamedTuple):
    """How it stands with one purpose: the text, whether it was agreed to (None: never asked), by whom, when, how."""

    purpose: Purpose
    words: str
    when_taken_back: str
    version: str
    is_given: bool | None
    by: str
    at: datetime | None
    how: str
    is_old_text: bool


@transaction.atomic
def record_consent(
    *, patient: Patient, purpose: Purpose, is_given: bool, how: Consent.How, by: User
) -> Consent:
    """Take down a yes, or a no that takes it back, with the text that was shown; audited.

    Taking back the treatment record stops programme and record from this moment and ends every guest's link; agreeing
    anew lets both go on. What is written stays. A patient speaks for themself on their own phone.
    """
    if may(by, Right.OWN_PHONE):
        if patient.user_id != by.pk:
            raise InputError("This is for the patient to say.")
        how = Consent.How.ON_THE_PHONE
    else:
        require(by, Right.SHARE)
    text = TEXTS[purpose]
    made = Consent.objects.create(
        patient=patient, purpose=purpose, is_given=is_given, text_version=text.version, text_hash=text.hash,
        how=how, by=by, at=clock.now(),
    )  # fmt: skip
    if purpose is Purpose.TREATMENT:
        _stop_or_go_on(patient, made)
    action = "consent.give" if is_given else "consent.take_back"
    log.record(by, action, patient, {"purpose": purpose.value, "version": text.version})
    return made


def _stop_or_go_on(patient: Patient, said: Consent) -> None:
    """Let the patient's row and their place in the list say what the newest consent says."""
    if said.is_given:
        Patient.objects.filter(pk=patient.pk).update(taken_back_at=None)
    else:
        Patient.objects.filter(pk=patient.pk, taken_back_at__isnull=True).update(taken_back_at=said.at)
        _end_guests(patient)
    patient.refresh_from_db(fields=["taken_back_at"])
    standings.taken_back(patient, is_so=not said.is_given)


def _end_guests(patient: Patient) -> None:
    from mortise.web.accounts import phone_links

    for one in GuestPass.objects.filter(patient=patient).select_related("link"):
        phone_links.revoke_link(one.link)


def consents_of(*, patient: Patient, by: User) -> tuple[Agreed, ...]:
    """Return how it stands with every purpose; audited."""
    log.record(by, "consents.read", patient)
    newest: dict[str, Consent] = {
        one.purpose: one for one in Consent.objects.filter(patient=patient).select_related("by")
    }
    return tuple(_agreed(purpose, newest.get(purpose.value)) for purpose in Purpose)


def _agreed(purpose: Purpose, said: Consent | None) -> Agreed:
    text = TEXTS[purpose]
    return Agreed(
        purpose=purpose, words=text.words, when_taken_back=text.when_taken_back, version=text.version,
        is_given=None if said is None else said.is_given,
        by="" if said is None else said.by.name or "the patient",
        at=None if said is None else said.at, how="" if said is None else said.get_how_display(),
        is_old_text=said is not None and said.text_hash != text.hash,
    )  # fmt: skip


def patients_for_research(*, by: User) -> QuerySet[Patient]:
    """Return the patients in reach who may be counted in comparisons: those who agreed and took nothing back."""
    return not_withdrawn(agreed(patients_of(by), Purpose.RESEARCH), Purpose.TREATMENT)


def is_withdrawn(*, patient: Patient, purpose: Purpose) -> bool:
    """Tell whether a patient took a purpose back; who was never asked did not."""
    said = Consent.objects.filter(patient=patient, purpose=purpose).order_by("-at", "-id").first()
    return said is not None and not said.is_given
