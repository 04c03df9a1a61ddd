"""What a person does alone, without the server: correct a session, test by hand, answer a questionnaire, write."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from mortise.record import CheckIn, Correction, Reading, SessionLog
from mortise.terms import Side
from mortise.web.care import services
from mortise.web.care.models import Message
from tests.browser.phones import Server, answer_check, facts, opened, picture, tap, train, until_ready
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def when_the_phone_connects(phone: Page, server: Server) -> None:
    phone.goto(f"{server.url}/phone/")
    until_ready(phone)
    expect(phone.locator("[data-unsent]")).to_be_hidden()


def when_a_session_is_told(phone: Page, server: Server) -> None:
    opened(phone, server, "check/")
    answer_check(phone)
    phone.get_by_role("link", name="Start").click()
    train(phone)
    phone.get_by_role("button", name="Save on this phone").click()
    expect(phone.get_by_role("heading", name="Today is done")).to_be_visible()


def test_a_session_told_without_the_server_is_corrected_without_it(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    phone.context.set_offline(True)
    when_a_session_is_told(phone, server)
    phone.get_by_role("link", name="Change what you wrote").click()
    expect(phone.get_by_role("heading", name="Change what you wrote")).to_be_visible()
    picture(phone, "offline-change")
    axe(phone)
    expect(phone.locator('input[name="after-pain_during_nrs"][value="3"]')).to_be_checked()
    rows = phone.locator("[data-summary] li")
    expect(rows.first).to_contain_text("Done")
    rows.first.get_by_role("button").click()
    section = phone.locator("[data-exercise]:visible")
    section.locator('label:has(input[data-field="outcome"][value="modified"])').click()
    section.locator('label:has(input[data-field="pain"][value="5"])').click()
    phone.get_by_role("button", name="Next").click()
    tap(phone, "after-pain_during_nrs", "5")
    phone.get_by_role("button", name="Save on this phone").click()
    expect(phone.get_by_text("3 not yet sent")).to_be_visible()
    phone.context.set_offline(False)
    when_the_phone_connects(phone, server)
    first, again = facts(cast, SessionLog)
    assert first.session == again.session
    assert (first.answers["pain_during_nrs"], again.answers["pain_during_nrs"]) == (3, 5)
    assert (first.items[0].outcome, again.items[0].outcome) == ("done", "modified")
    assert again.items[0].pain_nrs == 5
    assert [one.exercise for one in again.items] == [one.exercise for one in first.items]
    assert again.items[1:] == first.items[1:]  # what was not touched stays as it was told

    phone.context.set_offline(True)  # and what the server knows of it can be told again from the plan
    opened(phone, server, "session/change/")
    expect(phone.locator('input[name="after-pain_during_nrs"][value="5"]')).to_be_checked()


def test_answers_are_put_right_without_the_server_and_take_nothing_back(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    phone.context.set_offline(True)
    opened(phone, server, "check/")
    answer_check(phone)
    expect(phone.get_by_role("link", name="Start")).to_be_visible()
    phone.get_by_role("link", name="Put an answer right").click()
    picture(phone, "offline-answers")
    axe(phone)
    phone.get_by_role("link", name="Put right: Today, before the session").click()
    expect(phone.locator('input[name="pain_now_nrs"]:checked')).to_have_count(1)
    picture(phone, "offline-answer")
    axe(phone)
    phone.locator('label:has(input[name="why"][value="tapped the wrong answer"])').click()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Nothing is different from before.")).to_be_visible()
    tap(phone, "pain_now_nrs", "9")
    phone.get_by_role("button", name="Save").dblclick()
    expect(phone.get_by_text("3 not yet sent")).to_be_visible()
    phone.wait_for_url(f"{server.url}/phone/")
    rests = phone.get_by_text("The ankle rests today.")
    expect(rests).to_be_visible()  # what is worse counts at once
    phone.get_by_role("link", name="Put an answer right").click()
    phone.get_by_role("link", name="Put right: Today, before the session").click()
    tap(phone, "pain_now_nrs", "1")
    phone.locator('label:has(input[name="why"][value="knows it better now"])').click()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("5 not yet sent")).to_be_visible()
    phone.wait_for_url(f"{server.url}/phone/")
    expect(rests).to_be_visible()  # what is better waits for the clinic
    phone.context.set_offline(False)
    when_the_phone_connects(phone, server)
    first, worse, better = facts(cast, CheckIn)
    assert [one.answers["pain_now_nrs"] for one in (worse, better)] == [9, 1]
    assert [(one.corrects, one.replacement) for one in facts(cast, Correction)] == [
        (first.id, worse.id), (worse.id, better.id),
    ]  # fmt: skip
    when_the_phone_connects(phone, server)
    expect(
        phone.get_by_role("heading", name="A rest day for the ankle.")
    ).to_be_visible()  # the engine says so too

    phone.goto(
        f"{server.url}/phone/answers/"
    )  # and the same on a page of the server, through the same outbox
    phone.get_by_role("link", name="Put right: Today, before the session").click()
    axe(phone)
    phone.locator('label:has(input[name="which"])').first.click()
    phone.locator('label:has(input[name="any_of_these"][value="some"])').click()
    phone.locator('label:has(input[name="why"][value="knows it better now"])').click()
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Your exercises are paused")).to_be_visible()
    assert len(facts(cast, Correction)) == 3


def test_a_test_by_hand_is_kept_and_sent_later(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    phone.context.set_offline(True)
    opened(phone, server)
    phone.get_by_role("link", name="Do a test").click()
    field = phone.locator('input[name="lunge_cm-left"]')
    expect(field).to_be_visible()
    picture(phone, "offline-test")
    axe(phone)
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Fill in at least one, or go back.")).to_be_visible()
    for wrong, words in (("99", "Write a number between"), ("6.53", "Give it in steps of 0.1 cm.")):
        field.fill(wrong)
        phone.get_by_role("button", name="Save").click()
        expect(phone.get_by_text(words)).to_be_visible()
    field.fill("6,5")  # a comma is a point
    phone.get_by_role("button", name="Save").dblclick()
    phone.wait_for_url(f"{server.url}/phone/")  # its own move, which would cut off another's
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    opened(phone, server, "test/")
    expect(phone.locator('input[name="lunge_cm-right"]')).to_be_visible()
    expect(phone.locator('input[name="lunge_cm-left"]')).to_have_count(0)  # it is not asked twice
    phone.context.set_offline(False)
    when_the_phone_connects(phone, server)
    (reading,) = facts(cast, Reading)
    assert (reading.measure, reading.side.value, reading.value) == ("lunge_cm", "left", Decimal("6.5"))
    assert reading.instrument == "tape_home"


def answer_item(phone: Page, value: str) -> None:
    phone.locator(f'label:has(input[name="answer"][value="{value}"])').click()
    phone.locator(".p-dock .btn--big").click()


@pytest.mark.parametrize("begins_online", [False, True])
def test_a_questionnaire_goes_on_where_it_was_left_with_and_without_the_server(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None], begins_online: bool
) -> None:
    step = phone.locator("[data-step-of]")
    if begins_online:
        phone.goto(f"{server.url}/phone/questions/")
    else:
        phone.context.set_offline(True)
        opened(phone, server, "questions/")
    phone.get_by_role("link", name="Open: Named activities").click()
    expect(step).to_have_text("1 of 5")
    phone.locator(".p-dock .btn--big").click()
    expect(phone.get_by_text("Choose an answer, or leave it open.")).to_be_visible()
    picture(phone, f"question-{begins_online}")
    axe(phone)
    answer_item(phone, "4")
    expect(step).to_have_text("2 of 5")
    answer_item(phone, "6")
    expect(step).to_have_text("3 of 5")

    phone.context.set_offline(begins_online)  # the connection comes or goes
    phone.goto(f"{server.url}/phone/questions/")
    phone.get_by_role("link", name="Go on: Named activities").click()
    expect(step).to_have_text("3 of 5")
    phone.get_by_role("button", name="Back").click()
    expect(phone.locator('input[name="answer"][value="6"]')).to_be_checked()
    phone.locator(".p-dock .btn--big").click()
    expect(step).to_have_text("3 of 5")
    answer_item(phone, "5")
    expect(step).to_have_text("4 of 5")
    answer_item(phone, "unknown")
    expect(step).to_have_text("5 of 5")
    answer_item(phone, "unknown")
    expect(phone.get_by_text("5 of 10")).to_be_visible()
    expect(phone.get_by_text("2 left open.")).to_be_visible()
    picture(phone, f"question-end-{begins_online}")
    axe(phone)
    assert facts(cast, Reading) == []
    phone.get_by_role("button", name="Save").click()
    phone.wait_for_url(f"{server.url}/phone/")
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    phone.context.set_offline(False)
    when_the_phone_connects(phone, server)
    (reading,) = facts(cast, Reading)
    assert (reading.value.normalize(), reading.trials) == (5, (4, 6, 5))
    phone.goto(f"{server.url}/phone/questions/")
    expect(phone.get_by_role("link", name="Open: Named activities")).to_be_visible()  # nothing is left over


def test_a_message_waits_on_the_phone_and_is_found_again(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    phone.context.set_offline(True)
    for words in ("May I cycle to work?", "The tape came off in the shower."):
        opened(phone, server, "message/")
        expect(phone.get_by_text("Call the emergency line now")).to_be_visible()
        phone.locator("textarea").fill(words)
        phone.get_by_role("button", name="Send").click()
        expect(phone.get_by_role("heading", name="Saved on this phone, not yet sent.")).to_be_visible()
    opened(phone, server, "message/")
    expect(phone.locator("[data-found] li")).to_have_count(2)
    phone.get_by_label("Search your messages").fill("CYCLE")
    expect(phone.locator("[data-found] li:visible")).to_have_count(1)
    phone.get_by_label("Search your messages").fill("a dog")
    expect(phone.get_by_text("None of them says that.")).to_be_visible()
    picture(phone, "offline-message")
    axe(phone)
    phone.locator("textarea").fill("   ")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Write a sentence, or go back.")).to_be_visible()
    phone.locator("textarea").fill("Not sent, only written")
    expect(phone.locator("form[data-kept='22']")).to_be_attached()
    opened(phone, server, "message/")
    expect(phone.locator("textarea")).to_have_value("Not sent, only written")
    assert Message.objects.count() == 0
    phone.context.set_offline(False)
    when_the_phone_connects(phone, server)
    kept = services.messages_of(episode=cast.episode, by=cast.ada)
    assert [one.words for one in reversed(kept)] == [
        "May I cycle to work?",
        "The tape came off in the shower.",
    ]
    phone.goto(f"{server.url}/phone/message/?q=tape")
    expect(phone.locator(".looks li")).to_have_count(1)
    axe(phone)


def test_a_report_goes_to_the_ankle_it_was_written_for(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    other = builders.episode(cast.ben, cast.ada, Side.RIGHT)
    phone.context.set_offline(True)
    opened(phone, server, "check/")
    answer_check(phone)
    expect(phone.get_by_role("heading", name="Saved on this phone, not yet sent.")).to_be_visible()
    phone.route("**/phone/sync/", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.goto(f"{server.url}/phone/")
    turn = phone.get_by_role("button", name=re.compile("^To the (left|right) ankle$"))
    expect(turn).to_be_visible()
    if "right" in turn.inner_text():
        turn.click()
    expect(
        phone.get_by_role("button", name="To the left ankle")
    ).to_be_visible()  # this page is the right one's
    until_ready(phone)
    phone.unroute("**/phone/sync/")
    when_the_phone_connects(phone, server)
    assert len(facts(cast, CheckIn)) == 1
    record = services.record_of(episode=other, by=cast.ada)
    assert list(record.of_kind(CheckIn)) == []
