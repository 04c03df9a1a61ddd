"""What each episode adds to the cohort view: worked out by a job, so that the view is one query."""

from __future__ import annotations

from django.db import models

from mortise.web.care.models.patients import EpisodeRow


class CohortEntry(models.Model):
    """An episode's `Outcome` on a day. A read-model: it can be worked out again from the record at any time."""

    episode = models.OneToOneField(EpisodeRow, on_delete=models.PROTECT, primary_key=True, related_name="+")
    outcome = models.TextField(blank=True)  # canonical JSON; empty: it could not be worked out
    told_on = models.DateField()

    def __str__(self) -> str:
        return f"cohort entry of {self.episode_id}"
