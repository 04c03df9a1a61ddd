"""Decide, answer a report, agree or overrule. The engine never overrules a human; stop and step back act at once."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec
from django.db import transaction

from mortise.errors import ConflictError, InputError, MortiseError
from mortise.protocol.constraints import Circumstances
from mortise.record import CheckIn, DecisionRecord, Judgement, PatientRecord, Response, StageEntry
from mortise.record.facts import Fact
from mortise.terms import Advice, Load, Origin
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care.content import content, why_refused
from mortise.web.care.models import EpisodeRow, FactRow, Need, Standing
from mortise.web.care.services import access, following, notices, remembered, standings
from mortise.web.care.services.facts import (
    Answer,
    admitted,
    append_facts,
    load_record,
    lock,
    records_beside,
    store,
)
from mortise.web.care.services.lines import one_line
from mortise.web.care.services.responses import check_response
from mortise.web.care.services.versions import keep_version

if TYPE_CHECKING:
    from mortise.episode import Story

logger = logging.getLogger("mortise.care")

ENGINE = "engine"


class UndecidedError(MortiseError):
    """What you sent is saved, but no answer could be worked out. The clinic was told. Do no more than last time."""

    code = "undecided"


class UntoldError(UndecidedError):
    """The programme could not be worked out from what is on record. The clinic was told. Do no more than last time."""

    code = "undecided.untold"


class UnprovedError(UntoldError):
    """The protocol is not run here: it is not proved as it stands. The clinic was told. Do no more than last time."""

    code = "undecided.unproved"


@dataclass(frozen=True)
class Decided:
    """The decision stored for a day, and the story of that day once it was stored (told when first asked for)."""

    record: DecisionRecord
    whole: PatientRecord
    circumstances: Circumstances
    beside: tuple[PatientRecord, ...] = ()

    @cached_property
    def story(self) -> Story:
        """Return the story. After a step back it is already that of the stage stepped back to."""
        from mortise.episode import story

        return story(self.whole, content(), self.record.inputs.as_of, self.circumstances, self.beside)


@dataclass(frozen=True)
class Answered:
    """What became of each item of a report, and the engine's answer to it."""

    answers: tuple[Answer, ...]
    decided: Decided

    @property
    def record(self) -> DecisionRecord:
        """Return the decision as it was stored: what to say to the patient."""
        return self.decided.record

    @property
    def story(self) -> Story:
        """Return the story of the day, with the session that follows from the decision."""
        return self.decided.story


def story_of(
    *,
    episode: EpisodeRow,
    on: date,
    by: User,
    circumstances: Circumstances | None = None,
    read: str = "record.read",
) -> Story:
    """Return the story of an episode as of a day; no fact is stored, the reading is audited as `read`.

    When the engine breaks on the record, the episode is put before the clinic and `UntoldError` is raised; so it is
    with `UnprovedError` when the protocol has no certificate that fits.
    """
    from mortise.episode import story

    log.record(by, read, episode.patient, {"episode": episode.pk, "on": on})
    if why_refused(episode.protocol):
        _put_before_the_clinic(episode, on, by)
        require_proved(episode)
    try:
        return remembered.told(episode, on, circumstances or Circumstances(), story)
    except Exception as error:
        logger.error("the story could not be told", exc_info=error)
        _put_before_the_clinic(episode, on, by)
    raise UntoldError


@transaction.atomic
def decide(
    *, episode: EpisodeRow, on: date, by: User | log.Process, circumstances: Circumstances | None = None
) -> Decided:
    """Decide for a day and store the decision, a step back at once, and what follows. Renews the standing; audited.

    What follows: proposals and escalations that are due, and mail for a red flag that nobody was told of.

    With no new fact since the newest decision of that day nothing is stored, and that one is returned. Raises
    `UnprovedError` when the protocol has no certificate that fits: nothing is decided by what nobody proved.
    """
    from mortise.episode import decision_record

    require_proved(episode)
    lock(episode)
    whole = following.with_autonomy(episode, load_record(episode), on)
    circumstances = circumstances or Circumstances()
    made = _newest_if_nothing_is_new(whole, on, circumstances)
    if made is None:
        keep_version(episode.protocol)
        made = _stored(episode, decision_record(whole, content(), on, circumstances, captured_at=clock.now()))
        new: list[Fact] = [made]
        stage = made.decision.steps_back_to
        if stage is not None:
            new.append(_enter_stage(episode, stage, on, because=made.id, by=ENGINE, origin=Origin.ENGINE))
        whole = msgspec.structs.replace(whole, facts=(*whole.facts, *new))
        decided = _with_what_follows(episode, Decided(made, whole, circumstances, records_beside(episode)))
    else:
        decided = Decided(made, whole, circumstances, records_beside(episode))
    log.record(by, "decision.make", episode.patient, {"episode": episode.pk, "decision": made.id})
    return decided


def answer_report(
    *,
    episode: EpisodeRow,
    facts: Iterable[Fact | bytes],
    on: date,
    by: User,
    circumstances: Circumstances | None = None,
) -> Answered:
    """Take a report in and answer it: the facts, the decision and what follows from it, all or nothing; audited.

    When the engine itself breaks, the facts stay, the episode is put before the clinic, and `UndecidedError` is
    raised: not knowing never looks like "go on".
    """
    failed: UndecidedError | None = None
    with transaction.atomic():
        answers = append_facts(episode=episode, facts=facts, by=by)
        if not any(one.is_kept for one in answers):
            access.require_agreed(
                episode.patient
            )  # nothing was taken, and nothing is decided for who took consent back
        try:
            with transaction.atomic():
                decided = decide(episode=episode, on=on, by=by, circumstances=circumstances)
        except Exception as error:
            logger.error("no answer could be worked out", exc_info=error)
            standings.undecided(episode, on)
            log.record(by, "decision.failed", episode.patient, {"episode": episode.pk})
            failed = error if isinstance(error, UndecidedError) else UndecidedError()
    _warn_other_ankles(episode, answers, on=on, by=by)
    if failed is not None:
        raise failed
    return Answered(answers, decided)


def require_proved(episode: EpisodeRow) -> None:
    """Raise `UnprovedError` when the protocol of an episode has no certificate that fits."""
    reason = why_refused(episode.protocol)
    if reason:
        logger.error("%s is not run: %s", episode.protocol, reason)
        raise UnprovedError(
            f"{' '.join((UnprovedError.__doc__ or '').split())} For whoever runs this server: {reason}"
        )


def _warn_other_ankles(episode: EpisodeRow, answers: Iterable[Answer], *, on: date, by: User) -> None:
    """Carry a danger sign to the other ankle's episode: it is the person's, not one ankle's. Both programmes stop."""
    open_ones = EpisodeRow.objects.filter(patient=episode.patient_id, closed_on__isnull=True)
    others = list(
        open_ones.exclude(pk=episode.pk).select_related("patient__clinic", "patient__user", "standing")
    )
    new = {answer.id for answer in answers if answer.outcome == "stored"}
    if not others or not new:
        return
    flags = content().protocol(episode.protocol).red_flags
    told = (fact for fact in load_record(episode).of_kind(CheckIn) if fact.id in new)
    raised = [fact for fact in told if any(fact.answers.get(name) for name in flags)]
    for other in others if raised else ():
        copies = [
            msgspec.structs.replace(one, id=f"{one.id}-{other.involved_side}", session="") for one in raised
        ]
        with transaction.atomic():
            append_facts(episode=other, facts=copies, by=by)
            try:
                with transaction.atomic():
                    decide(episode=other, on=on, by=by)
            except Exception as error:
                logger.error("no answer could be worked out for the other ankle", exc_info=error)
                standings.undecided(other, on)


@transaction.atomic
def respond(
    *,
    decision: FactRow,
    response: Literal["agree", "overrule"],
    by: User,
    advice: Advice | None = None,
    load: Load | None = None,
    stage: str = "",
    reason: str = "",
) -> Response:
    """Agree with a decision or overrule it, with a reason. An accepted advance, or a chosen stage, is entered; audited.

    Raises `ConflictError` when a newer decision was made or somebody else answered this one meanwhile.
    """
    access.require_physiotherapist(by)
    episode, today = decision.episode, decision.episode.patient.clinic.today()
    lock(episode)
    access.require_open(episode)
    made = _decision_of(episode, decision.pk)
    overrules = response == "overrule"
    reason = one_line(reason)
    check_response(made.decision, episode, overrules=overrules, advice=advice, stage=stage, reason=reason)
    chosen = (advice if overrules else None) or made.decision.advice
    fact = Response(
        id=new_id(), on=today, origin=Origin.CLINICIAN, by=str(by.pk), captured_at=clock.now(),
        decision=made.id, response=response, advice=chosen, load=load if overrules else None,
        stage=stage if overrules else "", reason=reason,
    )  # fmt: skip
    stored = store(episode, fact)
    entered = stage if overrules else (made.decision.next_stage or "") if chosen is Advice.ADVANCE else ""
    if entered and entered != made.decision.stage:
        _enter_stage(
            episode, entered, today, because=fact.id, by=str(by.pk), origin=Origin.CLINICIAN, reason=reason
        )
    standings.answered(episode, chosen, fact.by, stored.received_at, stage=entered)
    following.renewed_autonomy(episode, today)
    detail = {"episode": episode.pk, "decision": made.id, "response": response}
    log.record(by, "decision.respond", episode.patient, detail)
    return fact


@transaction.atomic
def judge(
    *,
    episode: EpisodeRow,
    judgement: Literal["resume", "range_limit", "acknowledge", "clear"],
    reason: str,
    by: User,
    about: str = "",
) -> Decided:
    """Record a clinician's judgement, such as opening a programme a red flag froze, and decide anew; audited.

    A physician can say that a red flag was seen; opening the programme again is for those who treat and for the
    physician who is named for this patient.
    """
    access.require_to_judge(episode, judgement, by)
    reason = one_line(reason)
    if not reason:
        raise InputError("A judgement needs its reason.", where="reason")
    today = episode.patient.clinic.today()
    lock(episode)
    fact = Judgement(
        id=new_id(), on=today, origin=Origin.CLINICIAN, captured_at=clock.now(), judgement=judgement,
        reason=reason, about=about,
    )  # fmt: skip
    store(episode, admitted(episode, fact, by))
    if judgement == "resume":
        standings.resumed(episode)
    if judgement in ("resume", "acknowledge"):
        notices.acknowledge(episode, by)
    log.record(by, "judgement.record", episode.patient, {"episode": episode.pk, "judgement": judgement})
    return decide(episode=episode, on=today, by=by)


def newest_decision(*, episode: EpisodeRow, by: User) -> FactRow | None:
    """Return the newest stored decision of an episode, or None; audited."""
    log.record(by, "decision.read", episode.patient, {"episode": episode.pk})
    return FactRow.objects.filter(episode=episode, kind="decision").order_by("-sequence").first()


def new_id() -> str:
    """Return an id for a fact captured here and now."""
    return uuid.uuid4().hex


# ---------------------------------------------------------------- steps


@transaction.atomic
def _put_before_the_clinic(episode: EpisodeRow, on: date, by: User) -> None:
    """The engine broke while reading: ask for somebody, once; who is asked for already stays as long waiting."""
    lock(episode)
    standing = Standing.objects.get(episode=episode)
    if standing.is_answered or standing.need not in (Need.STOPPED, Need.ASKED):
        standings.undecided(episode, on)
    log.record(by, "decision.failed", episode.patient, {"episode": episode.pk})


def _with_what_follows(episode: EpisodeRow, decided: Decided) -> Decided:
    """Store what follows from a decision, queue its mail, and let the standing say it."""
    was_locked = Standing.objects.filter(episode=episode, is_locked=True).exists()
    more = following.store_what_follows(episode, decided.record, decided.story)
    if more:
        whole = msgspec.structs.replace(decided.whole, facts=(*decided.whole.facts, *more))
        decided = Decided(decided.record, whole, decided.circumstances, decided.beside)
    told = decided.story
    standings.renew(episode, decided.record, standings.Told(told.as_of, told.due, told.tasks))
    notices.raise_for(episode, decided.record.decision, decided.story.facts, was_locked=was_locked)
    return decided


def _newest_if_nothing_is_new(
    record: PatientRecord, on: date, circumstances: Circumstances
) -> DecisionRecord | None:
    """Return the newest decision when it is of this day and rests on all there is; what it caused itself is not new."""
    for fact in reversed(record.facts):
        if isinstance(fact, DecisionRecord):
            inputs = fact.inputs
            pinned = (inputs.as_of, inputs.circumstances, inputs.protocol.hash, inputs.engine)
            now = (on, circumstances, content().protocol_hash(record.episode.protocol), _engine())
            return fact if pinned == now else None
        if fact.origin is not Origin.ENGINE:
            return None
    return None


def _engine() -> str:
    from mortise.episode import ENGINE as NAME

    return NAME


def enter_stage(episode: EpisodeRow, stage: str, on: date, *, because: str, by: User, reason: str) -> None:
    """Enter a stage by a clinician's hand, and let the standing say so."""
    _enter_stage(episode, stage, on, because=because, by=str(by.pk), origin=Origin.CLINICIAN, reason=reason)
    standings.started(episode, stage)


def _stored(episode: EpisodeRow, made: DecisionRecord) -> DecisionRecord:
    stored = store(episode, made)
    assert isinstance(stored, DecisionRecord)
    return stored


def _enter_stage(
    episode: EpisodeRow, stage: str, on: date, *, because: str, by: str, origin: Origin, reason: str = ""
) -> Fact:
    entry = StageEntry(
        id=new_id(), on=on, origin=origin, by=by, captured_at=clock.now(), stage=stage, because=because,
        reason=reason,
    )  # fmt: skip
    return store(episode, entry)


def _decision_of(episode: EpisodeRow, decision_id: str) -> DecisionRecord:
    """Return the newest decision, which must be the one meant and not answered yet."""
    newest: DecisionRecord | None = None
    for fact in load_record(episode).facts:
        if isinstance(fact, DecisionRecord):
            newest = fact
        elif isinstance(fact, Response) and newest and fact.decision == newest.id == decision_id:
            raise ConflictError("This decision was answered already.", mend="Load the page again.")
    if newest is None or newest.id != decision_id:
        raise ConflictError("A newer decision was made meanwhile.", mend="Look at it and answer that one.")
    return newest
