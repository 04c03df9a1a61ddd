"""A patient of a clinic, and one ankle under treatment."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from mortise.record import Episode, Person
from mortise.terms import Sex, Side

SEXES = [(one.value, one.value) for one in Sex]
SIDES = [(Side.LEFT.value, "left"), (Side.RIGHT.value, "right")]


class Patient(models.Model):
    """Who: the only place of a name. `user` acts for this person on a phone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("accounts.Clinic", on_delete=models.PROTECT, related_name="patients")
    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="patient")
    name = models.CharField(max_length=120)
    number = models.CharField(
        max_length=40, blank=True, default="", db_default=""
    )  # the clinic's own, if it has any
    birth_year = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    sex = models.CharField(max_length=12, choices=SEXES, default=Sex.UNSPECIFIED.value)
    height_cm = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    email = models.EmailField(blank=True)
    treated_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="treats"
    )  # who it is now; how it came to be is in `Charge`. Empty: whoever added them
    physician = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="named_for"
    )
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    taken_back_at = models.DateTimeField(
        null=True, blank=True
    )  # since when the treatment record is no longer agreed to; the newest `Consent` says the same

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(
                name="care_birth_year_plausible", condition=models.Q(birth_year__range=(1900, 2100))
            ),
            models.CheckConstraint(
                name="care_sex_known", condition=models.Q(sex__in=[one.value for one in Sex])
            ),
            models.CheckConstraint(
                name="care_height_plausible",
                condition=models.Q(height_cm__isnull=True)
                | models.Q(height_cm__range=(Decimal(50), Decimal(272))),
            ),
            models.CheckConstraint(name="care_patient_has_name", condition=~models.Q(name="")),
            models.UniqueConstraint(
                fields=["clinic", "number"],
                condition=~models.Q(number=""),
                name="care_number_once_per_clinic",
            ),
        )

    def __str__(self) -> str:
        return f"patient {self.pk}"

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def treating_id(self) -> uuid.UUID:
        """Who treats this patient."""
        found: uuid.UUID = self.treated_by_id or self.added_by_id
        return found

    @property
    def person(self) -> Person:
        """What decisions need to know of this patient."""
        return Person(birth_year=self.birth_year, sex=Sex(self.sex), height_cm=self.height_cm)


class EpisodeRow(models.Model):
    """One ankle under treatment. Both ankles: two episodes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    involved_side = models.CharField(max_length=5, choices=SIDES)
    protocol = models.CharField(max_length=80)
    protocol_version = models.CharField(max_length=40)
    protocol_hash = models.CharField(max_length=64, blank=True)
    opened_on = models.DateField()
    is_bilateral = models.BooleanField(default=False)
    opened_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_on", "-opened_at")
        constraints = (
            models.CheckConstraint(
                name="care_side_left_or_right", condition=models.Q(involved_side__in=["left", "right"])
            ),
            models.CheckConstraint(
                name="care_closed_after_opened",
                condition=models.Q(closed_on__isnull=True) | models.Q(closed_on__gte=models.F("opened_on")),
            ),
            models.UniqueConstraint(
                fields=["patient", "involved_side"],
                condition=models.Q(closed_on__isnull=True),
                name="care_one_open_episode_per_ankle",
            ),
        )

    def __str__(self) -> str:
        return f"episode {self.pk}"

    @property
    def side(self) -> Side:
        return Side(self.involved_side)

    @property
    def clinic_id(self) -> uuid.UUID:
        return self.patient.clinic_id

    @property
    def episode(self) -> Episode:
        """What decisions need to know of this episode."""
        return Episode(
            id=str(self.pk),
            involved_side=self.side,
            protocol=self.protocol,
            opened_on=self.opened_on,
            is_bilateral=self.is_bilateral,
        )
