"""Doses raised and eased by response, per exercise, never by the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from itertools import pairwise

from mortise.prescribe.breaks import SETTLED_AFTER_DAYS
from mortise.prescribe.ladders import ladder_slots
from mortise.prescribe.practice import AMBER, CLEAN, MIXED, PAINFUL, RED, RED_PAIN_NRS, SHARP, Day, days_of
from mortise.prescribe.raises import DAYS_PER_CHANGE
from mortise.prescribe.states import DoneSession, DoseState, SetStep
from mortise.protocol import Exercise, Slot, Stage

N_CLEAN_TO_RAISE = 2  # "progress after 2 clean repeats", EVIDENCE.md 3, clinic default
N_STEPS_AMBER = 1
N_STEPS_RED = 2


def dose_states(
    stage: Stage,
    exercises: Mapping[str, Exercise],
    done: Sequence[DoneSession],
    set_steps: Mapping[str, SetStep],
    as_of: date,
) -> dict[str, DoseState]:
    """Return where each exercise of the stage, and each stand-in, is on its dose ladder.

    Parameters
    ----------
    stage : Stage
        Its slots bound the steps.
    exercises : mapping of str to Exercise
        The library.
    done : sequence of DoneSession
        Every session ever logged, of every stage, in any order; those done or told after `as_of` are left out.
    set_steps : mapping of str to SetStep
        What clinicians set (`set_steps_of`).
    as_of : date
        The day that is decided about.

    Returns
    -------
    dict
        Exercise id to its state, one for each exercise of the stage's slots and each stand-in along `instead`.

    Notes
    -----
    1. Sessions are folded day by day, in order of the day they were done. Two logs of one exercise on one day are
       more than was planned (or one session told by two phones) and are never clean.
    2. A day is clean for an exercise when its light is green, it was told within 2 days, the exercise was done at the
       step it stands on, whole, with pain at most 2 and effort known and at most 7.
    3. Two clean days in a row earn one step, if the last change of this exercise (a raise first done, or an ease) is at
       least 7 days back. As a log counts only for two days, logs filled in for many days at once can never earn more
       than one step.
    4. Amber takes one step off what was done that day; a red light, or pain of 6 or more in this exercise, two; a sharp
       pain goes back to the first step of the stage. Bad news counts however late it is told. Pain of 3 to 5, effort
       above 7, modified work, more than planned or a green-amber light start the count again; skipped work, a lighter
       or shorter dose (an easy or a busy day), unknown light or effort and late logs count for nothing.
    5. A step set by a clinician holds from its day, even outside the stage's bounds, and work before it no longer
       counts. From there the ladder moves by the same rules, up to the stage's last step.
    6. A raise waits in `step` above `keep_step` until it is tried: `todays_session` lets one exercise try its raise
       per session, so that one variable changes at a time (`raises_due`). After less than its usual dose (`was_less`)
       an exercise goes back to that first.
    7. The whole record is folded, whatever stage it was done in, between the bounds of this stage's slot. So an
       exercise that was in an earlier stage goes on from where it stood, lifted to the first step or held at the last
       where the bounds differ, and what it had earned there beyond the old bound waits to be tried here.

    References
    ----------
    LOAD-01, LOAD-24
    """
    return Doses(exercises).states(stage, done, set_steps, as_of)


class _Ladder:
    """One exercise while its days are folded."""

    def __init__(self, exercise: Exercise, slot: Slot) -> None:
        self.exercise, self.slot = exercise, slot
        self.step = self.keep_step = slot.first_step
        self.n_clean = 0
        self.since_on: date | None = None
        self.tried_on: date | None = None
        self.before_step: int | None = None
        self.set_on: date | None = None  # by a clinician
        self.changed_on: date | None = None  # a raise first done, or an ease: from here a week is counted
        self.was_less = False
        self.cause = "Start of the stage: first step of the slot."
        self.cause_patient = "This is where everybody starts."

    def set_to(self, chosen: SetStep) -> None:
        self.step = self.keep_step = min(max(chosen.step, 0), len(self.exercise.dose_steps) - 1)
        self.set_on = chosen.from_on
        self._changed(chosen.from_on)
        self.cause = f"Set to step {self.step} by a clinician."
        self.cause_patient = "Your physiotherapist chose this amount."

    def take(self, day: Day) -> None:
        items = day.items.get(self.exercise.id, [])
        is_trial = self.step > self.keep_step and any(
            item.dose_step >= self.step and item.outcome != "skipped" for item, _ in items
        )
        if is_trial and not day.is_late:
            self.before_step, self.keep_step, self.n_clean = self.keep_step, self.step, 0
            self.tried_on = self.changed_on = day.on
        is_less = day.is_less(self.exercise, self.keep_step)
        self.was_less = self.was_less if is_less is None else is_less
        # While a raise waits, the old step done again is as planned.
        self._answer(day.verdict(self.exercise, self.step if is_trial else self.keep_step), day)

    def _answer(self, verdict: int, day: Day) -> None:
        if verdict == CLEAN:
            self.n_clean += 1
            self._raise_if_earned(day)
        elif verdict == MIXED:
            self._start_count_again()
        elif verdict == AMBER:
            self._ease(day.on, N_STEPS_AMBER, "amber light, or stopped for pain", "was a bit much last time")
        elif verdict in (RED, PAINFUL):
            why = "red light" if verdict == RED else f"pain of {RED_PAIN_NRS} or more in this exercise"
            self._ease(day.on, N_STEPS_RED, why, "was too much last time")
        elif verdict == SHARP:
            self._ease(
                day.on, len(self.exercise.dose_steps), "sharp pain in this exercise", "gave a sharp pain"
            )

    def _raise_if_earned(self, day: Day) -> None:
        is_due = self.changed_on is None or (day.on - self.changed_on).days >= DAYS_PER_CHANGE
        is_open = self.step < self.slot.last_step and self.step == self.keep_step
        if self.n_clean < N_CLEAN_TO_RAISE or not (is_due and is_open):
            return
        n_clean, before = self.n_clean, self.step
        self.step += 1
        self.since_on, self.n_clean = day.on, 0
        self.cause = f"Raised from step {before} to {self.step}: {n_clean} clean sessions in a row."
        self.cause_patient = f"The last {n_clean} times went well, so there is a little more."

    def _start_count_again(self) -> None:
        """Forget the clean sessions, and a raise that they earned and nobody has tried yet."""
        self.n_clean = 0
        if self.step > self.keep_step:
            self.step = self.keep_step
            self.cause = (
                f"Raise taken back to step {self.step} before it was tried: the session was not clean."
            )
            self.cause_patient = "The same again, until it goes well twice in a row."

    def _ease(self, on: date, n_steps: int, why: str, why_patient: str) -> None:
        before = self.keep_step
        floor = min(self.slot.first_step, before)
        self.step = self.keep_step = max(before - n_steps, floor)
        self._changed(on)
        self.changed_on = on
        moved = (
            f"Eased from step {before} to {self.step}" if self.step < before else f"Kept at step {self.step}"
        )
        self.cause = f"{moved}: {why}."
        amount = "A little less" if self.step < before else "Still the smallest amount"
        self.cause_patient = f"{amount}, because it {why_patient}."

    def _changed(self, on: date) -> None:
        """Start anew after an ease, or where a clinician set the step: the last raise no longer counts."""
        self.since_on, self.n_clean, self.before_step, self.tried_on = on, 0, None, None

    def state(self) -> DoseState:
        return DoseState(
            step=self.step, cause=self.cause, cause_patient=self.cause_patient, since_on=self.since_on,
            n_clean=self.n_clean, keep_step=self.keep_step, tried_on=self.tried_on, before_step=self.before_step,
            was_less=self.was_less,
        )  # fmt: skip


class Doses:
    """Dose states day after day: what was folded up to a few days ago is not folded again.

    Whatever is asked, the answer is that of `dose_states`; a session that came in late or changed its light, another
    stage or another step set by a clinician start the fold anew.
    """

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        """Start with nothing folded.

        Parameters
        ----------
        exercises : mapping of str to Exercise
            The library.
        """
        self._exercises = exercises
        self._under: tuple[Mapping[str, Slot], dict[str, SetStep]] | None = None
        self._settled: dict[str, _Ladder] = {}
        self._states: dict[str, DoseState] = {}  # of settled ladders
        self._sessions: tuple[DoneSession, ...] = ()  # those the settled ladders hold
        self._settled_on = date.min

    def states(
        self, stage: Stage, done: Sequence[DoneSession], set_steps: Mapping[str, SetStep], as_of: date
    ) -> dict[str, DoseState]:
        """Return where each exercise of the stage, and each stand-in, is on its dose ladder.

        Parameters
        ----------
        stage, done, set_steps, as_of
            As in `dose_states`.

        Returns
        -------
        dict
            The same as `dose_states`.
        """
        slots = ladder_slots(stage, self._exercises)
        chosen = {name: one for name, one in set_steps.items() if one.from_on <= as_of}
        if not self._holds(slots, chosen, done, as_of):
            self._under, self._sessions, self._settled_on = (slots, chosen), (), date.min
            self._states = {}
            self._settled = {
                name: _started(self._exercises[name], slot, chosen) for name, slot in slots.items()
            }
        n_settled = len(self._sessions)
        newer = done[n_settled:]
        self._settle(
            [one for one in newer if one.on <= as_of - timedelta(days=SETTLED_AFTER_DAYS)], newer, as_of
        )
        days = list(days_of(done[len(self._sessions) :], as_of))
        touched = {name for day in days for name in day.items} & self._settled.keys()
        ladders = {name: copy(self._settled[name]) for name in touched}
        _take(ladders, days)
        return {
            name: ladders[name].state() if name in touched else self._state(name) for name in self._settled
        }

    def _state(self, name: str) -> DoseState:
        """Return the state of a settled ladder, made once."""
        kept = self._states.get(name)
        if kept is None:
            kept = self._states[name] = self._settled[name].state()
        return kept

    def _holds(
        self, slots: Mapping[str, Slot], chosen: dict[str, SetStep], done: Sequence[DoneSession], as_of: date
    ) -> bool:
        """Whether what is settled still is what a fold from the start would give."""
        if self._under is None or as_of < self._settled_on or self._under != (slots, chosen):
            return False
        n = len(self._sessions)
        if tuple(done[:n]) != self._sessions:
            return False
        return not n or all(one.on > self._sessions[-1].on for one in done[n:])

    def _settle(self, old: list[DoneSession], newer: Sequence[DoneSession], as_of: date) -> None:
        """Take in for good the sessions of some days ago, if they come first and everything of them has been told."""
        is_first = all(one is other for one, other in zip(old, newer, strict=False))
        in_order = all(one.on <= other.on for one, other in pairwise(old))
        rest = newer[len(old) :]
        is_whole = not old or all(one.on > old[-1].on for one in rest)
        if is_first and in_order and is_whole and all(one.logged_on <= as_of for one in old):
            _take(self._settled, days_of(old, as_of))
            self._states = {} if old else self._states
            self._sessions += tuple(old)
            self._settled_on = as_of


def _started(exercise: Exercise, slot: Slot, chosen: Mapping[str, SetStep]) -> _Ladder:
    ladder = _Ladder(exercise, slot)
    if exercise.id in chosen:
        ladder.set_to(chosen[exercise.id])
    return ladder


def _take(ladders: Mapping[str, _Ladder], days: Iterable[Day]) -> None:
    """Fold days into the ladders they speak of; work before a step was set by hand no longer counts."""
    for day in days:
        for name in day.items:
            ladder = ladders.get(name)
            if ladder is not None and (ladder.set_on is None or day.on >= ladder.set_on):
                ladder.take(day)
