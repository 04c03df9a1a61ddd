"""Prove one protocol: every stage, one ankle affected and both, whatever a clinic sets within its bounds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from mortise.catalog.certificates import CHECKER
from mortise.catalog.checks import Obligation
from mortise.errors import Fault
from mortise.proof.gates import hysteresis, in_order
from mortise.proof.model import stage_model
from mortise.proof.obligations import answers, no_ping_pong, shadowed
from mortise.proof.prover import TIME_OUT_MS, Answer, Prover, Result
from mortise.proof.witnesses import Witnesses
from mortise.protocol import Protocol
from mortise.terms import Measure


class Proof(NamedTuple):
    """Every answer about one protocol."""

    protocol: str
    answers: tuple[Answer, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything is proved."""
        return all(one.is_kept for one in self.answers)

    @property
    def broken(self) -> tuple[Answer, ...]:
        """Return what is refuted or was not answered in time."""
        return tuple(one for one in self.answers if not one.is_kept)


def prove(protocol: Protocol, measures: Mapping[str, Measure], *, time_out_ms: int = TIME_OUT_MS) -> Proof:
    """Put obligations 10 to 13 of one protocol to the solver.

    Parameters
    ----------
    protocol : Protocol
        The protocol that the engine interprets.
    measures : mapping of str to Measure
        Every measure it reads.
    time_out_ms : int
        For each question; what is not answered in time is not proved.

    Returns
    -------
    Proof
        With a fictional patient for whatever is refuted.

    Notes
    -----
    Presumes obligations 1 and 2: every name resolves and every figure fits its measure.
    """
    seen = Witnesses()
    halves = [_half(protocol, measures, is_bilateral, time_out_ms, seen) for is_bilateral in (False, True)]
    return Proof(protocol.id, tuple(one for half in halves for one in half))


def prove_all(
    protocols: Sequence[Protocol],
    measures: Mapping[str, Measure],
    *,
    n_processes: int = 0,
    time_out_ms: int = TIME_OUT_MS,
) -> tuple[Proof, ...]:
    """Prove several protocols side by side.

    Parameters
    ----------
    protocols : sequence of Protocol
        What is proved.
    measures : mapping of str to Measure
        Every measure they read.
    n_processes : int
        How many processes; 0 for as many as there are cores.
    time_out_ms : int
        For each question.

    Returns
    -------
    tuple of Proof
        In the same order, each as `prove` finds it.
    """
    n_processes = min(n_processes or os.cpu_count() or 1, len(protocols))
    if n_processes <= 1:
        return tuple(prove(one, measures, time_out_ms=time_out_ms) for one in protocols)
    known = dict(measures)
    with ProcessPoolExecutor(n_processes) as pool:
        asked = [pool.submit(prove, one, known, time_out_ms=time_out_ms) for one in protocols]
        return tuple(one.result() for one in asked)


def _half(
    protocol: Protocol,
    measures: Mapping[str, Measure],
    is_bilateral: bool,
    time_out_ms: int,
    seen: Witnesses,
) -> tuple[Answer, ...]:
    """Prove a protocol for people with one ankle affected, or with both."""
    models = {
        stage.id: stage_model(protocol, stage.id, measures, is_bilateral=is_bilateral)
        for stage in protocol.stages
    }
    if is_bilateral and not any(leaf.is_replaced for model in models.values() for leaf in model.leaves):
        return ()
    provers = {name: Prover(model, time_out_ms, seen) for name, model in models.items()}
    asked = [one for prover in provers.values() for one in answers(prover, only_sides=is_bilateral)]
    asked += no_ping_pong(protocol, provers)
    if is_bilateral:
        return tuple(one._replace(where=f"{one.where}, both ankles") for one in asked)
    return (*asked, *shadowed(protocol, provers), *hysteresis(protocol, models), *in_order(protocol, models))


TITLES = {
    "10": "Every outcome can be reached, no criterion is constant, every rule shows",
    "11": "Red flags win; no advance on a danger, on unknown, or on a gate not met",
    "12": "Worse data never loosens advice, load or what is withheld",
    "13": "Nobody is sent back on the same data; gates keep their distance and order",
}


def obligations_of(proofs: Iterable[Proof]) -> tuple[Obligation, ...]:
    """Return what was proved as obligations of a check report.

    Parameters
    ----------
    proofs : iterable of Proof
        One for each protocol.

    Returns
    -------
    tuple of Obligation
        One for each number; a counterexample or a time-out is a fault.
    """
    answers = [one for proof in proofs for one in proof.answers]
    found = []
    for number, title in TITLES.items():
        asked = [one for one in answers if one.number == number]
        faults = tuple(fault_of(one) for one in asked if not one.is_kept)
        found.append(Obligation(f"{number} proof", title, len(asked), faults))
    return tuple(found)


def fault_of(answer: Answer) -> Fault:
    """Return a broken answer as a fault, its fictional patient included."""
    if answer.result is Result.TIMED_OUT:
        message = f"not proved in time: {answer.claim}."
    else:
        message = f"does not hold: {answer.claim}. {answer.patient}".strip()
    return Fault(answer.where, message, answer.mend)


__all__ = ["CHECKER", "Answer", "Proof", "Result", "fault_of", "obligations_of", "prove", "prove_all"]
