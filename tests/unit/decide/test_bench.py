"""The bench measures what it says: the engine's gate and the hand-written one agree, and ten reasons come out."""

from decimal import Decimal

from mortise.decide import gate
from mortise.terms import Truth
from scripts.bench import by_hand, ten_criterion_gate


def test_both_gates_of_the_bench_give_the_same_answer() -> None:
    nodes, inputs, values = ten_criterion_gate()
    truth, findings = gate(nodes, inputs)
    assert len(findings) == 10
    assert (truth is Truth.MET) == by_hand(values, [3] * 10, Decimal(5))
    assert [one.truth for one in findings].count(Truth.MET) == 9
    assert by_hand([Decimal(7)] * 10, [3] * 10, Decimal(5))
