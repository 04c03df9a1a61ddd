"""Obligation 13 in numbers: an error of measurement between a gate and a step back, and no later gate laxer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mortise.proof.model import Leaf, StageModel, real_changes
from mortise.proof.prover import Answer, Result
from mortise.protocol import Operator, Protocol
from mortise.terms import Advice


def hysteresis(protocol: Protocol, models: Mapping[str, StageModel]) -> Iterator[Answer]:
    """Yield for every gate and step back on one measure whether an MDC95 lies between them, whatever a clinic sets.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    models : mapping of str to StageModel
        By stage.

    Yields
    ------
    Answer
        One for each pair; a measure without a known MDC95 never steps back against a gate.
    """
    gates = [
        (name, leaf) for name, model in models.items() for leaf in model.leaves if leaf.is_exit and leaf.bound
    ]
    for back in _step_backs(models):
        for stage_id, gate in gates:
            if gate.measure.id != back.measure.id or gate.criterion.limb != back.criterion.limb:
                continue
            span = real_changes(gate.measure)
            apart = _apart(gate, back)
            where = f"{protocol.id}, criteria {gate.id} and {back.id}"
            is_kept = span is not None and apart >= span[1]
            room = "not known" if span is None else f"{span[1] * gate.measure.resolution} {gate.measure.unit}"
            least = f"{apart * gate.measure.resolution} {gate.measure.unit}"
            patient = (
                f"A fictional patient who passes the gate of {stage_id} and is measured again, unchanged: {least} "
                f"apart, while the error of a change is {room}."
            )
            yield Answer(
                "13", where, "gate and step back are an MDC95 apart", Result.PROVED if is_kept else Result.REFUTED,
                "" if is_kept else patient, "Move one of them, or narrow what a clinic may set.",
            )  # fmt: skip


def _step_backs(models: Mapping[str, StageModel]) -> list[Leaf]:
    found: dict[str, Leaf] = {}
    for model in models.values():
        for one in model.rules:
            if one.rule.advice is Advice.STEP_BACK:
                found |= {leaf.id: leaf for leaf in one.leaves if leaf.bound is not None}
    return list(found.values())


def _apart(gate: Leaf, back: Leaf) -> int:
    """Return the least number of steps between the two regions, over everything a clinic may set."""
    assert gate.bound is not None
    assert back.bound is not None
    if gate.operator is Operator.AT_LEAST:
        return gate.bound.low - back.bound.high
    return back.bound.low - gate.bound.high


def in_order(protocol: Protocol, models: Mapping[str, StageModel]) -> Iterator[Answer]:
    """Yield for every measure in two gates whether the later is never laxer: as shipped, and at either end allowed.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    models : mapping of str to StageModel
        By stage, in order.

    Yields
    ------
    Answer
        One for each pair. A clinic that sets two figures of one measure is held to the same order by
        `mortise.catalog.laxer_later`.
    """
    earlier: dict[tuple[str, str, str, str], tuple[str, Leaf]] = {}
    for stage_id, model in models.items():
        for leaf in _gate_lines(model):
            one = leaf.criterion
            key = (one.measure, one.limb.value, one.reduce.value, leaf.operator.value)
            before = earlier.get(key)
            if before is not None and before[0] != stage_id:
                yield _order(protocol, before[1], leaf)
            earlier[key] = (stage_id, leaf)


def _gate_lines(model: StageModel) -> Iterator[Leaf]:
    for leaf in model.leaves:
        is_time = leaf.measure.derive is not None and leaf.measure.derive.kind == "days_in_stage"
        if leaf.is_exit and leaf.bound is not None and not is_time:
            yield leaf


def _order(protocol: Protocol, before: Leaf, after: Leaf) -> Answer:
    assert before.bound is not None
    assert after.bound is not None
    sign = 1 if after.operator is Operator.AT_LEAST else -1
    pairs = (
        ("as shipped", before.bound.shipped, after.bound.shipped),
        ("at the least allowed", before.bound.low, after.bound.low),
        ("at the most allowed", before.bound.high, after.bound.high),
    )
    laxer = [name for name, one, other in pairs if sign * other < sign * one]
    return Answer(
        "13", f"{protocol.id}, criteria {before.id} and {after.id}", "the later gate is never laxer",
        Result.REFUTED if laxer else Result.PROVED,
        f"A fictional patient who passed the earlier gate may pass the later one with less: laxer {', '.join(laxer)}."
        if laxer else "",
        "Make the later figure, and what a clinic may set it to, at least as strict.",
    )  # fmt: skip
