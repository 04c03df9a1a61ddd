"""A counterexample in a clinician's words: a fictional patient, what is known, and what would be advised."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import z3

from mortise.proof.model import Bound, Leaf, Value
from mortise.proof.world import Output, World
from mortise.terms import Advice, Limb, Load, Measure
from mortise.units import SYMBOLS


class Reader:
    """Reads one world that the solver found.

    Parameters
    ----------
    world : World
        The variables.
    shown : z3.ModelRef
        Their values.
    """

    def __init__(self, world: World, shown: z3.ModelRef) -> None:
        self.world, self.shown = world, shown

    def holds(self, claim: Any) -> bool:
        """Return whether an expression holds in this world."""
        if isinstance(claim, bool):
            return claim
        return bool(z3.is_true(self.shown.eval(claim, model_completion=True)))

    def number(self, expression: Any) -> int:
        """Return a whole number of this world."""
        if isinstance(expression, int):
            return expression
        return int(self.shown.eval(expression, model_completion=True).as_long())


def told(reader: Reader, output: Output) -> str:
    """Tell a world as a fictional patient.

    Parameters
    ----------
    reader : Reader
        The world.
    output : Output
        What the day comes to.

    Returns
    -------
    str
        A few plain sentences.
    """
    world = reader.world
    stage = world.model.stage
    advice, load = list(Advice)[reader.number(output.advice)], list(Load)[reader.number(output.load)]
    who = "both ankles affected" if world.model.is_bilateral else "one ankle affected"
    lines = [f"A fictional patient in {stage.id}, {who}, {reader.number(world.days)} days in the stage."]
    known = list(_known(reader))
    lines.append(f"Known: {'; '.join(known)}." if known else "Nothing that is known stands out.")
    lines.append("Whatever else is known is as good as it can be.")
    unknown = list(_unknown(reader))
    if unknown:
        lines.append(f"Not known: {'; '.join(unknown)}.")
    figures = list(_figures(reader))
    if figures:
        lines.append(f"Figures the clinic set: {'; '.join(figures)}.")
    fired = [one.model.rule.id for one in world.rules if reader.holds(one.fires)]
    lines.append(f"Rules that fire: {', '.join(fired) or 'none'}.")
    lines.append(f"Advice {advice.value.replace('_', ' ')}, load {load.value}.")
    return " ".join(lines)


def said(steps: int, measure: Measure) -> str:
    """Return a value in the measure's own words.

    Parameters
    ----------
    steps : int
        In steps of its resolution.
    measure : Measure
        The measure.

    Returns
    -------
    str
        With its unit, or the name of its level.
    """
    value = measure.resolution * Decimal(steps)
    if measure.unit == "flag" and value in (0, 1):
        return "yes" if value else "no"
    if measure.levels and 0 <= value < len(measure.levels) and value == int(value):
        return measure.levels[int(value)]
    return f"{value.normalize():f} {SYMBOLS.get(measure.unit, measure.unit)}".strip()


def _is_known(reader: Reader, leaf: Leaf) -> bool:
    world = reader.world
    if leaf.is_window and reader.holds(world.known(f"some {leaf.value}")):
        return True
    return reader.holds(world.usable(leaf.track)) and reader.holds(world.fresh(leaf))


def _known(reader: Reader) -> Iterator[str]:
    """Yield what is known and not at its best, each value once."""
    seen: set[str] = set()
    for leaf in reader.world.model.leaves:
        if leaf.value in seen or not _is_known(reader, leaf):
            continue
        value = reader.world.model.values[leaf.value]
        steps = reader.number(reader.world.value[leaf.value])
        is_stay = reader.world.value[leaf.value] is reader.world.days  # told before
        if is_stay or steps == best(value):
            continue
        seen.add(leaf.value)
        yield f"{_name(leaf)} {said(steps, value.measure)}"


def best(value: Value) -> int | None:
    """Return the best that a value can be, in steps; None where neither way is better."""
    return {"up": value.high, "down": value.low}.get(value.measure.better.value)


def _unknown(reader: Reader) -> Iterator[str]:
    seen: set[str] = set()
    for leaf in reader.world.model.leaves:
        if leaf.track not in seen and not _is_known(reader, leaf):
            seen.add(leaf.track)
            yield _name(leaf)


def _name(leaf: Leaf) -> str:
    limb = "" if leaf.criterion.limb in (Limb.NONE, Limb.INVOLVED) else f" ({leaf.criterion.limb.value})"
    ways = {"max": ", worst of the last days", "median": ", middle of the last days", "filtered": ", estimated level",
            "change_from_baseline": ", change since the start", "min": ", least of the last days"}  # fmt: skip
    return f"{leaf.measure.label}{limb}{ways.get(leaf.criterion.reduce.value, '')}"


def _figures(reader: Reader) -> Iterator[str]:
    for leaf in reader.world.model.leaves:
        bound: Bound | None = leaf.bound
        if bound is None or not bound.is_free:
            continue
        figure, _ = reader.world.bound(leaf)
        set_to = reader.number(figure)
        if set_to != bound.shipped:
            yield f"{leaf.id} {said(set_to, leaf.measure)} instead of {said(bound.shipped, leaf.measure)}"
