"""Stored decisions made again, bit for bit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from mortise.episode.fold import ENGINE, Content, Folder
from mortise.episode.receipts import AFTER, digest, ids_known
from mortise.record import Decision, DecisionRecord, PatientRecord, ProtocolPin
from mortise.record.records import encode


class Difference(Struct, frozen=True, kw_only=True):
    """A stored decision that is not what its facts give today: what differs, as stored and as made again."""

    decision: str
    on: date
    what: str  # "missing facts", "changed facts", "protocol", "engine", "advice", "load", or another field
    stored: str
    found: str


def replay(record: PatientRecord, content: Content) -> tuple[Difference, ...]:
    """Make every stored decision again from the facts it knew, and list what differs.

    Parameters
    ----------
    record : PatientRecord
        With its stored decisions.
    content : Content
        Protocol, measures, exercises.

    Returns
    -------
    tuple of Difference
        Empty when every decision is the same to the last digit.
    """
    return tuple(difference for each in replays(record, content) for difference in each)


def replays(record: PatientRecord, content: Content) -> Iterator[tuple[Difference, ...]]:
    """Make every stored decision again, one by one, and yield what differs in each.

    Parameters
    ----------
    record : PatientRecord
        With its stored decisions.
    content : Content
        Protocol, measures, exercises.

    Yields
    ------
    tuple of Difference
        One tuple for each stored decision, in the order received; empty when it is the same.
    """
    again = _Again(record, content)
    for stored in record.facts:
        if isinstance(stored, DecisionRecord):
            yield tuple(again.differences(stored))


class _Again:
    """Makes stored decisions again in their order; one that knew what the last knew, and more, goes on from there."""

    def __init__(self, record: PatientRecord, content: Content) -> None:
        self._record, self._content = record, content
        self._decided = {fact.id: fact for fact in record.facts if isinstance(fact, DecisionRecord)}
        self._by_id = {fact.id: fact for fact in record.facts}
        self._expanded: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._last = ""  # the decision up to which facts were taken in
        self._folder = self._new_folder()
        self._whole = hashlib.sha256()

    def _new_folder(self) -> Folder:
        return Folder(self._record.person, self._record.episode, self._content)

    def _known_to(self, name: str) -> frozenset[str]:
        if name not in self._known:
            self._known[name] = frozenset(ids_known(self._decided, name, self._expanded))
        return self._known[name]

    def _take(self, stored: DecisionRecord) -> list[str]:
        """Take in what the decision knew; return the ids of facts that are not there."""
        ids: Sequence[str] = stored.inputs.facts
        if self._last and ids and ids[0] == f"{AFTER}{self._last}":
            ids = (self._last, *ids[1:])
        else:
            ids = ids_known(self._decided, stored.id, self._expanded)
            self._folder, self._whole = self._new_folder(), hashlib.sha256()
        self._last = ""
        missing = [name for name in ids if name not in self._by_id]
        if missing:
            return missing
        facts = [self._by_id[name] for name in ids]
        for fact in facts:
            self._whole.update(digest(fact))
        self._folder.take(facts)
        self._last = stored.id
        return []

    def differences(self, stored: DecisionRecord) -> Iterator[Difference]:
        """Make one decision again and yield what differs."""
        missing = self._take(stored)
        if missing:
            yield _difference(stored, "missing facts", "", ", ".join(missing))
            return
        inputs, whole = stored.inputs, self._whole.hexdigest()
        if whole != inputs.facts_hash:
            yield _difference(stored, "changed facts", inputs.facts_hash, whole)
        if stored.on != inputs.as_of:
            yield _difference(stored, "on", stored.on.isoformat(), inputs.as_of.isoformat())
        yield from self._pinned_differently(stored)
        as_stored = encode(stored.decision)
        stored_hash = hashlib.sha256(as_stored).hexdigest()
        if stored_hash != stored.output_hash:
            yield _difference(stored, "stored decision", stored.output_hash, stored_hash)
        made = self._folder.fold(inputs.as_of, inputs.circumstances, self._known_to).decision
        as_made = encode(made)
        is_same = as_made == as_stored and stored_hash == stored.output_hash
        if not is_same and hashlib.sha256(as_made).hexdigest() != stored.output_hash:
            yield from _fields_that_differ(stored, made)

    def _pinned_differently(self, stored: DecisionRecord) -> Iterator[Difference]:
        pin = stored.inputs.protocol
        now = self._content.protocol(pin.id)
        now_pin = ProtocolPin(id=now.id, version=now.version, hash=self._content.protocol_hash(now.id))
        if now_pin != pin:
            before, after = f"{pin.version} {pin.hash}", f"{now_pin.version} {now_pin.hash}"
            yield _difference(stored, "protocol", before, after)
        if stored.inputs.engine != ENGINE:
            yield _difference(stored, "engine", stored.inputs.engine, ENGINE)


def _fields_that_differ(stored: DecisionRecord, made: Decision) -> Iterator[Difference]:
    for name in Decision.__struct_fields__:
        before, after = getattr(stored.decision, name), getattr(made, name)
        if encode(before) != encode(after) and name != "protocol":
            yield _difference(stored, name, _text(before), _text(after))


def _text(value: object) -> str:
    return encode(value).decode()


def _difference(stored: DecisionRecord, what: str, before: str, after: str) -> Difference:
    return Difference(decision=stored.id, on=stored.on, what=what, stored=before, found=after)
