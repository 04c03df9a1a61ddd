"""Work the rows of the list out again: from the facts alone, and for those whose facts came without a decision."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F

from mortise.protocol import Protocol
from mortise.record import (
    CheckIn,
    DecisionRecord,
    Discharge,
    Judgement,
    PatientRecord,
    PlanVersion,
    ProposalAnswer,
    Response,
    SessionLog,
    StageEntry,
)
from mortise.record.facts import Fact
from mortise.terms import Origin
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care.content import content, why_refused
from mortise.web.care.models import EpisodeRow, Message, PhoneDevice, QuarantinedFact, Standing
from mortise.web.care.services import standings
from mortise.web.care.services.facts import load_record, lock, records_beside

logger = logging.getLogger("mortise.care")

MOST_AT_ONCE = 50
SAME_BY_HAND = ("undecided_at",)  # written nowhere else, so it is taken over


class Rebuilt(NamedTuple):
    """One episode and the columns of its row that were not what its facts say."""

    episode: str
    differs: tuple[str, ...]


def rebuild_all(*, by: log.Process, only_check: bool = False) -> Iterator[Rebuilt]:
    """Work out every row of the list again and write those that differ, unless `only_check`; audited each."""
    for episode in EpisodeRow.objects.select_related("patient__clinic", "standing").order_by("pk").iterator():
        with transaction.atomic():
            lock(episode)
            before = Standing.objects.select_related("episode__patient").get(episode=episode)
            after = from_scratch(episode, before, on=episode.patient.clinic.today())
            differs = differences(before, after)
            if differs and not only_check:
                after.save()
            log.record(by, "list.rebuild", episode.patient, {"episode": episode.pk, "n": len(differs)})
        yield Rebuilt(str(episode.pk), differs)


def from_scratch(episode: EpisodeRow, before: Standing, *, on: date) -> Standing:
    """Return the row that the facts of an episode give, with tests and tasks as of `on`; not saved.

    Of `before` only the moment at which no decision could be worked out is read: it is no fact.
    """
    record, protocol = load_record(episode), content().protocol(episode.protocol)
    row = standings.new_row(episode)
    fails_at = before.undecided_at
    for fact in record.facts:
        if fails_at is not None and fact.received_at is not None and fact.received_at > fails_at:
            _fail(row, episode, fails_at)
            fails_at = None
        _take(row, fact, protocol)
    if fails_at is not None:
        _fail(row, episode, fails_at)
    row.last_heard_on = _last_heard_on(record.facts)
    if row.decided_on is not None and row.decision_id:
        _tell(row, episode, record, on)
    _count(row, episode)
    standings.settle(row)
    return row


def differences(before: Standing, after: Standing) -> tuple[str, ...]:
    """Return the names of the columns in which two rows differ."""
    names = [one.attname for one in Standing._meta.concrete_fields if one.attname not in SAME_BY_HAND]
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def refresh_outdated(*, by: log.Process) -> int:
    """Say anew what is due and to be done where facts came without a decision; return how many; audited.

    At most `MOST_AT_ONCE` a round. What breaks is put down as told, so that it does not break every round; the next
    decision, or whoever opens the page, meets it again.
    """
    rows = Standing.objects.filter(is_outdated=True, episode__closed_on__isnull=True)
    found = rows.select_related("episode__patient__clinic")[:MOST_AT_ONCE]
    for standing in list(found):
        _refresh(standing.episode, by)
    return len(found)


def _refresh(episode: EpisodeRow, by: User | log.Process) -> None:
    try:
        with transaction.atomic():
            lock(episode)
            row = Standing.objects.select_related("episode__patient").get(episode=episode)
            if row.is_outdated:
                if row.decided_on is not None and row.decision_id and not why_refused(episode.protocol):
                    _tell(row, episode, load_record(episode), episode.patient.clinic.today())
                row.is_outdated = False
                row.save()
                log.record(by, "list.refresh", episode.patient, {"episode": episode.pk})
    except Exception as error:
        logger.error("a row of the list could not be renewed: %s", type(error).__name__)
        Standing.objects.filter(episode=episode).update(is_outdated=False)


# ---------------------------------------------------------------- steps


def _take(row: Standing, fact: Fact, protocol: Protocol) -> None:
    at = fact.received_at or row.since_at
    if isinstance(fact, DecisionRecord):
        standings.take_decision(row, fact, protocol)
    elif isinstance(fact, Response):
        standings.take_answer(row, fact.advice, at)
    elif isinstance(fact, PlanVersion):
        standings.take_plan(row, at)
    elif isinstance(fact, StageEntry) and fact.origin is Origin.CLINICIAN:
        row.stage, row.next_stage = fact.stage, ""
    elif isinstance(fact, Judgement) and fact.judgement == "resume":
        standings.take_resumed(row)
    elif isinstance(fact, Discharge):
        standings.take_discharge(row, at)
    if isinstance(fact, Response | PlanVersion | ProposalAnswer):
        standings.take_clinician(row, fact.by)


def _fail(row: Standing, episode: EpisodeRow, at: datetime) -> None:
    standings.take_undecided(row, episode.patient.clinic.today(at), at)


def _last_heard_on(facts: Iterable[Fact]) -> date | None:
    return max((one.on for one in facts if _is_heard(one)), default=None)


def _is_heard(fact: Fact) -> bool:
    """Whether a fact shows that the patient was heard from; who was taken back into care was."""
    if isinstance(fact, Judgement):
        return fact.judgement == "reopen"
    return isinstance(fact, CheckIn | SessionLog) and fact.origin is not Origin.CLINICIAN


def _tell(row: Standing, episode: EpisodeRow, record: PatientRecord, on: date) -> None:
    from mortise.episode import story

    told = story(record, content(), on, beside=records_beside(episode))
    standings.take_told(row, standings.Told(told.as_of, told.due, told.tasks))


def _count(row: Standing, episode: EpisodeRow) -> None:
    row.n_quarantined = QuarantinedFact.objects.filter(episode=episode, settled_at__isnull=True).count()
    row.n_messages = Message.objects.filter(episode=episode, seen_at__isnull=True).count()
    row.n_not_received = not_received(episode)


def not_received(episode: EpisodeRow) -> int:
    """Return how many records the phones of an episode have numbered that have not come."""
    phones = PhoneDevice.objects.filter(episode=episode).annotate(
        n_missing=F("last_sequence") - Count("deliveries")
    )
    return sum(max(0, one) for one in phones.values_list("n_missing", flat=True))
