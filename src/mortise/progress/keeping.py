"""How somebody keeps at it: day by day, and a run of days that one missed, eased or resting day never ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

FORGIVEN_DAYS = 7  # in a row without a word, before a new run begins; consensus, decides nothing
ONE_DAY = timedelta(days=1)
Kind = Literal["done", "lighter", "rest", "told", "open"]


class Kept(Struct, frozen=True):
    """One day: a session `done`, a `lighter` one, a `rest` the plan asked for, only `told` how it is, or `open`."""

    on: date
    kind: Kind


class Keeping(Struct, frozen=True, kw_only=True):
    """The run that today belongs to, and the days up to today.

    Attributes
    ----------
    since_on : date or None
        Its first day; None before the first word of this person.
    n_days : int
        Days of the run, today with it.
    n_sessions : int
        Sessions in it, lighter ones with them.
    n_silent_days : int
        Days since the last word or the last rest the plan asked for; 0 when that is today.
    is_running : bool
        False when more than seven silent days lie behind: the next word begins another run.
    days : tuple of Kept
        The newest days, oldest first, today last.
    """

    since_on: date | None
    n_days: int
    n_sessions: int
    n_silent_days: int
    is_running: bool
    days: tuple[Kept, ...]


def keeping(
    sessions: Mapping[date, bool],
    told: Collection[date],
    rested: Collection[date],
    *,
    as_of: date,
    n_shown: int = 14,
) -> Keeping:
    """Return how somebody keeps at it.

    Parameters
    ----------
    sessions : mapping of date to bool
        Days with a session; True when all of it was done as planned.
    told : collection of date
        Days on which anything was told.
    rested : collection of date
        Days on which the plan asked for rest or was frozen.
    as_of : date
        Today.
    n_shown : int
        How many of the newest days are returned.

    Returns
    -------
    Keeping
        Nothing after `as_of` is read.

    Notes
    -----
    A day counts as kept when there was a session of whatever size, a word, or a rest the plan asked for. Up to seven
    days in a row without any of these change nothing, so that a missed day, a bad week-end or an illness ends no run.
    """
    spoken = sorted({on for on in (*sessions, *told) if on <= as_of})
    if not spoken:
        return Keeping(since_on=None, n_days=0, n_sessions=0, n_silent_days=0, is_running=False, days=())
    rests = sorted({on for on in rested if spoken[0] <= on <= as_of})
    kept = sorted({*spoken, *rests})
    since_on = spoken[-1]
    first = spoken[-1]
    for on in reversed([one for one in kept if one < spoken[-1]]):
        if not _is_near(on, first):
            break
        first = on
        since_on = on if on in spoken else since_on
    last = spoken[-1]
    for on in rests:
        last = on if on > last and _is_near(last, on) else last
    n_silent = (as_of - last).days
    shown = [as_of - ONE_DAY * n for n in range(n_shown - 1, -1, -1)]
    return Keeping(
        since_on=since_on,
        n_days=(as_of - since_on).days + 1,
        n_sessions=sum(since_on <= on <= as_of for on in sessions),
        n_silent_days=n_silent,
        is_running=n_silent <= FORGIVEN_DAYS,
        days=tuple(Kept(on, _kind(on, sessions, told, rested)) for on in shown if on >= spoken[0]),
    )


def _is_near(first: date, second: date) -> bool:
    return (second - first).days - 1 <= FORGIVEN_DAYS


def _kind(on: date, sessions: Mapping[date, bool], told: Collection[date], rested: Collection[date]) -> Kind:
    if on in sessions:
        return "done" if sessions[on] else "lighter"
    if on in rested:
        return "rest"
    return "told" if on in told else "open"
