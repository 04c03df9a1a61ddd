"""A care that has ended, in words for the desk."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mortise.episode import Story
from mortise.report.ending import OUTCOME_WORDS
from mortise.report.words import day


class EndedView(Struct, frozen=True, kw_only=True):
    """When, by whom, with what outcome, why, and what the patient reads."""

    on: str
    by: str
    outcome: str
    reason: str
    summary: str


def ended_view(told: Story, names: Mapping[str, str]) -> EndedView | None:
    """Return the discharge that holds, or None while care goes on."""
    ended = told.discharge
    if ended is None:
        return None
    return EndedView(
        on=day(ended.on), by=names.get(ended.by, "a clinician"), outcome=OUTCOME_WORDS[ended.outcome],
        reason=ended.reason, summary=ended.summary,
    )  # fmt: skip
