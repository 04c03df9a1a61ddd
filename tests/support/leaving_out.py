"""Decide which tests are left out on this machine, and say so at the end.

A test names what it needs by a marker (`browser`, `axe`, `postgres`, `recordings`, `node`); `why_missing` is the
one place that decides. With `MORTISE_NOTHING_LEFT_OUT=1` a test left out is a failure, whatever the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Generator
from functools import cache
from pathlib import Path

import pytest

from scripts import with_postgres

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OLDEST_NODE = 20
PREFIX = "left out: "


def nothing_may_be_left_out() -> bool:
    """Tell whether a test left out counts as failed."""
    return os.environ.get("MORTISE_NOTHING_LEFT_OUT", "") not in {"", "0"}


def chromium_path() -> str | None:
    """Return the browser to drive: MORTISE_CHROMIUM, else the system's Chromium."""
    named = os.environ.get("MORTISE_CHROMIUM")
    return named or next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def recordings_path() -> Path:
    """Return the folder of the reference recordings: MORTISE_DATA, else beside the checkout."""
    return Path(os.environ.get("MORTISE_DATA") or ROOT.parent / "shared" / "data").resolve()


def missing_browser() -> str | None:
    """Say why there is no browser, or return None."""
    path = chromium_path()
    if path is None or not Path(path).exists():
        return "no browser: Chromium not found (install it, or name it in MORTISE_CHROMIUM)"
    return None


def missing_axe() -> str | None:
    """Say why accessibility cannot be tested, or return None."""
    return None if AXE.exists() else "no axe-core: run `npm ci` in tests/browser"


def missing_postgres() -> str | None:
    """Say why there is no PostgreSQL, or return None."""
    return None if with_postgres.find_programs() else "no PostgreSQL: its server programs were not found"


def missing_recordings() -> str | None:
    """Say why the reference recordings cannot be read, or return None."""
    if recordings_path().is_dir():
        return None
    return "no recordings: name their folder in MORTISE_DATA"


def missing_node() -> str | None:
    """Say why JavaScript cannot be tested, or return None."""
    node = shutil.which("node")
    if node is None:
        return f"no Node: install Node {OLDEST_NODE} or newer"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        return f"Node too old: {version.strip()}, needed {OLDEST_NODE} or newer"
    return None


NEEDS: dict[str, Callable[[], str | None]] = {
    "browser": missing_browser,
    "axe": missing_axe,
    "postgres": missing_postgres,
    "recordings": missing_recordings,
    "node": missing_node,
}


@cache
def why_missing(need: str) -> str | None:
    """Say why what a marker asks for is not there, or return None when it is."""
    return NEEDS[need]()


def needs_of(item: pytest.Item) -> list[str]:
    """List the markers of a test, given by hand, by its fixtures or by its folder."""
    fixtures = getattr(item, "fixturenames", ())
    given = {need for need in NEEDS if item.get_closest_marker(need)}
    given |= {need for need in ("browser", "axe") if need in fixtures}
    if "recordings_dir" in fixtures:
        given.add("recordings")
    if item.path.is_relative_to(ROOT / "tests" / "browser"):
        given.add("browser")
    return [need for need in NEEDS if need in given]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the markers its fixtures and folder imply, so that `-m` sees them."""
    for item in items:
        for need in needs_of(item):
            item.add_marker(need)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave the test out when something it needs is not there."""
    reasons = [reason for need in needs_of(item) if (reason := why_missing(need))]
    if reasons:
        pytest.skip(PREFIX + "; ".join(reasons))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a test left out into a failed one where nothing may be left out."""
    report = yield
    if nothing_may_be_left_out() and report.skipped and not hasattr(report, "wasxfail"):
        refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a whole file that leaves itself out."""
    report = yield
    if nothing_may_be_left_out() and report.skipped:
        refuse(report)
    return report


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a report of something left out a failure that names the reason."""
    report.outcome = "failed"
    report.longrepr = f"MORTISE_NOTHING_LEFT_OUT is set, but this was left out: {reason_of(report)}"


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the reason a report gives for leaving out, without its prefixes."""
    longrepr = report.longrepr
    text = str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
    return text.removeprefix("Skipped: ").removeprefix(PREFIX)


def summary_lines(reports: list[pytest.TestReport]) -> list[str]:
    """Count what was left out, by reason, commonest first."""
    counted = Counter(reason_of(report) for report in reports)
    lines = [f"{n:5d} {'test ' if n == 1 else 'tests'}  {reason}" for reason, n in counted.most_common()]
    return lines or ["Nothing was left out."]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was left out, and for want of what, just above the closing line."""
    if nothing_may_be_left_out():
        return
    terminalreporter.section("Left out")
    for line in summary_lines(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def recordings_dir() -> Path:
    """Return the folder of the reference recordings; a test that asks for it is left out when it is missing."""
    return recordings_path()
