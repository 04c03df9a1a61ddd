"""Did a decision move? A fictional year under the small protocol, compared with what is committed.

`python -m tests.golden.decisions.test_year` prints the file anew; read what changed before committing it.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

from mortise.episode import output_hash, story
from mortise.simulate.patients import fictional_patient
from tests import builders as b

GOLDEN = Path(__file__).parent / "year.json"
DAYS = (
    0,
    1,
    6,
    7,
    13,
    14,
    30,
    55,
    57,
    90,
    111,
    113,
    149,
    150,
    152,
    153,
    154,
    156,
    160,
    182,
    205,
    208,
    214,
    300,
)


def year() -> list[dict[str, object]]:
    """Decide the days of the golden year."""
    content = b.SmallContent()
    record = fictional_patient(
        content.protocol(b.PROTOCOL_ID), content.measures, content.exercises, seed=5, opened_on=b.DAY0
    )
    made = []
    for n in DAYS:
        told = story(record, content, b.DAY0 + timedelta(days=n))
        decision = told.decision
        made.append(
            {
                "day": n, "stage": decision.stage, "advice": decision.advice.value, "load": decision.load.value,
                "reasons": list(decision.reasons), "requests": list(decision.requests),
                "findings": {one.criterion: [one.truth.value, str(one.value)] for one in decision.findings},
                "output_hash": output_hash(decision),
            }
        )  # fmt: skip
    return made


def text() -> str:
    """Return the golden file."""
    return json.dumps(year(), indent=1) + "\n"


def test_the_golden_year_is_decided_as_committed() -> None:
    assert GOLDEN.exists(), "the golden file is missing; it is committed, never made by a test"
    committed = json.loads(GOLDEN.read_text(encoding="utf-8"))
    for was, now in zip(committed, year(), strict=True):
        assert now == was


if __name__ == "__main__":
    sys.stdout.write(text())
