"""One patient's course from the record: stages passed, decisions and who answered them, reports as they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from mortise.episode import is_a_clinicians
from mortise.protocol import Protocol
from mortise.record import (
    CheckIn,
    ClinicVisit,
    Correction,
    DecisionRecord,
    ExerciseLog,
    Fact,
    Judgement,
    PatientRecord,
    Response,
    SessionLog,
    StageEntry,
)
from mortise.report.words import number, short_day
from mortise.terms import Measure
from mortise.web.clinic.presenters_decision import title_words
from mortise.web.clinic.presenters_words import ADVICE_SAYS, LOAD_SAYS, Says, value_words

N_DECISIONS = 12
N_REPORTS = 8
_MOMENTS = {
    "before_session": "before a session",
    "next_morning": "next morning",
    "self_test": "self-test",
}
_OUTCOMES = ("done", "modified", "skipped")


class StageStep(Struct, frozen=True, kw_only=True):
    """One stage on the track."""

    number: int
    title: str
    css: str  # "is-past", "is-now", "is-locked"
    words: str


class PastDecision(Struct, frozen=True, kw_only=True):
    """One decision that was made, and what a clinician said to it."""

    id: str
    on: str
    says: Says
    title: str
    load: str  # of the newest day
    outcome: str
    by: str
    reason: str
    is_overruled: bool


class Report(Struct, frozen=True, kw_only=True):
    """One report of the patient: when, what about, the answers that say something."""

    on: str
    title: str
    answers: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str, str], ...]  # exercise, outcome, reason


class Judged(Struct, frozen=True, kw_only=True):
    """One judgement of a clinician."""

    on: str
    what: str
    by: str
    reason: str


def counted(record: PatientRecord) -> tuple[Fact, ...]:
    """Return the facts that no clinician's correction has withdrawn, in order; a patient's withdraws nothing."""
    gone = {fact.corrects for fact in record.of_kind(Correction) if is_a_clinicians(fact)}
    return tuple(fact for fact in record.facts if fact.id not in gone)


def stage_track(
    facts: Iterable[Fact], protocol: Protocol, stage_id: str, opened_on: date
) -> tuple[StageStep, ...]:
    """Return the stages in order with when each was entered; the open gate shows daylight after the one that is now."""
    entered = [(fact.on, fact.stage) for fact in facts if isinstance(fact, StageEntry)]
    entered = entered or [(opened_on, protocol.first_stage)]
    now = protocol.stage(stage_id).number
    return tuple(
        StageStep(
            number=stage.number,
            title=stage.title,
            css="is-past" if stage.number < now else "is-now" if stage.number == now else "is-locked",
            words=_stage_words(stage.id, stage.number, now, entered),
        )
        for stage in protocol.stages
    )


def _stage_words(stage_id: str, number: int, now: int, entered: list[tuple[date, str]]) -> str:
    if number > now:
        return "locked"
    spans = [index for index, (_, stage) in enumerate(entered) if stage == stage_id]
    if not spans:
        return "not entered"
    index = spans[-1]
    began = entered[index][0]
    if number == now:
        return f"since {short_day(began)}"
    if index + 1 < len(entered):
        return f"{short_day(began)} to {short_day(entered[index + 1][0])}"
    return f"from {short_day(began)}"


def next_visit(facts: Iterable[Fact], today_on: date) -> date | None:
    """Return the next planned visit; the newest fact says which one stands."""
    visits = [fact for fact in facts if isinstance(fact, ClinicVisit) and not fact.is_held]
    ahead = [visit.visit_on for visit in visits if visit.visit_on >= today_on]
    return ahead[-1] if ahead else None


def past_decisions(
    facts: Iterable[Fact], protocol: Protocol, names: Mapping[str, str]
) -> tuple[PastDecision, ...]:
    """Return the decisions with their answers, newest first."""
    facts = tuple(facts)
    responses = {fact.decision: fact for fact in facts if isinstance(fact, Response)}
    decisions = [fact for fact in facts if isinstance(fact, DecisionRecord)]
    kept = _worth_showing(decisions, responses)
    return tuple(
        _past(one, since, responses.get(one.id), protocol, names)
        for one, since in reversed(kept[-N_DECISIONS:])
    )


def _worth_showing(
    decisions: list[DecisionRecord], responses: Mapping[str, Response]
) -> list[tuple[DecisionRecord, date]]:
    """Join repetitions nobody answered: the same advice at the same stage, with the first day it was given."""
    kept: list[tuple[DecisionRecord, date]] = []
    for one in decisions:
        before = kept[-1][0] if kept else None
        if before is not None and _kind(before) == _kind(one) and before.id not in responses:
            kept[-1] = (one, kept[-1][1])
        else:
            kept.append((one, one.decision.as_of))
    return kept


def _kind(one: DecisionRecord) -> tuple[str, str]:
    return one.decision.advice.value, one.decision.stage


def _past(
    one: DecisionRecord, since: date, response: Response | None, protocol: Protocol, names: Mapping[str, str]
) -> PastDecision:
    made = one.decision
    is_overruled = response is not None and response.response == "overrule"
    outcome, by, reason = "not answered", "", ""
    if response is not None:
        by, reason = names.get(response.by, "a clinician"), response.reason
        outcome = "agreed"
        if is_overruled:
            chosen = title_words(response.advice, made.stage, response.stage or None, protocol)
            outcome = f"overruled: {chosen[0].lower()}{chosen[1:]}"
            if response.load is not None:
                outcome += f"; load: {LOAD_SAYS[response.load].word.lower()}"
    elif made.advice.value in ("hold", "step_back", "stop_and_seek_help"):
        outcome = "acted at once"
    return PastDecision(
        id=one.id,
        on=short_day(made.as_of) if since == made.as_of else f"{short_day(since)} to {short_day(made.as_of)}",
        says=ADVICE_SAYS[made.advice],
        title=title_words(made.advice, made.stage, made.next_stage, protocol),
        load=LOAD_SAYS[made.load].word,
        outcome=outcome,
        by=by,
        reason=reason,
        is_overruled=is_overruled,
    )


def reports_of(
    facts: Iterable[Fact], measures: Mapping[str, Measure], exercises: Mapping[str, str]
) -> tuple[Report, ...]:
    """Return the newest reports of the patient, newest first.

    Parameters
    ----------
    exercises : mapping
        Exercise id to name.
    """
    told = [fact for fact in facts if isinstance(fact, CheckIn | SessionLog)]
    newest_first = sorted(told, key=lambda fact: fact.on)[::-1]
    return tuple(_report(one, measures, exercises) for one in newest_first[:N_REPORTS])


def _report(
    fact: CheckIn | SessionLog, measures: Mapping[str, Measure], exercises: Mapping[str, str]
) -> Report:
    answers = tuple(
        (_label(name, measures), _answer(measures.get(name), value))
        for name, value in fact.answers.items()
        if _says_something(name, value)
    )
    if isinstance(fact, CheckIn):
        moment = _MOMENTS[fact.moment]
        return Report(on=short_day(fact.on), title=f"Answers {moment}", answers=answers, items=())
    counts = [(sum(item.outcome == outcome for item in fact.items), outcome) for outcome in _OUTCOMES]
    done = ", ".join(f"{n} {outcome}" for n, outcome in counts if n)
    late = f", told {short_day(fact.logged_on)}" if fact.logged_on and fact.logged_on != fact.on else ""
    items = tuple(
        (exercises.get(item.exercise, item.exercise), _outcome(item), item.reason)
        for item in fact.items
        if item.outcome != "done" or item.pain_nrs
    )
    minutes = f", {number(fact.minutes, 1)} min" if fact.minutes is not None else ""
    return Report(
        on=short_day(fact.on),
        title=f"Session: {done or 'nothing told'}{minutes}{late}",
        answers=answers,
        items=items,
    )


def _says_something(name: str, value: Decimal | None) -> bool:
    """A red flag denied every day is no news; any other answer, and every "can't say", is."""
    return not (name.startswith("red_") and value == 0)


def _outcome(item: ExerciseLog) -> str:
    pain = f", pain {number(item.pain_nrs, 1)}" if item.pain_nrs is not None else ""
    return f"{item.outcome}{pain}"


def _label(name: str, measures: Mapping[str, Measure]) -> str:
    return measures[name].label if name in measures else name


def _answer(measure: Measure | None, value: Decimal | None) -> str:
    return (
        "can’t say" if value is None else value_words(measure, value, None, measure.unit if measure else "")
    )


_JUDGEMENTS = {
    "resume": "programme opened again",
    "range_limit": "range judged as good as it will get",
    "acknowledge": "red flag seen",
    "clear": "constraint withdrawn",
}


def judgements_of(facts: Iterable[Fact], names: Mapping[str, str]) -> tuple[Judged, ...]:
    """Return what clinicians judged, newest first."""
    found = [
        Judged(
            on=short_day(fact.on),
            what=_JUDGEMENTS[fact.judgement],
            by=names.get(fact.by, "a clinician"),
            reason=fact.reason,
        )
        for fact in facts
        if isinstance(fact, Judgement)
    ]
    return tuple(reversed(found))


def newest_decision(facts: Iterable[Fact]) -> tuple[DecisionRecord | None, Response | None]:
    """Return the newest stored decision and what was said to it."""
    decision: DecisionRecord | None = None
    response: Response | None = None
    for fact in facts:
        if isinstance(fact, DecisionRecord):
            decision, response = fact, None
        elif isinstance(fact, Response) and decision is not None and fact.decision == decision.id:
            response = fact
    return decision, response
