"""Which tests a patient can do alone today, and with what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from mortise.episode import Story
from mortise.terms import Measure, Setting
from mortise.web.phone.live import BY_ID as LIVE_BY_ID
from mortise.web.phone.live import TESTS as LIVE_TESTS
from mortise.web.phone.visits import Visit

AT_HOME = ("tape_home", "self_test")
BY_HAND = {Setting.HOME, Setting.EITHER}
PHONE = "phone"


def measures_due(visit: Visit, story: Story, until_on: date | None = None) -> list[Measure]:
    """Return the home measures due by a day (today, without one) that can be taken by hand, in order."""
    return [one for one, _ in _due(visit, story, until_on) if instrument_at_home(one)]


def measures_asked(visit: Visit, story: Story, test: str, closed: Collection[str]) -> list[Measure]:
    """Return the measures due today by hand, after that of a test of the sensors that somebody does by hand instead."""
    due = measures_due(visit, story)
    chosen = LIVE_BY_ID.get(test)
    if chosen is None or test in closed:
        return due
    first = visit.content.measures[chosen.hand_measure]
    return [first, *(one for one in due if one.id != first.id)] if instrument_at_home(first) else due


def live_due(visit: Visit, story: Story, until_on: date | None = None) -> list[tuple[str, date]]:
    """Return the tests with the phone's own sensors that are due at home by a day, with the day from which they are."""
    tests = {one.measure: one.test for one in LIVE_TESTS}
    return [
        (tests[measure.id], due_on)
        for measure, due_on in _due(visit, story, until_on)
        if measure.id in tests and PHONE in {one.id for one in measure.instruments}
    ]


def instrument_at_home(measure: Measure) -> str:
    """Return the instrument a person has at home; none when it takes a sensor."""
    ids = {one.id for one in measure.instruments}
    return next((one for one in AT_HOME if one in ids), "")


def _due(visit: Visit, story: Story, until_on: date | None) -> list[tuple[Measure, date]]:
    last = until_on or visit.today
    found: dict[str, date] = {}
    for item in story.due:
        if item.where == "home" and item.due_on <= last:
            found.setdefault(item.measure, item.due_on)
    measures = visit.content.measures
    return [(measures[name], on) for name, on in found.items() if measures[name].setting in BY_HAND]
