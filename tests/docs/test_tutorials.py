"""What the tutorials say is true: their code runs from top to bottom, and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
BLOCK = re.compile(r"^```(python|console|output)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Wrong(AssertionError):
    """A tutorial says what is not so."""


def run_tutorial(text: str, folder: Path) -> int:
    """Run every block in order in one folder; return how many ran. Raise `Wrong` where the page and the run part."""
    names: dict[str, Any] = {"__name__": "tutorial"}
    printed, n_run = "", 0
    for kind, body in BLOCK.findall(text):
        if kind == "python":
            printed = _python(body, names)
        elif kind == "console":
            printed = "".join(_shell(line[2:], folder) for line in body.splitlines() if line.startswith("$ "))
        elif printed.strip() != body.strip():
            raise Wrong(f"the page shows\n{body}\nbut the run printed\n{printed}")
        n_run += kind != "output"
    return n_run


def _python(body: str, names: dict[str, Any]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(body, "tutorial", "exec"), names)
    return out.getvalue()


def _shell(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    if done.returncode:
        raise Wrong(f"{command!r} ended with {done.returncode}: {done.stderr}")
    return done.stdout


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_tutorial_runs_as_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_tutorial(page.read_text(encoding="utf-8"), tmp_path) > 10


@pytest.mark.parametrize(
    "page",
    [
        "```python\nprint(1)\n```\n\n```output\n2\n```\n",
        "```console\n$ false\n```\n",
        "```console\n$ echo a\n```\n\n```output\nb\n```\n",
    ],
)
def test_a_tutorial_that_lies_is_found(page: str, tmp_path: Path) -> None:
    with pytest.raises(Wrong):
        run_tutorial(page, tmp_path)
