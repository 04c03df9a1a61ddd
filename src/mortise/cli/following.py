"""What `mortise decide` prints beside the decision: what lies ahead, whether it changes, what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mortise.cli.tables import Block
    from mortise.episode import LadderStanding, Story


def blocks(story: Story) -> list[Block]:
    """Return the blocks; a part with nothing to say is left out."""
    from mortise.cli.tables import Heading, Lines, Table
    from mortise.report.following import ahead_lines, ahead_words, moving_of
    from mortise.report.words import short_day

    found: list[Block] = []
    ahead = ahead_words(story.gate_forecast, story)
    if ahead:
        found += [
            Heading("Ahead"),
            Lines((ahead,)),
            Table(("line", "in place"), list(ahead_lines(story.gate_forecast))),
        ]
    moving = [(one.label, one.change, one.going_on) for one in moving_of(story)]
    if moving:
        found += [Heading("Is it changing"), Table(("measure", "since the start", "lately"), moving)]
    ladders = [line for one in story.follow_up.ladders for line in _ladder(one)]
    if ladders:
        found += [Heading("Plateau"), Lines(tuple(ladders), mark="-")]
    tasks = [(short_day(one.due_on), one.title, "overdue" if one.is_overdue else "") for one in story.tasks]
    if tasks:
        found += [Heading("To do"), Table(("by", "what", ""), tasks)]
    return [*found, *_autonomy(story)]


def _ladder(one: LadderStanding) -> list[str]:
    from mortise.episode import Climb
    from mortise.report.following import STEP_WORDS

    if one.step is None:
        return []
    state = {
        Climb.PROPOSED: "waits for a clinician", Climb.RETEST: "answered; the next step waits for a re-test",
        Climb.SPENT: "every step answered",
    }[one.climb]  # fmt: skip
    since = "" if one.since_on is None else f" since {one.since_on}"
    step = f"step {one.number} of {one.n_steps}, {STEP_WORDS[one.step.kind.value].lower()}"
    return [f"{one.label} stands still{since}: {step}; {state}."]


def _autonomy(story: Story) -> list[Block]:
    from mortise.cli.tables import Heading, Lines

    now = story.follow_up.autonomy
    why = " The record says nothing of it." if now.entry is None else f" {now.entry.reason}"
    return [Heading("How far the engine may act"), Lines((f"{now.autonomy.value.capitalize()}.{why}",))]
