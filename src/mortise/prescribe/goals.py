"""What the patient's goals ask for, so that exercises that serve them come first among equals."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mortise.record import Goal

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
    (("danc", "ballet", "pointe", "releve"), ("sport", "jumping", "balance")),
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
    words = [
        word for goal in goals for word in re.findall(r"[a-z]+", f"{goal.words} {goal.activity}".lower())
    ]
    return frozenset(
        purpose
        for beginnings, purposes in _WORDS
        for purpose in purposes
        if any(word.startswith(beginnings) for word in words)
    )
