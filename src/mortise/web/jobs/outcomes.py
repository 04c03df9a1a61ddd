"""What becomes of a job: done, tried again later, or given up with a cause; and of one that was interrupted."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from mortise.errors import MortiseError
from mortise.web.jobs.kinds import BROKE, INTERRUPTED, Pace, kind_of
from mortise.web.jobs.models import Beat

Row = DBTaskResult[Any, Any]

logger = logging.getLogger("mortise.jobs")

_READY, _RUNNING, _FAILED = TaskResultStatus.READY, TaskResultStatus.RUNNING, TaskResultStatus.FAILED


def done(row: Row, value: object) -> bool:
    """Note that a job was done; False when it was taken for interrupted meanwhile, and is somebody else's now."""
    held = _held(row)
    if not kind_of(row.task_path).is_kept:
        return bool(held.delete()[0])
    return bool(
        held.update(status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now(), return_value=value)
    )


def failed(row: Row, error: Exception, pace: Pace) -> None:
    """Try again later, unless it was tried often enough or the error says that trying again changes nothing."""
    logger.error("a job broke: %s", row.task_path, exc_info=error)
    n, kind = len(row.worker_ids), kind_of(row.task_path)
    if n < kind.n_attempts and not isinstance(error, MortiseError):
        _again(row, pace.wait(n))
        return
    places = [
        f"{one.filename}:{one.lineno} in {one.name}" for one in traceback.extract_tb(error.__traceback__)
    ]
    _give_up(row, BROKE, f"{type(error).__module__}.{type(error).__qualname__}", "\n".join(places))


def reap(now: datetime, pace: Pace) -> int:
    """Put every running job whose worker has stopped beating back into the queue, or give it up; return how many."""
    alive = set(Beat.objects.filter(beat_at__gt=now - pace.lost_after).values_list("worker_id", flat=True))
    n_found = 0
    for row in DBTaskResult.objects.filter(status=_RUNNING):
        if row.worker_ids and row.worker_ids[-1] in alive:
            continue
        n_found += 1
        n = len(row.worker_ids)
        logger.warning("a job was interrupted (%s of its attempts): %s", n, row.task_path)
        if n < kind_of(row.task_path).n_attempts:
            _again(row, pace.wait(n))
        else:
            _give_up(row, INTERRUPTED, f"{__name__}.{INTERRUPTED}", "")
    return n_found


def release(worker_ids: Iterable[str]) -> None:
    """Give back what these workers have not finished when they stop: at once, and not counted as an attempt."""
    names = set(worker_ids)
    for row in DBTaskResult.objects.filter(status=_RUNNING):
        if row.worker_ids and row.worker_ids[-1] in names:
            _held(row).update(status=_READY, worker_ids=row.worker_ids[:-1], run_after=timezone.now())
    Beat.objects.filter(worker_id__in=names).delete()


def _held(row: Row) -> models.QuerySet[Row]:
    """Return the row as long as it is still the attempt that was begun."""
    return DBTaskResult.objects.filter(pk=row.pk, status=_RUNNING, started_at=row.started_at)


def _again(row: Row, wait: timedelta) -> None:
    _held(row).update(status=_READY, run_after=timezone.now() + wait)


@transaction.atomic
def _give_up(row: Row, cause: str, error: str, places: str) -> None:
    """Mark a job as failed and tell whom it concerns; both or neither."""
    kind, held = kind_of(row.task_path), _held(row)
    if kind.is_kept:
        n = held.update(
            status=_FAILED, finished_at=timezone.now(), exception_class_path=error, traceback=places
        )
    else:
        n, _ = held.delete()  # it comes again by the timetable
    if not n:
        return
    logger.error("a job was given up (%s): %s", cause, row.task_path)
    if kind.given_up is not None:
        kind.given_up(cause, **row.args_kwargs["kwargs"])
