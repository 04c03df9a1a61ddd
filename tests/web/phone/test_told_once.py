"""What a patient is told: once, in the order it was asked, with the ankle it is about, and only what is true."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client, RequestFactory

from mortise.protocol import Rule
from mortise.record.decisions import FiredRule
from mortise.terms import Truth
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone.presenters import changes
from mortise.web.phone.presenters_pages import stop_words
from mortise.web.phone.same_cause import goes_beyond
from mortise.web.ui.errors import answer_to
from tests.web import builders
from tests.web.phone.test_pages import check_in, facts, train

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> builders.Cast:
    return builders.cast()


@pytest.fixture
def phone(cast: builders.Cast) -> Client:
    return builders.phone_of(cast.ben, cast.ada)


def page_of(phone: Client, path: str = "") -> str:
    return phone.get(f"/phone/{path}").content.decode()


def tell(cast: builders.Cast, days_ago: int = 0, **answers: int) -> None:
    asked = content().protocol(cast.episode.protocol)
    calm = dict.fromkeys((*asked.check_in, *asked.red_flags), Decimal(0))
    told = calm | {name: Decimal(value) for name, value in answers.items()}
    fact = builders.check_in(cast.clinic.today() - timedelta(days=days_ago), answers=told)
    services.answer_report(episode=cast.episode, facts=[fact], on=cast.clinic.today(), by=cast.ben.user)


def test_the_stop_page_says_each_thing_once_and_names_what_was_told(
    cast: builders.Cast, phone: Client
) -> None:
    tell(cast, red_breath=1)
    page = page_of(phone)
    assert page.count("Call the emergency line now") == 1
    assert "Do not wait for us to answer." not in page
    assert "You told us: short of breath or pain in the chest." in page
    assert (
        stop_words("Stop. Get the calf looked at today. It can be a clot.")
        == "Get the calf looked at today. It can be a clot."
    )


def test_the_stop_page_says_that_it_was_seen_only_after_somebody_said_so(
    cast: builders.Cast, phone: Client
) -> None:
    tell(cast, red_calf=1)
    assert "Nobody is watching now." in page_of(phone)
    services.judge(episode=cast.episode, judgement="acknowledge", reason="Read it.", by=cast.ada)
    page = page_of(phone)
    assert "Your clinic has seen it" in page
    assert "Nobody is watching now." not in page
    tell(cast, red_breath=1)  # and this one nobody has seen
    page = page_of(phone)
    assert "Your clinic has seen it" not in page
    assert "Nobody is watching now." in page


def test_a_programme_opened_again_says_so(cast: builders.Cast, phone: Client) -> None:
    assert "opened your programme again" not in page_of(phone)
    tell(cast, red_calf=1)
    services.judge(episode=cast.episode, judgement="resume", reason="A bruise.", by=cast.ada)
    assert "Your clinic opened your programme again on" in page_of(phone)


def test_a_day_of_rest_is_not_told_as_a_lighter_day_too(cast: builders.Cast, phone: Client) -> None:
    tell(cast, pain_now_nrs=9)
    page = page_of(phone)
    assert "Pain is at 6 or more, so the ankle rests today" in page
    assert "Pain is at 4 or more" not in page


def test_a_second_fall_in_two_weeks_is_told_once_with_what_is_safer(
    cast: builders.Cast, phone: Client
) -> None:
    again = "You tripped twice in two weeks."
    tell(cast, days_ago=1, fall_or_catch_flag=1)
    page = page_of(phone)
    assert again not in page
    first = "For a week every balance exercise is done with a hand on a support."
    assert first in page
    before = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    tell(cast, fall_or_catch_flag=1)
    after = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada)
    assert {"catch.today", "catch.again"} <= {rule.rule for rule in after.decision.rules}, "both are in force"
    page = page_of(phone)
    assert page.count(again) == 1
    assert first not in page
    told = changes(before, after)
    assert [line for line in told if "support" in line and "balance" in line.lower()] == [
        line for line in told if line.startswith(again)
    ]


def test_no_other_two_rules_are_taken_for_one() -> None:
    """Of all pairs of rules that can fire together only the first fall and the second are told as one."""
    pairs = {
        (one.id, other.id)
        for protocol in map(content().protocol, content().protocol_ids)
        for one in protocol.rules
        for other in protocol.rules
        if goes_beyond(fired(other), fired(one))
    }
    assert pairs == {("catch.today", "catch.again")}


def fired(rule: Rule) -> FiredRule:
    same = {name: getattr(rule, name) for name in FiredRule.__struct_fields__ if hasattr(rule, name)}
    return FiredRule(**same | {"rule": rule.id, "truth": Truth.MET, "tier": rule.tier and rule.tier.value})


def test_the_check_names_the_ankle_it_asks_about(cast: builders.Cast, phone: Client) -> None:
    assert "Left ankle" in page_of(phone, "check/")


def test_answers_are_put_right_in_the_order_they_were_asked(cast: builders.Cast, phone: Client) -> None:
    check_in(phone)
    told = facts(cast, type(builders.check_in(cast.clinic.today())))[0]
    page = page_of(phone, f"answers/{told.id}/")
    asked = content().protocol(cast.episode.protocol)
    places = [page.index(f'value="{name}"') for name in asked.red_flags]
    assert places == sorted(places)
    rest = [name for name in asked.check_in if name not in asked.red_flags]
    places = [page.index(f'name="{name}"') for name in rest]
    assert places == sorted(places)


def test_what_became_of_a_message_is_not_called_an_answer(phone: Client) -> None:
    form = {"message_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "words": "May I cycle?"}
    page = phone.post("/phone/message/", form, follow=True).content.decode()
    assert "Your clinic has your message." in page
    assert "What your answers changed" not in page


def test_a_lighter_day_is_not_told_as_the_same_again(cast: builders.Cast, phone: Client) -> None:
    tell(cast, pain_now_nrs=5)
    page = page_of(phone)
    assert "A lighter day." in page
    assert "The same session until two calm ones" not in page


def test_a_day_that_is_done_says_so_first_and_what_comes_next(phone: Client) -> None:
    check_in(phone)
    train(phone)
    page = page_of(phone).partition('id="phone-words"')[0]
    heading = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert heading is not None
    assert "Today is done." in heading[1]
    assert page.count("Tomorrow we ask how the ankle was in the morning.") == 1
    assert "The same as last time." not in page


def test_the_way_to_a_session_names_it_so_that_the_phone_knows_when_it_is_under_way(phone: Client) -> None:
    check_in(phone)
    assert re.search(r'href="/phone/session/" data-session-link="[^"]+">Start', page_of(phone))


def test_tests_by_hand_are_told_as_they_are_done_at_home(phone: Client) -> None:
    page = page_of(phone, "test/")
    assert "Slide the foot back until the knee only just touches the wall." in page
    assert "to the millimetre" not in page
    others = page.partition("Other tests by hand")[2]
    assert "Heel rises, counted" in others
    assert "with the phone" not in others
    assert "Knee to wall" not in others  # it is asked above


def test_a_patient_who_signs_out_is_not_asked_for_a_password(phone: Client) -> None:
    page = phone.post("/sign-out/", follow=True).content.decode()
    assert "Open the link your clinic gave you" in page
    assert "Password" not in page


def test_an_error_speaks_to_a_patient_without_protocols_and_proofs(
    cast: builders.Cast, rf: RequestFactory
) -> None:
    request = rf.get("/phone/")
    error = services.UntoldError()
    request.user = cast.ada
    assert "what is on record" in answer_to(request, error).content.decode()
    request.user = cast.ben.user
    page = answer_to(request, error).content.decode()
    assert "Your plan for today could not be worked out. The clinic was told." in page
