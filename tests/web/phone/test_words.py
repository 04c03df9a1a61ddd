"""What the phone says keeps to what was decided."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from mortise.catalog import load
from mortise.protocol import DoseStep
from mortise.terms import Load, Truth
from mortise.web.phone import presenters, presenters_progress, presenters_session

RAISES = SimpleNamespace(load=Load.RAISE, say_patient="A little more today.")
EASES = SimpleNamespace(load=Load.EASE, say_patient="A little less today.")
TODAY = date(2026, 11, 21)


def story(load: Load) -> Any:
    return SimpleNamespace(
        decision=SimpleNamespace(load=load), session=SimpleNamespace(why_patient="More of one: heel rises.")
    )


def test_a_raise_is_said_as_what_the_session_made_of_it() -> None:
    assert presenters._of_rule(RAISES, story(Load.RAISE)) == "More of one: heel rises."  # type: ignore[arg-type]


@pytest.mark.parametrize("load", [Load.KEEP, Load.EASE, Load.REST])
def test_a_raise_that_a_tighter_rule_kept_back_is_not_promised(load: Load) -> None:
    assert presenters._of_rule(RAISES, story(load)) == ""  # type: ignore[arg-type]


def test_what_tightens_is_always_said() -> None:
    assert presenters._of_rule(EASES, story(Load.EASE)) == "A little less today."  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("n_days", "words"),
    [(-3, "once more, now"), (0, "once more, now"), (2, "once more, from 23 November")],
)
def test_a_second_date_that_has_come_is_not_told_as_to_come(n_days: int, words: str) -> None:
    finding = SimpleNamespace(earliest_on=TODAY + timedelta(days=n_days), cause=None)
    visit = SimpleNamespace(today=TODAY)
    assert presenters_progress._found(finding, Truth.UNKNOWN, visit) == words  # type: ignore[arg-type]


def test_a_round_of_walking_and_running_is_told_part_by_part() -> None:
    rounds = DoseStep(n_sets=4, duration_s=Decimal(300), run_s=Decimal(180), load="flat, easy")
    parts = [tuple(part) for part in presenters_session.tempo_parts(rounds, load().exercises["walk-run"])]
    assert parts == [("walk", "Walk", "120"), ("run", "Run", "180")]
    assert presenters_session.rep_words(rounds) == "Round"
    assert presenters_session.dose_words(rounds) == "4 × (walk 2 min, run 3 min), flat, easy"
    assert presenters_session.dose_numbers(rounds, load().exercises["walk-run"])["run_s"] == 180


def test_a_run_without_a_walk_before_it_is_one_part() -> None:
    run = DoseStep(n_sets=1, duration_s=Decimal(1200), run_s=Decimal(1200))
    assert [part.words for part in presenters_session.tempo_parts(run, load().exercises["steady-run"])] == [
        "Run"
    ]
