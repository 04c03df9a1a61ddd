"""A walk through every page and state of a patient's phone, for whoever wants to look at each, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from mortise.record import SessionLog
from mortise.simulate.recordings import fictional_lunge
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.services.plans import GoalDraft
from mortise.web.phone import live
from mortise.web.phone.shell import shell
from mortise.web.phone.state import KINDS
from tests.browser.phones import Server, facts, opened, tap, until_ready
from tests.browser.test_phone_languages import report_danger
from tests.browser.test_phone_live import FEEL, lie
from tests.browser.test_phone_offline import KEEP
from tests.web import builders

Scenes = Iterator[str]
PAGES = {
    "progress": "progress/", "help": "help/", "ready": "ready/", "questions": "questions/", "agreed": "agreed/",
    "message": "message/", "message-not-found": "message/?q=nothing", "live": "live/", "test": "test/",
    "shell": "shell/",
    "not-taken": "not-taken/",
} | {f"live-{one.test}": f"live/{one.test}/" for one in live.TESTS}  # fmt: skip
DAYS = KINDS
BIG = ".p-dock .btn--big"
GOALS = ("Walk down the stairs without the rail", "Cycle to work")
MESSAGE = "The stairs went well today. May I cycle to work on Thursday?"
SUMMARY = "Knee to wall from 6 to 9 cm, walking without pain."
WRITTEN = (*GOALS, MESSAGE, SUMMARY, "Newman")  # what people wrote; it is in their own words on every page


def planned(made: builders.Cast) -> None:
    """Put a visit to come, two goals and a message on the record."""
    today = made.ben.clinic.today()
    services.write_message(episode=made.episode, message_id=uuid4(), words=MESSAGE, by=made.ben.user)
    services.plan_visit(episode=made.episode, visit_on=today + timedelta(days=5), by=made.ada)
    goals = [GoalDraft(words=GOALS[0]), GoalDraft(words=GOALS[1], by_on=today)]
    services.set_goals(episode=made.episode, goals=goals, by=made.ada)


def go(page: Page, server: Server, path: str) -> None:
    try:
        page.goto(f"{server.url}/phone/{path}")
    except PlaywrightError as error:
        if "ERR_ABORTED" not in str(error):
            raise
        page.wait_for_load_state()  # the page's own move, to the stop for instance, came at the same moment
        page.goto(f"{server.url}/phone/{path}")
    page.locator("html[data-scripts=on]").wait_for(state="attached")


def doors(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield what stands before the phone lets anybody in, then lets Ben in."""
    for name, path in (("link", "/enter/"), ("no-link", "/enter/no-such-link/"), ("no-page", "/no-such-page/"),
                       ("sign-in", "/sign-in/")):  # fmt: skip
        page.goto(f"{server.url}{path}")
        yield f"door-{name}"
    page.locator("form button").first.click()
    yield "door-sign-in-wrong"
    token = services.make_phone_link(patient=made.ben, by=made.ada).token
    page.goto(f"{server.url}/enter/{token}/")
    yield "door-open"
    page.locator("form button").first.click()
    until_ready(page)


def pages(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield every page before anything is told today."""
    go(page, server, "")
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
    yield "today-before"
    for name, path in PAGES.items():
        go(page, server, path)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        yield name
    go(page, server, "test/")
    page.locator('input[type="text"]').first.fill("99")
    page.locator(BIG).click()
    page.locator(".wrong:visible").first.wait_for()
    yield "test-wrong"


def questionnaire(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield an item of every questionnaire, one left open, and the end of one."""
    go(page, server, "questions/")
    links = page.locator("[data-open-questionnaire]").evaluate_all("all => all.map(one => one.href)")
    for link in links:
        page.goto(link)
        page.locator("html[data-scripts=on]").wait_for(state="attached")
        yield f"question-{link.rstrip('/').rpartition('/')[2]}"
    go(page, server, "questions/named-activities/")
    page.locator(BIG).click()
    page.locator(".wrong:visible").first.wait_for()
    yield "question-wrong"
    for number, value in enumerate(("4", "6", "5", "unknown", "unknown"), 1):
        expect(page.locator("[data-step-of]")).to_have_text(re.compile(rf"\b{number}\b.*5"))
        page.locator(f'label:has(input[name="answer"][value="{value}"])').click()
        page.locator(BIG).click()
    page.locator(".checklist--plain").wait_for()
    yield "question-end"


def check(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield every step of the check, with and without an answer left open; today is ready after it."""
    go(page, server, "check/")
    yield "check-1"
    page.locator(BIG).click()
    page.locator(".wrong:visible").first.wait_for()
    yield "check-1-wrong"
    tap(page, "any_of_these", "none")
    page.locator(BIG).click()
    for number in range(2, 9):
        page.wait_for_url(f"**step={number}*")
        page.locator("html[data-scripts=on]").wait_for(state="attached")
        yield f"check-{number}"
        if number == 2:
            page.locator(BIG).click()
            page.locator(".wrong:visible").first.wait_for()
            yield "check-2-wrong"
        names = page.locator("main input[type=radio]").evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        )
        for name in names:
            tap(page, name, "1" if name.endswith("_nrs") else "0")
        with page.expect_navigation():
            page.locator(BIG).click()
        if "step=" not in page.url:
            break
    page.locator("html[data-scripts=on]").wait_for(state="attached")
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
    yield "today-ready"
    for kind in DAYS:
        page.locator(f'.day-pick button[value="{kind}"]').click()
        page.locator(f'.day-pick button[value="{kind}"][aria-pressed=true]').wait_for()
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        yield f"today-{kind}"
        page.locator(f'.day-pick button[value="{kind}"]').click()
        page.locator(f'.day-pick button[value="{kind}"]:not([aria-pressed])').wait_for()


def session(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield every state of the player, and the picture of every exercise of today, then tell the session."""
    go(page, server, "session/")
    section = page.locator("[data-exercise]:visible")
    expect(section).to_have_count(1)
    page.locator('[data-do="cues"]').click()
    yield "session-cues"
    page.locator('[data-do="cues"]').click()
    page.clock.install()
    n_exercises = page.locator("[data-exercise]").count()
    for number in range(n_exercises):
        yield from one_exercise(page, number)
    yield "session-finish"
    for name in ("pain_during_nrs", "effort_nrs", "comfort_nrs", "range_feeling_nrs", "confidence_nrs"):
        tap(page, f"after-{name}", "3")
    for name in ("sharp_pain_flag", "giving_way_flag"):
        tap(page, f"after-{name}", "0")
    with page.expect_navigation():
        page.locator("[data-finish] .btn--big").click()
    page.locator("html[data-scripts=on]").wait_for(state="attached")
    yield "today-done"
    assert facts(made, SessionLog)
    for name, path in (("change", "session/change/"), ("progress-done", "progress/")):
        go(page, server, path)
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
        yield name


def one_exercise(page: Page, number: int) -> Scenes:
    """Yield an exercise of the session before, under way, at rest and after."""
    section = page.locator("[data-exercise]:visible")
    yield f"session-exercise-{number + 1}"
    page.locator('[data-do="start"]').click()
    page.clock.run_for(9_000)
    yield f"session-run-{number + 1}"
    if number == 0:
        page.locator('[data-do="toggle"]').click()
        yield "session-pause"
        page.locator('[data-do="toggle"]').click()
        for name in ("easier", "harder"):
            section.locator(f'[data-do="{name}"]').click()
            yield f"session-{name}"
    to_the_rest(page)
    yield f"session-rest-{number + 1}"
    if number == 1 and page.locator('[data-do="hurts"]').is_visible():
        page.locator('[data-do="hurts"]').click()
        section.locator('label:has(input[data-field="pain"][value="7"])').click()
        yield "session-hurts"
    elif page.locator('[data-do="hurts"]').is_visible():
        page.clock.fast_forward(60 * 60 * 1000)
        page.clock.run_for(1_000)
    yield f"session-after-{number + 1}"
    if number == 2:
        section.locator('label:has(input[data-field="outcome"][value="modified"])').click()
        yield "session-partly"
    page.locator('[data-do="next"]').click()


def to_the_rest(page: Page) -> None:
    """Let the time run to the first rest, or to the end where there is none."""
    for _ in range(12):
        page.clock.run_for(10_000)
        current = page.locator("[data-exercise]:visible [data-show=wait]")
        if not page.locator('[data-dock="run"]').is_visible() or current.is_visible():
            break


def sensors(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield a test by the phone's sensors from the flat table to its result, and what is said without any."""
    go(page, server, "live/lunge/")
    page.clock.install()
    page.clock.pause_at(clock.now() + timedelta(minutes=1))  # however long somebody looks, the test waits
    page.locator("[data-live-go]").click()
    page.wait_for_timeout(50)
    lie(page, (0.0, 0.0, 9.81), 0.0)
    yield "live-flat"
    lie(page, (0.0, 6.0, 7.76), 4000.0)
    page.clock.run_for(2_100)
    yield "live-not-flat"
    lie(page, (0.0, 0.0, 9.81), 8000.0)
    page.clock.run_for(2_100)
    yield "live-put-on"
    page.clock.run_for(6_100)
    made_up = fictional_lunge(5, side="left", angles_deg=(33.0, 34.0, 33.5)).samples
    felt(page, made_up, 0.35)
    yield "live-running"
    felt(page, made_up, 1.0)
    if page.locator("[data-live-done]").count():
        page.locator("[data-live-done]").click()
    page.locator("[data-live-sent]").wait_for(state="attached")
    yield "live-result"
    go(page, server, "live/gait/")
    page.locator("[data-live-go]").click()
    page.clock.run_for(2_000)
    yield "live-silent"
    page.clock.run_for(5_000)


def felt(page: Page, samples: Any, until: float) -> None:
    n = int(until * len(samples.time_s))
    t_ms = 20_000.0 + 1000.0 * samples.time_s[:n]
    turns = np.degrees(samples.gyr_rad_s[:n]).tolist()
    page.evaluate(FEEL, [t_ms.tolist(), samples.acc_m_s2[:n].tolist(), turns])


def without_server(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield what the phone shows by itself."""
    page.evaluate(KEEP.replace("at.slice(0, 10)", "'2031-01-01'"), ["from-the-future"])
    go(page, server, "")
    page.locator("[data-unsent]").wait_for()
    yield "today-unsent"
    go(page, server, "help/")
    page.locator("[data-sign-out] button").click()
    page.locator("dialog[open]").wait_for()
    yield "sign-out-unsent"
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    for name, path in (
        ("today", ""), ("help", "help/"), ("progress", "progress/"), ("questions", "questions/"),
        ("message", "message/"), ("test", "test/"), ("live", "live/"),
        ("question", "questions/named-activities/"), ("check-1", "check/"),
    ):  # fmt: skip
        opened(page, server, path)
        yield f"offline-{name}"
    tap(page, "any_of_these", "none")
    page.locator(BIG).click()
    n_steps = int(re.findall(r"\d+", page.locator("[data-step-of]").inner_text())[-1])
    for number in range(2, n_steps + 1):
        yield f"offline-check-{number}"
        names = page.locator("main input[type=radio]").evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        )
        for name in names:
            tap(page, name, "5" if name == "pain_now_nrs" else "1" if name.endswith("_nrs") else "0")
        page.locator(BIG).click()
    page.locator("[data-day]").first.wait_for()
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")
    yield "offline-today-lighter"
    opened(page, server, "session/")
    yield "offline-session"
    opened(page, server, "check/")
    tap(page, "which", "red_calf")
    tap(page, "any_of_these", "some")
    page.locator(BIG).click()
    page.get_by_role("alert").first.wait_for()
    yield "offline-stop"
    page.context.set_offline(False)


def ends(page: Page, server: Server, made: builders.Cast, patch: pytest.MonkeyPatch) -> Scenes:
    """Yield a plan that was changed, one that has run out, a new version, a stopped programme, and the end of care."""
    page.context.set_offline(True)
    page.clock.install(time=clock.now() + timedelta(days=6))
    opened(page, server)
    yield "offline-plan-too-old"
    page.context.set_offline(False)
    kept = shell(content())
    patch.setattr("mortise.web.phone.views_offline.shell", lambda _: kept._replace(version="another"))
    go(page, server, "help/")
    page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    page.locator("[data-newer]").wait_for()
    yield "help-new-version"
    report_danger(made)
    go(page, server, "")
    yield "stop"
    services.discharge(
        episode=made.episode, outcome="sent_on", reason="Seen elsewhere.", by=made.ada,
        summary=SUMMARY,
    )  # fmt: skip
    for name, path in (("ended", ""), ("ended-help", "help/")):
        go(page, server, path)
        yield name
