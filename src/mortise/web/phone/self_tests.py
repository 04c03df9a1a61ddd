"""Which tests a patient can do alone today, and with what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n

from mortise.episode import Story
from mortise.terms import Measure, Setting
from mortise.web.phone.live import BY_ID as LIVE_BY_ID
from mortise.web.phone.live import TESTS as LIVE_TESTS
from mortise.web.phone.said import said
from mortise.web.phone.visits import Visit

AT_HOME = ("tape_home", "self_test")
BY_HAND = {Setting.HOME, Setting.EITHER}
PHONE = "phone"
HOW = {
    "lunge_cm": _n(
        "Foot straight to the wall, heel down, knee over the second toe. Slide the foot back until the knee only just"
        " touches the wall. Measure from the longest toe to the wall with a tape. Do it three times and write down the"
        " average. Test before your exercises, not after."
    ),
    "heel_rise_count": _n(
        "Stand on one leg, knee straight, fingertips on the wall. One second up, one second down. Count until you"
        " cannot come up as high any more. Rest two minutes before the other leg."
    ),
    "single_leg_stand_s": _n(
        "Stand next to something to hold, eyes open. Lift the other foot and count the seconds until it comes down,"
        " thirty at most. The best of three counts."
    ),
    "single_hop_cm": _n(
        "Hop forward once on one leg and hold the landing for two seconds. Measure from where the toe was to where the"
        " heel lands. Two to practise, then the best of three."
    ),
    "cadence_spm": _n("Walk at your usual pace on the flat and count your steps for a minute."),
}


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


def how_words(measure: Measure) -> str:
    """Return how a measure is taken at home; the content says it to whoever tests somebody else."""
    return gettext(HOW[measure.id]) if measure.id in HOW else said(measure.how)


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
