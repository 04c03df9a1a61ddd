"""A contact of the phone with its server: one at a time, and what a person is told before a phone is signed out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from playwright.sync_api import Locator, Page, Route, expect

from mortise.record import CheckIn
from mortise.web.care import services
from tests.browser.phones import HELD, KEEP, SEND, Server, facts, let_in, opened, picture, until_ready
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOT_NOW = "2031-01-01"
CONTACTS = """() => {
  for (const name of ['online', 'online', 'online']) window.dispatchEvent(new Event(name));
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait, ten seconds at most, until something is so."""
    for _ in range(200):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come about in ten seconds")


@pytest.fixture(autouse=True)
def _refused_for_now(forgive: Callable[[str], None]) -> None:
    forgive("Failed to load resource")


def test_what_asks_for_a_contact_at_the_same_moment_gets_one_and_then_one_more(
    phone: Page, server: Server
) -> None:
    phone.goto(f"{server.url}/phone/help/")
    until_ready(phone)
    phone.wait_for_timeout(300)
    asked: list[Route] = []
    phone.route("**/phone/envelope/", lambda route: asked.append(route))
    phone.evaluate(CONTACTS)
    until(phone, lambda: len(asked) == 1)
    phone.wait_for_timeout(400)
    assert len(asked) == 1, "four reasons for a contact, one contact"
    asked[0].continue_()
    until(phone, lambda: len(asked) == 2)
    phone.wait_for_timeout(400)
    assert len(asked) == 2
    asked[1].continue_()
    phone.wait_for_timeout(400)
    assert len(asked) == 2, "what was asked meanwhile was asked once"
    phone.unroute("**/phone/envelope/")


def test_a_report_kept_while_a_contact_hangs_is_sent_by_the_next(phone: Page, server: Server) -> None:
    phone.goto(f"{server.url}/phone/help/")
    until_ready(phone)
    asked: list[Route] = []
    phone.route("**/phone/envelope/", lambda route: asked.append(route))
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    until(phone, lambda: len(asked) == 1)
    phone.evaluate(KEEP, ["meanwhile"])
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    asked[0].continue_()
    phone.unroute("**/phone/envelope/")
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert phone.evaluate(HELD)[0][:2] == ["meanwhile", "acknowledged"]


# ------------------------------------------------------------------ a link that was shut


def shut_link(cast: builders.Cast) -> None:
    for link in services.phone_links_of(patient=cast.ben):
        services.revoke_phone_link(link=link, by=cast.ada)


def is_closed(page: Page) -> None:
    page.locator("html[data-plan=closed]").wait_for(state="attached")


SHUT = "Your clinic has shut the link of this phone."


def test_a_phone_whose_link_was_shut_closes_its_sessions_and_keeps_help_and_what_waits(
    phone: Page, server: Server, cast: builders.Cast, axe: Callable[[Page], None]
) -> None:
    cast.clinic.emergency_line = "112"
    cast.clinic.save()
    phone.evaluate("async () => (await import('/static/phone/js/parts/outbox.js')).setNote('plan', null)")
    phone.goto(f"{server.url}/phone/help/")
    until_ready(phone)
    phone.context.set_offline(True)
    opened(phone, server)
    phone.evaluate(KEEP, ["unsent"])
    shut_link(cast)
    opened(phone, server)  # without a connection it cannot know
    expect(phone.get_by_role("heading", level=1)).not_to_contain_text(SHUT)
    phone.context.set_offline(False)
    phone.wait_for_url("**/phone/shut/")  # the page that stands open hears it by itself
    is_closed(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text(SHUT)
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    picture(phone, "link-shut")
    axe(phone)
    phone.context.set_offline(True)
    for path in ("", "session/", "check/", "progress/", "message/", "answers/"):
        opened(phone, server, path)
        expect(phone.get_by_role("heading", level=1)).to_have_text(SHUT)
        expect(phone.get_by_text("Call the emergency line now")).to_be_visible()
        expect(phone.get_by_text("Are you suddenly short of breath")).to_be_visible()
        expect(phone.locator("[data-exercise]")).to_have_count(0)
    expect(phone.get_by_role("link", name="112")).to_be_visible()
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    picture(phone, "link-shut-offline")
    axe(phone)
    opened(phone, server, "help/")
    expect(phone.get_by_text("Are you suddenly short of breath")).to_be_visible()
    phone.context.set_offline(False)
    let_in(phone, server, cast)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert [one.id for one in facts(cast, CheckIn)] == ["unsent"]
    phone.context.set_offline(True)
    opened(phone, server)
    expect(phone.get_by_role("heading", level=1)).not_to_contain_text(SHUT)


def test_a_page_that_stands_open_hears_that_the_link_was_shut(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    phone.goto(f"{server.url}/phone/")
    until_ready(phone)
    shut_link(cast)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    phone.wait_for_url("**/phone/shut/")
    expect(phone.get_by_role("heading", level=1)).to_have_text(SHUT)


def test_a_message_under_way_is_finished_before_the_page_makes_way(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    phone.goto(f"{server.url}/phone/message/")
    until_ready(phone)
    phone.locator("textarea").fill("It is stiff in the morning.")
    shut_link(cast)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    is_closed(phone)
    expect(phone.locator("textarea")).to_have_value("It is stiff in the morning.")
    phone.get_by_role("button", name="Send").click()
    phone.wait_for_url("**/phone/shut/")
    expect(phone.get_by_text("1 not yet sent")).to_be_visible()
    let_in(phone, server, cast)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert len(services.messages_of(episode=cast.episode, by=cast.ada)) == 1


# ------------------------------------------------------------------ a server put back


def test_a_server_restored_without_a_word_gets_everything_again(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    """Nobody ran `after_restore`: the epoch is the old one, and only the phone knows that something is gone."""
    if connection.vendor != "sqlite":
        pytest.skip("the backup of this test is SQLite's")
    phone.evaluate(KEEP, [f"before-{n}" for n in range(3)])
    assert phone.evaluate(SEND) is True
    epoch = services.server_epoch()
    backup = sqlite3.connect(":memory:")
    connection.ensure_connection()
    connection.connection.backup(backup)
    phone.evaluate(KEEP, [f"after-{n}" for n in range(20)])
    assert phone.evaluate(SEND) is True
    assert len(facts(cast, CheckIn)) == 23
    server.stop()
    connections.close_all()
    connection.ensure_connection()
    backup.backup(connection.connection)
    assert len(facts(cast, CheckIn)) == 3
    assert services.server_epoch() == epoch
    server.start()
    phone.evaluate(KEEP, ["newer"])  # a later number is known: the gap is noticed all the same
    phone.goto(f"{server.url}/phone/help/")
    until(phone, lambda: len(facts(cast, CheckIn)) == 24)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert {one[1] for one in phone.evaluate(HELD)} == {"acknowledged"}


# ------------------------------------------------------------------ a server set up anew


@pytest.mark.parametrize("is_signed_out", [False, True], ids=["in-use", "signed-out"])
def test_a_server_with_another_secret_gets_what_waited_on_the_phone(
    phone: Page, server: Server, cast: builders.Cast, settings: Any, *, is_signed_out: bool
) -> None:
    """Everybody is signed out by it; the same person who opens a link again finds what they wrote."""
    phone.context.set_offline(True)
    phone.evaluate(KEEP, ["unsent"])
    if is_signed_out:
        phone.evaluate("async () => (await import('/static/phone/js/parts/outbox.js')).signOut()")
    settings.SECRET_KEY = "another-secret-of-a-server-that-was-set-up-anew-0123456789"
    phone.context.set_offline(False)
    assert phone.evaluate(SEND) is False
    let_in(phone, server, cast)
    phone.reload()
    until_ready(phone)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert [one.id for one in facts(cast, CheckIn)] == ["unsent"]


# ------------------------------------------------------------------ what was not taken


def refused(page: Page, name: str, **answers: str) -> None:
    """Let a check of a day that is still to come be sent: the server does not take it."""
    said = "{ " + ", ".join(f"{key}: '{value}'" for key, value in answers.items()) + " }"
    told = KEEP.replace("at.slice(0, 10)", f"'{NOT_NOW}'").replace(
        "{ red_calf: '0', pain_now_nrs: '1' }", said
    )
    assert said in told
    page.evaluate(told, [name])
    page.evaluate(SEND)


AGE = """async days => {
  const { transaction } = await import('/static/phone/js/parts/db.js');
  const back = (ms) => ms - days * 86400000;
  await transaction('readwrite', async (meta, items, ask) => {
    for (const { away_ms, away_heard_ms, ...one } of await ask(items.getAll()))
      await ask(items.put({ ...one, away_ms: back(away_ms), away_heard_ms: back(away_heard_ms) }));
  });
}"""


def test_what_was_not_taken_is_read_and_put_away_and_taken_out_again(
    phone: Page, server: Server, axe: Callable[[Page], None]
) -> None:
    refused(phone, "from-the-future", red_calf="0", pain_now_nrs="4", swelling_self="1")
    phone.goto(f"{server.url}/phone/")
    until_ready(phone)
    phone.get_by_role("link", name="Read it, or put it away").click()
    expect(phone.get_by_role("heading", level=1, name="Not taken")).to_be_visible()
    expect(phone.get_by_text("The date lies in the future.")).to_be_visible()
    phone.get_by_text("What it said").click()
    lines = phone.locator("details[open] li").all_inner_texts()
    assert len(lines) == 2, "no danger sign was ticked, two questions were answered"
    assert any(line.endswith(" 4") for line in lines), lines
    axe(phone)
    picture(phone, "not-taken")
    phone.get_by_role("button", name="Put it away").click()
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert focused(phone) == "Not taken"
    axe(phone)
    phone.goto(f"{server.url}/phone/")
    until_ready(phone)
    expect(phone.get_by_role("link", name="Read it, or put it away")).to_have_count(0)
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    assert phone.evaluate(HELD)[0][:2] == ["from-the-future", "refused"], "it is kept"
    phone.context.set_offline(True)
    opened(phone, server, "not-taken/")
    phone.get_by_text("Put away", exact=True).click()
    picture(phone, "not-taken-away")
    axe(phone)
    phone.get_by_role("button", name="Take it out again").click()
    expect(phone.get_by_text("1 not taken")).to_be_visible()
    phone.get_by_role("button", name="Put it away").click()
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    phone.evaluate(AGE, 29)
    opened(phone, server, "help/")
    assert len(phone.evaluate(HELD)) == 1
    phone.evaluate(AGE, 2)
    opened(phone, server, "help/")
    assert phone.evaluate(HELD) == []


def test_a_danger_sign_that_was_not_taken_goes_on_counting_when_it_is_put_away(
    phone: Page, server: Server
) -> None:
    refused(phone, "danger", red_calf="1", pain_now_nrs="1")
    phone.context.set_offline(True)
    for days in (0, 31, 400):
        opened(phone, server, "not-taken/")
        if days == 0:
            expect(phone.get_by_text("It tells of a danger sign.")).to_be_visible()
            phone.get_by_role("button", name="Put it away").click()
            expect(phone.locator("[data-unsent]")).to_be_hidden()
        phone.evaluate(AGE, days)
        opened(phone, server)
        expect(phone.get_by_role("alert")).to_be_visible()
        expect(phone.get_by_text("Your exercises are paused")).to_be_visible()
        opened(phone, server, "session/")
        expect(phone.get_by_role("alert")).to_be_visible()
        expect(phone.locator("[data-exercise]")).to_have_count(0)
    assert phone.evaluate(HELD)[0][:2] == ["danger", "refused"]


# ------------------------------------------------------------------ signing out


@pytest.fixture
def help_page(phone: Page, server: Server) -> Page:
    """The help page of a phone with two reports that wait and one that was not taken."""
    phone.evaluate(KEEP.replace("at.slice(0, 10)", f"'{NOT_NOW}'"), ["from-the-future"])
    phone.evaluate(SEND)
    phone.route("**/phone/sync/", lambda route: route.abort())
    phone.evaluate(KEEP, ["a", "b"])
    phone.goto(f"{server.url}/phone/help/")
    until_ready(phone)
    return phone


def asked(page: Page) -> Locator:
    page.get_by_role("button", name="Sign out", exact=True).click()
    dialog = page.get_by_role("dialog", name="2 reports are not sent yet.")
    expect(dialog).to_be_visible()
    return dialog


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_signing_out_names_what_is_not_sent_and_staying_is_what_happens_by_itself(
    help_page: Page, axe: Callable[[Page], None]
) -> None:
    dialog = asked(help_page)
    expect(dialog).to_contain_text("They stay on this phone, locked, for you and nobody else.")
    expect(dialog).to_contain_text("One that your clinic could not take stays here too, locked.")
    assert focused(help_page) == "Stay signed in"
    picture(help_page, "sign-out-unsent")
    axe(help_page)
    help_page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert focused(help_page) == "Sign out"
    dialog = asked(help_page)
    help_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(help_page.get_by_role("heading", name="Help")).to_be_visible()
    assert [one[:2] for one in help_page.evaluate(HELD)] == [
        ["from-the-future", "refused"],
        ["a", "waiting"],
        ["b", "waiting"],
    ]


def test_the_question_before_signing_out_keeps_the_focus_and_its_targets_are_large(help_page: Page) -> None:
    dialog = asked(help_page)
    met = set()
    for _ in range(6):
        help_page.keyboard.press("Tab")
        met.add(focused(help_page))
        assert help_page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    assert {"Stay signed in", "Sign out all the same"} <= met
    for button in dialog.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    help_page.keyboard.press("Escape")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_question_fits_a_small_phone_with_large_text_from_right_to_left(
    help_page: Page, scheme: str
) -> None:
    help_page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    help_page.set_viewport_size({"width": 320, "height": 568})
    help_page.evaluate(
        "() => { document.documentElement.style.fontSize = '200%'; document.documentElement.dir = 'rtl'; }"
    )
    dialog = asked(help_page)
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 568
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")
    picture(help_page, f"sign-out-unsent-large-{scheme}")
    leave = dialog.get_by_role("button", name="Sign out all the same")
    leave.scroll_into_view_if_needed()
    with help_page.expect_navigation():
        leave.click()
