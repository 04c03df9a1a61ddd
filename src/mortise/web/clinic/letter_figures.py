"""The figures of a letter held against its record: what a person typed and the record does not hold is pointed at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_FIGURE = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?!\w)")


def figures_in(text: str) -> tuple[str, ...]:
    """Return every figure of a text, each once, in order; a comma is read as a decimal point."""
    return tuple(dict.fromkeys(one.replace(",", ".") for one in _FIGURE.findall(text)))


def strange_figures(words: Mapping[str, str], facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the figures written in a letter that neither its numbers nor its draft hold."""
    held = set(figures_in(json.dumps(facts, ensure_ascii=False)))
    written = figures_in("\n".join(words.values()))
    return tuple(one for one in written if one not in held)
