"""The people of a clinic: invite, take up an invitation, change a role, end and give back access. All audited."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from mortise.errors import ConflictError, InputError
from mortise.web.accounts.access import may
from mortise.web.accounts.models import Clinic, Invitation, User
from mortise.web.accounts.phone_links import hash_of
from mortise.web.accounts.rights import STAFF_ROLES, Right
from mortise.web.audit import clock, log

logger = logging.getLogger("mortise.accounts")
OPEN_FOR = timedelta(days=7)
TOKEN_BYTES = 16
SUBJECT = "Mortise: you are invited to work in a clinic"
BODY = (
    "{inviter} invites you to {clinic} as a {role}.\n\nOpen this address within seven days and choose a password:\n"
    "{address}\n\nIf you expected nothing like this, do nothing: the invitation ends by itself.\n"
)
FIELDS = ("name", "time_zone", "phone", "emergency_line", "language")


class Invited(NamedTuple):
    """An invitation and its token, which is shown once and kept nowhere."""

    invitation: Invitation
    token: str


def people_of(*, by: User) -> list[User]:
    """Return who works or worked in the clinic, those with access first."""
    _require(by)
    return list(
        User.objects.filter(clinic=by.clinic, role__in=STAFF_ROLES).order_by("-is_active", "name", "email")
    )


def invitations_of(*, by: User) -> list[Invitation]:
    """Return the invitations of the clinic that are still open."""
    _require(by)
    found = Invitation.objects.filter(clinic=by.clinic, accepted_at=None, revoked_at=None)
    return [one for one in found.select_related("invited_by") if one.is_open(clock.now())]


@transaction.atomic
def invite(*, email: str, name: str, role: str, by: User) -> Invited:
    """Invite somebody into the clinic of whoever acts; an open invitation to the same address ends; audited."""
    _require(by)
    email = email.strip().lower()
    if role not in STAFF_ROLES:
        raise InputError("Choose one of the roles.", where="role")
    if User.objects.filter(email=email).exists():
        raise InputError("Somebody signs in with this address already.", where="email")
    Invitation.objects.filter(clinic=by.clinic, email=email, accepted_at=None, revoked_at=None).update(
        revoked_at=clock.now()
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = Invitation(
        clinic=by.clinic, email=email, name=" ".join(name.split()), role=role, token_hash=hash_of(token),
        invited_by=by, expires_at=clock.now() + OPEN_FOR,
    )  # fmt: skip
    _clean(made)
    made.save()
    log.record(by, "person.invite", detail={"invitation": made.pk, "role": role})
    return Invited(made, token)


def mail_invitation(invited: Invited, address: str) -> bool:
    """Send an invitation by mail; tell whether it went out. The page shows the address all the same."""
    one = invited.invitation
    body = BODY.format(
        inviter=one.invited_by.name,
        clinic=one.clinic.name,
        role=one.get_role_display().lower(),
        address=address,
    )
    try:
        return EmailMessage(SUBJECT, body, settings.DEFAULT_FROM_EMAIL, [one.email]).send() > 0
    except (OSError, SMTPException) as error:
        logger.error("an invitation could not be sent: %s", type(error).__name__)
        return False


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> None:
    """End an invitation before it is taken up; audited."""
    _require(by)
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=clock.now()
    )
    log.record(by, "person.invitation_revoke", detail={"invitation": invitation.pk})


def open_invitation(token: str, now: datetime) -> Invitation | None:
    """Return the invitation of `token` while it can be taken up."""
    found = Invitation.objects.select_related("clinic").filter(token_hash=hash_of(token)).first()
    return found if found and found.is_open(now) else None


@transaction.atomic
def take_up(*, token: str, name: str, password: str) -> User:
    """Make somebody's account from their invitation, once; audited as their own deed."""
    locked = Invitation.objects.select_for_update().filter(token_hash=hash_of(token)).first()
    found = open_invitation(token, clock.now()) if locked else None
    if found is None:
        raise ConflictError("This invitation was used or has ended.", mend="Ask for a new one.")
    user = User(clinic=found.clinic, email=found.email, name=" ".join(name.split()), role=found.role)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InputError(" ".join(error.messages), where="password") from None
    user.set_password(password)
    _clean(user)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise ConflictError("Somebody signs in with this address already.", mend="Sign in.") from None
    found.accepted_at, found.accepted_by = clock.now(), user
    found.save(update_fields=["accepted_at", "accepted_by"])
    log.record(user, "person.join", detail={"invitation": found.pk, "role": user.role})
    return user


@transaction.atomic
def change_role(*, person: User, role: str, by: User) -> None:
    """Give somebody of the clinic another role, at once; one's own stays: a clinic keeps its last hand; audited."""
    _require_other(person, by)
    if role not in STAFF_ROLES:
        raise InputError("Choose one of the roles.", where="role")
    before = person.role
    if role != before:
        User.objects.filter(pk=person.pk).update(role=role)
        log.record(by, "person.role", detail={"user": person.pk, "from": before, "to": role})


@transaction.atomic
def set_active(*, person: User, is_active: bool, by: User) -> None:
    """End somebody's access at their next request, or give it back; what they wrote stays theirs; audited."""
    _require_other(person, by)
    if person.is_active != is_active:
        User.objects.filter(pk=person.pk).update(is_active=is_active)
        log.record(by, "person.return" if is_active else "person.end", detail={"user": person.pk})


@transaction.atomic
def change_clinic(*, by: User, **given: str) -> Clinic:
    """Change the clinic's name, time zone, telephone and emergency line; audited without their words."""
    _require(by)
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    changed = [name for name in FIELDS if name in given and getattr(clinic, name) != given[name].strip()]
    for name in changed:
        setattr(clinic, name, given[name].strip())
    _clean(clinic)
    clinic.save(update_fields=changed or None)
    if changed:
        log.record(by, "clinic.change", detail={"fields": changed})
    return clinic


def _require(by: User) -> None:
    if not may(by, Right.MANAGE):
        raise InputError("Only an administrator can do this.")


def _require_other(person: User, by: User) -> None:
    _require(by)
    if person.clinic_id != by.clinic_id or person.role not in STAFF_ROLES:
        raise InputError("This person does not work in your clinic.")
    if person.pk == by.pk:
        raise InputError("Your own role and access are for another administrator to change.")


def _clean(row: Invitation | User | Clinic) -> None:
    try:
        row.full_clean(exclude=["password"] if isinstance(row, User) else None)
    except ValidationError as error:
        field = next(iter(error.message_dict))
        raise InputError(error.message_dict[field][0], where=field) from None
