"""The queue: nothing queued is lost, whatever is killed; what cannot be done is given up with a cause, and told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from mortise.cli import server
from mortise.web.jobs import kinds, outcomes, timetable, upkeep, worker
from mortise.web.jobs.kinds import Pace
from mortise.web.jobs.models import Beat, Turn
from scripts.with_postgres import find_programs, throw_away_postgres
from tests.web import jobs_to_try

ROOT = Path(__file__).resolve().parents[2]
PACE = Pace(beat_s=0.2)
PATIENCE_S = 60


@pytest.fixture
def said(tmp_path: Path) -> Path:
    return tmp_path / "said.txt"


def queued(one: Any, said: Path) -> DBTaskResult:
    result = one.using(backend="queue").enqueue(file=str(said))
    return DBTaskResult.objects.get(pk=result.id)


def take(queue: str = kinds.QUICK) -> worker.Hands:
    """Do what waits now, in this process."""
    hands = worker.Hands(queue, PACE, batch=True)
    hands.backend_name = "queue"
    worker.beat([hands])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db_worker, "close_old_connections", lambda: None)  # a test holds its connection
        hands.run()
    return hands


def hurry() -> None:
    """Let the time of waiting pass."""
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())


# ---------------------------------------------------------------- what becomes of a job


def test_a_job_is_done_once_and_says_so(db: None, said: Path) -> None:
    row = queued(jobs_to_try.works, said)
    take()
    take()
    row.refresh_from_db()
    assert (row.status, row.return_value) == (TaskResultStatus.SUCCESSFUL, "done")
    assert said.read_text() == "done\n"


def test_a_job_stands_or_falls_with_the_transaction_that_queued_it(db: None, said: Path) -> None:
    with transaction.atomic():
        queued(jobs_to_try.works, said)
        transaction.set_rollback(True)
    take()
    assert not DBTaskResult.objects.exists()
    assert not said.exists()


def test_a_job_that_breaks_is_tried_three_times_later_each_time_and_then_given_up_aloud(
    db: None, said: Path
) -> None:
    row = queued(jobs_to_try.breaks, said)
    waits = []
    for _ in range(2):
        take()
        row.refresh_from_db()
        assert row.status == TaskResultStatus.READY
        waits.append((row.run_after - timezone.now()).total_seconds())
        take()  # not yet due
        hurry()
    take()
    hurry()
    take()
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert 0 < waits[0] < waits[1] <= PACE.wait(2).total_seconds()
    assert said.read_text().split("\n") == ["began"] * 3 + ["given up: broke", ""]
    assert row.exception_class_path == "builtins.ZeroDivisionError"
    assert "Ben" not in row.traceback
    assert "jobs_to_try" in row.traceback


def test_what_our_own_errors_refuse_is_not_tried_again(db: None, said: Path) -> None:
    row = queued(jobs_to_try.refuses, said)
    take()
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert said.read_text() == "began\ngiven up: broke\n"


def running(said: Path, beat_at: Any, n_attempts: int = 1) -> DBTaskResult:
    row = queued(jobs_to_try.works, said)
    DBTaskResult.objects.filter(pk=row.pk).update(
        status=TaskResultStatus.RUNNING, started_at=timezone.now(), worker_ids=["gone"] * n_attempts
    )
    if beat_at is not None:
        Beat.objects.create(worker_id="gone", beat_at=beat_at)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(("age_s", "n_found"), [(0.5, 0), (2.0, 1), (None, 1)])
def test_only_a_worker_that_has_stopped_beating_loses_its_job(
    db: None, said: Path, age_s: float | None, n_found: int
) -> None:
    now = timezone.now()
    row = running(said, None if age_s is None else now - timedelta(seconds=age_s))
    assert outcomes.reap(now, PACE) == n_found
    row.refresh_from_db()
    assert row.status == (TaskResultStatus.READY if n_found else TaskResultStatus.RUNNING)


def test_a_job_interrupted_as_often_as_it_may_is_given_up(db: None, said: Path) -> None:
    row = running(said, None, n_attempts=kinds.N_ATTEMPTS)
    outcomes.reap(timezone.now(), PACE)
    outcomes.reap(timezone.now(), PACE)
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert said.read_text() == "given up: interrupted\n"


def test_a_worker_taken_for_dead_cannot_end_what_another_has_begun(db: None, said: Path) -> None:
    row = running(said, None)
    outcomes.reap(timezone.now(), PACE)
    assert not outcomes.done(row, "late")
    row.refresh_from_db()
    assert row.status == TaskResultStatus.READY


def test_stopping_gives_back_what_was_not_finished_and_counts_it_as_no_attempt(db: None, said: Path) -> None:
    row = running(said, timezone.now(), n_attempts=2)
    outcomes.release(["gone"])
    row.refresh_from_db()
    assert (row.status, row.worker_ids) == (TaskResultStatus.READY, ["gone"])
    assert not Beat.objects.exists()


# ---------------------------------------------------------------- the timetable


@pytest.mark.django_db(transaction=True)
def test_told_to_stop_while_a_transaction_is_begun_it_still_gives_everything_back(monkeypatch: Any) -> None:
    """A signal comes between two steps of the database: what it left half begun keeps nothing back."""

    def run(_: worker.Hands) -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        sys.exit(0)

    monkeypatch.setattr(worker.Hands, "run", run)
    monkeypatch.setattr(worker.Hands, "configure_signals", lambda _: None)
    monkeypatch.setattr(worker, "_start", lambda *_: None)
    with pytest.raises(SystemExit) as stopped:
        worker.work(PACE)
    assert stopped.value.code == 0
    assert not Beat.objects.exists()


def test_what_repeats_is_queued_when_it_is_due_and_not_before(db: None, monkeypatch: Any) -> None:
    done: list[str] = []
    monkeypatch.setattr(timetable, "_TABLE", {"one": timetable.Entry(20.0, upkeep.tidy)})
    monkeypatch.setattr(timetable, "enqueue_once", lambda job: done.append(job.name))
    now = timezone.now()
    assert timetable.enqueue_due(now) == ["one"]
    assert timetable.enqueue_due(now + timedelta(seconds=19)) == []
    assert timetable.enqueue_due(now + timedelta(seconds=21)) == ["one"]
    assert done == ["tidy", "tidy"]
    assert Turn.objects.count() == 1


def test_the_same_job_does_not_wait_twice(db: None, said: Path) -> None:
    one = jobs_to_try.works.using(backend="queue")
    kinds.enqueue_once(one, file=str(said))
    kinds.enqueue_once(one, file=str(said))
    kinds.enqueue_once(one, file=f"{said}-other")
    assert DBTaskResult.objects.count() == 2


def test_what_was_done_long_ago_goes(db: None, said: Path) -> None:
    for n_days, status in ((8, "SUCCESSFUL"), (6, "SUCCESSFUL"), (8, "FAILED"), (91, "FAILED")):
        row = queued(jobs_to_try.works, said)
        at = timezone.now() - timedelta(days=n_days)
        DBTaskResult.objects.filter(pk=row.pk).update(status=status, finished_at=at)
    upkeep.tidy.call()
    kept = [(row.status, (timezone.now() - row.finished_at).days) for row in DBTaskResult.objects.all()]
    assert sorted(kept) == [("FAILED", 8), ("SUCCESSFUL", 6)]


def test_whoever_runs_it_can_see_what_was_given_up(
    db: None, said: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    queued(jobs_to_try.refuses, said)
    take()
    call_command("run_jobs", list=True)
    out = capsys.readouterr().out
    assert "Failed: 1" in out
    assert "jobs_to_try.refuses given up after 1: mortise.errors.InputError" in out


# ---------------------------------------------------------------- killed


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    programs = find_programs()
    assert programs is not None
    with throw_away_postgres(programs) as url:
        yield url


QUEUE = """
import django
django.setup()
from django.core.management import call_command
from tests.web import jobs_to_try
call_command("migrate", verbosity=0)
jobs_to_try.waits_the_first_time.enqueue(file={slow!r})
jobs_to_try.kills_its_worker.enqueue(file={deadly!r})
"""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_killed_worker_loses_no_job_and_a_deadly_job_ends(kind: str, tmp_path: Path) -> None:
    """kill -9 in the middle: done again by the next. A job that kills its worker is given up after two."""
    slow, deadly = tmp_path / "slow", tmp_path / "deadly"
    command = [sys.executable, "-m", "mortise.web", "run_jobs", "--beat", "0.2"]
    with database(kind, tmp_path) as url:
        env = {name: value for name, value in os.environ.items() if not name.startswith("MORTISE_")} | {
            "MORTISE_DATA_DIR": str(tmp_path), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mortise.web.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        }  # fmt: skip
        queue = QUEUE.format(slow=str(slow), deadly=str(deadly))
        subprocess.run([sys.executable, "-c", queue], env=env, check=True)
        first = subprocess.Popen(command, env=env)
        await_line(slow, "began")
        first.send_signal(signal.SIGKILL)
        first.wait()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server, "FIRST_WAIT_S", 0.1)
            keeper = server._Keeper(command, env)
            keeper.start()
            try:
                await_line(deadly, "given up: interrupted")
            finally:
                keeper.stop()
        assert keeper._process is not None
        assert keeper._process.returncode == 0
    assert slow.read_text().split("\n") == ["began", "began", "done", ""]
    assert deadly.read_text().split("\n") == ["began", "began", "given up: interrupted", ""]


def await_line(file: Path, line: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not (file.exists() and line in file.read_text().split("\n")):
        assert time.monotonic() < until, f"never: {line}"
        time.sleep(0.05)
