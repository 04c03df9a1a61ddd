"""A patient of one stage may answer for the next, but only one who keeps every fact of it."""

from __future__ import annotations

import copy

import pytest

z3 = pytest.importorskip("z3")

from mortise.catalog import load  # noqa: E402
from mortise.proof.model import stage_model  # noqa: E402
from mortise.proof.obligations import answers  # noqa: E402
from mortise.proof.prover import Prover, Result  # noqa: E402
from mortise.proof.witnesses import Witness, Witnesses  # noqa: E402

NAME = "restricted-dorsiflexion"


def prover(stage: str, seen: Witnesses | None = None) -> Prover:
    content = load()
    return Prover(stage_model(content.protocol(NAME), stage, content.measures), seen=seen)


def test_answers_are_the_same_with_and_without_patients_of_another_stage() -> None:
    seen = Witnesses()
    list(answers(prover("G1", seen)))
    with_others = prover("G2", seen)
    n_asked = [0, 0]

    def counted(which: int, one: Prover) -> None:
        ask = one.tied.ask

        def count(*claims: object) -> object:
            n_asked[which] += 1
            return ask(*claims)

        one.tied.ask = count  # type: ignore[method-assign, assignment]
        one.fitter._ask = count  # type: ignore[assignment]

    alone = prover("G2")
    counted(0, alone)
    counted(1, with_others)
    assert list(answers(with_others)) == list(answers(alone))
    assert n_asked[1] < n_asked[0]


def test_a_patient_who_breaks_a_fact_of_the_stage_answers_nothing() -> None:
    one = prover("G1")
    shown = one.ask(is_tied=True)[1]
    assert shown is not None
    names = frozenset(one.world.variables)
    whole = one.possible("10", "anything", mend="")
    assert one.fitter.fit(Witness(shown, names), whole.corner) is not None
    value = next(each for each in one.model.values.values() if each.name.startswith("walk_min"))
    broken = copy.copy(shown)
    broken.update_value(one.world.value[value.name], z3.IntVal(value.high + 1))
    witness = Witness(broken, names)
    assert one.fitter.fit(witness, whole.corner) is None
    one.seen.note(one._key(whole), witness)
    impossible = whole._replace(world=one.world.value[value.name] > value.high)
    (answer,) = one.settle([impossible])
    assert answer.result is Result.REFUTED
