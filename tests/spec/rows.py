"""What a table of meaning is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One line: what is given, what comes out, and why."""

    given: tuple[str, ...]
    expected: tuple[str, ...]
    why: str = ""


class Table(NamedTuple):
    """One question to the engine, its columns, and how a row is asked."""

    id: str
    title: str
    about: str
    columns: tuple[str, ...]
    results: tuple[str, ...]
    ask: Callable[[tuple[str, ...]], tuple[str, ...]]
    rows: tuple[Row, ...]
