"""A physiotherapist's visit in a real browser: add, assess, accept, read, decide; by keyboard, without scripts."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from tests.web import builders
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page for a person to look at, when a folder for it is named."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def tap(page: Page, name: str, value: str) -> None:
    page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()


def press(page: Page, name: str) -> None:
    """Press a button of the assessment and wait for the page after it: what is being saved goes first."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def given_ada_signed_in(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("ada@clinic.example")
    page.get_by_label("Password").fill(builders.PASSWORD)
    page.get_by_role("main").get_by_role("button").click()


def when_the_parts_that_must_be_asked_are_answered(page: Page, episode: EpisodeRow) -> None:
    for section_id in ("goals", "exclusions", "irritability"):
        page.goto(desk.url("assess", episode.pk, section_id))
        for name, value in desk.section_data(section_id).items():
            if name.startswith("q-"):
                tap(page, name, value)
            elif name.startswith("t-"):
                page.locator(f'[name="{name}"]').fill(value)
        press(page, "Save, then")


def test_a_visit_from_a_new_patient_to_an_answered_decision(
    live_server: Any,
    desk_page: Page,
    axe: Callable[[Page], None],
    forgive: Callable[[str], None],
    tmp_path: Path,
) -> None:
    page = desk_page
    forgive("status of 400")  # forms answered wrongly on purpose
    builders.clinician(builders.clinic())
    given_ada_signed_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody is here yet.")
    axe(page)

    page.get_by_role("link", name="Add the first patient").click()
    axe(page)
    page.get_by_label("Name").fill("Mirela Dunne")
    page.get_by_label("Year of birth").fill("1974")
    tap(page, "side", "left")
    page.get_by_role("button", name="Add, then assess").click()
    episode = EpisodeRow.objects.get()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Goals")

    when_the_parts_that_must_be_asked_are_answered(page, episode)
    page.goto(desk.url("assess", episode.pk, "range"))
    axe(page)
    picture(page, "desk-assess")
    page.get_by_label("Knee to wall, left, treated", exact=True).fill("54")
    page.get_by_label("Knee to wall, right", exact=True).fill("11.5")
    press(page, "Save and stay")
    expect(page.get_by_text("Did you mean 5.4?")).to_be_visible()
    axe(page)
    page.get_by_label("Knee to wall, left, treated", exact=True).fill("5.4")
    press(page, "Save and stay")
    expect(page.get_by_text("Beyond error")).to_be_visible()

    page.get_by_role("link", name="What it adds up to").click()
    axe(page)
    picture(page, "desk-classification")
    page.get_by_role("link", name="See the proposed programme").click()
    axe(page)
    picture(page, "desk-plan")
    page.get_by_role("button", name="Accept, and open stage 1").click()
    expect(page.locator("#phone-link")).to_contain_text("/enter/")
    axe(page)

    page.get_by_role("link", name="To the course").click()
    axe(page)
    picture(page, "desk-course")
    page.get_by_text("Overrule, with a reason").click()
    tap(page, "advice", "advance")
    page.get_by_role("button", name="Overrule, as Ada").click()
    expect(page.get_by_text("Write the reason: it goes on the record.")).to_be_visible()
    page.get_by_label("Because").fill("Knows this stage from last year.")
    page.get_by_role("button", name="Overrule, as Ada").click()
    expect(page.get_by_text("Ada: overruled: advance to stage 2")).to_be_visible()

    walk = fictional_walk(5)
    for side, foot in (("left", walk.left), ("right", walk.right)):
        (tmp_path / f"{side}.csv").write_bytes(csv_of(foot))
    page.get_by_role("link", name="Recordings").click()
    axe(page)
    page.get_by_label("Left side").set_input_files(tmp_path / "left.csv")
    page.get_by_label("Right side").set_input_files(tmp_path / "right.csv")
    page.get_by_text("When the file does not say it itself").click()
    page.get_by_label("Where the sensor was").select_option("instep")
    page.get_by_role("button", name="Upload and measure").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("strides used")
    axe(page)
    picture(page, "desk-recording")
    page.get_by_role("button", name="Take the ticked numbers into the record").click()
    expect(page.get_by_text("went into the record")).to_be_visible()


@pytest.mark.parametrize("kind", ["desk", "phone"])
def test_every_page_of_a_running_programme_is_accessible_and_fits(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None], kind: str
) -> None:
    cast = builders.cast()
    desk.start(cast)
    desk.trained(cast, 9)
    desk.report(cast, warmth_self=Decimal(1))
    page = open_page(kind)
    given_ada_signed_in(page)
    pages = ("course", "plan", "reading", "recordings", "looked", "classification", "assessment")
    addresses = {name: desk.url(name, cast.episode.pk) for name in pages}
    addresses |= {"needs": desk.url("needs"), "protocol": desk.url("protocol", builders.protocol_id())}
    for name, address in addresses.items():
        page.goto(address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        picture(page, f"{kind}-{name}")


def test_stopped_programme_is_accessible_in_the_dark(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    cast = builders.cast()
    desk.start(cast)
    desk.report(cast, red_calf=Decimal(1))
    page = open_page("desk", color_scheme="dark")
    given_ada_signed_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("One person needs you. One cannot wait.")
    axe(page)
    page.get_by_role("link", name="Answer Ben Fictional").click()
    axe(page)
    picture(page, "desk-stopped-dark")
    page.get_by_label("Reason").fill("Ultrasound negative.")
    page.get_by_role("button", name="Open the programme again, as Ada").click()
    expect(page.get_by_text("programme opened again by Ada")).to_be_visible()


def test_assessment_goes_by_keyboard_and_without_scripts(
    live_server: Any, open_page: Callable[..., Page]
) -> None:
    cast = builders.cast()
    page = open_page("desk", java_script_enabled=False)
    given_ada_signed_in(page)
    page.goto(desk.url("assess", cast.episode.pk, "irritability"))
    page.locator('input[name="q-settle_time-none"]').first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.locator("button:not([name])").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/assessment/look/")
    signs = services.record_of(episode=cast.episode, by=cast.ada).facts
    assert [(fact.sign, fact.level) for fact in signs] == [("settle_time", "day")]  # type: ignore[union-attr]
