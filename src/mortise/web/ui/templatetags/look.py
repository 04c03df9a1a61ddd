"""Marks and numbers: glyph, peg, what Mortise says, a number with its unit and error. Loaded in every template."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n

from mortise.report import words
from mortise.terms import Advice, Cause, Load, Truth
from mortise.web.ui import languages

register = template.Library()

# engine's advice -> word, glyph, class (LOOK.md 2)
SAYS: dict[str, tuple[str, str, str]] = {
    Advice.ADVANCE: (_n("Advance"), "advance", "advance"),
    Advice.HOLD: (_n("Hold"), "hold", "hold"),
    Advice.STEP_BACK: (_n("Step back"), "ease", "ease"),
    Advice.ASK_CLINICIAN: (_n("Ask"), "pause", "pause"),
    Advice.STOP_AND_SEEK_HELP: (_n("Stopped"), "stop", "stop"),
    Load.RAISE: (_n("Raise"), "advance", "advance"),
    Load.KEEP: (_n("Keep"), "hold", "hold"),
    Load.EASE: (_n("Ease"), "ease", "ease"),
    Load.REST: (_n("Rest"), "pause", "pause"),
    "refer": (_n("Refer"), "refer", "refer"),
    "cannot": (_n("Cannot decide"), "cannot", "cannot"),
}
PEGS: dict[str, tuple[str, str]] = {
    "met": (_n("In place"), "met"),
    "unmet": (_n("Not yet"), "unmet"),
    "stale": (_n("Too old"), "stale"),
    "unknown": (_n("Not known"), "unknown"),
}


# Icons that point along the line of reading: they turn where it runs from right to left. No others do.
DIRECTED = {"undo"}


@register.simple_tag
def language_tag() -> str:
    """Return the language of the page, for its `lang`."""
    return languages.tag()


@register.simple_tag
def dates_in() -> str:
    """Return how scripts of this page write dates and numbers."""
    return languages.dates_in()


@register.filter
def day(on: date) -> str:
    """Write a day without its year and in short, as the language of the page does."""
    return words.short_day(on)


@register.simple_tag
def icon(name: str, label: str = "", way: bool = False) -> SafeString:
    """Draw an icon; without a label it is decoration and silent."""
    kind = "icon icon--way" if way or name in DIRECTED else "icon"
    return _drawn(f"i-{name}", kind, "0 0 24 24", label)


@register.simple_tag
def glyph(name: str, label: str = "", kind: str = "glyph") -> SafeString:
    """Draw a glyph of a proposal."""
    way = f"{kind} icon--way" if name == "refer" else kind
    return _drawn(f"g-{name}", way, "0 0 20 20", label)


@register.simple_tag
def peg(truth: str, cause: str | None = None, label: bool = True) -> SafeString:
    """Draw the peg of a criterion, spoken as its words unless the words stand beside it."""
    words, name = PEGS[peg_state(truth, cause)]
    return _drawn(f"p-{name}", "peg", "0 0 18 18", gettext(words) if label else "")


@register.filter
def peg_state(truth: str, cause: str | None = None) -> str:
    """Return met, unmet, stale or unknown for a truth and its cause."""
    if truth == Truth.MET:
        return "met"
    if truth == Truth.NOT_MET:
        return "unmet"
    return "stale" if cause == Cause.STALE else "unknown"


@register.simple_tag
def says(what: str, words: str = "") -> SafeString:
    """Say what Mortise proposes, always as shape and word."""
    known, name, kind = SAYS[what]
    return format_html('<span class="says says--{}">{}{}</span>', kind, glyph(name), words or gettext(known))


@register.simple_tag
def number(
    value: Any, unit: str = "", error: Any = None, resolution: Any = None, sign: bool = False
) -> SafeString:
    """Write a number with its error in small grey and its unit; isolated, so that no language turns it round.

    With the measure's `resolution` the decimals are those the instrument can tell apart.
    """
    if value is None:
        return format_html('<bdi class="num">{}</bdi>', words.number(None))

    def written(number: Any, signed: bool = False) -> str:
        exact = Decimal(str(number))
        return plain(exact, signed) if resolution is None else words.number(exact, resolution, signed=signed)

    pm = format_html(' <span class="pm">± {}</span>', written(error)) if error is not None else ""
    gap_and_symbol = words.with_unit("", unit)
    return format_html('<bdi class="num" dir="ltr">{}{}{}</bdi>', written(value, sign), pm, gap_and_symbol)


@register.filter
def plain(value: Any, sign: bool = False) -> str:
    """Write a number without exponent or idle zeros, with a real minus."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{exact.normalize():f}" if exact else "0"
    if text.startswith("-"):
        return f"−{text[1:]}"
    return f"+{text}" if sign and exact else text


def _drawn(symbol: str, kind: str, box: str, label: str) -> SafeString:
    if label:
        return format_html(
            '<svg class="{}" viewBox="{}" role="img" aria-label="{}"><use href="#{}"/></svg>',
            kind, box, label, symbol,
        )  # fmt: skip
    return format_html(
        '<svg class="{}" viewBox="{}" aria-hidden="true"><use href="#{}"/></svg>', kind, box, symbol
    )
