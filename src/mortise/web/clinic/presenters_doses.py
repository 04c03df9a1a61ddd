"""Every change of a dose that was done, with what came before it: the decision of the day, or who set it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct

from mortise.episode import Story
from mortise.protocol import Exercise
from mortise.record import DecisionRecord, PlanVersion, SessionLog
from mortise.report.doses import full_dose
from mortise.report.words import short_day
from mortise.terms import Truth
from mortise.web.clinic.presenters_words import LOAD_SAYS

MOST = 60


class DoseChange(Struct, frozen=True, kw_only=True):
    """One exercise done at another step than the time before."""

    on: str
    exercise: str
    before: str
    after: str
    is_more: bool
    cause: str
    by: str


def dose_changes(
    told: Story, exercises: Mapping[str, Exercise], names: Mapping[str, str]
) -> tuple[DoseChange, ...]:
    """Return the changes, newest first, at most `MOST`: what was done, as sessions say, and not what was planned."""
    found = list(_changes(told, exercises, names))
    return tuple(found[::-1][:MOST])


def _changes(
    told: Story, exercises: Mapping[str, Exercise], names: Mapping[str, str]
) -> Iterator[DoseChange]:
    step_of: dict[str, int] = {}
    decided: DecisionRecord | None = None
    plans: list[PlanVersion] = []
    for fact in told.facts:
        if isinstance(fact, DecisionRecord):
            decided = fact
        elif isinstance(fact, PlanVersion):
            plans.append(fact)
        elif isinstance(fact, SessionLog):
            for item in fact.items:
                known = exercises.get(item.exercise)
                if item.outcome == "skipped" or known is None or item.dose_step >= len(known.dose_steps):
                    continue
                before = step_of.get(item.exercise)
                step_of[item.exercise] = item.dose_step
                if before is None or before == item.dose_step:
                    continue
                cause, by = _cause(fact.on, item.exercise, decided, plans, names)
                yield DoseChange(
                    on=short_day(fact.on), exercise=known.name, is_more=item.dose_step > before,
                    before=full_dose(known.dose_steps[before], exercise=known),
                    after=full_dose(known.dose_steps[item.dose_step], exercise=known), cause=cause, by=by,
                )  # fmt: skip


def _cause(
    on: date,
    exercise: str,
    decided: DecisionRecord | None,
    plans: Iterable[PlanVersion],
    names: Mapping[str, str],
) -> tuple[str, str]:
    """Return why and by whom: a clinician who set this exercise since, else the rules of the day's decision."""
    for plan in reversed(list(plans)):
        if exercise in plan.dose_steps and (on - plan.on).days <= 7:
            return plan.reason or "Set with the plan.", names.get(plan.by, "a clinician")
    if decided is None or (on - decided.decision.as_of).days > 1:
        return "No decision of that day is on record.", ""
    load = LOAD_SAYS[decided.decision.load].word
    rules = [
        one.say_clinician
        for one in decided.decision.rules
        if one.truth is Truth.MET and one.load is decided.decision.load and one.say_clinician
    ]
    return (
        f"{load}. {rules[0]}" if rules else f"{load}: the step of the exercise\u2019s own ladder.",
        "Mortise",
    )
