"""Take a phone's batch in: each item answered on its own, one decision for all of it.

A batch is JSON: `person`, `device`, `epoch`, `last_sequence`, `n_waiting`, `sent_at_ms`, `items`. An item carries
its number on that phone, the phone's clocks at capture, and the fact. What cannot be read is refused by itself,
never the batch.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from mortise.errors import ConflictError, InputError
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.phone import signing
from mortise.web.phone.inbox import Sent, Taken, taken_in
from mortise.web.phone.refusals import not_taken
from mortise.web.phone.visits import Visit

MAX_ITEMS = 200
DEVICE = re.compile(r"[A-Za-z0-9-]{8,40}")
MOST = 2**53


class Item(Struct, kw_only=True, forbid_unknown_fields=True):
    """One numbered item of a phone."""

    sequence: int
    fact: msgspec.Raw
    wall_ms: int | None = None
    zone: str = ""
    episode: str = ""  # the ankle it was written for
    monotonic_ms: float | None = None


class Batch(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a phone sends at one contact."""

    person: str
    device: str
    items: list[Item]
    last_sequence: int = 0
    n_waiting: int = 0
    sent_at_ms: int
    epoch: str = ""


class Contact(NamedTuple):
    """The answer to a batch, and what a page may say of it."""

    body: dict[str, Any]
    taken: Taken


def read_batch(raw: bytes) -> Batch:
    """Return the batch, or raise `InputError` when it is none."""
    try:
        batch = msgspec.json.decode(raw, type=Batch)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("This is not a batch of a phone.", mend=str(error)) from None
    if DEVICE.fullmatch(batch.device) is None:
        raise InputError("A phone names itself with 8 to 40 letters, digits and hyphens.", where="device")
    if len(batch.items) > MAX_ITEMS:
        raise InputError(f"At most {MAX_ITEMS} items at once.", where="items")
    numbers = [batch.last_sequence, batch.n_waiting, *(item.sequence for item in batch.items)]
    if not all(0 <= number < MOST for number in numbers) or not all(item.sequence for item in batch.items):
        raise InputError("Items are numbered from 1.", where="sequence")
    return batch


def take_in(visit: Visit, batch: Batch) -> Contact:
    """Store a batch and answer each item; the same batch again changes nothing.

    Raises `ConflictError` when the phone was let in for another person than the one whose reports these are.
    """
    if batch.person != signing.person_tag(visit.user):
        raise ConflictError(
            "These reports belong to somebody else.", mend="Open your own link on this phone.", where="person"
        )
    now = clock.now()
    taken = taken_in(visit, [Sent(bytes(item.fact), item.episode) for item in batch.items])
    answers = taken.answers
    says = services.PhoneSays(
        batch.device,
        batch.last_sequence,
        min(batch.n_waiting, 10**6),
        batch.sent_at_ms / 1000 - now.timestamp(),
    )
    services.note_deliveries(
        episode=visit.episode,
        says=says,
        delivered=[
            services.Delivered(
                item.sequence, answer.id, answer.outcome, item.wall_ms, item.zone[:60], item.monotonic_ms
            )
            for item, answer in zip(batch.items, answers, strict=True)
        ],
        by=visit.user,
    )
    body = {
        "epoch": services.server_epoch(),
        "now_ms": int(
            clock.now().timestamp() * 1000
        ),  # when all of it is stored: a plan made before may lack it
        "answers": [
            {
                "sequence": item.sequence,
                "id": answer.id,
                "outcome": answer.outcome,
                "reason": not_taken(answer.reason),
            }
            for item, answer in zip(batch.items, answers, strict=True)
        ],
    }
    return Contact(body, taken)
