"""The process that does the jobs: one thread for what is quick, one for what is slow, one that beats and watches.

The slow never delay the quick: a mail about a red flag does not wait for a recording. Any thread that breaks ends the
process; whoever started it starts it again.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks.signals import task_finished, task_started
from django_tasks_db.management.commands.db_worker import Worker

from mortise.web.jobs import outcomes
from mortise.web.jobs.kinds import QUICK, SLOW, Pace
from mortise.web.jobs.models import Beat
from mortise.web.jobs.outcomes import Row
from mortise.web.jobs.timetable import enqueue_due

logger = logging.getLogger("mortise.jobs")

POLL_S = 1.0  # each look takes the write lock of SQLite for a moment
STARVED_STATUS, TOO_LONG_STATUS = 70, 75


class Hands(Worker):
    """Takes jobs of its queues one after the other. What goes wrong is settled by `outcomes`, not marked as failed."""

    def __init__(self, queue: str, pace: Pace, *, batch: bool = False) -> None:
        super().__init__(
            queue_names=[queue], interval=min(POLL_S, pace.beat_s), batch=batch, startup_delay=False,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS, max_tasks=None, excluded_queue_names=[],
            worker_id=f"{queue}-{get_random_string(22)}",
        )  # fmt: skip
        self.pace = pace
        self.busy_since_s: float | None = None

    def run_task(self, db_task_result: Row) -> None:
        """Do one job. A stop in the middle leaves it running: the stop itself gives it back, or the reaper does."""
        row = db_task_result
        self.running_task, self.busy_since_s = True, time.monotonic()
        try:
            given, backend = row.args_kwargs, type(row.task.get_backend())
            task_started.send(sender=backend, task_result=row.task_result)
            value = row.task.call(*given["args"], **given["kwargs"])
            if outcomes.done(row, value):
                task_finished.send(sender=backend, task_result=row.task_result)
        except Exception as error:
            outcomes.failed(row, error, self.pace)
        finally:
            self.running_task, self.busy_since_s = False, None
            self._run_tasks += 1


def drain(pace: Pace) -> None:
    """Do every job that waits, then return. What waits for a later moment is left."""
    for queue in (QUICK, SLOW):
        hands = Hands(queue, pace, batch=True)
        beat([hands])
        hands.run()
        outcomes.release([hands.worker_id])


def work(pace: Pace, *, with_parent: bool = False, has_timetable: bool = True) -> None:
    """Work until told to stop (SIGTERM, SIGINT), or until the starting process has ended."""
    quick, slow = hands = [Hands(QUICK, pace), Hands(SLOW, pace)]
    beat(hands)
    parent = os.getppid() if with_parent else 0
    _start("beat", lambda: _watch(hands, pace, parent, has_timetable))
    quick.configure_signals()
    _start("slow", slow.run)
    try:
        quick.run()
    finally:
        slow.running = False
        connection.close()  # told to stop while a transaction was being begun, this one can begin no other
        outcomes.release([one.worker_id for one in hands])


def beat(hands: list[Hands]) -> None:
    """Say that these are alive."""
    for one in hands:
        Beat.objects.update_or_create(worker_id=one.worker_id, defaults={"beat_at": timezone.now()})


def _watch(hands: list[Hands], pace: Pace, parent: int, has_timetable: bool) -> None:
    """Beat, take back what was interrupted, queue what is due; end the process when a job takes far too long."""
    while hands[0].running:
        for one in hands:
            since = one.busy_since_s
            if since is not None and time.monotonic() - since > pace.longest_s:
                logger.error("a job ran for too long: this process ends, and is started again")
                os._exit(TOO_LONG_STATUS)
        close_old_connections()
        try:
            beat(hands)
            outcomes.reap(timezone.now(), pace)
            if has_timetable:
                enqueue_due(timezone.now())
        except OperationalError as error:  # the database is busy or away: the next beat tells
            logger.warning("a beat was missed", exc_info=error)
        time.sleep(pace.beat_s)
        if parent and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _start(name: str, does: Callable[[], None]) -> None:
    def guarded() -> None:
        try:
            does()
        except BaseException as error:
            logger.error("a thread of the jobs broke: %s", name, exc_info=error)
            os._exit(STARVED_STATUS)
        finally:
            connection.close()

    threading.Thread(target=guarded, name=name, daemon=True).start()
