"""Whoever wants to be harmed: chosen inputs bring no load that what was told rules out, and planted faults are found.

The traces that came nearest are kept in `tests/golden/decisions/hard-traces.json`; `make simulate ARGS="--adversary N"`
searches further, and prints whatever it finds as a trace to be added there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st
from msgspec.structs import replace

from mortise.catalog import load
from mortise.protocol import Protocol
from mortise.simulate.rehearsal.adversaries import TOPS, Move, play, search
from mortise.simulate.rehearsal.policies import Policy, policy

RELEASED = policy("released")
KEPT = Path(__file__).parents[1] / "golden" / "decisions" / "hard-traces.json"
# Every protocol in the hardest stage it has.
GAMES = (
    ("anterior-impingement", "A4"),
    ("posterior-impingement", "P5"),
    ("after-arthroscopy", "R4"),
    ("restricted-dorsiflexion", "G4"),
)
CALM = Move()
moves = st.builds(
    Move,
    **{
        name: st.one_of(st.just(getattr(CALM, name)), st.integers(0, getattr(TOPS, name)))
        for name in Move._fields
    },
)
A4 = RELEASED.protocol("anterior-impingement")


@settings(
    max_examples=12, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(st.lists(moves, min_size=3, max_size=5))
@pytest.mark.parametrize(("protocol_id", "stage"), GAMES)
def test_no_chosen_inputs_bring_load_that_what_was_told_rules_out(
    protocol_id: str, stage: str, trace: list[Move]
) -> None:
    played = play(trace, RELEASED, RELEASED.protocol(protocol_id), stage)
    target(float(played.load))
    assert played.violations == ()


@pytest.mark.parametrize("kept", json.loads(KEPT.read_text(encoding="utf-8")), ids=lambda kept: kept["id"])
def test_the_hardest_traces_found_so_far_stay_harmless(kept: dict[str, object]) -> None:
    protocol = RELEASED.protocol(str(kept["protocol"]))
    moves_of = kept["moves"]
    assert isinstance(moves_of, list)
    played = play([Move(**one) for one in moves_of], RELEASED, protocol, str(kept["stage"]))
    assert played.violations == ()
    assert played.n_flagged_days


def without(*rules: str) -> Callable[[Protocol], Protocol]:
    return lambda protocol: replace(
        protocol, rules=tuple(one for one in protocol.rules if one.id not in rules)
    )


@pytest.mark.parametrize(
    "rules",
    [
        ("pain.now_middle", "pain.now_high"),
        ("swelling.clear", "swelling.much"),
        ("warmth.today", "warmth.second_day"),
        ("sharp.today", "sharp.repeats"),
    ],
    ids=lambda rules: rules[0],
)
def test_a_planted_fault_is_found(rules: tuple[str, ...]) -> None:
    found = search(Policy("planted", load(), without(*rules)), A4, "A4", seed=1, n_plays=120)
    assert found.played.violations


def test_a_search_can_be_repeated_and_climbs() -> None:
    few, again, many = (search(RELEASED, A4, "A4", seed=2, n_plays=n) for n in (3, 3, 25))
    assert few == again
    assert few.played.load <= many.played.load
    assert many.played.violations == ()
    assert many.n_played == 25
