"""A patient's day in a real browser: the link, the questions, the player with its clock, the answer. On a phone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mortise.record import SessionLog
from mortise.web.care import services
from tests.web import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def given_ben_with_a_link(live_server: Any, phone_page: Page) -> tuple[builders.Cast, Page]:
    cast = builders.cast()
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    phone_page.goto(f"{live_server.url}/enter/{token}/")
    phone_page.get_by_role("button").click()
    return cast, phone_page


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page for a person to look at, when a folder for it is named."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def tap(page: Page, name: str, value: str) -> None:
    page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()


def when_every_question_is_answered_calmly(page: Page) -> None:
    page.get_by_role("link", name="Check in, then start").click()
    picture(page, "phone-check-1")
    tap(page, "any_of_these", "none")
    page.get_by_role("button", name="Next").click()
    picture(page, "phone-check-2")
    while page.get_by_role("heading", name="Before you start").count():
        names = page.locator('input[type="radio"]').evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        )
        for name in names:
            tap(page, name, "1" if name.endswith("_nrs") else "0")
        with page.expect_navigation():  # saved on the phone first, then sent, then the next page
            page.locator("section.p-dock button").click()


def test_a_day_from_the_questions_to_the_answer(
    given_ben_with_a_link: tuple[builders.Cast, Page], axe: Callable[[Page], None]
) -> None:
    cast, page = given_ben_with_a_link
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    picture(page, "phone-today-before")
    axe(page)
    when_every_question_is_answered_calmly(page)
    expect(page.get_by_role("link", name="Start")).to_be_visible()
    picture(page, "phone-today")
    axe(page)

    page.clock.install()
    page.get_by_role("link", name="Start").click()
    picture(page, "phone-session-intro")
    axe(page)
    n_exercises = page.locator("[data-exercise]").count()
    for number in range(n_exercises):
        expect(page.locator("[data-exercise]:visible")).to_have_count(1)
        page.locator('[data-do="start"]').click()
        page.clock.run_for(8_000)
        if number == 0:
            picture(page, "phone-session-run")
            axe(page)
        page.clock.fast_forward(60 * 60 * 1000)  # the screen was locked for an hour: the clock knows
        page.clock.run_for(1_000)
        section = page.locator("[data-exercise]:visible")
        expect(section.locator('input[data-field="outcome"][value="done"]')).to_be_checked()
        if number == 0:
            picture(page, "phone-session-after")
            axe(page)
        page.locator('[data-do="next"]').click()
    picture(page, "phone-session-finish")
    for name in ("pain_during_nrs", "effort_nrs", "comfort_nrs", "range_feeling_nrs", "confidence_nrs"):
        tap(page, f"after-{name}", "3")
    for name in ("sharp_pain_flag", "giving_way_flag"):
        tap(page, f"after-{name}", "0")
    axe(page)
    page.get_by_role("button", name="Save and see what it changes").click()

    expect(page.get_by_role("heading", name="Today is done")).to_be_visible()
    expect(page.get_by_role("heading", name="What your answers changed")).to_be_visible()
    picture(page, "phone-today-after")
    log = next(services.record_of(episode=cast.episode, by=cast.ada).of_kind(SessionLog))
    assert len(log.items) == n_exercises
    assert {item.outcome for item in log.items} == {"done"}
    for address in (
        "progress",
        "help",
        "test",
        "session/change",
        "questions",
        "questions/named-activities",
        "message",
        "ready",
    ):
        page.goto(re.sub(r"/phone/.*", f"/phone/{address}/", page.url))
        picture(page, f"phone-{address.replace('/', '-')}")
        axe(page)


def test_a_session_resumes_where_it_was_after_the_page_is_killed(
    given_ben_with_a_link: tuple[builders.Cast, Page],
) -> None:
    _, page = given_ben_with_a_link
    when_every_question_is_answered_calmly(page)
    page.clock.install()
    page.get_by_role("link", name="Start").click()
    expect(page.locator("[data-exercise]:visible")).to_have_count(1)
    first = page.locator("[data-exercise]:visible h2").inner_text()
    page.locator('[data-do="start"]').click()
    page.clock.fast_forward(60 * 60 * 1000)
    page.clock.run_for(1_000)
    page.locator("[data-exercise]:visible").locator('label:has(input[data-field="pain"][value="4"])').click()
    page.locator('[data-do="next"]').click()
    second = page.locator("[data-exercise]:visible h2").inner_text()
    page.reload()
    expect(page.locator("[data-exercise]:visible h2")).to_have_text(second)
    assert first != second
    expect(page.locator('input[data-field="pain"][value="4"]:checked')).to_have_count(1)


def test_it_hurts_stops_the_exercise_and_says_so_in_the_log(
    given_ben_with_a_link: tuple[builders.Cast, Page],
) -> None:
    _, page = given_ben_with_a_link
    when_every_question_is_answered_calmly(page)
    page.clock.install()
    page.get_by_role("link", name="Start").click()
    page.locator('[data-do="start"]').click()
    page.clock.run_for(7_000)
    page.locator('[data-do="hurts"]').click()
    section = page.locator("[data-exercise]:visible")
    expect(section.locator('input[data-field="outcome"][value="done"]')).not_to_be_checked()
    expect(section.locator('input[data-field="reason"][value="pain"]')).to_be_checked()
    section.locator('label:has(input[data-field="pain"][value="7"])').click()
    expect(section.locator('[data-show="stop"]')).to_be_visible()
    picture(page, "phone-session-hurts")


def test_a_danger_sign_shows_the_stop_page(
    given_ben_with_a_link: tuple[builders.Cast, Page], axe: Callable[[Page], None]
) -> None:
    _, page = given_ben_with_a_link
    page.get_by_role("link", name="Check in, then start").click()
    tap(page, "which", "red_calf")
    tap(page, "any_of_these", "some")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, "phone-stop")
    axe(page)


def test_the_session_can_be_logged_without_scripts(live_server: Any, browser: Any) -> None:
    cast = builders.cast()
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{live_server.url}/enter/{token}/")
    page.get_by_role("button").click()
    when_every_question_is_answered_without_scripts(page)
    page.get_by_role("link", name="Start").click()
    for fieldset in page.locator('label:has(input[data-field="outcome"][value="done"])').all():
        fieldset.click()
    for name in ("pain_during_nrs", "effort_nrs", "comfort_nrs", "range_feeling_nrs", "confidence_nrs"):
        tap(page, f"after-{name}", "3")
    for name in ("sharp_pain_flag", "giving_way_flag"):
        tap(page, f"after-{name}", "0")
    page.get_by_role("button", name="Save and see what it changes").click()
    expect(page.get_by_role("heading", name="Today is done")).to_be_visible()
    context.close()


def when_every_question_is_answered_without_scripts(page: Page) -> None:
    page.get_by_role("link", name="Check in, then start").click()
    tap(page, "any_of_these", "none")
    page.get_by_role("button", name="Next").click()
    while page.get_by_role("heading", name="Before you start").count():
        html = page.content()
        for name in sorted(set(re.findall(r'type="radio" name="([a-z_0-9]+)"', html))):
            tap(page, name, "1" if name.endswith("_nrs") else "0")
        with page.expect_navigation():  # saved on the phone first, then sent, then the next page
            page.locator("section.p-dock button").click()


def test_easier_harder_undo_and_skip_say_what_they_do(
    given_ben_with_a_link: tuple[builders.Cast, Page], axe: Callable[[Page], None]
) -> None:
    _, page = given_ben_with_a_link
    when_every_question_is_answered_calmly(page)
    page.clock.install()
    page.get_by_role("link", name="Start").click()
    section = page.locator("[data-exercise]:visible")
    expect(section).to_have_count(1)  # the player has taken over
    planned = section.locator('[data-show="dose"]').inner_text()
    said = section.locator('[data-show="nudge"]')
    section.get_by_role("button", name="Harder").click()
    expect(said).to_be_visible()  # why there is no more
    assert section.locator('[data-show="dose"]').inner_text() == planned
    section.get_by_role("button", name="Easier").click()
    expect(said).to_contain_text("It counts as partly done.")
    assert section.locator('[data-show="dose"]').inner_text() != planned
    picture(page, "phone-session-easier")
    axe(page)

    page.locator('[data-do="start"]').click()
    page.clock.fast_forward(60 * 60 * 1000)
    page.clock.run_for(1_000)
    expect(section.locator('input[data-field="outcome"][value="modified"]')).to_be_checked()
    expect(section.locator('input[data-field="reason"][value="too_hard"]')).to_be_checked()
    page.get_by_role("button", name="Undo").click()  # the last repetition again, at the easier dose
    expect(section.locator('[data-do="easier"]')).to_be_visible()
    page.locator('[data-do="hurts"]').click()
    page.get_by_role("button", name="Next").click()

    page.get_by_role("button", name="Skip").click()
    expect(section.locator('input[data-field="outcome"][value="skipped"]')).to_be_checked()
    expect(section.locator('label:has(input[data-field="reason"][value="no_time"])')).to_be_visible()
    expect(section.locator('label:has(input[data-field="effort"][value="3"])')).to_be_hidden()
    picture(page, "phone-session-skip")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator('[data-do="start"]')).to_be_visible()  # as if it had not been tapped
    assert section.locator('input[data-field="outcome"]:checked').count() == 0
    while page.locator('[data-do="skip"]:visible').count():
        page.get_by_role("button", name="Skip").click()
        page.locator('[data-do="next"]').click()
    rows = page.locator("[data-summary] li")
    expect(rows).to_have_count(page.locator("[data-exercise]").count())
    picture(page, "phone-session-told")
    rows.nth(1).get_by_role("button").click()
    section.locator('label:has(input[data-field="reason"][value="no_time"])').click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="After the session")).to_be_visible()
    axe(page)


ON_THE_CLOCK = """async ([dose, sides, until_s]) => {
  const { timeline } = await import('/static/phone/js/core/tempo.js');
  const { tones } = await import('/static/phone/js/core/tones.js');
  const { schedule } = await import('/static/phone/js/parts/sound.js');
  const rate = 48000;
  const context = new OfflineAudioContext(1, until_s * rate, rate);
  const planned = tones(timeline(dose, sides), 0, until_s);
  schedule(context, planned, 0);
  const heard = (await context.startRendering()).getChannelData(0);
  return planned.map(({ at_s }) => {
    let first = Math.round(at_s * rate) - 480;
    first = Math.max(0, first);
    while (first < heard.length && heard[first] === 0) first += 1;
    return [at_s, first / rate];
  });
}"""


def test_every_beep_of_the_tempo_sounds_at_its_sample(
    given_ben_with_a_link: tuple[builders.Cast, Page],
) -> None:
    _, page = given_ben_with_a_link
    dose = {"n_sets": 2, "n_reps": 3, "up_s": 2, "hold_s": 1, "down_s": 3, "duration_s": 0, "rest_s": 5}
    found = page.evaluate(ON_THE_CLOCK, [dose, ["left"], 50])
    assert len(found) == 21
    assert all(0 <= heard - at < 3 / 48_000 for at, heard in found), found  # a ramp starts at nothing


def test_what_tells_the_time_is_chosen_and_kept(given_ben_with_a_link: tuple[builders.Cast, Page]) -> None:
    _, page = given_ben_with_a_link
    page.add_init_script(
        "window.told = []; speechSynthesis.speak = said => told.push(said.text);"
        "navigator.vibrate = pattern => told.push(pattern.join());"
    )
    when_every_question_is_answered_calmly(page)
    page.clock.install()
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="Beep, voice, vibration or silence").click()
    picture(page, "phone-session-cues")
    page.locator('label:has(input[name="cue"][value="voice"])').click()
    page.locator('[data-do="start"]').click()
    page.clock.run_for(8_000)
    spoken = page.evaluate("told")
    assert spoken[0] == "Get into place."
    assert len(spoken) > 1
    page.reload()
    page.evaluate("told.length = 0")
    page.clock.run_for(1_000)
    assert page.locator('input[name="cue"][value="voice"]').is_checked()
    page.get_by_role("button", name="Beep, voice, vibration or silence").click()
    page.locator('label:has(input[name="cue"][value="silence"])').click()
    page.evaluate("told.length = 0")
    page.clock.run_for(10_000)
    assert page.evaluate("told") == []
