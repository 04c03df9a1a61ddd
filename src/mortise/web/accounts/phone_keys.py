"""The keys of one person's phones: made from the server's secret once, then kept, whatever becomes of that secret."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from mortise.web.accounts.models import PhoneKeys, User

# Named in migration 0004 too: a name changed here would lock everybody out of what lies on their phone.
SALTS = {
    "lock": "mortise.phone.lock",
    "seal": "mortise.phone.seal",
    "name": "mortise.phone.person",
    "calendar": "mortise.phone.calendar",
}


def keys_of(user: User) -> PhoneKeys:
    """Return the keys of a person's phones; before a link was opened, those that would be kept then."""
    try:
        return user.phone_keys
    except PhoneKeys.DoesNotExist:
        return PhoneKeys(user=user, **_made(user))


def person_tag(user: User) -> str:
    """Return a name for the person that says nothing about them: it only keeps two people on one phone apart."""
    return keys_of(user).name[:16]


def keep_keys(user: User) -> None:
    """Keep the keys of a person whose link is opened; the same ones from then on."""
    PhoneKeys.objects.get_or_create(user=user, defaults=_made(user))


def _made(user: User) -> dict[str, str]:
    return {
        key: salted_hmac(salt, str(user.pk), algorithm="sha256").hexdigest() for key, salt in SALTS.items()
    }
