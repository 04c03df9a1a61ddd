"""Add a patient, open an episode, give and take away a phone link."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mortise.errors import ConflictError, InputError
from mortise.record import PlanVersion
from mortise.terms import Sex, Side
from mortise.web.accounts import phone_links
from mortise.web.accounts.models import PhoneLink, User
from mortise.web.audit import clock, log
from mortise.web.care.content import content, refuse_unproved
from mortise.web.care.models import EpisodeRow, Patient
from mortise.web.care.services import standings
from mortise.web.care.services.access import require_physiotherapist
from mortise.web.care.services.facts import load_record, lock
from mortise.web.care.services.lines import one_line
from mortise.web.care.services.plans import live_facts

LEAST_AGE = 18
# An episode is opened before the ankle is examined: until a clinician chooses, under the protocol without impact.
FIRST_PROTOCOL = "restricted-dorsiflexion"


class NewLink(NamedTuple):
    """A phone link and its token, which is shown once and kept nowhere."""

    link: PhoneLink
    token: str


@transaction.atomic
def add_patient(
    *,
    name: str,
    birth_year: int,
    by: User,
    sex: Sex = Sex.UNSPECIFIED,
    height_cm: Decimal | None = None,
    email: str = "",
    number: str = "",
    patient_id: UUID | None = None,
) -> Patient:
    """Add a patient to the clinic of whoever acts. Writes the patient and the user behind their phone; audited.

    With an id made when the form was opened, a form sent twice adds one person: the second is a `ConflictError`.
    """
    require_physiotherapist(by)
    patient_id = patient_id or uuid4()
    if Patient.objects.filter(pk=patient_id).exists():
        raise ConflictError("This form was sent already.", mend="Look for the patient in the list.")
    if by.clinic.today().year - birth_year < LEAST_AGE:
        raise InputError("Mortise is for adults.", where="birth_year", mend="Treat under 18 without it.")
    user = User.objects.create_patient(clinic=by.clinic)
    patient = Patient(
        id=patient_id, clinic=by.clinic, user=user, name=one_line(name), birth_year=birth_year, sex=sex.value,
        number=one_line(number), height_cm=height_cm, email=email.strip(), added_by=by,
    )  # fmt: skip
    if patient.number and Patient.objects.filter(clinic=by.clinic, number=patient.number).exists():
        raise InputError("Another patient of this clinic has this number.", where="number")
    try:
        patient.full_clean()
    except ValidationError as error:
        field = next(iter(error.message_dict))
        raise InputError(error.message_dict[field][0], where=field) from None
    patient.save()
    log.record(by, "patient.add", patient)
    return patient


@transaction.atomic
def open_episode(
    *,
    patient: Patient,
    involved_side: Side,
    protocol: str,
    opened_on: date,
    by: User,
    is_bilateral: bool = False,
) -> EpisodeRow:
    """Open an episode for one ankle under a protocol, pinned by version and hash. Writes its standing; audited."""
    require_physiotherapist(by)
    if involved_side is Side.NONE:
        raise InputError("The ankle under treatment is left or right.", where="involved_side")
    if protocol not in content().protocol_ids:
        raise InputError("This protocol is not known.", where="protocol")
    refuse_unproved(protocol)
    if opened_on > patient.clinic.today():
        raise InputError("An episode cannot open in the future.", where="opened_on")
    try:
        with transaction.atomic():
            episode = EpisodeRow.objects.create(
                patient=patient, involved_side=involved_side.value, protocol=protocol,
                protocol_version=content().protocol(protocol).version,
                protocol_hash=content().protocol_hash(protocol),
                opened_on=opened_on, is_bilateral=is_bilateral, opened_by=by, opened_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        raise ConflictError(
            "This ankle already has an open episode.", mend="Go on with it, or close it first."
        ) from None
    standings.opened(episode)
    log.record(by, "episode.open", patient, {"episode": episode.pk})
    return episode


@transaction.atomic
def choose_protocol(*, episode: EpisodeRow, protocol: str, by: User) -> None:
    """Put an episode under another protocol, pinned by version and hash, while no plan was ever set; audited.

    Raises `ConflictError` once a programme runs: a running plan keeps the protocol it started with.
    """
    require_physiotherapist(by)
    lock(episode)
    if protocol not in content().protocol_ids:
        raise InputError("This protocol is not known.", where="protocol")
    refuse_unproved(protocol)
    if live_facts(load_record(episode), PlanVersion):
        raise ConflictError(
            "A programme runs already.", mend="Close this episode and open another one for another protocol."
        )
    episode.protocol = protocol
    episode.protocol_version = content().protocol(protocol).version
    episode.protocol_hash = content().protocol_hash(protocol)
    episode.save(update_fields=("protocol", "protocol_version", "protocol_hash"))
    standings.put_under(episode, content().protocol(protocol))
    log.record(by, "protocol.choose", episode.patient, {"episode": episode.pk, "protocol": protocol})


@transaction.atomic
def make_phone_link(*, patient: Patient, by: User, open_for: timedelta = phone_links.OPEN_FOR) -> NewLink:
    """Make a link that lets this patient in on a phone; audited. Show its token now: it cannot be shown again."""
    require_physiotherapist(by)
    link, token = phone_links.make_link(user=patient.user, made_by=by, open_for=open_for)
    log.record(by, "phone_link.make", patient, {"link": link.pk})
    return NewLink(link, token)


@transaction.atomic
def revoke_phone_link(*, link: PhoneLink, by: User) -> None:
    """Shut a link and end the sessions it started; audited."""
    require_physiotherapist(by)
    phone_links.revoke_link(link)
    log.record(by, "phone_link.revoke", link.user.patient, {"link": link.pk})


def phone_links_of(*, patient: Patient) -> list[PhoneLink]:
    """Return the links made for a patient, newest first."""
    return list(PhoneLink.objects.filter(user_id=patient.user_id))
