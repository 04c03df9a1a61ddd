"""A contact of the phone with its server: one at a time, and what a person is told before a phone is signed out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from mortise.record import CheckIn
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
