"""Judge the phone's pages as a mobile visitor meets them, and time how fast the app opens without a connection.

Lighthouse (mobile, its own slow network and processor) reads Today, session, progress and help of the demonstration
five times each; the medians are printed. The installed shell is opened without a connection with the processor slowed
four times. Skips plainly what is not installed: `npm ci` in scripts/lighthouse gives Lighthouse, Chromium is the
system's.
`--write` keeps the figures in docs/reference/phone-speed.md.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LIGHTHOUSE = ROOT / "scripts" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
REPORT = ROOT / "docs" / "reference" / "phone-speed.md"
N_RUNS = 5
SLOWED = 4
CATEGORIES = ("performance", "accessibility", "best-practices")
PAGES = {"Today": "", "Session": "session/", "Progress": "progress/", "Help": "help/"}
MARK, OFFLINE_MARK_S = 95, 1.0
CHROME = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
)
START = "import sys; from mortise.cli import main; sys.exit(main())"
FILL_S = 900
OPENED = """() => { new MutationObserver((_, all) => {
  if (document.documentElement.dataset.page === 'open') { window.openedAt = performance.now(); all.disconnect(); }
}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-page'] }) }"""


class Judged(NamedTuple):
    """The medians of one page, and what Lighthouse found wanting in any of the runs."""

    page: str
    scores: dict[str, float]
    wanting: tuple[str, ...]


def chromium() -> str | None:
    """Return the browser to drive: MORTISE_CHROMIUM, else the system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("MORTISE_CHROMIUM") or next(
        (path for name in names if (path := shutil.which(name))), None
    )


@contextmanager
def demonstration() -> Iterator[tuple[str, str]]:
    """Serve the fictional clinic from a folder of its own; give its address and the patient's link."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MORTISE_DATA_DIR": folder}
        process = subprocess.Popen(
            [sys.executable, "-c", START, "demo", "--port", str(port)], cwd=ROOT, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            until_s = time.monotonic() + FILL_S
            link = ""
            while time.monotonic() < until_s:
                line = process.stdout.readline()
                found = re.search(r"Patient\s+(\S+)", line)
                link = found[1] if found else link
                if not line or "Stop with" in line:
                    break
            if not link:
                raise SystemExit("The demonstration did not start.")
            yield f"http://localhost:{port}", link
        finally:
            process.terminate()
            process.wait(timeout=60)


def let_in(link: str) -> urllib.request.OpenerDirector:
    """Open the patient's link as a browser without scripts does."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(link).read().decode()
    post(browser, link, page, {})
    return browser


def post(browser: urllib.request.OpenerDirector, url: str, page: str, said: dict[str, str]) -> str:
    """Send a form with the token of its page; return the page that follows."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    data = urllib.parse.urlencode({**said, "csrfmiddlewaretoken": token[1] if token else ""}).encode()
    request = urllib.request.Request(
        url, data, {"Referer": url, "Origin": url.split("/enter")[0].split("/phone")[0]}
    )
    return str(browser.open(request).read().decode())


def check_in(browser: urllib.request.OpenerDirector, address: str) -> None:
    """Answer the check calmly, so that the session stands open."""
    url = f"{address}/phone/check/"
    page = browser.open(url).read().decode()
    for number in range(1, 9):
        if 'id="check"' not in page:
            return
        names = dict.fromkeys(re.findall(r'type="radio" name="([a-z_0-9]+)"', page))
        said = dict.fromkeys(names, "0") | {"step": str(number)}
        page = post(browser, url, page, said | ({"any_of_these": "none"} if "any_of_these" in names else {}))


@contextmanager
def signed_in(link: str, chrome: str) -> Iterator[int]:
    """Open the patient's link in a browser of its own; give the port by which Lighthouse drives it."""
    from playwright.sync_api import sync_playwright

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        args = [*CHROME, f"--remote-debugging-port={port}"]
        context = playwright.chromium.launch_persistent_context(folder, executable_path=chrome, args=args)
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button").click()
        page.locator("html[data-plan=held]").wait_for(state="attached", timeout=60_000)
        page.close()
        yield port
        context.close()


def judged(address: str, port: int) -> list[Judged]:
    """Read each page several times with Lighthouse."""
    found = []
    for name, path in PAGES.items():
        runs = [read_once(f"{address}/phone/{path}", port) for _ in range(N_RUNS)]
        scores = {
            one: 100 * median(run["categories"][one]["score"] or 0.0 for run in runs) for one in CATEGORIES
        }
        found.append(Judged(name, scores, tuple(sorted({line for run in runs for line in wanting(run)}))))
        shown = ", ".join(f"{one} {score:.0f}" for one, score in scores.items())
        print(f"{name:10} {shown}")
        for line in found[-1].wanting:
            print(f"           wanting: {line}")
    return found


def read_once(url: str, port: int) -> dict[str, Any]:
    """Run Lighthouse once and return its report."""
    words = [
        "node", str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
        f"--port={port}",
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"Lighthouse stopped:\n{done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    if report["finalDisplayedUrl"] != url:
        raise SystemExit(f"{url} led to {report['finalDisplayedUrl']}: that is another page.")
    return report


def wanting(report: dict[str, Any]) -> Iterator[str]:
    """Name what counts and is less than good in accessibility and best practices."""
    for category in ("accessibility", "best-practices"):
        for one in report["categories"][category]["auditRefs"]:
            audit = report["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{category}: {audit['id']}: {audit['title']}"


def offline_s(address: str, link: str, chrome: str) -> float:
    """Return how long the installed app takes to show Today without a connection, the processor slowed; the median."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome, args=list(CHROME[1:]))
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(link)
        page.get_by_role("button").click()
        page.locator("html[data-plan=held]").wait_for(state="attached", timeout=60_000)
        page.context.set_offline(True)
        page.add_init_script(f"({OPENED})()")
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        times = []
        for _ in range(N_RUNS):
            page.goto(f"{address}/phone/")
            page.locator("html[data-page=open]").wait_for(state="attached")
            times.append(page.evaluate("window.openedAt / 1000"))
        browser.close()
    return float(median(times))


def written(pages: list[Judged], opened_s: float | None) -> str:
    """Return the page of figures."""
    rows = [
        f"| {one.page} | {' | '.join(f'{one.scores[name]:.0f}' for name in CATEGORIES)} |" for one in pages
    ]
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    lines = [
        "# Speed of the phone's pages",
        "",
        f'Made by `make bench ARGS="--phone --write"`. One run, one machine ({machine}).',
        "",
        "## Lighthouse, mobile",
        "",
        f"Medians of {N_RUNS} runs of Lighthouse with its own slow network and processor, signed in as the fictional",
        f"patient of the demonstration. The mark is {MARK}.",
        "",
        "| page | performance | accessibility | best practices |",
        "|---|---|---|---|",
        *rows,
    ]
    if opened_s is not None:
        lines += [
            "",
            "## Without a connection",
            "",
            f"The installed app shows Today {opened_s:.2f} s after it is opened: processor slowed {SLOWED} times,",
            f"median of {N_RUNS}, from the navigation to the filled page. The mark is {OFFLINE_MARK_S:.0f} s.",
        ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Measure what can be measured here, and say what is left out."""
    chrome = chromium()
    if chrome is None:
        print("left out: Chromium not found (install it, or name it in MORTISE_CHROMIUM)")
        return 0
    has_lighthouse = LIGHTHOUSE.exists() and shutil.which("node") is not None
    if not has_lighthouse:
        print("left out: Lighthouse is not installed (run `npm ci` in scripts/lighthouse)")
    pages: list[Judged] = []
    with demonstration() as (address, link):
        opened_s = offline_s(address, link, chrome)
        print(
            f"opens without a connection, processor slowed {SLOWED} times: {opened_s:.2f} s (mark {OFFLINE_MARK_S} s)"
        )
        if has_lighthouse:
            check_in(let_in(link), address)
            with signed_in(link, chrome) as port:
                pages = judged(address, port)
    if "--write" in arguments and pages:
        REPORT.write_text(written(pages, opened_s), encoding="utf-8")
    is_met = opened_s < OFFLINE_MARK_S and all(
        score >= MARK for one in pages for score in one.scores.values()
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
