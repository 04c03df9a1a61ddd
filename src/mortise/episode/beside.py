"""The other ankle: one person, one day. Its counters count, and what it must not do is not done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from mortise.episode.known import known_on
from mortise.prescribe.counters import NOTHING, WEEK_DAYS, Counted, Uses, uses_of, uses_of_logs
from mortise.protocol import Constraint, Exercise
from mortise.record import Fact, Session, SessionLog
from mortise.record.records import Episode

OTHER = "other_ankle."


def goes_first(one: Episode, other: Episode) -> bool:
    """Tell which ankle's session of a day is chosen first: the left one, else the one whose id comes first.

    Parameters
    ----------
    one, other : Episode
        Two episodes of one person.

    Returns
    -------
    bool
        True for `one`.
    """
    return (one.involved_side.value, one.id) < (other.involved_side.value, other.id)


def counted_in(
    facts: Iterable[Fact], exercises: Mapping[str, Exercise], as_of: date, planned: Session | None
) -> Counted:
    """Count what the other ankle's programme took, up to and with the day.

    Parameters
    ----------
    facts : iterable of Fact
        Its record.
    exercises : mapping of str to Exercise
        The library.
    as_of : date
        The day.
    planned : Session or None
        Its session of the day, where that is chosen first: it counts as soon as it is planned.

    Returns
    -------
    Counted
        Of the day, the larger of what was planned and what was told.
    """
    first = as_of - timedelta(days=WEEK_DAYS - 1)
    before = on_day = NOTHING
    for fact in known_on(facts, as_of).facts:
        if isinstance(fact, SessionLog) and first <= fact.on <= as_of:
            uses = uses_of_logs(fact.items, exercises)
            if fact.on == as_of:
                on_day = on_day.plus(uses)
            else:
                before = before.plus(uses)
    if planned is not None:
        on_day = Uses(*(max(a, b) for a, b in zip(on_day, uses_of_session(planned, exercises), strict=True)))
    return Counted(before.plus(on_day), on_day)


def uses_of_session(session: Session, exercises: Mapping[str, Exercise]) -> Uses:
    """Return what a planned session takes of each counter.

    Parameters
    ----------
    session : Session
        As planned.
    exercises : mapping of str to Exercise
        The library.

    Returns
    -------
    Uses
        Together.
    """
    total = NOTHING
    for item in session.exercises:
        total = total.plus(uses_of(exercises[item.exercise], item.dose))
    return total


def united(own: Sequence[Constraint], others: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Return the constraints of a day for one ankle, with those of the other that hold for the person.

    Parameters
    ----------
    own : sequence of Constraint
        Of this ankle.
    others : iterable of Constraint
        Of the other one.

    Returns
    -------
    tuple of Constraint
        What the other ankle keeps out, by tag or name, its limit of contacts and its ceilings hold here too: nearly
        every exercise stands on both feet. Its load, doses and advice are its own.
    """
    there = {one.id for one in own}
    found = list(own)
    for one in others:
        is_felt = (
            one.without_tags or one.without_exercises or one.ceilings or one.n_contacts_at_most is not None
        )
        if is_felt and not (one.id in there and one in own):
            found.append(replace(
                one, id=f"{OTHER}{one.id}", reason=f"Other ankle: {one.reason}", dose_at_most_pct=None,
                minutes_at_most=None, advice_at_most=None, load_at_most=None,
            ))  # fmt: skip
    return tuple(found)
