"""A walk through what happens on a patient's phone only now and then: stopped, refused, forbidden, empty, second."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect

from mortise.terms import Side
from mortise.web.care import services
from mortise.web.care.models import Consent, Purpose
from mortise.web.phone.words import WORDS
from tests.browser import gallery
from tests.browser.gallery import BIG, go
from tests.browser.phones import Server, answer_check, opened, tap, train
from tests.browser.test_phone_languages import answer_check as answered
from tests.browser.test_phone_languages import first_check, report_danger
from tests.browser.test_phone_live import lie
from tests.web import builders

Scenes = Iterator[str]

# A phone on plain HTTP: no secure context, so no worker, no keys, no sensors.
INSECURE = """() => {
  Object.defineProperty(window, 'isSecureContext', { value: false });
  Object.defineProperty(window, 'DeviceMotionEvent', { value: undefined });
  Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });
  delete Navigator.prototype.serviceWorker; }"""
FULL = """() => { IDBObjectStore.prototype.add = () => {
  throw new DOMException('no room', 'QuotaExceededError') } }"""
BLOCKED = """() => { IDBFactory.prototype.open = () => {
  throw new DOMException('not allowed', 'SecurityError') } }"""
SPOIL = """async how => {
  const { note, setNote } = await import('/static/phone/js/parts/outbox.js');
  const plan = await note('plan');
  const body = plan.body.replace('"is_locked":false', '"is_locked":true ');
  await setNote('plan', how === 'none' ? null : { ...plan, body });
}"""
UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true })"


def answers(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield the answers of a week and one that is put right, with the server and without it."""
    go(page, server, "answers/")
    yield "answers"
    answered(made)
    one = first_check(made)
    go(page, server, "")
    page.evaluate(UNFOLD)
    yield "answers-today"
    go(page, server, one)
    yield "answer"
    page.locator(BIG).click()
    page.locator(".wrong:visible").first.wait_for()
    yield "answer-wrong"
    tap(page, "pain_now_nrs", "5")
    page.locator('label:has(input[name="why"])').first.click()
    with page.expect_navigation():
        page.locator(BIG).click()
    page.locator("html[data-plan=held]").wait_for(state="attached")
    yield "answer-put-right"
    page.context.set_offline(True)
    opened(page, server, "answers/")
    yield "offline-answers"
    page.locator("[data-open]").first.click()
    page.locator("#answers").wait_for()
    yield "offline-answer"
    page.locator(BIG).click()
    page.locator(".wrong:visible").first.wait_for()
    yield "offline-answer-wrong"
    page.context.set_offline(False)


def stopped(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield a danger sign until a clinician opens the programme again, and an agreement taken back and given."""
    report_danger(made)
    go(page, server, "")
    yield "stop-told"
    services.judge(episode=made.episode, judgement="acknowledge", reason="Read it, called.", by=made.ada)
    go(page, server, "")
    yield "stop-seen"
    for name, path in (
        ("answers", "answers/"),
        ("help", "help/"),
        ("check", "check/"),
        ("message", "message/"),
    ):
        go(page, server, path)
        yield f"stop-{name}"
    services.judge(episode=made.episode, judgement="resume", reason="A bruise, seen today.", by=made.ada)
    go(page, server, "")
    page.evaluate(UNFOLD)
    yield "resumed"
    for is_given, name in ((False, "taken-back"), (True, "agreed-again")):
        services.record_consent(
            patient=made.ben, purpose=Purpose.TREATMENT, is_given=is_given, how=Consent.How.ON_THE_PHONE,
            by=made.ben.user,
        )  # fmt: skip
        go(page, server, "")
        yield name
        for path in ("agreed/", "help/", "message/") if not is_given else ():
            go(page, server, path)
            yield f"taken-back-{path.strip('/')}"


def empty(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield a day of rest, a day on which nothing is allowed, somebody new, somebody without a programme."""
    answered(made, pain_now_nrs=9)
    go(page, server, "")
    page.evaluate(UNFOLD)
    yield "rest"
    page.locator("html[data-plan=held]").wait_for(state="attached")
    page.context.set_offline(True)
    opened(page, server)
    page.evaluate(UNFOLD)
    yield "offline-rest"
    page.context.set_offline(False)
    go(page, server, "")
    for kind in gallery.DAYS:
        page.locator(f'.day-pick button[value="{kind}"]').click()
        page.locator(f'.day-pick button[value="{kind}"][aria-pressed=true]').wait_for()
    page.evaluate(UNFOLD)
    yield "nothing"
    newcomer = builders.patient(made.ada, "Newman Fictional")
    enter(page, server, newcomer, made)
    yield "no-programme"
    go(page, server, "help/")
    yield "no-programme-help"
    builders.episode(newcomer, made.ada)
    go(page, server, "")
    page.evaluate(UNFOLD)
    yield "new"
    for path in ("progress/", "answers/", "message/", "agreed/"):
        go(page, server, path)
        page.evaluate(UNFOLD)
        yield f"new-{path.strip('/')}"


def enter(page: Page, server: Server, who: Any, made: builders.Cast) -> None:
    token = services.make_phone_link(patient=who, by=made.ada).token
    page.goto(f"{server.url}/enter/{token}/")
    page.locator("form button").first.click()
    page.wait_for_url("**/phone/")


def two(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield both ankles of one person, and the second of two phones, shut out at the end."""
    builders.episode(made.ben, made.ada, Side.RIGHT)
    go(page, server, "")
    yield "two-today"
    page.locator('button[name="episode"]').click()
    page.locator("html[data-plan=held]").wait_for(state="attached")
    yield "two-other"
    go(page, server, "check/")
    yield "two-check"
    page.context.set_offline(True)
    opened(page, server, "check/")
    answer_check(page)
    page.locator("[data-day]").first.wait_for()
    yield "two-offline"
    opened(page, server, "session/")
    yield "two-offline-session"
    train(page)
    page.context.set_offline(False)
    answered(made)
    go(page, server, "")
    yield "two-one-asked"
    for _ in range(2):
        page.locator('button[name="episode"]').click()
        page.locator("html[data-plan=held]").wait_for(state="attached")
        if page.locator(BIG).get_attribute("href") == "/phone/session/":
            go(page, server, "session/")
            yield "two-session"
            break
    for link in services.phone_links_of(patient=made.ben):
        services.revoke_phone_link(link=link, by=made.ada)
    page.goto(f"{server.url}/phone/")
    page.locator("html[data-plan=closed]").wait_for(state="attached")
    yield "shut-out"
    page.context.set_offline(True)
    opened(page, server)
    yield "shut-out-offline"
    opened(page, server, "help/")
    yield "shut-out-offline-help"
    page.context.set_offline(False)


def broken(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield a plan that was tampered with, a plan a month old, none at all, and a phone without room."""
    page.context.set_offline(True)
    opened(page, server)
    page.evaluate(SPOIL, "other")
    for name, path in (("today", ""), ("help", "help/"), ("session", "session/")):
        opened(page, server, path)
        yield f"broken-{name}"
    page.evaluate(SPOIL, "none")
    for name, path in (("today", ""), ("help", "help/"), ("message", "message/")):
        opened(page, server, path)
        yield f"no-plan-{name}"
    page.context.set_offline(False)
    go(page, server, "")
    page.locator("html[data-plan=held]").wait_for(state="attached")
    page.evaluate("() => navigator.serviceWorker.ready")
    page.add_init_script(f"({FULL})()")
    page.context.set_offline(True)
    opened(page, server, "message/")
    page.locator("textarea").fill("May I cycle to work?")
    page.locator(BIG).click()
    page.locator("[data-said-here]").wait_for()
    yield "full-message"
    opened(page, server, "check/")
    tap(page, "any_of_these", "none")
    page.locator(BIG).click()
    expect(page.locator("[data-step-of]")).to_contain_text("2")
    answer_steps(page)
    page.locator("[data-said-here]").wait_for()
    yield "full-check"
    page.clock.install()
    page.context.set_offline(True)
    page.clock.fast_forward(timedelta(days=40).total_seconds() * 1000)
    opened(page, server)
    yield "offline-a-month-old"
    page.context.set_offline(False)


def answer_steps(page: Page) -> None:
    """Answer every step that follows, until the last was sent."""
    for _ in range(12):
        names = page.locator("main input[type=radio]").evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        )
        where = page.locator("[data-step-of]").inner_text()
        for name in names:
            tap(page, name, "1" if name.endswith("_nrs") else "0")
        page.locator(BIG).click()
        page.wait_for_timeout(30)
        if page.locator("[data-step-of]").inner_text() == where:
            break


def unable(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield what a phone says that may not use its sensors, has no safe address, or may keep nothing."""
    page.add_init_script("DeviceMotionEvent.requestPermission = async () => 'denied'")
    go(page, server, "live/lunge/")
    page.locator("[data-live-go]").click()
    page.locator("[data-if=missing] h2, section[role=status] h2").first.wait_for()
    yield "denied"
    go(page, server, "ready/")
    page.locator("[data-ready-sensors]").click()
    page.locator("[data-ready-note]:not(:empty)").wait_for()
    yield "denied-ready"
    page.add_init_script(f"({BLOCKED})()")
    go(page, server, "ready/")
    page.locator("[data-ready=store][data-is=no]").wait_for()
    yield "blocked-ready"
    go(page, server, "message/")
    page.locator("textarea").fill("May I cycle to work?")
    page.locator(BIG).click()
    page.wait_for_timeout(500)
    yield "blocked-message"
    page.add_init_script(f"({INSECURE})()")
    for name, path in (("ready", "ready/"), ("live", "live/"), ("lunge", "live/lunge/"), ("today", "")):
        go(page, server, path)
        yield f"insecure-{name}"


SAY = """(node, name) => {
  node.textContent = JSON.parse(document.getElementById("phone-words").textContent)[name];
}"""


def refused(page: Page, server: Server, made: builders.Cast) -> Scenes:
    """Yield a test that gave no number, with every reason there is, on the phone and from the server."""
    go(page, server, "live/lunge/")
    page.clock.install()
    page.locator("[data-live-go]").click()
    page.wait_for_timeout(50)
    lie(page, (0.0, 0.0, 9.81), 0.0)
    lie(page, (0.0, 0.0, 9.81), 4000.0)
    page.clock.run_for(2_100)
    page.clock.run_for(6_100)
    lie(page, (0.0, 9.81, 0.0), 20_000.0)
    page.locator("[data-live-done]").click()
    page.locator("[data-live-sent]").wait_for(state="attached")
    yield "refused"
    for name in WORDS:
        if name.startswith("live_r_"):
            page.locator("main .answer p.hush").evaluate(SAY, name)
            yield f"refused-{name[7:]}"


WALKS = (answers, stopped, empty, two, broken, unable, refused)
