"""Take facts in, each answered on its own, and give the record out. The only writer of `FactRow`."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, timedelta
from typing import Literal, NamedTuple

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import F

from mortise.errors import ConflictError, InputError, MortiseError
from mortise.record import (
    CheckIn,
    ClinicVisit,
    Correction,
    Goal,
    Judgement,
    PatientRecord,
    Reading,
    SessionLog,
    Sign,
    Treatment,
)
from mortise.record.facts import Fact
from mortise.record.records import decode_fact, encode
from mortise.terms import Origin
from mortise.web.accounts.models import Role, User
from mortise.web.audit import clock, log
from mortise.web.care.content import content
from mortise.web.care.models import (
    EpisodeRow,
    FactRow,
    Notice,
    Patient,
    QuarantinedFact,
    ServerState,
    Standing,
)
from mortise.web.care.services import standings
from mortise.web.care.services.access import TakenBackError
from mortise.web.care.services.lines import one_line

MAX_FACT_BYTES = 64 * 1024
MAX_ID_LENGTH = 80
FACT_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")
ONE_DAY = timedelta(days=1)
FROM_PATIENT: tuple[type, ...] = (CheckIn, SessionLog, Reading, Goal, Correction)
FROM_CLINICIAN: tuple[type, ...] = (*FROM_PATIENT, Sign, Judgement, ClinicVisit, Treatment)
FROM: dict[str, tuple[type, ...]] = {
    Role.PATIENT: FROM_PATIENT,
    Role.PHYSIOTHERAPIST: FROM_CLINICIAN,
    Role.PHYSICIAN: (Judgement,),
    Role.PODIATRIST: (Reading, Sign),
}
HEARD: tuple[type, ...] = (CheckIn, SessionLog)

_record_decoder = msgspec.json.Decoder(tuple[Fact, ...])


class Answer(NamedTuple):
    """What became of one item sent: `stored`, `already` there, in `conflict` with another, or `refused` and why."""

    id: str
    outcome: Literal["stored", "already", "conflict", "refused"]
    reason: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether the server holds the item, so that the sender may forget it (after its waiting time)."""
        return self.outcome in ("stored", "already")


@transaction.atomic
def append_facts(*, episode: EpisodeRow, facts: Iterable[Fact | bytes], by: User) -> tuple[Answer, ...]:
    """Take facts in, in order. Each is answered on its own: a bad one never blocks the others; audited.

    The same id with the same content is accepted again; with other content it is a conflict. What is refused or in
    conflict is kept in quarantine, counted by nothing, for a person to look at.
    """
    lock(episode)
    answers = tuple(_take(episode, item, by) for item in facts)
    counts: dict[str, object] = dict(Counter(answer.outcome for answer in answers))
    log.record(by, "facts.append", episode.patient, counts | {"episode": episode.pk})
    return answers


@transaction.atomic
def append_fact(*, episode: EpisodeRow, fact: Fact, by: User) -> Fact:
    """Take one fact in or raise `InputError` or `ConflictError`; audited."""
    lock(episode)
    stored = store(episode, admitted(episode, fact, by))
    log.record(by, "facts.append", episode.patient, {"episode": episode.pk, "kind": kind_of(fact)})
    return stored


@transaction.atomic
def keep_aside(
    *, episode: EpisodeRow, fact: Fact | bytes, reason: str, by: User, is_conflict: bool = False
) -> str:
    """Keep a report that could not count or be taken, once, for a person to look at; return its id; audited."""
    lock(episode)
    fact_id = one_line(_id_in(fact))[:MAX_ID_LENGTH]
    known = QuarantinedFact.objects.filter(episode=episode, fact_id=fact_id)
    if not fact_id or is_conflict or not known.exists():
        _quarantine(episode, fact_id, fact, one_line(reason), is_conflict=is_conflict, by=by)
    log.record(by, "facts.append", episode.patient, {"refused": 1, "episode": episode.pk})
    return fact_id


def record_of(*, episode: EpisodeRow, by: User) -> PatientRecord:
    """Return the whole record of an episode; the reading of it is audited."""
    log.record(by, "record.read", episode.patient, {"episode": episode.pk})
    return load_record(episode)


def quarantine_of(*, episode: EpisodeRow, by: User) -> list[QuarantinedFact]:
    """Return what was sent, not taken and not settled yet; audited."""
    log.record(by, "quarantine.read", episode.patient, {"episode": episode.pk})
    return list(QuarantinedFact.objects.filter(episode=episode, settled_at__isnull=True).order_by("pk"))


@transaction.atomic
def settle_quarantined(*, item: QuarantinedFact, by: User) -> None:
    """Put an item of the quarantine aside after a person looked at it; audited."""
    n = QuarantinedFact.objects.filter(pk=item.pk, settled_at=None).update(settled_at=clock.now())
    if n:
        Standing.objects.filter(episode=item.episode_id).update(n_quarantined=F("n_quarantined") - 1)
    log.record(by, "quarantine.settle", item.episode.patient, {"item": item.pk})


def server_epoch() -> str:
    """Return the epoch of this database. A phone that meets a new one offers all it still holds."""
    return str(_state().epoch)


# ---------------------------------------------------------------- for the services of this room


def lock(episode: EpisodeRow) -> None:
    """Let nobody else change this episode until the transaction ends.

    Locks are always taken in one order (episode, server state, end of the audit log): no two wait for each other.
    """
    EpisodeRow.objects.select_for_update().only("pk").get(pk=episode.pk)
    _locked_state()


def load_record(episode: EpisodeRow) -> PatientRecord:
    """Return the record without auditing; every caller audits what it does with it."""
    facts = _record_decoder.decode(stored_facts(episode))
    return PatientRecord(person=episode.patient.person, episode=episode.episode, facts=facts)


def stored_facts(episode: EpisodeRow) -> str:
    """Return every fact of an episode as one JSON list, in the order received."""
    payloads = FactRow.objects.filter(episode=episode).order_by("sequence").values_list("payload", flat=True)
    return f"[{','.join(payloads)}]"


def records_beside(episode: EpisodeRow) -> tuple[PatientRecord, ...]:
    """Return the records of the patient's other open ankle, which counts for the same person; not audited by itself."""
    if not episode.is_bilateral:
        return ()
    rows = EpisodeRow.objects.filter(patient_id=episode.patient_id, closed_on__isnull=True).exclude(
        pk=episode.pk
    )
    return tuple(load_record(one) for one in rows.select_related("patient").order_by("involved_side"))


def store(episode: EpisodeRow, fact: Fact) -> Fact:
    """Write one fact that was admitted; the same id and content again changes nothing."""
    digest = content_hash(fact)
    known = FactRow.objects.filter(pk=fact.id).only("episode_id", "content_hash", "payload").first()
    if known is not None:
        if known.episode_id == episode.pk and known.content_hash == digest:
            return _record_decoder.decode(f"[{known.payload}]")[0]
        raise ConflictError("Another fact has this id.", mend="Both are kept; your clinic looks at them.")
    received_at = clock.now()
    received = msgspec.structs.replace(fact, received_at=received_at)
    try:
        with transaction.atomic():
            FactRow.objects.create(
                id=fact.id, episode=episode, sequence=_next_sequence(), kind=kind_of(fact), on=fact.on,
                origin=fact.origin.value, by=fact.by, captured_at=fact.captured_at,
                received_at=received_at, payload=encode(received).decode(), content_hash=digest,
            )  # fmt: skip
    except IntegrityError:  # the same id came in by another door at this moment
        raise ConflictError("Another fact has this id.", mend="Send it again.") from None
    if fact.origin is not Origin.ENGINE:
        Standing.objects.filter(episode=episode, is_outdated=False).update(is_outdated=True)
    if isinstance(fact, HEARD) and fact.origin is not Origin.CLINICIAN:
        _heard(episode, fact)
    return received


def admitted(episode: EpisodeRow, fact: Fact, by: User) -> Fact:
    """Return `fact` as this person may add it: their id as author, a believable date; else raise `InputError`."""
    if FACT_ID.fullmatch(fact.id) is None:
        raise InputError("An id has 1 to 80 letters, digits, and . _ : - only.", where="id")
    allowed = FROM.get(by.role, ())
    if not isinstance(fact, allowed):
        raise InputError(f"A {by.get_role_display().lower()} cannot add a {kind_of(fact)}.", where="kind")
    if by.is_patient and fact.origin not in (Origin.PATIENT, Origin.RECORDING):
        raise InputError("From a phone the origin is patient or recording.", where="origin")
    if fact.by not in ("", str(by.pk)):
        raise InputError("A fact is added by the person who sends it.", where="by")
    _check_day(episode, fact)
    if by.is_patient and isinstance(fact, Correction):
        _check_own_answers(episode, fact)
    _check_agreed(episode, fact, by)
    return msgspec.structs.replace(fact, by=str(by.pk), received_at=None)


def content_hash(fact: Fact) -> str:
    """Return the hash of what was captured, by which one id is told to mean one thing.

    When it arrived is not part of it, nor the moment of capture: a form sent twice by one tap is the same report.
    """
    return hashlib.sha256(
        encode(msgspec.structs.replace(fact, captured_at=None, received_at=None))
    ).hexdigest()


def kind_of(fact: Fact) -> str:
    """Return the word a fact's kind has in the record's JSON."""
    return str(fact.__struct_config__.tag)


# ---------------------------------------------------------------- steps


def _take(episode: EpisodeRow, item: Fact | bytes, by: User) -> Answer:
    fact: Fact | None = None
    try:
        if isinstance(item, bytes) and len(item) > MAX_FACT_BYTES:
            raise InputError("This is larger than a fact can be.")
        fact = decode_fact(item, where="fact") if isinstance(item, bytes) else item
        fact = admitted(episode, fact, by)
        is_known = FactRow.objects.filter(pk=fact.id).exists()
        store(episode, fact)
    except TakenBackError as error:  # kept nowhere, not even aside: it was said not to be
        return Answer(one_line(fact.id if fact else _id_in(item))[:MAX_ID_LENGTH], "refused", str(error))
    except MortiseError as error:
        is_conflict = isinstance(error, ConflictError)
        fact_id = one_line(fact.id if fact else _id_in(item))[:MAX_ID_LENGTH]
        _quarantine(episode, fact_id, item, one_line(str(error)), is_conflict=is_conflict, by=by)
        return Answer(fact_id, "conflict" if is_conflict else "refused", str(error))
    return Answer(fact.id, "already" if is_known else "stored")


def _id_in(item: Fact | bytes) -> str:
    if not isinstance(item, bytes):
        return item.id
    try:
        found = msgspec.json.decode(item[:MAX_FACT_BYTES])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    named = found.get("id") if isinstance(found, dict) else None
    return named if isinstance(named, str) else ""


def _quarantine(
    episode: EpisodeRow, fact_id: str, item: Fact | bytes, reason: str, *, is_conflict: bool, by: User
) -> None:
    raw = (item if isinstance(item, bytes) else encode(item))[:MAX_FACT_BYTES]
    _, is_new = QuarantinedFact.objects.get_or_create(
        episode=episode, fact_id=fact_id, content_hash=hashlib.sha256(raw).hexdigest(),
        defaults={
            "payload": raw.decode("utf-8", "replace").replace("\x00", "\ufffd"), "reason": reason,
            "is_conflict": is_conflict, "by": str(by.pk),
        },
    )  # fmt: skip
    if is_new:
        Standing.objects.filter(episode=episode).update(n_quarantined=F("n_quarantined") + 1)


def _check_day(episode: EpisodeRow, fact: Fact) -> None:
    """The day is the patient's own, fixed at capture: up to a day from the clinic's and from the moment of capture."""
    if fact.on > episode.patient.clinic.today() + ONE_DAY:
        raise InputError("The date lies in the future.", where="on", mend="Set the phone's date right.")
    if fact.captured_at is not None:
        if fact.captured_at.tzinfo is None:
            raise InputError("The moment of capture needs its time zone.", where="captured_at")
        captured_on: date = fact.captured_at.astimezone(UTC).date()
        if abs(fact.on - captured_on) > ONE_DAY:
            raise InputError("The date does not fit the moment it was captured.", where="on")


def _check_agreed(episode: EpisodeRow, fact: Fact, by: User) -> None:
    """Add nothing to a record that is no longer agreed to, but for what safety and the truth of it ask.

    Let in are a danger sign, what was written down before the agreement was taken back and arrives late, the answer
    "seen" to a red flag, and corrections.
    """
    since = Patient.objects.filter(pk=episode.patient_id).values_list("taken_back_at", flat=True).first()
    if since is None or isinstance(fact, Correction):
        return
    if isinstance(fact, Judgement) and fact.judgement == "acknowledge":
        return
    if by.is_patient and (
        _is_danger(episode, fact) or (fact.captured_at is not None and fact.captured_at <= since)
    ):
        return
    raise TakenBackError


def _is_danger(episode: EpisodeRow, fact: Fact) -> bool:
    flags = content().protocol(episode.protocol).red_flags
    return isinstance(fact, CheckIn | SessionLog) and any(fact.answers.get(name) for name in flags)


def _check_own_answers(episode: EpisodeRow, fact: Correction) -> None:
    """A patient puts right their answers of a check by answers of the same moment; both stay, the worse counts."""
    wanted = FactRow.objects.filter(episode=episode, pk__in=(fact.corrects, fact.replacement))
    found = {row.pk: _record_decoder.decode(f"[{row.payload}]")[0] for row in wanted}
    old, new = found.get(fact.corrects), found.get(fact.replacement)
    if not isinstance(old, CheckIn) or old.origin is not Origin.PATIENT:
        raise InputError("Only answers of your own checks can be put right here.", where="corrects")
    if not isinstance(new, CheckIn) or fact.corrects == fact.replacement:
        raise InputError("The answers that are right are missing.", where="replacement")
    if (old.on, old.moment, old.session) != (new.on, new.moment, new.session):
        raise InputError("Both must be of the same check.", where="replacement")


def _heard(episode: EpisodeRow, fact: Fact) -> None:
    standings.heard(episode, fact.on)
    waiting = Notice.objects.filter(episode=episode, kind=Notice.Kind.SILENCE, next_at__isnull=False)
    waiting.update(next_at=None)  # no mail about a silence that is over


def _state() -> ServerState:
    return ServerState.objects.get_or_create(id=1)[0]


def _locked_state() -> ServerState:
    _state()
    return ServerState.objects.select_for_update().get(id=1)


def _next_sequence() -> int:
    state = _locked_state()
    state.last_sequence += 1
    state.save(update_fields=["last_sequence"])
    return state.last_sequence
