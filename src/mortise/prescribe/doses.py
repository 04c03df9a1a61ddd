"""Doses raised and eased by response, per exercise, never by the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from mortise.prescribe.ladders import ladder_slots
from mortise.prescribe.raises import DAYS_PER_CHANGE
from mortise.prescribe.states import DoneSession, DoseState, SetStep
from mortise.protocol import Exercise, Layoff, Light, Slot, Stage
from mortise.record import ExerciseLog

N_CLEAN_TO_RAISE = 2  # "progress after 2 clean repeats", EVIDENCE.md 3, clinic default
LATE_AFTER_DAYS = (
    2  # a log told later than this is history, not evidence: EVIDENCE.md, "Mend these before use"
)
ORDINARY_GAP_DAYS = 3  # free days between two sessions that nobody calls a break, even in a daily programme
CLEAN_EFFORT_NRS = Decimal(7)
CLEAN_PAIN_NRS = Decimal(2)  # LOAD-01
RED_PAIN_NRS = Decimal(6)
N_STEPS_AMBER = 1
N_STEPS_RED = 2
SHARP_REASON = "sharp_pain"  # words of `ExerciseLog.reason`
PAIN_REASON = "pain"

_LIGHT_RANK = {light: rank for rank, light in enumerate(Light)}
_SHARP, _PAINFUL, _RED, _AMBER, _MIXED, _NOTHING, _CLEAN = range(7)  # tightest first


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
       per session, so that one variable changes at a time (`raises_due`).
    7. The whole record is folded, whatever stage it was done in, between the bounds of this stage's slot. So an
       exercise that was in an earlier stage goes on from where it stood, lifted to the first step or held at the last
       where the bounds differ, and what it had earned there beyond the old bound waits to be tried here.

    References
    ----------
    LOAD-01, LOAD-24
    """
    days = _days(done, as_of)
    slots = ladder_slots(stage, exercises)
    return {
        name: _fold(exercises[name], slot, days, set_steps.get(name), as_of) for name, slot in slots.items()
    }


class _Day:
    """What one calendar day says about each exercise."""

    def __init__(self, sessions: list[DoneSession]) -> None:
        self.on = sessions[0].on
        self.logged_on = max(session.logged_on for session in sessions)
        lights = [session.light for session in sessions if session.light is not None]
        self.light = min(lights, key=_LIGHT_RANK.__getitem__) if lights else None
        self.is_whole = len(lights) == len(sessions)
        self.items: dict[str, list[tuple[ExerciseLog, Decimal | None]]] = {}
        for session in sessions:
            for item in session.items:
                effort = item.effort_nrs if item.effort_nrs is not None else session.effort_nrs
                self.items.setdefault(item.exercise, []).append((item, effort))

    @property
    def is_late(self) -> bool:
        return (self.logged_on - self.on).days > LATE_AFTER_DAYS

    def verdict(self, exercise: Exercise, step: int) -> int:
        """Return what this day says about `exercise` standing on `step`, tightest word first."""
        items = self.items.get(exercise.id, [])
        if not items:
            return _NOTHING
        worst = min(_by_item(item) for item, _ in items)
        if any(item.outcome != "skipped" for item, _ in items):
            worst = min(worst, _BY_LIGHT.get(self.light, _NOTHING))
        if worst < _MIXED or all(item.outcome == "skipped" for item, _ in items):
            return worst
        if self._is_mixed(items, step):
            return _MIXED
        is_known = self.is_whole and items[0][1] is not None and _is_whole(items[0][0], exercise, step)
        return min(worst, _CLEAN if is_known and not self.is_late else _NOTHING)

    def _is_mixed(self, items: list[tuple[ExerciseLog, Decimal | None]], step: int) -> bool:
        """Whether more was done than planned, or at too much effort."""
        item, effort = items[0]
        is_hard = effort is not None and effort > CLEAN_EFFORT_NRS
        return len(items) > 1 or is_hard or item.dose_step > step


_BY_LIGHT: dict[Light | None, int] = {
    Light.RED: _RED, Light.AMBER: _AMBER, Light.GREEN_AMBER: _MIXED, Light.GREEN: _CLEAN, None: _NOTHING,
}  # fmt: skip


def _by_item(item: ExerciseLog) -> int:
    if item.reason == SHARP_REASON:
        return _SHARP
    if item.pain_nrs is not None and item.pain_nrs >= RED_PAIN_NRS:
        return _PAINFUL
    if item.reason == PAIN_REASON:
        return _AMBER
    if item.pain_nrs is not None and item.pain_nrs > CLEAN_PAIN_NRS:
        return _MIXED
    if item.outcome == "skipped":
        return _NOTHING
    return _CLEAN if item.outcome == "done" else _MIXED


def _is_whole(item: ExerciseLog, exercise: Exercise, step: int) -> bool:
    """Whether an exercise was done at its step and not cut short: less than that says nothing about the step."""
    if item.dose_step != step or not 0 <= step < len(exercise.dose_steps):
        return False
    dose = exercise.dose_steps[step]
    return (item.n_sets is None or item.n_sets >= dose.n_sets) and (
        item.n_reps is None or item.n_reps >= dose.n_reps
    )


def _days(done: Iterable[DoneSession], as_of: date) -> list[_Day]:
    known = sorted(
        (one for one in done if one.on <= as_of and one.logged_on <= as_of), key=lambda one: one.on
    )
    return [_Day(list(sessions)) for _, sessions in groupby(known, key=lambda one: one.on)]


class _Ladder:
    """One exercise while its days are folded."""

    def __init__(self, exercise: Exercise, slot: Slot) -> None:
        self.exercise, self.slot = exercise, slot
        self.step = self.keep_step = slot.first_step
        self.n_clean = 0
        self.since_on: date | None = None
        self.tried_on: date | None = None
        self.before_step: int | None = None
        self.changed_on: date | None = None  # a raise first done, or an ease: from here a week is counted
        self.cause = "Start of the stage: first step of the slot."
        self.cause_patient = "This is where everybody starts."

    def set_to(self, chosen: SetStep) -> None:
        self.step = self.keep_step = min(max(chosen.step, 0), len(self.exercise.dose_steps) - 1)
        self._changed(chosen.from_on)
        self.cause = f"Set to step {self.step} by a clinician."
        self.cause_patient = "Your physiotherapist chose this amount."

    def take(self, day: _Day) -> None:
        items = day.items.get(self.exercise.id, [])
        is_trial = self.step > self.keep_step and any(
            item.dose_step >= self.step and item.outcome != "skipped" for item, _ in items
        )
        if is_trial and not day.is_late:
            self.before_step, self.keep_step, self.n_clean = self.keep_step, self.step, 0
            self.tried_on = self.changed_on = day.on
        # While a raise waits, the old step done again is as planned.
        self._answer(day.verdict(self.exercise, self.step if is_trial else self.keep_step), day)

    def _answer(self, verdict: int, day: _Day) -> None:
        if verdict == _CLEAN:
            self.n_clean += 1
            self._raise_if_earned(day)
        elif verdict == _MIXED:
            self._start_count_again()
        elif verdict == _AMBER:
            self._ease(day.on, N_STEPS_AMBER, "amber light, or stopped for pain", "was a bit much last time")
        elif verdict in (_RED, _PAINFUL):
            why = "red light" if verdict == _RED else f"pain of {RED_PAIN_NRS} or more in this exercise"
            self._ease(day.on, N_STEPS_RED, why, "was too much last time")
        elif verdict == _SHARP:
            self._ease(
                day.on, len(self.exercise.dose_steps), "sharp pain in this exercise", "gave a sharp pain"
            )

    def _raise_if_earned(self, day: _Day) -> None:
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
        )  # fmt: skip


def _fold(exercise: Exercise, slot: Slot, days: list[_Day], chosen: SetStep | None, as_of: date) -> DoseState:
    ladder = _Ladder(exercise, slot)
    if chosen is not None and chosen.from_on <= as_of:
        ladder.set_to(chosen)
        days = [day for day in days if day.on >= chosen.from_on]
    for day in days:
        if exercise.id in day.items:
            ladder.take(day)
    return ladder.state()


def re_entry(
    layoffs: Sequence[Layoff], stage: Stage, done: Sequence[DoneSession], as_of: date
) -> Layoff | None:
    """Return the row of the layoff table that bounds today's dose after a break, or None when none does.

    Parameters
    ----------
    layoffs : sequence of Layoff
        The protocol's table.
    stage : Stage
        How many sessions a week it needs says which gap is ordinary.
    done : sequence of DoneSession
        Every session ever logged, in any order.
    as_of : date
        The day that is decided about; work of that day does not count yet.

    Returns
    -------
    Layoff or None
        The row in force. None when no session was ever done, or none lies behind a break.

    Notes
    -----
    1. A break is a run of more than three days without any work, or more where the stage needs fewer than
       two sessions a week. Its row is the first whose `up_to_days` it does not exceed, else the last.
    2. Two clean days (green light, told in time) after the break lift the bound by one row, two more by another, until
       nothing is left; a second break meanwhile keeps the tighter row.

    References
    ----------
    CTX-16
    """
    rows = sorted(layoffs, key=lambda row: row.up_to_days)
    days = [day for day in _days(done, as_of - timedelta(days=1)) if _has_work(day)]
    if not rows or not days:
        return None
    ordinary = max(ORDINARY_GAP_DAYS, 7 // max(1, stage.n_sessions_per_week) + 1)
    level, n_clean, before = 0, 0, days[0].on  # level 0: no bound; level k: row k - 1
    for day in days:
        broken = _row_after((day.on - before).days - 1, ordinary, rows)
        if broken:
            level, n_clean = max(level, broken), 0
        if day.light is Light.GREEN and day.is_whole and not day.is_late:
            n_clean += 1
        if level and n_clean >= N_CLEAN_TO_RAISE:
            level, n_clean = level - 1, 0
        before = day.on
    level = max(level, _row_after((as_of - before).days - 1, ordinary, rows))
    return rows[level - 1] if level else None


def _row_after(n_days: int, ordinary: int, rows: Sequence[Layoff]) -> int:
    """Return the number of the row for a run of `n_days` without work, counted from 1; 0 for an ordinary gap."""
    if n_days <= ordinary:
        return 0
    return next((k for k, row in enumerate(rows, 1) if n_days <= row.up_to_days), len(rows))


def _has_work(day: _Day) -> bool:
    return any(item.outcome != "skipped" for items in day.items.values() for item, _ in items)
