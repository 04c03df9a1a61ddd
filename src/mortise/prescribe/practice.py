"""What the sessions of one day say about each exercise: clean, mixed, too much, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from msgspec import UNSET

from mortise.prescribe.states import DoneSession
from mortise.protocol import Exercise, Light
from mortise.record import ExerciseLog

LATE_AFTER_DAYS = (
    2  # a log told later than this is history, not evidence: EVIDENCE.md, "Mend these before use"
)
CLEAN_EFFORT_NRS = Decimal(7)
CLEAN_PAIN_NRS = Decimal(2)  # LOAD-01
RED_PAIN_NRS = Decimal(6)
SHARP_REASON = "sharp_pain"  # words of `ExerciseLog.reason`
PAIN_REASON = "pain"

_LIGHT_RANK = {light: rank for rank, light in enumerate(Light)}


# What one day says about one exercise at its step, tightest first. Plain numbers: they are compared often.
SHARP, PAINFUL, RED, AMBER, MIXED, NOTHING, CLEAN = range(7)


class Day:
    """What one calendar day says about each exercise."""

    def __init__(self, sessions: Sequence[DoneSession]) -> None:
        """Put the sessions of one day together.

        Parameters
        ----------
        sessions : sequence of DoneSession
            At least one.
        """
        self.on = sessions[0].on
        self.logged_on = max(session.logged_on for session in sessions)
        lights = [session.light for session in sessions if session.light is not None]
        self.light = min(lights, key=_LIGHT_RANK.__getitem__) if lights else None
        self.is_whole = len(lights) == len(sessions)
        self._by_light = _BY_LIGHT.get(self.light, NOTHING)
        self.is_late = (self.logged_on - self.on).days > LATE_AFTER_DAYS  # told too late to count as evidence
        self.items: dict[str, list[tuple[ExerciseLog, Decimal | None]]] = {}
        for session in sessions:
            for item in session.items:
                effort = item.effort_nrs if item.effort_nrs is not None else session.effort_nrs
                self.items.setdefault(item.exercise, []).append((item, effort))

    def verdict(self, exercise: Exercise, step: int) -> int:
        """Return what this day says about an exercise.

        Parameters
        ----------
        exercise : Exercise
            Which.
        step : int
            The step it stands on.

        Returns
        -------
        int
            The tightest word, from `SHARP` to `CLEAN`.
        """
        items = self.items.get(exercise.id)
        if not items:
            return NOTHING
        by_item = [_by_item(item) for item, _ in items]
        worst = min(by_item)
        if all(item.outcome == "skipped" for item, _ in items):
            return worst
        worst = min(worst, self._by_light)
        if worst < MIXED:
            return worst
        if self._is_mixed(items, step):
            return MIXED
        is_known = self.is_whole and items[0][1] is not None and _is_whole(items[0][0], exercise, step)
        return min(worst, CLEAN if is_known and not self.is_late else NOTHING)

    def is_less(self, exercise: Exercise, step: int) -> bool | None:
        """Tell whether less of an exercise was done on this day than the dose it stands on.

        Parameters
        ----------
        exercise : Exercise
            Which.
        step : int
            The step it stands on.

        Returns
        -------
        bool or None
            None when it was not done at all.
        """
        worked = [item for item, _ in self.items.get(exercise.id, ()) if item.outcome != "skipped"]
        if not worked:
            return None
        return not any(item.dose_step > step or _is_whole(item, exercise, step) for item in worked)

    def _is_mixed(self, items: list[tuple[ExerciseLog, Decimal | None]], step: int) -> bool:
        """Whether more was done than planned, or at too much effort."""
        item, effort = items[0]
        is_hard = effort is not None and effort > CLEAN_EFFORT_NRS
        return len(items) > 1 or is_hard or item.dose_step > step


_BY_LIGHT: dict[Light | None, int] = {
    Light.RED: RED, Light.AMBER: AMBER, Light.GREEN_AMBER: MIXED, Light.GREEN: CLEAN, None: NOTHING,
}  # fmt: skip


def _by_item(item: ExerciseLog) -> int:
    if item.reason == SHARP_REASON:
        return SHARP
    if item.pain_nrs is not None and item.pain_nrs >= RED_PAIN_NRS:
        return PAINFUL
    if item.reason == PAIN_REASON:
        return AMBER
    if item.pain_nrs is not None and item.pain_nrs > CLEAN_PAIN_NRS:
        return MIXED
    if item.outcome == "skipped":
        return NOTHING
    return CLEAN if item.outcome == "done" else MIXED


def _is_whole(item: ExerciseLog, exercise: Exercise, step: int) -> bool:
    """Whether an exercise was done at its step and not cut short: less than that says nothing about the step."""
    if item.dose_step != step or not 0 <= step < len(exercise.dose_steps):
        return False
    dose = exercise.dose_steps[step]
    if item.duration_s is not UNSET and item.duration_s < dose.duration_s:  # cut short in seconds
        return False
    return (item.n_sets is None or item.n_sets >= dose.n_sets) and (
        item.n_reps is None or item.n_reps >= dose.n_reps
    )


def days_of(done: Iterable[DoneSession], as_of: date) -> Iterator[Day]:
    """Yield the days on which sessions were done, oldest first.

    Parameters
    ----------
    done : iterable of DoneSession
        In any order; what was done or told after `as_of` is left out.
    as_of : date
        The day that is decided about.

    Yields
    ------
    Day
        One for each calendar day.
    """
    known = sorted(
        (one for one in done if one.on <= as_of and one.logged_on <= as_of), key=lambda one: one.on
    )
    for _, sessions in groupby(known, key=lambda one: one.on):
        yield Day(list(sessions))
