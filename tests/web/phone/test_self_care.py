"""What keeps somebody at it: the days, what comes up, tests of the sensors that are due, the flare plan, a search."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from mortise.record import ClinicVisit
from mortise.terms import Origin
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.services.decisions import new_id
from tests.web import builders
from tests.web.phone.test_pages import check_in, train

pytestmark = pytest.mark.django_db
SCOLDS = re.compile(
    r"only|should have|failed|forgot|streak|broke|lost|shame|great|well done|!", re.IGNORECASE
)


def card(page: str, label: str) -> str:
    found = re.search(rf'<section[^>]*aria-labelledby="{label}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def test_the_days_are_told_without_praise_or_blame(cast: builders.Cast, phone: Client) -> None:
    assert card(phone.get("/phone/progress/").content.decode(), "keep") == ""
    check_in(phone)
    train(phone)
    page = card(phone.get("/phone/progress/").content.decode(), "keep")
    assert "Day 1" in page
    assert "1 session since" in page
    assert "Rest days, lighter days and days you missed are part of it." in page
    assert "session done" in page
    words = re.sub(r"<[^>]+>", " ", page)
    assert not SCOLDS.search(words), words


def test_a_long_silence_is_met_with_where_one_left_off(
    cast: builders.Cast, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_in(phone)
    train(phone)
    later = cast.clinic.today() + timedelta(days=9)
    monkeypatch.setattr("mortise.web.accounts.models.Clinic.today", lambda self, now=None: later)
    page = card(phone.get("/phone/progress/").content.decode(), "keep")
    assert "We start where you left off." in page
    assert "9 days without a word." in page
    assert "do not count against you" in page
    assert not SCOLDS.search(re.sub(r"<[^>]+>", " ", page))


def test_visits_and_re_tests_come_up_by_day(cast: builders.Cast, phone: Client) -> None:
    today = cast.clinic.today()
    for n_days in (3, 40):
        visit = ClinicVisit(
            id=new_id(), on=today, origin=Origin.CLINICIAN, visit_on=today + timedelta(days=n_days)
        )
        services.append_fact(episode=cast.episode, fact=visit, by=cast.ada)
    page = card(phone.get("/phone/progress/").content.decode(), "coming")
    assert page.count("Visit to your clinic") == 1  # four weeks ahead, no further
    assert re.search(r"\d+ tests? at your clinic (is|are) due", page)
    assert "Test yourself:" in page
    on = today + timedelta(days=3)
    assert f"Next visit: {on.day} {on:%B}." in phone.get("/phone/").content.decode()


def test_a_test_of_the_sensors_starts_from_today_when_it_is_due(cast: builders.Cast, phone: Client) -> None:
    page = phone.get("/phone/").content.decode()
    link = re.search(r'href="(/phone/live/[a-z-]+/)"[^>]*aria-label="Do it:', page)
    assert link
    assert phone.get(link[1]).status_code == 200


def test_help_has_the_flare_plan_and_how_to_spread_the_load(phone: Client) -> None:
    page = phone.get("/phone/help/").content.decode()
    for key in ("education.flare", "education.pacing"):
        assert content().texts[key] in page
    shell = phone.get("/phone/shell/").content.decode()
    assert content().texts["education.flare"][:40] in shell


def test_own_messages_are_searched_and_nobody_elses(cast: builders.Cast, phone: Client) -> None:
    for n in range(7):
        services.write_message(
            episode=cast.episode, message_id=uuid.uuid4(), words=f"Message {n} of Ben", by=cast.ben.user
        )
    services.write_message(
        episode=cast.dora_episode, message_id=uuid.uuid4(), words="Message 3 of Dora", by=cast.dora.user
    )

    def shown(query: str) -> list[str]:
        page = phone.get(f"/phone/message/{query}").content.decode()
        return re.findall(r"<bdi>(Message \d of \w+)</bdi>", page)

    assert len(shown("")) == 5
    assert len(shown("?all=1")) == 7
    assert shown("?q=MESSAGE+3") == ["Message 3 of Ben"]
    assert shown("?q=Dora") == []
    page = phone.get("/phone/message/?q=Dora<b>").content.decode()
    assert "None of them says that." in page
    assert "Dora<b>" not in page
