"""Typed words as they are kept: one line, single blanks, nothing unprintable (a database may refuse a zero byte)."""

from __future__ import annotations

import re


def one_line(text: str) -> str:
    """Return `text` on one line, without control characters."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    return " ".join(words)


_PLACES = {"shank": "Shin", "instep": "Instep", "belt": "Belt"}


def desk_words(said: str) -> str:
    """Return what measuring said with the fields of the upload in place of the options of the command line."""
    said = said.replace("--left FILE --right FILE", "\u201cLeft side\u201d and \u201cRight side\u201d")
    said = re.sub(
        r"--side (left|right)", lambda m: f"\u201cSide that was tested: {m[1].capitalize()}\u201d", said
    )
    said = re.sub(r"--foot-length CM\b", "\u201cLength of the foot\u201d", said)
    said = re.sub(r"--mark S\b", "\u201cFirst pinch\u201d", said)
    # the desk takes files as they are: what stands beside one on a disk is not sent along
    said = re.sub(r", or rate_hz = \.\.\. in \S+\.toml", "", said)
    said = re.sub(
        r"[Nn]ame ([^.,()]+) in (?:the|its) sidecar(?: \(\w+\))?", r"export it again with \1 named", said
    )
    said = re.sub(r"--rate HZ\b", "\u201cSamples per second\u201d", said)
    return re.sub(r"--placement\b(?: ([a-z_]+))?", _place, said)


def _place(option: re.Match[str]) -> str:
    place = _PLACES.get(option[1] or "")
    if place is not None:
        return f"\u201cWhere the sensor was: {place}\u201d"
    return "\u201cWhere the sensor was\u201d" + (f" {option[1]}" if option[1] else "")
