"""An administrator invites, changes roles, ends access; all of it audited, none of it about patients."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from mortise.errors import ConflictError, InputError
from mortise.web.accounts import people, rights
from mortise.web.accounts.models import Invitation, User
from mortise.web.audit import clock
from mortise.web.audit.models import AuditEntry
from tests.web import builders
from tests.web.builders import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(cast: Cast) -> User:
    return builders.administrator(cast.clinic)


def invite(host: User, role: str = rights.COACH) -> tuple[Client, str]:
    client = builders.signed_in(host)
    page = client.post("/people/", {"name": "Cleo Fictional", "email": "Cleo@Clinic.example", "role": role})
    found = re.search(r"http://testserver(/join/[^<]+)", page.content.decode())
    assert found, page.content
    return client, found[1]


def test_invited_person_joins_once_and_signs_in(host: User) -> None:
    _, at = invite(host)
    assert mail.outbox[-1].to == ["cleo@clinic.example"]
    assert at in mail.outbox[-1].body
    guest = Client()
    assert b"coach" in guest.get(at).content
    short = guest.post(at, {"name": "Cleo", "password": "short"})
    assert short.status_code == 400
    joined = guest.post(at, {"name": "Cleo", "password": builders.PASSWORD})
    assert joined["Location"] == "/sign-in/"
    assert guest.get(at).status_code == 404, "it opens once"
    signed = guest.post("/sign-in/", {"email": "cleo@clinic.example", "password": builders.PASSWORD})
    assert signed.status_code == 302
    assert guest.get("/")["Location"] == "/desk/training/"
    user = User.objects.get(email="cleo@clinic.example")
    assert (user.role, user.clinic) == (rights.COACH, host.clinic)
    assert {"person.invite", "person.join"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_invitation_ends_by_time_by_hand_and_by_another(host: User) -> None:
    _, first = invite(host)
    client, second = invite(host)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    client.post(f"/people/invitations/{Invitation.objects.get(revoked_at=None).pk}/")
    assert Client().get(second).status_code == 404
    _, third = invite(host)
    with clock.as_if(clock.now() + timedelta(days=8)):
        assert Client().get(third).status_code == 404
        with pytest.raises(ConflictError):
            people.take_up(token=third.split("/")[-2], name="Cleo", password=builders.PASSWORD)


def test_token_is_kept_only_as_its_hash(host: User) -> None:
    _, at = invite(host)
    token = at.split("/")[-2]
    assert token not in str(Invitation.objects.values())
    assert token not in "".join(str(vars(entry)) for entry in AuditEntry.objects.all())


def test_known_address_and_unknown_role_are_refused(cast: Cast, host: User) -> None:
    client = builders.signed_in(host)
    known = client.post("/people/", {"name": "Ada", "email": cast.ada.email, "role": rights.COACH})
    assert known.status_code == 400
    for role in (rights.PATIENT, rights.GUEST, "king"):
        with pytest.raises(InputError):
            people.invite(email="x@clinic.example", name="X", role=role, by=host)


def test_role_and_access_change_at_once(cast: Cast, host: User) -> None:
    ada, client = builders.signed_in(cast.ada), builders.signed_in(host)
    assert ada.get("/desk/").status_code == 200
    client.post(f"/people/{cast.ada.pk}/role/", {"role": rights.COACH})
    assert ada.get("/desk/").status_code == 404
    assert ada.get("/desk/training/").status_code == 200
    client.post(f"/people/{cast.ada.pk}/access/", {"active": "0"})
    assert ada.get("/desk/training/")["Location"].startswith("/sign-in/")
    client.post(f"/people/{cast.ada.pk}/access/", {"active": "1"})
    assert ada.get("/desk/training/").status_code == 200
    entry = AuditEntry.objects.get(action="person.role")
    assert '"from":"physiotherapist"' in entry.detail


def test_own_access_and_other_clinics_people_stay(cast: Cast, host: User) -> None:
    client = builders.signed_in(host)
    assert client.post(f"/people/{host.pk}/role/", {"role": rights.COACH}).status_code == 400
    assert client.post(f"/people/{host.pk}/access/", {"active": "0"}).status_code == 400
    assert client.post(f"/people/{cast.cy.pk}/role/", {"role": rights.COACH}).status_code == 404
    assert client.post(f"/people/{cast.ben.user.pk}/access/", {"active": "0"}).status_code == 404
    with pytest.raises(InputError):
        people.set_active(person=cast.cy, is_active=False, by=host)
    with pytest.raises(InputError):
        people.invite(email="x@clinic.example", name="X", role=rights.COACH, by=cast.ada)


def test_clinic_is_changed_and_its_time_zone_checked(host: User) -> None:
    client = builders.signed_in(host)
    given = {
        "name": "Clinic by the quay",
        "time_zone": "Europe/Madrid",
        "phone": "1",
        "emergency_line": "112",
    }
    assert client.post("/clinic/", given | {"time_zone": "Nowhere"}).status_code == 400
    assert client.post("/clinic/", given).status_code == 302
    host.clinic.refresh_from_db()
    assert (host.clinic.name, host.clinic.emergency_line) == ("Clinic by the quay", "112")
