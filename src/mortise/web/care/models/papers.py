"""Reports asked for as a file: made by a job, kept for a day, then gone. All they say is on the record."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from mortise.web.care.models.patients import EpisodeRow


class Paper(models.Model):
    """One report as a file, waiting to be made, made, or given up with a reason."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for its turn"
        READING = "reading", "Reading the record"
        SETTING = "setting", "Setting the pages"
        READY = "ready", "Ready"
        FAILED = "failed", "Not made"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    made_at = models.DateTimeField(null=True, blank=True)
    pdf = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "id")
        constraints = (
            models.CheckConstraint(
                name="care_paper_ready_has_its_file",
                condition=models.Q(status="ready", pdf__isnull=False, made_at__isnull=False)
                | (~models.Q(status="ready") & models.Q(pdf__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"paper {self.pk}"

    @property
    def is_under_way(self) -> bool:
        """Whether it is still to come."""
        return self.status in (self.Status.WAITING, self.Status.READING, self.Status.SETTING)
