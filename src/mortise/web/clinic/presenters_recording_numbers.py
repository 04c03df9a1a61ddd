"""The numbers of a recording: left and right with their difference, and the change since the baseline recording."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mortise.measure.flags import flag_words
from mortise.measure.results import Reading
from mortise.report.words import number
from mortise.terms import Measure, Side
from mortise.units import SYMBOLS
from mortise.web.clinic.presenters_words import Z_95, resolution_of


class ReadingCell(Struct, frozen=True, kw_only=True):
    """One number of one side, and whether it can be taken into the record."""

    key: str  # measure and side, as the form sends it
    words: str
    n_trials: int


class Change(Struct, frozen=True, kw_only=True):
    """One number now against the same number of the baseline recording; no verdict where the methods differ."""

    side: str
    words: str
    verdict: str
    is_beyond: bool


class ReadingRow(Struct, frozen=True, kw_only=True):
    """One measure on both sides."""

    measure: str
    label: str
    unit: str
    left: ReadingCell | None
    right: ReadingCell | None
    both: ReadingCell | None
    difference: str
    verdict: str
    is_beyond: bool
    flags: tuple[str, ...]
    changes: tuple[Change, ...]
    usual: str = ""


def grid_of(error: float) -> Decimal:
    """Return a grid one tenth of the error's first figure would round away at most: 0.043 gives 0.01."""
    if not error or not math.isfinite(error):
        return Decimal("0.01")
    return Decimal(1).scaleb(min(0, math.floor(math.log10(error * float(Z_95)))))


def reading_key(measure: str, side: Side) -> str:
    """Name a reading in a form."""
    return f"{measure}:{side.value}"


def reading_rows(
    readings: Iterable[Reading],
    measures: Mapping[str, Measure],
    before: Iterable[Reading] = (),
    usual: Mapping[str, str] | None = None,
) -> tuple[ReadingRow, ...]:
    """Put left and right of each measure in one row, their difference, the change since `before`, and what is usual."""
    then = {(one.measure, one.side): one for one in before}
    grouped: dict[str, dict[Side, Reading]] = {}
    for reading in readings:
        grouped.setdefault(reading.measure, {})[reading.side] = reading
    return tuple(
        replace(_reading_row(name, sides, measures.get(name), then), usual=(usual or {}).get(name, ""))
        for name, sides in grouped.items()
    )


def _reading_row(
    name: str,
    sides: Mapping[Side, Reading],
    measure: Measure | None,
    then: Mapping[tuple[str, Side], Reading],
) -> ReadingRow:
    any_reading = next(iter(sides.values()))
    left, right = sides.get(Side.LEFT), sides.get(Side.RIGHT)
    difference, verdict, is_beyond = _difference(left, right, measure)
    return ReadingRow(
        measure=name,
        label=measure.label if measure is not None else flag_words(name),
        unit=SYMBOLS.get(any_reading.unit, any_reading.unit),
        left=_cell(left, measure),
        right=_cell(right, measure),
        both=_cell(sides.get(Side.NONE), measure),
        difference=difference,
        verdict=verdict,
        is_beyond=is_beyond,
        flags=tuple(dict.fromkeys(flag_words(flag) for one in sides.values() for flag in one.quality)),
        changes=tuple(
            _change(one, then[name, side], measure)
            for side in (Side.LEFT, Side.RIGHT, Side.NONE)
            if (one := sides.get(side)) is not None and (name, side) in then
        ),
    )


def _change(now: Reading, then: Reading, measure: Measure | None) -> Change:
    side = now.side.value if now.side is not Side.NONE else "both"
    if (now.unit, now.method) != (then.unit, then.method):
        return Change(side=side, words="measured by another method", verdict="", is_beyond=False)
    words, verdict, is_beyond = _difference(now, then, measure)
    return Change(side=side, words=words, verdict=verdict, is_beyond=is_beyond)


def _cell(reading: Reading | None, measure: Measure | None) -> ReadingCell | None:
    if reading is None:
        return None
    return ReadingCell(
        key=reading_key(reading.measure, reading.side),
        words=_plain_quantity(reading.value, reading.error, _shown_grid(reading.error, measure)),
        n_trials=reading.n_trials,
    )


def _shown_grid(error: float, measure: Measure | None) -> Decimal:
    return min(resolution_of(measure), grid_of(error)) if measure is not None else grid_of(error)


def _plain_quantity(value: float, error: float, grid: Decimal) -> str:
    return f"{number(value, grid)} ± {number(error * float(Z_95), grid)}"


def _difference(
    left: Reading | None, right: Reading | None, measure: Measure | None
) -> tuple[str, str, bool]:
    if left is None or right is None:
        return "", "", False
    value = left.value - right.value
    error = math.hypot(left.error, right.error)
    grid = _shown_grid(error, measure)
    is_beyond = abs(value) > error * float(Z_95)
    words = f"{number(value, grid, signed=True)} ± {number(error * float(Z_95), grid)}"
    return words, "Beyond error" if is_beyond else "Within error", is_beyond
