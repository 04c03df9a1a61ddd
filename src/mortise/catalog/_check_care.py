"""Obligations 4c, 7b, 9c and 14b: reviews and plateau, forbidden positions and hands, ladders, variants."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mortise.catalog._decode import Faults
from mortise.catalog._places import Book, places_of
from mortise.protocol import (
    Exercise,
    ForbiddenPosition,
    Hands,
    Irritability,
    Ladder,
    PlateauKind,
    Protocol,
    Rule,
    Rung,
    Slot,
    Stage,
    Tag,
)
from mortise.protocol.criteria import criteria_in
from mortise.terms import Advice, Strength

HOURS_PER_DAY = 24
_GENTLE = frozenset({"I", "II"})
GRADES = ("I", "II", "III", "IV", "V")
_THRUST = "V"


def care_names(protocol: Protocol, book: Book) -> Iterator[tuple[str, str, tuple[str, ...], object]]:
    """Yield every name that the parts beside stages and rules use: where, what kind, the names, what is known.

    Parameters
    ----------
    protocol
        The protocol.
    book
        All content.
    """
    ways_out = {one.id for one in protocol.escalations}
    stages = {stage.id for stage in protocol.stages}
    for hands in protocol.techniques:
        where = f"{protocol.id}, technique {hands.id}"
        yield where, "exercise", (hands.exercise,), book.exercises
        yield where, "stage", hands.stages, stages
        yield where, "measure", (hands.test,), book.measures
    for position in protocol.forbidden:
        where = f"{protocol.id}, forbidden {position.id}"
        yield where, "stage", position.stages, stages
        yield where, "tag", position.without_tags, {tag.value for tag in Tag}
    for ladder in protocol.ladders:
        for rung in ladder.rungs:
            where = f"{protocol.id}, ladder {ladder.id}, rung {rung.number}"
            yield where, "stage", (rung.stage,), stages
            yield where, "exercise", rung.exercises, book.exercises
    for point in protocol.checkpoints:
        where = f"{protocol.id}, checkpoint {point.after_days}"
        yield where, "measure", point.measures, book.measures
        yield where, "escalation", point.consider, ways_out
    if protocol.plateau is not None:
        yield f"{protocol.id}, plateau", "measure", protocol.plateau.watches, book.measures
        out = tuple(one.escalate for one in protocol.plateau.steps if one.escalate)
        yield f"{protocol.id}, plateau", "escalation", out, ways_out
    if protocol.maintenance is not None:
        where = f"{protocol.id}, maintenance"
        yield where, "stage", (protocol.maintenance.stage,), stages
        yield where, "measure", tuple(one.measure for one in protocol.maintenance.tests), book.measures
        rules = {rule.id for rule in protocol.rules}
        yield where, "rule", tuple(one.rule for one in protocol.maintenance.tests), rules
    if protocol.variant is not None:
        where = f"{protocol.id}, variant"
        yield where, "protocol", protocol.variant.of, book.protocols
        yield (
            where,
            "measure",
            tuple(one.release for one in protocol.variant.limits if one.release),
            book.measures,
        )
        tags = tuple(tag for one in protocol.variant.limits for tag in one.without_tags)
        yield where, "tag", tags, {tag.value for tag in Tag}


def care_statements(protocol: Protocol) -> Iterator[tuple[str, tuple[str, ...], Strength]]:
    """Yield where each of these parts says what it rests on.

    Parameters
    ----------
    protocol
        The protocol.
    """
    for hands in protocol.techniques:
        yield f"{protocol.id}, technique {hands.id}", hands.evidence, hands.strength
    for position in protocol.forbidden:
        yield f"{protocol.id}, forbidden {position.id}", position.evidence, position.strength
    for ladder in protocol.ladders:
        yield f"{protocol.id}, ladder {ladder.id}", ladder.evidence, ladder.strength
    for point in protocol.checkpoints:
        yield f"{protocol.id}, checkpoint {point.after_days}", point.evidence, point.strength
    for name in ("plateau", "maintenance", "variant"):
        part = getattr(protocol, name)
        if part is not None:
            yield f"{protocol.id}, {name}", part.evidence, part.strength


def reviews_are_kept(book: Book, faults: Faults) -> int:
    """Check the calendar of re-evaluation, the clocks, the plateau ladder and the tests of maintenance."""
    n_seen = 0
    for protocol in book.protocols.values():
        n_seen += _clocks(protocol, faults)
        n_seen += _checkpoints(protocol, faults)
        n_seen += _plateau(protocol, book, faults)
        n_seen += _maintenance(protocol, book, faults)
    return n_seen


def _clocks(protocol: Protocol, faults: Faults) -> int:
    for one in protocol.escalations:
        where = f"{protocol.id}, escalation {one.id}"
        if one.at_latest_days is not None and one.at_latest_days < (one.not_before_days or 0):
            faults.add(where, f"at the latest on day {one.at_latest_days}, not before {one.not_before_days}.",
                       "Put the dates in order.")  # fmt: skip
        if one.within_days < 0 or not one.criteria:
            faults.add(where, "says not when it is thought of.", "List its criteria.")
    return len(protocol.escalations)


def _checkpoints(protocol: Protocol, faults: Faults) -> int:
    where = f"{protocol.id}, checkpoints"
    if not protocol.checkpoints:
        faults.add(where, "no re-evaluation is planned.", "Say when the whole picture is looked at again.")
    for earlier, later in pairwise(protocol.checkpoints):
        if later.after_days <= earlier.after_days:
            faults.add(
                where, f"day {later.after_days} does not follow {earlier.after_days}.", "Put them in order."
            )
    for point in protocol.checkpoints:
        for name in point.consider:
            way = next((one for one in protocol.escalations if one.id == name), None)
            if way is not None and (way.not_before_days or 0) > point.after_days:
                faults.add(f"{where}, day {point.after_days}", f"{name} is not before day {way.not_before_days}.",
                           "Move one of them.")  # fmt: skip
    return len(protocol.checkpoints)


def _plateau(protocol: Protocol, book: Book, faults: Faults) -> int:
    where = f"{protocol.id}, plateau"
    plateau = protocol.plateau
    if plateau is None:
        faults.add(where, "nothing says what is done when progress stops.", "Add the five steps.")
        return 1
    if tuple(step.kind for step in plateau.steps) != tuple(PlateauKind):
        faults.add(where, f"its steps are {', '.join(step.kind.value for step in plateau.steps)}.",
                   f"Take them in this order: {', '.join(kind.value for kind in PlateauKind)}.")  # fmt: skip
    due = {review.measure for review in protocol.reviews}
    for name in plateau.watches:
        measure = book.measures.get(name)
        if measure is not None and all(one.smallest_real_change is None for one in measure.instruments):
            faults.add(where, f"{name} has no known error, so no detector can follow it.", "Watch another.")
        if name not in due:
            faults.add(where, f"{name} is in no review.", "The detector needs it in the calendar.")
    for step in plateau.steps:
        is_refer, is_change = step.kind is PlateauKind.REFER, step.kind is PlateauKind.CHANGE_ONE_THING
        if step.within_days < 1 or is_refer != bool(step.escalate) or is_change != bool(step.choices):
            faults.add(f"{where}, {step.kind.value}", "lacks its clock, its choices or its way out.",
                       "A change has choices, the last step a way out, each a clock.")  # fmt: skip
    return len(plateau.steps) + len(plateau.watches)


def _maintenance(protocol: Protocol, book: Book, faults: Faults) -> int:
    kept, last = protocol.maintenance, protocol.stages[-1].id
    where = f"{protocol.id}, maintenance"
    if kept is None or kept.stage != last or not kept.tests:
        faults.add(where, f"is missing, without a test, or not in {last}.", "Say what keeps the gains.")
        return 1
    if not 1 <= kept.n_sessions_per_week <= protocol.stages[-1].n_sessions_per_week:
        faults.add(where, f"{kept.n_sessions_per_week} sessions a week; the stage plans "
                   f"{protocol.stages[-1].n_sessions_per_week}.", "Ask no more than the stage plans.")  # fmt: skip
    for test in kept.tests:
        due = [
            one.every_days for one in protocol.reviews if one.measure == test.measure and last in one.stages
        ]
        if not due or min(due) > test.every_days:
            faults.add(f"{where}, {test.measure}", f"is not due every {test.every_days} days in {last}.",
                       "Add the review.")  # fmt: skip
        rule = next((one for one in protocol.rules if one.id == test.rule), None)
        if rule is None:
            continue
        is_answer = _reads(rule, test.measure, book)
        if (
            not is_answer
            or rule.advice is not Advice.ASK_CLINICIAN
            or (rule.stages and last not in rule.stages)
        ):
            faults.add(f"{where}, {test.measure}", f"rule {rule.id} does not answer it in {last}.",
                       "The rule reads the test and asks the clinician.")  # fmt: skip
    return len(kept.tests)


def _reads(rule: Rule, measure: str, book: Book) -> bool:
    """Whether a rule reads a measure, or a comparison made of it."""
    read = [book.measures.get(one.measure) for one in criteria_in(rule.when)]
    return any(one is not None and measure in (one.id, one.derive.of if one.derive else "") for one in read)


def positions_are_kept_out(book: Book, faults: Faults) -> int:
    """Check that stages withhold what is forbidden in them, and that hands stay within irritability and grade."""
    n_seen = 0
    for protocol in book.protocols.values():
        always = {tag for one in protocol.constraints for tag in one.without_tags}
        for position in protocol.forbidden:
            for stage_id in position.stages:
                stage = next((one for one in protocol.stages if one.id == stage_id), None)
                n_seen += 1
                missing = set(position.without_tags) - always - set(stage.without_tags if stage else ())
                _step_is_kept(protocol, position, stage, faults)
                if missing:
                    faults.add(f"{protocol.id}, forbidden {position.id}", f"{stage_id} does not keep out "
                               f"{', '.join(sorted(missing))}.", "Add it to the stage’s without_tags.")  # fmt: skip
        if not protocol.forbidden or not protocol.techniques:
            faults.add(protocol.id, "no forbidden position, or no technique for the clinic.", "Write both.")
        n_seen += sum(_no_higher(protocol, stage, book, faults) for stage in protocol.stages)
        for hands in protocol.techniques:
            n_seen += _technique(f"{protocol.id}, technique {hands.id}", hands, book, faults)
    return n_seen


def _step_is_kept(
    protocol: Protocol, position: ForbiddenPosition, stage: Stage | None, faults: Faults
) -> None:
    most = position.height_cm_at_most
    if most is None or stage is None:
        return
    if stage.height_cm_at_most is None or stage.height_cm_at_most > most:
        faults.add(f"{protocol.id}, forbidden {position.id}", f"{stage.id} allows steps above {most} cm.",
                   "Give the stage height_cm_at_most.")  # fmt: skip


def _no_higher(protocol: Protocol, stage: Stage, book: Book, faults: Faults) -> int:
    """Check that no slot climbs above the highest step of its stage."""
    n_seen = 0
    for slot in stage.slots if stage.height_cm_at_most is not None else ():
        exercise = book.exercises.get(slot.exercise)
        for step in exercise.dose_steps[slot.first_step : slot.last_step + 1] if exercise else ():
            n_seen += 1
            if step.height_cm is not None and step.height_cm > (stage.height_cm_at_most or 0):
                faults.add(f"{protocol.id}, stage {stage.id}, slot {slot.exercise}", f"climbs to {step.height_cm} cm; "
                           f"the stage allows {stage.height_cm_at_most}.", "End on a lower rung.")  # fmt: skip
    return n_seen


def _technique(where: str, hands: Hands, book: Book, faults: Faults) -> int:
    exercise = book.exercises.get(hands.exercise)
    if exercise is not None and Tag.MANUAL not in exercise.tags:
        faults.add(
            where, f"{hands.exercise} is not a clinician’s technique.", "Name one with the tag manual."
        )
    told = [dose.irritability for dose in hands.doses]
    if not told or len(set(told)) != len(told):
        faults.add(where, "has no dose, or two for one irritability.", "One dose for each irritability.")
    for dose in hands.doses:
        unknown = [grade for grade in dose.grades if grade not in GRADES]
        is_rough = dose.irritability is Irritability.HIGH and not set(dose.grades) <= _GENTLE
        is_thrust = _THRUST in dose.grades and dose.irritability is not Irritability.LOW
        if unknown or is_rough or is_thrust:
            faults.add(f"{where}, {dose.irritability.value}", f"grade {' '.join(dose.grades) or 'none'}.",
                       "High irritability: I and II only. A thrust only at low irritability.")  # fmt: skip
    if any(_THRUST in dose.grades for dose in hands.doses) and not hands.not_when:
        faults.add(where, "a thrust without stop rules.", "Say when it is not given.")
    return 1 + len(hands.doses)


def ladders_hold(book: Book, faults: Faults) -> int:
    """Check that ladders climb, that their exercises stand in the stage they name, with their contacts and rest."""
    n_seen = 0
    for protocol in book.protocols.values():
        on_rungs: set[str] = set()
        for ladder in protocol.ladders:
            n_seen += _climbs(protocol, ladder, faults)
            for rung in ladder.rungs:
                on_rungs |= set(rung.exercises)
                n_seen += _rung(protocol, ladder, rung, book, faults)
        n_seen += _impact_is_on_a_ladder(protocol, on_rungs, book, faults)
    return n_seen


def _climbs(protocol: Protocol, ladder: Ladder, faults: Faults) -> int:
    where = f"{protocol.id}, ladder {ladder.id}"
    numbers = {stage.id: stage.number for stage in protocol.stages}
    if [rung.number for rung in ladder.rungs] != list(range(len(ladder.rungs))):
        faults.add(where, "its rungs are not numbered from 0 in a row.", "Number them in a row.")
    for lower, upper in pairwise(ladder.rungs):
        if numbers.get(upper.stage, 0) < numbers.get(lower.stage, 0):
            faults.add(
                where, f"rung {upper.number} opens before rung {lower.number}.", "A ladder only climbs."
            )
    return len(ladder.rungs)


def _rung(protocol: Protocol, ladder: Ladder, rung: Rung, book: Book, faults: Faults) -> int:
    where = f"{protocol.id}, ladder {ladder.id}, rung {rung.number}"
    if rung.contacts is not None and not 0 <= rung.contacts[0] <= rung.contacts[1]:
        faults.add(where, f"contacts {rung.contacts[0]} to {rung.contacts[1]}.", "From is not above to.")
    numbers = {stage.id: stage.number for stage in protocol.stages}
    for name in rung.exercises:
        slots = [(stage, slot) for stage in protocol.stages for slot in stage.slots if slot.exercise == name]
        first = min((stage.number for stage, _ in slots), default=None)
        if first != numbers.get(rung.stage):
            faults.add(
                where, f"{name} does not open in {rung.stage}.", "Give it a slot there, and none before."
            )
        exercise = book.exercises.get(name)
        for stage, slot in slots:
            if slot.n_per_week and (slot.rest_days + 1) * HOURS_PER_DAY < rung.rest_hours:
                faults.add(where, f"{name} rests {slot.rest_days} days in {stage.id}, the rung asks for "
                           f"{rung.rest_hours} h.", "Lengthen the rest of the slot.")  # fmt: skip
            if (
                exercise is not None
                and rung.contacts is not None
                and slot.last_step < len(exercise.dose_steps)
            ):
                _contacts(where, exercise, slot, rung.contacts, faults)
    return len(rung.exercises)


def _contacts(where: str, exercise: Exercise, slot: Slot, room: tuple[int, int], faults: Faults) -> None:
    first, last = (exercise.dose_steps[step].n_contacts for step in (slot.first_step, slot.last_step))
    if first < room[0] or last > room[1]:
        faults.add(where, f"{exercise.id} makes {first} to {last} contacts; the rung says {room[0]} to {room[1]}.",
                   "Move the slot or the rung.")  # fmt: skip


def _impact_is_on_a_ladder(protocol: Protocol, on_rungs: set[str], book: Book, faults: Faults) -> int:
    n_seen = 0
    for name in sorted({slot.exercise for stage in protocol.stages for slot in stage.slots}):
        exercise = book.exercises.get(name)
        if exercise is not None and Tag.IMPACT in exercise.tags:
            n_seen += 1
            if name not in on_rungs:
                faults.add(
                    f"{protocol.id}, ladders", f"{name} has impact and stands on no rung.", "Give it one."
                )
    return n_seen


def variants_say_what_is_off(book: Book, faults: Faults) -> int:
    """Check that what a variant switches off exists where it says, is not read here, and that its limits are lifted."""
    n_seen = 0
    for protocol in book.protocols.values():
        n_seen += 1
        if protocol.variant is None:
            continue
        mine = {place.criterion.id for place in places_of(protocol)} | {rule.id for rule in protocol.rules}
        read = {place.criterion.measure for place in places_of(protocol) if place.kind == "exit"}
        for off in protocol.variant.switched_off:
            n_seen += 1
            where = f"{protocol.id}, variant, {off.id}"
            other = book.protocols.get(off.protocol)
            there = {place.criterion.id for place in places_of(other)} if other else set()
            there |= {rule.id for rule in other.rules} if other else set()
            if off.id not in there or off.protocol not in protocol.variant.of:
                faults.add(where, f"{off.protocol} has no such line or rule.", "Name what is switched off.")
            if off.id in mine or off.measure in read:
                faults.add(where, f"is switched off, yet {off.measure} is read here.", "Take it out.")
        gated = {place.criterion.measure for place in places_of(protocol) if place.kind == "exit"}
        for limit in protocol.variant.limits:
            n_seen += 1
            where = f"{protocol.id}, limit {limit.id}"
            if limit.release and limit.release not in gated:
                faults.add(where, f"no gate waits for {limit.release}.", "Ask for it in the exit of a stage.")
            if not limit.without_tags and limit.n_contacts_at_most is None:
                faults.add(where, "takes nothing away.", "A limit only ever takes away.")
    return n_seen
