"""A recording that somebody uploaded: a file named by its hash, and what was found in it."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models
from django.utils import timezone

from mortise.web.care.models.patients import EpisodeRow

# Tests in the words of the desk; the names are those of `mortise.terms.RECORDED_TESTS`.
TEST_WORDS = {
    "gait": "Walking",
    "run": "Running",
    "lunge": "Knee to wall",
    "range": "Range of motion",
    "heel-rise": "Heel rises",
    "hop": "Hops",
    "jump": "Jumps",
    "landing": "Landings",
    "step-down": "Step-downs",
    "balance": "Balance",
    "position": "Joint position",
}


class StoredRecording(models.Model):
    """One recording: what it says it is, where its file lies, and what came of it.

    A gait recording of two feet is one recording with two files. The names given are for showing only. Which tests
    there are is not in the database: `store_recording` refuses others, and a new test needs no migration.
    """

    class Status(models.TextChoices):
        STORED = "stored", "stored"
        MEASURED = "measured", "measured"
        REFUSED = "refused", "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="recordings")
    test = models.CharField(max_length=20)
    recorded_on = models.DateField()
    placement = models.CharField(max_length=40, blank=True)  # as given; empty: as the file says
    rate_hz = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    tested_side = models.CharField(max_length=5, blank=True)  # as given; empty: as the file says
    foot_length_cm = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    marks_s = models.CharField(max_length=200, blank=True)  # first pinch, seconds, with blanks between
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STORED)
    # where its measuring stands, as long as it waits or goes on; empty: no measuring is asked for
    progress = models.CharField(max_length=12, blank=True, default="", db_default="")
    result = models.TextField(blank=True)  # canonical JSON of what `measure` found
    refused_reason = models.TextField(blank=True)
    is_excluded = models.BooleanField(default=False)
    excluded_reason = models.TextField(blank=True)
    stored_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    stored_at = models.DateTimeField(default=timezone.now, editable=False)
    analysed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-stored_at",)
        constraints = (
            models.CheckConstraint(
                name="care_refused_says_why",
                condition=~models.Q(status="refused") | ~models.Q(refused_reason=""),
            ),
            models.CheckConstraint(
                name="care_measured_has_result", condition=~models.Q(status="measured") | ~models.Q(result="")
            ),
            models.CheckConstraint(
                name="care_excluded_says_why",
                condition=models.Q(is_excluded=False) | ~models.Q(excluded_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"recording {self.pk}"

    @property
    def test_words(self) -> str:
        """The test in words."""
        return TEST_WORDS.get(self.test, self.test)


class LeftOut(models.Model):
    """A stretch of a recording that somebody left out, and why. Taken in again it stays on the record, with when."""

    recording = models.ForeignKey(StoredRecording, on_delete=models.PROTECT, related_name="left_out")
    start_s = models.DecimalField(max_digits=9, decimal_places=3)
    end_s = models.DecimalField(max_digits=9, decimal_places=3)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("start_s", "id")
        constraints = (
            models.CheckConstraint(
                name="care_left_out_from_to",
                condition=models.Q(start_s__gte=0) & models.Q(end_s__gt=models.F("start_s")),
            ),
            models.CheckConstraint(name="care_left_out_says_why", condition=~models.Q(reason="")),
        )

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """Return the stretch as it is read: "8 to 9.4 s", without zeros that say nothing."""
        start, end = (f"{Decimal(one):.3f}".rstrip("0").rstrip(".") for one in (self.start_s, self.end_s))
        return f"{start} to {end} s"


class RecordingFile(models.Model):
    """One file of a recording, under the data folder by its hash."""

    recording = models.ForeignKey(StoredRecording, on_delete=models.PROTECT, related_name="files")
    original_name = models.CharField(max_length=200)  # for showing only; never part of a path
    sha256 = models.CharField(max_length=64)
    n_bytes = models.BigIntegerField()
    side = models.CharField(
        max_length=5, blank=True
    )  # where the sensor was worn, as given; empty: as the file says
    placement = models.CharField(max_length=40, blank=True)
    rate_hz = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="care_file_not_empty", condition=models.Q(n_bytes__gte=1)),
            models.UniqueConstraint(
                fields=["recording", "side"], condition=~models.Q(side=""), name="care_one_file_per_side"
            ),
        )

    def __str__(self) -> str:
        return f"file {self.sha256[:12]}"
