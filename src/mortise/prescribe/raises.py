"""Which raises may be tried today: the one that has waited longest first, within what a week may add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal

from mortise.prescribe.ladders import ladder_slots, work_s
from mortise.prescribe.states import DoneSession, DoseState
from mortise.protocol import Exercise, Slot, Stage

RAISE_PER_WEEK_PCT = Decimal(20)  # LOAD-24
DAYS_PER_CHANGE = 7  # one change a week: LOAD-24, clinic default
DAYS_ALONE = 5  # a raise that has waited as long may be tried beside another one


def raises_due(
    stage: Stage,
    exercises: Mapping[str, Exercise],
    states: Mapping[str, DoseState],
    done: Sequence[DoneSession],
    as_of: date,
    today: Iterable[str] = (),
) -> tuple[str, ...]:
    """Return the exercises that may try the raise they have earned, the one that has waited longest first.

    Parameters
    ----------
    stage, exercises, states, done, as_of
        As in `todays_session`.
    today : iterable of str
        The exercises that are done today.

    Returns
    -------
    tuple of str
        Exercise ids. Whoever asks lets one of them try, so that one thing changes at a time (`has_waited`).

    Notes
    -----
    1. In the queue stands every exercise whose raise waits, if it is done today or was in the last seven days, and its
       own last raise is at least seven days back: in the order in which the raises were earned, of equals the one done
       more rarely first, those without a weekly minimum behind the others. One that is withheld or left alone for a
       week steps out of the queue, so that it holds up nobody; so does one of which less than its usual dose was done
       the last time, until it has been done whole again: nobody goes from a lighter day straight to a raise.
    2. All raises of seven days together add at most 20 percent to the week's planned work, every dose of every
       exercise counting alike: seconds of walking and of a stretch are not the same work and are never summed. The
       first in the queue keeps its share until it has had its turn, so that small raises never starve a large one:
       while it does not fit, nobody passes.
    3. The first in the queue passes whatever it adds when nothing was raised for seven days. So it waits for seven
       days at most, and until it is next done.

    References
    ----------
    LOAD-24
    """
    slots = ladder_slots(stage, exercises)
    own = {slot.exercise for slot in stage.slots}
    at_most = RAISE_PER_WEEK_PCT / 100 * sum(_n_a_week(slot) for name, slot in slots.items() if name in own)
    recent = [
        _share(slots[name], exercises[name], state.before_step, state.keep_step)
        for name, state in states.items()
        if name in slots and state.before_step is not None and _is_recent(state, as_of)
    ]
    queue = [
        (name, _share(slots[name], exercises[name], states[name].keep_step, states[name].step))
        for name in _queue(slots, states, _active(done, as_of).union(today), as_of)
    ]
    kept = sum(recent, Decimal(0))  # for what was raised, and for the first in the queue
    due: list[str] = []
    for place, (name, share) in enumerate(queue):
        if kept + share <= at_most or (not place and not recent):
            due.append(name)
        kept += 0 if place else share
    return tuple(due)


def has_waited(state: DoseState, as_of: date) -> bool:
    """Tell whether a raise has waited five days, so that it may be tried beside another one.

    Parameters
    ----------
    state : DoseState
        Where the exercise stands.
    as_of : date
        The day that is decided about.

    Returns
    -------
    bool
        False when none waits.
    """
    since = state.since_on
    return state.is_raise_waiting and since is not None and (as_of - since).days >= DAYS_ALONE


def _queue(
    slots: Mapping[str, Slot], states: Mapping[str, DoseState], active: Set[str], as_of: date
) -> list[str]:
    """Return the exercises whose raise waits: those with a weekly minimum first, then the one that earned it first."""
    waiting = [
        (not slots[name].n_per_week, state.since_on or date.min, slots[name].n_per_week, name)
        for name, state in states.items()
        if name in slots
        and name in active
        and state.is_raise_waiting
        and not state.was_less
        and not _is_recent(state, as_of)
    ]
    return [name for *_, name in sorted(waiting)]


def _active(done: Sequence[DoneSession], as_of: date) -> set[str]:
    """Return the exercises done in the last seven days, today apart."""
    return {
        item.exercise
        for session in done
        if 0 < (as_of - session.on).days <= DAYS_PER_CHANGE
        for item in session.items
        if item.outcome != "skipped"
    }


def _is_recent(state: DoseState, as_of: date) -> bool:
    """Whether a raise of this exercise was first done in the last seven days."""
    return state.tried_on is not None and 0 <= (as_of - state.tried_on).days < DAYS_PER_CHANGE


def _n_a_week(slot: Slot) -> int:
    """Return how often a week an exercise counts; one without a minimum is done about once."""
    return max(1, slot.n_per_week)


def _share(slot: Slot, exercise: Exercise, before: int, after: int) -> Decimal:
    """Return what a raise adds to the week, in doses of the exercise as it was."""
    ladder = exercise.dose_steps
    rise = work_s(ladder[after]) / work_s(ladder[before]) - 1
    return _n_a_week(slot) * max(Decimal(0), rise)
