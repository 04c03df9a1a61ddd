"""Give a test in a real browser a second go, once, and name at the end every test that needed it.

Two runs on record were lost to a browser: a page asked before it had come, a fetch that died as its page was put
away. Such a thing says nothing about Mortise. What is really broken fails twice; tests without a browser get one go.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

N_SECOND_GOES = 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that drive a browser, which `leaving_out` has found, to be run again when they fail."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=N_SECOND_GOES))


def lines(reports: Sequence[pytest.TestReport]) -> list[str]:
    """Name the tests that were run twice, each with what went wrong first, and where."""
    return [f"{report.nodeid}: {_said(report)}" for report in reports]


def _said(report: pytest.TestReport) -> str:
    """Return the message of what failed and the last line of ours on the way there."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash else str(report.longrepr)
    ours = [line for line in str(report.longrepr).splitlines() if line.startswith(("tests/", "src/"))]
    return " ".join([*message.split()[:40], *(f"({line})" for line in ours[-1:])])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tests that needed a second go; a name that comes again and again is to be mended."""
    again = terminalreporter.stats.get("rerun", [])
    if again:
        terminalreporter.section("Needed a second go")
        for line in lines(again):
            terminalreporter.write_line(line)
