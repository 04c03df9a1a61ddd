"""Which session a patient may still tell once more."""

from __future__ import annotations

from datetime import date

from mortise.episode import Story
from mortise.record import SessionLog
from mortise.terms import Origin

CHANGE_DAYS = 1  # a log told later than two days is history, not evidence; until then it can be put right


def last_told(story: Story, today: date) -> SessionLog | None:
    """Return the newest session the patient told, when it is of today or yesterday."""
    logs = [one for one in story.facts if isinstance(one, SessionLog) and one.origin is Origin.PATIENT]
    told = max(logs, key=lambda one: (one.on, str(one.received_at or ""), one.id), default=None)
    return told if told is not None and (today - told.on).days <= CHANGE_DAYS else None
