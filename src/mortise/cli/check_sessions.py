"""A session for every day that can happen: each stage, equipment and combination of what withholds exercises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mortise.catalog import Content
    from mortise.catalog.checks import Obligation
    from mortise.episode import Story
    from mortise.errors import Fault
    from mortise.protocol import Protocol
    from mortise.record import Fact, PatientRecord

DAY = date(2026, 1, 5)
_INSTRUMENTS = {
    "tandem_s": "stopwatch", "forced_plantarflexion_nrs": "observed", "hop_giving_way_flag": "observed",
}  # fmt: skip
# Every combination of band, weight and step, the last with everything that a protocol may name.
EQUIPMENT: tuple[tuple[str, ...], ...] = (
    (),
    ("band",),
    ("step",),
    ("weight",),
    ("band", "step"),
    ("band", "weight"),
    ("step", "weight"),
    ("band", "step", "weight", "strap", "stairs", "foam", "roller", "bike", "pool", "vibrator"),
)


def sessions_exist(content: Content, only: Sequence[str] = ()) -> Obligation:
    """Solve the session of every stage, equipment and combination of flags; nothing withheld may be in it."""
    from mortise.catalog.checks import Obligation

    n_days, faults = 0, []
    for protocol_id in only or content.protocol_ids:
        for day in days(content.protocol(protocol_id)):
            for equipment, told in stories(day, content):
                n_days += 1
                faults += session_faults(day, equipment, told, content)
    return Obligation("8", "Every day has a session, with nothing withheld in it", n_days, tuple(faults))


class Day(NamedTuple):
    """A fictional patient in one stage on one day, and in words what is known of that day."""

    protocol: str
    stage: str
    words: str
    record: PatientRecord
    as_of: date


def days(protocol: Protocol) -> Iterator[Day]:
    """Yield every stage with every combination of what withholds exercises."""
    from mortise.protocol.criteria import criteria_in

    as_of = DAY + timedelta(days=40)
    answers = (("sharp_pain_flag", (0, 1, None)), ("fall_or_catch_flag", (0, 1)), ("warmth_self", (0, 1)))
    tests = (
        ("tandem_s", ("s", 5, 20)),
        ("dorsiflexion_power_grade", ("grade", 3, 5)),
        ("end_feel_grade", ("grade", 2, 0)),
        ("forced_plantarflexion_nrs", ("nrs", 6, 0)),
        ("hop_giving_way_flag", ("flag", 1, 0)),
    )
    read = {one.measure for rule in protocol.rules for one in criteria_in(rule.when)}
    flags = [one for one in tests if one[0] in read]  # what no rule reads withholds nothing
    for stage in protocol.stages:
        for told in product(*(values for _, values in answers)):
            for worse in product((True, False), repeat=len(flags)):
                said = {name: value for (name, _), value in zip(answers, told, strict=True)}
                taken = {
                    name: (unit, bad if is_bad else fine)
                    for (name, (unit, bad, fine)), is_bad in zip(flags, worse, strict=True)
                }
                record = record_of(protocol, stage.id, said, taken, as_of)
                words = ", ".join(f"{name} {value}" for name, value in said.items())
                words += "".join(f", {name} {value}" for name, (_, value) in taken.items())
                yield Day(protocol.id, stage.id, words, record, as_of)


def stories(
    day: Day, content: Content, sets: Iterable[tuple[str, ...]] = EQUIPMENT
) -> Iterator[tuple[tuple[str, ...], Story]]:
    """Yield the day once with each set of equipment. What is decided does not look at it, so it is decided once."""
    from mortise.episode import story
    from mortise.protocol import Circumstances

    told = story(day.record, content, day.as_of)
    for equipment in sets:
        yield equipment, replace(told, circumstances=Circumstances(equipment=equipment))


def record_of(
    protocol: Protocol,
    stage: str,
    said: dict[str, int | None],
    taken: dict[str, tuple[str, int]],
    as_of: date,
) -> PatientRecord:
    from decimal import Decimal

    from mortise.catalog.cases import EARNED
    from mortise.record import CheckIn, Episode, PatientRecord, Person, Reading, StageEntry
    from mortise.terms import Origin, Side

    zeros: dict[str, Decimal | None] = dict.fromkeys(protocol.check_in, Decimal(0))
    answers = zeros | {name: None if value is None else Decimal(value) for name, value in said.items()}
    facts: list[Fact] = [
        EARNED,  # the loosest the engine can be
        StageEntry(id="stage", on=DAY, origin=Origin.CLINICIAN, stage=stage),
        CheckIn(id="told", on=as_of, origin=Origin.PATIENT, moment="before_session", answers=answers),
    ]
    for name, (unit, value) in taken.items():
        facts.append(
            Reading(
                id=name, on=as_of - timedelta(days=5), origin=Origin.CLINICIAN, measure=name, at_visit=True,
                side=Side.NONE if name == "tandem_s" else Side.LEFT, value=Decimal(value), unit=unit,
                instrument=_INSTRUMENTS.get(name, "examination"),
            )
        )  # fmt: skip
    return PatientRecord(
        person=Person(birth_year=DAY.year - 60),
        episode=Episode(id="day", involved_side=Side.LEFT, protocol=protocol.id, opened_on=DAY),
        facts=tuple(facts),
    )


def session_faults(day: Day, equipment: tuple[str, ...], told: Story, content: Content) -> list[Fault]:
    """Return what is wrong with the session of a day: it is empty, or holds what is withheld or not there."""
    from mortise.errors import Fault

    with_what = " and ".join(equipment) or "no equipment"
    where = f"{day.protocol}, stage {day.stage}, {with_what}, {day.words}"
    withheld = {tag for rule in told.decision.rules for tag in rule.without_tags}
    found = []
    if not told.session.exercises:
        found.append(Fault(where, "the session is empty.", "Offer an exercise that none of this withholds."))
    for planned in told.session.exercises:
        exercise = content.exercises[planned.exercise]
        against = [tag.value for tag in exercise.tags if tag.value in withheld]
        missing = [need for need in exercise.needs if need not in equipment]
        if against or missing:
            found.append(
                Fault(where, f"{planned.exercise} is in the session: {', '.join(against + missing)}.")
            )
    return [*found, *_over_ceilings(where, told)]


def _over_ceilings(where: str, told: Story) -> Iterator[Fault]:
    """Yield the counters of which a session and the days before it take more than a ceiling allows."""
    from mortise.errors import Fault

    for line in told.counters:
        day = line.per_day is not None and line.planned > line.per_day
        week = line.per_week is not None and line.counted_week + line.planned > line.per_week
        if day or week:
            yield Fault(where, f"{line.planned} {line.words}: more than the ceiling allows.")
