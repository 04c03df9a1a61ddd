"""What a clinician sets: goals, the assessment as one goes, the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

import msgspec
from django.db import transaction

from mortise.catalog.certificates import carried_forward, laxer_later
from mortise.episode import is_a_clinicians
from mortise.errors import InputError
from mortise.protocol import Constraint, Criterion, Phase, Protocol
from mortise.protocol.criteria import criteria_in
from mortise.record import (
    AddedExercise,
    ClinicVisit,
    Correction,
    Goal,
    PatientRecord,
    PlanVersion,
    Reading,
    Sign,
    StageEntry,
)
from mortise.record.facts import Fact
from mortise.terms import Origin
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care.content import content, refuse_unproved
from mortise.web.care.models import EpisodeRow
from mortise.web.care.services import following, standings
from mortise.web.care.services.access import require_open, require_physiotherapist
from mortise.web.care.services.decisions import new_id
from mortise.web.care.services.facts import admitted, load_record, lock, store
from mortise.web.care.services.lines import one_line

_Kind = TypeVar("_Kind", bound=Fact)
N_ADDED_MOST = 4  # beyond that it is another programme


class GoalDraft(NamedTuple):
    """A goal as typed; `id` of the goal it replaces, empty for a new one."""

    words: str
    activity: str = ""
    by_on: date | None = None
    id: str = ""


@transaction.atomic
def set_goals(*, episode: EpisodeRow, goals: Sequence[GoalDraft], by: User) -> tuple[Goal, ...]:
    """Make `goals` the goals of the episode: new and changed ones are added, absent ones closed; audited."""
    lock(episode)
    live = {goal.id: goal for goal in goals_of(load_record(episode))}
    unknown = [draft.id for draft in goals if draft.id and draft.id not in live]
    if unknown or not all(one_line(draft.words) for draft in goals):
        raise InputError("A goal needs its words, and one that is changed must still be open.", where="goals")
    kept: list[Goal] = []
    for draft in goals:
        old = live.pop(draft.id, None)
        words = one_line(draft.words)
        if old and (old.words, old.activity, old.by_on) == (words, draft.activity, draft.by_on):
            kept.append(old)
            continue
        new = _goal(episode, words, draft.activity, draft.by_on, replaces=draft.id)
        kept.append(_add(episode, new, by))
    for old in live.values():
        _add(episode, _goal(episode, old.words, old.activity, old.by_on, replaces=old.id, is_closed=True), by)
    log.record(by, "goals.set", episode.patient, {"episode": episode.pk, "n": len(kept)})
    return tuple(kept)


def goals_of(record: PatientRecord) -> tuple[Goal, ...]:
    """Return the open goals of a record."""
    goals = live_facts(record, Goal)
    replaced = {goal.replaces for goal in goals if goal.replaces}
    return tuple(goal for goal in goals if goal.id not in replaced and not goal.is_closed)


@transaction.atomic
def save_assessment_step(
    *,
    episode: EpisodeRow,
    findings: Iterable[Sign | Reading],
    by: User,
    emptied: Iterable[tuple[str, str]] = (),
) -> tuple[Fact, ...]:
    """Save one step of the assessment; saving it again with the same answers changes nothing; audited.

    An answer changed on the same day corrects the earlier one, which stays on the record and no longer counts.
    `emptied` names answers taken back, as (id of sign or measure, side).
    """
    lock(episode)
    record, today = load_record(episode), episode.patient.clinic.today()
    mine: list[Sign | Reading] = [*live_facts(record, Sign), *live_facts(record, Reading)]
    before = {_place(one): one for one in mine if one.on == today and one.by == str(by.pk)}
    stored: list[Fact] = []
    for finding in findings:
        old = before.get(_place(finding))
        if old is not None and _same_answer(old, finding):
            continue
        new = _add(episode, finding, by)
        stored.append(new)
        if old is not None:
            _add(episode, _correction(old, today, replacement=new.id), by)
    gone = set(emptied)
    for place, old in before.items():
        if (place[1], place[2]) in gone:
            _add(episode, _correction(old, today), by)
    log.record(by, "assessment.save", episode.patient, {"episode": episode.pk, "n": len(stored)})
    return tuple(stored)


@transaction.atomic
def set_plan(
    *,
    episode: EpisodeRow,
    by: User,
    reason: str,
    stage: str = "",
    constraints: tuple[Constraint, ...] = (),
    dose_steps: Mapping[str, int] | None = None,
    exercises: tuple[str, ...] | None = None,
    figures: Mapping[str, Decimal] | None = None,
    expires_on: date | None = None,
    phase: Phase = Phase.BUILD,
    phase_until_on: date | None = None,
    may_be_outside: bool = False,
    added: tuple[AddedExercise, ...] = (),
) -> PlanVersion:
    """Set the plan from today on, and the stage when one is named; past days keep theirs; audited.

    A season, a tournament or weeks of maintenance are a version like any other: it holds from today, until its last
    day where it has one.

    A later gate that nobody set is made as strict as an earlier one that was. Raises `InputError` for a stage, an
    exercise, a dose step or a figure that the protocol does not allow, for figures that together make a later gate
    laxer than an earlier one, and for a protocol that is not proved as it stands. With `may_be_outside` and a reason a
    figure may lie outside what is proved, within the measure's range: it is the clinician's own, and shown as such.
    `added` are exercises of the library that the stage does not have, each with its reason; every cap still holds.
    """
    refuse_unproved(episode.protocol)
    lock(episode)
    require_open(episode)
    protocol, today = content().protocol(episode.protocol), episode.patient.clinic.today()
    figures = carried_forward(protocol, figures or {})
    reasoned = one_line(reason) if may_be_outside else ""
    _check_plan(protocol, stage, exercises, dose_steps or {}, figures, is_answered_for=bool(reasoned))
    _check_added(added)
    plan = PlanVersion(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(),
        protocol=episode.protocol, protocol_version=protocol.version,
        protocol_hash=content().protocol_hash(episode.protocol), constraints=constraints,
        dose_steps=dict(dose_steps or {}), exercises=exercises, figures=figures,
        reason=one_line(reason), expires_on=expires_on, phase=msgspec.UNSET if phase is Phase.BUILD else phase,
        phase_until_on=msgspec.UNSET if phase is Phase.BUILD or phase_until_on is None else phase_until_on,
        added=added or msgspec.UNSET,
    )  # fmt: skip
    require_physiotherapist(by)
    stored = store(episode, plan)
    if stage:
        entry = StageEntry(
            id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(), stage=stage,
            because=plan.id, reason=plan.reason,
        )  # fmt: skip
        store(episode, entry)
    standings.started(episode, stage, plan.by, stored.received_at)
    following.renewed_autonomy(episode, today)
    log.record(by, "plan.set", episode.patient, {"episode": episode.pk, "plan": plan.id, "stage": stage})
    return plan


@transaction.atomic
def plan_visit(*, episode: EpisodeRow, visit_on: date, by: User, is_held: bool = False) -> ClinicVisit:
    """Put a clinic visit on the record, planned or held; audited."""
    lock(episode)
    visit = ClinicVisit(
        id=new_id(), on=episode.patient.clinic.today(), origin=Origin.CLINICIAN, captured_at=clock.now(),
        visit_on=visit_on, is_held=is_held,
    )  # fmt: skip
    _add(episode, visit, by)
    log.record(by, "visit.plan", episode.patient, {"episode": episode.pk, "is_held": is_held})
    return visit


@transaction.atomic
def correct(
    *, episode: EpisodeRow, fact_id: str, reason: str, by: User, replacement: Fact | None = None
) -> Correction:
    """Say that an earlier fact was wrong: it stays on the record and no longer counts; audited."""
    reason = one_line(reason)
    if not reason:
        raise InputError("A correction needs its reason.", where="reason")
    lock(episode)
    known = {fact.id: fact for fact in load_record(episode).facts}
    if fact_id not in known or isinstance(known[fact_id], Correction):
        raise InputError("There is no such fact to correct.", where="corrects")
    new = _add(episode, replacement, by) if replacement is not None else None
    fact = _correction(
        known[fact_id],
        episode.patient.clinic.today(),
        replacement=new.id if new else "",
        reason=reason,
    )
    _add(episode, fact, by)
    log.record(by, "facts.correct", episode.patient, {"episode": episode.pk, "fact": fact_id})
    return fact


def live_facts(record: PatientRecord, kind: type[_Kind]) -> tuple[_Kind, ...]:
    """Return the facts of a kind that no correction has taken back, in order."""
    corrected = {one.corrects for one in record.of_kind(Correction) if is_a_clinicians(one)}
    return tuple(fact for fact in record.of_kind(kind) if fact.id not in corrected)


# ---------------------------------------------------------------- steps


def _goal(
    episode: EpisodeRow,
    words: str,
    activity: str,
    by_on: date | None,
    *,
    replaces: str,
    is_closed: bool = False,
) -> Goal:
    return Goal(
        id=new_id(), on=episode.patient.clinic.today(), origin=Origin.CLINICIAN, captured_at=clock.now(),
        words=words, activity=activity, by_on=by_on, replaces=replaces, is_closed=is_closed,
    )  # fmt: skip


def _add(episode: EpisodeRow, fact: _Kind, by: User) -> _Kind:
    stored = store(episode, admitted(episode, fact, by))
    assert isinstance(stored, type(fact))
    return stored


def _place(fact: Sign | Reading) -> tuple[str, ...]:
    if isinstance(fact, Sign):
        return ("sign", fact.sign, fact.side.value, "")
    return ("reading", fact.measure, fact.side.value, fact.instrument, fact.context.value)


def _same_answer(old: Sign | Reading, new: Sign | Reading) -> bool:
    blank = {"id": "", "by": "", "captured_at": None, "received_at": None}
    return msgspec.structs.replace(old, **blank) == msgspec.structs.replace(new, **blank)


def _correction(old: Fact, today: date, *, replacement: str = "", reason: str = "entered anew") -> Correction:
    return Correction(
        id=new_id(), on=today, origin=Origin.CLINICIAN, captured_at=clock.now(), corrects=old.id, reason=reason,
        replacement=replacement,
    )  # fmt: skip


def _check_plan(
    protocol: Protocol,
    stage: str,
    exercises: tuple[str, ...] | None,
    dose_steps: Mapping[str, int],
    figures: Mapping[str, Decimal],
    *,
    is_answered_for: bool = False,
) -> None:
    if stage and stage not in {one.id for one in protocol.stages}:
        raise InputError("This stage is not in the protocol.", where="stage")
    for exercise in (*(exercises or ()), *dose_steps):
        if exercise not in content().exercises:
            raise InputError(f"There is no exercise {exercise!r}.", where="exercises")
    for exercise, step in dose_steps.items():
        if not 0 <= step < len(content().exercises[exercise].dose_steps):
            raise InputError(f"{exercise} has no dose step {step}.", where="dose_steps")
    known = {one.id: one for one in _criteria(protocol)}
    for criterion, bound in figures.items():
        allowed = known[criterion].allowed if criterion in known else None
        if is_answered_for and allowed is not None and _is_possible(known[criterion], bound):
            continue
        if allowed is None or not allowed[0] <= bound <= allowed[1]:
            raise InputError(f"{criterion} cannot be set to {bound} here.", where="figures")
    for fault in laxer_later(protocol, figures):  # the one thing that two figures can break together
        raise InputError(fault.message, where="figures", mend=fault.mend)


def _check_added(added: tuple[AddedExercise, ...]) -> None:
    names = [one.exercise for one in added]
    if len(names) > N_ADDED_MOST or len(set(names)) < len(names):
        raise InputError(f"A plan adds at most {N_ADDED_MOST} exercises, each once.", where="added")
    for one in added:
        known = content().exercises.get(one.exercise)
        if known is None or known.technique is not None:
            raise InputError("This is no exercise for the home.", where="added")
        if not one_line(one.reason):
            raise InputError("What is added needs its reason.", where="reason")


def _is_possible(criterion: Criterion, bound: Decimal) -> bool:
    measure = content().measures.get(criterion.measure)
    return measure is not None and measure.low <= bound <= measure.high


def _criteria(protocol: Protocol) -> Iterable[Criterion]:
    for stage in protocol.stages:
        for node in stage.exit:
            yield from criteria_in(node)
    for rule in protocol.rules:
        yield from criteria_in(rule.when)
