"""What keeps somebody at it: the days, what comes up, what to do in a flare. The fact, no praise, no blame."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n
from django.utils.translation import ngettext

from mortise.episode import Story
from mortise.progress import Keeping, Kept, keeping
from mortise.record import CheckIn, ClinicVisit, DecisionRecord, Reading, SessionLog
from mortise.report.words import day, listed
from mortise.terms import Load, Origin
from mortise.web.phone.live import BY_ID
from mortise.web.phone.said import said
from mortise.web.phone.self_tests import live_due, measures_due
from mortise.web.phone.visits import Visit
from mortise.web.ui.local import in_a_list

AHEAD = timedelta(days=28)
MOST_NAMED = 4
DAY_WORDS = {
    "done": _n("session done"), "lighter": _n("lighter session"), "rest": _n("rest, as planned"),
    "told": _n("told how it is"), "open": _n("nothing told"),
}  # fmt: skip
FLARE = ("education.flare", "education.pacing")


class DayMark(NamedTuple):
    """One day of the row: how it is drawn, and what it says."""

    kind: str
    words: str
    short: str


class KeepingCard(NamedTuple):
    """The days up to today, and what they come to in words."""

    headline: str
    lines: tuple[str, ...]
    days: tuple[DayMark, ...]


class Coming(NamedTuple):
    """One day ahead."""

    when: str
    words: str


class SensorTest(NamedTuple):
    """A test of the phone's sensors that is due."""

    url: str
    title: str


def keeping_card(visit: Visit, story: Story) -> KeepingCard | None:
    """Return how the person keeps at it; nothing before the first word."""
    found = _keeping(visit, story)
    if found.since_on is None:
        return None
    return KeepingCard(_headline(found), tuple(_lines(found)), tuple(_mark(one) for one in found.days))


def coming_up(visit: Visit, story: Story) -> tuple[Coming, ...]:
    """Return visits and re-tests of the next four weeks, by day; what is overdue is due today."""
    last = visit.today + AHEAD
    found = [
        (one.visit_on, _("Visit to your clinic")) for one in _visits(visit, story) if one.visit_on <= last
    ]
    alone = {one.id for one in measures_due(visit, story, last)}
    sensed = {BY_ID[name].measure for name, _on in live_due(visit, story, last)}
    by_day: dict[date, list[str]] = {}
    at_visit: dict[date, int] = {}
    for one in story.due:
        on = max(one.due_on, visit.today)
        if one.where == "visit" and on <= last:
            at_visit[on] = at_visit.get(on, 0) + 1
        elif one.measure in alone | sensed:
            by_day.setdefault(on, []).append(said(one.label))
    found += [(on, _("Test yourself: {tests}").format(tests=_some(labels))) for on, labels in by_day.items()]
    for on, n in at_visit.items():
        words = ngettext("{n} test at your clinic is due", "{n} tests at your clinic are due", n)
        found.append((on, words.format(n=n)))
    return tuple(Coming(_when(visit, on), words) for on, words in sorted(found, key=lambda each: each[0]))


def next_visit_words(visit: Visit, story: Story) -> str:
    """Return the next planned visit in words, or nothing."""
    visits = sorted(one.visit_on for one in _visits(visit, story))
    return _("Next visit: {day}.").format(day=_when(visit, visits[0])) if visits else ""


def sensor_tests_due(visit: Visit, story: Story) -> tuple[SensorTest, ...]:
    """Return the tests that are due today and that this phone can take with its sensors."""
    return tuple(
        SensorTest(reverse("phone:live-test", args=[name]), str(BY_ID[name].title))
        for name, _on in live_due(visit, story)
    )


def flare_plan(visit: Visit) -> tuple[str, ...]:
    """Return what to do in a flare, and how to spread what one does, in the words of the content."""
    texts = visit.content.texts
    return tuple(said(texts[key]) for key in FLARE if key in texts)


def _keeping(visit: Visit, story: Story) -> Keeping:
    mine = [one for one in story.facts if one.origin is not Origin.CLINICIAN]
    sessions: dict[date, bool] = {}
    for one in mine:
        if isinstance(one, SessionLog):
            is_whole = all(item.outcome == "done" for item in one.items)
            is_any = any(item.outcome != "skipped" for item in one.items)
            if is_any:
                sessions[one.on] = sessions.get(one.on, False) or is_whole
    told = {one.on for one in mine if isinstance(one, CheckIn | SessionLog | Reading)}
    loads: dict[date, bool] = {}
    for one in story.record.facts:
        if isinstance(one, DecisionRecord):
            loads[one.on] = one.decision.load is Load.REST or one.decision.is_locked
    return keeping(sessions, told, {on for on, is_rest in loads.items() if is_rest}, as_of=visit.today)


def _headline(found: Keeping) -> str:
    if not found.is_running:
        return _("We start where you left off.")
    return ngettext("Day {n}", "Day {n}", found.n_days).format(n=found.n_days)


def _lines(found: Keeping) -> list[str]:
    assert found.since_on is not None
    sessions = ngettext("{n} session since {day}.", "{n} sessions since {day}.", found.n_sessions)
    told = sessions.format(n=found.n_sessions, day=day(found.since_on))
    if not found.is_running:
        days = ngettext("{n} day without a word.", "{n} days without a word.", found.n_silent_days)
        return [
            days.format(n=found.n_silent_days),
            _("Sessions that were missed do not count against you."),
            told,
        ]
    return [told, _("Rest days, lighter days and days you missed are part of it.")]


def _mark(one: Kept) -> DayMark:
    return DayMark(one.kind, f"{day(one.on)}: {_(DAY_WORDS[one.kind])}", str(one.on.day))


def _visits(visit: Visit, story: Story) -> list[ClinicVisit]:
    planned = (one for one in story.facts if isinstance(one, ClinicVisit))
    return [one for one in planned if not one.is_held and one.visit_on >= visit.today]


def _when(visit: Visit, on: date) -> str:
    if on == visit.today:
        return _("today")
    return _("tomorrow") if on == visit.today + timedelta(days=1) else day(on)


def _some(labels: list[str]) -> str:
    words = [in_a_list(one) for one in dict.fromkeys(labels)]
    if len(words) <= MOST_NAMED:
        return listed(words)
    rest = len(words) - MOST_NAMED
    more = ngettext("{n} more", "{n} more", rest).format(n=rest)
    return listed([*words[:MOST_NAMED], more])
