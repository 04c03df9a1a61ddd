"""The list: who needs somebody comes first with the reason; nobody of another clinic is ever on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import Need, Standing
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic.desk import report, start, url, visit_reading
from tests.web.crowds import crowd

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
    builders.stand(cast.episode, need=Need.ON_PLAN, tests_due_on=None)
    desk = client.get(url("needs")).context["desk"]
    assert desk.headline == "Nobody needs you."
    assert desk.n_on_plan == 1
    assert "1 patient is on plan and asked for nothing." in desk.about


def test_list_calls_a_silent_patient_silent_and_not_on_plan(cast: Cast) -> None:
    client = start(cast)
    long_ago = cast.clinic.today() - timedelta(days=12)
    builders.stand(cast.episode, need=Need.ON_PLAN, last_heard_on=long_ago)
    (group,) = client.get(url("needs")).context["desk"].groups
    assert group.rows[0].says.word == "Cannot decide"
    assert group.rows[0].since == "12 days"


def due_on(cast: Cast, days: int, **over: Any) -> None:
    on = cast.clinic.today() + timedelta(days=days)
    fields = {"need": Need.ON_PLAN, "tests_due_on": on, "tests_due": "Knee to wall"}
    builders.stand(cast.episode, **fields | over)


def test_decision_renews_which_test_at_a_visit_is_due_and_a_reading_puts_it_off(cast: Cast) -> None:
    client = start(cast)
    report(cast)
    today = cast.clinic.today()
    standing = Standing.objects.get(episode=cast.episode)
    told = services.story_of(episode=cast.episode, on=today, by=cast.ada)
    first = min((one for one in told.due if one.where == "visit"), key=lambda one: one.due_on)
    assert (standing.tests_due_on, standing.tests_due.startswith(first.label)) == (first.due_on, True)
    (group,) = client.get(url("needs")).context["desk"].groups
    assert (group.key, group.rows[0].is_due, group.rows[0].action) == ("week", True, "Book")
    assert group.rows[0].why.startswith(f"Due today: {first.label}")
    tests = [content().measures[one.measure] for one in told.due if one.where == "visit"]
    facts = [visit_reading(one, today) for one in tests]
    answers = services.append_facts(episode=cast.episode, by=cast.ada, facts=facts)
    assert [answer.reason for answer in answers if not answer.is_kept] == []
    services.decide(episode=cast.episode, on=today, by=cast.ada)
    standing.refresh_from_db()
    assert standing.tests_due_on is None or standing.tests_due_on > today


@pytest.mark.parametrize(("days", "says"), [(-3, "Due since"), (0, "Due today"), (3, "Due by")])
def test_list_names_tests_due_soon(cast: Cast, days: int, says: str) -> None:
    client = start(cast)
    due_on(cast, days)
    page = client.get(url("needs"))
    (group,) = page.context["desk"].groups
    assert group.rows[0].why.startswith(says)
    assert "Knee to wall" in group.rows[0].why
    assert "Tests due</span>" in page.content.decode()


def test_test_due_later_leaves_the_patient_on_plan(cast: Cast) -> None:
    client = start(cast)
    due_on(cast, 4)
    assert client.get(url("needs")).context["desk"].n_on_plan == 1


def test_silence_comes_before_tests_and_names_them(cast: Cast) -> None:
    client = start(cast)
    due_on(cast, -3, last_heard_on=cast.clinic.today() - timedelta(days=12))
    (group,) = client.get(url("needs")).context["desk"].groups
    assert group.rows[0].says.word == "Cannot decide"
    assert "Knee to wall" in group.rows[0].why


def test_list_keeps_the_order_of_need(cast: Cast) -> None:
    today = cast.clinic.today()
    wanted = {
        "Stopped": {"need": Need.STOPPED}, "Stepped": {"need": Need.STEPPED_BACK}, "Asked": {"need": Need.ASKED},
        "Advances": {"need": Need.ADVANCE}, "Tests": {"need": Need.ON_PLAN, "tests_due_on": today},
        "Silent": {"need": Need.ON_PLAN, "last_heard_on": today - timedelta(days=30)},
        "Left": {"need": Need.ON_PLAN, "n_quarantined": 1}, "New": {"need": Need.NEW}, "Well": {"need": Need.ON_PLAN},
    }  # fmt: skip
    for name, fields in reversed(wanted.items()):
        made = builders.episode(builders.patient(cast.ada, name), cast.ada)
        builders.stand(made, **fields)
    rows = services.needs_list(by=cast.ada, today=today)
    assert [row.name for row in rows if row.name != "Ben Fictional"] == list(wanted)


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


def test_list_is_narrowed_by_the_address_and_says_to_what(cast: Cast) -> None:
    crowd(cast.ada, 60, Random(5))
    client = builders.signed_in(cast.ada)
    whole = client.get(url("needs")).context["desk"]
    assert (whole.shown, whole.previous) == ("1 to 50 of 61", "")
    rest = client.get(url("needs") + whole.next).context["desk"]
    assert rest.shown == "51 to 61 of 61"
    assert client.get(url("needs") + rest.previous).context["desk"].shown == "1 to 50 of 61"
    chip = next(one for one in whole.filters.chips if one.label == "Silent")
    narrowed = client.get(url("needs") + chip.address)
    desk = narrowed.context["desk"]
    assert {row.says.word for group in desk.groups for row in group.rows} == {"Cannot decide"}
    assert sum(len(group.rows) for group in desk.groups) == chip.n
    assert desk.headline == whole.headline  # what is narrowed does not hide how many need somebody
    assert "Shown: silent." in narrowed.content.decode()
    stage = next(one for one in whole.filters.choices if one.name == "stage")
    option = stage.groups[0][1][0]
    both = client.get(url("needs"), {"stage": option.value, "need": "silent"}).context["desk"]
    assert both.filters.said == f"silent; stage {option.value}"


@pytest.mark.parametrize("name", ["q", "need", "stage", "clinician", "protocol", "after", "before"])
def test_hostile_filters_are_only_words(cast: Cast, name: str) -> None:
    client = builders.signed_in(cast.ada)
    for value in ("<script>alert(1)</script>", "\x00", "' OR 1=1 --", "é" * 5000, "0_0_0_0"):
        response = client.get(url("needs"), {name: value})
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()


def test_number_of_the_clinic_finds_a_patient_and_is_had_by_one_alone(cast: Cast) -> None:
    client = builders.signed_in(cast.ada)
    typed = {
        "name": "Mirela Dunne",
        "number": "B-4711",
        "birth_year": "1974",
        "sex": "unspecified",
        "side": "left",
    }
    assert client.post(url("patient-add"), typed).status_code == 302
    page = client.get(url("needs"), {"q": "4711"}).content.decode()
    assert "Mirela Dunne" in page
    assert "B-4711" in page
    assert "Ben Fictional" not in page
    again = client.post(url("patient-add"), typed | {"name": "Somebody Else"})
    assert again.status_code == 400
    assert "Another patient of this clinic has this number." in again.content.decode()
    builders.patient(cast.cy, "Of another clinic", number="B-4711")


def test_flare_and_standstill_come_before_what_waits(cast: Cast) -> None:
    still = {
        "is_plateau": True,
        "n_tasks": 1,
        "task": "Stands still: Hops",
        "task_due_on": cast.clinic.today(),
    }
    people: dict[str, dict[str, Any]] = {
        "Flares": {"need": Need.FLARE, "advice": "step_back"},
        "Stands": {"need": Need.ON_PLAN, **still},
    }
    for name, fields in people.items():
        builders.stand(builders.episode(builders.patient(cast.ada, name), cast.ada), **fields)
    desk = builders.signed_in(cast.ada).get(url("needs")).context["desk"]
    assert [(group.key, [row.name for row in group.rows]) for group in desk.groups] == [
        ("decide", ["Flares", "Stands"]), ("week", ["Ben Fictional"]),
    ]  # fmt: skip
    assert desk.groups[0].rows[1].why.startswith("Stands still: Hops, by ")
