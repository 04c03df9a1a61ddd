"""What came from which phone, so that what has not come yet can be told from what was never done."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from mortise.web.care.models.patients import EpisodeRow


class PhoneDevice(models.Model):
    """One phone of one patient. `last_sequence` is the highest number the phone says it has given."""

    id = models.CharField(primary_key=True, max_length=40)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="phones")
    last_sequence = models.BigIntegerField(default=0)
    n_waiting = models.PositiveIntegerField(default=0)
    skew_s = models.FloatField(default=0)  # its clock minus ours, at the last contact
    first_seen_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"phone {self.pk}"


class Delivery(models.Model):
    """One numbered item of one phone: what became of it, and what the phone's clocks said."""

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(PhoneDevice, on_delete=models.PROTECT, related_name="deliveries")
    sequence = models.BigIntegerField()
    fact_id = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=10)
    wall_ms = models.BigIntegerField(null=True, blank=True)  # the phone's wall clock at capture, uncorrected
    zone = models.CharField(max_length=60, blank=True)
    monotonic_ms = models.FloatField(
        null=True, blank=True
    )  # since the page opened; no change of clock moves it
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["device", "sequence"], name="care_delivery_each_once"),
            models.CheckConstraint(
                name="care_delivery_numbered_from_one", condition=models.Q(sequence__gte=1)
            ),
        )

    def __str__(self) -> str:
        return f"item {self.sequence} of {self.device_id}"
