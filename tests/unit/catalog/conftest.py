"""What tests of the catalogue share: a text that was parsed once is not parsed again."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

_parse = tomllib.loads


@pytest.fixture(autouse=True)
def quick_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each reader tables of its own, made anew from those parsed before."""
    monkeypatch.setattr(tomllib, "loads", _loads)


def _loads(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    tables: dict[str, Any] = pickle.loads(_parsed(text, parse_float))
    return tables


@cache
def _parsed(text: str, parse_float: Callable[[str], Any]) -> bytes:
    return pickle.dumps(_parse(text, parse_float=parse_float))
