"""A test that hangs is stopped and named with what it waited for, and the others still run: one hang lost a CI run."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
ROOT = Path(__file__).resolve().parents[3]
TESTS = """
import threading

def test_before():
    pass

def waits_for_nobody():
    threading.Event().wait()

def test_hangs():
    waits_for_nobody()

def test_after():
    pass
"""


def test_a_test_that_hangs_is_named_and_the_rest_runs(pytester: pytest.Pytester) -> None:
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"][
        "ini_options"
    ]
    assert 0 < float(ours["faulthandler_timeout"]) <= 600
    assert ours["faulthandler_exit_on_timeout"] is True
    pytester.makeini("[pytest]\nfaulthandler_timeout = 1\nfaulthandler_exit_on_timeout = true\n")
    pytester.makepyfile(TESTS)
    command = (sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "-n", "1")
    result = pytester.run(*command, timeout=60)
    result.assert_outcomes(passed=2, failed=1)
    said = result.stdout.str() + result.stderr.str()
    assert "crashed while running" in said
    assert "test_hangs" in said
    assert "waits_for_nobody" in said, "the stack tells what it waited for"
