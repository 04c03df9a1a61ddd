"""Whether a value just typed could be true, beside what was read before: doubts, never verdicts.

A doubt is asked about before the value is kept. Whoever confirms it has the last word: it is kept with a mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.terms import Measure, Side

DAYS_PER_WEEK = 7
MORE_DIGITS = 10  # beyond ten times the range it is a slip of the keyboard, which nobody can confirm
# Consensus: one treatment gains about one smallest real change and error adds another; half of one a week is faster
# than any mean course of EVIDENCE.md (SIM-01 to SIM-05, SIM-41). Pain, swelling and answers go up and down by nature.
BELIEVED_AT_ONCE = Decimal(2)
BELIEVED_PER_WEEK = Decimal("0.5")
STEADY_DOMAINS = frozenset({"range", "strength", "balance", "function", "gait"})


class Odd(StrEnum):
    """What is odd about a value."""

    OUT_OF_RANGE = "out_of_range"
    SIDES_SWAPPED = "sides_swapped"
    TOO_FAST = "too_fast"


class Earlier(Struct, frozen=True):
    """An earlier value by the same instrument."""

    day: int
    side: Side
    value: Decimal


class Doubt(Struct, frozen=True, kw_only=True):
    """One doubt. `before` is the earlier value it rests on, `believable` the greatest change that is believed."""

    odd: Odd
    before: Decimal | None = None
    n_days: int | None = None
    believable: Decimal | None = None


def can_be_confirmed(measure: Measure, value: Decimal) -> bool:
    """Tell whether a value is at least near enough to the range to have been read.

    Parameters
    ----------
    measure : Measure
        Its range.
    value : Decimal
        As typed.

    Returns
    -------
    bool
        False beyond ten times the range: two digits too many are no reading.
    """
    width = max(abs(measure.low), abs(measure.high), Decimal(1))
    return abs(value) <= MORE_DIGITS * width


def doubts(
    measure: Measure,
    instrument: str,
    day: int,
    now: dict[Side, Decimal],
    earlier: Sequence[Earlier],
) -> dict[Side, tuple[Doubt, ...]]:
    """Return what is odd about the values of one day.

    Parameters
    ----------
    measure : Measure
        Its range, domain and error.
    instrument : str
        What the values were taken with.
    day : int
        The day they were taken.
    now : dict of Side to Decimal
        The values, by side.
    earlier : sequence of Earlier
        Values of earlier days by the same instrument, oldest first.

    Returns
    -------
    dict
        Side to doubts; sides without any are left out.

    Notes
    -----
    1. Outside the measure's range: it is kept when confirmed, and no decision reads it.
    2. Sides swapped: both sides moved beyond error, and each is where the other was within error.
    3. Too fast: further from the newest earlier value than twice the smallest real change and half of it a week more.
       Only where the error is known and only for measures that do not go up and down by nature.
    """
    newest = {one.side: one for one in earlier if one.day < day}
    known = measure.instrument(instrument)
    error = None if known is None else known.smallest_real_change
    are_swapped = error is not None and _are_swapped(now, newest, error)
    found: dict[Side, tuple[Doubt, ...]] = {}
    for side, value in now.items():
        mine: list[Doubt] = []
        if not measure.low <= value <= measure.high:
            mine.append(Doubt(odd=Odd.OUT_OF_RANGE))
        elif are_swapped:
            mine.append(Doubt(odd=Odd.SIDES_SWAPPED, before=newest[side].value))
        elif error is not None and measure.domain in STEADY_DOMAINS and side in newest:
            mine += _too_fast(value, newest[side], day, error)
        if mine:
            found[side] = tuple(mine)
    return found


def _are_swapped(now: dict[Side, Decimal], newest: dict[Side, Earlier], error: Decimal) -> bool:
    sides = (Side.LEFT, Side.RIGHT)
    if any(side not in now or side not in newest for side in sides):
        return False
    moved = all(abs(now[side] - newest[side].value) > error for side in sides)
    crossed = all(abs(now[side] - newest[side.opposite].value) <= error for side in sides)
    return moved and crossed


def _too_fast(value: Decimal, before: Earlier, day: int, error: Decimal) -> list[Doubt]:
    n_days = day - before.day
    believable = error * (BELIEVED_AT_ONCE + BELIEVED_PER_WEEK * n_days / DAYS_PER_WEEK)
    if abs(value - before.value) <= believable:
        return []
    return [Doubt(odd=Odd.TOO_FAST, before=before.value, n_days=n_days, believable=believable)]
