"""Slow down guessing: so many failures per address and per network address in a quarter of an hour, then a pause."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from mortise.web.accounts.models import FailedSignIn

WINDOW = timedelta(minutes=15)
MAX_PER_EMAIL = 8
MAX_PER_NETWORK_ADDRESS = 40  # a whole clinic may share one


def network_address(request: HttpRequest) -> str:
    """Return where a request comes from; a forwarded address is believed only behind our own proxy."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.BEHIND_PROXY and forwarded:
        return str(forwarded).rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def is_paused(request: HttpRequest, *, email: str = "") -> bool:
    """Tell whether too many attempts have failed lately."""
    since = timezone.now() - WINDOW
    for key, most in _keys(request, email).items():
        if FailedSignIn.objects.filter(key=key, at__gt=since).count() >= most:
            return True
    return False


def note_failure(request: HttpRequest, *, email: str = "") -> None:
    """Remember a failure and forget those that no longer count."""
    now = timezone.now()
    FailedSignIn.objects.filter(at__lte=now - WINDOW).delete()
    FailedSignIn.objects.bulk_create(FailedSignIn(key=key, at=now) for key in _keys(request, email))


def forget_failures(request: HttpRequest, *, email: str) -> None:
    """Forget the failures of an address after it signed in."""
    FailedSignIn.objects.filter(key=_hash(f"email:{email.strip().lower()}")).delete()


def _keys(request: HttpRequest, email: str) -> dict[str, int]:
    keys = {_hash(f"network:{network_address(request)}"): MAX_PER_NETWORK_ADDRESS}
    if email:
        keys[_hash(f"email:{email.strip().lower()}")] = MAX_PER_EMAIL
    return keys


def _hash(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
