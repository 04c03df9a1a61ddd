"""Typed words as they are kept: one line, single blanks, nothing unprintable (a database may refuse a zero byte)."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return `text` on one line, without control characters."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return " ".join(words)
