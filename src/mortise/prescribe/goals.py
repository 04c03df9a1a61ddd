"""What the patient's goals ask for, so that exercises that serve them come first among equals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mortise.prescribe.kept import Kept
from mortise.protocol import Constraint, Exercise, Stage
from mortise.record import Goal, PlanVersion

# The beginnings of words in which people name a goal, and what an exercise for it serves (`protocol.PURPOSES`).
_WORDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("walk", "stroll", "hik", "dog", "shop", "limp"), ("gait",)),
    (
        ("stair", "step", "kneel", "squat", "garden", "floor", "chair", "drive", "driving", "bend"),
        ("function",),
    ),
    (("run", "jog", "parkrun", "marathon"), ("running",)),
    (("jump", "hop", "land"), ("jumping",)),
    (("balanc", "stead", "fall", "trip", "stumbl"), ("balance",)),
    (("danc", "ballet", "pointe", "releve", "relevé"), ("sport", "jumping", "balance")),
    (
        (
            "sport",
            "football",
            "soccer",
            "tennis",
            "basketball",
            "netball",
            "volleyball",
            "hockey",
            "rugby",
            "ski",
            "match",
        ),
        ("sport", "agility"),
    ),
    (("calf", "tiptoe", "toes", "strong", "strength"), ("strength",)),
    (("cycl", "bike", "swim", "fit"), ("endurance",)),
)


# The beginnings of words in which people name a sport that has exercises of its own (`Exercise.only_for`).
_ACTIVITY_WORDS: dict[str, tuple[str, ...]] = {
    "dance": ("danc", "ballet", "pointe", "releve", "relevé"),
    "kicking": ("football", "soccer", "futsal", "rugby", "gaelic", "kick", "penalt"),
}


def activities_of_goals(goals: Iterable[Goal]) -> frozenset[str]:
    """Return the kinds of sport that open goals name.

    Parameters
    ----------
    goals : iterable of Goal
        Those that are open.

    Returns
    -------
    frozenset of str
        Of `protocol.exercises.ACTIVITIES`; empty when none is named.
    """
    words = _words_of(goals)
    return frozenset(
        activity
        for activity, beginnings in _ACTIVITY_WORDS.items()
        if any(word.startswith(beginnings) for word in words)
    )


def constraints_of_goals(
    stage: Stage, exercises: Mapping[str, Exercise], goals: Iterable[Goal], plan: PlanVersion | None
) -> tuple[Constraint, ...]:
    """Return what keeps out exercises of a sport that nobody named: a footballer is not given plié jumps.

    Parameters
    ----------
    stage : Stage
        Whose exercises.
    exercises : mapping of str to Exercise
        The library.
    goals : iterable of Goal
        Those that are open.
    plan : PlanVersion or None
        An exercise that a clinician put into the plan by name is meant.

    Returns
    -------
    tuple of Constraint
        At most one.
    """
    special = _special.get((stage, exercises), lambda: _of_a_sport(stage, exercises))
    if not special:
        return ()
    chosen = (
        {*(plan.exercises or ()), *(one.exercise for one in plan.added or ())} if plan is not None else set()
    )
    named = activities_of_goals(goals)
    out = sorted({one.id for one in special if one.id not in chosen and named.isdisjoint(one.only_for)})
    if not out:
        return ()
    return (Constraint(
        id="goals.other_sports", author="protocol", without_exercises=tuple(out),
        reason="Exercises of a sport that is not among the goals; a plan may name them.",
        reason_patient="This belongs to a sport that is not among your goals.",
    ),)  # fmt: skip


_special: Kept[tuple[Exercise, ...]] = Kept(64)


def _of_a_sport(stage: Stage, exercises: Mapping[str, Exercise]) -> tuple[Exercise, ...]:
    """Return the exercises of a stage that belong to a sport."""
    own = (exercises.get(slot.exercise) for slot in stage.slots)
    return tuple(one for one in own if one is not None and one.only_for)


def _words_of(goals: Iterable[Goal]) -> list[str]:
    return [
        word for goal in goals for word in re.findall(r"[a-zé]+", f"{goal.words} {goal.activity}".lower())
    ]


def purposes_of_goals(goals: Iterable[Goal]) -> frozenset[str]:
    """Return the purposes that open goals ask for.

    Parameters
    ----------
    goals : iterable of Goal
        Those that are open.

    Returns
    -------
    frozenset of str
        Empty when no word is known. It decides between exercises that are otherwise equally due, and nothing else: no
        minimum, ceiling or constraint reads it.
    """
    words = _words_of(goals)
    return frozenset(
        purpose
        for beginnings, purposes in _WORDS
        for purpose in purposes
        if any(word.startswith(beginnings) for word in words)
    )
