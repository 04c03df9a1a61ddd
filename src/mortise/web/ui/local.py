"""How the language of the page writes dates and numbers; in English as `report.words` does."""

from __future__ import annotations

import re
from datetime import date

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext, ngettext

from mortise.report.words import Speech, day


def speech() -> Speech:
    """Return how the language that is active writes what `report` writes."""
    if is_english():
        return Speech()
    return Speech(
        say=gettext,
        day=lambda on: date_format(on, "MONTH_DAY_FORMAT"),
        short_day=lambda on: date_format(on, _short_format()),
        decimal_mark=str(get_format("DECIMAL_SEPARATOR")),
        is_from_right=translation.get_language_bidi(),
    )


def _short_format() -> str:
    """Return how a day is written with the short name of its month; a letter behind a backslash is a word's own."""
    return re.sub(r"(?<!\\)F", "M", str(get_format("MONTH_DAY_FORMAT")))


def is_english() -> bool:
    """Tell whether the page is in the language everything is written in."""
    return translation.get_language() in (None, settings.LANGUAGE_CODE)


def weekday(on: date) -> str:
    """Write a day with its name: "Saturday 21 November"."""
    name = f"{on:%A}" if is_english() else date_format(on, "l")
    return gettext("%(weekday)s %(day)s") % {"weekday": name, "day": day(on)}


def minutes(n: int) -> str:
    """Write whole minutes: "12 min"."""
    return ngettext("%(n)s min", "%(n)s min", n) % {"n": n}


def in_a_sentence(title: str) -> str:
    """Return a title as it stands within a sentence; other languages than English keep their own capitals."""
    return f"{title[:1].lower()}{title[1:]}" if is_english() else title


def in_a_list(title: str) -> str:
    """Return a title as it stands among others: a comma of its own would read as the next of the list."""
    head, comma, rest = in_a_sentence(title).partition(", ")
    return f"{head} ({rest})" if comma else head


def capital(words: str) -> str:
    """Return words as they stand at the head of a line."""
    return f"{words[:1].upper()}{words[1:]}"
