"""What follows from a story beside its decision: ladders, a reopened care, escalations, proposals, tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from mortise.decide.nodes import ReadyNode, leaves_of, ready_stage
from mortise.episode.autonomy import RAISE, InForce, autonomy_on, raise_waits
from mortise.episode.discharges import discharge_of
from mortise.episode.ending import DISCHARGE, Ending, ending_of
from mortise.episode.escalations import EscalationCase, ToConsider, escalation_cases, to_consider
from mortise.episode.fold import Folded
from mortise.episode.ladder import PLATEAU_STEP, Climb, LadderStanding, ladder_of
from mortise.episode.overdone import Overdone, overdone_of
from mortise.episode.reopening import RE_ENTRY, Reopened, Reopening, reopening_of
from mortise.episode.stages import plans_of
from mortise.protocol import Exercise
from mortise.record import Fact, Proposal, ProposalAnswer
from mortise.record.tracks import key_of
from mortise.terms import Advice, Cause, Limb, Measure, Origin, Truth

SETTLED_AFTER_DAYS = (
    14  # after a step back, the days of LOAD-23: until then nothing is called a plateau to be climbed
)


class FollowUp(NamedTuple):
    """Everything beside the decision that waits for somebody, or could."""

    ladders: tuple[LadderStanding, ...]
    reopening: Reopening | None
    escalations: tuple[EscalationCase, ...]
    consider: tuple[ToConsider, ...]
    autonomy: InForce
    open_raise: str  # id of the stored proposal that waits, or empty
    proposals: tuple[Proposal, ...]  # due today and not stored yet
    ending: Ending | None = None  # in the last stage
    overdone: Overdone = Overdone(0, ())


def follow_up(
    episode: str, folded: Folded, measures: Mapping[str, Measure], adherence_pct: Decimal | None,
    exercises: Mapping[str, Exercise],
) -> FollowUp:  # fmt: skip
    """Work out what follows from a fold.

    Parameters
    ----------
    episode : str
        Id of the episode; proposals are named after it.
    folded : Folded
        The day.
    measures : mapping of str to Measure
        Every measure.
    adherence_pct : Decimal or None
        Share of the planned sessions done.
    exercises : mapping of str to Exercise
        The library.

    Returns
    -------
    FollowUp
        The same for the same facts and day. Nothing is proposed while a red flag locks the programme, and no step of a
        plateau ladder while the advice is tighter than hold or within two weeks of a step back. After a
        discharge only what was sent on is followed: no test is asked, so none can reopen care.
    """
    facts, protocol, as_of = folded.known.facts, folded.protocol, folded.as_of
    answers = answers_of(facts)
    if discharge_of(facts) is not None:
        cases = escalation_cases(facts, protocol)
        return FollowUp((), None, cases, (), autonomy_on(facts, as_of), "", ())
    ladders = _ladders(folded, measures, answers, adherence_pct)
    reopening = reopening_of(
        protocol, folded.standing.stage, folded.standing.entered_on, folded.inputs.tracks, measures, facts,
        folded.inputs, folded.ready,
    )  # fmt: skip
    plan_from = min((one.on for one in plans_of(facts)), default=None)
    open_raise = _open_raise(facts, answers)
    cases = escalation_cases(facts, protocol)
    ending = ending_of(folded, measures, reopening, cases, answers)
    due = () if folded.decision.is_locked else _due(ladders, reopening, folded, open_raise, ending)
    stored = {fact.id for fact in facts}
    proposals = tuple(_proposal(episode, as_of, one) for one in due)
    return FollowUp(
        ladders=ladders, reopening=reopening, escalations=cases, ending=ending,
        consider=to_consider(facts, protocol, plan_from, as_of), autonomy=autonomy_on(facts, as_of),
        open_raise=open_raise if raise_waits(folded.decision) else "",
        proposals=tuple(one for one in proposals if one.id not in stored),
        overdone=overdone_of(folded.done, exercises, as_of),
    )  # fmt: skip


def answers_of(facts: Sequence[Fact]) -> dict[str, ProposalAnswer]:
    """Return the first answer of a named clinician to each proposal.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count, by date.

    Returns
    -------
    dict
        By proposal.
    """
    found: dict[str, ProposalAnswer] = {}
    for fact in facts:
        if isinstance(fact, ProposalAnswer) and fact.origin is Origin.CLINICIAN and fact.by:
            found.setdefault(fact.proposal, fact)
    return found


def _ladders(
    folded: Folded,
    measures: Mapping[str, Measure],
    answers: Mapping[str, ProposalAnswer],
    adherence_pct: Decimal | None,
) -> tuple[LadderStanding, ...]:
    rules = folded.protocol.plateau
    if rules is None:
        return ()
    proposed = [
        one for one in folded.known.facts if isinstance(one, Proposal) and one.proposes == PLATEAU_STEP
    ]
    found = []
    for name in rules.watches:
        measure = measures.get(name)
        if measure is None:
            continue
        track = folded.inputs.tracks.get(key_of(name, Limb.INVOLVED if measure.is_sided else Limb.NONE))
        found.append(ladder_of(
            measure, track.series[0] if track is not None and track.series else None, rules,
            [one for one in proposed if one.measure == name], answers, adherence_pct,
            is_wanted=_is_wanted(measure, folded, measures),
        ))  # fmt: skip
    return tuple(found)


def _is_wanted(measure: Measure, folded: Folded, measures: Mapping[str, Measure]) -> bool:
    """Whether more of a measure is needed: a gate from here on asks for it and is not there, or no gate reads it."""
    keeping, protocol = folded.protocol.maintenance, folded.protocol
    if keeping is not None and keeping.stage == folded.standing.stage:
        return False
    number = protocol.stage(folded.standing.stage).number
    lines: list[ReadyNode] = []
    for stage in protocol.stages:
        if stage.number >= number and not (keeping is not None and stage.id == keeping.stage):
            lines += ready_stage(protocol, stage.id, measures, folded.ready.person).exits
    leaves = [
        leaf for line in lines for leaf in leaves_of(line) if _reads(leaf.ready.measure, measure.id, measures)
    ]
    findings = [leaf.find(folded.inputs) for leaf in leaves]
    if not findings:
        return True
    return any(
        one.truth is Truth.NOT_MET or (one.truth is Truth.UNKNOWN and one.cause is not Cause.UNCONFIRMED)
        for one in findings
    )


def _reads(name: str, measure: str, measures: Mapping[str, Measure]) -> bool:
    derive = measures[name].derive
    return name == measure or (derive is not None and derive.of == measure)


def _open_raise(facts: Sequence[Fact], answers: Mapping[str, ProposalAnswer]) -> str:
    waiting = [
        one.id
        for one in facts
        if isinstance(one, Proposal) and one.proposes == RAISE and one.id not in answers
    ]
    return waiting[-1] if waiting else ""


class _Due(NamedTuple):
    """A proposal that is due, before it has an id."""

    proposes: str
    measure: str = ""
    step: str = ""
    stage: str = ""
    escalate: str = ""
    within_days: int = 0
    rests_on: tuple[str, ...] = ()
    reason: str = ""
    once: str = ""  # what makes it another proposal than the last


def _due(
    ladders: Sequence[LadderStanding], reopening: Reopening | None, folded: Folded, open_raise: str,
    ending: Ending | None,
) -> list[_Due]:  # fmt: skip
    found = [
        _Due(
            PLATEAU_STEP, measure=one.measure, step=one.step.kind.value, escalate=one.step.escalate or "",
            within_days=one.step.within_days, rests_on=one.rests_on, reason=one.step.do, once=" ".join(one.rests_on),
        )
        for one in ladders
        if one.climb is Climb.PROPOSED and not one.proposal and one.step is not None and _is_settled(folded)
    ]  # fmt: skip
    if reopening is not None and reopening.state is Reopened.RE_ENTRY and not reopening.proposal:
        found.append(_Due(
            RE_ENTRY, measure=reopening.measure, stage=reopening.stage, rests_on=reopening.kept.readings,
            reason=f"{reopening.label}: lost beyond error in two tests.", once=" ".join(reopening.kept.readings),
        ))  # fmt: skip
    if raise_waits(folded.decision) and not open_raise and not _declined_lately(folded):
        found.append(_Due(
            RAISE, reason="Work was borne well; load and dose may rise within the protocol's steps.",
            once=folded.as_of.isoformat(),
        ))  # fmt: skip
    if ending is not None and ending.is_ripe and not ending.proposal and not ending.is_answered:
        found.append(_Due(
            DISCHARGE, stage=ending.stage, rests_on=ending.rests_on, once=ending.once,
            reason="The last stage has what it asks for, and nothing speaks against ending care.",
        ))  # fmt: skip
    return found


def _is_settled(folded: Folded) -> bool:
    """Whether the ankle is calm enough to ask why it stands still: after a step back that is no question yet."""
    back_on = folded.standing.stepped_back_on
    is_early = back_on is not None and (folded.as_of - back_on).days < SETTLED_AFTER_DAYS
    return not is_early and folded.decision.advice.tightness >= Advice.HOLD.tightness


def _declined_lately(folded: Folded) -> bool:
    """Whether a raise was declined within the week: it is not asked for again every day."""
    from mortise.decide.autonomy import RAISE_DAYS

    facts = folded.known.facts
    raises = {one.id for one in facts if isinstance(one, Proposal) and one.proposes == RAISE}
    return any(
        isinstance(one, ProposalAnswer) and one.proposal in raises and one.answer == "decline"
        and (folded.as_of - one.on).days < RAISE_DAYS
        for one in facts
    )  # fmt: skip


def _proposal(episode: str, as_of: date, due: _Due) -> Proposal:
    made_of = " ".join((episode, due.proposes, due.measure, due.step, due.stage, due.once))
    named = hashlib.sha256(made_of.encode()).hexdigest()[:20]
    return Proposal(
        id=f"proposal-{named}", on=as_of, origin=Origin.ENGINE, by="engine", proposes=due.proposes,  # type: ignore[arg-type]
        measure=due.measure, step=due.step, stage=due.stage, escalate=due.escalate, rests_on=due.rests_on,
        reason=due.reason, due_on=date.fromordinal(as_of.toordinal() + due.within_days) if due.within_days else None,
    )  # fmt: skip
