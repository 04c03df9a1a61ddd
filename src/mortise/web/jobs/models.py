"""That a worker is alive, and when what repeats is due. The jobs themselves are rows of django-tasks-db."""

from __future__ import annotations

from django.db import models


class Beat(models.Model):
    """A worker that is alive: it renews this row. A job whose worker has none, or an old one, was interrupted."""

    worker_id = models.CharField(primary_key=True, max_length=64)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"beat of {self.worker_id}"


class Turn(models.Model):
    """When a job of the timetable is due next: one row each, so that two workers never do it twice."""

    name = models.CharField(primary_key=True, max_length=40)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.next_at:%Y-%m-%d %H:%M:%S}"
