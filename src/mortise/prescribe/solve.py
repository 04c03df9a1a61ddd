"""The day as a small exact problem: which two to four of the permitted exercises, within time and contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple


class Option(NamedTuple):
    """One permitted exercise at the dose it would have today.

    `days_since` is how long ago it was done (14 when longer or never), `n_per_week` its weekly minimum while that is
    not reached, else 0; `not_with` names exercises that may not share a day with it, in either direction.
    """

    id: str
    purpose: str
    seconds: int
    n_contacts: int
    days_since: int
    n_per_week: int
    not_with: frozenset[str] = frozenset()

    @property
    def overdue(self) -> int:
        """How overdue it is: days since times how often a week; one that is not owed counts as a quarter of a time."""
        return self.days_since * max(1, 4 * self.n_per_week)


class Room(NamedTuple):
    """How much a day holds. None: no limit."""

    n_least: int
    n_most: int
    seconds: int | None = None
    n_contacts: int | None = None


class Goal(NamedTuple):
    """What a choice is worth, compared from left to right: more is better in every place.

    `n_towards_least` counts exercises up to the least number of an ordinary day; `behind` counts the purposes covered,
    those most behind on their week first (a digit for each level of arrears); `overdue` sums how overdue the exercises
    are, so that each reaches its own minimum; `n_purposes` is variety; `less_seconds` is minus the time it takes.
    """

    n_towards_least: int
    behind: int
    overdue: int
    n_purposes: int
    less_seconds: int


def goal_of(chosen: Sequence[Option], behind: Mapping[str, int], n_least: int) -> Goal:
    """Return what a choice is worth.

    Parameters
    ----------
    chosen : sequence of Option
        The exercises chosen.
    behind : mapping of str to int
        How far behind on its week each purpose is, as a level; 0: not at all.
    n_least : int
        The fewest exercises of an ordinary day.

    Returns
    -------
    Goal
        Goals compare as tuples do.
    """
    purposes = {option.purpose for option in chosen}
    return Goal(
        min(len(chosen), n_least),
        sum(_arrears(behind, purpose) for purpose in purposes),
        sum(option.overdue for option in chosen),
        len(purposes),
        -sum(option.seconds for option in chosen),
    )


def _arrears(behind: Mapping[str, int], purpose: str) -> int:
    """Return the weight of a purpose: one purpose at a higher level outweighs all purposes of lower levels."""
    level = behind.get(purpose, 0)
    return (len(behind) + 1) ** (level - 1) if level > 0 else 0


def choose(options: Sequence[Option], behind: Mapping[str, int], room: Room) -> tuple[Option, ...]:
    """Return the best choice that fits, found by trying every one.

    Parameters
    ----------
    options : sequence of Option
        The permitted exercises, each id once, in any order.
    behind : mapping of str to int
        How far behind on its week each purpose is, as a level; 0: not at all.
    room : Room
        Number of exercises, time and contacts.

    Returns
    -------
    tuple of Option
        In order of id; empty when nothing fits. Between choices of equal worth the one whose ids come first wins.

    Notes
    -----
    A depth-first search over choices in order of id that leaves a branch as soon as time, contacts or a pair that may
    not share a day forbids it. Ten options and four exercises are at most 385 choices. The same question is answered
    from memory: a phone's envelope and a check of the content ask it many times over.
    """
    ordered = tuple(sorted(options, key=lambda option: option.id))
    return _best(ordered, tuple(sorted(behind.items())), room)


@lru_cache(maxsize=1024)
def _best(ordered: tuple[Option, ...], levels: tuple[tuple[str, int], ...], room: Room) -> tuple[Option, ...]:
    """Return the best choice from options in order of id."""
    behind = dict(levels)
    bits = {purpose: 1 << k for k, purpose in enumerate(sorted({option.purpose for option in ordered}))}
    overdue = [option.overdue for option in ordered]
    worth = {bits[purpose]: _arrears(behind, purpose) for purpose in bits}
    apart = [
        sum(1 << k for k, other in enumerate(ordered) if other is not one and is_apart(one, other))
        for one in ordered
    ]
    n_ordered, (n_least, n_most, seconds, n_contacts) = len(ordered), room
    best_goal: tuple[int, ...] = (0, 0, 0, 0, 0)
    best: tuple[int, ...] = ()
    # start, chosen, seconds, contacts, how overdue, purposes covered, their worth, who may not join any more
    stack: list[tuple[int, tuple[int, ...], int, int, int, int, int, int]] = [(0, (), 0, 0, 0, 0, 0, 0)]
    while stack:
        start, chosen, spent, landed, late, covered, arrears, barred = stack.pop()
        goal = (min(len(chosen), n_least), arrears, late, covered.bit_count(), -spent)
        if goal > best_goal:
            best_goal, best = goal, chosen
        if len(chosen) == n_most:
            continue
        for k in range(n_ordered - 1, start - 1, -1):  # popped in order of id
            one = ordered[k]
            if barred >> k & 1 or (seconds is not None and spent + one.seconds > seconds):
                continue
            if n_contacts is not None and landed + one.n_contacts > n_contacts:
                continue
            bit = bits[one.purpose]
            stack.append((
                k + 1, (*chosen, k), spent + one.seconds, landed + one.n_contacts, late + overdue[k],
                covered | bit, arrears if covered & bit else arrears + worth[bit], barred | apart[k],
            ))  # fmt: skip
    return tuple(ordered[k] for k in best)


def fits(option: Option, chosen: Sequence[Option], room: Room) -> bool:
    """Tell whether an exercise fits beside those already chosen, the number of exercises apart.

    Parameters
    ----------
    option : Option
        The one to be added.
    chosen : sequence of Option
        Those already there.
    room : Room
        Time and contacts.

    Returns
    -------
    bool
        False also when a pair may not share a day.
    """
    if room.seconds is not None and option.seconds + sum(one.seconds for one in chosen) > room.seconds:
        return False
    if (
        room.n_contacts is not None
        and option.n_contacts + sum(one.n_contacts for one in chosen) > room.n_contacts
    ):
        return False
    return not any(is_apart(option, one) for one in chosen)


def is_apart(one: Option, other: Option) -> bool:
    """Tell whether two exercises may not share a day.

    Parameters
    ----------
    one, other : Option
        In either order.

    Returns
    -------
    bool
        True when either names the other.
    """
    return other.id in one.not_with or one.id in other.not_with
