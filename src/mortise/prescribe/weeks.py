"""When each exercise was done, and how far each purpose is behind on its week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import NamedTuple

from mortise.prescribe.counters import WEEK_DAYS
from mortise.prescribe.kept import Kept
from mortise.prescribe.states import DoneSession
from mortise.protocol import Exercise, Stage


class Week:
    """When each exercise was done before the day that is decided about, so that the day's own log changes nothing."""

    def __init__(self, done: Sequence[DoneSession], as_of: date) -> None:
        """Look through what was done.

        Parameters
        ----------
        done : sequence of DoneSession
            In any order.
        as_of : date
            The day that is decided about.
        """
        self.as_of = as_of
        self._newest: dict[str, date] = {}
        self._days: dict[str, set[date]] = {}  # of the last seven days only
        first = as_of - timedelta(days=WEEK_DAYS - 1)
        for session in done:
            on = session.on
            if on >= as_of:
                continue
            is_recent = on >= first
            for item in session.items:
                if item.outcome != "skipped":
                    name = item.exercise
                    before = self._newest.get(name)
                    if before is None or on > before:
                        self._newest[name] = on
                    if is_recent:
                        self._days.setdefault(name, set()).add(on)

    def n_done(self, names: Iterable[str]) -> int:
        """Return on how many of the last seven days one of the exercises was done.

        Parameters
        ----------
        names : iterable of str
            Exercise ids.

        Returns
        -------
        int
            Days, today apart.
        """
        days = [self._days[name] for name in names if name in self._days]
        return len(days[0]) if len(days) == 1 else len(set().union(*days)) if days else 0

    def days_since(self, names: Iterable[str]) -> int | None:
        """Return how long ago one of the exercises was last done.

        Parameters
        ----------
        names : iterable of str
            Exercise ids.

        Returns
        -------
        int or None
            Days; None when none was ever done.
        """
        newest = [self._newest[name] for name in names if name in self._newest]
        return (self.as_of - max(newest)).days if newest else None


_weeks: Kept[dict[date, Week]] = Kept(8)


def week_of(done: Sequence[DoneSession], as_of: date) -> Week:
    """Return the week before a day, looked through once for as long as the same sessions are asked about.

    Parameters
    ----------
    done : sequence of DoneSession
        A tuple is remembered; a list, which could change, is looked through again.
    as_of : date
        The day that is decided about.

    Returns
    -------
    Week
        Never changed.
    """
    if not isinstance(done, tuple):
        return Week(done, as_of)
    weeks = _weeks.get((done,), dict)
    if as_of not in weeks:
        weeks[as_of] = Week(done, as_of)
    return weeks[as_of]


class Arrears(NamedTuple):
    """How far a purpose is behind on its week: how often its exercises were done, of what they need at least."""

    n_least: int
    n_done: int

    @property
    def n_lacking(self) -> int:
        """Times still lacking."""
        return max(0, self.n_least - self.n_done)

    @property
    def level(self) -> int:
        """The lacking share in tenths, rounded up: three of three weigh more than five of seven."""
        return -(-10 * self.n_lacking // self.n_least) if self.n_least else 0


def family_of(exercise: Exercise, library: Mapping[str, Exercise], own: Set[str]) -> frozenset[str]:
    """Return an exercise and what stands in for it: they share one place in the week, unless it has its own.

    Parameters
    ----------
    exercise : Exercise
        The exercise of the slot.
    library : mapping of str to Exercise
        Where stand-ins are found.
    own : set of str
        The exercises that have a slot.

    Returns
    -------
    frozenset of str
        Exercise ids.
    """
    seen = {exercise.id}
    one = library.get(exercise.instead) if exercise.instead else None
    while one is not None and one.id not in seen | own:
        seen.add(one.id)
        one = library.get(one.instead) if one.instead else None
    return frozenset(seen)


def families_of(stage: Stage, library: Mapping[str, Exercise]) -> dict[str, frozenset[str]]:
    """Return the family of each slot of a stage (`family_of`), by exercise.

    Parameters
    ----------
    stage : Stage
        Its slots.
    library : mapping of str to Exercise
        Where stand-ins are found; an exercise that is not in it is a family of its own.

    Returns
    -------
    dict
        Kept while stage and library are the same: not to be changed.
    """
    return _families.get((stage, library), lambda: _make_families(stage, library))


def _make_families(stage: Stage, library: Mapping[str, Exercise]) -> dict[str, frozenset[str]]:
    own = {slot.exercise for slot in stage.slots}
    return {
        name: family_of(library[name], library, own) if name in library else frozenset((name,))
        for name in own
    }


_families: Kept[dict[str, frozenset[str]]] = Kept(64)


def n_sessions_of(stage: Stage) -> int:
    """Return how many sessions a week a stage needs (`Stage.n_sessions_per_week`), worked out once for each stage.

    Parameters
    ----------
    stage : Stage
        The stage.

    Returns
    -------
    int
        Kept while the stage is the same.
    """
    return _n_sessions.get((stage,), lambda: stage.n_sessions_per_week)


_n_sessions: Kept[int] = Kept(64)


def behind(
    stage: Stage, exercises: Mapping[str, Exercise], done: Sequence[DoneSession], as_of: date
) -> dict[str, Arrears]:
    """Return how far each purpose of the stage is behind on its week.

    Parameters
    ----------
    stage, exercises, done, as_of
        As in `todays_session`.

    Returns
    -------
    dict
        Purpose to arrears: the minima of its slots together, and how often in the last seven days their exercises were
        done, each at most as often as it needs. One without a minimum counts whenever it was done, as it is done in
        another's place; a purpose of such slots alone is never behind.
    """
    week = week_of(done, as_of)
    families = families_of(stage, exercises)
    least: dict[str, int] = {}
    n_done: dict[str, int] = {}
    for slot in stage.slots:
        if slot.exercise in exercises:
            n = week.n_done(families[slot.exercise])
            least[slot.purpose] = least.get(slot.purpose, 0) + slot.n_per_week
            n_done[slot.purpose] = n_done.get(slot.purpose, 0) + (
                min(n, slot.n_per_week) if slot.n_per_week else n
            )
    return {purpose: Arrears(n, min(n, n_done[purpose])) for purpose, n in least.items()}
