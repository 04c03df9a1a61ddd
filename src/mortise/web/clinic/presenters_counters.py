"""The four counters of the week: what counts, what today adds, and the ceiling with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from mortise.prescribe import CounterLine


class CounterRow(NamedTuple):
    """One counter in words."""

    what: str
    counted: str
    planned: str
    per_week: str
    per_day: str
    reason: str
    is_full: bool


def counter_rows(lines: Sequence[CounterLine]) -> tuple[CounterRow, ...]:
    """Return the counters in words; one is full when nothing more of it may be planned in these seven days."""
    return tuple(
        CounterRow(
            what=one.words[:1].upper() + one.words[1:], counted=_number(one.counted_week), planned=_number(one.planned),
            per_week=_number(one.per_week), per_day=_number(one.per_day), reason=one.reason,
            is_full=one.per_week is not None and one.counted_week + one.planned >= one.per_week,
        )
        for one in lines
    )  # fmt: skip


def _number(value: Decimal | None) -> str:
    return "no limit" if value is None else f"{value.normalize():f}"
