"""Write and verify the audit log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from mortise.web.audit import request_ids
from mortise.web.audit.models import AuditEntry, AuditHead


class NobodyActsError(RuntimeError):
    """Patient data was about to be read or written without anybody acting. This is a fault of ours."""


@dataclass(frozen=True)
class Process:
    """Something that acts without a person: filling the demonstration, a migration."""

    name: str


class Actor(Protocol):
    """A signed-in user."""

    @property
    def pk(self) -> Any: ...

    @property
    def is_authenticated(self) -> Any: ...


def actor_name(actor: Actor | Process | None) -> str:
    """Return the name an actor has in the log; raise `NobodyActsError` when there is nobody."""
    if isinstance(actor, Process) and actor.name:
        return f"process:{actor.name}"
    if actor is None or isinstance(actor, Process) or not actor.is_authenticated or actor.pk is None:
        raise NobodyActsError
    return f"user:{actor.pk}"


def record(
    actor: Actor | Process | None,
    action: str,
    patient: Any = None,
    detail: Mapping[str, Any] | None = None,
    request_id: str = "",
) -> AuditEntry:
    """Add an entry; it stands or falls with the transaction it is written in.

    `patient` is a patient (or anything with `pk` and `clinic_id`), `detail` holds ids, kinds and counts, never content.
    Raises `NobodyActsError` when nobody acts.
    """
    name = actor_name(actor)
    with transaction.atomic():
        head, _ = AuditHead.objects.select_for_update().get_or_create(id=1)
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=timezone.now(),
            actor=name,
            action=action,
            patient="" if patient is None else str(patient.pk),
            clinic=str(getattr(patient, "clinic_id", None) or getattr(actor, "clinic_id", None) or ""),
            detail=json.dumps(dict(detail or {}), sort_keys=True, separators=(",", ":"), default=str),
            request_id=request_id or request_ids.current(),
            previous_hash=head.hash,
        )
        entry.hash = hash_of(entry)
        entry.save()
        head.sequence, head.hash = entry.sequence, entry.hash
        head.save(update_fields=["sequence", "hash"])
    return entry


def hash_of(entry: AuditEntry) -> str:
    """Return the hash of an entry, over its content and the hash of the one before it."""
    at: datetime = entry.at
    content = [
        entry.sequence, at.astimezone(UTC).isoformat(timespec="microseconds"), entry.actor, entry.action,
        entry.patient, entry.clinic, entry.detail, entry.request_id, entry.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What verifying the log found. `broken_at` is the first entry that does not fit; None when all do."""

    n_entries: int
    head_hash: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def verify(*, known_head: str = "") -> Verdict:
    """Walk the whole chain. A changed, deleted, inserted or cut-off entry is found.

    Somebody who rewrites every entry and the head can only be found with `known_head`, a head hash kept elsewhere.
    """
    n, previous, seen_known = 0, "", not known_head
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        n += 1
        if entry.sequence != n:
            return Verdict(n - 1, previous, n, "an entry is missing")
        if entry.previous_hash != previous:
            return Verdict(n - 1, previous, n, "the entry does not follow the one before it")
        if entry.hash != hash_of(entry):
            return Verdict(n - 1, previous, n, "the entry was changed")
        previous = entry.hash
        seen_known = seen_known or previous == known_head
    head = AuditHead.objects.filter(id=1).first()
    if (head.sequence, head.hash) != (n, previous) if head else n != 0:
        return Verdict(n, previous, n + 1, "the end was cut off")
    if not seen_known:
        return Verdict(n, previous, n, "the head kept elsewhere is not in the log")
    return Verdict(n, previous)
