"""A browser test that fails once is run again and named; one that fails twice, or has no browser, fails."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
import pytest
pytest_plugins = ["tests.support.second_go"]
def pytest_configure(config):
    config.addinivalue_line("markers", "browser: drives a browser")
"""
TESTS = """
import pytest
goes = []

@pytest.mark.browser
def test_only_the_first_time():
    goes.append(1)
    assert len(goes) > 1, "the page had not come"

@pytest.mark.browser
def test_every_time():
    assert False, "really broken"

def test_without_a_browser():
    goes.append(2)
    assert goes.count(2) > 1, "no second go for this one"
"""


def test_who_is_given_a_second_go_and_who_is_not(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:django", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.re_match_lines([".*Needed a second go.*", ".*test_only_the_first_time: .*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
