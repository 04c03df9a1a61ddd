"""Who needs me today, why, and since when: groups in order of need, one action each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from mortise.report.words import day, plural, short_day
from mortise.web.care.models import Need
from mortise.web.care.services.needs import NeedRow
from mortise.web.clinic.presenters_words import Says, n_people, says_of

N_ON_PLAN_SHOWN = 200
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Row(Struct, frozen=True, kw_only=True):
    """One line of the list as it is read."""

    episode_id: UUID
    name: str
    sub: str
    why: str
    says: Says
    since: str
    action: str
    is_flag: bool
    others: tuple[tuple[UUID, str], ...]  # the other ankle of the same patient: its episode and side
    is_due: bool  # said as a chip: it is no proposal of Mortise


class Group(Struct, frozen=True, kw_only=True):
    """Rows of one urgency."""

    key: str
    title: str
    about: str
    rows: tuple[Row, ...]


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


_GROUPS = (
    ("now", "Now", "a red flag; the clock runs until you answer", (Need.STOPPED,)),
    (
        "decide", "Decide today", "Mortise proposes, you agree or overrule",
        (Need.STEPPED_BACK, Need.ASKED, Need.ADVANCE),
    ),
    (
        "week", "This week", "something to do, tests due, silent, something not taken in, not started",
        (Need.TASK, Need.TESTS_DUE, Need.SILENT, Need.NOT_TAKEN_IN, Need.WRITTEN, Need.NEW),
    ),
)  # fmt: skip


def desk_of(
    found: Iterable[NeedRow], now: datetime, today_on: date, titles: Mapping[str, str], query: str = ""
) -> Desk:
    """Arrange the clinic's episodes by need; within one need the longest waiting comes first.

    Parameters
    ----------
    found
        Every open episode of the clinic, in order of need.
    now, today_on
        The moment and the clinic's own day.
    titles
        Protocol id to its title.
    query
        Only people whose name holds these words are shown.
    """
    everybody = tuple(found)
    wanted = query.casefold().split()
    shown = [one for one in everybody if all(word in one.name.casefold() for word in wanted)]
    ankles = _ankles(everybody)
    groups = []
    for key, title, about, needs in _GROUPS:
        rows = tuple(_row(one, now, titles, ankles) for one in shown if one.need in needs)
        if rows:
            groups.append(Group(key=key, title=title, about=about, rows=rows))
    quiet = sorted((one for one in shown if not one.needs_somebody), key=lambda one: one.name)
    needing = {one.patient_id for one in everybody if one.needs_somebody}
    n_quiet = len({one.patient_id for one in everybody} - needing)
    n_needing = len(needing)
    return Desk(
        headline=headline(n_needing, len({one.patient_id for one in everybody if one.need is Need.STOPPED})),
        about=f"{WEEKDAYS[today_on.weekday()]} {day(today_on)}. {_quiet_words(n_quiet, n_needing)}",
        groups=tuple(groups),
        on_plan=tuple(_row(one, now, titles, ankles) for one in quiet[:N_ON_PLAN_SHOWN]),
        n_on_plan=len(quiet),
        n_needing=n_needing,
        is_empty=not everybody,
        query=query,
    )


def _ankles(rows: Iterable[NeedRow]) -> dict[UUID, list[NeedRow]]:
    """Return the open episodes of each patient."""
    found: dict[UUID, list[NeedRow]] = {}
    for one in rows:
        found.setdefault(one.patient_id, []).append(one)
    return found


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


def _row(
    row: NeedRow, now: datetime, titles: Mapping[str, str], ankles: Mapping[UUID, Iterable[NeedRow]]
) -> Row:
    stage = f", stage {row.stage}" if row.stage else ""
    return Row(
        episode_id=row.episode_id,
        name=row.name,
        sub=f"{row.age}, {row.side.value}. {titles.get(row.protocol, row.protocol)}{stage}",
        why=row.reason or "On plan.",
        says=_says(row),
        since=_since(row, now),
        action="Answer" if row.need is Need.STOPPED else row.action,
        is_flag=row.need is Need.STOPPED,
        others=tuple(
            (one.episode_id, one.side.value)
            for one in ankles[row.patient_id]
            if one.episode_id != row.episode_id
        ),
        is_due=row.need is Need.TESTS_DUE,
    )


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
