"""Mail that has to go out: queued in the transaction that caused it, sent by the job, repeated until answered."""

from __future__ import annotations

import uuid

from django.db import models

from mortise.web.care.models.patients import EpisodeRow


class Notice(models.Model):
    """One thing to be told by mail. `next_at` is when it is sent next by the server's clock; empty: no more.

    A red flag goes to the clinic again and again until a clinician acknowledges it; silence goes to the patient once.
    `facts` are the ids of the reports behind it, so that the same report is not told twice.
    """

    class Kind(models.TextChoices):
        RED_FLAG = "red_flag", "red flag"
        SILENCE = "silence", "silence"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    facts = models.JSONField(default=list)
    every_min = models.PositiveIntegerField(default=0)  # 0: once
    raised_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    n_sent = models.PositiveIntegerField(default=0)
    n_failed = models.PositiveIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = (models.Index(fields=["next_at"], name="care_notice_due"),)
        constraints = (
            models.CheckConstraint(
                name="care_notice_acknowledged_by_somebody",
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="care_notice_ends_when_acknowledged",
                condition=models.Q(acknowledged_at__isnull=True) | models.Q(next_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"notice {self.pk}"
