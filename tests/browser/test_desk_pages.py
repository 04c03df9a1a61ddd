"""Every page of the desk, found in the table of addresses: axe in both themes, at full width and at 200 % zoom."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from mortise.web.accounts import rights
from mortise.web.care import services
from mortise.web.care.models import Purpose
from tests.browser.test_clinic_keyboard import Hands
from tests.support.browser import violations
from tests.web import builders, test_access
from tests.web.builders import Cast
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, ZOOMED = {"width": 1280, "height": 800}, {"width": 640, "height": 400}  # 1280 at 200 % leaves 640
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """() => [...document.querySelectorAll('main :is(h1, h2, p, a, button, label, td, th)')]
  .filter(one => one.offsetParent && !one.closest('svg'))
  .filter(one => { const style = getComputedStyle(one);
    return ['hidden', 'clip'].includes(style.overflowX) && style.position !== 'absolute'
      && one.scrollWidth > one.clientWidth + 1 })
  .map(one => one.tagName + ' ' + one.textContent.trim().slice(0, 40))"""  # words that their own box hides
SETTLED = "() => Promise.all(document.getAnimations().map(one => one.finished))"
# What another theme or width can change of what axe judges; the rest is judged once.
BY_LOOK = ("color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")
NOT_PAGES = ("accounts:sign-out", "clinic:letter-pdf")
KINDS = ("patient", "physiotherapist", "doctor")
SIGNED_IN_AS = (rights.PHYSIOTHERAPIST, rights.PODIATRIST, rights.COACH, rights.ADMINISTRATOR, rights.GUEST)


def paths(cast: Cast, role: str, client: Client, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each page that somebody of a role may open, but for those the physiotherapist has opened already."""
    for route in test_access.ROUTES:
        is_desk = route.name.startswith(("clinic:", "accounts:")) and route.name not in NOT_PAGES
        if not is_desk or route.is_public or not route.is_for(role, "get"):
            continue
        is_theirs = role in (rights.PODIATRIST, rights.COACH) and not route.name.startswith("clinic:protocol")
        if role != rights.PHYSIOTHERAPIST and route.is_for(rights.PHYSIOTHERAPIST, "get") and not is_theirs:
            continue
        for more in [{"kind": kind} for kind in KINDS] if route.name == "clinic:report" else [{}]:
            path = test_access.address(route, values | more)
            answer = client.get(path)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                yield f"{route.name} {' '.join(more.values())}".strip(), path


def when_signed_in(page: Page, cast: Cast, role: str) -> tuple[Client, Any]:
    """Let the same person in twice: in the browser, and as a client that tries addresses first."""
    client, user = test_access.person_of(cast, role)
    if user.email:
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill(user.email)
        page.get_by_label("Password").fill(builders.PASSWORD)
        page.get_by_role("main").get_by_role("button").click()
    else:
        page.goto(f"/enter/{builders.guest(cast.ben, cast.ada).token}/")
        page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return client, user


def then_it_holds(page: Page, axe: Callable[[Page], None], name: str) -> list[str]:
    """Judge a page in light at full width, then in the dark at 200 %: without a sideways scroll or hidden words."""
    wrong = []
    for look, size in (("light", WIDE), ("dark", ZOOMED)):
        page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        if look == "light":
            axe(page)
        else:
            wrong += [f"{name} in the dark: {one}" for one in violations(page, BY_LOOK)]
        over = page.evaluate(TOO_WIDE)
        if over > 0:
            wrong.append(f"{name} is {over} px too wide at {size['width']} px")
        cut = page.evaluate(CUT)
        if cut:
            wrong.append(f"{name} hides words at {size['width']} px: {cut[:3]}")
        folder = os.environ.get("PICTURES")
        if folder:
            page.screenshot(path=Path(folder) / f"page-{name.replace(' ', '-')}-{look}.png", full_page=True)
    return wrong


@pytest.mark.parametrize("role", SIGNED_IN_AS)
def test_every_page_of_the_table_is_accessible_and_holds_at_200_percent(
    live_server: Any, desk_page: Page, axe: Callable[[Page], None], forgive: Callable[[str], None], role: str
) -> None:
    cast = builders.cast()
    desk.start(cast)
    desk.trained(cast, 5)
    builders.agrees(cast.ben, cast.ada, Purpose.COACH)
    client, user = when_signed_in(desk_page, cast, role)
    values = test_access.own_values(cast, asked=user)
    wrong, looked = [], set()
    forgive(
        "Applying inline style"
    )  # what axe does to a page of paper while it looks; the page itself has none
    for name, path in paths(cast, role, client, values):
        desk_page.goto(path)
        looked.add(name)
        wrong += then_it_holds(desk_page, axe, name)
    assert not wrong
    assert looked, "no page was looked at"


def test_a_page_that_is_too_wide_or_hides_words_is_found(
    live_server: Any, desk_page: Page, axe: Callable[[Page], None]
) -> None:
    """The planted faults."""
    cast = builders.cast()
    when_signed_in(desk_page, cast, rights.PHYSIOTHERAPIST)
    desk_page.evaluate("document.querySelector('main').style.minInlineSize = '900px'")
    assert then_it_holds(desk_page, axe, "planted")
    desk_page.reload()
    assert then_it_holds(desk_page, axe, "sound") == []
    narrow = "{ overflow: 'hidden', inlineSize: '60px', whiteSpace: 'nowrap' }"
    desk_page.evaluate(f"Object.assign(document.querySelector('h1').style, {narrow})")
    assert any("hides words" in one for one in then_it_holds(desk_page, axe, "planted"))


# ---------------------------------------------------------------- a whole assessment by keyboard


def answer_by_keys(hands: Hands, name: str, value: str) -> None:
    """Go to a question by Tab and answer it: Space takes the first cell, arrows go on to the wanted one."""
    hands.go_to(name)
    if hands.here()["type"] != "radio":
        hands.write(value)
        return
    hands.press("Space")
    for _ in range(12):
        if hands.here()["value"] == value:
            return
        hands.press("ArrowRight")
    raise AssertionError(f"{name} has no {value}")


def press_by_keys(hands: Hands, words: str, most: int = 400) -> None:
    """Go to a button or link by Tab, press Enter, and wait for the page after it."""
    for _ in range(most):
        here = hands.here()
        if here["tag"] in ("A", "BUTTON") and here["text"].startswith(words):
            break
        hands.press("Tab")
    else:
        raise AssertionError(f"{words} was not reached by Tab")
    with hands.page.expect_navigation():
        hands.press("Enter")


def test_from_the_list_to_a_programme_by_keyboard_alone(live_server: Any, desk_page: Page) -> None:
    cast = builders.cast()
    page, hands = desk_page, Hands(desk_page)
    page.goto("/sign-in/")
    hands.go_to("email")
    hands.write("ada@clinic.example")
    hands.go_to("password")
    hands.write(builders.PASSWORD)
    with page.expect_navigation():
        hands.press("Enter")
    press_by_keys(hands, "Assess")
    for section_id in ("goals", "exclusions", "irritability"):
        page.goto(
            desk.url("assess", cast.episode.pk, section_id)
        )  # by the address bar, as a keyboard has it, too
        for name, value in desk.section_data(section_id).items():
            if name[:2] in ("q-", "t-"):
                answer_by_keys(hands, name, value)
        press_by_keys(hands, "Save, then")
    page.goto(desk.url("classification", cast.episode.pk))
    press_by_keys(hands, "See the proposed programme")
    press_by_keys(hands, "Accept, and open stage 1")
    expect(page.locator("#phone-link")).to_contain_text("/enter/")
    plan = services.story_of(episode=cast.episode, on=cast.clinic.today(), by=cast.ada).plan
    assert plan is not None, "the keyboard alone began the programme"
