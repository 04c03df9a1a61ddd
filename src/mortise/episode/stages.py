"""Where the patient stands: stage, plan, standing overrule, and which red flags a clinician has resumed after."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from mortise.decide import Figures, Overrule
from mortise.episode.known import is_a_clinicians
from mortise.errors import InputError
from mortise.protocol import Protocol
from mortise.protocol.criteria import criteria_in
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    DecisionRecord,
    Discharge,
    EscalationStep,
    Fact,
    FiredRule,
    Judgement,
    PlanVersion,
    Proposal,
    ProposalAnswer,
    Reading,
    Response,
    SessionLog,
    StageEntry,
)
from mortise.terms import Origin, Truth

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


class Standing(NamedTuple):
    """The stage on a day, since when, and the day of the last step back (None: never)."""

    stage: str
    entered_on: date
    stepped_back_on: date | None


class _Move(NamedTuple):
    on: date
    at: datetime
    number: int
    stage: str
    may_rise: bool


def _captured(fact: Fact) -> datetime:
    return fact.captured_at or _EARLIEST


def standing(facts: Sequence[Fact], protocol: Protocol, opened_on: date) -> Standing:
    """Fold stage entries, and step-backs that acted at once, to the stage of the day.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count.
    protocol : Protocol
        Its stages.
    opened_on : date
        The first stage is entered on this day when no entry says otherwise.

    Returns
    -------
    Standing
        A stored decision that steps back moves by itself, on its day; a stage entry written for it adds nothing.
        Both are void once that decision is overruled. Up moves only a clinician's stage entry. Several on one day: by
        the instant of capture; without instants the easiest stage comes last.

    Raises
    ------
    InputError
        When an entry names a stage the protocol does not have.
    """
    moves = sorted(_moves(facts, protocol, overruled(facts)), key=lambda one: (one.on, one.at, -one.number))
    stage, entered_on, back_on = protocol.first_stage, opened_on, None
    number = protocol.stage(stage).number
    is_first = True
    for move in moves:
        if move.stage == stage and not is_first:
            continue
        if move.number > number and not move.may_rise:
            continue
        if move.number < number and not is_first:
            back_on = move.on
        stage, entered_on, number, is_first = move.stage, move.on, move.number, False
    return Standing(stage, entered_on, back_on)


def _moves(facts: Iterable[Fact], protocol: Protocol, overruled: set[str]) -> Iterable[_Move]:
    numbers = {stage.id: stage.number for stage in protocol.stages}
    for fact in facts:
        if isinstance(fact, StageEntry) and fact.because not in overruled:
            if fact.stage not in numbers:
                raise InputError(
                    f"the protocol {protocol.id} has no such stage.", where=f"fact {fact.id}, field stage",
                    mend=f"Use one of {', '.join(numbers)}.",
                )  # fmt: skip
            yield _Move(fact.on, _captured(fact), numbers[fact.stage], fact.stage, is_a_clinicians(fact))
        elif isinstance(fact, DecisionRecord) and fact.id not in overruled:
            to = fact.decision.steps_back_to
            if to in numbers:
                yield _Move(fact.on, _captured(fact), numbers[to], to, may_rise=False)


def overruled(facts: Iterable[Fact]) -> set[str]:
    """Return the ids of the decisions that a clinician has overruled.

    Parameters
    ----------
    facts : iterable of Fact
        Those that count.

    Returns
    -------
    set of str
        Of stored decisions.
    """
    return {one.decision for one in _responses(facts) if one.response == "overrule"}


def _responses(facts: Iterable[Fact]) -> list[Response]:
    return [one for one in facts if isinstance(one, Response) and is_a_clinicians(one)]


def plan_of(facts: Iterable[Fact]) -> PlanVersion | None:
    """Return the newest plan version that a clinician made, or None.

    Parameters
    ----------
    facts : iterable of Fact
        Those that count.

    Returns
    -------
    PlanVersion or None
        Of several on one day the last captured, then the last by id.
    """
    return max(plans_of(facts), key=lambda one: (one.on, _captured(one), one.id), default=None)


def plans_of(facts: Iterable[Fact]) -> list[PlanVersion]:
    """Return every plan version that a clinician made.

    Parameters
    ----------
    facts : iterable of Fact
        Those that count.

    Returns
    -------
    list of PlanVersion
        In the order given.
    """
    return [fact for fact in facts if isinstance(fact, PlanVersion) and is_a_clinicians(fact)]


def figures_of(plan: PlanVersion | None, protocol: Protocol) -> Figures | None:
    """Return the bounds a clinician set for this patient.

    Parameters
    ----------
    plan : PlanVersion or None
        The plan.
    protocol : Protocol
        For what each criterion allows.

    Returns
    -------
    Figures or None
        A figure outside `allowed` counts only from a named clinician who gave a reason.
    """
    if plan is None or not plan.figures:
        return None
    nodes = [line for stage in protocol.stages for line in stage.exit] + [
        rule.when for rule in protocol.rules
    ]
    allowed = {one.id: one.allowed for node in nodes for one in criteria_in(node)}
    is_answered_for = bool(plan.by and plan.reason)
    return Figures({
        name: value
        for name, value in plan.figures.items()
        if is_answered_for or ((span := allowed.get(name)) is not None and span[0] <= value <= span[1])
    })  # fmt: skip


def overrule_of(facts: Sequence[Fact], known_ids: Callable[[str], frozenset[str]]) -> Overrule | None:
    """Return the overrule that stands, if one does (`decide.overrules` says how long).

    Parameters
    ----------
    facts : sequence of Fact
        Those that count.
    known_ids : callable
        From a decision's id to the ids of the facts it knew; asked only when an overrule stands.

    Returns
    -------
    Overrule or None
        The newest response, when it overrules and no stage was entered because of it or after it.
    """
    newest = max(
        _responses(facts),
        key=lambda one: (one.on, _captured(one), -one.advice.tightness, one.id),
        default=None,
    )
    if newest is None or newest.response != "overrule":
        return None
    decided = next(
        (one for one in facts if isinstance(one, DecisionRecord) and one.id == newest.decision), None
    )
    if decided is None:
        return None
    for fact in facts:
        if isinstance(fact, StageEntry) and (fact.because == newest.id or fact.on > newest.on):
            return None
    unknown = tuple(
        (rule.rule, rule.advice)
        for rule in decided.decision.rules
        if rule.truth is Truth.UNKNOWN and rule.advice is not None
    )
    return Overrule(
        response=newest.id, by=newest.by or "a clinician", reason=newest.reason, advice=newest.advice,
        load=newest.load, decided_on=decided.decision.as_of,
        known_facts=known_ids(decided.id), unknown_then=unknown,
    )  # fmt: skip


def carried_of(facts: Sequence[Fact]) -> tuple[FiredRule, ...]:
    """Return the rules of the newest step back that acted.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count.

    Returns
    -------
    tuple of FiredRule
        Those that were met and do not lock; empty when every step back was overruled.
    """
    acted = [
        fact for fact in facts if isinstance(fact, DecisionRecord) and fact.decision.steps_back_to is not None
    ]
    if acted:
        undone = overruled(facts)
        acted = [fact for fact in acted if fact.id not in undone]
    if not acted:
        return ()
    newest = max(acted, key=lambda one: (one.on, one.id))
    return tuple(rule for rule in newest.decision.rules if rule.truth is Truth.MET and not rule.locks)


Said = CheckIn | SessionLog | Reading
# Kinds of facts as tuples: looked at for every fact, and a union would be put together each time.
_SAID, _LEVELS = (CheckIn, SessionLog, Reading), (AutonomyEntry, Proposal, ProposalAnswer, Discharge)
_DONE = (Response, StageEntry, PlanVersion, Judgement)


class Acts:
    """What people and the engine did, apart from measuring and answering, and what of it reaches back.

    Attributes
    ----------
    facts : list of Fact
        Stage entries, plans, responses, judgements, discharges, proposals with their answers, entries of autonomy, and
        of the stored decisions those that stepped back or were answered; by date, then id. `standing`, `plan_of`,
        `overrule_of`, `discharge_of` need no others.
    escalations : list of EscalationStep
        Every step of every escalation, in the order taken in.
    told_day : int or None
        The last day on which the patient told anything.
    resumed : frozenset of str
        Ids of every answer and reading that a named clinician has resumed the programme after. A resume answers what
        is dated before it. Of its own day it answers what was captured earlier, or the one fact that it is `about`.
        What arrived after it was recorded, it cannot have answered, whatever its date.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.facts: list[Fact] = []
        self.escalations: list[EscalationStep] = []
        self.told_day: int | None = None
        self.resumed: frozenset[str] = frozenset()
        self._said: list[Said] = []
        self._resumes: list[Judgement] = []
        self._decisions: dict[str, DecisionRecord] = {}
        self._responded: set[str] = set()

    def add(self, fact: Fact) -> None:
        """Take in the next fact that counts.

        Parameters
        ----------
        fact : Fact
            In order of days.
        """
        if isinstance(fact, _SAID):
            self._add_said(fact)
        elif isinstance(fact, DecisionRecord):
            self._decisions[fact.id] = fact
            if fact.decision.steps_back_to is not None or fact.id in self._responded:
                self._put(fact)
        elif isinstance(fact, _LEVELS):
            self._put(fact)
        elif isinstance(fact, EscalationStep):
            self.escalations.append(fact)
        elif isinstance(fact, _DONE):
            self._put(fact)
            if isinstance(fact, Response):
                self._add_responded(fact.decision)
            elif isinstance(fact, Judgement) and _resumes(fact):
                self._resumes.append(fact)
                self.resumed = frozenset(one.id for one in self._said if self._is_resumed(one))

    def _put(self, fact: Fact) -> None:
        insort(self.facts, fact, key=lambda one: (one.on, one.id))

    def _add_responded(self, name: str) -> None:
        decided = self._decisions.get(name)
        if decided is not None and name not in self._responded and decided.decision.steps_back_to is None:
            self._put(decided)
        self._responded.add(name)

    def _add_said(self, fact: Said) -> None:
        self._said.append(fact)
        if not isinstance(fact, Reading) and fact.origin is not Origin.ENGINE:
            self.told_day = max(self.told_day or 0, fact.on.toordinal())
        if self._resumes and self._is_resumed(fact):
            self.resumed |= {fact.id}

    def _is_resumed(self, fact: Said) -> bool:
        return any(_answers(one, fact) for one in self._resumes)


def _resumes(fact: Judgement) -> bool:
    is_named = bool(fact.by) and bool(fact.reason.strip())
    return fact.judgement == "resume" and is_named and fact.origin is Origin.CLINICIAN


def _answers(resume: Judgement, fact: Said) -> bool:
    if resume.about == fact.id and resume.on >= fact.on:
        return True
    if (
        resume.captured_at is not None
        and fact.received_at is not None
        and fact.received_at > resume.captured_at
    ):
        return False
    if resume.on > fact.on:
        return True
    return (
        resume.on == fact.on
        and resume.captured_at is not None
        and fact.captured_at is not None
        and resume.captured_at > fact.captured_at
    )
