"""The list: who needs somebody comes first with the reason; nobody of another clinic is ever on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mortise.web.audit.models import AuditEntry
from mortise.web.care.models import Need, Standing
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import report, start, url

pytestmark = pytest.mark.django_db


def test_list_names_whoever_needs_somebody_with_the_reason(cast: Cast) -> None:
    page = builders.signed_in(cast.ada).get(url("needs")).content.decode()
    assert "One person needs you." in page
    assert "Ben Fictional" in page
    assert "no programme yet" in page
    assert "Dora Fictional" not in page


def test_list_puts_a_red_flag_first_and_says_that_it_cannot_wait(cast: Cast) -> None:
    builders.episode(builders.patient(cast.ada, "Zoe Waiting"), cast.ada)
    client = start(cast)
    report(cast, red_calf=Decimal(1))
    desk = client.get(url("needs")).context["desk"]
    assert desk.headline == "Two people need you. One cannot wait."
    assert [group.key for group in desk.groups] == ["now", "week"]
    assert desk.groups[0].rows[0].name == "Ben Fictional"
    assert desk.groups[0].rows[0].says.word == "Stopped"


def test_list_of_a_new_clinic_says_how_to_begin() -> None:
    page = builders.signed_in(builders.clinician(builders.clinic())).get(url("needs")).content.decode()
    assert "Nobody is here yet." in page
    assert "Add the first patient" in page


def test_list_counts_whoever_asks_for_nothing(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    Standing.objects.filter(episode=cast.episode).update(need=Need.ON_PLAN)
    desk = client.get(url("needs")).context["desk"]
    assert desk.headline == "Nobody needs you."
    assert desk.n_on_plan == 1
    assert "1 patient is on plan and asked for nothing." in desk.about


def test_list_calls_a_silent_patient_silent_and_not_on_plan(cast: Cast) -> None:
    client = start(cast)
    long_ago = cast.clinic.today() - timedelta(days=12)
    Standing.objects.filter(episode=cast.episode).update(need=Need.ON_PLAN, last_heard_on=long_ago)
    (group,) = client.get(url("needs")).context["desk"].groups
    assert group.rows[0].says.word == "Cannot decide"
    assert group.rows[0].since == "12 days"


def test_search_keeps_those_whose_name_holds_every_word_whatever_the_case(cast: Cast) -> None:
    builders.episode(builders.patient(cast.ada, "Mirela Dunne"), cast.ada)
    client = builders.signed_in(cast.ada)
    page = client.get(url("needs"), {"q": "dunne MIR"})
    assert "Mirela Dunne" in page.content.decode()
    assert "Ben Fictional" not in page.content.decode()
    assert "Nobody of that name" in client.get(url("needs"), {"q": "Dora"}).content.decode()


def test_hostile_name_and_search_are_only_words(cast: Cast) -> None:
    hostile = "<script>alert(1)</script>\"'&"
    builders.episode(builders.patient(cast.ada, hostile), cast.ada)
    client = builders.signed_in(cast.ada)
    for page in (client.get(url("needs")), client.get(url("needs"), {"q": hostile})):
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_list_takes_the_same_number_of_queries_for_many_patients(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    client.get(url("needs"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url("needs"))
    for number in range(12):
        builders.episode(builders.patient(cast.ada, f"Person {number}"), cast.ada)
    with CaptureQueriesContext(connection) as many:
        client.get(url("needs"))
    assert len(many) == len(few)


def test_reading_the_list_is_audited(cast: Cast) -> None:
    builders.signed_in(cast.ada).get(url("needs"))
    assert AuditEntry.objects.filter(action="list.read", actor=f"user:{cast.ada.pk}").exists()


def test_every_page_says_that_it_is_no_medical_device_and_unsigned(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    for address in (url("needs"), url("patient-add"), url("course", cast.episode.pk), url("protocols")):
        page = client.get(address).content.decode()
        assert "Not a medical device" in page
        assert "not been reviewed by a clinician" in page
