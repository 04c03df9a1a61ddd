"""Did a programme move? Twelve weeks of a fictional patient who does what is asked, compared with what is committed.

`python -m tests.golden.decisions.test_closed_loop` prints the file anew; read it as a physiotherapist would before
committing it. The story: calm weeks, but in G2 three days of some pain and one red day.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.support.closed_loop import Day, loop

GOLDEN = Path(__file__).parent / "closed-loop.json"
STAGES = (("G1", 14), ("G2", 28), ("G3", 28), ("G4", 14))
PAINFUL_ON = frozenset({23, 24, 25})
RED_ON = frozenset({33})


def line(day: Day) -> str:
    """Return a day in one line: `^` a raise tried, `v` less than usual."""
    items = " ".join(
        f"{one.exercise}@{one.dose_step}{'^' if one.dose_step > one.usual_step else ''}"
        f"{'v' if one.dose_step < one.usual_step else ''}"
        for one in day.session.exercises
    )
    advice, load = day.decision.advice.value, day.decision.load.value
    return f"{day.n} {day.stage.id} {advice} {load} | {items} | {round(day.session.seconds / 60, 1)} min"


def text() -> str:
    """Return the golden file."""
    return json.dumps([line(day) for day in loop(STAGES, painful=PAINFUL_ON, red=RED_ON)], indent=1) + "\n"


def test_the_golden_story_is_told_as_committed() -> None:
    assert GOLDEN.exists(), "the golden file is missing; it is committed, never made by a test"
    committed = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for was, now in zip(committed, json.loads(text()), strict=True):
        assert now == was


if __name__ == "__main__":
    sys.stdout.write(text())
