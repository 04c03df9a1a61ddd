"""The clinic room in a real browser: stops read first, tested, treated, tested; accessible, and it fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_clinic_desk import given_ada_signed_in, picture, tap
from tests.web import builders
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


@pytest.mark.parametrize("kind", ["desk", "tablet"])
def test_a_treatment_from_its_stops_to_the_log(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None], kind: str
) -> None:
    cast = builders.cast()
    desk.start(cast)
    page = open_page("desk", **(TABLET if kind == "tablet" else {}))
    given_ada_signed_in(page)
    page.goto(desk.url("room", cast.episode.pk))
    axe(page)
    picture(page, f"{kind}-room-empty")
    page.get_by_role("link", name="Talocrural distraction").first.click()
    axe(page)
    picture(page, f"{kind}-treat")
    page.get_by_label("I have looked").check()
    page.get_by_label("Knee to wall, before").fill("5.4")
    page.get_by_role("button", name="Keep the test before").click()
    expect(page.get_by_label("Knee to wall, before")).to_have_value("5.4")
    page.get_by_label("I have looked").check()
    tap(page, "grade", "I")
    page.get_by_label("Dose given").fill("3 x 30 s")
    page.get_by_label("Knee to wall, after").fill("7.6")
    page.get_by_role("button", name="Log the treatment").click()
    expect(page.get_by_text("Beyond error")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, f"{kind}-room")
