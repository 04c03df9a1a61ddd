"""A clinician answers what was proposed, follows an escalation, and sets how far the engine may act."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.db import transaction

from mortise.errors import ConflictError, InputError
from mortise.protocol import Protocol
from mortise.protocol.care import PlateauKind, PlateauStep
from mortise.record import AutonomyEntry, EscalationStep, Proposal, ProposalAnswer
from mortise.record.facts import Fact
from mortise.terms import Autonomy, Origin
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.audit import clock, log
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.care.services import following, standings
from mortise.web.care.services.access import require, require_open, require_physiotherapist
from mortise.web.care.services.decisions import Decided, decide, enter_stage, new_id
from mortise.web.care.services.facts import load_record, lock, store
from mortise.web.care.services.lines import one_line

Outcome = Literal["seen", "arranged", "not_needed", "declined_by_patient"]


@transaction.atomic
def answer_proposal(
    *,
    episode: EpisodeRow,
    proposal: str,
    answer: Literal["accept", "decline"],
    by: User,
    reason: str = "",
    choice: str = "",
    retest_on: date | None = None,
) -> Decided:
    """Accept or decline what was proposed, and decide anew; audited.

    An accepted re-entry enters its stage, an accepted way out raises its escalation, an accepted raise holds for a
    week. Declining needs a reason; changing one thing needs which; a re-test needs its date. Raises `ConflictError`
    when somebody answered meanwhile.
    """
    require_physiotherapist(by)
    lock(episode)
    require_open(episode)
    today, reason = episode.patient.clinic.today(), one_line(reason)
    proposed = _open_proposal(episode, proposal)
    protocol = content().protocol(episode.protocol)
    if answer == "decline" and not reason:
        raise InputError("Declining needs a reason: it goes on the record.", where="reason")
    if answer == "accept":
        _check_accepted(protocol, proposed, choice, retest_on, today)
    fact = ProposalAnswer(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(), proposal=proposed.id,
        answer=answer, reason=reason, choice=choice if answer == "accept" else "",
        retest_on=retest_on if answer == "accept" else None,
    )  # fmt: skip
    store(episode, fact)
    standings.acted(episode, fact.by)
    if answer == "accept":
        _act(episode, proposed, fact, by)
    log.record(
        by, "proposal.answer", episode.patient, {"episode": episode.pk, "answer": answer, "fact": proposed.id}
    )
    return _decided(episode, today, by)


@transaction.atomic
def raise_escalation(*, episode: EpisodeRow, escalation: str, reason: str, by: User) -> Decided:
    """Send a patient on by a clinician's judgement, with what speaks for it; audited.

    Raises `ConflictError` while the same escalation is open.
    """
    require_physiotherapist(by)
    lock(episode)
    require_open(episode)
    reason = one_line(reason)
    protocol = content().protocol(episode.protocol)
    if escalation not in {one.id for one in protocol.escalations}:
        raise InputError("This way out is not in the protocol.", where="escalation")
    if not reason:
        raise InputError("Say what speaks for it: it goes on the record.", where="reason")
    if any(one.escalation == escalation and one.is_open for one in following.cases_of(episode)):
        raise ConflictError(
            "This is under way already.", mend="Take that one in hand, or record its outcome."
        )
    today = episode.patient.clinic.today()
    following.raised(
        episode, escalation, today, because="", by=str(by.pk), origin=Origin.CLINICIAN, reason=reason
    )
    log.record(by, "escalation.raise", episode.patient, {"episode": episode.pk, "escalation": escalation})
    return _decided(episode, today, by)


@transaction.atomic
def follow_escalation(
    *, episode: EpisodeRow, case: str, by: User, outcome: Outcome | Literal[""] = "", reason: str = ""
) -> Decided:
    """Take an escalation in hand or, with an outcome and its words, close it; audited.

    Raises `ConflictError` when it is closed already.
    """
    require(by, Right.ANSWER_ESCALATION)
    lock(episode)
    reason = one_line(reason)
    found = next((one for one in following.cases_of(episode) if one.case == case), None)
    if found is None:
        raise InputError("There is no such escalation.", where="case")
    if not found.is_open:
        raise ConflictError("This was closed already.", mend="Load the page again.")
    if outcome and not reason:
        raise InputError("An outcome needs its words: what was found, and by whom.", where="reason")
    today = episode.patient.clinic.today()
    step = EscalationStep(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(),
        escalation=found.escalation, step="closed" if outcome else "acknowledged", case=case, outcome=outcome,
        reason=reason,
    )  # fmt: skip
    store(episode, step)
    log.record(by, "escalation.follow", episode.patient, {"episode": episode.pk, "step": step.step})
    return _decided(episode, today, by)


@transaction.atomic
def set_autonomy(*, episode: EpisodeRow, autonomy: Autonomy, reason: str, by: User) -> Decided:
    """Let the engine only observe, or propose again from now on; more than that is earned, not set; audited."""
    require_physiotherapist(by)
    lock(episode)
    require_open(episode)
    reason = one_line(reason)
    if autonomy is Autonomy.APPLY:
        raise InputError("This is earned by agreement and time, not set.", where="autonomy")
    if not reason:
        raise InputError("This needs its reason: it goes on the record.", where="reason")
    today = episode.patient.clinic.today()
    entry = AutonomyEntry(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(), autonomy=autonomy,
        clinician=str(by.pk), reason=reason,
    )  # fmt: skip
    store(episode, entry)
    log.record(by, "autonomy.set", episode.patient, {"episode": episode.pk, "autonomy": autonomy.value})
    return _decided(episode, today, by)


# ---------------------------------------------------------------- steps


def _open_proposal(episode: EpisodeRow, proposal: str) -> Proposal:
    found: Proposal | None = None
    for fact in load_record(episode).facts:
        if isinstance(fact, Proposal) and fact.id == proposal:
            found = fact
        elif isinstance(fact, ProposalAnswer) and fact.proposal == proposal:
            raise ConflictError("This was answered already.", mend="Load the page again.")
    if found is None:
        raise InputError("There is no such proposal.", where="proposal")
    return found


def _check_accepted(
    protocol: Protocol, proposed: Proposal, choice: str, retest_on: date | None, today: date
) -> None:
    step = _step_of(protocol, proposed)
    if retest_on is not None and retest_on <= today:
        raise InputError("A re-test lies ahead: give a later day.", where="retest_on")
    if step is None:
        return
    if step.choices and choice not in step.choices:
        raise InputError("Say which one thing is changed.", where="choice")
    if step.kind is PlateauKind.RETEST and retest_on is None:
        raise InputError("Say on which day it is tested again.", where="retest_on")


def _step_of(protocol: Protocol, proposed: Proposal) -> PlateauStep | None:
    steps = () if protocol.plateau is None else protocol.plateau.steps
    return next((one for one in steps if one.kind.value == proposed.step), None)


def _act(episode: EpisodeRow, proposed: Proposal, answer: Fact, by: User) -> None:
    if proposed.proposes == "re_entry":
        enter_stage(episode, proposed.stage, answer.on, because=answer.id, by=by, reason=proposed.reason)
        return
    in_hand = {one.escalation for one in following.cases_of(episode) if one.is_open}
    if proposed.escalate and proposed.escalate not in in_hand:
        following.raised(
            episode, proposed.escalate, answer.on, because=answer.id, by=str(by.pk), origin=Origin.CLINICIAN,
            reason=proposed.reason,
        )  # fmt: skip


def _decided(episode: EpisodeRow, today: date, by: User) -> Decided:
    """Decide anew, and say in the list what is still to be done."""
    decided = decide(episode=episode, on=today, by=by)
    told = decided.story
    standings.told_again(episode, standings.Told(told.as_of, told.due, told.tasks))
    return decided
