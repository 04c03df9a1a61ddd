"""What a protocol holds beside stages and rules, as tables for the desk and for the reference page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mortise.protocol import Exercise, ForbiddenPosition, Hands, Protocol
from mortise.terms import Measure, Strength

STRENGTH = {
    Strength.EXCERPT_SEEN: "excerpt seen",
    Strength.SOURCE_NOT_OPENED: "source not opened",
    Strength.CONSENSUS: "clinic default",
}


class CareTable(NamedTuple):
    """One table: its heading, a sentence beneath, column names, rows of words."""

    title: str
    intro: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def care_tables(
    protocol: Protocol, measures: Mapping[str, Measure], exercises: Mapping[str, Exercise]
) -> tuple[CareTable, ...]:
    """Arrange techniques, forbidden positions, ladders, re-evaluation, plateau, keeping and surgeon's limits.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    measures, exercises
        For their names.

    Returns
    -------
    tuple of CareTable
        Without those that would be empty.
    """
    made = (*_variant(protocol, measures), *_hands(protocol, measures, exercises), *_positions(protocol),
            *_ladders(protocol, exercises), *_checkpoints(protocol, measures), *_plateau(protocol, measures),
            *_maintenance(protocol, measures))  # fmt: skip
    return tuple(one for one in made if one.rows)


def _basis(evidence: Iterable[str], strength: Strength) -> str:
    return f"{STRENGTH[strength]}: {', '.join(evidence)}"


def _labels(names: Iterable[str], measures: Mapping[str, Measure]) -> str:
    return "; ".join(measures[name].label if name in measures else name for name in names)


def _tags(tags: Iterable[str]) -> str:
    return ", ".join(tag.replace("_", " ") for tag in tags)


def _hands(
    protocol: Protocol, measures: Mapping[str, Measure], exercises: Mapping[str, Exercise]
) -> Iterator[CareTable]:
    yield CareTable(
        "Manual therapy",
        "By a clinician only. Test before and after; only the reading before treatment feeds a gate. Without a dose "
        "for an irritability the technique is not given there.",
        ("joint", "technique", "stages", "grade and dose", "cautions", "not when", "test", "shown as"),
        tuple(
            (
                _joint(one, exercises), _names((one.exercise,), exercises), ", ".join(one.stages), grades_of(one),
                "; ".join(one.cautions),
                "; ".join(one.not_when), _labels((one.test,), measures), _basis(one.evidence, one.strength),
            )
            for one in protocol.techniques
        ),
    )  # fmt: skip


def _joint(hands: Hands, exercises: Mapping[str, Exercise]) -> str:
    exercise = exercises.get(hands.exercise)
    return "" if exercise is None or exercise.technique is None else exercise.technique.joint


def grades_of(hands: Hands) -> str:
    """Return grade and dose of a technique by irritability, in words.

    Parameters
    ----------
    hands : Hands
        The technique as a protocol uses it.

    Returns
    -------
    str
        One part for each irritability at which it is given.
    """
    return "; ".join(
        f"{one.irritability.value}: {' to '.join(one.grades)}, {one.dose}" for one in hands.doses
    )


def _positions(protocol: Protocol) -> Iterator[CareTable]:
    yield CareTable(
        "Forbidden positions",
        "What this kind of ankle stays out of, in which stages, and what is done instead.",
        ("position", "stages", "instead", "withheld", "says to a patient", "shown as"),
        tuple(
            (
                one.position, ", ".join(one.stages), one.instead, _kept_out(one), one.say_patient,
                _basis(one.evidence, one.strength),
            )
            for one in protocol.forbidden
        ),
    )  # fmt: skip


def _kept_out(position: ForbiddenPosition) -> str:
    steps = f"steps above {position.height_cm_at_most} cm" if position.height_cm_at_most else ""
    return ", ".join(part for part in (_tags(position.without_tags), steps) if part)


def _ladders(protocol: Protocol, exercises: Mapping[str, Exercise]) -> Iterator[CareTable]:
    for ladder in protocol.ladders:
        yield CareTable(
            ladder.title,
            f"{' '.join(ladder.rules)} {_basis(ladder.evidence, ladder.strength)}.",
            ("rung", "what", "from stage", "contacts a session", "calm sessions first", "hours between", "needs"),
            tuple(
                (
                    str(rung.number),
                    rung.title if not rung.exercises else f"{rung.title}: {_names(rung.exercises, exercises)}",
                    rung.stage, "none" if rung.contacts is None else f"{rung.contacts[0]} to {rung.contacts[1]}",
                    str(rung.n_exposures), str(rung.rest_hours), rung.needs,
                )
                for rung in ladder.rungs
            ),
        )  # fmt: skip


def _names(names: Iterable[str], exercises: Mapping[str, Exercise]) -> str:
    return ", ".join(exercises[name].name if name in exercises else name for name in names)


def _checkpoints(protocol: Protocol, measures: Mapping[str, Measure]) -> Iterator[CareTable]:
    ways = {one.id: one.to for one in protocol.escalations}
    yield CareTable(
        "Re-evaluation",
        "Dates for the diary, counted from the first plan. Nothing is concluded from having reached one.",
        ("day", "taken again", "the question", "thought of", "shown as"),
        tuple(
            (
                str(one.after_days), _labels(one.measures, measures), one.ask,
                ", ".join(ways.get(name, name) for name in one.consider), _basis(one.evidence, one.strength),
            )
            for one in protocol.checkpoints
        ),
    )  # fmt: skip


def _plateau(protocol: Protocol, measures: Mapping[str, Measure]) -> Iterator[CareTable]:
    plateau = protocol.plateau
    if plateau is None:
        return
    ways = {one.id: one.to for one in protocol.escalations}
    yield CareTable(
        "When progress stops",
        f"A plateau is only what the detector says, of: {_labels(plateau.watches, measures)}. With less than "
        f"{int(100 * plateau.adherence_at_least)} % of the sessions done the answer is the first step. "
        f"{_basis(plateau.evidence, plateau.strength)}.",
        ("step", "within", "what is done", "of which one", "to", "says to a patient"),
        tuple(
            (
                one.kind.value.replace("_", " "), f"{one.within_days} d", one.do, "; ".join(one.choices),
                ways.get(one.escalate or "", ""), one.say_patient,
            )
            for one in plateau.steps
        ),
    )  # fmt: skip


def _maintenance(protocol: Protocol, measures: Mapping[str, Measure]) -> Iterator[CareTable]:
    kept = protocol.maintenance
    if kept is None:
        return
    rules = {rule.id: rule.say_clinician for rule in protocol.rules}
    yield CareTable(
        "Keeping it, and early warning",
        f"In {kept.stage}, {kept.n_sessions_per_week} sessions a week: {'; '.join(kept.week)}. {kept.say_patient} "
        f"{_basis(kept.evidence, kept.strength)}.",
        ("test", "every", "what answers it"),
        tuple(
            (_labels((one.measure,), measures), f"{one.every_days} d", rules.get(one.rule, one.rule))
            for one in kept.tests
        ),
    )


def _variant(protocol: Protocol, measures: Mapping[str, Measure]) -> Iterator[CareTable]:
    variant = protocol.variant
    if variant is None:
        return
    yield CareTable(
        "The surgeon’s limits",
        "They win over every test here. Each goes on the record under the name of who set it, with its date; it only "
        f"takes away. {_basis(variant.evidence, variant.strength)}.",
        ("asked of the surgeon", "kept out", "while nothing is recorded", "lifted by", "says to a patient"),
        tuple(
            (
                one.ask, _tags(one.without_tags) or f"{one.n_contacts_at_most} contacts", f"{one.default_days} d",
                _labels((one.release,), measures) if one.release else "its date", one.say_patient,
            )
            for one in variant.limits
        ),
    )  # fmt: skip
    yield CareTable(
        "Switched off here",
        f"Lines of {', '.join(variant.of)} that this variant leaves out on purpose.",
        ("line", "of", "why"),
        tuple((one.id, one.protocol, one.reason) for one in variant.switched_off),
    )
