"""Work above its dose: what it says to the patient, and when the clinician is told. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import UNSET

from mortise.prescribe.states import DoneSession
from mortise.prescribe.whole import SAME_AS_LAST_TIME
from mortise.protocol import Exercise
from mortise.record import ExerciseLog

LOOKS_BACK_DAYS = 14  # consensus, as for the next two
N_TO_TELL = 3
SAID_WITHIN_DAYS = 7
WHY = "The last session was done above its dose: that opens no gate and raises nothing."
WHY_PATIENT = "Last time you did more than was planned. Please do just what stands here."


class Overdone(NamedTuple):
    """Sessions of the last two weeks that were done above their dose, of how many, and the days of them."""

    n_sessions: int
    days: tuple[date, ...]


def is_above_dose(item: ExerciseLog, exercise: Exercise) -> bool:
    """Tell whether more of an exercise was done than its rung holds.

    Parameters
    ----------
    item : ExerciseLog
        As it was told.
    exercise : Exercise
        Its ladder.

    Returns
    -------
    bool
        True also for a rung that the ladder lacks; False for work that was skipped or told without numbers.
    """
    if item.outcome == "skipped":
        return False
    if not 0 <= item.dose_step < len(exercise.dose_steps):
        return True
    dose = exercise.dose_steps[item.dose_step]
    is_longer = item.duration_s is not UNSET and bool(dose.duration_s) and item.duration_s > dose.duration_s
    return is_longer or (item.n_sets or 0) > dose.n_sets or (item.n_reps or 0) > dose.n_reps


def overdone_of(done: Sequence[DoneSession], exercises: Mapping[str, Exercise], as_of: date) -> Overdone:
    """Return which sessions of the last two weeks were done above their dose.

    Parameters
    ----------
    done : sequence of DoneSession
        In any order.
    exercises : mapping of str to Exercise
        The library; work that is not in it is left out.
    as_of : date
        The day; sessions of the day itself are looked at too.

    Returns
    -------
    Overdone
        Days in order, each once.
    """
    first = as_of - timedelta(days=LOOKS_BACK_DAYS - 1)
    recent = [one for one in done if first <= one.on <= as_of]
    return Overdone(len(recent), tuple(sorted({one.on for one in recent if _is_overdone(one, exercises)})))


def _is_overdone(session: DoneSession, exercises: Mapping[str, Exercise]) -> bool:
    return any(
        item.exercise in exercises and is_above_dose(item, exercises[item.exercise]) for item in session.items
    )


def was_overdone(done: Sequence[DoneSession], exercises: Mapping[str, Exercise], as_of: date) -> bool:
    """Tell whether the newest session before today, of the last seven days, was done above its dose.

    Parameters
    ----------
    done, exercises, as_of
        As in `overdone_of`.

    Returns
    -------
    bool
        Work of today itself is not looked at, so a log does not change the session it is about.
    """
    first = as_of - timedelta(days=SAID_WITHIN_DAYS)
    before = [one for one in done if first <= one.on < as_of]
    if not before:
        return False
    newest = max(one.on for one in before)
    return any(_is_overdone(one, exercises) for one in before if one.on == newest)


def as_planned(why_patient: str) -> str:
    """Return the words of a session for somebody who did more last time: not the same as was done.

    Parameters
    ----------
    why_patient : str
        What the session says.

    Returns
    -------
    str
        With the plan as what stays the same.
    """
    return why_patient.replace(SAME_AS_LAST_TIME, "The plan is the same as last time.")
