"""Who needs me today, why, and since when: groups in order of need, one action each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from mortise.report.words import day, plural, short_day
from mortise.web.care.models import Need
from mortise.web.care.services import NeedRow, NeedsPage
from mortise.web.clinic.presenters_list_filters import Filters
from mortise.web.clinic.presenters_words import Says, n_people, says_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LEAD = re.compile(r"(.{8,90}?[.;])(?= )")


class Row(Struct, frozen=True, kw_only=True):
    """One line of the list as it is read."""

    episode_id: UUID
    name: str
    sub: str
    why: str
    lead: str  # what of `why` is read first
    rest: str
    says: Says
    since: str
    action: str
    is_flag: bool
    others: tuple[tuple[UUID, str], ...]  # the other ankle of the same patient: its episode and side
    is_due: bool  # said as a chip: it is no proposal of Mortise


class Group(Struct, frozen=True, kw_only=True):
    """Rows of one urgency: those of this page, and how many there are in all."""

    key: str
    title: str
    about: str
    rows: tuple[Row, ...]
    n: int


class Desk(Struct, frozen=True, kw_only=True):
    """Everything the list shows."""

    headline: str
    about: str
    groups: tuple[Group, ...]
    on_plan: tuple[Row, ...]
    n_on_plan: int
    n_needing: int
    is_empty: bool
    query: str
    filters: Filters
    shown: str  # "1 to 50 of 5,000"; empty when one page holds all
    previous: str
    next: str


_GROUPS = (
    ("now", "Now", "a red flag; the clock runs until you answer", (Need.STOPPED,)),
    (
        "decide", "Decide today", "Mortise proposes, you agree or overrule",
        (Need.FLARE, Need.STEPPED_BACK, Need.PLATEAU, Need.ASKED, Need.ADVANCE),
    ),
    (
        "week", "This week", "something to do, tests due, silent, something not taken in, not started",
        (
            Need.TASK, Need.TESTS_DUE, Need.SILENT, Need.NOT_TAKEN_IN, Need.NOT_RECEIVED, Need.WRITTEN, Need.NEW,
        ),
    ),
)  # fmt: skip


def desk_of(found: NeedsPage, now: datetime, today_on: date, filters: Filters) -> Desk:
    """Arrange a page of the list by need.

    Parameters
    ----------
    found
        The page, in order of need.
    now, today_on
        The moment and the clinic's own day.
    filters
        What was asked for, and what else could be.
    """
    groups = []
    for key, title, about, needs in _GROUPS:
        rows = tuple(_row(one, now, filters) for one in found.rows if one.need in needs)
        if rows:
            n = sum(found.n_by_need.get(one, 0) for one in needs)
            groups.append(Group(key=key, title=title, about=about, rows=rows, n=n))
    quiet = tuple(_row(one, now, filters) for one in found.rows if not one.needs_somebody)
    n_quiet = found.n_people - found.n_needing
    return Desk(
        headline=headline(found.n_needing, found.n_stopped),
        about=f"{WEEKDAYS[today_on.weekday()]} {day(today_on)}. {_quiet_words(n_quiet, found.n_needing)}",
        groups=tuple(groups),
        on_plan=quiet,
        n_on_plan=found.n_by_need.get(Need.ON_PLAN, 0),
        n_needing=found.n_needing,
        is_empty=not found.n_people,
        query=filters.wanted.words,
        filters=filters,
        shown=_shown(found),
        previous=filters.address(before=found.previous) if found.previous else "",
        next=filters.address(after=found.next) if found.next else "",
    )


def _shown(found: NeedsPage) -> str:
    """Say which rows these are: "51 to 100 of 5,000"; nothing when they are all."""
    if found.n_found == len(found.rows):
        return ""
    if not found.rows:
        return f"Nobody further; {found.n_found:,} in all"
    return f"{found.first:,} to {found.first + len(found.rows) - 1:,} of {found.n_found:,}"


def headline(n_needing: int, n_now: int) -> str:
    """Say how many people need somebody: "Three people need you. One cannot wait."."""
    first = f"{n_people(n_needing)} {'needs' if n_needing <= 1 else 'need'} you."
    if not n_now:
        return first
    number = n_people(n_now).removesuffix(" people").removesuffix(" person")
    return f"{first} {number} cannot wait."


def _quiet_words(n_quiet: int, n_needing: int) -> str:
    if not n_quiet:
        return "Nobody else is on plan." if n_needing else "Nobody is on plan yet."
    others = plural(n_quiet, "other") if n_needing else plural(n_quiet, "patient")
    return f"{others} {'is' if n_quiet == 1 else 'are'} on plan and asked for nothing."


def _row(row: NeedRow, now: datetime, filters: Filters) -> Row:
    stage = f", stage {row.stage}" if row.stage else ""
    why = row.reason or "On plan."
    lead, rest = split(why)
    return Row(
        episode_id=row.episode_id,
        name=row.name,
        sub=_sub((row.number, f"{row.age}"), f"{row.side.value}. {filters.title(row.protocol)}{stage}"),
        why=why,
        lead=lead,
        rest=rest,
        says=_says(row),
        since=_since(row, now),
        action="Answer" if row.need is Need.STOPPED else row.action,
        is_flag=row.need is Need.STOPPED,
        others=tuple((one.episode_id, one.side.value) for one in row.others),
        is_due=row.need is Need.TESTS_DUE,
    )


def _sub(first: Iterable[str], rest: str) -> str:
    return ", ".join(one for one in (*first, rest) if one)


def split(why: str) -> tuple[str, str]:
    """Return what of a reason is read first, and the rest."""
    found = _LEAD.match(why)
    return (why, "") if found is None else (found[1], why[found.end() :])


def _says(row: NeedRow) -> Says:
    if row.need is Need.STOPPED:
        return says_of("stop_and_seek_help")
    if row.need is Need.SILENT:
        return says_of("cannot")
    if row.need is Need.NEW or not row.advice:
        return Says("says--cannot", "g-cannot", "Not started")
    return says_of(row.advice)


def _since(row: NeedRow, now: datetime) -> str:
    if row.need is Need.SILENT and row.n_days_silent is not None:
        return plural(row.n_days_silent, "day")
    if row.need is Need.TASK and row.task_due_on is not None:
        return f"by {short_day(row.task_due_on)}"
    if row.need is Need.TESTS_DUE and row.tests_due_on is not None:
        return short_day(row.tests_due_on)
    return since_words(row.since_at, now)


def since_words(since_at: datetime, now: datetime) -> str:
    """Write how long something has waited: "6 min", "1 h 26 min", "2 days"."""
    minutes = max(0, int((now - since_at).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes < 10 * 60 else f"{minutes // 60} h"
    return plural(minutes // (24 * 60), "day")
