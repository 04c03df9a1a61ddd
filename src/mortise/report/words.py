"""Numbers, dates and counts as people read them: minus sign, unit, error, age. A number never travels alone.

Everything is English unless somebody higher up speaks another language for the time being: see `spoken`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from html import escape
from typing import NamedTuple

from mortise.units import SYMBOLS

MINUS = "\u2212"
NOT_KNOWN = "not known"
_TIGHT = {"°", "°/s", "/10"}  # symbols that follow their number without a space
_FROM_LEFT, _AS_IT_STARTS, _BACK = (
    "\u2066",
    "\u2068",
    "\u2069",
)  # what stands inside has a direction of its own
_NARROW_SPACE = "\u00a0"  # a number never parts from its unit at a line end
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

Number = float | int | Decimal


def _english_day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]}"


def _english_short_day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1][:3]}"


class Speech(NamedTuple):
    """How a language writes what this room writes; that of English stands as default."""

    say: Callable[[str], str] = str
    day: Callable[[date], str] = _english_day
    short_day: Callable[[date], str] = _english_short_day
    decimal_mark: str = "."
    is_from_right: bool = False


_ENGLISH = Speech()
_speech: ContextVar[Speech] = ContextVar("speech", default=_ENGLISH)


@contextmanager
def spoken(speech: Speech) -> Iterator[None]:
    """Write in another language as long as this lasts, in this thread or task only.

    Parameters
    ----------
    speech : Speech
        How that language says and writes things.
    """
    token = _speech.set(speech)
    try:
        yield
    finally:
        _speech.reset(token)


def tr(text: str) -> str:
    """Return a message of this room in the language that is spoken; the English is its key.

    Parameters
    ----------
    text : str
        A literal, so that it can be found; what changes stands as `{name}` and is filled in afterwards.
    """
    return _speech.get().say(text)


def figures(text: str) -> str:
    """Keep signs and figures in their order within a line that runs from right to left: −3 never becomes 3−.

    Parameters
    ----------
    text : str
        Figures with a sign or an operator: "−3.1", "3 × 8".

    Returns
    -------
    str
        The text between marks that are not seen; the text itself in a language that runs from left to right.
    """
    return f"{_FROM_LEFT}{text}{_BACK}" if _speech.get().is_from_right else text


def counted(text: str) -> str:
    """Keep a count with its unit together within `figures`: the unit stands where the language puts it.

    Parameters
    ----------
    text : str
        A number and a word: "20 s".
    """
    return f"{_AS_IT_STARTS}{text}{_BACK}" if _speech.get().is_from_right else text


def n_decimals(resolution: Number) -> int:
    """Return how many decimals a value read to `resolution` has.

    Examples
    --------
    >>> n_decimals(0.5), n_decimals(Decimal("0.01")), n_decimals(5)
    (1, 2, 0)
    """
    exponent = Decimal(str(resolution)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def number(value: Number | None, resolution: Number = 0.1, *, signed: bool = False) -> str:
    """Write a value on the grid of its resolution, with a true minus sign.

    Parameters
    ----------
    value : float, int, Decimal or None
        None is written "not known"; so is a value that is not finite.
    resolution : float or Decimal
        The smallest step the instrument can tell apart, in the value's unit; above zero.
    signed : bool
        Whether a positive value carries a plus sign (differences and changes do).

    Returns
    -------
    str
        The number without a unit. A value that rounds to zero carries no sign.

    Examples
    --------
    >>> number(-3.14159, 0.1), number(2, 0.5, signed=True), number(None)
    ('−3.1', '+2.0', 'not known')
    """
    exact = None if value is None else Decimal(str(value))
    if exact is None or not exact.is_finite():
        return tr("not known")
    step = Decimal(str(resolution))
    rounded = (exact / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step
    text = f"{abs(rounded):.{n_decimals(step)}f}".replace(".", _speech.get().decimal_mark)
    if rounded < 0:
        return figures(MINUS + text)
    return figures(f"+{text}") if signed and rounded > 0 else text


def with_unit(text: str, unit: str) -> str:
    """Put the symbol of `unit` (a unit name such as `cm`, or a symbol) behind a number already written."""
    symbol = SYMBOLS.get(unit, unit)
    if not symbol or text == tr("not known"):
        return text
    return text + symbol if symbol in _TIGHT else f"{text}{_NARROW_SPACE}{unit_symbol(symbol)}"


def unit_symbol(symbol: str) -> str:
    """Return the symbol of a unit as the language writes it; one that is the same everywhere stays.

    Parameters
    ----------
    symbol : str
        As `mortise.units` has it.
    """
    known = {
        "m": tr("m"), "cm": tr("cm"), "mm": tr("mm"), "s": tr("s"), "ms": tr("ms"), "min": tr("min"),
        "days": tr("days"), "m/s": tr("m/s"), "steps/min": tr("steps/min"), "mm/s": tr("mm/s"), "cm²": tr("cm²"),
        "Hz": tr("Hz"), "J/kg": tr("J/kg"), "kg": tr("kg"), "N": tr("N"), "points": tr("points"),
    }  # fmt: skip
    return known.get(symbol, symbol)


def quantity(
    value: Number | None, error: Number | None, unit: str, resolution: Number = 0.1, *, signed: bool = False
) -> str:
    """Write a value with its error and unit: "9.4 ± 3.0°"; an unknown error is said, not left out.

    Parameters
    ----------
    value, error : number or None
        In `unit`. The error is the half width of whatever interval the caller states beside it.
    unit : str
        A unit name of `mortise.units`, or a symbol.
    resolution : number
        The grid of both; an error smaller than half a step has both written ten times finer, for no error is zero.
    signed : bool
        Whether a positive value carries a plus sign.

    Returns
    -------
    str
        Plain text, to be escaped or isolated by whoever puts it on a page.

    Examples
    --------
    >>> quantity(9.42, 3, "deg"), quantity(None, 1, "cm"), quantity(4, None, "count", 1)
    ('9.4 ± 3.0°', 'not known', '4, error not known')
    >>> quantity(1.8, 0.42, "", 1)
    '1.8 ± 0.4'
    """
    if error and Decimal(str(error)).is_finite() and abs(Decimal(str(error))) * 2 <= Decimal(str(resolution)):
        resolution = Decimal(str(resolution)) / 10
    main = number(value, resolution, signed=signed)
    if main == tr("not known"):
        return main
    margin = number(error, resolution)
    if margin == tr("not known"):
        return tr("{value}, error not known").format(value=with_unit(main, unit))
    return with_unit(figures(f"{main} ± {margin}"), unit)


def quantity_html(
    value: Number | None, error: Number | None, unit: str = "", resolution: Number = 0.1
) -> str:
    """Write a value with its error in small grey, isolated left to right for pages of either direction."""
    main = number(value, resolution)
    if main == tr("not known"):
        return f'<span class="faint">{main}</span>'
    margin = "" if error is None else f' <span class="pm">± {escape(number(error, resolution))}</span>'
    return f'<span class="num">{escape(with_unit(main, unit))}{margin}</span>'


def day(on: date, *, with_year: bool = False) -> str:
    """Write a date as in a letter: "20 November", with the year where it could be mistaken."""
    words = _speech.get().day(on)
    return f"{words} {on.year}" if with_year else words


def short_day(on: date) -> str:
    """Write a date as on an axis: "20 Nov"."""
    return _speech.get().short_day(on)


def age(taken_on: date, today_on: date) -> str:
    """Write how old a reading is: "today", "1 d old", "24 d old"; a date ahead of today is said to be ahead."""
    n_days = (today_on - taken_on).days
    if n_days < 0:
        return f"dated {-n_days} d ahead"
    return "today" if n_days == 0 else f"{n_days} d old"


def plural(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: "1 stride", "12 strides"."""
    return f"{number(n, 1)} {one if abs(n) == 1 else many or one + 's'}"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """Join words as a sentence does: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return tr("{several} and {last}").format(several=tr(", ").join(words[:-1]), last=words[-1])
