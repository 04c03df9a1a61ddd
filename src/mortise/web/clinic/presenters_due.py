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


class Sessions(Struct, frozen=True, kw_only=True):
    """What became of the sessions that were planned in the last weeks; of the unknown ones nobody told anything."""

    done: int
    modified: int
    skipped: int
    unknown: int | None  # None: the plan names no number of sessions
    words: str
    adherence: str

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Return each kind with its number, those known first."""
        known = (("done", self.done), ("modified", self.modified), ("skipped", self.skipped))
        return known if self.unknown is None else (*known, ("unknown", self.unknown))


def sessions_of(told: Story) -> Sessions:
    """Return sessions of the last four weeks: done, modified, skipped, and how many planned ones nobody told of."""
    since = told.as_of - timedelta(days=WINDOW_DAYS)
    logs = [fact for fact in told.facts if isinstance(fact, SessionLog) and fact.on > since]
    skipped = sum(bool(log.items) and all(item.outcome == "skipped" for item in log.items) for log in logs)
    modified = sum(
        any(item.outcome != "done" for item in log.items)
        and not all(item.outcome == "skipped" for item in log.items)
        for log in logs
    )
    unknown = _unknown(told, len(logs))
    counts = f"{len(logs) - skipped - modified} done, {modified} modified, {skipped} skipped"
    said = "" if unknown is None else f", {unknown} unknown"
    share = (
        "Too early to say how much of the plan was done."
        if told.adherence is None
        else f"{number(told.adherence, 1)} % of the planned sessions were done; the rest is unknown or skipped."
    )
    return Sessions(
        done=len(logs) - skipped - modified, modified=modified, skipped=skipped, unknown=unknown,
        words=f"{plural(len(logs), 'session')} told in {WINDOW_DAYS} days: {counts}{said}", adherence=share,
    )  # fmt: skip


def _unknown(told: Story, n_told: int) -> int | None:
    """Return how many planned sessions of the window nobody told of; None where no number is planned."""
    course = told.folded.course
    if not course.n_per_week or course.plan_from is None:
        return None
    n_days = min(WINDOW_DAYS, told.as_of.toordinal() - course.plan_from)
    return max(0, n_days * course.n_per_week // 7 - n_told)


def session_words(told: Story) -> tuple[str, str]:
    """Return what became of the sessions of the last four weeks, and adherence, in words."""
    found = sessions_of(told)
    return found.words, found.adherence
