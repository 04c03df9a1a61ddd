"""Clinics, users with one role each, links that let a patient in on a phone, and failed attempts to sign in."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from mortise.web.accounts import rights
from mortise.web.audit import clock


def check_time_zone(name: str) -> None:
    """Refuse a time zone that does not exist."""
    if name not in available_timezones():
        raise ValidationError("This time zone is not known. Write it as in Europe/Madrid.")


class Clinic(models.Model):
    """A clinic: the wall between people's data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, default="UTC", validators=[check_time_zone])
    emergency_line = models.CharField(max_length=40, blank=True)  # what a patient dials; empty: words only
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=20, blank=True)  # of its patients who chose none; empty: English
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name

    def today(self, now: datetime | None = None) -> date:
        """Return the clinic's local day."""
        return (now or clock.now()).astimezone(ZoneInfo(self.time_zone)).date()


class Role(models.TextChoices):
    """What a person is here; what each may do is in `rights`."""

    PHYSIOTHERAPIST = rights.PHYSIOTHERAPIST, "Physiotherapist"
    PHYSICIAN = rights.PHYSICIAN, "Physician"
    PODIATRIST = rights.PODIATRIST, "Podiatrist"
    COACH = rights.COACH, "Coach"
    ADMINISTRATOR = rights.ADMINISTRATOR, "Administrator"
    PATIENT = rights.PATIENT, "Patient"
    GUEST = rights.GUEST, "Guest"


BY_LINK = (Role.PATIENT, Role.GUEST)  # they have no address and no password: a link lets them in
STAFF_CHOICES = [(role, label) for role, label in Role.choices if role in rights.STAFF_ROLES]


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is compared without regard to case."""

    def create_staff(
        self, *, clinic: Clinic, email: str, name: str, password: str, role: str = Role.PHYSIOTHERAPIST
    ) -> User:
        """Make somebody who signs in with e-mail and password."""
        user = self.model(clinic=clinic, email=email.strip().lower(), name=name, role=role)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_patient(self, *, clinic: Clinic) -> User:
        """Make the user behind a patient's phone: no address, no password, no name."""
        user = self.model(clinic=clinic, email=None, role=Role.PATIENT)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_guest(self, *, clinic: Clinic, name: str) -> User:
        """Make the user behind a guest's link: a name for the log, no address, no password."""
        user = self.model(clinic=clinic, email=None, name=name, role=Role.GUEST)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who acts, in one clinic and one role. A patient's name is kept with the patient, not here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="users")
    role = models.CharField(max_length=20, choices=Role.choices)
    email = models.EmailField(max_length=254, unique=True, null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=20, blank=True)  # empty: the browser's, else the clinic's
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = UserManager()

    class Meta:
        constraints = (
            models.CheckConstraint(name="accounts_role_known", condition=models.Q(role__in=Role.values)),
            models.CheckConstraint(
                name="accounts_staff_have_email_patients_none",
                condition=models.Q(role__in=BY_LINK, email__isnull=True)
                | (~models.Q(role__in=BY_LINK) & models.Q(email__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    @property
    def is_physiotherapist(self) -> bool:
        return self.role == Role.PHYSIOTHERAPIST

    @property
    def is_staff_member(self) -> bool:
        """Whether this person works in the clinic."""
        return self.role in rights.STAFF_ROLES

    @property
    def is_guest(self) -> bool:
        return self.role == Role.GUEST

    @property
    def came_by_link(self) -> bool:
        """Whether a link lets this person in, and its end puts them out."""
        return self.role in BY_LINK

    @property
    def is_patient(self) -> bool:
        return self.role == Role.PATIENT

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower() if self.email else None
        super().save(*args, **kwargs)


class PhoneLink(models.Model):
    """A link that lets a patient in on a phone. Only the hash of its token is kept.

    The link can be opened until `expires_at`, `MAX_OPENINGS` times at most; each opening starts a session that lasts
    on that phone. Revoking the link shuts it and ends every session that it started.
    """

    MAX_OPENINGS = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="phone_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    n_openings = models.PositiveSmallIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-made_at",)
        constraints = (
            models.CheckConstraint(
                name="accounts_link_expires_later", condition=models.Q(expires_at__gt=models.F("made_at"))
            ),
        )

    def __str__(self) -> str:
        return f"phone link {self.pk}"

    def can_open(self, now: datetime) -> bool:
        """Whether a phone may be let in with this link at `now`."""
        return self.revoked_at is None and now < self.expires_at and self.n_openings < self.MAX_OPENINGS


class PhoneKeys(models.Model):
    """The keys of one person's phones, as 64 hex digits each, made once when the first link is opened.

    They lock what lies on the phone and name its person. They are kept here and not worked out anew from the server's
    secret, so that a server with another secret still gives the same person the same keys (decision 0006).
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="phone_keys")
    lock = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    calendar = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"phone keys of {self.user_id}"


class Invitation(models.Model):
    """An invitation to work in a clinic: opened once, by whoever has the link. Only the hash of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=STAFF_CHOICES)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-invited_at",)
        constraints = (
            models.CheckConstraint(
                name="accounts_invitation_to_staff", condition=models.Q(role__in=rights.STAFF_ROLES)
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be taken up."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


class FailedSignIn(models.Model):
    """A failed attempt, so that guessing becomes slow. Holds keyed hashes, no address."""

    key = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"failed at {self.at:%Y-%m-%d %H:%M}"
