"""Keep decoded content beside its source, as Python keeps compiled code, so that a second start need not parse.

A stored part is used only when the SHA-256 of every source file and of the code that reads them is the one it was
made from. Nothing here is needed for correctness: where the folder cannot be written, content is parsed each time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

_T = TypeVar("_T")


def _code_key() -> bytes:
    """Return a digest of the code that shapes content, by size and time of change."""
    rooms = Path(__file__).parent.parent
    digest = hashlib.sha256(msgspec.__version__.encode())
    for room in ("catalog", "protocol", "terms"):
        with os.scandir(rooms / room) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.name.endswith(".py"):
                    state = entry.stat()
                    digest.update(f"{room}/{entry.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.digest()


def key_of(root: Path, paths: Iterable[Path]) -> str:
    """Return the key of these sources: names and bytes, and the code that reads them."""
    digest = hashlib.sha256(_code_key())
    n_root = len(os.fspath(root)) + 1
    for path in sorted(
        map(os.fspath, paths)
    ):  # plain strings and files: there are hundreds of them at every start
        with open(path, "rb", buffering=0) as file:
            content = file.read()
        digest.update(f"{path[n_root:]} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def stored(root: Path, name: str, key: str, kind: type[_T]) -> _T | None:
    """Return the stored part, or None when there is none for this key."""
    try:
        return msgspec.msgpack.decode(_file(root, name, key).read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None


def store(root: Path, name: str, key: str, value: object) -> None:
    """Store a part in one step and take out its older versions; do nothing where the folder cannot be written."""
    target = _file(root, name, key)
    try:
        target.parent.mkdir(exist_ok=True)
        older = [one for one in target.parent.glob(f"{name}-*.mortise") if one != target]
        import tempfile  # only when something is to be stored

        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.msgpack.encode(value))
        os.replace(temporary, target)
        for one in older:
            one.unlink(missing_ok=True)
    except OSError:
        return


def _file(root: Path, name: str, key: str) -> Path:
    return root / "__pycache__" / f"{name}-{key[:32]}.mortise"
