"""Run the JavaScript tests of tests/js through Node, one item per file, so that there is one report."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "js"
# The names Node itself takes for tests.
TEST_FILE = re.compile(r"^(?:test|test-.+|.+[._-]test)\.(?:js|mjs|cjs)$")


class NodeTestFailedError(Exception):
    """Node's own report of a file that failed."""


class JavaScriptFile(pytest.File):
    """A file of JavaScript tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give the file as one item."""
        yield JavaScriptItem.from_parent(self, name="node")


class JavaScriptItem(pytest.Item):
    """One run of `node --test` over one file."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.add_marker("node")

    def runtest(self) -> None:
        """Run Node and fail with its report."""
        done = subprocess.run(
            ["node", "--test", str(self.path)],
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if done.returncode:
            raise NodeTestFailedError(done.stdout)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show Node's report instead of a Python traceback."""
        if isinstance(excinfo.value, NodeTestFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the file in reports."""
        return self.path, 0, f"node --test {self.path.name}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the JavaScript tests."""
    if file_path.is_relative_to(FOLDER) and TEST_FILE.match(file_path.name):
        return JavaScriptFile.from_parent(parent, path=file_path)
    return None
