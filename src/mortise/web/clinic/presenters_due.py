"""What is due, and how much of what was planned was done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from mortise.episode import Story
from mortise.episode.due import Due
from mortise.record import SessionLog
from mortise.report.words import number, plural, short_day

WINDOW_DAYS = 28
TODAY = "Today"
_WHY = {
    "review": "by the calendar",
    "checkpoint": "re-evaluation",
    "recheck": "after the break",
    "gate": "a gate waits for it",
    "asked": "a rule asks for it",
}
_WHERE = {"home": "at home", "visit": "at a visit"}


class DueRow(Struct, frozen=True, kw_only=True):
    """Measures due on one day in one place."""

    when: str
    what: str
    why: str
    is_overdue: bool
    is_visit: bool


def due_rows(due: Iterable[Due], today_on: date) -> tuple[DueRow, ...]:
    """Gather what is due by day and place, the longest overdue first."""
    grouped: dict[tuple[date, str, str], list[Due]] = {}
    for one in due:
        on = max(one.due_on, today_on) if one.due_on <= today_on else one.due_on
        grouped.setdefault((on, one.where, one.why), []).append(one)
    return tuple(
        DueRow(
            when=TODAY if on == today_on else short_day(on),
            what=", ".join(one.label for one in found),
            why=f"{_WHERE.get(where, where)}; {_WHY.get(why, why)}",
            is_overdue=any(one.is_overdue for one in found),
            is_visit=where == "visit",
        )
        for (on, where, why), found in sorted(grouped.items(), key=lambda item: item[0])
    )


def session_words(told: Story) -> tuple[str, str]:
    """Return sessions told in the last four weeks and what became of them, and adherence in words."""
    since = told.as_of - timedelta(days=WINDOW_DAYS)
    logs = [fact for fact in told.facts if isinstance(fact, SessionLog) and fact.on > since]
    skipped = sum(bool(log.items) and all(item.outcome == "skipped" for item in log.items) for log in logs)
    modified = sum(
        any(item.outcome != "done" for item in log.items)
        and not all(item.outcome == "skipped" for item in log.items)
        for log in logs
    )
    done = len(logs) - skipped - modified
    counts = f"{done} done, {modified} modified, {skipped} skipped"
    words = f"{plural(len(logs), 'session')} told in {WINDOW_DAYS} days: {counts}"
    if told.adherence is None:
        return words, "Too early to say how much of the plan was done."
    return (
        words,
        f"{number(told.adherence, 1)} % of the planned sessions were done; the rest is unknown or skipped.",
    )
