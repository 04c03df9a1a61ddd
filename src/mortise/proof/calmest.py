"""Of all patients that break a claim, the calmest: only what breaks it is out of the ordinary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import z3

from mortise.proof.logic import negated
from mortise.proof.patients import best
from mortise.proof.world import World

_QUIET = ("past", "still", "spent", "stepped", "resumed")  # what happened on other days
_KNOWN = ("usable", "some", "enough", "baseline")
Ask = Callable[..., tuple[z3.CheckSatResult, z3.ModelRef | None]]


def calmest(world: World, ask: Ask, broken: Any, shown: z3.ModelRef) -> z3.ModelRef:
    """Return a world that breaks the same claim, with as little as possible out of the ordinary.

    Parameters
    ----------
    world : World
        The variables.
    ask : callable
        Puts claims to the solver.
    broken : expression
        What has to hold in it.
    shown : z3.ModelRef
        Some such world; it is returned when no calmer one is found in time.

    Returns
    -------
    z3.ModelRef
        Figures as shipped, a quiet history, values at their best and everything known, each unless it cannot be.
    """
    kept: list[Any] = [broken]
    for wishes in _wishes(world):
        shown = _grant(list(wishes), kept, ask, shown)
    return shown


def _grant(wishes: Sequence[Any], kept: list[Any], ask: Ask, shown: z3.ModelRef) -> z3.ModelRef:
    """Keep every wish that can still be kept: all at once if they can, else each half for itself."""
    if not wishes:
        return shown
    found, calmer = ask(*kept, *wishes)
    if found == z3.sat and calmer is not None:
        kept += wishes
        return calmer
    if len(wishes) == 1:
        return shown
    middle = len(wishes) // 2
    return _grant(wishes[middle:], kept, ask, _grant(wishes[:middle], kept, ask, shown))


def _wishes(world: World) -> Iterator[Iterator[Any]]:
    free = [leaf for leaf in world.model.leaves if leaf.bound is not None and leaf.bound.is_free]
    yield (world.bound(leaf)[0] == leaf.bound.shipped for leaf in free if leaf.bound is not None)
    yield (negated(one) for name, one in world.variables.items() if name.startswith(_QUIET))
    yield iter((world.days == max(world.model.stage.min_days, 1),))
    values = [(world.value[name], best(value)) for name, value in world.model.values.items()]
    yield (one == most for one, most in values if most is not None and one is not world.days)
    yield (one for name, one in world.variables.items() if name.startswith(_KNOWN))
    yield (one == 0 for name, one in world.variables.items() if name.startswith("age"))
