"""The clinical content, loaded once per process."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mortise.catalog import Content


@lru_cache(maxsize=1)
def content() -> Content:
    """Return the content; it is read on first use."""
    from mortise import catalog

    return catalog.load()
