"""Two ways of judging a criterion agree: what only tells, for speed, and what finds, with everything it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from msgspec.structs import replace

from mortise import catalog
from mortise.decide import nodes
from mortise.decide.findings import Truthful, truth_of
from mortise.decide.nodes import Leaf, evaluate, ready_node, tell
from mortise.decide.ready import Ready
from mortise.episode.fold import Folded, Folder
from mortise.protocol import Protocol
from mortise.protocol.criteria import criteria_in
from mortise.simulate.rehearsal.courses import OPENED_ON
from mortise.terms import Truth
from tests.property.test_engine_remembers import CALM, LIVES, _arrived, _lived, _nobody

EVERY_DAYS = 5


def _days(protocol: str, cohort_id: str) -> Iterator[Folded]:
    """Yield days of a life in which facts came late, were corrected and back-dated."""
    life, days = _lived(protocol, cohort_id, seed=len(protocol) + len(cohort_id))
    folder = Folder(life.person, life.episode, catalog.load())
    for n, batch in enumerate(_arrived(days, Random(3))):
        folder.take(batch)
        if n % EVERY_DAYS == 0:
            yield folder.fold(OPENED_ON + timedelta(days=n), CALM, _nobody)


def _leaves(protocol: Protocol, folded: Folded) -> list[Leaf]:
    """Make every criterion of a protocol ready for this person, whatever stage it stands in."""
    measures = catalog.load().measures
    made = []
    conditions = [line for stage in protocol.stages for line in stage.exit]
    conditions += [rule.when for rule in (*protocol.rules, *protocol.lights)]
    for node in [one for condition in conditions for one in criteria_in(condition)]:
        for of in ("exit", "danger"):
            leaf = ready_node(node, of=of, group=node.id, measures=measures, bands=protocol.bands,
                              person=folded.ready.person)  # fmt: skip
            assert isinstance(leaf, Leaf)
            made.append(leaf)
    return made


def check_agreement(protocol_id: str, cohort_id: str) -> Counter[Truth]:
    """Judge every criterion both ways on many days; return how often which answer came."""
    protocol, seen, leaves = catalog.load().protocol(protocol_id), Counter[Truth](), list[Leaf]()
    for folded in _days(protocol_id, cohort_id):
        leaves = leaves or _leaves(protocol, folded)
        for leaf in leaves:
            found = leaf.find(folded.inputs)
            assert leaf.tell(folded.inputs) is found.truth, (leaf.ready.id, folded.as_of)
            seen[found.truth] += 1
        for node in (*folded.ready.exits, *(one.node for one in folded.ready.rules)):
            assert tell(node, folded.inputs) is evaluate(node, folded.inputs, [])
    return seen


def check_all() -> None:
    for life in LIVES[:4]:
        check_agreement(*life)


@pytest.mark.parametrize(("protocol", "cohort_id"), LIVES[:4])
def test_what_tells_and_what_finds_agree_on_every_criterion(protocol: str, cohort_id: str) -> None:
    seen = check_agreement(protocol, cohort_id)
    assert all(seen[truth] > 100 for truth in Truth)


def _a_day_fresher(ready: Ready) -> Truthful:
    return truth_of(replace(ready, max_age_days=ready.max_age_days + 1))


def _spent_counts(ready: Ready) -> Truthful:
    return truth_of(replace(ready, is_exit=False))


@pytest.mark.parametrize("planted", [_a_day_fresher, _spent_counts])
def test_two_ways_that_part_would_be_caught(monkeypatch: pytest.MonkeyPatch, planted: object) -> None:
    monkeypatch.setattr(nodes, "truth_of", planted)
    with pytest.raises(AssertionError):
        check_all()
