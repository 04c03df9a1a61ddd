"""Leaving tests out: each is counted with its reason, and none may be where nothing may."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import leaving_out

ROOT = Path(__file__).resolve().parents[3]
SUITE = """
import pytest

@pytest.mark.recordings
def test_reads_a_recording():
    raise AssertionError("ran without its recording")

def test_asks_for_the_folder(recordings_dir):
    raise AssertionError("ran without its recording")

def test_leaves_itself_out():
    pytest.skip("the moon is not full")

@pytest.mark.xfail(reason="known")
def test_known_to_fail():
    raise AssertionError

def test_needs_nothing():
    assert True
"""


def run_suite(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the small suite in a process of its own, without any recordings."""
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.support.leaving_out"]\n')
    markers = "\n".join(f"    {need}: needed" for need in leaving_out.NEEDS)
    (folder / "pytest.ini").write_text(
        f"[pytest]\naddopts = -p no:django -p no:hypothesispytest\nmarkers =\n{markers}\n"
    )
    clean = {name: value for name, value in os.environ.items() if name != "MORTISE_NOTHING_LEFT_OUT"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", str(folder)],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), "MORTISE_DATA": str(folder / "nowhere"), **environment},
        capture_output=True,
        text=True,
    )


def test_what_was_left_out_is_counted_with_its_reason(tmp_path: Path) -> None:
    done = run_suite(tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed, 3 skipped, 1 xfailed" in done.stdout
    assert "    2 tests  no recordings: name their folder in MORTISE_DATA" in done.stdout
    assert "    1 test   the moon is not full" in done.stdout


def test_nothing_left_out_makes_each_a_failure(tmp_path: Path) -> None:
    done = run_suite(tmp_path, MORTISE_NOTHING_LEFT_OUT="1")

    assert done.returncode == 1
    assert "1 failed, 1 passed, 1 xfailed, 2 errors" in done.stdout
    assert "but this was left out: no recordings" in done.stdout
    assert "but this was left out: the moon is not full" in done.stdout
    assert "Nothing was left out" not in done.stdout


def test_recordings_that_are_there_are_used(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    done = run_suite(tmp_path, MORTISE_DATA=str(tmp_path / "data"))

    assert done.returncode == 1
    assert done.stdout.count("ran without its recording") >= 2


@pytest.mark.parametrize(
    ("need", "program"), [("browser", "chromium"), ("node", "node"), ("postgres", "pg_ctl")]
)
def test_missing_program_is_named(
    need: str, program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("MORTISE_CHROMIUM", raising=False)
    monkeypatch.setattr("scripts.with_postgres.DEBIAN", tmp_path)

    reason = leaving_out.NEEDS[need]()

    assert reason is not None
    assert reason.startswith("no ")


def test_browser_named_but_not_there_counts_as_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MORTISE_CHROMIUM", str(tmp_path / "chromium"))

    assert leaving_out.missing_browser() is not None
