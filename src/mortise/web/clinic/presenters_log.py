"""The audit log as a clinician reads it: who, what, when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from mortise.report.words import short_day

_ACTIONS = {
    "assessment.save": "saved a part of the assessment",
    "decision.failed": "no decision could be worked out",
    "course.tell": "told the course beforehand",
    "decision.make": "had a decision worked out",
    "decision.respond": "answered a decision",
    "episode.open": "opened the episode",
    "facts.append": "added to the record",
    "facts.correct": "corrected the record",
    "goals.set": "set the goals",
    "judgement.record": "recorded a judgement",
    "language.choose": "chose the language of the phone",
    "patient.add": "added the patient",
    "phone_link.make": "made a link for the phone",
    "phone_link.open": "opened the link on a phone",
    "phone_link.revoke": "shut a link",
    "plan.set": "set the plan",
    "record.read": "read the record",
    "recording.accept": "took readings of a recording",
    "recording.analyse": "had a recording measured",
    "recording.exclude": "set a recording aside",
    "recording.read": "read a recording",
    "recording.store": "uploaded a recording",
    "recordings.read": "read the list of recordings",
    "visit.plan": "set a visit",
}


class Entry(Protocol):
    """One entry of the audit log."""

    at: datetime
    actor: str
    action: str


class LogRow(Struct, frozen=True, kw_only=True):
    """One line: when, who, what, how often in a row."""

    when: str
    who: str
    what: str
    is_write: bool
    n: int


def log_rows(entries: Iterable[Entry], names: Mapping[str, str], time_zone: str) -> tuple[LogRow, ...]:
    """Return the entries as lines; the same thing by the same person within a minute is one line with a count."""
    rows: list[LogRow] = []
    zone = ZoneInfo(time_zone)
    for entry in entries:
        at = entry.at.astimezone(zone)
        who = names.get(
            entry.actor.removeprefix("user:"), "Mortise itself" if "process" in entry.actor else "somebody"
        )
        line = LogRow(
            when=f"{short_day(at.date())}, {at:%H:%M}",
            who=who,
            what=_ACTIONS.get(entry.action, entry.action.replace(".", " ").replace("_", " ")),
            is_write=not entry.action.endswith(".read"),
            n=1,
        )
        if rows and (rows[-1].when, rows[-1].who, rows[-1].what) == (line.when, line.who, line.what):
            line = LogRow(when=line.when, who=who, what=line.what, is_write=line.is_write, n=rows.pop().n + 1)
        rows.append(line)
    return tuple(rows)
