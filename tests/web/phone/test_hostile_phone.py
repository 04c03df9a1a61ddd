"""The phone when things go wrong: odd methods, steps that do not exist, an engine that breaks, a session too late."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from mortise import episode as engine
from mortise.record import CheckIn, SessionLog
from mortise.web.care import services
from mortise.web.care.models import Need
from tests.web import builders
from tests.web.phone.test_pages import AFTER, check_in, facts, train

pytestmark = pytest.mark.django_db

PAGES = ["/phone/", "/phone/session/", "/phone/test/", "/phone/progress/"]


@pytest.fixture
def phone(cast: builders.Cast) -> Client:
    services.set_plan(episode=cast.episode, by=cast.ada, reason="first", stage="G1")
    client = builders.phone_of(cast.ben, cast.ada)
    client.raise_request_exception = False
    return client


@pytest.fixture
def broken(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine breaks on this record, whatever is asked of it."""

    def breaks(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine, "story", breaks)
    monkeypatch.setattr(engine, "decision_record", breaks)


@pytest.mark.parametrize(
    "step", ["9" * 5000, "0", "-1", "²", "٣", "\x00", ""], ids=lambda one: ascii(one[:3])
)
def test_a_step_that_does_not_exist_leads_to_one_that_does(phone: Client, step: str) -> None:
    assert phone.post("/phone/check/", {"step": step}).status_code in (302, 422)
    assert phone.get("/phone/check/", {"step": step[:2000]}).status_code in (200, 302)


@pytest.mark.parametrize("at", ["/phone/check/", "/phone/session/", "/phone/test/"])
@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_page_with_a_form_knows_no_other_method(phone: Client, at: str, method: str) -> None:
    assert getattr(phone, method)(at).status_code == 405


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("at", PAGES)
def test_every_page_says_so_when_the_engine_breaks(cast: builders.Cast, phone: Client, at: str) -> None:
    response = phone.get(at)
    page = response.content.decode()
    assert response.status_code == 500
    assert "could not be worked out" in page, page
    assert "Do no more than last time" in page
    assert "Try once more" not in page
    (row,) = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert row.need == Need.ASKED, "the clinic is told"


@pytest.mark.usefixtures("broken")
def test_a_danger_sign_is_taken_and_answered_when_the_engine_breaks(
    cast: builders.Cast, phone: Client
) -> None:
    page = phone.get("/phone/check/").content.decode()
    assert 'name="which"' in page
    response = phone.post("/phone/check/", {"step": "1", "any_of_these": "some", "which": ["red_calf"]})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'role="alert"' in page
    assert "Call" in page
    (kept,) = facts(cast, CheckIn)
    assert kept.answers["red_calf"] == 1
    (row,) = services.needs_list(by=cast.ada, today=cast.clinic.today())
    assert row.need <= Need.ASKED


@pytest.mark.usefixtures("broken")
def test_no_danger_sign_is_taken_too_and_told_honestly(cast: builders.Cast, phone: Client) -> None:
    response = phone.post("/phone/check/", {"step": "1", "any_of_these": "none"})
    assert "Do no more than last time" in response.content.decode()
    (kept,) = facts(cast, CheckIn)
    assert kept.answers["red_calf"] == 0


def session_form(phone: Client) -> dict[str, str]:
    page = phone.get("/phone/session/").content.decode()
    log_id = re.search(r'name="log_id" value="([^"]+)"', page)
    assert log_id
    exercises = re.findall(r'data-exercise="([a-z-]+)"', page)
    outcomes = {f"{one}-outcome": "done" for one in exercises}
    return {"log_id": log_id[1], **outcomes, **{f"after-{name}": value for name, value in AFTER.items()}}


def test_a_session_done_while_the_programme_was_stopped_goes_to_the_clinic(
    cast: builders.Cast, phone: Client
) -> None:
    check_in(phone)
    form = session_form(phone) | {"after-pain_during_nrs": "8", "after-sharp_pain_flag": "1"}
    other = builders.phone_of(cast.ben, cast.ada)
    other.post("/phone/check/", {"step": "1", "any_of_these": "some", "which": ["red_calf"]})
    response = phone.post("/phone/session/", form, follow=True)
    assert not facts(cast, SessionLog), "nothing was planned, so nothing counts as done"
    (item,) = services.quarantine_of(episode=cast.episode, by=cast.ada)
    assert '"pain_during_nrs":8' in item.payload
    assert item.fact_id == form["log_id"]
    assert response.status_code == 200
    phone.post("/phone/session/", form)
    assert len(services.quarantine_of(episode=cast.episode, by=cast.ada)) == 1


def test_a_session_saved_after_midnight_is_not_lost(
    cast: builders.Cast, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_in(phone)
    form = session_form(phone)
    tomorrow = cast.clinic.today() + timezone.timedelta(days=1)
    monkeypatch.setattr("mortise.web.accounts.models.Clinic.today", lambda self, now=None: tomorrow)
    page = phone.post("/phone/session/", form, follow=True).content.decode()
    assert "went to your clinic" in page
    assert len(services.quarantine_of(episode=cast.episode, by=cast.ada)) == 1


def test_the_same_session_sent_again_is_no_second_one_and_no_puzzle(
    cast: builders.Cast, phone: Client
) -> None:
    check_in(phone)
    form = session_form(phone)
    phone.post("/phone/session/", form)
    phone.post("/phone/session/", form)
    assert len(facts(cast, SessionLog)) == 1
    assert not services.quarantine_of(episode=cast.episode, by=cast.ada)


def test_a_session_from_a_second_phone_is_shown_to_the_clinic_and_not_counted(
    cast: builders.Cast, phone: Client
) -> None:
    check_in(phone)
    form = session_form(phone)
    train(builders.phone_of(cast.ben, cast.ada))
    page = phone.post("/phone/session/", form, follow=True).content.decode()
    assert "went to your clinic" in page
    assert len(facts(cast, SessionLog)) == 1
    assert len(services.quarantine_of(episode=cast.episode, by=cast.ada)) == 1


def test_a_session_form_from_nowhere_writes_nothing(cast: builders.Cast, phone: Client) -> None:
    for form in ({}, {"log_id": "x"}, {"log_id": "x", "no-such-outcome": "done"}):
        assert phone.post("/phone/session/", form).status_code == 302
    assert not services.quarantine_of(episode=cast.episode, by=cast.ada)


def test_a_log_id_of_another_patient_is_a_conflict_and_tells_nothing(
    cast: builders.Cast, phone: Client
) -> None:
    taken = builders.check_in(cast.clinic.today(), note="Dora said this")
    services.append_fact(episode=cast.dora_episode, fact=taken, by=cast.dora.user)
    check_in(phone)
    page = phone.post("/phone/session/", session_form(phone) | {"log_id": taken.id}, follow=True)
    assert "Not saved" in page.content.decode()
    assert "Dora" not in page.content.decode()
    (kept,) = services.record_of(episode=cast.dora_episode, by=cast.cy).facts
    assert kept.note == "Dora said this"
    (item,) = services.quarantine_of(episode=cast.episode, by=cast.ada)
    assert item.is_conflict


def test_what_was_withheld_cannot_be_called_done(cast: builders.Cast, phone: Client) -> None:
    check_in(phone)
    form = session_form(phone)
    phone.post("/phone/session/", form | {"step-down-outcome": "done", "single-leg-hop-outcome": "done"})
    (log,) = facts(cast, SessionLog)
    assert {item.exercise for item in log.items} == {
        name.removesuffix("-outcome") for name in form if name.endswith("-outcome")
    }
