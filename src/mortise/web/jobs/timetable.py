"""What repeats: a name, how often, and the job. A row for each says when it is due next, whoever asks first."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django_tasks.base import Task

from mortise.web.jobs.kinds import enqueue_once
from mortise.web.jobs.models import Turn

logger = logging.getLogger("mortise.jobs")


class Entry(NamedTuple):
    """How often a job is due, in seconds."""

    every_s: float
    job: Task[..., Any]


_TABLE: dict[str, Entry] = {}


def every(seconds: float, name: str, one: Task[..., Any]) -> None:
    """Put a job on the timetable. It takes no arguments and returns, in words, what it did."""
    _TABLE[name] = Entry(seconds, one)


def enqueue_due(now: datetime) -> list[str]:
    """Queue what is due, and return the names."""
    later = set(Turn.objects.filter(next_at__gt=now).values_list("name", flat=True))
    return [name for name, entry in _TABLE.items() if name not in later and _take_turn(name, entry, now)]


@transaction.atomic
def _take_turn(name: str, entry: Entry, now: datetime) -> bool:
    Turn.objects.get_or_create(name=name, defaults={"next_at": now})
    row = Turn.objects.select_for_update().get(name=name)
    if row.next_at > now:
        return False
    row.next_at = now + timedelta(seconds=entry.every_s)
    row.save(update_fields=["next_at"])
    enqueue_once(entry.job)
    return True


def one_round() -> str:
    """Do everything on the timetable now, here; what breaks is said and logged, and the others go on."""
    said = []
    for name, entry in _TABLE.items():
        try:
            said.append(str(entry.job.call()))
        except Exception as error:
            logger.error("a job broke: %s", name, exc_info=error)
            said.append(f"{name}: broke")
    return "; ".join(one for one in said if one)
