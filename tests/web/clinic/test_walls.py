"""Every address of the desk: a stranger is asked to sign in, another clinic and another role see nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client

from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import FactRow
from mortise.web.clinic.urls import urlpatterns
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import url

pytestmark = pytest.mark.django_db

WITHOUT_OBJECT = {
    "needs", "discharged", "patient-add", "protocols", "protocol", "techniques", "cohort", "team", "trainings", "feet",
    "guest",
}  # fmt: skip
ONE_FILE = {"recording-report"}  # a file to keep, with its style inside and a policy of its own
NOBODYS = uuid4()
FOR_GUESTS = {"guest"}  # a stranger there is asked for their link


def addresses(cast: Cast) -> Iterator[tuple[str, str]]:
    """Yield every address of the URL table with Ben's objects in it, so that a new one cannot be forgotten."""
    recording = builders.recording(cast.episode, cast.ada)
    link = services.make_phone_link(patient=cast.ben, by=cast.ada).link
    known = {
        "episode_id": cast.episode.pk, "patient_id": cast.ben.pk, "recording_id": recording.pk, "link_id": link.pk,
        "section_id": "goals", "protocol_id": builders.protocol_id(), "questionnaire_id": "faam",
        "kind": "doctor", "technique_id": content().protocol(builders.protocol_id()).techniques[0].id,
    }  # fmt: skip
    for pattern in urlpatterns:
        assert pattern.name is not None
        yield (
            pattern.name,
            url(pattern.name, *(known.get(name, NOBODYS) for name in pattern.pattern.converters)),
        )


def ask(client: Client, name: str, address: str) -> int:
    """Open an address, or send to it where it only takes what is sent."""
    answer = client.get(address)
    return (client.post(address) if answer.status_code == 405 else answer).status_code


def test_another_clinic_sees_no_object_of_this_one(cast: Cast) -> None:
    cy = builders.signed_in(cast.cy)
    before = FactRow.objects.count()
    for name, address in addresses(cast):
        if name not in WITHOUT_OBJECT:
            assert ask(cy, name, address) == 404, name
            assert cy.post(address).status_code in (404, 405), name
    assert FactRow.objects.count() == before


def test_patient_and_administrator_see_no_desk(cast: Cast) -> None:
    phone = builders.phone_of(cast.ben, cast.ada)
    host = builders.signed_in(builders.administrator(cast.clinic))
    for name, address in addresses(cast):
        assert ask(phone, name, address) == 404, name
        if name not in WITHOUT_OBJECT or name == "patient-add":
            assert ask(host, name, address) == 404, name


def test_stranger_is_asked_to_sign_in(cast: Cast) -> None:
    for name, address in addresses(cast):
        response = Client().get(address)
        assert response.status_code == 302, name
        asked = "/enter/" if name in FOR_GUESTS else "/sign-in/"
        assert response["Location"].startswith(asked), (name, response["Location"])


def test_objects_that_do_not_exist_are_404(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    for name in ("course", "plan", "reading", "recordings", "looked", "classification", "assessment"):
        assert ada.get(url(name, uuid4())).status_code == 404, name
    assert ada.get(url("assess", cast.episode.pk, "no-such-part")).status_code == 404
    assert ada.get(url("protocol", "no-such-protocol")).status_code == 404


def test_pages_carry_no_inline_style_or_script(cast: Cast) -> None:
    ada = builders.signed_in(cast.ada)
    for name, address in addresses(cast):
        answer = ada.get(address, follow=True)
        if answer.status_code == 200:
            page = answer.content.decode()
            assert not re.search(r"<script(?![^>]* src=)", page), name
            assert "<style" not in page or name in ONE_FILE, name
            assert " style=" not in page, name
            assert " onclick=" not in page, name
            assert page.count("<h1") == 1, name
