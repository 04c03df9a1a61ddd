"""The day as a small exact problem: which two to four of the permitted exercises, within time and contacts."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import attrgetter, itemgetter
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
    uses: tuple[
        int, ...
    ] = ()  # what it takes of each counter; shorter than the counters: nothing of the rest
    serves_goal: bool = False  # what the patient wants most

    @property
    def overdue(self) -> int:
        """How overdue it is: days since times how often a week; one that is not owed counts as a quarter of a time.

        One that serves the patient's goal counts a quarter of a time more.
        """
        return self.days_since * (max(1, 4 * self.n_per_week) + self.serves_goal)


class Room(NamedTuple):
    """How much a day holds. None: no limit."""

    n_least: int
    n_most: int
    seconds: int | None = None
    n_contacts: int | None = None
    left: tuple[int | None, ...] = ()  # of each counter, until its ceiling


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
    """Return the best choice that fits, exactly.

    Parameters
    ----------
    options : sequence of Option
        The permitted exercises, each id once, in any order.
    behind : mapping of str to int
        How far behind on its week each purpose is, as a level; 0: not at all.
    room : Room
        Number of exercises, time, contacts and counters.

    Returns
    -------
    tuple of Option
        In order of id; empty when nothing fits. Between choices of equal worth the one whose ids come first wins.

    Notes
    -----
    A depth-first search over choices in order of what they are worth, purpose by purpose. It leaves a branch when room
    or a pair that may not share a day forbids it, and when even the best that could still be added would be worth less
    than what has been found; the first thing found is what a greedy hand would take.
    """
    weight = {name: _arrears(behind, name) for name in {one.purpose for one in options}}
    keyed = [(-weight[one.purpose], one.purpose, -one.overdue, one.seconds, one.id, one) for one in options]
    keyed.sort(key=_by_worth)
    ordered = [one[-1] for one in keyed]
    chosen = _Search(ordered, weight, [-one[2] for one in keyed], room).best()
    return tuple(sorted((ordered[k] for k in chosen), key=attrgetter("id")))


_Worth = tuple[int, int, int, int, int]
_by_worth = itemgetter(0, 1, 2, 3, 4)


class _Search:
    """One day being solved: what each option is worth, what it takes, and the best found so far."""

    def __init__(
        self, ordered: Sequence[Option], weight: Mapping[str, int], overdue: list[int], room: Room
    ) -> None:
        self.n_options, self.n_least, self.n_most = len(ordered), room.n_least, room.n_most
        names = sorted({one.purpose for one in ordered})
        bit = {name: 1 << k for k, name in enumerate(names)}
        self.bits = [bit[one.purpose] for one in ordered]
        self.worths = [weight[one.purpose] for one in ordered]
        self.overdue = overdue
        self.seconds = [one.seconds for one in ordered]
        self.apart = _apart(ordered)
        self.takes, self.room = _binding(ordered, room)
        self._look_ahead()
        self.ids = [one.id for one in ordered]
        self.best_worth: _Worth = (0, 0, 0, 0, 0)
        self.chosen: tuple[int, ...] | None = ()
        self.names: list[str] = []  # ids of those chosen, in order: of equal worth the first wins

    def _look_ahead(self) -> None:
        """Work out for every place what the best `n` of the options from there on could bring at most.

        Where every option is overdue, who would be as overdue as the most has to take `n` of them, and so at least the
        seconds of the `n` shortest; else one alone may be as much.
        """
        n_most = self.n_most
        nothing = [0] * (n_most + 1)
        self.most_worth, self.most_overdue, self.least_seconds = [nothing], [nothing], [nothing]
        by_purpose: dict[int, int] = {}
        late: list[int] = []  # of the most overdue, as negative numbers, so that the list ascends
        short: list[int] = []
        is_all_late = min(self.overdue, default=0) > 0
        worth, overdue, seconds = (
            nothing,
            nothing,
            nothing,
        )  # rows of the tables: kept while nothing better comes
        for k in range(self.n_options - 1, -1, -1):
            if by_purpose.get(self.bits[k]) != self.worths[k]:
                by_purpose[self.bits[k]] = self.worths[k]
                worth = _sums(sorted(by_purpose.values(), reverse=True)[:n_most], n_most)
            if _is_among(late, -self.overdue[k], n_most):
                overdue = _sums([-one for one in late], n_most)
            if _is_among(short, self.seconds[k], n_most):
                seconds = _sums(short, n_most) if is_all_late else [0] + [short[0]] * n_most
            self.most_worth.append(worth)
            self.most_overdue.append(overdue)
            self.least_seconds.append(seconds)
        for table in (self.most_worth, self.most_overdue, self.least_seconds):
            table.reverse()

    def best(self) -> tuple[int, ...]:
        """Return the numbers of the options chosen."""
        self._take_greedily()
        if self.best_worth > (0, 0, 0, 0, 0):
            self.chosen = None  # of choices worth as much as the greedy one, the first by id is taken
        self._visit(0, (), 0, 0, 0, 0, 0, self.room)
        return self.chosen or ()

    def _take_greedily(self) -> None:
        spent = late = covered = worth = barred = 0
        left = self.room
        for n in range(1, self.n_most + 1):
            k = self._next_greedily(covered, barred, left)
            if k < 0:
                return
            worth += 0 if covered & self.bits[k] else self.worths[k]
            covered |= self.bits[k]
            spent, late, barred = (
                spent + self.seconds[k],
                late + self.overdue[k],
                barred | self.apart[k] | 1 << k,
            )
            left = self._less(k, left)
            made = (min(n, self.n_least), worth, late, covered.bit_count(), -spent)
            self.best_worth = max(self.best_worth, made)

    def _next_greedily(self, covered: int, barred: int, left: tuple[int, ...]) -> int:
        """Return the option that is worth most by itself beside what is covered already; -1 when none fits."""
        best, most = -1, (-1, 0, 0)
        for k, worth in enumerate(self.worths):
            if worth < most[0]:
                break  # those of more worth come first
            takes = self.takes[k]
            if barred >> k & 1 or (takes is not None and not self._fits(k, left)):
                continue
            made = (0 if covered & self.bits[k] else worth, self.overdue[k], -self.seconds[k])
            if made > most:
                best, most = k, made
        return best

    def _fits(self, k: int, left: tuple[int, ...]) -> bool:
        for one, there in zip(self.takes[k] or (), left, strict=False):  # noqa: SIM110 - half the time of `all`
            if one > there:
                return False
        return True

    def _less(self, k: int, left: tuple[int, ...]) -> tuple[int, ...]:
        takes = self.takes[k]
        return left if takes is None else tuple([b - a for a, b in zip(takes, left, strict=True)])

    def _visit(
        self, start: int, chosen: tuple[int, ...], spent: int, late: int, covered: int, worth: int, barred: int,
        left: tuple[int, ...],
    ) -> None:  # fmt: skip
        """Look at one choice, then at every one that goes on from it, in order of id."""
        n, n_purposes, n_least = len(chosen), covered.bit_count(), self.n_least
        made = (n if n < n_least else n_least, worth, late, n_purposes, -spent)
        if made >= self.best_worth:
            self._keep(made, chosen)
        n_free, n_options = self.n_most - n, self.n_options
        if not n_free:
            return
        for k in range(start, n_options):
            n_more = n_free if n_free < n_options - k else n_options - k
            n_then = n + n_more
            at_most = (
                n_then if n_then < n_least else n_least, worth + self.most_worth[k][n_more],
                late + self.most_overdue[k][n_more], n_purposes + n_more, -spent - self.least_seconds[k][n_more],
            )  # fmt: skip
            if at_most < self.best_worth:
                return  # and what comes later could bring no more
            takes = self.takes[k]
            if barred >> k & 1 or (takes is not None and not self._fits(k, left)):
                continue
            bit = self.bits[k]
            self._visit(
                k + 1, (*chosen, k), spent + self.seconds[k], late + self.overdue[k], covered | bit,
                worth if covered & bit else worth + self.worths[k], barred | self.apart[k],
                left if takes is None else self._less(k, left),
            )  # fmt: skip

    def _keep(self, made: _Worth, chosen: tuple[int, ...]) -> None:
        """Keep what is worth more, or of equal worth the one whose ids come first."""
        names = sorted(self.ids[k] for k in chosen)
        if made > self.best_worth or self.chosen is None or names < self.names:
            self.best_worth, self.chosen, self.names = made, chosen, names


def _is_among(least: list[int], value: int, n_most: int) -> bool:
    """Put a value among the `n_most` least, in their order; False when it is none of them."""
    if len(least) >= n_most:
        if not least or value >= least[-1]:
            return False
        least.pop()
    insort(least, value)
    return True


def _sums(values: Sequence[int], n_most: int) -> list[int]:
    """Return what the first 0, 1, ... `n_most` values come to, most first."""
    found = list(accumulate(values[:n_most], initial=0))
    return found + [found[-1]] * (n_most + 1 - len(found))


def _apart(ordered: Sequence[Option]) -> list[int]:
    """Return for each option, as bits, those that may not share a day with it."""
    place = {one.id: k for k, one in enumerate(ordered)}
    found = [0] * len(ordered)
    for k, one in enumerate(ordered):
        for name in one.not_with:
            other = place.get(name)
            if other is not None and other != k:
                found[k] |= 1 << other
                found[other] |= 1 << k
    return found


def _binding(ordered: Sequence[Option], room: Room) -> tuple[list[tuple[int, ...] | None], tuple[int, ...]]:
    """Return what each option takes of each limit that could bind at all, and those limits.

    A limit that even the largest options together keep is left out. None: the option takes nothing of any.
    """
    amounts = [_amounts(one, len(room.left)) for one in ordered]
    limits = (room.seconds, room.n_contacts, *room.left)
    kept: list[tuple[int, int]] = []
    for n, limit in enumerate(limits):
        if (
            limit is not None
            and sum(sorted([one[n] for one in amounts], reverse=True)[: room.n_most]) > limit
        ):
            kept.append((n, limit))
    takes = [tuple([one[n] for n, _ in kept]) for one in amounts]
    return [one if any(one) else None for one in takes], tuple([limit for _, limit in kept])


def _amounts(option: Option, n_counters: int) -> tuple[int, ...]:
    uses = option.uses[:n_counters]
    return (option.seconds, option.n_contacts, *uses, *([0] * (n_counters - len(uses))))


def fits(option: Option, chosen: Sequence[Option], room: Room) -> bool:
    """Tell whether an exercise fits beside those already chosen, the number of exercises apart.

    Parameters
    ----------
    option : Option
        The one to be added.
    chosen : sequence of Option
        Those already there.
    room : Room
        Time, contacts and counters.

    Returns
    -------
    bool
        False also when a pair may not share a day.
    """
    if room.seconds is not None and option.seconds + sum(one.seconds for one in chosen) > room.seconds:
        return False
    if any(
        left is not None and sum(_amounts(one, len(room.left))[2 + n] for one in (option, *chosen)) > left
        for n, left in enumerate(room.left)
    ):
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
