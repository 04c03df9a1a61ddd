"""What a day permits: every exercise of the stage either with the dose it may have today, or with why it may not."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from mortise.prescribe.counters import (
    COUNTERS,
    NOTHING,
    Counted,
    Left,
    Uses,
    lefts_of,
    uses_of,
    why_no_more,
)
from mortise.prescribe.kept import Kept
from mortise.prescribe.ladders import FULL_PCT, at_share, ladder_slots, n_sides, stand_in
from mortise.prescribe.solve import Option
from mortise.prescribe.states import DoneSession, DoseState
from mortise.prescribe.weeks import Week, families_of, week_of
from mortise.protocol import Constraint, Counter, DoseStep, Exercise, Slot, Stage, Tag
from mortise.record import LeftOut
from mortise.terms import Load

LONG_AGO_DAYS = 14
EASE_PCT = Decimal(70)  # the upper end of LOAD-23: a lighter day takes away at least 30 percent
REST_PCT = Decimal(50)
N_MOST_AT_REST = 2
HOLDING = ("phase.", "plan.expired")  # constraints of a plan that is not for building up
SHORTEST_PCT = Decimal(50)  # a dose is cut to no less than this to stay under a ceiling; else it waits

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
    left: tuple[Left | None, ...] = ()  # of each counter
    is_holding: bool = False  # a season, a tournament, keeping: what is known is held

    @property
    def is_lighter(self) -> bool:
        """Whether the day is lighter than usual, be it for its load or for its share of every dose."""
        return self.load in (Load.EASE, Load.REST) or self.pct < FULL_PCT


class Candidate(NamedTuple):
    """A permitted exercise: for which slot, at which rung, and how long ago it was done."""

    slot: Slot
    exercise: Exercise
    usual_step: int
    step: int
    dose: DoseStep
    n_done_week: int
    days_since: int | None
    pct_at_most: Decimal = FULL_PCT  # of the dose, so that it stays under every ceiling
    ceiling: str = ""  # the constraint that says so
    serves_goal: bool = False
    is_new: bool = False  # never done before, in no stage

    @property
    def seconds(self) -> Decimal:
        """How long it takes, both sides counted."""
        return self.dose.seconds(n_sides(self.exercise))

    @property
    def uses(self) -> Uses:
        """What it takes of each counter."""
        return _lasting.get((self.exercise, self.dose), self._lasting).uses

    def option(self) -> Option:
        """Return what the solver needs to know."""
        since = LONG_AGO_DAYS if self.days_since is None else min(self.days_since, LONG_AGO_DAYS)
        lasting = _lasting.get((self.exercise, self.dose), self._lasting)
        return Option(
            self.exercise.id, self.slot.purpose, lasting.seconds, self.dose.n_contacts, since,
            self.slot.n_per_week if self.n_done_week < self.slot.n_per_week else 0, lasting.not_with, lasting.uses,
            self.serves_goal,
        )  # fmt: skip

    def _lasting(self) -> _Lasting:
        seconds = int(self.seconds.to_integral_value(rounding=ROUND_CEILING))
        return _Lasting(seconds, frozenset(self.exercise.not_with), uses_of(self.exercise, self.dose))


class _Lasting(NamedTuple):
    """What an option says of an exercise at one dose, whatever the day."""

    seconds: int
    not_with: frozenset[str]
    uses: Uses


_lasting: Kept[_Lasting] = Kept(4096)
_in_order: Kept[tuple[Slot, ...]] = Kept(64)  # the slots of a stage by exercise


def limits_of(
    load: Load,
    constraints: Sequence[Constraint],
    stage: Stage,
    dose_pct: Decimal | None,
    before: Uses = NOTHING,
    beside: Counted = Counted(),  # noqa: B008 - immutable
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
    before : Uses
        What the six days before took of each counter (`counted_before`).
    beside : Counted
        What the other ankle's programme takes of each counter.

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
        left=lefts_of(constraints, before, beside),
        is_holding=any(one.id.startswith(HOLDING) for one in constraints),
    )


def preferred(candidates: Sequence[Candidate], limits: Limits) -> Sequence[Candidate]:
    """Return what a day is made of as long as that is enough.

    Parameters
    ----------
    candidates : sequence of Candidate
        All that the day permits.
    limits : Limits
        Of the day.

    Returns
    -------
    sequence of Candidate
        On an ordinary day all of them; on a lighter one, by its load, what was done before. On the way back after a
        break and in weeks that hold what there is, what was done before, and of a purpose of which nothing was ever
        done yet all: who comes rarely would else do the first four exercises for ever.
    """
    if not (limits.is_lighter or limits.is_holding):
        return candidates
    known = [one for one in candidates if not one.is_new]
    if limits.load in (Load.EASE, Load.REST):
        return known
    purposes = {one.slot.purpose for one in known}
    return [one for one in candidates if not one.is_new or one.slot.purpose not in purposes]


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
    goal_purposes: frozenset[str] = frozenset(),
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
    goal_purposes : frozenset of str
        What the patient's goals ask for.

    Returns
    -------
    Permitted
        Tighter limits never permit another exercise nor a higher dose.

    Notes
    -----
    A dose that would break a ceiling by itself is cut to what the ceiling leaves, at least to half; below that the
    exercise waits.
    """
    week = week_of(done, as_of)
    slots = ladder_slots(stage, exercises)
    families = families_of(stage, exercises)
    in_order = _in_order.get((stage,), lambda: tuple(sorted(stage.slots, key=lambda one: one.exercise)))
    own = families.keys()
    found: dict[str, Candidate] = {}
    left_out: list[LeftOut] = []
    for slot in in_order:
        exercise = exercises.get(slot.exercise)
        if exercise is None:
            continue
        one = stand_in(exercise, equipment, exercises)
        refusal = _refusal(exercise, one, (own, found), slot, week, limits)
        if one is None or refusal is not None:
            left_out.append(refusal or _without_equipment(exercise))
            continue
        usual = _usual_step(slots[one.id], states.get(one.id))
        step, dose = at_share(one, usual, limits.pct)
        family = families[slot.exercise]
        candidate = Candidate(
            slot, one, usual, step, dose, week.n_done(family), week.days_since(family),
            serves_goal=slot.purpose in goal_purposes, is_new=week.days_since((one.id,)) is None,
        )  # fmt: skip
        fitting = _under_ceilings(candidate, limits)
        if isinstance(fitting, Candidate):
            found[one.id] = fitting
        else:
            left_out.append(fitting)
    return Permitted(tuple(found.values()), tuple(left_out))


def _under_ceilings(candidate: Candidate, limits: Limits) -> Candidate | LeftOut:
    """Cut a dose that alone would break a ceiling, or say why it waits."""
    over = over_ceiling(candidate, limits.left)
    if over is None:
        return candidate
    uses = uses_of(candidate.exercise, candidate.exercise.dose_steps[candidate.usual_step])
    pct = min(
        Decimal(100 * left.amount // use)
        for use, left in zip(uses, limits.left, strict=True)
        if left is not None and use > left.amount
    )
    if pct >= SHORTEST_PCT:
        step, dose = at_share(candidate.exercise, candidate.usual_step, min(pct, limits.pct))
        cut = candidate._replace(step=step, dose=dose, pct_at_most=pct, ceiling=over[1].constraint)
        if over_ceiling(cut, limits.left) is None:
            return cut
    reason, reason_patient = why_no_more(*over)
    return _left_out(candidate.exercise, reason, reason_patient, over[1].constraint)


def over_ceiling(
    candidate: Candidate, left: Sequence[Left | None], others: Sequence[Candidate] = ()
) -> tuple[Counter, Left] | None:
    """Return the ceiling that an exercise would break, beside others that are done today.

    Parameters
    ----------
    candidate : Candidate
        The exercise at its dose.
    left : sequence of Left or None
        What the day holds of each counter.
    others : sequence of Candidate
        What is in the session already.

    Returns
    -------
    tuple or None
        The counter with the least left of it; None when there is room.
    """
    own = candidate.uses
    if not any(own):
        return None
    taken = NOTHING
    for one in others:
        taken = taken.plus(one.uses)
    broken = [
        (counter, one)
        for counter, one, use, there in zip(COUNTERS, left, own, taken, strict=False)
        if one is not None and use and use + there > one.amount
    ]
    return min(broken, key=lambda pair: pair[1], default=None)


def _usual_step(slot: Slot, state: DoseState | None) -> int:
    return slot.first_step if state is None else state.keep_step


def _refusal(
    exercise: Exercise,
    one: Exercise | None,
    taken: Sequence[Container[str]],
    slot: Slot,
    week: Week,
    limits: Limits,
) -> LeftOut | None:
    """Return why the slot gives nothing today, or None."""
    if one is None:
        return _without_equipment(exercise)
    if one is not exercise and any(one.id in there for there in taken):
        return _left_out(
            exercise, f"Needs {', '.join(exercise.needs)}; {one.name} would stand in and has a place of its own.",
            "You would need equipment for this one, and what would replace it is in your programme anyway.",
            "today.equipment",
        )  # fmt: skip
    if one.id in limits.without_exercises or exercise.id in limits.without_exercises:
        return _left_out(exercise, "Withheld today.", "Not today.", "")  # the session names the constraint
    if limits.load is Load.REST and slot.purpose not in GENTLE_PURPOSES:
        return _left_out(exercise, "Loaded work rests today.", "Today is a day of rest for this one.", "")
    if not limits.without_tags.isdisjoint(one.tags):
        tags = sorted(limits.without_tags & set(one.tags))
        return _left_out(exercise, f"Withheld today: {', '.join(tags)}.", "Not today.", "")
    since = week.days_since((exercise.id, one.id)) if slot.rest_days else None
    if since is not None and since - 1 < slot.rest_days:
        return _left_out(
            exercise, f"Needs {slot.rest_days} d between sessions; last done {since} d ago.",
            "This one rests today; it comes again in a day or two.", "slot.rest_days",
        )  # fmt: skip
    return None


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
