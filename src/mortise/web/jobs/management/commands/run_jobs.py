"""Do the jobs: what was queued, and what the timetable asks for. `serve` runs it by itself."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from mortise.web.jobs import worker
from mortise.web.jobs.kinds import Pace
from mortise.web.jobs.timetable import one_round


class Command(BaseCommand):
    """Works until stopped. Running it twice does nothing twice."""

    help = "Do queued jobs and what repeats: recordings, mail, decisions for those silent; `serve` runs it by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round of what repeats, then stop")
        parser.add_argument("--batch", action="store_true", help="do what is queued, then stop")
        parser.add_argument("--list", action="store_true", help="say what waits, runs and was given up")
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the starting process has ended"
        )
        parser.add_argument(
            "--no-timetable", action="store_true", help="only what is queued, nothing that repeats (no mail)"
        )
        parser.add_argument(
            "--beat", type=float, default=Pace().beat_s, metavar="S", help="seconds between signs of life"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pace = Pace(beat_s=options["beat"])
        if options["list"]:
            self.stdout.writelines(said())
        elif options["once"]:
            self.stdout.write(one_round())
        elif options["batch"]:
            worker.drain(pace)
        else:
            worker.work(pace, with_parent=options["with_parent"], has_timetable=not options["no_timetable"])


def said() -> list[str]:
    """Return what waits, runs and was given up, without anything about patients."""
    lines = []
    for status in (TaskResultStatus.READY, TaskResultStatus.RUNNING, TaskResultStatus.FAILED):
        lines.append(f"{status.label}: {DBTaskResult.objects.filter(status=status).count()}\n")
    for row in DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).order_by("-finished_at")[:50]:
        at = f"{row.finished_at:%Y-%m-%d %H:%M}" if row.finished_at else "-"
        lines.append(
            f"{at} {row.task_path} given up after {len(row.worker_ids)}: {row.exception_class_path}\n"
        )
    return lines
