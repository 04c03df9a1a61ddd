"""Links that let a patient in on a phone, or a guest in to read: make, open, revoke.

The token has 128 bits from the system's random source and is shown once; the database keeps its SHA-256 (a random
token needs no slow hash). Opening is a deliberate tap (POST), so a preview robot that fetches the address opens
nothing. Patient data services (`care`) call these functions and audit them.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from mortise.web.accounts import phone_keys
from mortise.web.accounts.models import PhoneLink, User

OPEN_FOR = timedelta(days=14)
SESSION_FOR = timedelta(days=180)
RENEW_AFTER = timedelta(days=30)
SESSION_KEY = "phone_link"
SHUT_KEY = "phone_link_shut"
TOKEN_BYTES = 16


def make_link(*, user: User, made_by: User, open_for: timedelta = OPEN_FOR) -> tuple[PhoneLink, str]:
    """Make a link for a patient's user; return it with its token, which cannot be shown again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = PhoneLink.objects.create(
        user=user, made_by=made_by, token_hash=hash_of(token), expires_at=timezone.now() + open_for
    )
    return link, token


def find_link(token: str, now: datetime) -> PhoneLink | None:
    """Return the link of `token` when it can still be opened."""
    link = PhoneLink.objects.select_related("user__clinic").filter(token_hash=hash_of(token)).first()
    return link if link and link.user.is_active and link.can_open(now) else None


def open_link(request: HttpRequest, token: str) -> PhoneLink | None:
    """Let a phone in: start a session of its own that lasts until the link is revoked or the phone is unused long."""
    now = timezone.now()
    with transaction.atomic():
        locked = PhoneLink.objects.select_for_update().filter(token_hash=hash_of(token)).first()
        link = find_link(token, now) if locked else None
        if link is None:
            return None
        link.n_openings += 1
        link.last_opened_at = now
        link.save(update_fields=["n_openings", "last_opened_at"])
        if link.user.is_patient:
            phone_keys.keep_keys(link.user)
    request.session.flush()
    login(request, link.user, backend="mortise.web.accounts.backends.StaffByPassword")
    request.session[SESSION_KEY] = str(link.pk)
    request.session.set_expiry(link.expires_at if link.user.is_guest else SESSION_FOR)
    return link


def keep_session(request: HttpRequest) -> None:
    """Let the session of a phone in use last on; once a month is often enough to write it."""
    if request.session.get_expiry_age() < (SESSION_FOR - RENEW_AFTER).total_seconds():
        request.session.set_expiry(SESSION_FOR)


def revoke_link(link: PhoneLink) -> None:
    """Shut a link and end, at their next request, the sessions it started."""
    PhoneLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    link.refresh_from_db(fields=["revoked_at"])


def session_holds(link_id: str, user: User) -> bool:
    """Tell whether a session started by this link may go on; a guest's ends with the link's own time."""
    links = PhoneLink.objects.filter(pk=link_id, user=user, revoked_at__isnull=True)
    return (links.filter(expires_at__gt=timezone.now()) if user.is_guest else links).exists()


def shut_session(request: HttpRequest, user: User) -> None:
    """Sign a phone out whose link was shut; all that is left of its session says so to whatever it asks later.

    The session keeps its name: several requests may be under way, and each of them hears it.
    """
    request.session.clear()
    request.session[SHUT_KEY] = str(user.pk)
    request.session.set_expiry(SESSION_FOR)
    request.user = AnonymousUser()


def shut_for(request: HttpRequest) -> User | None:
    """Return the patient whose link was shut on this phone, when that is why it is signed out."""
    user_id = request.session.get(SHUT_KEY)
    return User.objects.select_related("clinic").filter(pk=user_id).first() if user_id else None


def hash_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
