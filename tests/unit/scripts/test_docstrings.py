"""What the docstring check finds, with planted faults and the house's own settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GOOD = '''"""Angles of the shin."""


def angle_deg(rise_cm, reach_cm):
    """Return the angle between shin and floor.

    Parameters
    ----------
    rise_cm
        How far the knee is above the floor.
    reach_cm
        How far the knee is in front of the heel.

    Returns
    -------
    float
        The angle, positive upward.

    Notes
    -----
    Both lengths by tape.
    """


def _hidden():
    pass
'''


def lint(path: Path, text: str) -> str:
    """Return what the check says about one module."""
    path.write_text(text)
    command = [sys.executable, "-m", "numpydoc", "lint", "--config", ROOT, path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert bool(done.returncode) is bool(done.stderr), done.stderr
    return done.stderr


def test_full_docstring_passes(tmp_path: Path) -> None:
    assert lint(tmp_path / "shin.py", GOOD) == ""


def test_one_sentence_is_enough_without_sections(tmp_path: Path) -> None:
    assert lint(tmp_path / "shin.py", '"""Shin."""\n\n\ndef turn(by_deg):\n    """Turn the shin."""\n') == ""


@pytest.mark.parametrize(
    ("cut", "put", "code"),
    [
        ("    rise_cm\n        How far the knee is above the floor.\n", "", "PR01"),
        ("    reach_cm\n", "    depth_cm\n", "PR02"),
        ("        How far the knee is above the floor.\n", "", "PR07"),
        ("shin and floor.\n", "shin and floor\n", "SS03"),
        ("Notes\n    -----", "Remarks\n    -------", "GL06"),
    ],
)
def test_planted_fault_is_found(tmp_path: Path, cut: str, put: str, code: str) -> None:
    assert cut in GOOD

    assert f" {code} " in lint(tmp_path / "shin.py", GOOD.replace(cut, put))


def test_public_name_without_a_docstring_is_found(tmp_path: Path) -> None:
    assert " GL08 " in lint(tmp_path / "shin.py", '"""Shin."""\n\n\ndef turn(by_deg):\n    return by_deg\n')
