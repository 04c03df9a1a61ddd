"""A comparison of sides when both ankles are affected: a floor can say that enough is there, not that it was lost."""

from __future__ import annotations

from mortise import catalog
from mortise.decide import Person, ready_stage
from mortise.decide.nodes import leaves_of
from mortise.decide.ready import Ready
from mortise.protocol import Operator
from mortise.terms import Sex

BOTH = Person(age=67, sex=Sex.FEMALE, is_bilateral=True)


def ready_of(stage: str, criterion: str) -> Ready:
    content = catalog.load()
    made = ready_stage(content.protocol("restricted-dorsiflexion"), stage, content.measures, BOTH)
    leaves = [leaf.ready for line in made.exits for leaf in leaves_of(line)]
    leaves += [leaf for rule in made.rules for leaf in rule.leaves]
    return next(one for one in leaves if one.id == criterion)


def test_a_gate_on_sides_asks_for_the_floor_of_the_band() -> None:
    gate = ready_of("G4", "G4.exit.range")
    assert (gate.measure, gate.operator, gate.bound) == ("lunge_cm", Operator.AT_LEAST, 7)


def test_a_warning_on_sides_is_unknown_and_never_turned_into_good_news() -> None:
    warning = ready_of("G5", "keep.range_lost.side")
    assert (warning.measure, warning.bound) == ("lunge_cm", None)
