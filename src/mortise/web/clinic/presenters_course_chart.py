"""The course as one chart: readings with their band, symptoms, load and decisions on one time axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

import msgspec
from msgspec import Struct

from mortise.episode import MeasureSeries, SeriesPoint, SessionLight, Story
from mortise.protocol import Criterion, Light
from mortise.protocol.criteria import Reduction, criteria_in
from mortise.record import (
    CheckIn,
    ClinicVisit,
    DecisionRecord,
    Fact,
    Finding,
    Reading,
    Response,
    SessionLog,
    StageEntry,
)
from mortise.report.chart import inputs
from mortise.report.words import number, with_unit
from mortise.terms import Advice, Better, Limb, Measure, Sex, Side, Truth
from mortise.web.clinic.forms_readings import CONFIRMED
from mortise.web.clinic.presenters_words import bound_words, says_of

DEFAULT_MEASURE = "lunge_cm"
N_TREND_POINTS = 60
_CALM = {
    Light.GREEN: inputs.Calm.CALM,
    Light.GREEN_AMBER: inputs.Calm.CALM,
    Light.AMBER: inputs.Calm.WATCH,
    Light.RED: inputs.Calm.TOO_MUCH,
}
_BETTER = {Better.UP: "more is better", Better.DOWN: "less is better", Better.NEITHER: "a record of fact"}
_SEX = {Sex.FEMALE: "women", Sex.MALE: "men"}


class Choice(Struct, frozen=True, kw_only=True):
    """One measure that can be drawn."""

    id: str
    label: str
    is_now: bool


def chartable(story: Story, measures: Mapping[str, Measure], now: str) -> tuple[Choice, ...]:
    """Return the measures that have readings worth a curve: numbers, not flags, grades or scores of every day."""
    names = {
        one.measure
        for one in story.series
        if one.measure in measures and _is_curve(measures[one.measure]) and (one.points or one.practice)
    }
    ordered = sorted(
        names, key=lambda name: (name != DEFAULT_MEASURE, measures[name].domain, measures[name].label)
    )
    return tuple(Choice(id=name, label=measures[name].label, is_now=name == now) for name in ordered)


def _is_curve(measure: Measure) -> bool:
    return measure.unit not in ("flag", "grade", "nrs", "days") and measure.derive is None


def course_input(story: Story, measures: Mapping[str, Measure], measure_id: str) -> inputs.Course:
    """Return the course of one measure with everything else on its time axis.

    Parameters
    ----------
    measure_id
        Which measure is drawn; one without a reading leaves its panel empty and says so.
    """
    measure = measures[measure_id]
    series = _newest_by_side(story.series, measure_id)
    symptoms = tuple(_symptoms(story))
    return inputs.Course(
        heading=_heading(measure, series, symptoms),
        today_on=story.as_of,
        unit=measure.unit,
        resolution=float(measure.resolution),
        from_on=story.record.episode.opened_on,
        series=tuple(_series(one, _confirmed(story)) for one in series),
        norm=_norm(story, measure_id),
        gates=tuple(_gates(story, measure)),
        decisions=tuple(_marks(story)),
        flares=tuple(_flares(story)),
        unknowns=tuple(_silences(story)),
        symptoms=symptoms,
        loads=tuple(_loads(story)),
        due=tuple(
            inputs.DueTest(due.due_on, f"{due.label} due")
            for due in story.due
            if due.measure == measure_id and due.due_on > story.as_of
        ),
        treated=tuple(_treated(story)),
    )


def trend_input(story: Story, measures: Mapping[str, Measure], measure_id: str) -> inputs.Trend:
    """Return the small trend of one measure: both sides, their bands, what is usual and what the gate asks."""
    measure = measures[measure_id]
    series = _newest_by_side(story.series, measure_id)
    heading = _heading(measure, series, ())
    return inputs.Trend(
        heading=msgspec.structs.replace(heading, id_prefix=f"trend-{measure.id.replace('_', '-')}"),
        today_on=story.as_of,
        unit=measure.unit,
        resolution=float(measure.resolution),
        from_on=story.record.episode.opened_on,
        series=tuple(_thinned(_series(one, _confirmed(story))) for one in series),
        norm=_norm(story, measure_id),
        gates=tuple(_gates(story, measure)),
    )


def _thinned(one: inputs.Series) -> inputs.Series:
    """Keep every few days of a level, and its end: a small picture has no room for more."""
    step = max(1, len(one.level) // N_TREND_POINTS)
    kept = {*range(0, len(one.level), step), len(one.level) - 1}
    return msgspec.structs.replace(one, level=tuple(one.level[n] for n in sorted(kept) if n >= 0))


def _treated(story: Story) -> Iterator[inputs.Treated]:
    """Yield what was done to the ankle by hands: visits that were held, and what is on record of each."""
    for fact in story.facts:
        if isinstance(fact, ClinicVisit) and (fact.is_held or fact.visit_on <= story.as_of):
            words = "Visit" if fact.is_held else "Visit, planned for this day"
            yield inputs.Treated(fact.visit_on, words)
        elif fact.__struct_config__.tag == "treatment":
            grade = getattr(fact, "grade", "")
            joint = str(getattr(fact, "joint", "")).replace("_", " ")
            yield inputs.Treated(fact.on, f"{joint.capitalize()}, grade {grade}" if grade else "Treatment")


def _newest_by_side(series: Iterable[MeasureSeries], measure_id: str) -> tuple[MeasureSeries, ...]:
    newest: dict[Side, MeasureSeries] = {}
    for one in series:
        if one.measure == measure_id:
            newest.setdefault(one.side, one)
    return tuple(newest.values())


def _heading(
    measure: Measure, series: Iterable[MeasureSeries], symptoms: tuple[inputs.Symptom, ...]
) -> inputs.Heading:
    series = tuple(series)
    instruments = {one.instrument for one in series}
    taken = ", ".join(
        found.label
        for found in (measure.instrument(name) for name in sorted(instruments))
        if found is not None
    )
    unit = with_unit("", measure.unit).strip() or "count"
    about = (
        f"{unit}, {_BETTER[measure.better]}. Line: estimated level; band: its 90 % interval from the error of"
    )
    return inputs.Heading(
        title=measure.label,
        about=f"{about} {taken or 'the instrument'}.",
        finding=f"{_finding(measure, series)} {_symptom_words(symptoms)}",
        id_prefix=f"course-{measure.id.replace('_', '-')}",
    )


def _finding(measure: Measure, series: Iterable[MeasureSeries]) -> str:
    parts = []
    for one in series:
        points = [point for point in one.points if point.counts]
        if not points:
            continue
        first, last = points[0], points[-1]
        ends = f"{number(first.value, measure.resolution)} to {number(last.value, measure.resolution)}"
        where = "" if one.side is Side.NONE else f"{one.side.value} "
        parts.append(f"{where}{with_unit(ends, measure.unit)} in {len(points)} readings")
    return f"{measure.label}: {', '.join(parts)}." if parts else f"{measure.label}: no reading counts yet."


def _symptom_words(symptoms: tuple[inputs.Symptom, ...]) -> str:
    told = [one.pain_nrs for one in symptoms if one.pain_nrs is not None]
    return f"Worst pain in a session {max(told):g} of 10 over {len(symptoms)} sessions." if told else ""


def _confirmed(story: Story) -> frozenset[str]:
    """Return the readings that were odd and that whoever took them confirmed."""
    return frozenset(
        fact.id
        for fact in story.facts
        if isinstance(fact, Reading) and any(mark.startswith(CONFIRMED) for mark in fact.quality)
    )


def _note(point: SeriesPoint, confirmed: frozenset[str]) -> str:
    notes = (
        "" if point.counts else "came with symptoms, gains nothing",
        "odd, and confirmed" if confirmed & set(point.readings) else "",
    )
    return "; ".join(note for note in notes if note)


def _series(one: MeasureSeries, confirmed: frozenset[str]) -> inputs.Series:
    dots = [inputs.Dot(point.on, float(point.value), note=_note(point, confirmed)) for point in one.points]
    dots += [inputs.Dot(point.on, float(point.value), is_practice=True) for point in one.practice]
    return inputs.Series(
        side=one.side,
        is_treated=one.limb is not Limb.UNINVOLVED,
        dots=tuple(dots),
        level=tuple(inputs.Level(level.on, level.value, level.low, level.high) for level in one.level),
    )


def _norm(story: Story, measure_id: str) -> inputs.NormBand | None:
    person = story.record.person
    for band in story.protocol.bands:
        row = band.row(person.age_on(story.as_of), person.sex) if band.measure == measure_id else None
        if row is not None:
            words = f"Usual, {_SEX.get(row.sex, 'people')} {row.from_age}–{row.to_age - 1}"
            return inputs.NormBand(float(row.value), None if row.high is None else float(row.high), words)
    return None


def _gates(story: Story, measure: Measure) -> Iterator[inputs.GateLine]:
    found = {one.criterion: one for one in story.decision.findings if one.of == "exit"}
    for node in story.protocol.stage(story.stage).exit:
        for criterion in criteria_in(node):
            finding = found.get(criterion.id)
            if finding is not None and finding.bound is not None and _is_level(criterion, measure):
                yield inputs.GateLine(
                    story.entered_on,
                    None,
                    float(finding.bound),
                    _gate_words(finding, measure),
                    _is_met(finding),
                )


def _is_level(criterion: Criterion, measure: Measure) -> bool:
    return (
        criterion.measure == measure.id
        and criterion.limb is not Limb.UNINVOLVED
        and criterion.reduce is not Reduction.CHANGE_FROM_BASELINE
    )


def _gate_words(finding: Finding, measure: Measure) -> str:
    return f"gate: {bound_words(measure, finding.operator, finding.bound, finding.unit)}"


def _is_met(finding: Finding) -> bool | None:
    return None if finding.truth is Truth.UNKNOWN else finding.truth is Truth.MET


def _marks(story: Story) -> Iterator[inputs.DecisionMark]:
    """Yield the start, every change of stage, every overrule, and what is proposed today; repeated holds stay out."""
    yield inputs.DecisionMark(story.record.episode.opened_on, inputs.Glyph.START, "Start")
    numbers = {stage.id: stage.number for stage in story.protocol.stages}
    before = numbers[story.protocol.first_stage]
    decisions = {fact.id: fact for fact in story.facts if isinstance(fact, DecisionRecord)}
    for fact in story.facts:
        if isinstance(fact, StageEntry):
            now = numbers[fact.stage]
            if now != before:
                glyph = inputs.Glyph.ADVANCE if now > before else inputs.Glyph.STEP_BACK
                yield inputs.DecisionMark(fact.on, glyph, f"To stage {now}")
            before = now
        elif isinstance(fact, Response) and fact.response == "overrule" and fact.decision in decisions:
            proposed = decisions[fact.decision].decision.advice
            yield inputs.DecisionMark(fact.on, inputs.Glyph(proposed.value), "Overruled", is_overruled=True)
        elif _is_stop(fact) and fact.on < story.as_of:
            yield inputs.DecisionMark(fact.on, inputs.Glyph.STOP_AND_SEEK_HELP, "Stopped")
    proposed = story.decision.advice
    yield inputs.DecisionMark(
        story.as_of, inputs.Glyph(proposed.value), f"{says_of(proposed).word}?", is_proposed=True
    )


def _is_stop(fact: Fact) -> bool:
    return isinstance(fact, DecisionRecord) and fact.decision.advice is Advice.STOP_AND_SEEK_HELP


def _symptoms(story: Story) -> Iterator[inputs.Symptom]:
    logs = {fact.id: fact for fact in story.facts if isinstance(fact, SessionLog)}
    mornings = {fact.id: fact for fact in story.facts if isinstance(fact, CheckIn)}
    for light in story.lights:
        log = logs.get(light.log)
        if log is not None and any(item.outcome != "skipped" for item in log.items):
            yield inputs.Symptom(
                light.on,
                _answer(log.answers.get("pain_during_nrs")),
                None if light.light is None else _CALM[light.light],
                _answer(mornings[light.morning].answers.get("pain_morning_nrs"))
                if light.morning in mornings
                else None,
                light.say_clinician,
            )


def _answer(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _loads(story: Story) -> Iterator[inputs.LoadBar]:
    lights = {light.log: light for light in story.lights}
    for fact in story.facts:
        if isinstance(fact, SessionLog):
            effort = fact.answers.get("effort_nrs")
            value = None if effort is None or fact.minutes is None else float(effort * fact.minutes)
            yield inputs.LoadBar(fact.on, value, _done(fact, lights.get(fact.id)))


def _done(log: SessionLog, light: SessionLight | None) -> inputs.Done:
    outcomes = {item.outcome for item in log.items}
    if outcomes == {"skipped"}:
        return inputs.Done.SKIPPED
    if outcomes - {"done"} or (light is not None and not light.is_within_dose):
        return inputs.Done.EASED
    return inputs.Done.DONE


def _flares(story: Story) -> Iterator[inputs.Stretch]:
    """Yield the runs of days on which a flare rule held, as the decisions of those days say."""
    days = sorted(
        fact.decision.as_of
        for fact in story.facts
        if isinstance(fact, DecisionRecord)
        and any("flare" in rule.rule and rule.truth is Truth.MET for rule in fact.decision.rules)
    )
    run: list[date] = []
    for day in days:
        if run and (day - run[-1]).days > 3:
            yield inputs.Stretch(run[0], run[-1], "flare")
            run = []
        run.append(day)
    if run:
        yield inputs.Stretch(run[0], run[-1], "flare")


def _silences(story: Story) -> Iterator[inputs.Stretch]:
    """Yield the runs of days without a report that were longer than the protocol allows."""
    if story.plan is None:
        return
    heard = sorted({fact.on for fact in story.facts if isinstance(fact, CheckIn | SessionLog)})
    ends = [*heard, story.as_of]
    for before, after in zip(heard, ends[1:], strict=True):
        if (after - before).days > story.protocol.silence_days:
            yield inputs.Stretch(before + timedelta(days=1), after - timedelta(days=1), "no report")
