"""What makes the environment: its messages, its decisions, and the locks it installs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import prepare

ROOT = Path(__file__).resolve().parents[3]
PIN = re.compile(r"^([a-z0-9.-]+)==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """Read the pins of one lock."""
    return dict(PIN.findall((ROOT / "requirements" / name).read_text(encoding="utf-8")))


def test_old_python_is_told_what_is_needed() -> None:
    assert "needs Python 3.11 or newer; this is 3.10" in prepare.why_not((3, 10), has_venv=True)


def test_python_without_venv_is_told_which_package_to_install() -> None:
    assert "python3-venv" in prepare.why_not((3, 11), has_venv=False)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_new_enough_python_is_taken(version: tuple[int, ...]) -> None:
    assert prepare.why_not(version, has_venv=True) == ""


def test_main_says_why_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepare, "can_make_venv", lambda: False)

    assert prepare.main(["run"], root=str(tmp_path)) == 1
    assert "python3-venv" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_word_it_does_not_know_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare.main(["everything"]) == 2
    assert "usage" in capsys.readouterr().err


def test_environment_that_cannot_run_is_made_again(tmp_path: Path) -> None:
    assert prepare.is_usable(sys.executable)
    assert not prepare.is_usable(str(tmp_path / ".venv/bin/python"))


def test_hash_that_does_not_fit_stops_the_install_and_leaves_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A pin whose package differs from its hash must never be installed; here the package is a local file."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / "requirements").mkdir()
    wheel = tmp_path / "nothing-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was pinned")
    lock = f"nothing @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n"
    (tmp_path / "requirements/run.lock").write_text(lock)
    monkeypatch.setattr(prepare, "venv_python", lambda root: sys.executable)

    assert prepare.main(["run"], root=str(tmp_path)) == 1
    said = capfd.readouterr().err
    assert "DO NOT MATCH THE HASHES" in said
    assert "Could not finish" in said
    assert not (tmp_path / ".venv/.installed-run").exists()


def test_locks_pin_every_dependency_with_hashes() -> None:
    for name in ("run.lock", "dev.lock"):
        blocks = re.split(r"\n(?=[a-z])", (ROOT / "requirements" / name).read_text(encoding="utf-8").strip())
        assert len(blocks) > 10
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_run_lock_is_part_of_dev_lock() -> None:
    assert pins("run.lock").items() <= pins("dev.lock").items()


def test_bare_make_prints_every_target_with_a_sentence() -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make"], cwd=ROOT, env=outside, capture_output=True, text=True, check=True)
    printed = done.stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert phony is not None
    assert {line.split()[1] for line in printed.splitlines()} == set(phony[1].split())
    assert all(line.endswith(".") for line in printed.splitlines())
