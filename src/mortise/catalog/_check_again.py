"""Everything a protocol says beside its criteria and effects, said a second time in `again.toml` and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from mortise.catalog._again_care import care_again
from mortise.catalog._decode import Faults
from mortise.catalog._places import places_of
from mortise.protocol import DoseStep, Exercise, Protocol, Slot, Stage
from mortise.protocol.constraints import StageCeiling

FILE_NAME = "again.toml"


class _Said(NamedTuple):
    protocol: Protocol
    exercises: Mapping[str, Exercise]
    lines: dict[str, str]


_N_SAID = 16
_said: dict[tuple[int, int], _Said] = {}


def said_again(protocol: Protocol, exercises: Mapping[str, Exercise]) -> dict[str, str]:
    """Return what a protocol offers, asks for and cites, one plain line for each thing, by where it stands.

    The lines of the newest protocols are kept with what they were made of, as places are.

    Parameters
    ----------
    protocol
        The protocol.
    exercises
        The library, which does not change once it is read.
    """
    key = id(protocol), id(exercises)
    found = _said.get(key)
    if found is None:
        if len(_said) >= _N_SAID:
            _said.clear()
        found = _said[key] = _Said(protocol, exercises, _say(protocol, exercises))
    return found.lines


def _say(protocol: Protocol, exercises: Mapping[str, Exercise]) -> dict[str, str]:
    found = {
        "first stage": protocol.first_stage,
        "silence": f"{protocol.silence_days} days",
        "equipment": _list(protocol.equipment),
        "red flags": _list(protocol.red_flags),
        "danger measures": _list(protocol.danger_measures),
        "check-in": _list(protocol.check_in),
        "after a session": _list(protocol.after_session),
        "next morning": _list(protocol.next_morning),
    }
    for pairs in (
        _stages(protocol, exercises),
        _calendar(protocol),
        _bounds(protocol),
        _cited(protocol, exercises),
        care_again(protocol),
    ):
        found |= dict(pairs)
    return found


def again_agrees(protocol_id: str, said: Mapping[str, str], again: Mapping[str, str], faults: Faults) -> int:
    """Check that both entries say the same; return how many lines were compared.

    Parameters
    ----------
    protocol_id, said
        What is entered first (`said_again`).
    again
        What is entered a second time.
    faults
        Is added to.
    """
    if said == again:
        return len(said)
    for name in sorted(said.keys() | again.keys()):
        if said.get(name) != again.get(name):
            faults.add(
                f"{protocol_id}, {name}", f"is {said.get(name)!r}, but {FILE_NAME} says {again.get(name)!r}.",
                "Decide which of the two is right.",
            )  # fmt: skip
    return len(said)


def _list(words: Iterable[str]) -> str:
    return " ".join(words) or "none"


def _stages(protocol: Protocol, exercises: Mapping[str, Exercise]) -> Iterator[tuple[str, str]]:
    for stage in protocol.stages:
        yield f"stage {stage.id}", _stage(stage)
        if stage.ceilings:
            yield f"stage {stage.id}, ceilings", "; ".join(_ceiling(one) for one in stage.ceilings)
        for slot in stage.slots:
            yield f"stage {stage.id}, {slot.exercise}", _slot(slot, exercises.get(slot.exercise))


def _stage(stage: Stage) -> str:
    return (
        f"number {stage.number}, {stage.min_days} days at least, {stage.minutes_at_most} min at most, "
        f"{stage.n_exercises[0]} to {stage.n_exercises[1]} exercises, without {_list(stage.without_tags)}, "
        f"steps {stage.height_cm_at_most or 'of any height'}, back to {stage.step_back_to or 'nowhere'}, "
        f"teaches {_list(stage.education)}"
    )


def _ceiling(one: StageCeiling) -> str:
    return f"{one.counter} {one.per_day} a day, {one.per_week} in seven days"


def _slot(slot: Slot, exercise: Exercise | None) -> str:
    if exercise is None:
        return "no such exercise"
    return (
        f"{slot.purpose}, {slot.n_per_week} a week, {slot.rest_days} rest days, rungs {slot.first_step} to "
        f"{slot.last_step} of {_demands(exercise)}"
    )


_N_KEPT = 512
_kept: dict[int, tuple[Exercise, str]] = {}


def _demands(exercise: Exercise) -> str:
    """Return what an exercise asks for; many slots name the same one, so its line is made once and kept with it."""
    found = _kept.get(id(exercise))
    if found is None:
        if len(_kept) >= _N_KEPT:
            _kept.clear()
        steps = " ".join(_dose(step) for step in exercise.dose_steps)
        line = f"{steps}; {_list(exercise.tags)}; needs {_list(exercise.needs)}"
        found = _kept[id(exercise)] = (exercise, line)
    return found[1]


@lru_cache(maxsize=512)
def _plain(seconds: Decimal) -> str:
    return f"{seconds.normalize():f}"


def _dose(step: DoseStep) -> str:
    parts = [f"{step.n_sets}x{step.n_reps}"]
    times = (step.up_s, step.hold_s, step.down_s, step.duration_s, step.rest_s)
    parts.append("/".join(_plain(one) for one in times))
    if step.run_s:
        parts.append(f"run {step.run_s.normalize():f}")
    if step.n_contacts or step.height_cm:
        parts.append(f"{step.n_contacts}@{step.height_cm or Decimal(0)}")
    return "-".join(parts)


def _calendar(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for review in protocol.reviews:
        where = "at a visit" if review.at_visit else "at home"
        yield (
            f"review of {review.measure} in {_list(review.stages)}",
            f"every {review.every_days} days {where}",
        )
    for layoff in protocol.layoffs:
        recheck = ", exits checked again" if layoff.recheck_exits else ""
        yield f"after {layoff.up_to_days} days away", f"{layoff.dose_pct} %{recheck}"
    for one in protocol.escalations:
        yield f"escalation {one.id}", f"to {one.to} within {one.within_days} days"
    for cap in protocol.constraints:
        yield f"constraint {cap.id}", f"without {_list(cap.without_tags)}, contacts {cap.n_contacts_at_most}"


def _bounds(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for band in protocol.bands:
        rows = [f"{row.sex} {row.from_age}-{row.to_age}: {row.value!s}" for row in band.rows]
        yield f"band {band.id}", f"{band.measure} in {band.unit}; {'; '.join(rows)}"
    for place in places_of(protocol):
        one = place.criterion
        bound = one.value or one.band or ""
        allowed = (
            "" if one.allowed is None else f", a clinic may set {one.allowed[0]!s} to {one.allowed[1]!s}"
        )
        yield (
            f"criterion {one.id}",
            f"{one.measure} {one.limb}, {one.reduce} {one.operator} {bound!s} {one.unit}, {one.domain}{allowed}",
        )


def _ceilings_cited(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for stage in protocol.stages:
        if stage.ceilings:
            cites = (f"{one.counter} {_list(one.evidence)}, {one.strength}" for one in stage.ceilings)
            yield f"stage {stage.id}, ceilings cite", "; ".join(cites)


def _cited(protocol: Protocol, exercises: Mapping[str, Exercise]) -> Iterator[tuple[str, str]]:
    yield from _ceilings_cited(protocol)
    for place in places_of(protocol):
        one = place.criterion
        yield f"{one.id} cites", f"{_list(one.evidence)}, {one.strength}"
    for rule in protocol.rules:
        yield f"rule {rule.id} cites", f"{_list(rule.evidence)}, {rule.strength}"
    for number, light in enumerate(protocol.lights, start=1):
        yield f"light {number} cites", f"{light.light.value}: {_list(light.evidence)}, {light.strength.value}"
    for band in protocol.bands:
        yield f"band {band.id} cites", f"{_list(band.evidence)}, {band.strength.value}"
    for layoff in protocol.layoffs:
        yield f"after {layoff.up_to_days} days cites", f"{_list(layoff.evidence)}, {layoff.strength.value}"
    for way_out in protocol.escalations:
        yield f"escalation {way_out.id} cites", f"{_list(way_out.evidence)}, {way_out.strength.value}"
    for constraint in protocol.constraints:
        yield f"constraint {constraint.id} cites", _list(constraint.evidence)
    for name in sorted(
        {slot.exercise for stage in protocol.stages for slot in stage.slots} & exercises.keys()
    ):
        yield f"exercise {name} cites", f"{_list(exercises[name].evidence)}, {exercises[name].strength}"
