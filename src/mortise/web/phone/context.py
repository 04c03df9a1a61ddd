"""The sentences that scripts of the phone say, for every page of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mortise.web.accounts.models import User
from mortise.web.phone.signing import person_tag
from mortise.web.phone.visits import HERE
from mortise.web.phone.words import page_words


def phone(request: HttpRequest) -> dict[str, Any]:
    """Give the phone's pages the words its scripts need and whose page it is; other pages nothing."""
    if not request.path.startswith("/phone/"):
        return {}
    user = getattr(request, "user", None)
    person = person_tag(user) if isinstance(user, User) and user.is_patient else ""
    return {"phone_words": page_words(), "phone_person": person, "phone_episode": request.META.get(HERE, "")}
