"""Exercises that a clinician adds to a stage: said where they stand in a session, for they are not proved."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from mortise.record import AddedExercise, PlannedExercise, Session


def with_added_named(session: Session, added: Mapping[str, AddedExercise]) -> Session:
    """Return the session in which every added exercise says that it was added, and why.

    Parameters
    ----------
    session : Session
        As it was solved.
    added : mapping of str to AddedExercise
        By exercise.

    Returns
    -------
    Session
        The same where nothing was added.
    """
    if not added:
        return session
    return replace(session, exercises=tuple(_named(one, added) for one in session.exercises))


def _named(one: PlannedExercise, added: Mapping[str, AddedExercise]) -> PlannedExercise:
    by_hand = added.get(one.exercise)
    if by_hand is None:
        return one
    return replace(one, why=f"Added by hand, not part of what is proved: {by_hand.reason} {one.why}".strip())
