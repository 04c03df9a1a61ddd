"""Worlds already found: the patient who answers a question in one stage often answers it in the next as well.

Nothing rests on trust: a world taken over counts only when it keeps every fact and tie of the new stage and holds what
is asked, all of it looked at anew.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import z3

from mortise.proof.logic import all_of
from mortise.proof.patients import Reader
from mortise.proof.world import World

Key = tuple[str, str, str]  # obligation, place within the stage, claim
Found = tuple[z3.CheckSatResult, z3.ModelRef | None]


class Witness(NamedTuple):
    """One world that the solver found, and the names of the variables it speaks of."""

    shown: z3.ModelRef
    names: frozenset[str]


class Witnesses:
    """The worlds of one protocol, each under the questions that it answered."""

    def __init__(self) -> None:
        self._found: dict[Key, Witness] = {}

    def note(self, key: Key, witness: Witness) -> None:
        """Keep the newest world that answers a question."""
        self._found[key] = witness

    def of(self, key: Key) -> Witness | None:
        """Return a world in which this question was answered, in whatever stage."""
        return self._found.get(key)


class Fitter:
    """Fits worlds of other stages to one stage.

    Parameters
    ----------
    world : World
        The stage's own variables.
    ties : list
        What definitions tie together there.
    ask : callable
        Puts claims to the stage's solver, ties included.
    """

    def __init__(self, world: World, ties: list[Any], ask: Callable[..., Found]) -> None:
        self.world, self._ties, self._ask = world, ties, ask
        self._bases: dict[int, tuple[Any, list[tuple[str, Any, Any]] | None]] = {}
        self._fitted: dict[tuple[int, int], tuple[Witness, Reader | None]] = {}
        self._whole: tuple[int, Any] = (-1, None)

    def fit(self, witness: Witness, corner: Any) -> Reader | None:
        """Return the world as this stage sees it, or None when it breaks a fact or a tie of the stage.

        Parameters
        ----------
        witness : Witness
            From any stage of the same protocol.
        corner : expression
            What a clinic has set: variables that the witness does not speak of take values that agree with it.

        Returns
        -------
        Reader or None
            To look questions up in.
        """
        key = (id(witness), corner.get_id())
        if key not in self._fitted:
            self._fitted[key] = (witness, self._fit(witness, corner))
        return self._fitted[key][1]

    def _fit(self, witness: Witness, corner: Any) -> Reader | None:
        base = self._base(corner)
        if base is None:
            return None
        shown = copy.copy(witness.shown)
        for name, variable, value in base:
            if name not in witness.names:
                shown.update_value(variable, value)
        reader = Reader(self.world, shown)
        return reader if reader.holds(self._facts()) else None

    def _base(self, corner: Any) -> list[tuple[str, Any, Any]] | None:
        """Return every number that is not nothing in some world of the corner; None when there is no such world."""
        key = corner.get_id()
        if key not in self._bases:
            shown = self._ask(corner)[1]
            self._bases[key] = (corner, None if shown is None else list(self._numbers(shown)))
        return self._bases[key][1]

    def _numbers(self, shown: z3.ModelRef) -> Iterator[tuple[str, Any, Any]]:
        for name, one in self.world.variables.items():
            if isinstance(one, z3.ArithRef):  # of what is not known or not so, nothing need be said
                value = shown.eval(one, model_completion=True)
                if value.as_long():
                    yield name, one, value

    def _facts(self) -> Any:
        if self._whole[0] != len(self.world.facts):
            self._whole = (len(self.world.facts), all_of(*self.world.facts, *self._ties))
        return self._whole[1]
