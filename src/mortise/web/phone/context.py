"""The sentences that scripts of the phone say, for every page of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mortise.web.phone.words import WORDS


def phone(request: HttpRequest) -> dict[str, Any]:
    """Give the phone's pages the words its scripts need; other pages nothing."""
    return {"phone_words": WORDS} if request.path.startswith("/phone/") else {}
