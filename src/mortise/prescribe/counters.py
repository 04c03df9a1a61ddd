"""Four counters of what a week puts on the ankle, and how much of each the day still holds under its ceiling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from operator import add
from typing import NamedTuple

from msgspec import UNSET, Struct

from mortise.prescribe.ladders import ladder_slots
from mortise.prescribe.states import DoneSession
from mortise.protocol import Ceiling, Constraint, Counter, DoseStep, Exercise, Protocol, Stage, Tag
from mortise.record import ExerciseLog

WEEK_DAYS = 7
COUNTERS = tuple(Counter)
SECONDS_PER_MINUTE = 60
N_SESSIONS_A_WEEK_LEAST = 3  # a day's ceiling is a third of the week's: clinic default
MORE_THAN_MINIMA = Decimal("1.2")  # LOAD-24: a fifth more than planned
_END_RANGE = {
    Counter.END_RANGE_DORSIFLEXION: Tag.END_RANGE_DORSIFLEXION,
    Counter.END_RANGE_PLANTARFLEXION: Tag.END_RANGE_PLANTARFLEXION,
}
_COUNTED = frozenset({*_END_RANGE.values(), Tag.IMPACT, Tag.WALKING})


class Uses(NamedTuple):
    """What something takes of each counter, in the order of `Counter`: whole seconds, rounded up, and contacts."""

    end_range_dorsiflexion_s: int
    end_range_plantarflexion_s: int
    n_impact_contacts: int
    walking_running_s: int

    def plus(self, other: Uses) -> Uses:
        """Return both together."""
        return Uses(*map(add, self, other))


NOTHING = Uses(0, 0, 0, 0)


class Counted(NamedTuple):
    """What counts already: in the seven days that end today, and on the last of them."""

    week: Uses = NOTHING
    on_day: Uses = NOTHING


class Left(NamedTuple):
    """What a day still holds of one counter, and by which constraint: seconds or contacts."""

    amount: int
    constraint: str
    at_most: Decimal  # minutes or contacts, as it was set
    n_counted: int  # of it
    is_weekly: bool


def uses_of(exercise: Exercise, dose: DoseStep) -> Uses:
    """Return what one dose takes of each counter.

    Parameters
    ----------
    exercise : Exercise
        For its tags.
    dose : DoseStep
        As planned; rests are no work.

    Returns
    -------
    Uses
        Of the treated ankle: sides are not summed, as the other side is the other ankle's.
    """
    if not dose.run_s and _COUNTED.isdisjoint(exercise.tags):
        return NOTHING
    return _uses(exercise, dose, dose.n_sets, dose.n_reps)


def _uses(exercise: Exercise, dose: DoseStep, n_sets: int, n_reps: int) -> Uses:
    tags = exercise.tags
    work_s = n_sets * (dose.duration_s + n_reps * (dose.up_s + dose.hold_s + dose.down_s))
    moving_s = n_sets * (dose.run_s + dose.walk_s)
    if Tag.WALKING in tags:
        moving_s = max(moving_s, work_s)
    return Uses(
        _whole(work_s) if Tag.END_RANGE_DORSIFLEXION in tags else 0,
        _whole(work_s) if Tag.END_RANGE_PLANTARFLEXION in tags else 0,
        dose.contacts_done(n_sets, n_reps) if Tag.IMPACT in tags else 0,
        _whole(moving_s),
    )


def _whole(seconds: Decimal) -> int:
    return int(seconds.to_integral_value(rounding=ROUND_CEILING)) if seconds else 0


def uses_of_logs(items: Iterable[ExerciseLog], exercises: Mapping[str, Exercise]) -> Uses:
    """Return what logged work took of each counter.

    Parameters
    ----------
    items : iterable of ExerciseLog
        Skipped work counts for nothing; work at a rung that the ladder lacks counts as its highest.
    exercises : mapping of str to Exercise
        The library; work that is not in it cannot be counted.

    Returns
    -------
    Uses
        Together.
    """
    total = NOTHING
    for item in items:
        exercise = exercises.get(item.exercise)
        if exercise is not None and item.outcome != "skipped":
            ladder = exercise.dose_steps
            dose = ladder[item.dose_step] if 0 <= item.dose_step < len(ladder) else ladder[-1]
            if item.duration_s is not UNSET:
                dose = dose.lasting(item.duration_s)
            n_sets = dose.n_sets if item.n_sets is None else item.n_sets
            n_reps = dose.n_reps if item.n_reps is None else item.n_reps
            total = total.plus(_uses(exercise, dose, n_sets, n_reps))
    return total


def counted_before(done: Sequence[DoneSession], exercises: Mapping[str, Exercise], as_of: date) -> Uses:
    """Return what the six days before `as_of` took of each counter.

    Parameters
    ----------
    done : sequence of DoneSession
        Every session ever logged, in any order. The day's own are left out: they are what is being planned.
    exercises : mapping of str to Exercise
        The library.
    as_of : date
        The day that is decided about.

    Returns
    -------
    Uses
        Work counts on the day it was done, however late it was told.
    """
    total = NOTHING
    first = as_of - timedelta(days=WEEK_DAYS - 1)
    for session in done:
        if first <= session.on < as_of:
            total = total.plus(uses_of_logs(session.items, exercises))
    return total


def lefts_of(
    constraints: Iterable[Constraint],
    before: Uses,
    beside: Counted = Counted(),  # noqa: B008 - immutable
) -> tuple[Left | None, ...]:
    """Return what the day still holds of each counter.

    Parameters
    ----------
    constraints : iterable of Constraint
        In any order.
    before : Uses
        Of the six days before (`counted_before`).
    beside : Counted
        What the other ankle's programme did in the week, and did or plans today.

    Returns
    -------
    tuple
        For each counter, in the order of `Counter`, the tightest of all ceilings; None where there is none.
    """
    found: list[Left | None] = [None] * len(COUNTERS)
    for one in constraints:
        for ceiling in one.ceilings or ():
            place = COUNTERS.index(ceiling.counter)
            week = before[place] + beside.week[place]
            for at_most, n_counted, is_weekly in (
                (ceiling.per_week, week, True),
                (ceiling.per_day, beside.on_day[place], False),
            ):
                if at_most is not None:
                    left = _left(ceiling.counter, one.id, at_most, n_counted, is_weekly=is_weekly)
                    best = found[place]
                    found[place] = left if best is None else min(best, left)
    return tuple(found)


def _left(counter: Counter, name: str, at_most: Decimal, n_counted: int, *, is_weekly: bool) -> Left:
    whole = int(at_most) if counter is Counter.IMPACT_CONTACTS else int(at_most * SECONDS_PER_MINUTE)
    return Left(max(0, whole - n_counted), name, at_most, n_counted, is_weekly)


class CounterLine(Struct, frozen=True, kw_only=True):
    """One counter as people see it: minutes with one decimal, or contacts. `constraint` is the tightest ceiling."""

    counter: Counter
    words: str
    words_patient: str
    counted_week: Decimal  # six days before and, of the other ankle, today
    planned: Decimal  # today's session
    per_week: Decimal | None
    per_day: Decimal | None
    constraint: str
    reason: str


def counter_lines(
    constraints: Sequence[Constraint], before: Uses, beside: Counted, planned: Uses
) -> tuple[CounterLine, ...]:
    """Return the counters for people: what counts, what today's session adds, and the tightest ceilings.

    Parameters
    ----------
    constraints : sequence of Constraint
        Those that hold.
    before : Uses
        Of the six days before.
    beside : Counted
        Of the other ankle's programme.
    planned : Uses
        Of today's session.

    Returns
    -------
    tuple of CounterLine
        Counters that are touched or have a ceiling, in the order of `Counter`.
    """
    found = []
    for place, counter in enumerate(COUNTERS):
        ceilings = [(c, one) for one in constraints for c in one.ceilings or () if c.counter is counter]
        week = before[place] + beside.week[place]
        if not (ceilings or week or planned[place]):
            continue
        per_week = min((c.per_week for c, _ in ceilings if c.per_week is not None), default=None)
        tightest = next((one for c, one in ceilings if c.per_week == per_week), None)
        words, patient = COUNTER_WORDS[counter]
        found.append(CounterLine(
            counter=counter, words=words, words_patient=patient, counted_week=_told(counter, week),
            planned=_told(counter, planned[place]), per_week=per_week,
            per_day=min((c.per_day for c, _ in ceilings if c.per_day is not None), default=None),
            constraint="" if tightest is None else tightest.id, reason="" if tightest is None else tightest.reason,
        ))  # fmt: skip
    return tuple(found)


def _told(counter: Counter, amount: int) -> Decimal:
    if counter is Counter.IMPACT_CONTACTS:
        return Decimal(amount)
    return (Decimal(amount) / SECONDS_PER_MINUTE).quantize(Decimal("0.1"))


def ceilings_of(
    protocol: Protocol, stage: Stage, exercises: Mapping[str, Exercise]
) -> tuple[Constraint, ...]:
    """Return the ceilings of a stage: those entered for it, and one for every other counter that the stage touches.

    Parameters
    ----------
    protocol : Protocol
        Its subtype says which end of range provokes (`ForbiddenPosition.without_tags`).
    stage : Stage
        Whose exercises and weekly minima.
    exercises : mapping of str to Exercise
        The library.

    Returns
    -------
    tuple of Constraint
        Ordered by counter.

    Notes
    -----
    1. What a protocol enters for the stage holds. A counter for which nothing is entered (an exercise that a plan adds
       may touch one) has a ceiling worked out from the stage.
    2. Worked out, the week's ceiling is what the stage's own weekly minima come to at the highest step each slot
       allows, and a fifth more; for the end of range that provokes this subtype nothing more. It is never less than the
       largest single dose of the stage, so that no exercise is shut out for good, and the minima always fit.
    3. The day's ceiling is a third of the week's, or the largest single dose where that is more.
    4. All are clinic defaults. A ceiling that a clinician sets besides holds as well, and the tighter wins.

    References
    ----------
    LOAD-24
    """
    provoking = {tag for one in protocol.forbidden for tag in one.without_tags}
    slots = ladder_slots(stage, exercises)
    own = {slot.exercise: slot.n_per_week for slot in stage.slots}
    tops = {
        name: uses_of(exercises[name], exercises[name].dose_steps[slot.last_step])
        for name, slot in slots.items()
    }
    entered = {one.counter: one for one in stage.ceilings}
    found = []
    for place, counter in enumerate(COUNTERS):
        if counter in entered:
            one = entered[counter]
            found.append(_ceiling(stage, counter, one.per_day, one.per_week, one.evidence))
            continue
        largest = max((top[place] for top in tops.values()), default=0)
        if largest:
            minima = sum(n * tops[name][place] for name, n in own.items() if name in tops)
            is_provoking = counter in _END_RANGE and _END_RANGE[counter].value in provoking
            week = max(largest, minima if is_provoking else int(minima * MORE_THAN_MINIMA))
            day = max(largest, week // N_SESSIONS_A_WEEK_LEAST)
            found.append(_ceiling(stage, counter, _shown(counter, day), _shown(counter, week), ("LOAD-24",)))
    return tuple(found)


def _shown(counter: Counter, amount: int) -> Decimal:
    """Return contacts, or whole minutes rounded up."""
    return Decimal(amount if counter is Counter.IMPACT_CONTACTS else -(-amount // SECONDS_PER_MINUTE))


COUNTER_WORDS = {
    Counter.END_RANGE_DORSIFLEXION: (
        "min of work at the end of dorsiflexion",
        "minutes of bending the ankle fully",
    ),
    Counter.END_RANGE_PLANTARFLEXION: (
        "min of work at the end of plantarflexion",
        "minutes of pointing the foot fully",
    ),
    Counter.IMPACT_CONTACTS: ("impact contacts", "landings"),
    Counter.WALKING_RUNNING: ("min of walking and running", "minutes of walking and running exercise"),
}


def _ceiling(
    stage: Stage, counter: Counter, per_day: Decimal, per_week: Decimal, evidence: tuple[str, ...]
) -> Constraint:
    words, patient = COUNTER_WORDS[counter]
    return Constraint(
        id=f"counter.{counter.value}", author="protocol",
        reason=f"Stage {stage.title}: at most {per_week} {words} in seven days, {per_day} on one (clinic default).",
        reason_patient=f"There is a limit to {patient} in a week.",
        ceilings=(Ceiling(counter=counter, per_day=per_day, per_week=per_week),), evidence=evidence,
    )  # fmt: skip


def ceiling_words(stage: Stage) -> str:
    """Say the ceilings entered for a stage, with what they rest on.

    Parameters
    ----------
    stage : Stage
        The stage.

    Returns
    -------
    str
        One sentence for a physiotherapist.
    """
    rows = ", ".join(dict.fromkeys(key for one in stage.ceilings for key in one.evidence))
    said = "; ".join(
        f"{COUNTER_WORDS[one.counter][0]}: {one.per_day} a day, {one.per_week} in seven days"
        for one in stage.ceilings
    )
    return f"At most (clinic default, {rows}): {said}."


def why_no_more(counter: Counter, left: Left) -> tuple[str, str]:
    """Say why an exercise does not fit under a ceiling.

    Parameters
    ----------
    counter : Counter
        Which.
    left : Left
        What is left of it.

    Returns
    -------
    tuple of str
        For a physiotherapist, for the patient.
    """
    words, patient = COUNTER_WORDS[counter]
    span = "seven days" if left.is_weekly else "a day"
    counted = (
        left.n_counted if counter is Counter.IMPACT_CONTACTS else f"{left.n_counted / SECONDS_PER_MINUTE:.1f}"
    )
    return (
        f"Would exceed {left.at_most} {words} in {span}; {counted} counted.",
        f"Enough {patient} {'this week' if left.is_weekly else 'today'}.",
    )
