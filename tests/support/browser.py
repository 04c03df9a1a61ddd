"""Drive the system's Chromium as a phone or a desk, and fail a test whose page complains or looks elsewhere.

Fixtures: `phone_page` and `desk_page` for one page each, `open_page` for more than one, `forgive` for a
complaint that the test provokes, `axe` for accessibility. Ask for `live_server` too and addresses may be relative.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.chromium import LONGEST_GO_S, Chromium
from tests.support.leaving_out import AXE

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
KINDS: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "desk": {"viewport": {"width": 1440, "height": 900}},
}
# WCAG 2.2 AA, in the words of axe.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


class Watch:
    """Collect what the pages of one test complain about or ask of other hosts."""

    def __init__(self) -> None:
        self._faults: list[str] = []
        self._forgiven: list[re.Pattern[str]] = []

    def attach(self, context: BrowserContext) -> None:
        """Listen to every page of a context, also to those it opens itself."""
        context.on("console", lambda message: self.note_console(message.type, message.text))
        context.on("weberror", lambda error: self.note(f"page error: {error.error}"))
        context.on("request", lambda request: self.note_request(request.url))

    def note(self, fault: str) -> None:
        """Keep one fault."""
        self._faults.append(fault)

    def note_console(self, kind: str, text: str) -> None:
        """Keep what a page wrote to its console as an error."""
        if kind == "error":
            self.note(f"console error: {text}")

    def note_request(self, url: str) -> None:
        """Keep a request that leaves this machine."""
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in THIS_MACHINE:
            self.note(f"request to another host: {parts.scheme}://{parts.hostname}")

    def forgive(self, pattern: str) -> None:
        """Let faults through that a test provokes on purpose, such as being offline."""
        self._forgiven.append(re.compile(pattern))

    def faults(self) -> list[str]:
        """List what is left after forgiving."""
        return [fault for fault in self._faults if not any(known.search(fault) for known in self._forgiven)]


CHROMIUM = pytest.StashKey[Chromium]()


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Iterator[Chromium]:
    """Return the one Chromium of all tests of this process."""
    # Playwright leaves an event loop running in this thread; without this Django refuses the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        pytestconfig.stash[CHROMIUM] = Chromium(playwright)
        yield pytestconfig.stash[CHROMIUM]
        pytestconfig.stash[CHROMIUM].kill()


@pytest.fixture
def browser(chromium: Chromium) -> Iterator[Browser]:
    """Return the browser for one test, which may not take for ever."""
    with chromium.no_longer_than(LONGEST_GO_S):
        yield chromium.running()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Doubt the browser when a test fails: the next one, or the second go, has a fresh one."""
    report = yield
    if report.failed and CHROMIUM in item.config.stash:
        item.config.stash[CHROMIUM].is_doubted = True
    return report


@pytest.fixture
def page_watch() -> Watch:
    """Return the watch over this test's pages."""
    return Watch()


@pytest.fixture
def forgive(page_watch: Watch) -> Callable[[str], None]:
    """Return the function that lets an expected complaint through, given a pattern."""
    return page_watch.forgive


@pytest.fixture
def open_page(
    browser: Browser, page_watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page, "phone" or "desk", each in a context of its own."""
    contexts: list[BrowserContext] = []
    has_server = "live_server" in request.fixturenames
    base_url = request.getfixturevalue("live_server").url if has_server else None
    if (
        has_server
    ):  # Django's test server now and then drops a kept connection; what is missing then fails the test
        page_watch.forgive(r"^console error: Failed to load resource: net::ERR_CONNECTION_RESET$")

    def open_one(kind: str, **options: Any) -> Page:
        settings = {
            "base_url": base_url,
            "locale": "en-GB",
            "timezone_id": "Europe/London",
            **KINDS[kind],
            **options,
        }
        context = browser.new_context(**settings)
        contexts.append(context)
        page_watch.attach(context)
        return context.new_page()

    yield open_one
    # Closing a page cuts off what it was still fetching, and Chromium complains of that: what counts is before.
    faults = page_watch.faults()
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def phone_page(open_page: Callable[..., Page]) -> Page:
    """Return a page on a phone: 390 by 844, touch."""
    return open_page("phone")


@pytest.fixture
def desk_page(open_page: Callable[..., Page]) -> Page:
    """Return a page on a desk: 1440 by 900."""
    return open_page("desk")


def violations(page: Page, only: Sequence[str] = ()) -> list[str]:
    """Run axe over the page as it stands and list what breaks WCAG 2.2 AA, with the places; `only` names rules."""
    usual = page.viewport_size
    assert usual is not None
    # A sticky bar covers whatever happens to lie under it; in a window as tall as the page it covers nothing.
    page.wait_for_load_state()  # after a click the page asked for may not have come yet
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(
        {"width": usual["width"], "height": max(usual["height"], min(height + 200, 12_000))}
    )
    page.evaluate(AXE.read_text(encoding="utf-8"))
    asked = {"type": "rule", "values": list(only)} if only else {"type": "tag", "values": list(RULES)}
    found = page.evaluate("asked => axe.run(document, { runOnly: asked })", asked)["violations"]
    page.set_viewport_size(usual)
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: "
        + ", ".join(" ".join(str(step) for step in node["target"]) for node in violation["nodes"])
        for violation in found
    ]


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Return a function that fails when the page as it stands is not accessible."""

    def assert_accessible(page: Page) -> None:
        found = violations(page)
        assert not found, f"{page.url} is not accessible:\n" + "\n".join(found)

    return assert_accessible
