"""The draft of a last summary when care ends: how long, how far, what was done, which measures changed."""

from __future__ import annotations

from collections.abc import Iterator

from mortise.episode import MeasureSeries, Story
from mortise.progress.change import Answer
from mortise.record import SessionLog
from mortise.report.words import day, number, plural, with_unit
from mortise.terms import Limb

N_MEASURES = 4
OUTCOME_WORDS = {
    "goals_reached": "Goals reached", "as_good_as_expected": "As good as can be expected",
    "own_wish": "The patient wants to stop", "sent_on": "Sent on to somebody else",
    "not_heard_from": "No longer heard from",
}  # fmt: skip


def summary_of(told: Story) -> str:
    """Return the draft of a last summary, in words for the patient.

    Parameters
    ----------
    told : Story
        The story of the day of discharge.

    Returns
    -------
    str
        Sentences; only what is on the record, and a measure without a known error is given without a verdict.
    """
    opened, as_of = told.record.episode.opened_on, told.as_of
    weeks = plural(max(1, round((as_of - opened).days / 7)), "week")
    n_done = sum(isinstance(one, SessionLog) for one in told.facts)
    lines = [
        f"In care from {day(opened)} to {day(as_of)}: {weeks}, {plural(n_done, 'session')} done.",
        f"You reached stage {told.stage_now.number}: {told.stage_now.title_patient}.",
    ]
    return " ".join([*lines, *list(_measures(told))[:N_MEASURES]])


def _measures(told: Story) -> Iterator[str]:
    watched = () if told.protocol.plateau is None else told.protocol.plateau.watches
    seen: set[str] = set()
    for one in sorted(told.series, key=lambda one: (one.measure not in watched, one.measure)):
        if one.limb is Limb.UNINVOLVED or one.measure in seen or len(one.points) < 2:
            continue
        seen.add(one.measure)
        yield _course(one, told)


def _course(one: MeasureSeries, told: Story) -> str:
    measure = told.content.measures[one.measure]
    first, last = (
        with_unit(number(point.value, measure.resolution), measure.unit)
        for point in (one.points[0], one.points[-1])
    )
    label = measure.label
    verdict = {Answer.BETTER: ", better beyond error", Answer.WORSE: ", worse beyond error"}
    return f"{label}: {first} at first, {last} now{verdict.get(one.change.answer, '') if one.change else ''}."
