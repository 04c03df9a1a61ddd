"""Keys of one person's phone: to lock what it keeps, and to tell a plan that was changed or is somebody else's.

They were made once for the person (`accounts.phone_keys`), so that the same person gets the same keys on the next
sign-in, from a server with another secret too, and nobody else ever does. The phone keeps them as keys that cannot be
read out (`docs/decisions`).
"""

from __future__ import annotations

import hashlib
import hmac

from mortise.web.accounts.models import User
from mortise.web.accounts.phone_keys import keys_of, person_tag

__all__ = ["calendar_key", "lock_key", "person_tag", "seal", "seal_key"]


def lock_key(user: User) -> str:
    """Return the key, as 64 hex digits, that locks what this person's phone keeps."""
    return keys_of(user).lock


def seal_key(user: User) -> str:
    """Return the key, as 64 hex digits, under which this person's plans are sealed."""
    return keys_of(user).seal


def calendar_key(user: User) -> str:
    """Return what stands in the address of a person's calendar, so that nobody guesses it."""
    return keys_of(user).calendar[:32]


def seal(user: User, body: str) -> str:
    """Return the seal over a body, to be checked with `seal_key`."""
    return hmac.new(bytes.fromhex(seal_key(user)), body.encode(), hashlib.sha256).hexdigest()
