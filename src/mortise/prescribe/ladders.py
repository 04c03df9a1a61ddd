"""Arithmetic on the dose ladder: the work of a dose, the steps a stage allows, and a dose at a share of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from msgspec.structs import replace

from mortise.prescribe.kept import Kept
from mortise.protocol import DoseStep, Exercise, Slot, Stage

# Wall, floor and a chair to hold are always there (`Exercise.needs`).
ALWAYS_THERE = frozenset({"wall", "floor", "chair"})
# What one repetition counts for where an exercise prescribes neither tempo nor duration.
UNTIMED_REPETITION_S = Decimal(3)
FULL_PCT = Decimal(100)
GRID_S = Decimal(5)  # a shortened duration is a multiple of this, where it is at least twice as long


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


def work_s(dose: DoseStep) -> Decimal:
    """Return the seconds of work in a dose for one side, rests left out.

    Parameters
    ----------
    dose : DoseStep
        A rung of a ladder.

    Returns
    -------
    Decimal
        Sets times duration, or times repetitions and tempo. It orders doses of one exercise, nothing else.
    """
    tempo_s = dose.up_s + dose.hold_s + dose.down_s
    if not tempo_s and not dose.duration_s:
        tempo_s = UNTIMED_REPETITION_S
    return dose.n_sets * (dose.duration_s + dose.n_reps * tempo_s)


def at_share(exercise: Exercise, step: int, pct: Decimal) -> tuple[int, DoseStep]:
    """Return the highest rung at or below `step` that holds at most `pct` percent of its work.

    Parameters
    ----------
    exercise : Exercise
        Whose ladder it is.
    step : int
        The rung that counts as 100 percent.
    pct : Decimal
        From 0 to 100; 100 and above changes nothing.

    Returns
    -------
    tuple of int and DoseStep
        The rung and its dose. Where even the lowest rung is too much, it is cut to the sets and repetitions, or the
        seconds, that come nearest from below; never to less than one set of one repetition or of one second.

    Notes
    -----
    A smaller share never gives a higher rung, and on one rung never more work.
    """
    if pct >= FULL_PCT:
        return step, exercise.dose_steps[step]
    shares = _shares.get((exercise,), dict)
    found = shares.get((step, pct))
    if found is None:
        found = shares[step, pct] = _at_share(exercise.dose_steps, step, pct)
    return found


_shares: Kept[dict[tuple[int, Decimal], tuple[int, DoseStep]]] = Kept(512)


def _at_share(ladder: Sequence[DoseStep], step: int, pct: Decimal) -> tuple[int, DoseStep]:
    allowed_s = work_s(ladder[step]) * pct / FULL_PCT
    for lower in range(step - 1, -1, -1):
        if work_s(ladder[lower]) <= allowed_s:
            return lower, ladder[lower]
    return 0, _cut(ladder[0], allowed_s)


def _cut(dose: DoseStep, allowed_s: Decimal) -> DoseStep:
    if work_s(dose) <= allowed_s:
        return dose
    options = [_timed(dose, n, allowed_s) if dose.duration_s else _counted(dose, n, allowed_s)
               for n in range(1, dose.n_sets + 1)]  # fmt: skip
    least_s = min(dose.duration_s, Decimal(1))
    least = replace(dose, n_sets=1, n_reps=1, duration_s=least_s, run_s=_run_cut(dose, least_s))
    cut = max(
        (one for one in options if one is not None), key=work_s, default=least
    )  # of equals the fewest sets
    return _contacts_cut(dose, cut)


def _counted(dose: DoseStep, n_sets: int, allowed_s: Decimal) -> DoseStep | None:
    """Return the dose with so many sets and as many repetitions as are allowed, or None when not one is."""
    one_s = work_s(replace(dose, n_sets=1, n_reps=1))
    n_reps = min(dose.n_reps, _floor(allowed_s / (n_sets * one_s)))
    return replace(dose, n_sets=n_sets, n_reps=n_reps) if n_reps >= 1 else None


def _timed(dose: DoseStep, n_sets: int, allowed_s: Decimal) -> DoseStep | None:
    """Return the dose with so many sets, each as long as is allowed on a grid that people can follow."""
    moving_s = (
        work_s(replace(dose, n_sets=1, duration_s=Decimal(0))) if dose.up_s + dose.hold_s + dose.down_s else 0
    )
    room_s = allowed_s / n_sets - moving_s
    grid_s = GRID_S if dose.duration_s >= 2 * GRID_S else Decimal(1)
    duration_s = dose.duration_s if room_s >= dose.duration_s else Decimal(_floor(room_s / grid_s)) * grid_s
    if duration_s <= 0:
        return None
    return replace(dose, n_sets=n_sets, duration_s=duration_s, run_s=_run_cut(dose, duration_s))


def _run_cut(dose: DoseStep, duration_s: Decimal) -> Decimal:
    """Return how much of a shortened round is run: the same share, in whole seconds, never more."""
    return Decimal(_floor(dose.run_s * duration_s / dose.duration_s)) if dose.run_s else dose.run_s


def _contacts_cut(whole: DoseStep, cut: DoseStep) -> DoseStep:
    if not whole.n_contacts:
        return cut
    return replace(cut, n_contacts=_floor(whole.n_contacts * min(Decimal(1), work_s(cut) / work_s(whole))))


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def stand_in(
    exercise: Exercise, equipment: frozenset[str] | None, library: Mapping[str, Exercise]
) -> Exercise | None:
    """Return the exercise itself, or what is done `instead` with the equipment at hand.

    Parameters
    ----------
    exercise : Exercise
        The exercise of the slot.
    equipment : frozenset of str or None
        What is at hand; None: everything.
    library : mapping of str to Exercise
        Where stand-ins are found.

    Returns
    -------
    Exercise or None
        The first along the chain of `instead` whose needs are met; None when the chain ends or turns in a circle.
    """
    seen: set[str] = set()
    one: Exercise | None = exercise
    while one is not None and one.id not in seen:
        if equipment is None or set(one.needs) <= equipment | ALWAYS_THERE:
            return one
        seen.add(one.id)
        one = library.get(one.instead) if one.instead else None
    return None


def ladder_slots(stage: Stage, library: Mapping[str, Exercise]) -> dict[str, Slot]:
    """Return the slot that bounds each exercise of the stage and each stand-in, by exercise id.

    Parameters
    ----------
    stage : Stage
        Its slots win over those lent to stand-ins.
    library : mapping of str to Exercise
        Exercises that are not in it are left out.

    Returns
    -------
    dict
        A stand-in without a slot of its own borrows that of the exercise it stands in for. Steps are bounded to
        each ladder's own length and to the highest step of the stage. Kept while stage and library are the same: not
        to be changed.
    """
    return _ladder_slots.get((stage, library), lambda: _make_ladder_slots(stage, library))


_ladder_slots: Kept[dict[str, Slot]] = Kept(64)


def _make_ladder_slots(stage: Stage, library: Mapping[str, Exercise]) -> dict[str, Slot]:
    slots = {slot.exercise: slot for slot in stage.slots if slot.exercise in library}
    for slot in stage.slots:
        one = library.get(slot.exercise)
        while one is not None and one.instead and one.instead not in slots and one.instead in library:
            slots[one.instead] = replace(slot, exercise=one.instead)
            one = library[one.instead]
    return {name: _within(slot, library[name], stage.height_cm_at_most) for name, slot in slots.items()}


def _within(slot: Slot, exercise: Exercise, height_cm_at_most: Decimal | None) -> Slot:
    top = len(exercise.dose_steps) - 1
    if height_cm_at_most is not None:
        top = max(0, sum((step.height_cm or 0) <= height_cm_at_most for step in exercise.dose_steps) - 1)
    last = min(slot.last_step, top)
    return replace(slot, first_step=min(slot.first_step, last), last_step=last)
