"""What every fixed vocabulary is made of: words that hash like the text they are."""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """A word of a fixed vocabulary.

    It equals its text, and hashes like it without a call of Python's own: words are looked up in tables a hundred
    thousand times a second.
    """

    __hash__ = str.__hash__
