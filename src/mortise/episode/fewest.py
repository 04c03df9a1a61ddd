"""The fewest inputs that change a decision together, where no single one does: exact among what stands in its way."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from mortise.episode.supposing import Asked, Flip, Input, halved, value_now
from mortise.record import Decision, Finding
from mortise.record.tracks import Track, key_of
from mortise.terms import Better, Limb, Measure, Setting, Truth

Wanted = Callable[[Flip], bool]
_OPERATORS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


class Fewest(NamedTuple):
    """What was found. `is_fewest`: fewer of the inputs that stand in the way were shown not to do."""

    flip: Flip | None
    is_fewest: bool


class _Hurdle(NamedTuple):
    """One input that stands in the way, and the findings that read it."""

    measure: Measure
    limb: Limb
    value_now: Decimal | None
    findings: tuple[Finding, ...]

    def at(self, value: Decimal) -> Input:
        return Input(measure=self.measure.id, limb=self.limb, value_now=self.value_now, value_then=value)


def fewest(asked: Asked, made: Decision, tracks: Mapping[str, Track], wanted: Wanted) -> Fewest:
    """Look for the fewest inputs that give a wanted answer together, each at the nearest value that clears it.

    Parameters
    ----------
    asked : Asked
        Decides a day again.
    made : Decision
        The decision as it is.
    tracks : mapping of str to Track
        The cleaned measures it read.
    wanted : callable
        Whether another answer is one looked for.

    Returns
    -------
    Fewest
        The least pair where two inputs do; else the smallest set found. No flip: all of them together would not do.

    Notes
    -----
    1. What stands in the way: the inputs of gate lines that are not met and of rules that fired. Advice is a function
       of the findings alone, so no other input can open anything.
    2. Each is set to the nearest value on its grid that clears every finding that reads it; where that is not enough
       together, or a finding reads it through a derived measure, to the better end of its scale.
    3. An input without which all others do not suffice is needed. More than two needed: no pair does, and taking away
       one after the other gives the smallest set. Otherwise every pair that holds the needed ones is tried, and the
       least one kept: the smallest change, each measured by the length of its scale.
    4. What was set to an end is moved back as far as the answer stays.
    """
    hurdles = _hurdles(asked, made, tracks)
    for values in (_nearest_value, _end_value):
        inputs = [(one, values(one)) for one in hurdles]
        known = [(one, one.at(value)) for one, value in inputs if value is not None]
        if len(known) < 2:
            continue
        found = _least(asked, [at for _, at in known], wanted)
        if found.flip is not None:
            by_key = {(one.measure.id, one.limb): one for one, _ in known}
            return Fewest(_moved_back(asked, found.flip, by_key, wanted), found.is_fewest)
    return Fewest(None, is_fewest=False)


def _hurdles(asked: Asked, made: Decision, tracks: Mapping[str, Track]) -> list[_Hurdle]:
    """Return the inputs of whatever is not met or has fired, each once."""
    fired = {one.rule for one in made.rules}
    found: dict[tuple[str, Limb], list[Finding]] = {}
    for finding in made.findings:
        stands = finding.truth is not Truth.MET if finding.of == "exit" else finding.group in fired
        measure = asked.content.measures.get(finding.measure)
        if not stands or measure is None:
            continue
        limb = finding.limb
        if measure.derive is not None:
            measure, limb = asked.content.measures.get(measure.derive.of), Limb.INVOLVED
        if measure is None or measure.derive is not None or measure.setting is Setting.DERIVED:
            continue
        found.setdefault((measure.id, limb if measure.is_sided else Limb.NONE), []).append(finding)
    return [
        _Hurdle(
            asked.content.measures[name], limb, value_now(tracks.get(key_of(name, limb))), tuple(findings)
        )
        for (name, limb), findings in found.items()
    ]


def _nearest_value(one: _Hurdle) -> Decimal | None:
    """Return the value nearest to now that clears every finding that reads this input directly."""
    measure, direct = one.measure, [each for each in one.findings if each.measure == one.measure.id]
    if len(direct) < len(one.findings):
        return _end_value(one)
    bounds = [each.bound for each in direct if each.bound is not None]
    values = {measure.on_grid(bound) + n * measure.resolution for bound in bounds for n in (-1, 0, 1)} | (
        {one.value_now} if one.value_now is not None else set()
    )
    fit = [
        value for value in values
        if measure.low <= value <= measure.high and all(_clears(each, value) for each in direct)
    ]  # fmt: skip
    start = one.value_now if one.value_now is not None else _worse_end(measure)
    return min(fit, key=lambda value: (abs(value - start), value), default=None)


def _clears(finding: Finding, value: Decimal) -> bool:
    holds = _OPERATORS.get(finding.operator)
    if holds is None or finding.bound is None:
        return False
    return holds(value, finding.bound) is (finding.of == "exit")


def _end_value(one: _Hurdle) -> Decimal | None:
    return _better_end(one.measure)


def _better_end(measure: Measure) -> Decimal:
    return measure.high if measure.better is Better.UP else measure.low


def _worse_end(measure: Measure) -> Decimal:
    return measure.low if _better_end(measure) == measure.high else measure.high


# ---------------------------------------------------------------- which of them


def _least(asked: Asked, inputs: list[Input], wanted: Wanted) -> Fewest:
    """Return the least pair that does, else the smallest set, else nothing."""
    whole = _wanted(asked, inputs, wanted)
    if whole is None:
        return Fewest(None, is_fewest=False)
    needed = [
        one for one in inputs if _wanted(asked, [other for other in inputs if other != one], wanted) is None
    ]
    if len(needed) <= 2:
        pairs = [
            found
            for pair in combinations(inputs, 2)
            if all(one in pair for one in needed)
            and (found := _wanted(asked, list(pair), wanted)) is not None
        ]
        if pairs:
            return Fewest(min(pairs, key=lambda one: _length(asked, one.inputs)), is_fewest=True)
    left, found = list(inputs), whole
    for one in inputs:
        fewer = [other for other in left if other != one]
        without = _wanted(asked, fewer, wanted)
        if without is not None:
            left, found = fewer, without
    return Fewest(found, is_fewest=len(left) == len(needed) or len(left) == 3)


def _wanted(asked: Asked, inputs: list[Input], wanted: Wanted) -> Flip | None:
    found = asked.flip(*inputs) if inputs else None
    return found if found is not None and wanted(found) else None


def _length(asked: Asked, inputs: Iterable[Input]) -> Decimal:
    """Return how far a change goes, each input by the length of its scale; one not known yet has no way to go."""
    total = Decimal(0)
    for one in inputs:
        measure = asked.content.measures[one.measure]
        if one.value_now is not None:
            total += abs(one.value_then - one.value_now) / (measure.high - measure.low)
    return total


def _moved_back(
    asked: Asked, found: Flip, hurdles: Mapping[tuple[str, Limb], _Hurdle], wanted: Wanted
) -> Flip:
    """Return the same answer with every input at an end of its scale moved back as far as the answer stays."""
    for place, one in enumerate(found.inputs):
        hurdle = hurdles[one.measure, one.limb]
        if one.value_then not in (hurdle.measure.low, hurdle.measure.high) or hurdle.measure.unit == "flag":
            continue
        start = hurdle.value_now if hurdle.value_now is not None else _worse_end(hurdle.measure)
        if start == one.value_then:
            continue
        kept, inputs = hurdle, list(found.inputs)

        def flip(
            value: Decimal, *, place: int = place, kept: _Hurdle = kept, inputs: list[Input] = inputs
        ) -> Flip | None:
            tried = [kept.at(value) if n == place else each for n, each in enumerate(inputs)]
            return _wanted(asked, tried, wanted)

        found = halved(hurdle.measure, start, one.value_then, flip) or found
    return found
