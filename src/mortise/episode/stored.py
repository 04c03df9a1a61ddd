"""One record as a store hands it out, replayed by whichever process takes it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from mortise.episode.replays import Difference, replay
from mortise.record.records import Episode, Person, encode
from mortise.record.sealed import SealedHistory, SealedRecord, decode_sealed_facts

if TYPE_CHECKING:
    from mortise.catalog.versions import Versions


class _Who(Struct, frozen=True):
    person: Person
    episode: Episode


class Stored(NamedTuple):
    """A record in what one process can hand to another.

    Attributes
    ----------
    who : bytes
        Person and episode (`who_in`).
    facts : str
        JSON list of the facts in the order received, as they were stored.
    folder : str
        Where versions of protocols are kept.
    """

    who: bytes
    facts: str
    folder: str


class Replayed(NamedTuple):
    """What became of the stored decisions of one episode."""

    episode: str
    n_decisions: int
    differences: tuple[Difference, ...]


def who_in(person: Person, episode: Episode) -> bytes:
    """Return person and episode as JSON.

    Parameters
    ----------
    person : Person
        The patient.
    episode : Episode
        The ankle.

    Returns
    -------
    bytes
        For `Stored`.
    """
    return encode(_Who(person, episode))


def replay_stored(stored: Stored) -> Replayed:
    """Make the stored decisions of one record again, each under the version it was made under.

    Parameters
    ----------
    stored : Stored
        The record.

    Returns
    -------
    Replayed
        What differs, and of how many.
    """
    who = msgspec.json.decode(stored.who, type=_Who)
    record = SealedHistory(person=who.person, episode=who.episode, facts=decode_sealed_facts(stored.facts))
    n_decisions = sum(isinstance(one, SealedRecord) for one in record.facts)
    at_hand = _at_hand(stored.folder)
    return Replayed(who.episode.id, n_decisions, replay(record, at_hand.content, at_hand.at))


@lru_cache(maxsize=1)  # each process reads a version once
def _at_hand(folder: str) -> Versions:
    from mortise import catalog
    from mortise.catalog.versions import Versions

    return Versions(catalog.load(), [Path(folder)])
