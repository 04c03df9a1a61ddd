"""What a day permits: every exercise of the stage either with the dose it may have today, or with why it may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from mortise.prescribe.ladders import FULL_PCT, at_share, ladder_slots, stand_in
from mortise.prescribe.solve import Option
from mortise.prescribe.states import DoneSession, DoseState
from mortise.protocol import Constraint, DoseStep, Exercise, Slot, Stage, Tag
from mortise.record import LeftOut
from mortise.terms import Load

WEEK_DAYS = 7
LONG_AGO_DAYS = 14
EASE_PCT = Decimal(70)  # the upper end of LOAD-23: a lighter day takes away at least 30 percent
REST_PCT = Decimal(50)
N_MOST_AT_REST = 2

# A day of rest leaves free movement without load: open chain and nothing else, and never for strength.
LOADING_TAGS = frozenset(Tag) - {Tag.OPEN_CHAIN}
GENTLE_PURPOSES = frozenset({"mobility", "flexibility", "swelling", "activation", "comfort", "sensation"})


class Limits(NamedTuple):
    """All constraints of the day as one: every entry a minimum or a union, so order does not matter."""

    load: Load
    pct: Decimal
    seconds: int | None
    n_contacts: int | None
    without_tags: frozenset[str]
    without_exercises: frozenset[str]


class Candidate(NamedTuple):
    """A permitted exercise: for which slot, at which rung, and how long ago it was done."""

    slot: Slot
    exercise: Exercise
    usual_step: int
    step: int
    dose: DoseStep
    n_done_week: int
    days_since: int | None

    @property
    def seconds(self) -> Decimal:
        """How long it takes, both sides counted."""
        return self.dose.seconds(n_sides(self.exercise))

    def option(self) -> Option:
        """Return what the solver needs to know."""
        since = LONG_AGO_DAYS if self.days_since is None else min(self.days_since, LONG_AGO_DAYS)
        return Option(
            self.exercise.id, self.slot.purpose, int(self.seconds.to_integral_value(rounding=ROUND_CEILING)),
            self.dose.n_contacts, since,
            self.slot.n_per_week if self.n_done_week < self.slot.n_per_week else 0, frozenset(self.exercise.not_with),
        )  # fmt: skip


def n_sides(exercise: Exercise) -> int:
    """Return how many sides an exercise is done on.

    Parameters
    ----------
    exercise : Exercise
        Any.

    Returns
    -------
    int
        1 or 2.
    """
    return 2 if exercise.both_sides else 1


def limits_of(
    load: Load, constraints: Sequence[Constraint], stage: Stage, dose_pct: Decimal | None
) -> Limits:
    """Fold all constraints of a day into one.

    Parameters
    ----------
    load : Load
        As decided.
    constraints : sequence of Constraint
        In any order.
    stage : Stage
        Its own tags and minutes hold whether or not they stand among the constraints.
    dose_pct : Decimal or None
        A bound from a break.

    Returns
    -------
    Limits
        The tightest of everything. A lighter load brings its own share: 70 percent on an easy day, 50 on a day of rest.
    """
    load = min(
        [load, *(one.load_at_most for one in constraints if one.load_at_most)], key=lambda one: one.tightness
    )
    shares = [one.dose_at_most_pct for one in constraints if one.dose_at_most_pct is not None]
    shares += [{Load.EASE: EASE_PCT, Load.REST: REST_PCT}.get(load, FULL_PCT)]
    shares += [] if dose_pct is None else [dose_pct]
    minutes = [Decimal(stage.minutes_at_most)]
    minutes += [one.minutes_at_most for one in constraints if one.minutes_at_most is not None]
    contacts = [one.n_contacts_at_most for one in constraints if one.n_contacts_at_most is not None]
    tags = {tag for one in constraints for tag in one.without_tags} | set(stage.without_tags) | {Tag.MANUAL}
    return Limits(
        load=load,
        pct=max(min(shares), Decimal(0)),
        seconds=int(min(minutes) * 60),
        n_contacts=min(contacts) if contacts else None,
        without_tags=frozenset(tags | LOADING_TAGS) if load is Load.REST else frozenset(tags),
        without_exercises=frozenset(name for one in constraints for name in one.without_exercises),
    )


class Permitted(NamedTuple):
    """The exercises that the day permits, and those it does not with the reason."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


def permitted(
    stage: Stage,
    exercises: Mapping[str, Exercise],
    states: Mapping[str, DoseState],
    done: Sequence[DoneSession],
    as_of: date,
    limits: Limits,
    equipment: frozenset[str] | None,
) -> Permitted:
    """Sort the exercises of the stage into those permitted today, with their dose, and those left out.

    Parameters
    ----------
    stage, exercises, states, done, as_of
        As in `todays_session`.
    limits : Limits
        Every constraint of the day.
    equipment : frozenset of str or None
        What is at hand; None: everything.

    Returns
    -------
    Permitted
        Tighter limits never permit another exercise nor a higher dose.
    """
    week = _Week(done, as_of)
    slots = ladder_slots(stage, exercises)
    own = {slot.exercise for slot in stage.slots}
    found: dict[str, Candidate] = {}
    left_out: list[LeftOut] = []
    for slot in sorted(stage.slots, key=lambda one: one.exercise):
        exercise = exercises.get(slot.exercise)
        if exercise is None:
            continue
        one = stand_in(exercise, equipment, exercises)
        refusal = _refusal(exercise, one, own | set(found), slot, week, limits)
        if one is None or refusal is not None:
            left_out.append(refusal or _without_equipment(exercise))
            continue
        usual = _usual_step(slots[one.id], states.get(one.id))
        step, dose = at_share(one, usual, limits.pct)
        family = _family(exercise, exercises, own)
        found[one.id] = Candidate(slot, one, usual, step, dose, week.n_done(family), week.days_since(family))
    return Permitted(tuple(found.values()), tuple(left_out))


def _usual_step(slot: Slot, state: DoseState | None) -> int:
    return slot.first_step if state is None else state.keep_step


def _refusal(
    exercise: Exercise, one: Exercise | None, taken: set[str], slot: Slot, week: _Week, limits: Limits
) -> LeftOut | None:
    """Return why the slot gives nothing today, or None."""
    if one is None:
        return _without_equipment(exercise)
    if one is not exercise and one.id in taken:
        return _left_out(
            exercise, f"Needs {', '.join(exercise.needs)}; {one.name} would stand in and has a place of its own.",
            "You would need equipment for this one, and what would replace it is in your programme anyway.",
            "today.equipment",
        )  # fmt: skip
    if one.id in limits.without_exercises or exercise.id in limits.without_exercises:
        return _left_out(exercise, "Withheld today.", "Not today.", "")  # the session names the constraint
    if limits.load is Load.REST and slot.purpose not in GENTLE_PURPOSES:
        return _left_out(exercise, "Loaded work rests today.", "Today is a day of rest for this one.", "")
    tags = sorted(limits.without_tags & set(one.tags))
    if tags:
        return _left_out(exercise, f"Withheld today: {', '.join(tags)}.", "Not today.", "")
    since = week.days_since(_ids(exercise, one))
    if since is not None and since - 1 < slot.rest_days:
        return _left_out(
            exercise, f"Needs {slot.rest_days} d between sessions; last done {since} d ago.",
            "This one rests today; it comes again in a day or two.", "slot.rest_days",
        )  # fmt: skip
    return None


def _ids(*exercises: Exercise) -> frozenset[str]:
    return frozenset(one.id for one in exercises)


def _without_equipment(exercise: Exercise) -> LeftOut:
    return _left_out(
        exercise, f"Needs {', '.join(exercise.needs)}; nothing stands in for it.",
        "You do not have what this one needs today.", "today.equipment",
    )  # fmt: skip


def _left_out(exercise: Exercise, reason: str, reason_patient: str, constraint: str) -> LeftOut:
    return LeftOut(
        exercise=exercise.id,
        name=exercise.name,
        reason=reason,
        reason_patient=reason_patient,
        constraint=constraint,
    )


def _family(exercise: Exercise, library: Mapping[str, Exercise], own: set[str]) -> frozenset[str]:
    """Return an exercise and what stands in for it: they share one place in the week, unless it has its own."""
    seen = {exercise.id}
    one = library.get(exercise.instead) if exercise.instead else None
    while one is not None and one.id not in seen | own:
        seen.add(one.id)
        one = library.get(one.instead) if one.instead else None
    return frozenset(seen)


class _Week:
    """When each exercise was done before the day that is decided about, so that the day's own log changes nothing."""

    def __init__(self, done: Sequence[DoneSession], as_of: date) -> None:
        self.as_of = as_of
        self.days: dict[str, set[date]] = {}
        for session in done:
            if session.on < as_of:
                for item in session.items:
                    if item.outcome != "skipped":
                        self.days.setdefault(item.exercise, set()).add(session.on)

    def on_days(self, names: frozenset[str]) -> set[date]:
        return set().union(*(self.days.get(name, set()) for name in names))

    def n_done(self, names: frozenset[str]) -> int:
        return sum((self.as_of - on).days < WEEK_DAYS for on in self.on_days(names))

    def days_since(self, names: frozenset[str]) -> int | None:
        days = self.on_days(names)
        return (self.as_of - max(days)).days if days else None


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
    week = _Week(done, as_of)
    own = {slot.exercise for slot in stage.slots}
    least: dict[str, int] = {}
    n_done: dict[str, int] = {}
    for slot in stage.slots:
        if slot.exercise in exercises:
            n = week.n_done(_family(exercises[slot.exercise], exercises, own))
            least[slot.purpose] = least.get(slot.purpose, 0) + slot.n_per_week
            n_done[slot.purpose] = n_done.get(slot.purpose, 0) + (
                min(n, slot.n_per_week) if slot.n_per_week else n
            )
    return {purpose: Arrears(n, min(n, n_done[purpose])) for purpose, n in least.items()}
