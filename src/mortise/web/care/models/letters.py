"""Referral letters: a draft that can be changed, and the letter as it was signed, which cannot."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from mortise.web.audit.models import AppendOnlyModel
from mortise.web.care.models.patients import EpisodeRow


class Letter(models.Model):
    """A letter about one escalation. `words` are the parts a person writes, `facts` the numbers Mortise put in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="letters")
    case = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)  # the escalation: imaging, injection, ...
    to = models.CharField(max_length=300, blank=True)
    words = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    drafted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_how = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    received_words = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-drafted_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["episode", "case"], name="care_one_letter_per_case"),
            models.CheckConstraint(
                name="care_letter_sent_by_somebody",
                condition=models.Q(sent_at__isnull=True, sent_by__isnull=True)
                | models.Q(sent_at__isnull=False, sent_by__isnull=False),
            ),
            models.CheckConstraint(
                name="care_letter_received_after_sent",
                condition=models.Q(received_at__isnull=True) | models.Q(sent_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"letter {self.pk}"


class SignedLetter(AppendOnlyModel):
    """A letter as it was signed: its words, its numbers and its file, with the digest of the file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="signed")
    content = models.TextField()  # canonical JSON of what the file says
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    signed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"signed letter {self.pk}"
