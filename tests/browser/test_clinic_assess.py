"""Charts, falls screen, classification and what-if in a real browser: by tap and key, accessible, at 200 %."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mortise.record import Sign
from mortise.web.care import services
from tests.browser.test_clinic_desk import given_ada_signed_in, picture
from tests.web import builders
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KINDS: dict[str, dict[str, Any]] = {
    "desk": {},
    "tablet": {"viewport": {"width": 820, "height": 1180}, "has_touch": True},
    "zoom": {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2},  # 1440 wide at 200 %
}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_place_is_tapped_or_ticked_by_key_and_kept(live_server: Any, desk_page: Page) -> None:
    cast = builders.cast()
    page = desk_page
    given_ada_signed_in(page)
    page.goto(desk.url("assess", cast.episode.pk, "symptoms"))
    spot = page.locator('.chart__spot[data-for="c-front-left"]').first
    spot.click()
    expect(page.locator('[name="c-front-left"]')).to_be_checked()
    expect(spot).to_have_class("chart__spot is-on")
    expect(page.locator('[name="q-pain_site-left"][value="front"]')).to_be_checked()
    page.locator('[name="c-heel-left"]').focus()
    page.keyboard.press("Space")
    expect(page.locator('.chart__spot[data-for="c-heel-left"]').first).to_have_class(
        "chart__spot is-near is-on"
    )
    page.keyboard.press("Tab")
    expect(page.locator("[data-keep-says]")).to_have_class("kept is-met", timeout=15_000)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    found = {one.sign for one in services.live_facts(record, Sign)}
    assert found == {"chart_front", "chart_heel", "pain_site"}
    page.reload()
    expect(spot).to_have_class("chart__spot is-on")


@pytest.mark.parametrize("kind", list(KINDS))
def test_pages_of_assessing_and_deciding_are_accessible_and_fit(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None], kind: str
) -> None:
    cast = builders.cast()
    desk.start(cast)
    desk.trained(cast, 9)
    desk.report(cast)
    page = open_page("desk", **KINDS[kind])
    given_ada_signed_in(page)
    here = cast.episode.pk
    addresses = {
        "charts": desk.url("assess", here, "symptoms"),
        "falls": desk.url("assess", here, "function"),
        "classification": desk.url("classification", here),
        "what-if": desk.url("what-if", here),
        "plan": desk.url("plan", here),
        "retest": desk.url("reading", here),
    }
    for name, address in addresses.items():
        page.goto(address)
        axe(page)
        assert fits(page), name
        picture(page, f"{kind}-{name}")
