"""What lies ahead and whether it changes, in words that are no surer than what was found."""

from __future__ import annotations

from msgspec.structs import replace

from mortise.cli.following import blocks
from mortise.cli.tables import Heading, Lines, Table
from mortise.report.following import ahead_lines, ahead_words, change_words, going_on_words, moving_of
from mortise.terms import Limb
from tests import builders as b
from tests.unit.episode.courses import (
    FLAT,
    RISING,
    Care,
    answer,
    escalated,
    plan,
    protocol,
    told,
    trained,
    weekly,
)
from tests.unit.episode.test_ladder import LAST, flat

LEVEL = b.criterion("exit.level", "lunge_cm", ">=", 9, limb=Limb.INVOLVED, reduce="filtered", max_age_days=60,
                    domain="range", unit="cm")  # fmt: skip
ONE_GATE = protocol(stages=(b.stage(1, (LEVEL,)), b.stage(2, b.exits()), b.stage(3, ())), plateau=None)


def test_a_rise_is_foreseen_as_an_interval_and_named_improving() -> None:
    found = told([plan(), *weekly([f"{3 + 0.7 * n:.1f}" for n in range(9)])], 57, ONE_GATE)
    words = ahead_words(found.gate_forecast, found)
    assert words.startswith("Stage 2 could open between ")
    assert "It waits longest for: exit.level." in words
    ((label, when),) = ahead_lines(found.gate_forecast)
    assert label == "exit.level"
    assert " to " in when
    (one, *_) = moving_of(found)
    assert one.change.startswith("Improving: ")
    assert one.going_on == "Goes on"


def test_what_cannot_be_told_is_said_so_and_with_how_many_more() -> None:
    found = told([plan(), *weekly(("5", "5.1", "5"))], 15, ONE_GATE)
    (one, *_) = moving_of(found)
    assert "Not decidable yet" in one.change
    assert "would decide" in one.going_on
    assert ahead_words(None, found) == ""
    assert "cannot be told" in ahead_words(found.gate_forecast, found) or "not foreseen" in ahead_words(
        found.gate_forecast, found
    )


def test_worse_and_standing_still_are_said_plainly() -> None:
    falling = told([plan(), *weekly([f"{9 - 0.6 * n:.1f}" for n in range(9)])], 57, ONE_GATE)
    series = next(one for one in falling.series if one.measure == "lunge_cm")
    assert change_words(series).startswith("Worse: ")
    care = Care(plan(), b.entry("e", 1, "S2"), *trained(LAST), *weekly((*RISING, *FLAT)))
    still = next(one for one in care.on(LAST).series if one.measure == "lunge_cm")
    assert going_on_words(still).startswith("Stands still since ")
    assert change_words(replace(still, change=None)) == "No direction is better here."


def said(found: object) -> str:
    lines = []
    for block in blocks(found):  # type: ignore[arg-type]
        if isinstance(block, Heading):
            lines.append(str(block))
        elif isinstance(block, Lines):
            lines += [str(line) for line in block.lines]
        elif isinstance(block, Table):
            lines += [" | ".join(str(cell) for cell in row) for row in block.rows]
    return "\n".join(lines)


def test_the_terminal_says_the_ladder_its_step_and_what_is_to_be_done() -> None:
    care = flat()
    text = said(care.on(LAST))
    assert "lunge_cm stands still since" in text
    assert "step 1 of 5, what was done; waits for a clinician." in text
    assert "Stands still: lunge_cm (step 1 of 5)" in text
    (ladder,) = care.on(LAST).follow_up.ladders
    care.add(answer("a", LAST, ladder.proposal), escalated("x", LAST - 60, "raised"))
    text = said(care.on(LAST + 1))
    assert "answered; the next step waits for a re-test." in text
    assert "Imaging: not acknowledged | overdue" in text
