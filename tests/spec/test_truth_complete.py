"""The three-valued truth table, whole: every group of up to four lines, written down from what unknown means."""

from __future__ import annotations

from itertools import product

import pytest

from mortise.decide.findings import kleene
from mortise.terms import Truth

MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN
ROWS = [
    (truths, n_needed)
    for n_lines in range(1, 5)
    for truths in product(Truth, repeat=n_lines)
    for n_needed in range(1, n_lines + 1)
]


def meant(truths: tuple[Truth, ...], n_needed: int) -> Truth:
    """Whatever the unknown lines turn out to be, the group is met; or it is not; or it depends, and is unknown."""
    ends = set()
    for made in product((MET, NOT_MET), repeat=truths.count(UNKNOWN)):
        told = iter(made)
        whole = [next(told) if one is UNKNOWN else one for one in truths]
        ends.add(whole.count(MET) >= n_needed)
    return UNKNOWN if len(ends) == 2 else MET if ends == {True} else NOT_MET


def test_the_table_is_whole() -> None:
    assert len(ROWS) == sum(3**n * n for n in range(1, 5)) == 426


@pytest.mark.parametrize(("truths", "n_needed"), ROWS)
def test_the_engine_decides_a_group_only_when_the_unknown_cannot_change_it(
    truths: tuple[Truth, ...], n_needed: int
) -> None:
    assert kleene(list(truths), n_needed) is meant(truths, n_needed)


def test_the_solver_reads_the_same_table() -> None:
    z3 = pytest.importorskip("z3")
    from mortise.proof.world import Truths
    from mortise.proof.world import kleene as solved

    wrong = []
    for truths, n_needed in ROWS:
        told = [Truths(z3.BoolVal(one is MET), z3.BoolVal(one is NOT_MET)) for one in truths]
        found = solved(told, n_needed)
        got = tuple(z3.is_true(z3.simplify(each)) for each in (found.met, found.not_met))
        want = meant(truths, n_needed)
        if got != (want is MET, want is NOT_MET):
            wrong.append((truths, n_needed, got))
    assert wrong == []
