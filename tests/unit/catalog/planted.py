"""A copy of the content with one fault planted in it."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from mortise.catalog import CONTENT_ROOT
from mortise.catalog._decode import Faults
from mortise.catalog.checks import read_book

PROTOCOL = "protocols/restricted-dorsiflexion/protocol.toml"
EDGES = "protocols/restricted-dorsiflexion/edges.toml"
CASES = "protocols/restricted-dorsiflexion/cases.toml"


def copy_of(folder: Path, *, is_compiled: bool = True) -> Path:
    """Copy the content, with its compiled form: what a planted fault does not touch need not be parsed again."""
    if is_compiled:
        _compile()
    root = folder / "content"
    left_out = ("figures",) if is_compiled else ("figures", "__pycache__")
    shutil.copytree(CONTENT_ROOT, root, ignore=shutil.ignore_patterns(*left_out))
    return root


@cache
def _compile() -> None:
    """Read everything once, so that the compiled form is there to be copied."""
    read_book(CONTENT_ROOT.resolve(), Faults())


def plant(root: Path, file: str, old: str, new: str, *, n_times: int = 1) -> None:
    """Change one place of one file; the place must be there, or the test would prove nothing."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= n_times, f"{file} does not hold {old!r}"
    path.write_text(text.replace(old, new, n_times), encoding="utf-8")
