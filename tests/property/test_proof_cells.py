"""Three readings of one meaning agree: arrays over every cell, the solver, and the real engine."""

from __future__ import annotations

from datetime import date
from functools import cache
from random import Random

import pytest

z3 = pytest.importorskip("z3")

from mortise import catalog  # noqa: E402
from mortise.decide import Person, StageState, decide, ready_stage  # noqa: E402
from mortise.proof.cells import Cells, Found  # noqa: E402
from mortise.proof.model import stage_model  # noqa: E402
from mortise.proof.prover import Prover  # noqa: E402
from mortise.proof.tracks import inputs_of  # noqa: E402
from mortise.record import ProtocolPin  # noqa: E402
from mortise.terms import Advice, Load, Sex  # noqa: E402

AS_OF = date(2026, 3, 2)
CONTENT = catalog.load()
STAGES = [
    (name, stage.id, both)
    for name in CONTENT.protocol_ids
    for stage in CONTENT.protocol(name).stages
    for both in (False, True)
]
AGE, SEX = 67, Sex.FEMALE


@cache
def cells_of(protocol: str, stage: str, both: bool, silent: bool, borne: bool) -> Cells:
    model = stage_model(CONTENT.protocol(protocol), stage, CONTENT.measures, is_bilateral=both)
    return Cells(model, AGE, SEX, is_silent=silent, borne_well=borne)


@pytest.mark.parametrize(("protocol", "stage", "both"), STAGES)
def test_a_cell_comes_to_what_the_engine_decides(protocol: str, stage: str, both: bool) -> None:
    chance = Random(f"{protocol} {stage} {both}")
    person = Person(age=AGE, sex=SEX, is_bilateral=both)
    ready = ready_stage(CONTENT.protocol(protocol), stage, CONTENT.measures, person)
    pin = ProtocolPin(id=protocol, version="0", hash="")
    seen: set[Advice] = set()
    for number in range(300):
        silent, borne = chance.random() < 0.3, chance.random() < 0.5
        cells = cells_of(protocol, stage, both, silent, borne)
        calm = number % 3 != 0  # most cells are dangerous or unknown somewhere: look at the others as often
        chosen = {name: _draw(chance, cells, name, calm) for name in cells.states}
        opened_on = date(2025, 1, 1) if silent else AS_OF
        state = StageState(
            entered_on=date(2025, 1, 1), opened_on=opened_on, borne_load=Load.RAISE if borne else Load.KEEP
        )
        decision = decide(ready, inputs_of(cells, chosen, AS_OF), state, AS_OF, pin=pin, engine="test")
        found = cells.at(chosen)
        got = (list(Advice)[found.advice], list(Load)[found.load])
        assert got == (decision.advice, decision.load), {
            name: cells.states[name][at] for name, at in chosen.items()
        }
        seen.add(decision.advice)
    # where a surgeon has to release first, hardly any day drawn comes to more than asking
    assert len(seen) >= 2


def _draw(chance: Random, cells: Cells, name: str, calm: bool) -> int:
    states = cells.states[name]
    if not calm or chance.random() < 0.02:
        return chance.randrange(len(states))
    track = cells.model.tracks[name]
    full = [at for at, one in enumerate(states) if one.is_full]
    is_up = track.measure.better.value == "up"
    return max(full, key=lambda at: sum(states[at].values.values()) * (1 if is_up else -1))


def _everything(protocol: str, stage: str, both: bool) -> set[Found]:
    found: set[Found] = set()
    for silent in (False, True):
        for borne in (False, True):
            found |= cells_of(protocol, stage, both, silent, borne).happens()
    return found


@pytest.mark.parametrize(("protocol", "stage", "both"), STAGES)
def test_the_solver_finds_the_outcomes_that_the_cells_hold_and_no_other(
    protocol: str, stage: str, both: bool
) -> None:
    from_cells = {(one.advice, one.load) for one in _everything(protocol, stage, both)}
    model = stage_model(CONTENT.protocol(protocol), stage, CONTENT.measures, is_bilateral=both)
    prover = Prover(model)
    world, out = prover.world, prover.output
    today = [
        z3.Not(world.known(name))
        for name in list(world._known)
        if name.startswith(("still", "past", "resumed", "spent", "stepped"))
    ]
    for leaf in model.leaves:
        if leaf.bound is not None and leaf.bound.is_free:
            today.append(world.bound(leaf)[0] == leaf.bound.shipped)
        if leaf.bound is not None and leaf.bound.rows and not leaf.is_hopeless:
            bound = cells_of(protocol, stage, both, False, True).bound(leaf)
            today.append(world.known(f"band {leaf.bound.band} fits") == (bound is not None))
            if bound is not None:
                today.append(world.bound(leaf)[0] == bound)
    from_solver = {
        (advice, load)
        for advice in range(len(Advice))
        for load in range(len(Load))
        if prover.ask(*today, world.days >= 400, out.advice == advice, out.load == load)[0] == z3.sat
    }
    assert from_cells == from_solver


@pytest.mark.parametrize(("protocol", "stage", "both"), STAGES)
def test_no_cell_advances_on_a_danger_or_past_a_gate(protocol: str, stage: str, both: bool) -> None:
    for one in _everything(protocol, stage, both):
        if one.advice == Advice.ADVANCE.tightness:
            assert one.gate_met
            assert not one.danger
