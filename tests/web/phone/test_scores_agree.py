"""One questionnaire, two programs: the score the phone shows and the score the server puts on the record."""

from __future__ import annotations

import json
import random
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mortise.catalog import load
from mortise.progress.questionnaires import scored
from mortise.protocol import Questionnaire, ScoreRule, Scoring

CORE = Path(__file__).resolve().parents[3] / "src/mortise/web/phone/static/phone/js/core/scores.js"
SCRIPT = (
    f"import {{ scoreOf }} from {json.dumps(CORE.as_uri())};"
    "import { readFileSync } from 'node:fs';"
    "const asked = JSON.parse(readFileSync(process.argv[1], 'utf8'));"
    "process.stdout.write(JSON.stringify(asked.map(({ rule, answers }) => scoreOf(rule, answers).value)));"
)
N_EACH = 60


def plain(rule: ScoreRule, step: Decimal) -> dict[str, Any]:
    return {
        "label": rule.label, "rule": rule.rule.value, "items": rule.item_ids, "reversed": rule.reversed_items,
        "item_low": str(rule.item_low), "item_high": str(rule.item_high), "is_turned": rule.is_turned,
        "low": str(rule.low), "high": str(rule.high), "least": rule.n_answered_least, "step": str(step),
    }  # fmt: skip


def answers_to(rule: ScoreRule, asked: Questionnaire, chance: random.Random) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    n_steps = int((rule.item_high - rule.item_low) / rule.item_step)
    for name in rule.item_ids:
        item = asked.item(name)
        offered = [one.points for one in item.options if one.points is not None] if item else []
        value = (
            chance.choice(offered) if offered else rule.item_low + rule.item_step * chance.randint(0, n_steps)
        )
        found[name] = None if chance.random() < 0.2 else str(value)
    return found


@pytest.mark.node
def test_every_rule_gives_the_same_score_of_the_same_answers(tmp_path: Path) -> None:
    content, chance = load(), random.Random(7)
    asked, ours = [], []
    for one in content.questionnaires.values():
        for rule in one.scores:
            if rule.rule is Scoring.ENTRY:
                continue
            step = content.measures[rule.measure].resolution
            for _ in range(N_EACH):
                answers = answers_to(rule, one, chance)
                given = {name: Decimal(said) for name, said in answers.items() if said is not None}
                value = next(
                    each.value for each in scored(one, given, content.measures) if each.score is rule
                )
                asked.append({"rule": plain(rule, step), "answers": answers})
                ours.append(value)
    path = tmp_path / "asked.json"
    path.write_text(json.dumps(asked))
    done = subprocess.run(
        ["node", "--input-type=module", "-e", SCRIPT, str(path)], capture_output=True, text=True, check=True
    )
    theirs = [None if one is None else Decimal(one) for one in json.loads(done.stdout)]
    assert theirs == ours
    assert {rule["rule"]["rule"] for rule in asked} >= {"sum", "percent", "mean"}
    assert any(one is None for one in ours)
