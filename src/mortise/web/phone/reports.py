"""Sends a report to the engine and keeps its answer for the next page."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext

from mortise.episode import Story
from mortise.record.facts import Fact
from mortise.web.care import services
from mortise.web.phone import presenters, state
from mortise.web.phone.refusals import not_taken
from mortise.web.phone.visits import Visit


def report(request: HttpRequest, visit: Visit, before: Story, facts: Sequence[Fact]) -> bool:
    """Send facts in, keep the answer for the next page, and tell whether all are kept; nothing saved is taken back."""
    try:
        answered = services.answer_report(
            episode=visit.episode,
            facts=facts,
            on=visit.today,
            by=visit.user,
            circumstances=visit.circumstances,
        )
    except services.UndecidedError as error:
        state.say_once(request, [gettext(str(error))])
        return True
    refused = [
        gettext("Not saved: %(reason)s") % {"reason": not_taken(answer.reason)}
        for answer in answered.answers
        if not answer.is_kept
    ]
    state.say_once(request, refused or presenters.changes(before, answered.story))
    return not refused
