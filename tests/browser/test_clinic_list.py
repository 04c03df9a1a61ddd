"""The list of patients in a real browser: by keyboard, narrowed in place, without scripts, turned page by page."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mortise.web.care.models import Need
from tests.browser.test_clinic_desk import given_ada_signed_in, picture
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk
from tests.web.crowds import crowd

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people() -> Cast:
    cast = builders.cast()
    crowd(cast.ada, 120, Random(3))
    builders.stand(cast.episode, need=Need.STOPPED, reason="Hot, swollen calf. Programme stopped.")
    return cast


def given_the_list(page: Page) -> None:
    given_ada_signed_in(page)
    expect(page.locator("#keys")).to_be_visible()  # the module has run


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_list_goes_by_keyboard_alone(
    live_server: Any, desk_page: Page, axe: Callable[[Page], None], people: Cast
) -> None:
    page = desk_page
    given_the_list(page)
    names = page.locator(".needs a.name")
    page.keyboard.press("j")
    assert focused(page) == names.nth(0).inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    assert focused(page) == names.nth(2).inner_text()
    page.keyboard.press("k")
    assert focused(page) == names.nth(1).inner_text()
    page.keyboard.press("?")
    expect(page.get_by_text("next patient")).to_be_visible()
    axe(page)
    page.keyboard.press("?")
    page.keyboard.press("]")
    expect(page.get_by_role("navigation", name="Pages of the list")).to_contain_text("51 to 100 of 121")
    page.keyboard.press("[")
    expect(page.get_by_role("navigation", name="Pages of the list")).to_contain_text("1 to 50 of 121")
    page.keyboard.press("/")
    page.keyboard.type("ben fict", delay=20)
    expect(page.locator(".needs a.name")).to_have_count(1)
    expect(page.locator("#find")).to_be_focused()
    assert "q=ben+fict" in page.url
    page.keyboard.press("Tab")
    page.locator(".needs a.name").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{desk.url('course', people.episode.pk)}")


def test_single_keys_can_be_turned_off_on_this_device(
    live_server: Any, desk_page: Page, people: Cast
) -> None:
    page = desk_page
    given_the_list(page)
    page.keyboard.press("?")
    page.get_by_label("Single keys do this").uncheck()
    page.reload()
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("j")
    assert focused(page) != page.locator(".needs a.name").nth(0).inner_text()
    page.keyboard.press("ArrowDown")
    assert focused(page) == page.locator(".needs a.name").nth(0).inner_text()


@pytest.mark.parametrize("kind", ["desk", "phone"])
def test_list_is_narrowed_with_and_without_scripts(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None], people: Cast, kind: str
) -> None:
    page = open_page(kind, java_script_enabled=False)
    given_ada_signed_in(page)
    page.get_by_role("link", name="Red flag").click()
    expect(page.get_by_role("status")).to_contain_text("Shown: red flag")
    page.get_by_label("Stage", exact=True).select_option(index=1)
    page.get_by_role("button", name="Show").click()
    assert "need=stopped" in page.url
    assert "stage=" in page.url
    page.get_by_role("link", name="Show everybody").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("navigation", name="Pages of the list")).to_contain_text("51 to 100 of 121")

    page = open_page(kind)
    given_the_list(page)
    picture(page, f"{kind}-list")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("Stage", exact=True).focus()
    page.get_by_label("Stage", exact=True).select_option(index=2)
    expect(page.get_by_role("status")).to_contain_text("Shown: stage")
    expect(page.get_by_label("Stage", exact=True)).to_be_focused()
    axe(page)
