"""The collection of JavaScript tests: Node's own names, and Node's report when one fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import javascript

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def planted() -> Iterator[Path]:
    """Return a folder inside tests/js that is gone afterwards."""
    folder = javascript.FOLDER / ".planted"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["timeline.test.js", "timeline_test.mjs", "test-timeline.cjs", "test.js"])
def test_names_that_node_takes_are_taken(name: str) -> None:
    assert javascript.TEST_FILE.match(name)


@pytest.mark.parametrize("name", ["timeline.js", "latest.js", "timeline.test.json", "contest.mjs"])
def test_other_names_are_not(name: str) -> None:
    assert not javascript.TEST_FILE.match(name)


@pytest.mark.node
@pytest.mark.parametrize(("claim", "status"), [("true", 0), ("false", 1)])
def test_file_passes_or_fails_as_node_says(planted: Path, claim: str, status: int) -> None:
    path = planted / "claim.test.mjs"
    path.write_text(
        "import test from 'node:test'; import assert from 'node:assert';\n"
        f"test('the claim holds', () => assert.ok({claim}));\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(path)], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == status, done.stdout + done.stderr
    assert ("the claim holds" in done.stdout) is bool(status)
