"""An episode decided day after day, every decision kept as a receipt: what the engine does for a patient who stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from mortise.episode.fold import ENGINE, Content, Folded, Folder
from mortise.episode.receipts import AFTER, digest, ids_known, made_record
from mortise.protocol import Circumstances
from mortise.record import DecisionInputs, DecisionRecord, Fact
from mortise.record.records import Episode, Person


class Diary:
    """Takes in facts as they come and decides days in their order; one day costs the same in the first and last week.

    Its receipts are those that `decision_record` would make of the same facts, as long as every fact is dated no later
    than the day that is decided; so they replay.

    Attributes
    ----------
    facts : list of Fact
        Everything taken in and decided, in order: the record as it would be stored.
    folded : Folded or None
        What the newest decision rests on.
    """

    def __init__(self, person: Person, episode: Episode, content: Content) -> None:
        """Start with no facts.

        Parameters
        ----------
        person, episode, content
            As in `Folder`.
        """
        self.facts: list[Fact] = []
        self.folded: Folded | None = None
        self._episode, self._content = episode, content
        self._folder = Folder(person, episode, content)
        self._decided: dict[str, DecisionRecord] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        self._since: list[str] = []  # ids since the newest decision
        self._newest: DecisionRecord | None = None
        self._whole = hashlib.sha256()

    def take(self, facts: Iterable[Fact]) -> None:
        """Take in facts in the order received.

        Parameters
        ----------
        facts : iterable of Fact
            Each with an id of its own; none of them a decision of this diary, which it takes in by itself.
        """
        for fact in facts:
            self._put(fact)
            self._since.append(fact.id)

    def _put(self, fact: Fact) -> None:
        self.facts.append(fact)
        self._folder.take((fact,))
        self._whole.update(digest(fact))

    def decide(
        self,
        as_of: date,
        circumstances: Circumstances = Circumstances(),  # noqa: B008 - frozen
        *,
        by: str = "engine",
    ) -> DecisionRecord:
        """Decide a day and keep the receipt.

        Parameters
        ----------
        as_of : date
            The day; no earlier than any fact taken in.
        circumstances : Circumstances
            The day as it is.
        by : str
            Who asked.

        Returns
        -------
        DecisionRecord
            Taken in as a fact already. Asked twice with nothing new in between, the same one.
        """
        newest = self._newest
        if newest is not None and not self._since:
            last = newest.inputs
            if (last.as_of, last.circumstances) == (as_of, circumstances):
                return newest
        folded = self._folder.fold(as_of, circumstances, self._known_to)
        inputs = DecisionInputs(
            as_of=as_of, facts=tuple(self._since) if newest is None else (f"{AFTER}{newest.id}", *self._since),
            facts_hash=self._whole.hexdigest(), protocol=folded.decision.protocol, engine=ENGINE,
            circumstances=circumstances,
        )  # fmt: skip
        made = made_record(self._episode.id, inputs, folded.decision, by=by)
        self.folded, self._newest, self._since = folded, made, []
        self._decided[made.id] = made
        self._put(made)
        return made

    def _known_to(self, name: str) -> frozenset[str]:
        return frozenset(ids_known(self._decided, name, self._known))
