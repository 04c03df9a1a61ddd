"""Puts questions about one stage to the solver; whatever it does not answer in time is not proved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import z3

from mortise.proof.calmest import calmest
from mortise.proof.links import links
from mortise.proof.logic import TRUE, all_of, any_of
from mortise.proof.model import StageModel
from mortise.proof.patients import Reader, told
from mortise.proof.witnesses import Fitter, Key, Witness, Witnesses
from mortise.proof.world import World

TIME_OUT_MS = 2000


class Result(StrEnum):
    """What became of one question."""

    PROVED = "proved"
    REFUTED = "refuted"
    TIMED_OUT = "timed_out"


class Answer(NamedTuple):
    """One obligation in one place. `patient` is the fictional patient that shows it broken."""

    number: str
    where: str
    claim: str
    result: Result
    patient: str = ""
    mend: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether it is proved; a time-out is not."""
        return self.result is Result.PROVED


class Question(NamedTuple):
    """Something that must never be (`must_be` False), or must be possible, in one place."""

    number: str
    where: str
    claim: str
    must_be: bool
    world: Any  # what must be possible, or what would be the break
    mend: str
    corner: Any = TRUE  # the figures that a clinic has set, where the question is about these


class _Solver:
    """A solver that holds every fact of a world, and takes claims in and out again."""

    def __init__(self, world: World, ties: Iterable[Any], time_out_ms: int) -> None:
        self.world, self.n_facts = world, 0
        self.solver = z3.SolverFor("QF_LIA")
        self.solver.set("timeout", time_out_ms)
        self.solver.set("random_seed", 1)
        self.solver.add(all_of(*ties))

    def ask(self, *claims: Any) -> tuple[z3.CheckSatResult, z3.ModelRef | None]:
        new = self.world.facts[self.n_facts :]  # a variable made meanwhile brings its own facts
        self.n_facts += len(new)
        if new:
            self.solver.add(all_of(*new))
        self.solver.push()
        self.solver.add(all_of(*claims))
        found = self.solver.check()
        shown = self.solver.model() if found == z3.sat else None
        self.solver.pop()
        return found, shown


class Prover:
    """Puts questions about one stage of a protocol to the solver.

    Parameters
    ----------
    model : StageModel
        The stage.
    time_out_ms : int
        For each question.
    seen : Witnesses or None
        Worlds that other stages of the same protocol were shown; what is found here is added.
    """

    def __init__(
        self, model: StageModel, time_out_ms: int = TIME_OUT_MS, seen: Witnesses | None = None
    ) -> None:
        self.model, self.seen = model, Witnesses() if seen is None else seen
        self.world = World(model)
        self.output = self.world.output()
        self.ties = links(self.world)
        self.solver = _Solver(self.world, (), time_out_ms)
        self.tied = _Solver(self.world, self.ties, time_out_ms)  # for what must be possible
        self.fitter = Fitter(self.world, self.ties, self.tied.ask)
        self.corners: dict[str, list[Any]] = {}  # made once, by whoever asks first
        self.where = f"{model.protocol.id}, stage {model.stage.id}"

    def ask(self, *claims: Any, is_tied: bool = False) -> tuple[z3.CheckSatResult, z3.ModelRef | None]:
        """Return whether all `claims` can hold together, and one world in which they do.

        `is_tied` adds what the definitions of derived measures tie together.
        """
        return (self.tied if is_tied else self.solver).ask(*claims)

    def never(self, number: str, claim: str, *broken: Any, mend: str, where: str = "") -> Question:
        """Ask that `broken` cannot happen, all of it together."""
        return Question(number, where or self.where, claim, False, all_of(*broken), mend)

    def possible(
        self, number: str, claim: str, *wanted: Any, mend: str, where: str = "", corner: Sequence[Any] = ()
    ) -> Question:
        """Ask that `wanted` can happen, all of it together, in a corner and with everything that definitions tie."""
        set_so = all_of(*corner)
        return Question(number, where or self.where, claim, True, all_of(set_so, *wanted), mend, set_so)

    def settle(self, questions: Iterable[Question]) -> list[Answer]:
        """Answer questions, those alike together: one world often answers many.

        Parameters
        ----------
        questions : iterable of Question
            In any order.

        Returns
        -------
        list of Answer
            In the same order.
        """
        asked = list(questions)
        found: dict[int, Answer] = {}
        never = [(at, one) for at, one in enumerate(asked) if not one.must_be]
        if never and self.ask(any_of([one.world for _, one in never]))[0] == z3.unsat:
            found |= {at: _answer(one, Result.PROVED) for at, one in never}
        else:
            found |= {at: self._never(one) for at, one in never}
        found |= self._possible({at: one for at, one in enumerate(asked) if one.must_be})
        return [found[at] for at in range(len(asked))]

    def _never(self, one: Question) -> Answer:
        result, shown = self.ask(one.world)
        if result == z3.unsat:
            return _answer(one, Result.PROVED)
        if shown is None:
            return _answer(one, Result.TIMED_OUT)
        shown = calmest(self.world, self.ask, one.world, shown)
        return _answer(one, Result.REFUTED, told(Reader(self.world, shown), self.output))

    def _possible(self, pending: dict[int, Question]) -> dict[int, Answer]:
        """Find worlds until every question has one; what is left when there is none is refuted."""
        found = self._answered_elsewhere(pending)
        n_at_once = (
            len(pending) // 3
        )  # worlds that hold much at once come first; the last ones are asked for alone
        while pending:
            n_at_once = min(max(n_at_once, 1), len(pending))
            worlds = [one.world for one in pending.values()]
            wanted = any_of(worlds) if n_at_once == 1 else z3.PbGe([(one, 1) for one in worlds], n_at_once)
            result, shown = self.tied.ask(wanted)
            if shown is None and n_at_once > 1:
                n_at_once //= 3
                continue
            if shown is None:
                if result == z3.unknown and len(pending) > 1:
                    return found | {key: each for at, one in pending.items()
                                    for key, each in self._possible({at: one}).items()}  # fmt: skip
                left = Result.REFUTED if result == z3.unsat else Result.TIMED_OUT
                return found | {at: _answer(one, left, _NOBODY) for at, one in pending.items()}
            reader = Reader(self.world, shown)
            seen = [at for at, one in pending.items() if reader.holds(one.world)]
            witness = Witness(shown, frozenset(self.world.variables))
            for at in seen:
                self.seen.note(self._key(pending[at]), witness)
            found |= {at: _answer(pending.pop(at), Result.PROVED) for at in seen}
            n_at_once = min(n_at_once, len(pending) // 3)
        return found

    def _answered_elsewhere(self, pending: dict[int, Question]) -> dict[int, Answer]:
        """Answer what a patient of another stage answers here as well, and take it out of what is pending."""
        found: dict[int, Answer] = {}
        for at, one in list(pending.items()):
            witness = self.seen.of(self._key(one))
            reader = None if witness is None else self.fitter.fit(witness, one.corner)
            if reader is not None and reader.holds(one.world):
                found[at] = _answer(pending.pop(at), Result.PROVED)
        return found

    def _key(self, one: Question) -> Key:
        place = one.where.removeprefix(self.where)
        return (
            one.number,
            place.replace(f" {self.model.stage.id}.", " "),
            one.claim,
        )  # a line of the same name


_NOBODY = "There is no patient for whom this could be."


def _answer(one: Question, result: Result, patient: str = "") -> Answer:
    if result is Result.TIMED_OUT:
        return Answer(one.number, one.where, one.claim, result, "", "Give the solver more time, or simplify.")
    return Answer(one.number, one.where, one.claim, result, patient, one.mend)
