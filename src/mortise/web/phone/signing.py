"""Keys of one person's phone: to lock what it keeps, and to tell a plan that was changed or is somebody else's.

Both come from the server's secret and the person, so that the same person gets the same keys on the next sign-in and
nobody else ever does. The phone keeps them as keys that cannot be read out (`docs/decisions`).
"""

from __future__ import annotations

import hashlib
import hmac

from django.utils.crypto import salted_hmac

from mortise.web.accounts.models import User

LOCK, SEAL, NAME = "mortise.phone.lock", "mortise.phone.seal", "mortise.phone.person"
CALENDAR = "mortise.phone.calendar"


def lock_key(user: User) -> str:
    """Return the key, as 64 hex digits, that locks what this person's phone keeps."""
    return _derived(LOCK, user)


def seal_key(user: User) -> str:
    """Return the key, as 64 hex digits, under which this person's plans are sealed."""
    return _derived(SEAL, user)


def person_tag(user: User) -> str:
    """Return a name for the person that says nothing about them: it only keeps two people on one phone apart."""
    return _derived(NAME, user)[:16]


def calendar_key(user: User) -> str:
    """Return what stands in the address of a person's calendar, so that nobody guesses it."""
    return _derived(CALENDAR, user)[:32]


def seal(user: User, body: str) -> str:
    """Return the seal over a body, to be checked with `seal_key`."""
    return hmac.new(bytes.fromhex(seal_key(user)), body.encode(), hashlib.sha256).hexdigest()


def _derived(salt: str, user: User) -> str:
    return salted_hmac(salt, str(user.pk), algorithm="sha256").hexdigest()
