"""The sentences that scripts of the phone say, for every page of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from mortise.web.accounts.models import User
from mortise.web.phone.signing import person_tag
from mortise.web.phone.visits import HERE
from mortise.web.phone.words import page_words

# Words that only these pages say, and that only the page without the server says, which carries all of them.
ONLY_ON = {"live_": ("/phone/live/", "/phone/ready/"), "ready_": ("/phone/ready/",)}
WITHOUT_SERVER = (
    "offline", "expired", "too_old", "no_plan", "broken_plan", "newer_plan", "rest_today",
    "withheld", "eased", "done_today", "tomorrow", "answers_lighter", "first_question", "online_only", "kept",
    "closed_", "put_away", "take_out", "away_", "not_taken_danger",
)  # fmt: skip


def phone(request: HttpRequest) -> dict[str, Any]:
    """Give the phone's pages the words its scripts need and whose page it is; other pages nothing."""
    if not request.path.startswith("/phone/"):
        return {}
    user = getattr(request, "user", None)
    person = person_tag(user) if isinstance(user, User) and user.is_patient else ""
    words = {name: said for name, said in page_words().items() if _is_said_on(request.path, name)}
    return {"phone_words": words, "phone_person": person, "phone_episode": request.META.get(HERE, "")}


def _is_said_on(path: str, name: str) -> bool:
    if name.startswith(WITHOUT_SERVER):
        return False
    return all(path.startswith(pages) for head, pages in ONLY_ON.items() if name.startswith(head))
