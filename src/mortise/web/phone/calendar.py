"""What is planned, as a calendar that any calendar program can subscribe to. It says no word of health."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

MOST_OCTETS = 75
TITLES = {"visit": _("Visit"), "test": _("A test to do"), "visit_test": _("Tests at your visit")}


class Entry(NamedTuple):
    """One day in the calendar: what kind of thing, on which day, told apart by `key`."""

    key: str
    kind: str
    on: date


def calendar(entries: Iterable[Entry], name: str, made_at: datetime) -> str:
    """Return the calendar as text (RFC 5545), whole-day entries in order of days."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Mortise//phone//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]  # fmt: skip
    for one in sorted(entries, key=lambda each: (each.on, each.key)):
        lines += [
            "BEGIN:VEVENT", f"UID:{_text(one.key)}@mortise", f"DTSTAMP:{made_at:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{one.on:%Y%m%d}", f"DTEND;VALUE=DATE:{one.on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(str(TITLES[one.kind]))}", "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "END:VEVENT",
        ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words


def _folded(line: str) -> str:
    """Return a line of more than 75 octets over several, never inside a letter."""
    parts: list[str] = []
    part = ""
    for letter in line:
        if len((part + letter).encode()) > MOST_OCTETS - bool(parts):
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
