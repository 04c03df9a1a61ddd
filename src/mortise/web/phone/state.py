"""What a phone's visit carries from page to page: the day as it is, and a check-in that is under way.

Kept in the server's session, by date, so that yesterday's "ten minutes" does not shorten today.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from mortise.protocol import Circumstances

DAY_KEY, CHECK_KEY, ANSWERED_KEY, ANKLE_KEY = "phone_day", "phone_check", "phone_answered", "phone_ankle"
TEN_MINUTES = 10

# What can be said of a day, in the order in which a combination is named. Everything in it only takes away.
KINDS = ("ten_minutes", "travelling", "hot_ankle", "other_sport", "ill")


def circumstances_for(kinds: Collection[str]) -> Circumstances:
    """Return the circumstances of a day of these kinds, in any combination."""
    return Circumstances(
        minutes=TEN_MINUTES if "ten_minutes" in kinds else None,
        equipment=() if "travelling" in kinds else None,
        is_travelling="travelling" in kinds, is_ill="ill" in kinds, did_other_sport="other_sport" in kinds,
        is_ankle_hot="hot_ankle" in kinds,
    )  # fmt: skip


def kinds_of(request: HttpRequest, today: date) -> tuple[str, ...]:
    """Return what the patient said of today, in the order of `KINDS`; empty on a usual day."""
    kept = request.session.get(DAY_KEY) or {}
    chosen = kept.get("kinds", ()) if kept.get("on") == today.isoformat() else ()
    return tuple(kind for kind in KINDS if kind in chosen)


def choose_day(request: HttpRequest, today: date, kind: str) -> None:
    """Add one kind to today, or take it back when it was chosen before; "usual" takes all back."""
    kinds = set(kinds_of(request, today)) ^ {kind} if kind != "usual" else set()
    request.session[DAY_KEY] = {"on": today.isoformat(), "kinds": sorted(kinds)}


def circumstances_of(request: HttpRequest, today: date) -> Circumstances:
    """Return the circumstances of today."""
    return circumstances_for(kinds_of(request, today))


def ankle_of(request: HttpRequest) -> str:
    """Return the id of the episode chosen on this phone, when both ankles are treated."""
    return str(request.session.get(ANKLE_KEY, ""))


def choose_ankle(request: HttpRequest, episode_id: str) -> None:
    """Turn to the other ankle; a check-in under way belongs to the ankle it was begun for."""
    request.session[ANKLE_KEY] = episode_id
    forget_check(request)


def check_under_way(request: HttpRequest, today: date) -> dict[str, Any]:
    """Return the check-in under way today: ids made when it was begun, and the answers of the steps done."""
    kept = request.session.get(CHECK_KEY)
    if not kept or kept.get("on") != today.isoformat():
        kept = {
            "on": today.isoformat(),
            "id": str(uuid.uuid4()),
            "morning_id": str(uuid.uuid4()),
            "answers": {},
        }
        request.session[CHECK_KEY] = kept
    return dict(kept)


def keep_answers(
    request: HttpRequest, check: dict[str, Any], answers: dict[str, Decimal | None]
) -> dict[str, Any]:
    """Add the answers of one step to the check-in under way."""
    said = {name: None if value is None else str(value) for name, value in answers.items()}
    kept = {**check, "answers": {**check["answers"], **said}}
    request.session[CHECK_KEY] = kept
    return kept


def kept_answers(check: dict[str, Any]) -> dict[str, Decimal | None]:
    """Return the answers kept so far as numbers."""
    return {name: None if value is None else Decimal(value) for name, value in check["answers"].items()}


def forget_check(request: HttpRequest) -> None:
    """Drop the check-in under way: it is saved."""
    request.session.pop(CHECK_KEY, None)


def say_once(request: HttpRequest, lines: list[str]) -> None:
    """Keep what the engine answered for the next page."""
    request.session[ANSWERED_KEY] = lines


def said_once(request: HttpRequest) -> list[str]:
    """Return what the engine answered, once."""
    return list(request.session.pop(ANSWERED_KEY, []))
