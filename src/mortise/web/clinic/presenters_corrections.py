"""What a patient has put right in their answers: the first answer, the later one, and whether it counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from mortise.episode import is_a_clinicians
from mortise.record import CheckIn, Correction, Fact
from mortise.report.words import short_day
from mortise.terms import Better, Measure, Origin
from mortise.web.clinic.presenters_words import value_words

SHOWN_DAYS = timedelta(days=28)


class PutRight(Struct, frozen=True, kw_only=True):
    """One correction of a patient.

    Attributes
    ----------
    id
        Of the correction.
    on, of
        When it was told, and the day it is about.
    why
        The patient's reason.
    changes
        Measure, first answer, later answer.
    state
        `counts` when what is later is worse or no better, `open` when a clinician may let it count, `stopped` when it
        takes back a danger sign and the programme must be opened again, `accepted` when a clinician let it count.
    """

    id: str
    on: str
    of: str
    why: str
    changes: tuple[tuple[str, str, str], ...]
    state: str


def put_right_of(
    facts: Iterable[Fact], measures: Mapping[str, Measure], as_of: date, *, is_locked: bool
) -> tuple[PutRight, ...]:
    """Return the corrections of the last four weeks that a patient made, newest first.

    Parameters
    ----------
    facts : iterable of Fact
        The whole record, with what was withdrawn.
    measures : mapping
        By id.
    as_of : date
        The day.
    is_locked : bool
        Whether a danger sign has stopped the programme.

    Returns
    -------
    tuple of PutRight
        Each with what differs.
    """
    facts = tuple(facts)
    checks = {one.id: one for one in facts if isinstance(one, CheckIn)}
    corrections = [one for one in facts if isinstance(one, Correction)]
    withdrawn = {one.corrects for one in corrections if is_a_clinicians(one)}
    found = []
    for one in corrections:
        old, new = checks.get(one.corrects), checks.get(one.replacement)
        is_theirs = one.origin is Origin.PATIENT and old is not None and new is not None
        if is_theirs and old is not None and new is not None and as_of - one.on <= SHOWN_DAYS:
            state = "accepted" if old.id in withdrawn else _state(old, new, measures, is_locked=is_locked)
            found.append(_line(one, old, new, measures, state))
    return tuple(reversed(found))


def _line(
    one: Correction, old: CheckIn, new: CheckIn, measures: Mapping[str, Measure], state: str
) -> PutRight:
    changes = tuple(
        (_label(name, measures), _words(name, old.answers[name], measures), _words(name, value, measures))
        for name, value in new.answers.items()
        if name in old.answers and old.answers[name] != value
    )
    return PutRight(
        id=one.id, on=short_day(one.on), of=short_day(old.on), why=one.reason, changes=changes, state=state
    )


def _state(old: CheckIn, new: CheckIn, measures: Mapping[str, Measure], *, is_locked: bool) -> str:
    better = [
        name
        for name in new.answers
        if _is_better(measures.get(name), old.answers.get(name), new.answers[name])
    ]
    if not better:
        return "counts"
    is_sign = any(name.startswith("red_") and old.answers.get(name) for name in better)
    return "stopped" if is_sign and is_locked else "open"


def _is_better(measure: Measure | None, old: Decimal | None, new: Decimal | None) -> bool:
    if measure is None or old is None or new is None or old == new:
        return False
    return new > old if measure.better is Better.UP else new < old


def _label(name: str, measures: Mapping[str, Measure]) -> str:
    return measures[name].label if name in measures else name


def _words(name: str, value: Decimal | None, measures: Mapping[str, Measure]) -> str:
    measure = measures.get(name)
    return (
        "can’t say" if value is None else value_words(measure, value, None, measure.unit if measure else "")
    )
