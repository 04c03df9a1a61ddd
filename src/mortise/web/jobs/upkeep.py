"""Rows of jobs done long ago go; given-up ones stay for a season, for whoever runs Mortise to see."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from mortise.web.jobs.kinds import job
from mortise.web.jobs.models import Beat
from mortise.web.jobs.timetable import every

HOUR_S = 60 * 60
KEPT_DAYS = {TaskResultStatus.SUCCESSFUL: 7, TaskResultStatus.FAILED: 90}


@job(is_kept=False)
def tidy() -> str:
    """Delete old rows of finished jobs and of workers long gone."""
    now = timezone.now()
    for status, n_days in KEPT_DAYS.items():
        old = DBTaskResult.objects.filter(status=status, finished_at__lt=now - timedelta(days=n_days))
        old.delete()
    Beat.objects.filter(beat_at__lt=now - timedelta(days=1)).delete()
    return ""


every(HOUR_S, "tidy", tidy)
