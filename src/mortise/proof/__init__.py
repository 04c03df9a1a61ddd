"""Proves protocols: for every patient there could be, not only those somebody thought of. Development only."""

from mortise.proof.prove import CHECKER, Proof, fault_of, obligations_of, prove, prove_all
from mortise.proof.prover import Answer, Result

__all__ = ["CHECKER", "Answer", "Proof", "Result", "fault_of", "obligations_of", "prove", "prove_all"]
