"""Stored decisions made again, bit for bit, each under the version of the protocol it was made under."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from mortise.episode.fold import ENGINE, Content, Folder
from mortise.episode.receipts import AFTER, digest, ids_known
from mortise.errors import ContentError
from mortise.record import Decision, DecisionRecord, Fact, PatientRecord, ProtocolPin
from mortise.record.records import encode
from mortise.record.sealed import SealedHistory, SealedRecord

NOT_AT_HAND = "cannot be replayed: version not at hand"
OTHER_ENGINE = "engine"  # what is said of a decision that another engine made: never claimed to be the same
Stored = DecisionRecord | SealedRecord
VersionAt = Callable[[ProtocolPin], Content | None]


class Difference(Struct, frozen=True, kw_only=True):
    """A stored decision that is not what its facts give today: what differs, as stored and as made again.

    `what` is `engine` for a decision that another engine made. That engine is not here to be asked: the present one
    makes the decision, and every field that comes out otherwise is a difference of its own. With none, it is the same
    in all but the name, which is not the same to the last digit.
    """

    decision: str
    on: date
    what: str  # "version", "missing facts", "changed facts", "engine", "advice", "load", or another field
    stored: str
    found: str


def replay(
    record: PatientRecord | SealedHistory, content: Content, version_at: VersionAt | None = None
) -> tuple[Difference, ...]:
    """Make every stored decision again from the facts it knew, and list what differs.

    Parameters
    ----------
    record : PatientRecord or SealedHistory
        With its stored decisions; sealed ones are opened only where they differ.
    content : Content
        Protocol, measures, exercises as they are now.
    version_at : callable, optional
        From the pin of a decision to the content it was made under, None when that is not at hand. Without it, only
        what was made under the protocol as it is now can be made again.

    Returns
    -------
    tuple of Difference
        Empty when every decision is the same to the last digit.
    """
    return tuple(difference for each in replays(record, content, version_at) for difference in each)


def replays(
    record: PatientRecord | SealedHistory, content: Content, version_at: VersionAt | None = None
) -> Iterator[tuple[Difference, ...]]:
    """Make every stored decision again, one by one, and yield what differs in each.

    Parameters
    ----------
    record : PatientRecord or SealedHistory
        With its stored decisions; sealed ones are opened only where they differ.
    content, version_at
        As in `replay`.

    Yields
    ------
    tuple of Difference
        One tuple for each stored decision, in the order received; empty when it is the same. A decision whose version
        is not at hand is told as such, never passed over: its `what` is `version`.
    """
    again = _Again(record, version_at or _only(content))
    for stored in record.facts:
        if isinstance(stored, _STORED):
            yield tuple(again.differences(stored))


_STORED = (DecisionRecord, SealedRecord)


def _only(content: Content) -> VersionAt:
    """Return the versions at hand when there is only what is installed."""

    def version_at(pin: ProtocolPin) -> Content | None:
        try:
            return content if content.protocol_hash(pin.id) == pin.hash else None
        except ContentError:  # a protocol that is no longer installed
            return None

    return version_at


class _Again:
    """Makes the stored decisions of a record again, those of each version of the protocol apart."""

    def __init__(self, record: PatientRecord | SealedHistory, version_at: VersionAt) -> None:
        self._record, self._version_at = record, version_at
        self.decided: dict[str, Stored] = {one.id: one for one in record.facts if isinstance(one, _STORED)}
        self.names = frozenset(one.id for one in record.facts)
        self._by_id: dict[str, Fact] = {
            one.id: one for one in record.facts if not isinstance(one, SealedRecord)
        }
        self._expanded: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, frozenset[str]] = {}
        self._under: dict[str, _Under | None] = {}

    def fact(self, name: str) -> Fact:
        """Return a fact of the record; a sealed decision is opened."""
        found = self._by_id.get(name)
        if found is None:
            sealed = self.decided[name]
            found = self._by_id[name] = sealed.opened() if isinstance(sealed, SealedRecord) else sealed
        return found

    def confirm(self, stored: Stored, made: Decision) -> None:
        """Take what was made for what a sealed decision holds, once the bytes of both are the same."""
        if isinstance(stored, SealedRecord):
            self._by_id[stored.id] = stored.with_decision(made)

    def known_to(self, name: str) -> frozenset[str]:
        """Return the ids of the facts that a decision knew."""
        if name not in self._known:
            self._known[name] = frozenset(self.ids_of(name))
        return self._known[name]

    def ids_of(self, name: str) -> tuple[str, ...]:
        """Return the same in order."""
        return ids_known(self.decided, name, self._expanded)

    def differences(self, stored: Stored) -> Iterator[Difference]:
        """Make one decision again and yield what differs."""
        pin = stored.inputs.protocol
        if pin.hash not in self._under:
            content = self._version_at(pin)
            self._under[pin.hash] = None if content is None else _Under(self, self._record, content)
        under = self._under[pin.hash]
        if under is None:
            yield _difference(stored, "version", f"{pin.id} {pin.version} {pin.hash}", NOT_AT_HAND)
        else:
            yield from under.differences(stored)


class _Under:
    """Makes the decisions of one version in their order; one that knew what the last knew goes on from it."""

    def __init__(self, again: _Again, record: PatientRecord | SealedHistory, content: Content) -> None:
        self._again, self._record, self._content = again, record, content
        self._last = ""  # the decision up to which facts were taken in
        self._start_anew()

    def _start_anew(self) -> None:
        self._folder = Folder(self._record.person, self._record.episode, self._content)
        self._whole = hashlib.sha256()

    def _take(self, stored: Stored) -> list[str]:
        """Take in what the decision knew; return the ids of facts that are not there."""
        ids: Sequence[str] = stored.inputs.facts
        if self._last and ids and ids[0] == f"{AFTER}{self._last}":
            ids = (self._last, *ids[1:])
        else:
            ids = self._again.ids_of(stored.id)
            self._start_anew()
        self._last = ""
        missing = [name for name in ids if name not in self._again.names]
        if missing:
            return missing
        facts = [self._again.fact(name) for name in ids]
        for fact in facts:
            self._whole.update(digest(fact))
        self._folder.take(facts)
        self._last = stored.id
        return []

    def differences(self, stored: Stored) -> Iterator[Difference]:
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
        is_other_engine = inputs.engine != ENGINE
        if is_other_engine:
            yield _difference(stored, OTHER_ENGINE, inputs.engine, ENGINE)
        as_stored, stored_hash = self._as_stored(stored)
        if stored_hash != stored.output_hash:
            yield _difference(stored, "stored decision", stored.output_hash, stored_hash)
        made = self._folder.fold(inputs.as_of, inputs.circumstances, self._again.known_to).decision
        if is_other_engine:  # its own name is said above; every other field that differs is listed
            made = replace(made, engine=self._opened(stored).decision.engine)
        as_made = encode(made)
        is_same = as_made == as_stored and stored_hash == stored.output_hash
        if is_same and not is_other_engine:
            self._again.confirm(stored, made)
        elif not is_same and hashlib.sha256(as_made).hexdigest() != stored.output_hash:
            yield from _fields_that_differ(self._opened(stored), made)

    def _opened(self, stored: Stored) -> DecisionRecord:
        found = self._again.fact(stored.id)
        assert isinstance(found, DecisionRecord)
        return found

    def _as_stored(self, stored: Stored) -> tuple[bytes, str]:
        """Return the canonical JSON of a stored decision and its hash: the stored bytes, where they are canonical."""
        if isinstance(stored, SealedRecord):
            as_stored = bytes(stored.decision)
            found = hashlib.sha256(as_stored).hexdigest()
            if found == stored.output_hash:
                return as_stored, found
        as_stored = encode(self._opened(stored).decision)
        return as_stored, hashlib.sha256(as_stored).hexdigest()


def _fields_that_differ(stored: DecisionRecord, made: Decision) -> Iterator[Difference]:
    for name in Decision.__struct_fields__:
        before, after = getattr(stored.decision, name), getattr(made, name)
        if encode(before) != encode(after) and name != "protocol":
            yield _difference(stored, name, _text(before), _text(after))


def _text(value: object) -> str:
    return encode(value).decode()


def _difference(stored: Stored, what: str, before: str, after: str) -> Difference:
    return Difference(decision=stored.id, on=stored.on, what=what, stored=before, found=after)
