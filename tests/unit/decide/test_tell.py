"""Telling the truth of a group without findings is the same as evaluating it, however early it stops."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import cast

from mortise.decide import Inputs, evaluate
from mortise.decide.nodes import Branch, Leaf, ReadyNode, tell
from mortise.decide.ready import Ready
from mortise.record import Finding
from mortise.terms import Truth

DAY = Inputs(1, {})


def leaf(truth: Truth) -> Leaf:
    return Leaf(cast(Ready, None), lambda _: cast(Finding, SimpleNamespace(truth=truth)), lambda _: truth)


def test_every_group_of_up_to_four_is_told_as_it_is_evaluated() -> None:
    for n in range(1, 5):
        for truths in product(Truth, repeat=n):
            leaves: tuple[ReadyNode, ...] = tuple(leaf(one) for one in truths)
            for n_needed in range(1, n + 1):
                group = Branch("g", n_needed, leaves)
                outer = Branch("o", 1, (leaf(Truth.UNKNOWN), group))
                for node in (group, outer):
                    assert tell(node, DAY) is evaluate(node, DAY, [])


def test_nothing_further_is_looked_at_once_it_is_settled() -> None:
    def fail(_: Inputs) -> Truth:
        raise AssertionError("looked at for nothing")

    never = Leaf(cast(Ready, None), leaf(Truth.MET).find, fail)
    assert tell(Branch("any", 1, (leaf(Truth.MET), never)), DAY) is Truth.MET
    assert tell(Branch("all", 2, (leaf(Truth.NOT_MET), never)), DAY) is Truth.NOT_MET
