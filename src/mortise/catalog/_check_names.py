"""Obligations 1 and 14: every name resolves, and every stage leads to the end."""

from __future__ import annotations

from collections import Counter

from mortise import units
from mortise.catalog._check_care import care_names, care_statements
from mortise.catalog._decode import Faults
from mortise.catalog._places import Book, Place, places_of
from mortise.protocol import Exercise, Protocol, Tag
from mortise.protocol.assessment import URGENT, Question
from mortise.terms import Measure, Setting

DERIVATIONS = frozenset({
    "side_difference", "limb_symmetry", "sum", "max", "count_at_least", "last_light", "running_light",
    "running_light_or_worse", "days_with_light", "adherence", "days_in_stage", "days_silent",
    "days_since_session", "flare", "change_from_usual",
})  # fmt: skip
_NEEDS_SOURCE = DERIVATIONS & {
    "side_difference", "limb_symmetry", "sum", "max", "count_at_least", "flare", "change_from_usual"
}  # fmt: skip
_TAGS = frozenset(tag.value for tag in Tag)
_ENDS = ("floor", "ceiling")


def names_resolve(book: Book, faults: Faults) -> int:
    """Check every name that one file uses of another; return how many were looked at."""
    n_seen = 0
    for measure in book.measures.values():
        n_seen += _measure_names(measure, book, faults)
    for exercise in book.exercises.values():
        n_seen += _exercise_names(exercise, book, faults)
    for protocol in book.protocols.values():
        n_seen += _protocol_names(protocol, book, faults)
    return n_seen + _examination_names(book, faults)


def _resolve(where: str, what: str, names: tuple[str, ...], known: object, faults: Faults) -> int:
    for name in names:
        if name not in known:  # type: ignore[operator]
            faults.add(where, f"there is no {what} {name!r}.", "Write it, or correct the name.")
    return len(names)


def _measure_names(measure: Measure, book: Book, faults: Faults) -> int:
    where = f"measure {measure.id}"
    if measure.unit not in units.UNIT_NAMES:
        faults.add(where, f"unknown unit {measure.unit!r}.", "Use a unit of mortise.units.")
    if not measure.low < measure.high or measure.resolution <= 0:
        faults.add(where, "low must be below high and the resolution above 0.")
    if measure.unit == "grade" and measure.setting is not Setting.DERIVED:
        n_levels = int(measure.high - measure.low) + 1
        if len(measure.levels) != n_levels:
            faults.add(where, f"{n_levels} grades but {len(measure.levels)} level names.", "Name each grade.")
    if not measure.instruments:
        faults.add(where, "no instrument.", "Say how it is taken, with its error where one is known.")
    n_seen = _resolve(where, "evidence row", measure.evidence, book.evidence, faults)
    for instrument in measure.instruments:
        n_seen += _resolve(
            f"{where}, instrument {instrument.id}", "evidence row", instrument.evidence, book.evidence, faults
        )
    for norm in measure.norms:
        n_seen += _resolve(
            f"{where}, norm {norm.words!r}", "evidence row", norm.evidence, book.evidence, faults
        )
    return n_seen + 1 + _derivation_names(measure, where, book, faults)


def _derivation_names(measure: Measure, where: str, book: Book, faults: Faults) -> int:
    how = measure.derive
    if (measure.setting is Setting.DERIVED) != (how is not None):
        faults.add(where, "a derived measure has `derive`, and only a derived one.", "Correct the setting.")
    if how is None:
        return 0
    if how.kind not in DERIVATIONS:
        faults.add(
            where, f"unknown derivation {how.kind!r}.", f"Use one of {', '.join(sorted(DERIVATIONS))}."
        )
    if how.kind in _NEEDS_SOURCE:
        return _resolve(where, "measure", (how.of,), book.measures, faults)
    return 1


def _exercise_names(exercise: Exercise, book: Book, faults: Faults) -> int:
    where = f"exercise {exercise.id}"
    n_seen = _resolve(where, "evidence row", exercise.evidence, book.evidence, faults)
    n_seen += _resolve(where, "evidence row of the raw list", exercise.raw_rows, book.evidence, faults)
    n_seen += _resolve(where, "exercise", exercise.not_with, book.exercises, faults)
    neighbours = tuple(name for name in (exercise.easier, exercise.harder) if name not in _ENDS)
    n_seen += _resolve(where, "exercise", neighbours, book.exercises, faults)
    if exercise.instead is not None:
        n_seen += _resolve(where, "exercise", (exercise.instead,), book.exercises, faults)
    return n_seen


def _protocol_names(protocol: Protocol, book: Book, faults: Faults) -> int:
    where = protocol.id
    stages = {stage.id for stage in protocol.stages}
    n_seen = _unique(protocol, faults)
    for part in ("danger_measures", "check_in", "after_session", "next_morning", "red_flags"):
        n_seen += _resolve(f"{where}, {part}", "measure", getattr(protocol, part), book.measures, faults)
    n_seen += _resolve(f"{where}, first_stage", "stage", (protocol.first_stage,), stages, faults)
    bands, rows = {band.id for band in protocol.bands}, frozenset(book.evidence)
    for place in places_of(protocol):
        n_seen += _line_names(place, bands, rows, book, faults)
    n_seen += _stage_names(protocol, stages, book, faults)
    n_seen += _rule_names(protocol, stages, book, faults)
    for place_of_it, what, names, known in care_names(protocol, book):
        n_seen += _resolve(place_of_it, what, names, known, faults)
    return n_seen


def _line_names(place: Place, bands: set[str], rows: frozenset[str], book: Book, faults: Faults) -> int:
    one = place.criterion
    n_seen = 1 + len(one.evidence)
    if one.measure not in book.measures:
        _resolve(place.where, "measure", (one.measure,), book.measures, faults)
    if not rows.issuperset(one.evidence):
        _resolve(place.where, "evidence row", one.evidence, book.evidence, faults)
    return n_seen + (_resolve(place.where, "band", (one.band,), bands, faults) if one.band else 0)


def _unique(protocol: Protocol, faults: Faults) -> int:
    names = [place.criterion.id for place in places_of(protocol)]
    names += [rule.id for rule in protocol.rules] + [stage.id for stage in protocol.stages]
    for name, n_times in Counter(names).items():
        if n_times > 1:
            faults.add(protocol.id, f"the id {name!r} is used {n_times} times.", "Give each its own.")
    return len(names)


def _stage_names(protocol: Protocol, stages: set[str], book: Book, faults: Faults) -> int:
    n_seen = 0
    for stage in protocol.stages:
        where = f"{protocol.id}, stage {stage.id}"
        n_seen += _resolve(where, "exercise", tuple(s.exercise for s in stage.slots), book.exercises, faults)
        n_seen += _resolve(where, "text", stage.education, book.texts, faults)
        n_seen += _resolve(where, "tag", stage.without_tags, _TAGS, faults)
        back = (stage.step_back_to,) if stage.step_back_to else ()
        n_seen += _resolve(where, "stage", back, stages, faults)
        for slot in stage.slots:
            exercise = book.exercises.get(slot.exercise)
            if exercise is not None and exercise.needs:
                n_seen += _resolve(
                    f"{where}, slot {slot.exercise}", "equipment", exercise.needs, protocol.equipment, faults
                )
    for review in protocol.reviews:
        where = f"{protocol.id}, review of {review.measure}"
        n_seen += _resolve(where, "measure", (review.measure,), book.measures, faults)
        n_seen += _resolve(where, "stage", review.stages, stages, faults)
    return n_seen


def _rule_names(protocol: Protocol, stages: set[str], book: Book, faults: Faults) -> int:
    ways_out = {one.id for one in protocol.escalations}
    n_seen = 0
    for rule in protocol.rules:
        where = f"{protocol.id}, rule {rule.id}"
        n_seen += _resolve(where, "stage", rule.stages, stages, faults)
        n_seen += _resolve(where, "tag", rule.without_tags, _TAGS, faults)
        n_seen += _resolve(where, "measure", rule.request, book.measures, faults)
        n_seen += _resolve(where, "evidence row", rule.evidence, book.evidence, faults)
        n_seen += _resolve(where, "escalation", (rule.escalate,) if rule.escalate else (), ways_out, faults)
    for constraint in protocol.constraints:
        where = f"{protocol.id}, constraint {constraint.id}"
        n_seen += _resolve(where, "tag", constraint.without_tags, _TAGS, faults)
        n_seen += _resolve(where, "evidence row", constraint.evidence, book.evidence, faults)
    for band in protocol.bands:
        where = f"{protocol.id}, band {band.id}"
        n_seen += _resolve(where, "measure", (band.measure,), book.measures, faults)
        n_seen += _resolve(where, "evidence row", band.evidence, book.evidence, faults)
    return n_seen + _other_evidence(protocol, book, faults)


def _other_evidence(protocol: Protocol, book: Book, faults: Faults) -> int:
    n_seen = 0
    for light in protocol.lights:
        n_seen += _resolve(
            f"{protocol.id}, light {light.light}", "evidence row", light.evidence, book.evidence, faults
        )
    for layoff in protocol.layoffs:
        where = f"{protocol.id}, layoff up to {layoff.up_to_days} days"
        n_seen += _resolve(where, "evidence row", layoff.evidence, book.evidence, faults)
    for way_out in protocol.escalations:
        where = f"{protocol.id}, escalation {way_out.id}"
        n_seen += _resolve(where, "evidence row", way_out.evidence, book.evidence, faults)
    for where, evidence, _ in care_statements(protocol):
        n_seen += _resolve(where, "evidence row", evidence, book.evidence, faults)
    return n_seen


def _examination_names(book: Book, faults: Faults) -> int:
    n_seen = 0
    levels: dict[str, set[str]] = {}
    for section in book.assessment.sections:
        n_seen += _resolve(
            f"assessment, section {section.id}", "measure", section.measures, book.measures, faults
        )
        for question in section.questions:
            where = f"assessment, question {question.id}"
            if question.id in levels:
                faults.add(where, "this question is asked twice.", "Keep one of them.")
            levels[question.id] = {level.id for level in question.levels}
            if question.kind != "text" and len(question.levels) < 2:
                faults.add(where, "a question with answers needs at least two.", "Add the other answer.")
            n_seen += 1 + _resolve(where, "evidence row", question.evidence, book.evidence, faults)
            n_seen += _raised_flag(where, question, book, faults)
    for candidate in book.classification.candidates:
        for argument in candidate.arguments:
            where = f"classification, {candidate.id}, argument {argument.id}"
            n_seen += _resolve(where, "evidence row", argument.evidence, book.evidence, faults)
            if argument.sign:
                n_seen += _resolve(where, "question", (argument.sign,), levels, faults)
                known = levels.get(argument.sign, set())
                n_seen += _resolve(where, f"answer of {argument.sign}", argument.levels, known, faults)
            else:
                names = tuple(name for name in (argument.measure, argument.minus) if name)
                n_seen += _resolve(where, "measure", names, book.measures, faults)
        protocols = (candidate.protocol,) if candidate.protocol else ()
        n_seen += _resolve(f"classification, {candidate.id}", "protocol", protocols, book.protocols, faults)
    return n_seen


def _raised_flag(where: str, question: Question, book: Book, faults: Faults) -> int:
    """Check that an answer that sends on at once raises a red flag on which every protocol stops."""
    is_urgent = any(level.tier in URGENT for level in question.levels)
    if is_urgent and not question.raises:
        faults.add(
            where, "an answer sends on at once and raises no red flag.", "Name the measure under raises."
        )
    elif question.raises and not is_urgent:
        faults.add(where, "raises a red flag and no answer sends on at once.", "Give that answer its tier.")
    if not question.raises:
        return 0
    for protocol in book.protocols.values():
        if question.raises not in protocol.red_flags:
            faults.add(
                where, f"raises {question.raises!r}, no red flag of {protocol.id}.",
                "Name a measure of its red_flags.",
            )  # fmt: skip
    return _resolve(where, "measure", (question.raises,), book.measures, faults)


def stages_reach_the_end(book: Book, faults: Faults) -> int:
    """Check that stages are numbered in a row, that each but the last can be left, and that back is one stage back."""
    n_seen = 0
    for protocol in book.protocols.values():
        previous: str | None = None
        for number, stage in enumerate(protocol.stages, start=1):
            n_seen += 1
            where = f"{protocol.id}, stage {stage.id}"
            is_last = number == len(protocol.stages)
            if stage.number != number:
                faults.add(
                    where, f"number {stage.number}, but it stands at {number}.", "Number stages in a row."
                )
            if not stage.exit and not is_last:
                faults.add(where, "no exit: nobody could leave this stage.", "Say what must be in place.")
            if stage.step_back_to != previous:
                faults.add(where, f"steps back to {stage.step_back_to!r}, not to {previous!r}.",
                           "A step back goes exactly one stage back.")  # fmt: skip
            previous = stage.id
        if protocol.stages and protocol.first_stage != protocol.stages[0].id:
            faults.add(f"{protocol.id}, first_stage", "is not the first stage.", "Start at number 1.")
    return n_seen
