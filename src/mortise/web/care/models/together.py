"""What several people need to treat one patient: consent, hand-over, cover, opinions, notes, guests."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from mortise.web.audit.models import AppendOnlyModel
from mortise.web.care.models.patients import EpisodeRow, Patient

MOST_WORDS = 4000


class Purpose(models.TextChoices):
    """What a patient can agree to, each by itself."""

    TREATMENT = "treatment", "Treatment record"
    RECORDINGS = "recordings", "Recordings of movement"
    COACH = "coach", "Sharing with a coach"
    RESEARCH = "research", "Use in comparisons and research"


class Consent(AppendOnlyModel):
    """What a patient agreed to or took back, with the words they were shown. The newest of a purpose holds."""

    class How(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        IN_WRITING = "in_writing", "In writing"
        ON_THE_PHONE = "on_the_phone", "In the patient’s own app"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    is_given = models.BooleanField()
    text_version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64)
    how = models.CharField(max_length=12, choices=How.choices)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=["patient", "purpose", "at"], name="care_consent_newest"),)

    def __str__(self) -> str:
        return f"consent {self.pk}"


class Charge(AppendOnlyModel):
    """Who treats a patient from now on, or which physician is named for them: a hand-over with its note."""

    class Kind(models.TextChoices):
        TREATING = "treating", "Treats"
        PHYSICIAN = "physician", "Named physician"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    before = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=MOST_WORDS, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "id")

    def __str__(self) -> str:
        return f"charge {self.pk}"


class Cover(models.Model):
    """Somebody is away and somebody else looks after their patients, from one day to another, both included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    absent = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="covered")
    covering = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="covers")
    from_on = models.DateField()
    until_on = models.DateField()
    note = models.CharField(max_length=MOST_WORDS, blank=True)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("from_on", "made_at")
        constraints = (
            models.CheckConstraint(
                name="care_cover_ends_after_it_begins", condition=models.Q(until_on__gte=models.F("from_on"))
            ),
            models.CheckConstraint(
                name="care_cover_by_another", condition=~models.Q(absent=models.F("covering"))
            ),
        )

    def __str__(self) -> str:
        return f"cover {self.pk}"


class Opinion(models.Model):
    """A colleague asked for an opinion by name. Their answer is read; nothing follows from it by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="opinions")
    asked = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="opinions_asked_of")
    question = models.CharField(max_length=MOST_WORDS)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=MOST_WORDS, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "id")
        constraints = (
            models.CheckConstraint(
                name="care_opinion_answer_with_its_time",
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"opinion {self.pk}"


class Note(AppendOnlyModel):
    """Words of a clinician about one ankle, for clinicians. Corrected by another note, never changed."""

    class About(models.TextChoices):
        CARE = "care", "Care"
        FOOT = "foot", "Foot and gait"
        FOOTWEAR = "footwear", "Footwear"
        ORTHOSIS = "orthosis", "Orthosis"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(EpisodeRow, on_delete=models.PROTECT, related_name="notes")
    about = models.CharField(max_length=8, choices=About.choices, default=About.CARE)
    words = models.TextField(max_length=MOST_WORDS)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "id")

    def __str__(self) -> str:
        return f"note {self.pk}"


class GuestPass(models.Model):
    """Somebody outside who may read one patient's summary until their link ends. `user` is who reads, in the log."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="guests")
    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="guest_pass")
    link = models.OneToOneField("accounts.PhoneLink", on_delete=models.PROTECT, related_name="+")
    what_for = models.CharField(max_length=200)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return f"guest pass {self.pk}"
