"""What definitions tie together: asked only where something must be possible; safety is proved without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mortise.proof.logic import all_of, implies
from mortise.proof.world import World
from mortise.protocol import Reduction
from mortise.terms import Setting


def links(world: World) -> list[Any]:
    """Return what definitions tie together. Only asked where something must be *possible*; safety is proved without.

    Parameters
    ----------
    world : World
        The world.

    Returns
    -------
    list
        One expression for each tie.
    """
    return [tie for find in _LINKS for tie in find(world)]


def _by_kind(world: World, kind: str) -> list[tuple[str, str]]:
    return [
        (value.name, value.track)
        for value in world.model.values.values()
        if value.measure.derive is not None and value.measure.derive.kind == kind
    ]


def _silence(world: World) -> list[Any]:
    """No answer is younger than the silence."""
    return [
        implies(world.usable(name), world.age(name) >= world.value[silent])
        for silent, _ in _by_kind(world, "days_silent")
        for name, track in world.model.tracks.items()
        if track.measure.setting is Setting.HOME and track.measure.question and track.measure.derive is None
    ]


def _runs(world: World) -> list[Any]:
    """A run of sessions agrees with the light of the newest."""
    found = []
    for last, track in _by_kind(world, "last_light"):
        known = world.usable(track)
        for run, _ in _by_kind(world, "running_light"):
            found.append(implies(world.value[run] >= 1, all_of(known, world.value[last] >= 3)))
        for run, _ in _by_kind(world, "running_light_or_worse"):
            found.append(implies(world.value[run] >= 1, all_of(known, world.value[last] <= 1)))
    return found


def _red_days(world: World) -> list[Any]:
    """A longer window holds what a shorter one holds."""
    counts = _by_kind(world, "days_with_light") + _by_kind(world, "count_at_least")
    found = []
    for one, _ in counts:
        for other, _ in counts:
            a, b = world.model.values[one].measure.derive, world.model.values[other].measure.derive
            if a is None or b is None or a.window_days >= b.window_days:
                continue
            if (a.kind, a.of, a.light, a.at_least) == (b.kind, b.of, b.light, b.at_least):
                found.append(world.value[one] <= world.value[other])
                found.append(world.value[other] <= world.value[one] + b.window_days - a.window_days)
    return found


def _counted_today(world: World) -> list[Any]:
    """What was answered within the window is counted in it."""
    found = []
    for count, track in _by_kind(world, "count_at_least"):
        derive = world.model.values[count].measure.derive
        for name, value in world.model.values.items():
            if derive is None or value.measure.id != derive.of or value.reduce is not Reduction.LAST:
                continue
            least = 1 if derive.at_least is None else int(derive.at_least / value.measure.resolution)
            seen = all_of(
                world.usable(value.track),
                world.age(value.track) < derive.window_days,
                world.value[name] >= least,
            )
            found.append(implies(seen, all_of(world.usable(track), world.value[count] >= 1)))
    return found


def _newest_in_window(world: World) -> list[Any]:
    """The newest value lies within the greatest and the least of the days before it."""
    found = []
    for leaf in world.model.leaves:
        newest = f"{leaf.track} {Reduction.LAST.value}"
        reduce, days = leaf.criterion.reduce, leaf.criterion.window_days
        if newest not in world.value or days is None or reduce not in (Reduction.MAX, Reduction.MIN):
            continue
        seen = all_of(
            world.usable(leaf.track), world.age(leaf.track) < days, world.known(f"some {leaf.value}")
        )
        value = world.value[leaf.value]
        tie = value >= world.value[newest] if reduce is Reduction.MAX else value <= world.value[newest]
        found.append(implies(seen, tie))
    return found


_LINKS: tuple[Callable[[World], list[Any]], ...] = (
    _silence, _runs, _red_days, _counted_today, _newest_in_window,
)  # fmt: skip
