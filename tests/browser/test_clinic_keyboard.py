"""Assessing by keyboard alone, saved as it goes: nothing is lost without a line; a re-test in two minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mortise.record import Reading, Sign
from mortise.terms import Side
from mortise.web.care import services
from mortise.web.care.content import content
from tests.browser.test_clinic_desk import given_ada_signed_in, picture
from tests.web import builders
from tests.web.builders import Cast
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RETEST_SECONDS = 120
TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


class Hands:
    """A keyboard whose presses are counted; nothing else is touched."""

    def __init__(self, page: Page) -> None:
        self.page, self.n_presses = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.n_presses += 1

    def write(self, text: str) -> None:
        for letter in text:
            self.press(letter)

    def here(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(
            "() => { const a = document.activeElement; return { tag: a.tagName, type: a.type ?? '', "
            "name: a.name ?? '', value: a.value ?? '', text: (a.textContent ?? '').trim() }; }"
        )
        return found

    def go_to(self, name: str, most: int = 90) -> None:
        for _ in range(most):
            if self.here()["name"] == name:
                return
            self.press("Tab")
        raise AssertionError(f"{name} was not reached by Tab")


def readings(cast: Cast) -> dict[tuple[str, Side], Decimal]:
    record = services.record_of(episode=cast.episode, by=cast.ada)
    return {(one.measure, one.side): one.value for one in services.live_facts(record, Reading)}


def a_value(measure_id: str) -> str:
    """Return a believable value, as it is typed."""
    measure = content().measures[measure_id]
    middle = measure.on_grid((measure.low + measure.high) / 2)
    return f"{middle.normalize():f}"


def saved_at_all(page: Page) -> None:
    expect(page.locator("[data-keep-says]")).to_have_class("kept is-met", timeout=15_000)


def test_a_part_by_keyboard_alone_is_kept_without_any_button(live_server: Any, desk_page: Page) -> None:
    cast = builders.cast()
    page = desk_page
    given_ada_signed_in(page)
    page.goto(desk.url("assess", cast.episode.pk, "range"))
    hands = Hands(page)
    hands.go_to("q-forced_dorsiflexion-left")
    hands.press("Space")
    hands.press("ArrowRight")
    hands.go_to("m-lunge_cm-left")
    hands.write("5.4")
    hands.press("Tab")
    hands.write("11.7")
    hands.press("Tab")
    saved_at_all(page)
    expect(page.get_by_text("Beyond error")).to_be_visible()
    page.reload()
    assert page.locator('[name="m-lunge_cm-left"]').input_value() == "5.4"
    assert readings(cast) == {
        ("lunge_cm", Side.LEFT): Decimal("5.4"), ("lunge_cm", Side.RIGHT): Decimal("11.7"),
    }  # fmt: skip
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [(one.sign, one.level) for one in services.live_facts(record, Sign)] == [
        ("forced_dorsiflexion", "stiff")
    ]


def test_what_was_typed_without_a_line_is_still_there_and_is_sent_when_it_is_back(
    live_server: Any, desk_page: Page, forgive: Callable[[str], None]
) -> None:
    forgive("ERR_INTERNET_DISCONNECTED")
    cast = builders.cast()
    page = desk_page
    given_ada_signed_in(page)
    page.goto(desk.url("assess", cast.episode.pk, "range"))
    page.context.set_offline(True)
    page.get_by_label("Knee to wall, left, treated", exact=True).fill("5.4")
    page.keyboard.press("Tab")
    expect(page.locator("[data-keep-says]")).to_contain_text("kept on this device", timeout=15_000)
    assert readings(cast) == {}
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_label("Knee to wall, left, treated", exact=True)).to_have_value("5.4")
    # It went with the page that was left, and nothing had to be brought back, or it is sent by this one.
    expect(page.locator("[data-keep-says]")).to_have_text(re.compile("^Saved"), timeout=15_000)
    assert readings(cast) == {("lunge_cm", Side.LEFT): Decimal("5.4")}
    assert page.evaluate("Object.keys(localStorage).length") == 0, "nothing of a patient stays behind"


def test_a_reload_in_the_middle_of_a_word_loses_nothing(live_server: Any, desk_page: Page) -> None:
    cast = builders.cast()
    page = desk_page
    given_ada_signed_in(page)
    page.goto(desk.url("assess", cast.episode.pk, "goals"))
    page.get_by_label("Goal 1", exact=True).type("Stairs without the rail")
    page.reload()
    expect(page.get_by_label("Goal 1", exact=True)).to_have_value("Stairs without the rail")
    saved_at_all(page)
    record = services.record_of(episode=cast.episode, by=cast.ada)
    assert [goal.words for goal in services.goals_of(record)] == ["Stairs without the rail"]


@pytest.mark.parametrize("kind", ["desk", "tablet"])
def test_an_odd_value_is_asked_about_as_it_is_typed(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None], kind: str
) -> None:
    cast = builders.cast()
    page = open_page("desk", **(TABLET if kind == "tablet" else {}))
    given_ada_signed_in(page)
    page.goto(desk.url("assess", cast.episode.pk, "range"))
    page.get_by_label("Knee to wall, left, treated", exact=True).fill("54")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Did you mean 5.4?")).to_be_visible()
    assert readings(cast) == {}
    axe(page)
    picture(page, f"{kind}-odd")
    page.get_by_label("It is so: keep it, marked").check()
    expect(page.get_by_text("Odd, and confirmed: left")).to_be_visible()
    assert readings(cast) == {("lunge_cm", Side.LEFT): Decimal(54)}


def test_a_retest_of_all_that_is_due_takes_two_minutes_of_keys(
    live_server: Any, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    """Thirteen measures are due on the first day, the most there ever are; one key a second is slow typing."""
    cast = builders.cast()
    desk.start(cast)
    page = open_page("desk")
    given_ada_signed_in(page)
    page.goto(desk.url("reading", cast.episode.pk))
    axe(page)
    picture(page, "desk-retest")
    hands, typed = Hands(page), set()
    for _ in range(RETEST_SECONDS):
        here = hands.here()
        if here["tag"] == "BUTTON":
            break
        if here["type"] == "text" and here["name"].startswith("m-"):
            hands.write(a_value(here["name"].split("-")[1]))
            typed.add(here["name"])
        elif here["type"] == "radio" and here["value"] == "unknown":
            hands.press("ArrowRight")
            typed.add(here["name"])
        hands.press("Tab")
    while hands.here()["text"] != "Save, and see what it changes" and hands.n_presses < RETEST_SECONDS:
        hands.press("Tab")
    hands.press("Enter")
    page.wait_for_url(f"**{desk.url('course', cast.episode.pk)}")
    asked = {name.split("-")[1] for name in typed}
    assert hands.n_presses <= RETEST_SECONDS, f"{hands.n_presses} presses for {len(typed)} fields"
    assert {measure for measure, _ in readings(cast)} == asked
    assert len(asked) >= 10
