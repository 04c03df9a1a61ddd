"""A contact of the phone with its server: one at a time, and what a person is told before a phone is signed out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.phones import HELD, KEEP, SEND, Server, picture, until_ready

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
