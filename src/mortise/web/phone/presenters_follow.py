"""What follows a decision, as a patient reads it: what was agreed with the clinic, what is tested again, who looks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext

from mortise.episode import Climb, Reopened, Story
from mortise.record import Judgement
from mortise.report.words import day
from mortise.web.phone.said import said

RESUMED_FOR = timedelta(days=3)  # so long the patient reads that the programme was opened again


def clinic_lines(story: Story) -> tuple[str, ...]:
    """Return what the clinic has agreed or asked for, each once: nothing that no clinician has answered."""
    return tuple(dict.fromkeys(line for line in _lines(story) if line))[:4]


def reopened_lines(story: Story) -> tuple[str, ...]:
    """Return that the clinic opened the programme again after a danger sign, for the first days."""
    opened = [one.on for one in story.facts if isinstance(one, Judgement) and one.judgement == "resume"]
    last = max(opened, default=None)
    if last is None or story.decision.as_of - last > RESUMED_FOR:
        return ()
    return (gettext("Your clinic opened your programme again on %(day)s.") % {"day": day(last)},)


def _lines(story: Story) -> Iterable[str]:
    found, protocol = story.follow_up, story.protocol
    for ladder in found.ladders:
        if ladder.climb is Climb.RETEST and ladder.step is not None:
            yield said(ladder.step.say_patient)
    if found.reopening is not None:
        yield _reopened(found.reopening.state)
    words = {one.id: one.say_patient for one in protocol.escalations}
    for case in found.escalations:
        if case.is_open and case.acknowledged_on is not None:
            yield said(words[case.escalation])
    if found.open_raise:
        yield gettext("You are ready for a little more. It waits until your physiotherapist has agreed.")


def _reopened(state: Reopened) -> str:
    if state is Reopened.RETEST:
        return gettext(
            "One of your tests came out lower than before. Do it once more within the week, the same way."
        )
    return gettext("Two tests came out lower than before. Your clinic looks at it with you.")
