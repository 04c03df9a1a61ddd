"""What tests of the catalogue share: a text that was parsed once is not parsed again."""

from __future__ import annotations

import pickle
import tomllib
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def quick_toml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each reader tables of its own, made anew from those parsed before."""
    quick = SimpleNamespace(loads=_loads, TOMLDecodeError=tomllib.TOMLDecodeError)
    monkeypatch.setattr("mortise.catalog._decode.tomllib", quick)


def _loads(text: str, *, parse_float: type[Decimal]) -> dict[str, Any]:
    assert parse_float is Decimal
    tables: dict[str, Any] = pickle.loads(_parsed(text))
    return tables


@cache
def _parsed(text: str) -> bytes:
    return pickle.dumps(tomllib.loads(text, parse_float=Decimal))
