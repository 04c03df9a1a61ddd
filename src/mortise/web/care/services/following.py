"""What the engine puts on the record beside a decision: autonomy before it; proposals and escalations after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mortise.protocol import Protocol
from mortise.record import (
    AutonomyEntry,
    DecisionRecord,
    EscalationStep,
    PatientRecord,
    PlanVersion,
    ProposalAnswer,
)
from mortise.record.facts import Fact, Response
from mortise.terms import Autonomy, Origin
from mortise.web.audit import clock
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, FactRow, Standing
from mortise.web.care.services.facts import load_record, store

if TYPE_CHECKING:
    from datetime import date

    from mortise.decide.autonomy import Earned, Trust
    from mortise.episode import EscalationCase, Story

ENGINE = "engine"
ANSWERS = ("response", "proposal_answer")


def with_autonomy(episode: EpisodeRow, whole: PatientRecord, on: date) -> PatientRecord:
    """Write down how far the engine may act from now on, when that has changed; return the record with it.

    Nothing is written before the first plan, and a clinician who set `observe` is not overruled.
    """
    from mortise.episode.autonomy import autonomy_on
    from mortise.episode.known import known_on

    facts = known_on(whole.facts, on).facts
    clinician = _clinician(facts)
    if not clinician:
        return whole
    entry = autonomy_on(facts, on).entry
    if entry is not None and entry.origin is Origin.CLINICIAN and entry.autonomy is Autonomy.OBSERVE:
        return whole
    trust = _trust(facts, episode.protocol, clinician, on)
    found = earned_now(episode=episode, clinician=clinician, trust=trust)
    assert found is not None
    if entry is not None and (entry.autonomy, entry.clinician) == (found.autonomy, clinician):
        return whole
    made = AutonomyEntry(
        id=_new_id(), on=on, origin=Origin.ENGINE, by=ENGINE, captured_at=clock.now(), autonomy=found.autonomy,
        clinician=clinician, n_agreed=found.n_agreed, n_days=found.n_days, reason=found.reason,
    )  # fmt: skip
    return msgspec.structs.replace(whole, facts=(*whole.facts, store(episode, made)))


def trust_in(told: Story) -> tuple[str, Trust | None]:
    """Return who treats and what autonomy is earned by, as far as this record says; None before the first plan."""
    clinician = _clinician(told.facts)
    return clinician, _trust(
        told.facts, told.record.episode.protocol, clinician, told.as_of
    ) if clinician else None


def earned_now(*, episode: EpisodeRow, clinician: str, trust: Trust | None) -> Earned | None:
    """Return what has been earned by now, with what stands beside the record: days answered, a lock, the clock."""
    from mortise.decide.autonomy import earned

    if trust is None:
        return None
    is_locked = Standing.objects.filter(episode=episode, is_locked=True).exists()
    return earned(
        msgspec.structs.replace(trust, n_answered=_n_answered(clinician), is_locked=is_locked), clock.now()
    )


def _trust(facts: tuple[Fact, ...], protocol: str, clinician: str, on: date) -> Trust:
    from mortise.episode.autonomy import trust_of

    return trust_of(facts, content().protocol(protocol), clinician, n_answered=0, is_locked=False, as_of=on)


def _clinician(facts: tuple[Fact, ...]) -> str:
    """Return who treats: the author of the newest plan or answer."""
    acted = [
        one for one in facts
        if isinstance(one, PlanVersion | Response | ProposalAnswer) and one.origin is Origin.CLINICIAN
    ]  # fmt: skip
    has_plan = any(isinstance(one, PlanVersion) for one in acted)
    newest = max(acted, key=lambda one: (one.on, one.received_at or clock.now()), default=None)
    return newest.by if newest is not None and has_plan else ""


def _n_answered(clinician: str) -> int:
    """Count the days on which somebody answered anybody, up to as many as are asked for."""
    from mortise.decide.autonomy import N_ANSWERED_LEAST

    answers = FactRow.objects.filter(by=clinician, kind__in=ANSWERS)
    return len(answers.datetimes("received_at", "day", order="DESC")[:N_ANSWERED_LEAST])


def store_what_follows(episode: EpisodeRow, made: DecisionRecord, told: Story) -> list[Fact]:
    """Store the proposals that are due and the escalations that rules ask for; return what is new."""
    from mortise.episode import to_raise

    new: list[Fact] = [store(episode, one) for one in told.follow_up.proposals]
    if told.plan is None:
        return new
    protocol = told.protocol
    for escalation, rule in to_raise(made.decision, told.facts, protocol):
        new.append(raised(episode, escalation, made.decision.as_of, because=made.id, by=ENGINE,
                          origin=Origin.ENGINE, reason=_reason(protocol, rule)))  # fmt: skip
    return new


def raised(
    episode: EpisodeRow, escalation: str, on: date, *, because: str, by: str, origin: Origin, reason: str
) -> Fact:
    """Store the first step of an escalation."""
    step = EscalationStep(
        id=_new_id(), on=on, origin=origin, by=by, captured_at=clock.now(), escalation=escalation, step="raised",
        because=because, reason=reason,
    )  # fmt: skip
    return store(episode, step)


def _reason(protocol: Protocol, rule_id: str) -> str:
    return next((one.say_clinician for one in protocol.rules if one.id == rule_id), rule_id)


def cases_of(episode: EpisodeRow) -> tuple[EscalationCase, ...]:
    """Return every escalation of an episode, in the order raised; whoever asks audits what they do with it."""
    from mortise.episode.escalations import escalation_cases
    from mortise.episode.known import known_on

    facts = known_on(load_record(episode).facts, episode.patient.clinic.today()).facts
    return escalation_cases(facts, content().protocol(episode.protocol))


def renewed_autonomy(episode: EpisodeRow, on: date) -> None:
    """Look anew at how far the engine may act, after something that could change it."""
    with_autonomy(episode, load_record(episode), on)


def _new_id() -> str:
    from mortise.web.care.services.decisions import new_id

    return new_id()
