"""Which tests a patient can do alone today, and with what."""

from __future__ import annotations

from mortise.episode import Story
from mortise.terms import Measure, Setting
from mortise.web.phone.visits import Visit

AT_HOME = ("tape_home", "self_test")
BY_HAND = {Setting.HOME, Setting.EITHER}


def measures_due(visit: Visit, story: Story) -> list[Measure]:
    """Return the home measures that are due by today and can be taken by hand, in order."""
    due = [item.measure for item in story.due if item.where == "home" and item.due_on <= visit.today]
    measures = (visit.content.measures[name] for name in dict.fromkeys(due))
    return [one for one in measures if one.setting in BY_HAND and instrument_at_home(one)]


def instrument_at_home(measure: Measure) -> str:
    """Return the instrument a person has at home; none when it takes a sensor."""
    ids = {one.id for one in measure.instruments}
    return next((one for one in AT_HOME if one in ids), "")
