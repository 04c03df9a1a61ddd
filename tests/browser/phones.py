"""A phone and a server that can really be stopped: what the browser tests of the phone share."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, expect

from mortise.web.care import services
from tests.web import builders

NOT_REACHED = r"Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_FAILED"
AFTER = ("pain_during_nrs", "effort_nrs", "comfort_nrs", "range_feeling_nrs", "confidence_nrs")
AFTER_FLAGS = ("sharp_pain_flag", "giving_way_flag")

# What a test does to the outbox of a page, past its forms.
KEEP = """async ids => {
  const { keep } = await import('/static/phone/js/parts/outbox.js');
  for (const id of ids) {
    const at = new Date().toISOString();
    await keep([{ kind: 'check_in', id, on: at.slice(0, 10), origin: 'patient', captured_at: at,
      moment: 'before_session', answers: { red_calf: '0', pain_now_nrs: '1' } }]);
    console.log('saved ' + id);
  }
}"""
HELD = """async () => {
  const { held } = await import('/static/phone/js/parts/outbox.js');
  return (await held()).map(one => [one.id, one.state, one.sequence]);
}"""
SEND = """async () => (await import('/static/phone/js/parts/contact.js')).send()"""


class Cuttable(ThreadedWSGIServer):
    """A server whose open connections can be cut, as by pulling the plug."""

    open_now: ClassVar[set[socket.socket]] = set()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "allow_reuse_address": True})

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open_now.add(request)
        super().process_request(request, client_address)

    def cut(self) -> None:
        for one in list(self.open_now):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.open_now.clear()


class CuttableThread(LiveServerThread):
    server_class = Cuttable


class Server:
    """A server of one test that can really be stopped, and started again at the same address."""

    def __init__(self) -> None:
        self._port = 0
        self._thread: CuttableThread | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self._port}"

    def start(self) -> None:
        shared = {}
        for one in connections.all():
            if one.vendor == "sqlite" and one.is_in_memory_db():
                one.inc_thread_sharing()
                shared[one.alias] = one
        thread = CuttableThread("localhost", StaticFilesHandler, connections_override=shared, port=self._port)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        if thread.error:
            raise thread.error
        self._port, self._thread = thread.port, thread

    def stop(self) -> None:
        if self._thread is not None:
            self._thread.httpd.cut()
            self._thread.terminate()
            self._thread.join()
            self._thread = None


def let_in(page: Page, server: Server, cast: builders.Cast) -> Page:
    """Open the link on a phone and wait until it holds the plan and the shell."""
    token = services.make_phone_link(patient=cast.ben, by=cast.ada).token
    page.goto(f"{server.url}/enter/{token}/")
    page.get_by_role("button").click()
    until_ready(page)
    return page


def until_ready(page: Page) -> None:
    page.locator("html[data-plan=held]").wait_for(state="attached")


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page for a person to look at, in both themes, when a folder for it is named."""
    folder = os.environ.get("PICTURES")
    for scheme in ("light", "dark") if folder else ():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=Path(str(folder)) / f"{name}-{scheme}.png", full_page=True)
    if folder:
        page.emulate_media(color_scheme="light")


def opened(page: Page, server: Server, path: str = "") -> None:
    page.goto(f"{server.url}/phone/{path}")
    page.locator("html[data-page=open]").wait_for(state="attached")


def tap(page: Page, name: str, value: str) -> None:
    page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()


def answer_check(page: Page, **given: str) -> None:
    """Answer every question of the check without the server, calmly where nothing else is given."""
    tap(page, "any_of_these", "none")
    page.locator(".p-dock .btn--big").click()
    n_steps = int(re.findall(r"\d+", page.locator("[data-step-of]").inner_text())[-1])
    for number in range(2, n_steps + 1):
        expect(page.locator("[data-step-of]")).to_have_text(re.compile(rf"\b{number}\b.*\b{n_steps}\b"))
        names = page.locator('main input[type="radio"]').evaluate_all(
            "all => [...new Set(all.map(one => one.name))]"
        )
        for name in names:
            tap(page, name, given.get(name, "1" if name.endswith("_nrs") else "0"))
        page.locator(".p-dock .btn--big").click()
    page.wait_for_url(re.compile(r"/phone/(shell/)?$"))  # its own move, which would cut off another's


def train(page: Page) -> None:
    """Do every exercise of the session and answer the questions after it."""
    expect(page.locator("[data-exercise]:visible")).to_have_count(1)
    for _ in range(page.locator("[data-exercise]").count()):
        page.locator('[data-do="skip"]').click()
        section = page.locator("[data-exercise]:visible")
        section.locator('label:has(input[data-field="outcome"][value="done"])').click()
        page.locator('[data-do="next"]').click()
    for name in AFTER:
        tap(page, f"after-{name}", "3")
    for name in AFTER_FLAGS:
        tap(page, f"after-{name}", "0")


def n_unsent(page: Page) -> int:
    said = page.locator("[data-unsent]")
    found = re.match(r"(\d+) not yet sent", said.inner_text()) if said.is_visible() else None
    return int(found[1]) if found else 0


def facts(cast: builders.Cast, kind: type) -> list[Any]:
    return list(services.record_of(episode=cast.episode, by=cast.ada).of_kind(kind))
