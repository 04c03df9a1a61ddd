"""Today while it is open: put right in place, never under a finger, told from the phone while the server lacks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from mortise.web.audit import clock
from mortise.web.care import services
from tests.browser.phones import KEEP, Server, answer_check, let_in, opened, picture, until_ready
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHECK_IN = "Check in, then start"
SHOWN_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


def told_without_the_server(page: Page, server: Server) -> None:
    page.context.set_offline(True)
    opened(page, server, "check/")
    answer_check(page)
    expect(page.get_by_role("heading", name="Saved on this phone, not yet sent.")).to_be_visible()


@pytest.fixture
def sending(phone: Page, server: Server) -> list[Route]:
    """Today of the server, open on a phone whose check waits: the sending is held until `let_go`."""
    held: list[Route] = []
    told_without_the_server(phone, server)
    phone.route("**/phone/sync/", lambda route: held.append(route))
    phone.on("framenavigated", lambda _: held.clear())
    phone.context.set_offline(False)
    phone.goto(f"{server.url}/phone/")
    expect(phone.get_by_role("link", name=CHECK_IN)).to_be_visible()
    for _ in range(600):
        if held:
            break
        phone.wait_for_timeout(50)
    assert held, "nothing was sent"
    phone.evaluate("window.sameAsBefore = true")
    return held


def let_go(page: Page, held: list[Route]) -> None:
    held.pop().continue_()
    page.unroute("**/phone/sync/")


def test_a_check_that_waited_puts_the_open_page_right_in_place(
    phone: Page, sending: list[Route], axe: Callable[[Page], None]
) -> None:
    phone.locator("summary").first.click()
    into_questions = phone.locator('main a[href="/phone/questions/"]')
    into_questions.focus()
    before = into_questions.bounding_box()
    let_go(phone, sending)
    expect(phone.get_by_role("link", name="Start", exact=True)).to_be_visible()
    expect(phone.get_by_role("link", name=CHECK_IN)).to_have_count(0)
    assert phone.evaluate("window.sameAsBefore") is True, "no reload"
    expect(into_questions).to_be_focused()
    assert phone.locator("main details[open]").count() == 1
    assert phone.locator("[data-renewed]").inner_text() == phone.locator("main h1").inner_text()
    after = into_questions.bounding_box()
    assert before is not None
    assert after is not None
    if phone.evaluate("scrollY") > 0:
        assert abs(before["y"] - after["y"]) < 120, "what was looked at stays about where it was"
    axe(phone)
    phone.get_by_role("link", name="Start", exact=True).click()
    expect(phone.locator("[data-exercise]:visible")).to_have_count(1)


def test_nothing_moves_while_a_finger_lies_on_the_page(phone: Page, sending: list[Route]) -> None:
    phone.mouse.move(200, 300)
    phone.mouse.down()
    with phone.expect_response(lambda one: one.url.endswith("/phone/") and one.ok):
        let_go(phone, sending)
    phone.wait_for_timeout(600)
    expect(phone.get_by_role("link", name=CHECK_IN)).to_be_visible()
    phone.mouse.up()
    expect(phone.get_by_role("link", name=CHECK_IN)).to_have_count(0)


def test_while_the_server_takes_nothing_the_page_says_what_the_phone_knows(
    phone: Page, server: Server, axe: Callable[[Page], None], forgive: Callable[[str], None]
) -> None:
    told_without_the_server(phone, server)
    phone.route("**/phone/sync/", lambda route: route.fulfill(status=503))
    forgive("Failed to load resource")
    phone.context.set_offline(False)
    phone.goto(f"{server.url}/phone/")
    expect(phone.get_by_role("heading", name="Saved on this phone, not yet sent.")).to_be_visible()
    expect(phone.get_by_role("link", name=CHECK_IN)).to_have_count(0)
    picture(phone, "told-here")
    axe(phone)
    phone.get_by_role("link", name="Go on").click()
    expect(phone.get_by_role("link", name="Start", exact=True)).to_be_visible()


def test_what_another_phone_told_is_seen_when_this_one_is_looked_at_again(
    phone: Page, server: Server, cast: builders.Cast
) -> None:
    phone.goto(f"{server.url}/phone/")
    until_ready(phone)
    check = builders.check_in(cast.clinic.today())
    assert services.append_facts(episode=cast.episode, facts=[check], by=cast.ben.user)[0].is_kept
    phone.evaluate(SHOWN_AGAIN)
    expect(phone.get_by_role("link", name=CHECK_IN)).to_have_count(0)


def test_a_page_left_open_over_midnight_becomes_the_new_days(
    open_page: Callable[..., Page],
    server: Server,
    forgive: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast: Any = builders.cast()
    now = [clock.now()]
    monkeypatch.setattr("mortise.web.audit.clock.now", lambda: now[0])
    page = let_in(open_page("phone"), server, cast)
    page.goto(f"{server.url}/phone/")
    until_ready(page)
    first = page.locator("main .faint").first.inner_text()
    now[0] += timedelta(days=1)
    page.evaluate(SHOWN_AGAIN)
    expect(page.locator("main .faint").first).not_to_have_text(first)


def test_opening_today_again_and_again_changes_nothing_on_it(phone: Page, server: Server) -> None:
    asked: list[str] = []
    phone.on("request", lambda one: asked.append(one.resource_type) if one.url.endswith("/phone/") else None)
    for _ in range(3):
        phone.goto(f"{server.url}/phone/")
        until_ready(phone)
    phone.evaluate(SHOWN_AGAIN)
    phone.wait_for_timeout(500)
    assert set(asked) == {"document"}


def test_a_danger_sign_in_one_tab_ends_the_session_in_the_other(phone: Page, server: Server) -> None:
    told_without_the_server(phone, server)
    opened(phone, server, "session/")
    phone.locator('[data-do="start"]').click()
    tab = phone.context.new_page()
    opened(tab, server, "help/")
    tab.evaluate(KEEP.replace("red_calf: '0'", "red_calf: '1'"), ["danger"])
    expect(phone.get_by_role("alert")).to_contain_text("Call the emergency line now")
    assert phone.locator("[data-exercise]").count() == 0
