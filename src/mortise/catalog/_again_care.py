"""The second entry of what a protocol holds beside stages and rules: one plain line for each thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mortise.catalog._check_care import care_statements
from mortise.protocol import Hands, Ladder, Protocol, Rung


def care_again(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Yield each line by where it stands.

    Parameters
    ----------
    protocol
        The protocol.
    """
    for stage in protocol.stages:
        yield f"stage {stage.id} starts here", stage.starts_here or "nobody"
    for hands in protocol.techniques:
        yield f"technique {hands.id}", _hands(hands)
    for position in protocol.forbidden:
        where = f"{position.subtype}, in {_list(position.stages)}, without {_list(position.without_tags)}"
        where += f", steps {position.height_cm_at_most or 'of any height'}"
        yield f"forbidden {position.id}", f"{where}: {position.position}"
    for ladder in protocol.ladders:
        yield from _rungs(ladder)
    for point in protocol.checkpoints:
        asks = f"takes {_list(point.measures)}, thinks of {_list(point.consider)}"
        yield f"checkpoint {point.after_days}", asks
    for way_out in protocol.escalations:
        dates = f"from day {way_out.not_before_days}, by day {way_out.at_latest_days}"
        yield f"escalation {way_out.id} when", f"{dates}: {'; '.join(way_out.criteria)}"
    yield from _single_parts(protocol)
    for where, evidence, strength in care_statements(protocol):
        yield f"{where} cites", f"{_list(evidence)}, {strength.value}"


def _list(words: Iterable[str]) -> str:
    return " ".join(words) or "none"


def _hands(hands: Hands) -> str:
    doses = "; ".join(f"{one.irritability.value}: {'-'.join(one.grades)}, {one.dose}" for one in hands.doses)
    return (
        f"{hands.exercise}, in {_list(hands.stages)}, tested by {hands.test}; {doses}; "
        f"not when {'; '.join(hands.not_when) or 'nothing'}"
    )


def _rungs(ladder: Ladder) -> Iterator[tuple[str, str]]:
    for rung in ladder.rungs:
        yield f"ladder {ladder.id}, rung {rung.number}", _rung(rung)


def _rung(rung: Rung) -> str:
    contacts = (
        "no contacts" if rung.contacts is None else f"{rung.contacts[0]} to {rung.contacts[1]} contacts"
    )
    return f"{_list(rung.exercises)} from {rung.stage}, {contacts}, {rung.n_exposures} times, {rung.rest_hours} h apart"


def _single_parts(protocol: Protocol) -> Iterator[tuple[str, str]]:
    plateau, kept, variant = protocol.plateau, protocol.maintenance, protocol.variant
    if plateau is not None:
        steps = "; ".join(
            f"{one.kind.value} {one.within_days} d, {one.escalate or 'nobody'}" for one in plateau.steps
        )
        watched = f"{_list(plateau.watches)}, adherence {plateau.adherence_at_least}"
        yield "plateau", f"{watched}: {steps}"
    if kept is not None:
        tests = "; ".join(f"{one.measure} every {one.every_days} d, {one.rule}" for one in kept.tests)
        yield "maintenance", f"{kept.stage}, {kept.n_sessions_per_week} a week: {tests}"
    if variant is not None:
        yield "variant", f"of {_list(variant.of)}"
        for limit in variant.limits:
            taken = f"{_list(limit.without_tags)}, contacts {limit.n_contacts_at_most}"
            yield (
                f"limit {limit.id}",
                f"{limit.default_days} d without {taken}, lifted by {limit.release or 'its date'}",
            )
        for off in variant.switched_off:
            yield f"switched off {off.id}", f"{off.measure} of {off.protocol}"
