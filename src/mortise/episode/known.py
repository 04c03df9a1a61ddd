"""Which facts are known on a day: corrections withdraw, doubles count once, later days are not there yet."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from operator import attrgetter

from mortise.record import Correction, Fact, SessionLog
from mortise.terms import Origin

_by_day = attrgetter("on", "id")


class Known:
    """The facts that count on a day, in an order that does not depend on how those of one day arrived.

    Attributes
    ----------
    facts : tuple of Fact
        Dated up to the day, each id once, none withdrawn; by date, then id.
    ahead : tuple of Fact
        Dated after the day although captured or received by then: a clock was wrong. They never count as values.
    """

    __slots__ = ("ahead", "facts")

    def __init__(self, facts: tuple[Fact, ...], ahead: tuple[Fact, ...]) -> None:
        self.facts = facts
        self.ahead = ahead


def known_on(facts: Iterable[Fact], as_of: date) -> Known:
    """Sort out which facts count on `as_of`.

    Parameters
    ----------
    facts : iterable of Fact
        The record, in the order received.
    as_of : date
        The day.

    Returns
    -------
    Known
        Facts of later days are left out. One of them that carries an instant showing that it was already there by
        `as_of` is future-dated.
    """
    by_id: dict[str, Fact] = {}
    ahead: list[Fact] = []
    for fact in facts:
        if fact.id in by_id:
            continue
        if fact.on <= as_of and _told_on(fact) <= as_of:
            by_id[fact.id] = fact
        elif fact.on > as_of and _is_there(fact, as_of):
            ahead.append(fact)
    withdrawn = _withdrawn(by_id)
    counted = sorted((fact for fact in by_id.values() if fact.id not in withdrawn), key=_by_day)
    return Known(tuple(counted), tuple(one for one in sorted(ahead, key=_by_day) if one.id not in withdrawn))


class KnownSoFar:
    """The facts that count, growing from day to day as long as what arrives simply follows."""

    def __init__(self) -> None:
        """Start with none."""
        self.known = Known((), ())
        self._facts: list[Fact] = []
        self._ids: set[str] = set()
        self._corrected: set[str] = set()
        self._can_follow = False

    def start(self, received: Sequence[Fact], as_of: date) -> None:
        """Sort out everything received.

        Parameters
        ----------
        received : sequence of Fact
            In the order received.
        as_of : date
            The day.
        """
        self.known = known_on(received, as_of)
        self._facts = list(self.known.facts)
        self._ids = {fact.id for fact in received}
        self._corrected = {fact.corrects for fact in received if isinstance(fact, Correction)}
        # What waits for its day, or lies ahead of it, has to be looked at again on every later one.
        is_waiting = any(fact.on > as_of or _told_on(fact) > as_of for fact in received)
        self._can_follow = not is_waiting and not self.known.ahead

    def following(self, new: Sequence[Fact], as_of: date) -> tuple[Fact, ...] | None:
        """Take in what was received since, when nothing known before is touched by it.

        Parameters
        ----------
        new : sequence of Fact
            In the order received.
        as_of : date
            The day, no earlier than the last.

        Returns
        -------
        tuple of Fact or None
            The new facts in the order in which they count; None when everything has to be sorted out again.
        """
        if not self._can_follow:
            return None
        last_on = self._facts[-1].on if self._facts else date.min
        fresh: dict[str, Fact] = {}  # sent again is nothing new: of each id the first counts
        for fact in new:
            if fact.id in self._ids or fact.id in fresh:
                continue
            is_next = last_on <= fact.on <= as_of and _told_on(fact) <= as_of
            if not is_next or fact.id in self._corrected or isinstance(fact, Correction):
                return None
            fresh[fact.id] = fact
        if not fresh:
            return ()
        self._ids.update(fresh)
        ordered = sorted(fresh.values(), key=_by_day)
        if ordered[0].on > last_on:
            self._facts += ordered
        else:
            for fact in ordered:
                insort(self._facts, fact, key=_by_day)
        self.known = Known(tuple(self._facts), ())
        return tuple(ordered)


def _told_on(fact: Fact) -> date:
    if isinstance(fact, SessionLog) and fact.logged_on is not None:
        return fact.logged_on
    return fact.on


def _is_there(fact: Fact, as_of: date) -> bool:
    instants = [instant for instant in (fact.captured_at, fact.received_at) if instant is not None]
    return any(instant.date() <= as_of for instant in instants)


def is_a_clinicians(fact: Fact) -> bool:
    """Whether a fact may loosen: made by a clinician here, or taken over from where a clinician made it.

    Parameters
    ----------
    fact : Fact
        A correction, stage entry, plan or response; from a phone, a sensor or the engine none of these may loosen.

    Returns
    -------
    bool
        By its origin.
    """
    return fact.origin in (Origin.CLINICIAN, Origin.IMPORTED)


def _withdrawn(by_id: dict[str, Fact]) -> set[str]:
    """Return the ids that corrections withdraw; a correction that is itself withdrawn withdraws nothing.

    Those that nothing corrects stand; what they correct is withdrawn, which may let others stand. Corrections in a
    circle never come to stand and withdraw nothing, in whatever order they came.
    """
    corrects = {
        fact.id: fact.corrects
        for fact in by_id.values()
        if isinstance(fact, Correction) and is_a_clinicians(fact)
    }
    n_against = Counter(corrects.values())
    withdrawn: set[str] = set()
    standing = [one for one in corrects if not n_against[one]]
    while standing:
        about = corrects[standing.pop()]
        if about in withdrawn:
            continue
        withdrawn.add(about)
        freed = corrects.get(about)  # a correction that is withdrawn no longer speaks against its fact
        if freed is not None:
            n_against[freed] -= 1
            if not n_against[freed] and freed in corrects and freed not in withdrawn:
                standing.append(freed)
    return withdrawn
