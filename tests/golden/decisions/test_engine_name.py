"""Was the engine's name raised when its decisions changed? Its name stands for what it decides.

`engine.json` keeps, for each name, a digest of what was asked and one of what was decided. The same questions under the
same name must be answered the same; `python -m tests.golden.decisions.test_engine_name` adds a new name and refuses to
change an old one.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

import pytest

from mortise.episode import ENGINE, output_hash, stories
from mortise.protocol import Circumstances
from mortise.record import PatientRecord
from mortise.record.records import encode
from mortise.simulate.patients import Habits, fictional_patient
from tests import builders as b
from tests.unit.episode.courses import FLAT, RISING, plan, protocol, trained, weekly

GOLDEN = Path(__file__).parent / "engine.json"
RAISE_IT = (
    "The same questions are decided otherwise, and the engine is still called {engine}. Raise ENGINE in "
    "mortise/episode/fold.py, then `python -m tests.golden.decisions.test_engine_name`; the changelog says it."
)
ASK_ANEW = "What is asked changed. Look at it, then `python -m tests.golden.decisions.test_engine_name`."
NAME_IT = "{engine} has no line of its own yet: `python -m tests.golden.decisions.test_engine_name`."


class Kept(TypedDict):
    """What is kept of one engine."""

    asked: str
    decided: str


def records() -> Iterator[tuple[PatientRecord, b.SmallContent, range]]:
    """Yield fictional records, under which content, and the days that are decided."""
    small, whole = b.SmallContent(), b.SmallContent(protocol())
    for seed, habits in ((5, Habits()), (6, Habits(answers=0.4, flare_from_day=40)), (7, Habits(trains=0.3))):
        record = fictional_patient(
            small.protocol(b.PROTOCOL_ID), small.measures, small.exercises, seed=seed, opened_on=b.DAY0, habits=habits
        )  # fmt: skip
        yield record, small, range(0, 365, 11)
    until = 7 * (len(RISING) + len(FLAT))
    course = (plan(), b.entry("e", 1, "S2"), *trained(until), *weekly((*RISING, *FLAT)))
    for is_earned in (True, False):
        yield b.record(*course, is_earned=is_earned), whole, range(0, until, 3)
    yield b.record(*b.ready_to_advance(12)), small, range(14)
    yield b.record(*b.ready_to_advance(12), b.entry("up", 13), b.resume("r", 13)), small, range(20)


def found() -> Kept:
    """Ask everything and return both digests."""
    asked, decided = hashlib.sha256(), hashlib.sha256()
    for record, content, days in records():
        whole = (record, content.protocol(b.PROTOCOL_ID), content.measures, content.exercises, list(days))
        asked.update(encode(whole))
        told = stories(record, content, (b.DAY0 + timedelta(days=n) for n in days), {"": Circumstances()})
        for story in told.values():
            decided.update(output_hash(story.decision).encode())
    return {"asked": asked.hexdigest(), "decided": decided.hexdigest()}


def trouble(kept: dict[str, Kept], engine: str, now: Kept) -> str:
    """Say what is wrong with an engine's name, or nothing."""
    mine = kept.get(engine)
    if mine is None:
        return NAME_IT.format(engine=engine)
    if mine["asked"] != now["asked"]:
        return ASK_ANEW
    return "" if mine["decided"] == now["decided"] else RAISE_IT.format(engine=engine)


def test_the_engine_is_called_what_it_decides() -> None:
    assert GOLDEN.exists(), "the golden file is missing; it is committed, never made by a test"
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert trouble(kept, ENGINE, found()) == ""
    assert list(kept)[-1] == ENGINE, "an engine's name is never taken back"


@pytest.mark.parametrize(
    ("engine", "now", "said"),
    [
        ("e/2", {"asked": "a", "decided": "d"}, ""),
        ("e/2", {"asked": "a", "decided": "other"}, RAISE_IT.format(engine="e/2")),
        ("e/3", {"asked": "a", "decided": "other"}, NAME_IT.format(engine="e/3")),
        ("e/2", {"asked": "other", "decided": "d"}, ASK_ANEW),
    ],
)
def test_a_forgotten_name_is_found_out(engine: str, now: Kept, said: str) -> None:
    assert trouble({"e/2": {"asked": "a", "decided": "d"}}, engine, now) == said


def main() -> int:
    """Write the line of the present engine; refuse to change what an engine of this name decided."""
    kept = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    now = found()
    said = trouble(kept, ENGINE, now)
    if said == RAISE_IT.format(engine=ENGINE):
        sys.stderr.write(f"{said}\n")
        return 1
    GOLDEN.write_text(json.dumps({**kept, ENGINE: now}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
