"""The real engine in the loop: episode, decide and prescribe as they ship, one day after the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from mortise.episode import Story
from mortise.episode.fold import ENGINE, Content, Folded, Folder
from mortise.episode.receipts import made_record
from mortise.protocol import Circumstances
from mortise.record import DecisionInputs, DecisionRecord, Fact, PatientRecord, Session
from mortise.record.records import Episode, Person

ORDINARY = Circumstances()


class Day(NamedTuple):
    """What the engine said on one day."""

    on: date
    folded: Folded
    session: Session | None  # None: nobody asked for it


class Engine:
    """One episode under one policy. Of the decisions those that step back are kept as facts, as a clinic keeps them.

    The other receipts change nothing that is decided later (a test holds this against `episode.Diary`, which keeps
    them all), and hashing them would take longer than deciding.
    """

    def __init__(self, person: Person, episode: Episode, content: Content) -> None:
        """Start with no facts.

        Parameters
        ----------
        person : Person
            The patient.
        episode : Episode
            Which ankle, under which protocol.
        content : Content
            A policy, or what the catalogue loaded.
        """
        self._content = content
        self._record = PatientRecord(person=person, episode=episode)
        self._folder = Folder(person, episode, content)

    @property
    def record(self) -> PatientRecord:
        """The person and the episode; the facts are the folder's."""
        return self._record

    def take(self, facts: Iterable[Fact]) -> None:
        """Take in facts in the order received.

        Parameters
        ----------
        facts : iterable of Fact
            Any.
        """
        self._folder.take(facts)

    def day(self, on: date, circumstances: Circumstances = ORDINARY, *, asks: bool = True) -> Day:
        """Decide a day and, when the patient asks for it, solve the session.

        Parameters
        ----------
        on : date
            The day.
        circumstances : Circumstances
            The day as it is.
        asks : bool
            Whether today's session is wanted.

        Returns
        -------
        Day
            A step back is taken in as a fact already.
        """
        folded = after = self._folder.fold(on, circumstances, _nothing_known)
        if folded.decision.steps_back_to is not None:
            self._folder.take((self._receipt(folded, circumstances),))
            after = self._folder.fold(on, circumstances, _nothing_known)  # the session is of the easier stage
        if not asks:
            return Day(on, folded, None)
        return Day(on, folded, Story(self._record, self._content, circumstances, after).session)

    def _receipt(self, folded: Folded, circumstances: Circumstances) -> DecisionRecord:
        inputs = DecisionInputs(as_of=folded.as_of, facts=(), facts_hash="", protocol=folded.decision.protocol,
                                engine=ENGINE, circumstances=circumstances)  # fmt: skip
        return made_record(self._record.episode.id, inputs, folded.decision, by="engine")


def _nothing_known(_: str) -> frozenset[str]:
    return frozenset()
