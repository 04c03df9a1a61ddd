"""After a break: how far today's dose is bounded, and how the bound lifts again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from mortise.prescribe.practice import LATE_AFTER_DAYS
from mortise.prescribe.states import DoneSession
from mortise.protocol import Layoff, Light, Stage

ORDINARY_GAP_DAYS = 3  # free days between two sessions that nobody calls a break, even in a daily programme
N_CLEAN_TO_LIFT = 2  # clean days that lift the bound by one row
_GREEN = Light.GREEN


class Return(NamedTuple):
    """The way back after a break: the row of the layoff table in force, and the days of work since the break."""

    row: Layoff
    n_days_back: int  # today apart; 0 on the first day back

    @property
    def dose_pct(self) -> Decimal:
        """Return the share of every dose that is not exceeded."""
        return self.row.dose_pct


def re_entry(
    layoffs: Sequence[Layoff], stage: Stage, done: Sequence[DoneSession], as_of: date
) -> Return | None:
    """Return the row of the layoff table that bounds today's dose after a break, or None when none does.

    Parameters
    ----------
    layoffs : sequence of Layoff
        The protocol's table.
    stage : Stage
        How many sessions a week it needs says which gap is ordinary.
    done : sequence of DoneSession
        Every session ever logged, in any order.
    as_of : date
        The day that is decided about; work of that day does not count yet.

    Returns
    -------
    Return or None
        The row in force and how long work has gone on under it. None when no session was ever done, or none lies
        behind a break.

    Notes
    -----
    1. A break is a run of more than three days without any work, or more where the stage needs fewer than
       two sessions a week. Its row is the first whose `up_to_days` it does not exceed, else the last.
    2. Two clean days (green light, told in time) after the break lift the bound by one row, two more by another, until
       nothing is left; a second break meanwhile keeps the tighter row.

    References
    ----------
    CTX-16
    """
    rows = sorted(layoffs, key=lambda row: row.up_to_days)
    days = _worked_days(done, as_of - timedelta(days=1))
    if not rows or not days:
        return None
    ordinary = max(ORDINARY_GAP_DAYS, 7 // max(1, stage.n_sessions_per_week) + 1)
    level, n_clean, n_back, before = 0, 0, 0, days[0].on  # level 0: no bound; level k: row k - 1
    for day in days:
        broken = _row_after((day.on - before).days - 1, ordinary, rows)
        if broken:
            level, n_clean, n_back = max(level, broken), 0, 0
        n_back += 1
        if day.is_clean:
            n_clean += 1
        if level and n_clean >= N_CLEAN_TO_LIFT:
            level, n_clean = level - 1, 0
        before = day.on
    broken = _row_after((as_of - before).days - 1, ordinary, rows)
    level = max(level, broken)
    return Return(rows[level - 1], 0 if broken else n_back) if level else None


def _row_after(n_days: int, ordinary: int, rows: Sequence[Layoff]) -> int:
    """Return the number of the row for a run of `n_days` without work, counted from 1; 0 for an ordinary gap."""
    if n_days <= ordinary:
        return 0
    return next((k for k, row in enumerate(rows, 1) if n_days <= row.up_to_days), len(rows))


class _Worked(NamedTuple):
    """A day on which anything was done, and whether every session of it was green and told in time."""

    on: date
    is_clean: bool


def _worked_days(done: Sequence[DoneSession], until: date) -> list[_Worked]:
    """Return the days with any work, oldest first; what was done or told later is left out."""
    has_work: dict[date, bool] = {}
    is_clean: dict[date, bool] = {}
    for one in done:
        on = one.on
        if on <= until and one.logged_on <= until:
            is_green = one.light is _GREEN and (one.logged_on - on).days <= LATE_AFTER_DAYS
            is_clean[on] = is_clean.get(on, True) and is_green
            has_work[on] = has_work.get(on, False) or _has_work(one)
    return [_Worked(on, is_clean[on]) for on in sorted(has_work) if has_work[on]]


def _has_work(one: DoneSession) -> bool:
    return any(item.outcome != "skipped" for item in one.items)
