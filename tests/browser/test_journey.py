"""The main job in one piece: assessed at the desk, trained and told on the phone, decided at the desk. Two screens.

Given Ada at a desk and Ben with a phone, both real browsers on one server; the days pass by moving the clinic's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mortise.record import DecisionRecord, Reading, Response, SessionLog, StageEntry
from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.web.audit.models import AuditEntry
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from tests.browser.test_clinic_desk import given_ada_signed_in, picture, tap
from tests.browser.test_clinic_desk import when_the_parts_that_must_be_asked_are_answered as when_ada_asks
from tests.web import builders
from tests.web.clinic import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Days:
    """The clinic's clock, moved by whole days for every thread of the server."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.n_days = 0
        monkeypatch.setattr("mortise.web.audit.clock.now", self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.n_days)

    def pass_by(self, n_days: int = 1) -> None:
        self.n_days += n_days


def given_ben_assessed_and_started(page: Page, axe: Callable[[Page], None]) -> EpisodeRow:
    page.get_by_role("link", name="Add the first patient").click()
    page.get_by_label("Name").fill("Ben Fictional")
    page.get_by_label("Year of birth").fill("1985")
    tap(page, "side", "left")
    page.get_by_role("button", name="Add, then assess").click()
    episode = EpisodeRow.objects.get()
    when_ada_asks(page, episode)
    page.goto(desk.url("assess", episode.pk, "range"))
    page.get_by_label("Knee to wall, left, treated", exact=True).fill("4.5")
    page.get_by_label("Knee to wall, right", exact=True).fill("10.5")
    with page.expect_navigation():  # what is being saved goes first
        page.get_by_role("button", name="Save and stay").click()
    page.get_by_role("link", name="What it adds up to").click()
    axe(page)
    page.get_by_role("link", name="See the proposed programme").click()
    axe(page)
    page.get_by_role("button", name="Accept, and open stage 1").click()
    return episode


def when_a_walk_is_uploaded(page: Page, episode: EpisodeRow, folder: Any) -> None:
    walk = fictional_walk(3)
    for side, foot in (("left", walk.left), ("right", walk.right)):
        (folder / f"{side}.csv").write_bytes(csv_of(foot))
    page.goto(desk.url("recordings", episode.pk))
    page.get_by_label("Left side").set_input_files(folder / "left.csv")
    page.get_by_label("Right side").set_input_files(folder / "right.csv")
    page.get_by_text("When the file does not say it itself").click()
    page.get_by_label("Where the sensor was").select_option("instep")
    page.get_by_role("button", name="Upload and measure").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("strides used")
    page.get_by_role("button", name="Take the ticked numbers into the record").click()
    expect(page.get_by_text("went into the record")).to_be_visible()


def when_ben_answers(phone: Page, **changed: str) -> None:
    phone.goto("/phone/check/")
    if "red" in changed:
        tap(phone, "which", changed["red"])
    tap(phone, "any_of_these", "some" if "red" in changed else "none")
    with phone.expect_navigation():  # saved on the phone first, then sent, then the next page
        phone.locator("section.p-dock button").click()
    while phone.get_by_role("heading", name="Before you start").count():
        names = phone.locator('input[type="radio"]').evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        )
        for name in names:
            tap(phone, name, changed.get(name, "1" if name.endswith("_nrs") else "0"))
        with phone.expect_navigation():  # saved on the phone first, then sent, then the next page
            phone.locator("section.p-dock button").click()


def when_ben_trains(phone: Page) -> int:
    phone.get_by_role("link", name="Start", exact=True).click()
    expect(phone.locator("[data-exercise]:visible")).to_have_count(1)
    n_exercises = phone.locator("[data-exercise]").count()
    for _ in range(n_exercises):
        phone.locator('[data-do="start"]').click()
        phone.clock.fast_forward(60 * 60 * 1000)
        phone.clock.run_for(1_000)
        phone.locator('[data-do="next"]').click()
    for name in ("pain_during_nrs", "effort_nrs", "comfort_nrs", "range_feeling_nrs", "confidence_nrs"):
        tap(phone, f"after-{name}", "2")
    for name in ("sharp_pain_flag", "giving_way_flag"):
        tap(phone, f"after-{name}", "0")
    phone.get_by_role("button", name="Save and see what it changes").click()
    expect(phone.get_by_role("heading", name="What your answers changed")).to_be_visible()
    return n_exercises


def facts(episode: EpisodeRow, kind: type) -> list[Any]:
    ada = episode.opened_by
    return list(services.record_of(episode=episode, by=ada).of_kind(kind))


def test_one_patient_the_whole_way_through(
    live_server: Any,
    open_page: Callable[..., Page],
    axe: Callable[[Page], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    days = Days(monkeypatch)
    desk_page, phone = open_page("desk"), open_page("phone")
    builders.clinician(builders.clinic())

    # Ada assesses, measures, and opens stage 1.
    given_ada_signed_in(desk_page)
    episode = given_ben_assessed_and_started(desk_page, axe)
    link = desk_page.locator("#phone-link").inner_text()
    when_a_walk_is_uploaded(desk_page, episode, tmp_path)
    assert {one.measure for one in facts(episode, Reading)} >= {"lunge_cm", "gait_speed_m_s", "cadence_spm"}

    # Ben opens the link on his phone, answers, trains, and tells.
    phone.goto(link[link.index("/enter/") :].split()[0])
    phone.get_by_role("button").click()
    phone.clock.install()
    when_ben_answers(phone)
    axe(phone)
    n_exercises = when_ben_trains(phone)
    axe(phone)
    picture(phone, "journey-phone-told")
    assert len(facts(episode, SessionLog)[0].items) == n_exercises

    # The next morning the ankle is worse: the engine answers visibly, and lightens the day at once.
    days.pass_by()
    before = facts(episode, DecisionRecord)
    when_ben_answers(
        phone, pain_morning_nrs="5", stiffness_morning_min="45", pain_now_nrs="5", swelling_self="1"
    )
    expect(phone.get_by_role("heading", name="What your answers changed")).to_be_visible()
    expect(phone.get_by_text("It changes nothing today")).not_to_be_visible()
    axe(phone)
    picture(phone, "journey-phone-morning")
    newest = facts(episode, DecisionRecord)[-1]
    assert len(facts(episode, DecisionRecord)) > len(before)
    assert newest.decision.load.value in ("ease", "rest")
    assert newest.decision.advice.value != "advance"

    # Ada sees it with its reasons and agrees; nothing advanced by itself. (Overruling: test_clinic_desk.)
    desk_page.goto(desk.url("course", episode.pk))
    axe(desk_page)
    picture(desk_page, "journey-desk-course")
    desk_page.get_by_role("button", name="Agree").first.click()
    expect(desk_page.get_by_text("agreed").first).to_be_visible()
    assert [one.response for one in facts(episode, Response)] == ["agree"]
    assert {one.stage for one in facts(episode, StageEntry)} == {"G1"}

    # Two days later the calf is hot and swollen: stopped at once, first on Ada's list, opened only by her.
    days.pass_by(2)
    when_ben_answers(phone, red="red_calf")
    expect(phone.get_by_role("alert")).to_be_visible()
    axe(phone)
    desk_page.goto("/desk/")
    expect(desk_page.get_by_role("heading", level=1)).to_have_text("One person needs you. One cannot wait.")
    axe(desk_page)
    desk_page.get_by_role("link", name="Answer Ben Fictional").click()
    desk_page.get_by_label("Reason").fill("Ultrasound negative.")
    desk_page.get_by_role("button", name="Open the programme again, as Ada").click()
    expect(desk_page.get_by_text("programme opened again by Ada")).to_be_visible()
    phone.goto("/phone/")
    expect(phone.get_by_role("alert")).not_to_be_visible()

    # Every reading and writing of Ben's data is in the log, and every stored decision can be made again.
    actions = set(AuditEntry.objects.filter(patient=str(episode.patient_id)).values_list("action", flat=True))
    assert {"record.read", "facts.append", "decision.make", "decision.respond", "judgement.record"} <= actions
    from mortise.catalog import load
    from mortise.episode import replay

    assert replay(services.record_of(episode=episode, by=episode.opened_by), load()) == ()
