"""What a patient writes to the clinic: words for a person, read by no engine."""

from __future__ import annotations

import uuid

from django.db import models

from mortise.web.care.models.patients import EpisodeRow

MOST_LETTERS = 1000


class Message(models.Model):
    """One message of a patient. `id` is made where it is written, so that a tap that was sent twice is one message."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="messages")
    words = models.CharField(max_length=MOST_LETTERS)
    written_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-written_at",)
        constraints = (
            models.CheckConstraint(
                name="care_message_seen_by_somebody",
                condition=models.Q(seen_at__isnull=True, seen_by__isnull=True)
                | models.Q(seen_at__isnull=False, seen_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"
