"""The numbers of a report, made once: for the patient, the physiotherapist and the referring doctor alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from mortise.episode import MeasureSeries, Story
from mortise.record import ClinicVisit, DecisionRecord, Response, SessionLog, StageEntry
from mortise.report.following import change_words, going_on_words
from mortise.report.words import day, number, short_day, with_unit
from mortise.terms import Better, Limb, Measure, Side
from mortise.web.clinic.presenters_due import session_words
from mortise.web.clinic.presenters_gate import Gate, gate_of
from mortise.web.clinic.presenters_words import (
    PEG_MET,
    PEG_UNMET,
    Z_95,
    resolution_of,
    side_words,
    value_words,
)

# What a referring doctor and a patient see first, in this order; everything else stands in the whole report.
CHIEF = (
    "lunge_cm",
    "lunge_angle_deg",
    "pain_worst_24h_nrs",
    "heel_rise_count",
    "comfort_nrs",
    "confidence_nrs",
)
N_CHIEF = 6
BEYOND, WITHIN, UNSURE = "beyond error", "within error", "error not known"


class MeasureLine(Struct, frozen=True, kw_only=True):
    """One measure on one side, from the first reading to the newest."""

    measure: str
    label: str
    side: str
    is_treated: bool
    first: str
    first_on: str
    newest: str
    newest_on: str
    n_readings: int
    change: str  # with its sign as measured; empty with one reading
    verdict: str
    says: str  # what the course says, with its evidence
    going_on: str
    plain: str  # for who has never heard of an error


class StageTime(Struct, frozen=True, kw_only=True):
    """One stage that was entered."""

    number: int
    title: str
    entered: str
    n_days: int


class PlainLine(Struct, frozen=True, kw_only=True):
    """One line of the open gate in a patient's words."""

    words: str
    is_met: bool
    is_known: bool


class ReportNumbers(Struct, frozen=True, kw_only=True):
    """Everything the three reports say in numbers."""

    written_on: str
    opened_on: str
    n_days: int
    side: str
    protocol: str
    stage_number: int
    n_stages: int
    stage_title: str
    stage_title_patient: str
    aim_patient: str
    stage_since: str
    gate: Gate
    gate_plain: tuple[PlainLine, ...]
    stages: tuple[StageTime, ...]
    lines: tuple[MeasureLine, ...]
    sessions: str
    adherence: str
    n_decisions: int
    n_overruled: int
    n_sessions: int
    n_visits: int
    goals: tuple[str, ...]

    @property
    def chief(self) -> tuple[MeasureLine, ...]:
        """The few lines a page has room for, treated and other side together."""
        rank = {name: place for place, name in enumerate(CHIEF)}
        known = [one for one in self.lines if one.measure in rank]
        rest = [one for one in self.lines if one.measure not in rank and one.n_readings > 1]
        ordered = sorted(known, key=lambda one: (rank[one.measure], not one.is_treated))
        names = list(dict.fromkeys(one.measure for one in (*ordered, *rest)))[:N_CHIEF]
        return tuple(one for name in names for one in (*ordered, *rest) if one.measure == name)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that all reports have to show alike: of the gate, the stage, and the lines both ends."""
        shown = [f"{self.gate.n_met} of {len(self.gate.lines)}", f"{self.stage_number} of {self.n_stages}"]
        for one in self.chief:
            shown += [one.first, one.newest]
        return tuple(dict.fromkeys(shown))


def numbers_of(told: Story) -> ReportNumbers:
    """Work out every number of the reports from one story."""
    episode, protocol = told.record.episode, told.protocol
    stage = protocol.stage(told.stage)
    measures = told.content.measures
    sessions, adherence = session_words(told)
    gate = gate_of(told.decision, stage, protocol.after(told.stage), measures, episode.involved_side)
    decisions = [one for one in told.facts if isinstance(one, DecisionRecord)]
    overruled = [one for one in told.facts if isinstance(one, Response) and one.response == "overrule"]
    return ReportNumbers(
        written_on=day(told.as_of, with_year=True), opened_on=day(episode.opened_on, with_year=True),
        n_days=(told.as_of - episode.opened_on).days,
        side="both" if episode.is_bilateral else episode.involved_side.value,
        protocol=f"{protocol.title} {protocol.version}", stage_number=stage.number,
        n_stages=len(protocol.stages), stage_title=stage.title, stage_title_patient=stage.title_patient,
        aim_patient=stage.aim_patient, stage_since=day(told.entered_on),
        gate=gate,
        gate_plain=tuple(_plain_gate(gate, told)), stages=tuple(_stages(told)),
        lines=tuple(_lines(told)), sessions=sessions, adherence=adherence,
        n_decisions=len(decisions), n_overruled=len(overruled),
        n_sessions=sum(isinstance(one, SessionLog) for one in told.facts),
        n_visits=sum(isinstance(one, ClinicVisit) and one.is_held for one in told.facts),
        goals=tuple(goal.words for goal in told.goals),
    )  # fmt: skip


def _stages(told: Story) -> Iterator[StageTime]:
    entries = [one for one in told.facts if isinstance(one, StageEntry)]
    for index, one in enumerate(entries):
        until = entries[index + 1].on if index + 1 < len(entries) else told.as_of
        stage = told.protocol.stage(one.stage)
        yield StageTime(
            number=stage.number, title=stage.title, entered=short_day(one.on), n_days=(until - one.on).days
        )


def _lines(told: Story) -> Iterator[MeasureLine]:
    seen: set[tuple[str, Limb]] = set()
    for one in told.series:
        measure = told.content.measures.get(one.measure)
        known = (one.measure, one.limb) in seen
        if measure is None or known or not one.points or measure.derive is not None or measure.unit == "flag":
            continue
        seen.add((one.measure, one.limb))
        yield _line(one, measure, told.record.episode.involved_side)


def _line(one: MeasureSeries, measure: Measure, involved: Side) -> MeasureLine:
    first, newest = one.points[0], one.points[-1]
    change, verdict = _change(one, measure)
    treated = one.limb is not Limb.UNINVOLVED
    return MeasureLine(
        measure=one.measure, label=measure.label, side=side_words(one.limb, involved), is_treated=treated,
        first=value_words(measure, first.value, first.error, one.unit), first_on=short_day(first.on),
        newest=value_words(measure, newest.value, newest.error, one.unit), newest_on=short_day(newest.on),
        n_readings=len(one.points), change=change, verdict=verdict, says=change_words(one) if change else "",
        going_on=_going_on(one) if change else "", plain=_plain(one, measure),
    )  # fmt: skip


def _going_on(one: MeasureSeries) -> str:
    """Say whether it goes on, where that can be told; the course says already what cannot."""
    words = going_on_words(one)
    return "" if words.startswith("Not decidable") else words


def _difference(one: MeasureSeries) -> Decimal | None:
    return one.points[-1].value - one.points[0].value if len(one.points) > 1 else None


def _change(one: MeasureSeries, measure: Measure) -> tuple[str, str]:
    """Return the difference of the newest from the first reading, and whether error could have made it."""
    away = _difference(one)
    if away is None or measure.levels:
        return "", ""
    words = with_unit(
        number(away, resolution_of(measure), signed=True), "" if one.unit == "nrs" else one.unit
    )
    is_beyond = _is_beyond(one)
    return words, UNSURE if is_beyond is None else BEYOND if is_beyond else WITHIN


def _is_beyond(one: MeasureSeries) -> bool | None:
    """Whether the difference is beyond what error makes in 95 of 100 pairs; None when nobody knows the error."""
    away, first, newest = _difference(one), one.points[0].error, one.points[-1].error
    if away is None:
        return None
    if one.mdc95 is not None:
        return abs(away) > one.mdc95
    if not first or not newest:
        return None
    return away * away > Z_95 * Z_95 * (first * first + newest * newest)


def _plain(one: MeasureSeries, measure: Measure) -> str:
    """Say to a patient what became of a measure; only what is beyond error is called better or worse."""
    away, is_beyond = _difference(one), _is_beyond(one)
    if away is None:
        return "Measured once so far."
    if is_beyond is None:
        return "How far this test can be off, nobody has measured."
    if not is_beyond:
        return "No change yet that the test could be sure of."
    if measure.better is Better.NEITHER:
        return "This has changed more than the test can be wrong."
    is_better = (away > 0) is (measure.better is Better.UP)
    return f"{'Better' if is_better else 'Worse'} than at the start, by more than the test can be wrong."


def _plain_gate(gate: Gate, told: Story) -> Iterator[PlainLine]:
    """Say each line of the gate in a patient's words, with the verdict the gate itself has."""
    plain = {node.label: node.label_patient for node in told.protocol.stage(told.stage).exit}
    for line in gate.lines:
        words = plain.get(line.label) or line.label
        yield PlainLine(words=words, is_met=line.peg is PEG_MET, is_known=line.peg in (PEG_MET, PEG_UNMET))
