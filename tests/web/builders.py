"""Valid objects by default, for web tests: Ada treats, Ben is Ada's patient, Cy is a clinician of another clinic.

Everything is made through the services, as people would. `cast()` gives all of it at once.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.test import Client

from mortise.record import CheckIn, Reading
from mortise.terms import Context, Origin, Sex, Side
from mortise.web.accounts import people, phone_links
from mortise.web.accounts.models import Clinic, Invitation, Role, User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import (
    Consent,
    Cover,
    EpisodeRow,
    Letter,
    Paper,
    Patient,
    Purpose,
    Standing,
    StoredRecording,
)
from mortise.web.care.services import following, standings
from mortise.web.care.services.decisions import new_id

PASSWORD = "a fictional pass phrase"
PROTOCOL = "restricted-dorsiflexion"


def clinic(name: str = "Clinic by the harbour (fictional)", **given: Any) -> Clinic:
    """Return a clinic."""
    return Clinic.objects.create(name=name, time_zone=given.pop("time_zone", "UTC"), **given)


def clinician(of: Clinic, name: str = "Ada", email: str = "ada@clinic.example") -> User:
    """Return a physiotherapist of a clinic."""
    return User.objects.create_staff(clinic=of, email=email, name=name, password=PASSWORD)


def administrator(of: Clinic, email: str = "host@clinic.example") -> User:
    """Return somebody who hosts and treats nobody."""
    return User.objects.create_staff(
        clinic=of, email=email, name="Host", password=PASSWORD, role=Role.ADMINISTRATOR
    )


def colleague(of: Clinic, role: str, name: str = "", email: str = "") -> User:
    """Return somebody of a clinic in this role, with access."""
    name = name or role.capitalize()
    email = email or f"{role}-{of.pk.hex[:6]}@clinic.example"
    return User.objects.create_staff(clinic=of, email=email, name=name, password=PASSWORD, role=role)


def invitation(of: Clinic, role: str = Role.PODIATRIST, email: str = "new@clinic.example") -> Invitation:
    """Return an open invitation into a clinic."""
    host = User.objects.filter(clinic=of, role=Role.ADMINISTRATOR).first() or administrator(of)
    return people.invite(email=email, name="Newcomer", role=role, by=host).invitation


def agrees(of: Patient, by: User, purpose: Purpose) -> Consent:
    """Return a patient's yes to a purpose, said in person."""
    return services.record_consent(
        patient=of, purpose=purpose, is_given=True, how=Consent.How.IN_PERSON, by=by
    )


def guest(of: Patient, by: User, n_days: int = 7) -> services.NewGuest:
    """Return a guest's pass with its token."""
    return services.invite_guest(patient=of, name="Dr Gale", what_for="A second look", n_days=n_days, by=by)


def guest_in(made: services.NewGuest) -> Client:
    """Return a browser that a guest's link let in."""
    client = Client()
    assert client.post(f"/enter/{made.token}/").status_code == 302, "the link did not open"
    return client


def letter(of: EpisodeRow, by: User, escalation: str = "imaging") -> Letter:
    """Return the draft of a letter about an escalation that a clinician raised."""
    services.raise_escalation(episode=of, escalation=escalation, reason="Locks twice a week.", by=by)
    case = next(one for one in following.cases_of(of) if one.escalation == escalation)
    words = {
        "why": "Locks twice a week.",
        "question": "What blocks it?",
        "found": "It pinches in front.",
        "tried": "Six weeks of exercise.",
    }
    facts = {"as_of": "today", "numbers": [], "behind": []}
    return services.begin_letter(episode=of, case=case.case, draft=lambda _: (words, facts), by=by)


def paper(of: EpisodeRow, by: User, pdf: bytes = b"%PDF-1.7") -> Paper:
    """Return a report that was asked for as a file and made."""
    asked = services.ask_paper(episode=of, kind="doctor", queue=lambda _: None, by=by)
    services.make_paper(paper=asked, story=lambda: None, pages=lambda _: pdf)
    return services.paper_or_404(by, asked.pk)


def cover(absent: User, covering: User) -> Cover:
    """Return a cover that runs today."""
    today = absent.clinic.today()
    return services.arrange_cover(
        covering=covering.pk, from_on=today, until_on=today + timedelta(days=7), note="", by=absent
    )


def patient(by: User, name: str = "Ben Fictional", **given: Any) -> Patient:
    """Return a patient of the clinician's clinic."""
    facts = {"birth_year": 1985, "sex": Sex.MALE, "height_cm": Decimal(180), **given}
    return services.add_patient(name=name, by=by, **facts)


def protocol_id() -> str:
    """Return the protocol that episodes of tests run under."""
    from mortise.web.care.content import content

    known = content().protocol_ids
    return PROTOCOL if PROTOCOL in known else known[0]


def episode(of: Patient, by: User, side: Side = Side.LEFT, **given: Any) -> EpisodeRow:
    """Return an open episode."""
    facts = {"protocol": protocol_id(), "opened_on": of.clinic.today(), **given}
    return services.open_episode(patient=of, involved_side=side, by=by, **facts)


def check_in(on: date, **given: Any) -> CheckIn:
    """Return a calm check-in before a session, as a phone sends it."""
    answers = {"pain_now_nrs": Decimal(1), "pain_worst_24h_nrs": Decimal(2), **given.pop("answers", {})}
    facts = {"id": new_id(), "origin": Origin.PATIENT, "moment": "before_session", **given}
    if on == clock.now().date():
        facts.setdefault("captured_at", clock.now())
    return CheckIn(on=on, answers=answers, **facts)


def lunge_cm(on: date, value: str = "7.5", side: Side = Side.LEFT, **given: Any) -> Reading:
    """Return a knee-to-wall reading taken at a visit."""
    facts = {
        "id": new_id(), "origin": Origin.CLINICIAN, "instrument": "tape", "at_visit": True,
        "context": Context.ROUTINE, **given,
    }  # fmt: skip
    return Reading(on=on, measure="lunge_cm", side=side, value=Decimal(value), unit="cm", **facts)


def stand(of: EpisodeRow, **fields: Any) -> None:
    """Put columns of an episode's row of the list as if that had happened."""
    row = Standing.objects.select_related("episode").get(episode=of)
    for name, value in fields.items():
        setattr(row, name, value)
    standings.settle(row)
    row.save()


def recording(
    of: EpisodeRow, by: User, content: bytes = b"not a recording", name: str = "a.csv", test: str = "gait"
) -> StoredRecording:
    """Return a stored recording that was not measured."""
    upload = services.Upload(File(io.BytesIO(content), name=name), Side.LEFT)
    today = of.patient.clinic.today()
    return services.store_recording(episode=of, uploads=[upload], test=test, recorded_on=today, by=by)


@dataclass(frozen=True)
class Cast:
    """The people of the tests and what is theirs."""

    clinic: Clinic
    ada: User
    ben: Patient
    episode: EpisodeRow
    other_clinic: Clinic
    cy: User
    dora: Patient  # Cy's patient
    dora_episode: EpisodeRow


def cast() -> Cast:
    """Return Ada with Ben and his episode, and Cy of another clinic with Dora."""
    here, there = clinic(), clinic("Clinic on the hill (fictional)")
    ada, cy = clinician(here), clinician(there, "Cy", "cy@hill.example")
    ben, dora = patient(ada), patient(cy, "Dora Fictional")
    return Cast(here, ada, ben, episode(ben, ada), there, cy, dora, episode(dora, cy))


def signed_in(user: User) -> Client:
    """Return a browser in which this clinician is signed in."""
    client = Client()
    client.force_login(user)
    return client


def phone_of(of: Patient, by: User) -> Client:
    """Return a phone let in by a link, the way a patient comes in."""
    token = services.make_phone_link(patient=of, by=by).token
    client = Client()
    response = client.post(f"/enter/{token}/")
    assert response.status_code == 302, "the link did not open"
    assert client.session.get(phone_links.SESSION_KEY)
    return client
