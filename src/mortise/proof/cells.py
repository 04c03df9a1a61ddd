"""Every cell of what a stage can see: each measure cut at its bounds, plus not known and known once; arrays, no solver.

A third reading of the same meaning, in another form: truth is a number (0 not met, 1 unknown, 2 met), all is the least,
any the greatest, k of n the k-th greatest. It has to agree with the solver on what can happen, and with the real
`mortise.decide` on any single cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mortise.proof.model import Leaf, StageModel, Track, Tree, leaves_of, real_changes
from mortise.protocol import Operator, Reduction
from mortise.terms import Advice, Load, Sex

Codes = NDArray[np.int8]
NOT_MET, UNKNOWN, MET = 0, 1, 2
NO_ADVICE, NO_LOAD = len(Advice), len(Load)  # looser than any
MOST_CELLS = 20_000_000  # of one part; beyond it the enumeration refuses instead of running for hours


class State(NamedTuple):
    """One state of a track: nothing known, one reading only (`is_full` False), or as many as any criterion asks for."""

    is_known: bool
    is_full: bool
    values: Mapping[str, int]


class Part(NamedTuple):
    """Exit lines and rules that share tracks: they can only be looked at together."""

    tracks: tuple[str, ...]
    exits: tuple[int, ...]
    rules: tuple[int, ...]


class Found(NamedTuple):
    """What happens in some cell: advice, load, whether a danger is active or unknown, whether the gate is met."""

    advice: int
    load: int
    danger: bool
    gate_met: bool


class Cells:
    """The cells of one stage for one person and the figures as shipped.

    Parameters
    ----------
    model : StageModel
        The stage.
    age, sex : int and Sex
        Whose rows of the bands hold.
    is_silent : bool
        Whether what is not known has not been known for longer than the protocol's silence.
    borne_well : bool
        Whether the last session was borne well.

    Raises
    ------
    ValueError
        When one part has more than `MOST_CELLS` cells.
    """

    def __init__(
        self, model: StageModel, age: int, sex: Sex, *, is_silent: bool = False, borne_well: bool = True
    ) -> None:
        self.model, self.is_silent, self.borne_well = model, is_silent, borne_well
        self.rows = {band.id: band.row(age, sex) for band in model.protocol.bands}
        self.states = {name: tuple(self._states(track)) for name, track in model.tracks.items()}
        self.parts = tuple(self._parts())

    @property
    def n_cells(self) -> int:
        """Return how many assignments there are altogether."""
        return prod(len(states) for states in self.states.values())

    def bound(self, leaf: Leaf) -> int | None:
        """Return the bound of a criterion for this person, or None."""
        if leaf.bound is None or leaf.is_hopeless:
            return None
        bound = leaf.bound.shipped
        if leaf.bound.rows:
            row = self.rows[leaf.bound.band]
            if row is None:
                return None
            band = next(one for one in self.model.protocol.bands if one.id == leaf.bound.band)
            bound = leaf.bound.rows[band.rows.index(row)]
        span = real_changes(leaf.measure)
        if leaf.criterion.reduce is Reduction.CHANGE_FROM_BASELINE and span is not None:
            if leaf.operator is Operator.AT_LEAST and bound > 0:
                return max(bound, span[1])
            if leaf.operator is Operator.AT_MOST and bound < 0:
                return min(bound, -span[1])
        return bound

    def _states(self, track: Track) -> Iterator[State]:
        if not track.is_always_known:
            yield State(False, False, {})
        names = [name for name, value in self.model.values.items() if value.track == track.name]
        cuts = [self._cuts(name) for name in names]
        if any(self.model.values[name].reduce in (Reduction.MAX, Reduction.MIN) for name in names):
            together = sorted({each for cut in cuts for each in cut})  # the newest bounds the greatest
            cuts = [together for _ in names]
        for chosen in product(*cuts):
            values = dict(zip(names, chosen, strict=True))
            if not _is_one_series(self.model, values):
                continue
            yield State(True, True, values)
            if not track.is_always_known:
                yield State(True, False, values)

    def _cuts(self, name: str) -> list[int]:
        """Return one value on each side of every bound of a value."""
        value = self.model.values[name]
        found = set()
        for leaf in self.model.leaves:
            bound = self.bound(leaf)
            if leaf.value != name or bound is None:
                continue
            found |= _SIDES[leaf.operator](bound)
        kept = sorted(one for one in found if value.low <= one <= value.high)
        return kept or [value.low, min(value.low + 1, value.high)]

    def _parts(self) -> Iterator[Part]:
        """Yield what hangs together through shared tracks, and each track that nothing reads by itself."""
        trees = [*self.model.exits, *(rule.node for rule in self.model.rules)]
        groups: list[tuple[set[str], list[int]]] = []
        for at, tree in enumerate(trees):
            tracks, members = {leaf.track for leaf in leaves_of(tree)}, [at]
            for group in [one for one in groups if one[0] & tracks]:
                tracks |= group[0]
                members += group[1]
                groups.remove(group)
            groups.append((tracks, members))
        n_exits = len(self.model.exits)
        for tracks, members in groups:
            n_cells = prod(len(self.states[name]) for name in tracks)
            if n_cells > MOST_CELLS:
                raise ValueError(
                    f"{n_cells} cells in one part of stage {self.model.stage.id}: too many to look at."
                )
            exits = tuple(sorted(at for at in members if at < n_exits))
            rules = tuple(sorted(at - n_exits for at in members if at >= n_exits))
            yield Part(tuple(sorted(tracks)), exits, rules)

    # ------------------------------------------------------------------ truth

    def truth(self, leaf: Leaf, part: Part) -> Codes:
        """Return the truth of a criterion along its track's axis of a part."""
        codes = np.array([self.truth_in(leaf, state) for state in self.states[leaf.track]], dtype=np.int8)
        shape = [1] * len(part.tracks)
        shape[part.tracks.index(leaf.track)] = len(codes)
        return codes.reshape(shape)

    def truth_in(self, leaf: Leaf, state: State) -> int:
        """Return the truth of a criterion in one state of its track."""
        if not state.is_known or leaf.is_hopeless:
            return UNKNOWN
        if leaf.operator is Operator.KNOWN:
            return MET if state.is_full or not leaf.can_be_unconfirmed else UNKNOWN
        bound = self.bound(leaf)
        if bound is None:
            return UNKNOWN
        value, one = state.values[leaf.value], leaf.criterion
        holds = {
            Operator.AT_LEAST: value >= bound,
            Operator.AT_MOST: value <= bound,
            Operator.EQUALS: value == bound,
        }[leaf.operator]
        if state.is_full:
            return MET if holds else NOT_MET
        if leaf.is_window:
            settles_met, settles_not = leaf.settles
            is_settled = one.n_least == 1 or (settles_met if holds else settles_not)
            return UNKNOWN if not is_settled else MET if holds else NOT_MET
        if one.reduce is Reduction.CHANGE_FROM_BASELINE:
            return UNKNOWN
        if not holds:
            return NOT_MET
        return UNKNOWN if one.n_dates > 1 or one.needs_visit else MET

    def fold(self, tree: Tree, part: Part) -> Codes:
        """Return the truth of a criterion or a group over a part."""
        if isinstance(tree, Leaf):
            return self.truth(tree, part)
        below = np.broadcast_arrays(*(self.fold(child, part) for child in tree.nodes))
        if tree.n_needed == len(below):
            least: Codes = np.minimum.reduce(below)
            return least
        if tree.n_needed == 1:
            greatest: Codes = np.maximum.reduce(below)
            return greatest
        kth: Codes = np.sort(np.stack(below), axis=0)[-tree.n_needed]
        return kth

    # ------------------------------------------------------------------ the day

    def of_part(self, part: Part) -> tuple[Codes, Codes, Codes, Codes]:
        """Return over a part: tightest advice and load of its rules, danger met or unknown, truth of its exits."""
        shape = tuple(len(self.states[name]) for name in part.tracks)
        advice = np.full(shape, NO_ADVICE, dtype=np.int8)
        load = np.full(shape, NO_LOAD, dtype=np.int8)
        danger = np.zeros(shape, dtype=np.int8)
        gate = np.full(shape, MET, dtype=np.int8)
        for at in part.exits:
            gate = np.minimum(gate, self.fold(self.model.exits[at], part))
        for at in part.rules:
            rule = self.model.rules[at].rule
            truth = self.fold(self.model.rules[at].node, part)
            says = _rank(Advice.STOP_AND_SEEK_HELP if rule.locks else rule.advice, NO_ADVICE)
            loads = _rank(Load.REST if rule.locks else rule.load, NO_LOAD)
            advice = np.minimum(advice, np.where(truth == MET, says, NO_ADVICE)).astype(np.int8)
            load = np.minimum(load, np.where(truth == MET, loads, NO_LOAD)).astype(np.int8)
            escalates = any(leaf.criterion.if_unknown == "escalate" for leaf in self.model.rules[at].leaves)
            if rule.is_danger or escalates:
                asked = Advice.ASK_CLINICIAN if self.is_silent or escalates else Advice.HOLD
                advice = np.minimum(advice, np.where(truth == UNKNOWN, asked.tightness, NO_ADVICE)).astype(
                    np.int8
                )
                load = np.minimum(load, np.where(truth == UNKNOWN, Load.KEEP.tightness, NO_LOAD)).astype(
                    np.int8
                )
            if rule.is_danger:
                danger |= (truth != NOT_MET).astype(np.int8)
        return advice, load, danger, np.broadcast_to(gate, shape).astype(np.int8)

    def happens(self) -> set[Found]:
        """Return everything that happens in any cell; parts are looked at apart and their outcomes joined."""
        joined: set[tuple[int, int, int, int]] = {(NO_ADVICE, NO_LOAD, 0, MET)}
        for part in self.parts:
            outcomes = _different(self.of_part(part))
            joined = {
                (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), min(a[3], b[3]))
                for a in joined
                for b in outcomes
            }
        return {self._concluded(*one) for one in joined}

    def at(self, chosen: Mapping[str, int]) -> Found:
        """Return what happens in one cell: for each track the index of its state."""
        advice, load, danger, gate = NO_ADVICE, NO_LOAD, 0, MET
        for part in self.parts:
            cell = tuple(chosen[name] for name in part.tracks)
            a, b, c, d = (int(one[cell]) for one in self._of_part_once(part))
            advice, load, danger, gate = min(advice, a), min(load, b), max(danger, c), min(gate, d)
        return self._concluded(advice, load, danger, gate)

    def _of_part_once(self, part: Part) -> tuple[Codes, ...]:
        kept: dict[Part, Any] = self.__dict__.setdefault("_kept", {})
        if part not in kept:
            kept[part] = self.of_part(part)
        return tuple(kept[part])

    def _concluded(self, advice: int, load: int, danger: int, gate: int) -> Found:
        """Draw the headline as the engine does, from the tightest of everything."""
        is_open = bool(self.model.exits) and self.model.following is not None and gate == MET
        may = is_open and load >= Load.KEEP.tightness and advice != Advice.STOP_AND_SEEK_HELP.tightness
        advice = min(advice, Advice.ADVANCE.tightness if may else Advice.HOLD.tightness)
        if advice == Advice.STEP_BACK.tightness and self.model.stage.step_back_to is None:
            advice = Advice.ASK_CLINICIAN.tightness
        under = {0: 0, 1: 2, 2: 2}.get(advice, 3)
        borne = Load.RAISE if self.borne_well else Load.KEEP
        return Found(advice, min(load, under, borne.tightness), bool(danger), gate == MET)


def _different(codes: tuple[Codes, Codes, Codes, Codes]) -> set[tuple[int, int, int, int]]:
    """Return the combinations that occur in some cell, by counting each: there are few of them, however many cells."""
    sizes = (NO_ADVICE + 1, NO_LOAD + 1, 2, MET + 1)
    combined = np.ravel_multi_index([one.ravel() for one in codes], sizes)
    seen = np.flatnonzero(np.bincount(combined, minlength=prod(sizes)))
    return {
        (int(a), int(b), int(c), int(d)) for a, b, c, d in zip(*np.unravel_index(seen, sizes), strict=True)
    }


_SIDES: dict[Operator, Callable[[int], set[int]]] = {
    Operator.AT_LEAST: lambda bound: {bound - 1, bound},
    Operator.AT_MOST: lambda bound: {bound, bound + 1},
    Operator.EQUALS: lambda bound: {bound - 1, bound, bound + 1},
}


def _rank(word: Advice | Load | None, none: int) -> int:
    return none if word is None else word.tightness


def _is_one_series(model: StageModel, values: Mapping[str, int]) -> bool:
    """Whether the values can come from one series: the newest and the middle within the greatest and the least."""
    by_way = {model.values[name].reduce: steps for name, steps in values.items()}
    inside = [by_way[way] for way in (Reduction.LAST, Reduction.MEDIAN) if way in by_way]
    if not inside:
        return True
    return max(inside) <= by_way.get(Reduction.MAX, max(inside)) and min(inside) >= by_way.get(
        Reduction.MIN, min(inside)
    )
