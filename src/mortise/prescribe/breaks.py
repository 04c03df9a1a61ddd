"""After a break: how far today's dose is bounded, and how the bound lifts again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from mortise.prescribe.practice import LATE_AFTER_DAYS
from mortise.prescribe.states import DoneSession
from mortise.prescribe.weeks import n_sessions_of
from mortise.protocol import Layoff, Light, Stage

ORDINARY_GAP_DAYS = 3  # free days between two sessions that nobody calls a break, even in a daily programme
SETTLED_AFTER_DAYS = 5  # a session's light is given and its log no longer new
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
    return Breaks().re_entry(layoffs, stage, done, as_of)


class _Way(NamedTuple):
    """How far the way back has gone after some days of work; `level` 0: no bound, k: row k - 1."""

    level: int
    n_clean: int
    n_back: int
    before: date  # the last of these days


class Breaks:
    """The way back, day after day: days of work of some time ago are not walked again.

    Whatever is asked, the answer is that of `re_entry`; a session that came in late or changed its light, another table
    or another number of sessions a week start the walk anew.
    """

    def __init__(self) -> None:
        """Start with nothing walked."""
        self._under: tuple[Sequence[Layoff], int] | None = None
        self._rows: list[Layoff] = []
        self._settled: tuple[DoneSession, ...] = ()
        self._way: _Way | None = None

    def re_entry(
        self, layoffs: Sequence[Layoff], stage: Stage, done: Sequence[DoneSession], as_of: date
    ) -> Return | None:
        """Return the row of the layoff table that bounds today's dose after a break, or None when none does.

        Parameters
        ----------
        layoffs, stage, done, as_of
            As in `re_entry`.

        Returns
        -------
        Return or None
            The same as `re_entry`.
        """
        ordinary = max(ORDINARY_GAP_DAYS, 7 // max(1, n_sessions_of(stage)) + 1)
        until = as_of - timedelta(days=1)
        if not self._holds(layoffs, ordinary, done, until):
            self._under, self._settled, self._way = (layoffs, ordinary), (), None
            self._rows = sorted(layoffs, key=lambda row: row.up_to_days)
        self._settle(done, until)
        way = self._walked(self._way, _worked_days(done[len(self._settled) :], until))
        if not self._rows or way is None:
            return None
        broken = _row_after((as_of - way.before).days - 1, ordinary, self._rows)
        level = max(way.level, broken)
        return Return(self._rows[level - 1], 0 if broken else way.n_back) if level else None

    def _holds(
        self, layoffs: Sequence[Layoff], ordinary: int, done: Sequence[DoneSession], until: date
    ) -> bool:
        """Whether what is settled still is what a walk from the start would give."""
        n = len(self._settled)
        if self._under is None or self._under[0] is not layoffs or self._under[1] != ordinary:
            return False
        if not n:
            return True
        last_on = self._settled[-1].on
        is_same = last_on <= until and tuple(done[:n]) == self._settled
        return is_same and all(one.on > last_on for one in done[n:])

    def _settle(self, done: Sequence[DoneSession], until: date) -> None:
        """Walk for good the days of some time ago that come first and of which everything has been told."""
        first, old_until = len(self._settled), until - timedelta(days=SETTLED_AFTER_DAYS)
        n = first
        while n < len(done) and done[n].on <= old_until and done[n].logged_on <= until:
            n += 1
        new = done[first:n]
        in_order = all(one.on <= other.on for one, other in pairwise(new))
        if new and in_order and all(one.on > new[-1].on for one in done[n:]):
            self._way = self._walked(self._way, _worked_days(new, until))
            self._settled += tuple(new)

    def _walked(self, way: _Way | None, days: Iterable[_Worked]) -> _Way | None:
        """Walk on over days of work, oldest first."""
        ordinary = 0 if self._under is None else self._under[1]
        for day in days:
            level, n_clean, n_back, before = way or (0, 0, 0, day.on)
            broken = _row_after((day.on - before).days - 1, ordinary, self._rows)
            if broken:
                level, n_clean, n_back = max(level, broken), 0, 0
            n_clean += day.is_clean
            if level and n_clean >= N_CLEAN_TO_LIFT:
                level, n_clean = level - 1, 0
            way = _Way(level, n_clean, n_back + 1, day.on)
        return way


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
