"""Facts as they were captured: added, never changed, never deleted. A correction is a new fact."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from mortise.web.audit.models import AppendOnlyModel
from mortise.web.care.models.patients import EpisodeRow

KINDS = (
    "reading", "sign", "check_in", "session_log", "goal", "judgement", "clinic_visit", "stage_entry", "plan_version",
    "decision", "response", "correction", "proposal", "proposal_answer", "escalation_step", "autonomy_entry",
    "discharge", "treatment",
)  # fmt: skip


class FactRow(AppendOnlyModel):
    """One fact. `payload` is the canonical JSON of the fact; the other columns repeat what is searched by.

    `sequence` grows in the order of commitment over the whole database, so that a reader who has seen n misses
    nothing below n. `content_hash` covers the payload without the moments of capture and arrival.
    """

    id = models.CharField(primary_key=True, max_length=80)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="facts")
    sequence = models.BigIntegerField(unique=True)
    kind = models.CharField(max_length=20)
    on = models.DateField()
    origin = models.CharField(max_length=12)
    by = models.CharField(max_length=80)
    captured_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    payload = models.TextField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("sequence",)
        indexes = (
            models.Index(fields=["episode", "sequence"], name="care_fact_in_order"),
            models.Index(fields=["by", "kind", "received_at"], name="care_fact_by_whom"),
        )
        constraints = (
            models.CheckConstraint(name="care_fact_kind_known", condition=models.Q(kind__in=KINDS)),
            models.CheckConstraint(name="care_fact_has_id", condition=~models.Q(id="")),
            models.CheckConstraint(name="care_fact_has_author", condition=~models.Q(by="")),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class QuarantinedFact(models.Model):
    """Something sent that could not be taken: kept as it came, shown to a person, counted by nothing."""

    id = models.BigAutoField(primary_key=True)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="quarantine")
    fact_id = models.CharField(max_length=80, blank=True)
    payload = models.TextField()
    content_hash = models.CharField(max_length=64)
    reason = models.TextField()
    is_conflict = models.BooleanField(default=False)
    received_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=80)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["episode", "fact_id", "content_hash"], name="care_quarantine_each_once"
            ),
        )

    def __str__(self) -> str:
        return f"quarantined {self.pk}"


class ServerState(models.Model):
    """One row: the epoch, made with the database and changed on every restore, and the last sequence given."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField(default=uuid.uuid4)
    last_sequence = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(name="care_one_server_state", condition=models.Q(id=1)),)

    def __str__(self) -> str:
        return f"epoch {self.epoch}"
