"""Every page of the phone: found in the table of addresses, judged by axe in both themes, walked by keyboard alone."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mortise.record import CheckIn, SessionLog
from mortise.web.care import services
from mortise.web.phone import live
from mortise.web.phone.urls import urlpatterns
from tests.browser.phones import facts
from tests.support.chromium import FLAGS
from tests.support.leaving_out import chromium_path
from tests.web import builders
from tests.web.phone import test_pages as by_http

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What is no page to look at: it is fetched by scripts, sent by forms, taken away as a file, or the shell once more in
# another language.
NO_PAGE = {
    "day", "ankle", "export", "calendar", "authority", "recording", "manifest", "worker", "figure", "envelope", "sync",
    "shell-in", "language", "shut",
}  # fmt: skip
NAMED = "questions/named-activities/"
BEFORE = {  # before anything is told today
    "today": ("",), "check": ("check/",), "self-test": ("test/",), "ready": ("ready/",),
    "questions": ("questions/",), "question": (NAMED,), "message": ("message/", "message/?q=nothing"),
    "live": ("live/",), "live-test": tuple(f"live/{one.test}/" for one in live.TESTS),
    "progress": ("progress/",), "help": ("help/",), "shell": ("shell/",), "not-taken": ("not-taken/",),
    "consents": ("agreed/",),
}  # fmt: skip
CHECKED = {"session": ("session/",), "today": ("",), "answers": ("answers/",)}
ONE_CHECK = "answer"  # its address is made when it is told
DONE = {"change": ("session/change/",), "progress": ("progress/",), "today": ("",)}
LARGE = "size => { document.documentElement.style.fontSize = size }"
SIZES = {"small": (320, 568), "large": (430, 932)}


def test_every_address_is_a_page_looked_at_or_named_as_none() -> None:
    named = {one.name for one in urlpatterns}
    assert named == NO_PAGE | set(BEFORE) | set(CHECKED) | set(DONE) | {ONE_CHECK}
    assert not NO_PAGE & (set(BEFORE) | set(CHECKED) | set(DONE))


def pictures(page: Page, name: str) -> None:
    """Keep pictures on a small phone and a large one, light, dark and with large text, when a folder is named."""
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    usual = page.viewport_size
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for look in ("light", "dark", "text"):
            page.emulate_media(color_scheme="dark" if look == "dark" else "light")
            page.evaluate(
                "size => { document.documentElement.style.fontSize = size }", "200%" if look == "text" else ""
            )
            page.screenshot(path=Path(folder) / f"{name}-{size}-{look}.png", full_page=True)
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    page.emulate_media(color_scheme="light")
    assert usual is not None
    page.set_viewport_size(usual)


@pytest.fixture
def ben(live_server: Any, phone_page: Page) -> tuple[builders.Cast, Page, Any]:
    """Ben's phone in a browser, and the same person's second phone by which the day goes on."""
    cast = builders.cast()
    second = builders.phone_of(cast.ben, cast.ada)
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    phone_page.goto(f"{live_server.url}/enter/{token}/")
    phone_page.get_by_role("button").click()
    expect(phone_page.get_by_role("heading", level=1)).to_be_visible()
    return cast, phone_page, second


# Colours half-way from one scheme to the other are nobody's; figures that move go on moving.
SETTLED = """() => Promise.allSettled(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished))"""


def look_at(page: Page, paths: dict[str, tuple[str, ...]], axe: Callable[[Page], None], when: str) -> None:
    for path in (one for several in paths.values() for one in several):
        page.goto(f"/phone/{path}")
        expect(page.get_by_role("heading").first).to_be_visible()
        expect(page.locator("html[data-scripts=on]")).to_have_count(1)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(SETTLED)
            axe(page)
        is_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not is_wide, f"{path} scrolls sideways"
        pictures(page, f"page-{when}-{path.strip('/').replace('/', '-').replace('?', '-') or 'today'}")


def test_every_page_before_the_day_is_accessible(ben: Any, axe: Callable[[Page], None]) -> None:
    cast, page, _ = ben
    services.write_message(
        episode=cast.episode, message_id=uuid.uuid4(), words="May I cycle to work?", by=cast.ben.user
    )
    look_at(page, BEFORE, axe, "before")


def test_every_page_of_the_day_under_way_and_done_is_accessible(
    ben: Any, axe: Callable[[Page], None]
) -> None:
    cast, page, second = ben
    by_http.check_in(second)
    (told,) = by_http.facts(cast, CheckIn)
    look_at(page, CHECKED | {ONE_CHECK: (f"answers/{told.id}/",)}, axe, "checked")
    page.goto("/phone/session/")
    expect(page.locator("[data-exercise]:visible")).to_have_count(1)
    page.get_by_role("button", name="Beep, voice, vibration or silence").click()
    expect(page.get_by_text("What tells you the time")).to_be_visible()
    axe(page)
    pictures(page, "page-checked-voice")
    by_http.train(second)
    look_at(page, DONE, axe, "done")


# ------------------------------------------------------------------ by keyboard alone

FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const near = [node, node.nextElementSibling, node.closest('label, .unit')].filter(Boolean);
  const isDrawn = near.some(one => { const style = getComputedStyle(one);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none' });
  const isCell = node.matches('input[type=radio], input[type=checkbox]') && node.nextElementSibling;
  const shown = isCell ? node.nextElementSibling : node;
  const box = shown.getClientRects()[0] ?? shown.getBoundingClientRect(); // of a link over two lines the first
  const hit = document.elementFromPoint(box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 1));
  const isSeen = Boolean(hit) && (shown.contains(hit) || node.closest('label')?.contains(hit) === true);
  const all = [...document.querySelectorAll('a, button, input, textarea, summary, select')];
  return { name: node.name || '', value: node.value || '', words: (node.innerText || node.ariaLabel || '').trim(),
    isDrawn, isSeen, at: all.indexOf(node), what: node.outerHTML.slice(0, 140) };
}"""
N_TABS = 60


class Keys:
    """Somebody who has only a keyboard, and who notices a focus that is not drawn, covered, or jumps back."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        before = -1
        for _ in range(N_TABS):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(FOCUS)
            if here is None:  # out of the page and round again
                before = -1
                continue
            assert here["isDrawn"], f"focus is not drawn on {here['what']}"
            assert here["isSeen"], f"focus is covered on {here['what']}"
            assert here["at"] > before or before < 0, f"focus jumps back to {here['what']}"
            before = here["at"]
            if is_it(here):
                return dict(here)
        raise AssertionError(f"not reached by Tab on {self.page.url}")

    def follow(self, words: str) -> None:
        self.tab_to(lambda here: words in here["words"])
        self.page.keyboard.press("Enter")

    def choose(self, name: str, n_down: int = 0) -> None:
        """Choose in a group of cells: Space takes the first, arrows go on from there."""
        self.tab_to(lambda here: here["name"] == name)
        self.page.keyboard.press("Space")
        for _ in range(n_down):
            self.page.keyboard.press("ArrowRight")


def groups(page: Page, within: str = "main") -> list[str]:
    script = "all => [...new Set(all.filter(one => one.closest('label').offsetParent).map(one => one.name))]"
    found: list[str] = page.locator(f"{within} input[type=radio]").evaluate_all(script)
    return found


LARGE_FROM_THE_START = """document.addEventListener('DOMContentLoaded',
  () => { document.documentElement.style.fontSize = '200%' })"""


@pytest.mark.parametrize("is_large", [False, True], ids=["usual", "twice the size"])
def test_the_whole_day_by_keyboard_alone(ben: Any, is_large: bool) -> None:
    cast, page, _ = ben
    keys = Keys(page)
    if is_large:
        page.set_viewport_size({"width": 360, "height": 640})
        page.add_init_script(LARGE_FROM_THE_START)
    page.reload()
    expect(page.get_by_role("link", name="Check in, then start")).to_be_visible()
    keys.follow("Check in, then start")
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    keys.choose("any_of_these")
    with page.expect_navigation():
        keys.follow("Next")
    while page.get_by_role("heading", name="Before you start").count():
        for name in groups(page):
            keys.choose(name)
        with page.expect_navigation():
            keys.tab_to(lambda here: here["words"] in ("Next", "Save"))
            page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Start", exact=True)).to_be_visible()
    page.clock.install()
    keys.follow("Start")
    section = page.locator("[data-exercise]:visible")
    expect(section).to_have_count(1)
    n_exercises = page.locator("[data-exercise]").count()
    for number in range(n_exercises):
        keys.follow("Start" if number == 0 else "Skip")
        if number == 0:
            page.clock.run_for(3_000)
            keys.follow("Pause")
            expect(page.get_by_role("button", name="Go on")).to_be_visible()
            keys.follow("Go on")
            page.clock.fast_forward(60 * 60 * 1000)
            page.clock.run_for(1_000)
        expect(section.locator('input[data-field="outcome"]:checked')).to_have_count(1)
        keys.follow("Next")
    expect(page.get_by_role("heading", name="After the session")).to_be_visible()
    for name in groups(page, "[data-finish]"):
        keys.choose(name)
    with page.expect_navigation():
        keys.follow("Save and see what it changes")
    expect(page.get_by_role("heading", name="Today is done")).to_be_visible()
    (log,) = facts(cast, SessionLog)
    assert [item.outcome for item in log.items] == ["done"] + ["skipped"] * (n_exercises - 1)

    keys.follow("Do a test")
    expect(page.locator('input[name="lunge_cm-left"]')).to_be_visible()
    keys.tab_to(lambda here: here["name"] == "lunge_cm-left")
    page.keyboard.type("6.5")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    keys.follow("Write to your clinic")
    expect(page.locator("textarea")).to_be_visible()
    keys.tab_to(lambda here: here["name"] == "words")
    page.keyboard.type("All of it by keyboard.")
    with page.expect_navigation():
        keys.follow("Send")
    expect(page.get_by_text("Your clinic has your message.")).to_be_visible()
    (kept,) = services.messages_of(episode=cast.episode, by=cast.ada)
    assert kept.words == "All of it by keyboard."


# ------------------------------------------------------------------ an address that is not safe

INSECURE = "clinic.test"


@pytest.fixture
def on_plain_http(live_server: Any, browser: Browser, settings: Any) -> Iterator[tuple[str, Any]]:
    """A browser that reaches this server by a name over plain HTTP, as a phone on a clinic's network would."""
    settings.ALLOWED_HOSTS = ["*"]
    rules = f"--host-resolver-rules=MAP {INSECURE} 127.0.0.1"
    flags = [one for one in FLAGS if not one.startswith("--host-resolver-rules")]
    started = browser.browser_type.launch(
        executable_path=chromium_path(), headless=True, args=[*flags, rules]
    )
    context = started.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield f"http://{INSECURE}:{live_server.thread.port}", context
    started.close()


def test_on_plain_http_the_page_says_what_is_missing_and_how_to_get_it(
    on_plain_http: tuple[str, Any], axe: Callable[[Page], None]
) -> None:
    address, context = on_plain_http
    cast = builders.cast()
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    page = context.new_page()
    page.goto(f"{address}/phone/ready/")
    for line in ("secure", "worker", "store", "sensors"):
        expect(page.locator(f"[data-ready={line}]")).to_have_attribute("data-is", "no")
    expect(page.get_by_text("Ask your clinic for the address that begins with https")).to_be_visible()
    axe(page)
    pictures(page, "page-insecure-ready")
    page.goto(f"{address}/enter/{token}/")
    page.get_by_role("button").click()
    page.goto(f"{address}/phone/live/lunge/")
    expect(page.get_by_role("heading", name="No sensors on this address")).to_be_visible()
    expect(page.get_by_text("address that begins with https")).to_be_visible()
    expect(page.get_by_role("link", name="By hand")).to_be_visible()
    axe(page)
    page.goto(f"{address}/phone/message/")  # without a store it is sent straight to the server
    page.locator("textarea").fill("Over plain HTTP")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your clinic has your message.")).to_be_visible()


FEEL = """() => { window.felt = setInterval(() => window.dispatchEvent(new DeviceMotionEvent('devicemotion', {
  accelerationIncludingGravity: { x: 0, y: 0, z: 9.81 },
  rotationRate: { alpha: 0, beta: 0, gamma: 0 }, interval: 16 })), 50) }"""


def test_with_sensors_the_page_says_yes(ben: Any) -> None:
    _, page, _ = ben
    page.goto("/phone/ready/")
    for line in ("secure", "worker", "store"):
        expect(page.locator(f"[data-ready={line}]")).to_have_attribute("data-is", "yes")
    page.evaluate(FEEL)
    page.get_by_role("button", name="Try the sensors").click()
    expect(page.locator("[data-ready=sensors]")).to_have_attribute("data-is", "yes")
    expect(page.locator("[data-ready=sensors] [data-ready-words]")).to_have_text("yes")
