"""The settings of the tools in pyproject.toml, each shown to find a planted fault."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = ROOT / "pyproject.toml"


def run(*words: str | Path) -> tuple[int, str]:
    """Run one tool as `make check` does; return its status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout


def branches(n: int) -> str:
    """Write a function with `n` branches, whose complexity is one more."""
    tests = "".join(f"    if value > {i}:\n        total += {i}\n" for i in range(n))
    return f"def choose(value: int) -> int:\n    total = 0\n{tests}    return total\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (branches(10), "C901"),
        ("from . import gait\n", "TID252"),
        ("print(1)\n", "T201"),
        ("import datetime\n\nNOW = datetime.datetime.now()\n", "DTZ005"),
        ("import numpy as np\n\nnp.random.seed(1)\n", "NPY002"),
        ("import os\n", "F401"),
        (f"# {'long ' * 30}\n", "E501"),
    ],
)
def test_linter_finds_a_planted_fault(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "planted.py").write_text(text)

    status, said = run("ruff", "check", "--config", SETTINGS, "--no-cache", tmp_path)

    assert status == 1
    assert code in said


def test_linter_lets_complexity_ten_pass(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(branches(9))

    assert run("ruff", "check", "--config", SETTINGS, "--no-cache", tmp_path)[0] == 0


def test_formatter_finds_another_format(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("x = { 'a':1 }\n")

    assert run("ruff", "format", "--check", "--config", SETTINGS, "--no-cache", tmp_path)[0] == 1


def test_types_are_asked_for_strictly(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("def turn(by_deg):\n    return by_deg\n")

    status, said = run("mypy", "--config-file", SETTINGS, "--cache-dir", tmp_path, tmp_path / "planted.py")

    assert status == 1, said
    assert "[no-untyped-def]" in said


def test_template_linter_finds_an_image_without_words(tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text(
        '{% block a %}\n<img src="{% static "x.svg" %}">\n{% endblock %}\n'
    )

    status, said = run("djlint", "--lint", "--configuration", SETTINGS, tmp_path)

    assert status == 1
    assert "H013" in said


@pytest.mark.node
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/** @param {number} by_deg */\nexport const turn = (by_deg) => by_deg.trim();\n", "TS2339"),
        ("export const title = document.title;\n", "TS2584"),  # the core knows no page
    ],
)
def test_javascript_core_is_checked_for_types_and_knows_no_page(tmp_path: Path, text: str, code: str) -> None:
    compiler = ROOT / "tests" / "browser" / "node_modules" / ".bin" / "tsc"
    if not compiler.exists():
        pytest.skip("left out: no TypeScript: run `npm ci` in tests/browser")
    settings = (ROOT / "tests" / "browser" / "tsconfig.json").read_text(encoding="utf-8")
    (tmp_path / "tsconfig.json").write_text(
        settings.replace("../../src/mortise/web/phone/static/phone/js/core/", "")
    )
    (tmp_path / "planted.js").write_text(text)

    done = subprocess.run([compiler, "--project", tmp_path], capture_output=True, text=True)

    assert done.returncode != 0
    assert code in done.stdout
