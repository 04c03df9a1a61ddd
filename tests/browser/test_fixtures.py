"""The browser itself: a phone, a desk, and a page that complains or looks elsewhere fails its test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from tests.support.browser import Watch, violations
from tests.support.chromium import Chromium

ROOT = Path(__file__).resolve().parents[2]
GOOD = '<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1></main></html>'


@pytest.fixture
def serve() -> Iterator[Callable[[str], str]]:
    """Return a function that serves one page on this machine and gives its address."""
    pages = {"": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages[""].encode() if self.path == "/" else b""
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def serve_one(html: str) -> str:
        pages[""] = html
        return f"http://localhost:{server.server_port}/"

    yield serve_one
    server.shutdown()
    thread.join()
    server.server_close()


def test_phone_is_narrow_and_has_touch(phone_page: Page, serve: Callable[[str], str]) -> None:
    phone_page.goto(
        serve(GOOD.replace("<title>", '<meta name="viewport" content="width=device-width"><title>'))
    )

    assert phone_page.evaluate("[innerWidth, innerHeight, navigator.maxTouchPoints > 0]") == [390, 844, True]


def test_desk_is_wide(desk_page: Page, serve: Callable[[str], str]) -> None:
    desk_page.goto(serve(GOOD))

    assert desk_page.evaluate("[innerWidth, innerHeight]") == [1440, 900]


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("console.error('planted')", "console error: planted"),
        ("setTimeout(() => { throw new Error('planted') })", "page error: "),
        (
            "fetch('http://elsewhere.example/x').catch(() => {})",
            "request to another host: http://elsewhere.example",
        ),
    ],
)
def test_complaint_or_request_elsewhere_is_seen(
    open_page: Callable[..., Page], page_watch: Watch, serve: Callable[[str], str], script: str, fault: str
) -> None:
    page = open_page("desk")
    page.goto(serve(f"{GOOD}<script>{script}</script>"))
    page.wait_for_timeout(100)

    assert any(seen.startswith(fault) for seen in page_watch.faults())
    page_watch.forgive(".")  # planted on purpose
    assert page_watch.faults() == []


def test_complaint_nobody_expected_fails_the_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.support.browser"]\n')
    (tmp_path / "test_planted.py").write_text(
        "def test_planted(desk_page):\n    desk_page.evaluate(\"console.error('planted')\")\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "--rootdir", tmp_path, tmp_path],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "console error: planted" in done.stdout


def test_another_host_is_never_reached(
    open_page: Callable[..., Page], forgive: Callable[[str], None], serve: Callable[[str], str]
) -> None:
    page = open_page("desk")
    page.goto(serve(GOOD))
    forgive("elsewhere|ERR_NAME_NOT_RESOLVED")

    assert (
        page.evaluate("fetch('http://elsewhere.example/').then(() => 'reached', () => 'refused')")
        == "refused"
    )


def test_axe_finds_a_planted_fault_and_passes_without(
    axe: Callable[[Page], None], desk_page: Page, serve: Callable[[str], str]
) -> None:
    desk_page.goto(serve(GOOD))
    axe(desk_page)

    desk_page.goto(serve(GOOD.replace("<h1>", '<input><img src="data:,"><h1>')))
    found = violations(desk_page)

    assert [line.split(" ")[0] for line in found] == ["image-alt", "label"]
    with pytest.raises(AssertionError, match="is not accessible"):
        axe(desk_page)


def test_after_a_failure_the_browser_is_another(chromium: Chromium) -> None:
    first = chromium.running()
    assert chromium.running() is first
    chromium.is_doubted = True
    second = chromium.running()
    assert second is not first
    assert chromium.running() is second
    second.new_context().close()


def test_a_browser_that_hangs_is_killed_and_what_waits_for_it_fails(chromium: Chromium) -> None:
    context = chromium.running().new_context()
    page = context.new_page()
    with chromium.no_longer_than(0.5), pytest.raises(PlaywrightError):
        page.evaluate("new Promise(() => {})")  # waits without end
    chromium.running().new_context().close()
