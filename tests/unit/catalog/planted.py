"""A copy of the content with one fault planted in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from mortise.catalog import CONTENT_ROOT

PROTOCOL = "protocols/restricted-dorsiflexion/protocol.toml"
EDGES = "protocols/restricted-dorsiflexion/edges.toml"
CASES = "protocols/restricted-dorsiflexion/cases.toml"


def copy_of(folder: Path) -> Path:
    """Copy the content without its compiled form."""
    root = folder / "content"
    shutil.copytree(CONTENT_ROOT, root, ignore=shutil.ignore_patterns("__pycache__", "figures"))
    return root


def plant(root: Path, file: str, old: str, new: str, *, n_times: int = 1) -> None:
    """Change one place of one file; the place must be there, or the test would prove nothing."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= n_times, f"{file} does not hold {old!r}"
    path.write_text(text.replace(old, new, n_times), encoding="utf-8")
