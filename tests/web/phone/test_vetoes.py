"""The veto table: never looser than the engine, and one table in two languages."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from mortise.catalog import load
from mortise.episode import story
from mortise.prescribe.ladders import at_share, work_s
from mortise.record import CheckIn, PatientRecord
from mortise.record.records import Episode, Person
from mortise.terms import Load, Origin, Side, Truth
from mortise.web.phone.vetoes import FULL_PCT, evaluate, shares, veto_table
from tests import builders as domain

CONTENT = load()
CORE = Path(__file__).resolve().parents[3] / "src/mortise/web/phone/static/phone/js/core"
PROTOCOL = CONTENT.protocol("restricted-dorsiflexion")
TABLE = veto_table(PROTOCOL, CONTENT.measures, PROTOCOL.first_stage)
CALM = dict.fromkeys(TABLE, "0")
CELLS = [(name, answer) for name, row in TABLE.items() for answer in row]


def checks() -> list[dict[str, str]]:
    """Return every cell by itself, every cell with all else calm, and every pair of cells."""
    alone = [{name: answer} for name, answer in CELLS]
    with_calm = [CALM | one for one in alone]
    pairs = [CALM | {a: x, b: y} for (a, x), (b, y) in combinations(CELLS, 2) if a != b]
    odd = [
        {},
        CALM,
        {"red_calf": "maybe"},
        {"pain_now_nrs": "11"},
        {"__proto__": "1"},
        {"pain_now_nrs": "toString"},
    ]
    return [*alone, *with_calm, *pairs, *odd]


@pytest.mark.node
def test_python_and_javascript_agree_on_every_cell_and_every_pair(tmp_path: Path) -> None:
    asked = checks()
    assert len(asked) > 2_000
    (tmp_path / "asked.json").write_text(json.dumps({"table": TABLE, "asked": asked}))
    script = (
        f"import {{ evaluate }} from {json.dumps((CORE / 'veto.js').as_uri())};"
        "import { readFileSync } from 'node:fs';"
        "const { table, asked } = JSON.parse(readFileSync(process.argv[1], 'utf8'));"
        "process.stdout.write(JSON.stringify(asked.map(one => evaluate(table, one))));"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, str(tmp_path / "asked.json")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for answers, theirs in zip(asked, json.loads(done.stdout), strict=True):
        assert theirs == evaluate(TABLE, answers), answers


def test_every_danger_sign_stops_and_every_calm_answer_does_not() -> None:
    for name in PROTOCOL.red_flags:
        assert evaluate(TABLE, CALM | {name: "1"})["stop"]
    calm = evaluate(TABLE, CALM)
    assert (calm["stop"], calm["rest"], calm["pct"], calm["without"]) == (False, False, FULL_PCT, [])


@pytest.mark.parametrize(("name", "answer"), CELLS)
def test_a_cell_is_never_looser_than_the_engine(name: str, answer: str) -> None:
    """Ask the engine the same question: whatever it withholds for this answer alone, the table withholds too."""
    decided, calm = decision(CALM | {name: answer}), decision(CALM)
    effect = evaluate(TABLE, CALM | {name: answer})
    news = [rule for rule in decided.rules if rule.rule not in {one.rule for one in calm.rules}]
    met = [rule for rule in news if rule.truth is Truth.MET]
    assert {tag for rule in met for tag in rule.without_tags} <= set(effect["without"])
    assert effect["stop"] or not decided.is_locked
    assert effect["rest"] or all(rule.load is not Load.REST for rule in met)
    assert effect["pct"] <= min([int(rule.ease_to_pct) for rule in met if rule.ease_to_pct], default=FULL_PCT)
    if any(rule.truth is Truth.UNKNOWN for rule in news):
        assert effect["blind"]


def decision(answers: dict[str, str]) -> Any:
    said = {name: None if value == "unknown" else Decimal(value) for name, value in answers.items()}
    opened = domain.DAY0
    record = PatientRecord(
        person=Person(birth_year=1985),
        episode=Episode(id="e", involved_side=Side.LEFT, protocol=PROTOCOL.id, opened_on=opened),
        facts=(
            CheckIn(id="c", on=opened, origin=Origin.PATIENT, by="p", moment="before_session", answers=said),
        ),
    )
    return story(record, CONTENT, opened).decision


def test_more_symptoms_never_loosen() -> None:
    for name, answer in CELLS:
        if answer == "unknown":
            continue
        one = evaluate(TABLE, CALM | {name: answer})
        for other, more in CELLS:
            if other == name or more == "unknown":
                continue
            both = evaluate(TABLE, CALM | {name: answer, other: more})
            assert both["pct"] <= one["pct"]
            assert set(one["without"]) <= set(both["without"])
            assert both["rest"] >= one["rest"]
            assert both["stop"] >= one["stop"]


def test_every_share_the_table_can_ask_for_lowers_every_dose() -> None:
    assert shares(TABLE)
    for exercise in CONTENT.exercises.values():
        for step, whole in enumerate(exercise.dose_steps):
            for pct in shares(TABLE):
                assert work_s(at_share(exercise, step, pct)[1]) <= work_s(whole)
