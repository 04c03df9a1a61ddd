"""The assessment as it stands: what is done, what stops the programme, each side against the other with its error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mortise.protocol import Tier
from mortise.protocol.assessment import Assessment, Section
from mortise.record import Reading, Sign
from mortise.report.words import age, number, with_unit
from mortise.terms import Measure, Side
from mortise.web.clinic.entries import Capture, Current
from mortise.web.clinic.forms_assess import question_sides
from mortise.web.clinic.forms_readings import CONFIRMED, sides_of, usual_instrument
from mortise.web.clinic.presenters_words import level_words

TIER_WORDS: Mapping[Tier, str] = {
    Tier.NOW: "now",
    Tier.WITHIN_48_H: "within 48 hours",
    Tier.WITHIN_2_WEEKS: "within two weeks",
}
_TIER_ORDER = {Tier.NOW: 0, Tier.WITHIN_48_H: 1, Tier.WITHIN_2_WEEKS: 2, None: 3}


class Part(Struct, frozen=True, kw_only=True):
    """One section in the list of parts: done, begun or open."""

    id: str
    number: int
    title: str
    state: str  # "done", "begun", "open"
    words: str


class Raised(Struct, frozen=True, kw_only=True):
    """An answer that stops the assessment: what was found, what to do now, how soon."""

    question: str
    answer: str
    refers: str
    when: str
    stops: bool  # no programme can be started
    is_urgent: bool


class Compared(Struct, frozen=True, kw_only=True):
    """One measure's two sides against each other, and what was last taken."""

    difference: str
    verdict: str
    css: str
    last: str
    practice: str = ""  # familiarisation: kept and shown, not the baseline
    marked: str = ""  # what was odd and was confirmed


def parts_of(assessment: Assessment, current: Current) -> tuple[Part, ...]:
    """Return every section with how much of it is answered."""
    return tuple(_part(section, current) for section in assessment.sections)


def _part(section: Section, current: Current) -> Part:
    asked = {(question.id, side) for question in section.questions for side in question_sides(question)}
    answered = {key for key in asked if key in current.signs}
    is_read = any((name, side) in current.readings for name in section.measures for side in Side)
    has_goals = section.asks_goals and bool(current.goals)
    n_open = len(asked) - len(answered)
    begun = bool(answered) or is_read or has_goals
    is_done = (
        begun and n_open == 0 and (is_read or not section.measures) and (has_goals or not section.asks_goals)
    )
    state = "done" if is_done else "begun" if begun else "open"
    words = {"done": "done", "begun": f"{n_open} open" if n_open else "begun", "open": "open"}[state]
    return Part(id=section.id, number=section.number, title=section.title, state=state, words=words)


def raised_of(assessment: Assessment, signs: Mapping[tuple[str, Side], Sign]) -> tuple[Raised, ...]:
    """Return every answer that refers or excludes, the most urgent first."""
    found: list[tuple[int, Raised]] = []
    for question in assessment.questions():
        for side in question_sides(question):
            sign = signs.get((question.id, side))
            level = question.level(sign.level) if sign is not None else None
            if level is None or not (level.refers or level.is_exclusion or level.tier):
                continue
            where = "" if side is Side.NONE else f", {side.value}"
            raised = Raised(
                question=f"{question.label}{where}",
                answer=level.label,
                refers=level.refers,
                when=TIER_WORDS[level.tier] if level.tier else "",
                stops=level.is_exclusion or level.tier is not None,
                is_urgent=level.tier in (Tier.NOW, Tier.WITHIN_48_H),
            )
            found.append((_TIER_ORDER[level.tier], raised))
    return tuple(raised for _, raised in sorted(found, key=lambda one: one[0]))


def open_required(
    assessment: Assessment, signs: Mapping[tuple[str, Side], Sign]
) -> tuple[tuple[str, str], ...]:
    """Return what must be asked before a programme starts and was not: section id and question."""
    return tuple(
        (section.id, question.label)
        for section in assessment.sections
        for question in section.questions
        if question.is_required and not any((question.id, side) in signs for side in question_sides(question))
    )


def compared_of(
    measures: Iterable[Measure], current: Current, involved: Side, capture: Capture
) -> dict[str, Compared]:
    """Return for each measure the treated side minus the other with its error, and what was taken before today."""
    return {
        measure.id: replace(
            _compared(measure, current, involved, capture),
            practice=_practice_words(measure, current, involved, capture),
            marked=_marked_words(measure, current, capture),
        )
        for measure in measures
    }


def _practice_words(measure: Measure, current: Current, involved: Side, capture: Capture) -> str:
    """Say that what is typed today is familiarisation: the first sessions of a practised test are no baseline."""
    if not measure.n_practice_sessions:
        return ""
    side = involved if measure.is_sided else Side.NONE
    instrument = current.instruments.get(measure.id) or usual_instrument(measure)
    n_before = current.n_earlier_days(measure.id, side, instrument, capture.by, capture.on)
    if n_before >= measure.n_practice_sessions:
        return ""
    return f"Practice {n_before + 1} of {measure.n_practice_sessions}: shown, not the baseline"


def _marked_words(measure: Measure, current: Current, capture: Capture) -> str:
    marked = [
        side.value if side is not Side.NONE else ""
        for side in sides_of(measure)
        if (one := current.readings.get((measure.id, side))) is not None
        and one.on == capture.on
        and any(mark.startswith(CONFIRMED) for mark in one.quality)
    ]
    return f"Odd, and confirmed{': ' if any(marked) else ''}{', '.join(marked)}" if marked else ""


def _compared(measure: Measure, current: Current, involved: Side, capture: Capture) -> Compared:
    readings = {side: current.readings.get((measure.id, side)) for side in sides_of(measure)}
    last = _last_words(measure, {side: one for side, one in readings.items() if one is not None}, capture)
    treated, other = readings.get(involved), readings.get(involved.opposite)
    if treated is None or other is None or treated.on != other.on or measure.unit in ("grade", "flag"):
        return Compared(difference="", verdict="", css="", last=last)
    difference = treated.value - other.value
    error = _error_of_difference(measure, treated)
    words = number(difference, measure.resolution, signed=True)
    if error is None:
        return Compared(
            difference=with_unit(words, measure.unit), verdict="Error not known", css="is-unknown", last=last
        )
    is_beyond = abs(difference) > error
    return Compared(
        difference=with_unit(f"{words} ± {number(error, measure.resolution)}", measure.unit),
        verdict="Beyond error" if is_beyond else "Within error",
        css="is-unmet" if is_beyond else "is-plain",
        last=last,
    )


def _error_of_difference(measure: Measure, reading: Reading) -> Decimal | None:
    instrument = measure.instrument(reading.instrument)
    return None if instrument is None else instrument.smallest_real_change


def _last_words(measure: Measure, readings: Mapping[Side, Reading], capture: Capture) -> str:
    """Write what was taken before today: "left 5.4, right 11.7 cm, 8 d old"."""
    before = {side: one for side, one in readings.items() if one.on != capture.on}
    if not before:
        return ""
    values = [
        f"{'' if side is Side.NONE else f'{side.value} '}{_value_words(measure, one.value)}"
        for side, one in before.items()
    ]
    newest = max(one.on for one in before.values())
    return f"{with_unit(', '.join(values), measure.unit)}, {age(newest, capture.on)}"


def _value_words(measure: Measure, value: Decimal) -> str:
    return level_words(measure, value) or number(value, measure.resolution)
