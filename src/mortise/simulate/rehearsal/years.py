"""A scripted year of one fictional patient: busy weeks, a holiday, flu, a sprain, a plateau, a season."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from mortise.episode.fold import Content
from mortise.protocol import Circumstances
from mortise.record import Fact
from mortise.simulate.rehearsal.bodies import Body, Traits
from mortise.simulate.rehearsal.cohorts import Cohort
from mortise.simulate.rehearsal.courses import OPENED_ON, Life, Who
from mortise.simulate.rehearsal.engines import Day
from mortise.simulate.rehearsal.judges import Judge, Violation
from mortise.simulate.rehearsal.phones import Phone
from mortise.terms import Side

PROTOCOL = "anterior-impingement"
N_DAYS = 365
_BEN = Cohort(id="ben", title="Ben", what="tells what is, and lives a year", answers=0.97, trains=0.95)


class Span(NamedTuple):
    """Something that lasts from one day until before another."""

    what: str
    first: int
    until: int

    def has(self, day: int) -> bool:
        """Whether it lasts on a day."""
        return self.first <= day < self.until


BUSY = Span("Busy weeks at work: ten minutes a day.", 28, 42)
HOLIDAY = Span("Holiday: travelling, no equipment; the phone stays in the bag for five days.", 63, 77)
FLU = Span("Flu.", 98, 105)
SPRAIN_ON = 133
SPRAIN_PAIN, SPRAIN_DAYS = 3.2, 9  # a mild one
PLATEAU = Span("The range has stopped moving.", 182, 252)
SEASON = Span("The season: training on Tuesday and Thursday, a match on Saturday.", 301, 357)
SPANS = (BUSY, HOLIDAY, FLU, PLATEAU, SEASON)
_AWAY = range(HOLIDAY.first + 2, HOLIDAY.first + 7)
_SPORT_WEEKDAYS = (1, 3, 5)
_MATCH_WEEKDAY = 5


class Lived(NamedTuple):
    """One day of the year."""

    n: int
    events: tuple[str, ...]
    circumstances: Circumstances
    said: Day
    done: tuple[str, ...]
    facts: tuple[Fact, ...]
    violations: tuple[Violation, ...]
    involved: Side


class _SilentPhone(Phone):
    """A phone that stays in the bag for some days of the holiday."""

    def morning(self, on: date, day: int, stage: str, body: Body) -> Iterator[Fact]:
        told = list(super().morning(on, day, stage, body))
        return iter([] if day in _AWAY else told)


class Year(Life):
    """Ben's year. The engine in it is the real one; the life around it is scripted."""

    def __init__(self, content: Content) -> None:
        """Start on the first day.

        Parameters
        ----------
        content : Content
            As loaded by the catalogue.
        """
        released = content.protocol(PROTOCOL)
        super().__init__(Who(_BEN, PROTOCOL, 24, N_DAYS), content, released)
        self.body.traits = _traits(self.body.traits)
        self.body.range_cm = self.body.traits.goal_cm - self.body.traits.deficit_cm
        self.body.strength, self.body.pain = self.body.traits.strength, self.body.traits.pain
        self.phone = _SilentPhone(
            _BEN, released, content.measures, self.episode.involved_side, self.phone._chance
        )
        self.plan = None
        self.judge = Judge(released, content.measures, content.exercises, age=self.body.traits.age)
        self._facts: list[Fact] = []

    def circumstances(self, day: int) -> Circumstances:
        """Return the day as Ben lives it."""
        weekday = (OPENED_ON + timedelta(days=day)).weekday()
        return Circumstances(
            minutes=10 if BUSY.has(day) else None,
            equipment=() if HOLIDAY.has(day) else None,
            is_travelling=HOLIDAY.has(day),
            is_ill=FLU.has(day),
            did_other_sport=SEASON.has(day) and weekday in _SPORT_WEEKDAYS,
            is_ankle_hot=SEASON.has(day) and weekday == _MATCH_WEEKDAY + 1 and (day // 7) % 3 == 0,
        )

    def lived(self, day: int) -> Lived:
        """Live one day of the year.

        Parameters
        ----------
        day : int
            From 0, each once, in order.

        Returns
        -------
        Lived
            What happened, what was said, what was done.
        """
        self.body.fatigue = 8.0 if FLU.has(day) else 3.0
        self._stays_home = FLU.has(day) or day in _AWAY
        before = self.body.range_cm
        self._facts = []
        said, done, violations = self.live(day)
        if PLATEAU.has(day):
            self.body.range_cm = before
        if day == SPRAIN_ON:
            self.body._flare_pain, self.body.n_flare_left = SPRAIN_PAIN, SPRAIN_DAYS
        return Lived(day, tuple(_events(day)), self.circumstances(day), said, tuple(done), tuple(self._facts),
                     tuple(violations), self.episode.involved_side)  # fmt: skip

    def _tell(self, facts: list[Fact]) -> None:
        self._facts += facts
        super()._tell(facts)

    def _train(self, *args: object) -> Iterator[str]:
        return iter(()) if self._stays_home else super()._train(*args)  # type: ignore[arg-type]


def _traits(drawn: Traits) -> Traits:
    """Return Ben's: stiff, not too strong, but one who recovers."""
    return drawn._replace(
        age=34, is_male=True, goal_cm=11.6, deficit_cm=3.4, is_bony=False, is_poor=False, range_cm_a_week=0.6,
        strength=0.74, strength_early=3.6, strength_late=1.2, pain=4.6, pain_fades_weeks=2.2, trains=0.95,
        accident_on=SPRAIN_ON,
    )  # fmt: skip


def _events(day: int) -> Iterator[str]:
    if day == SPRAIN_ON:
        yield "A missed step on the stairs: the ankle turns again."
    for span in SPANS:
        if span.first == day:
            yield span.what
        if span.until == day:
            yield (
                f"{span.what.split(':')[0].rstrip('.')} is over."
                if span is not BUSY
                else "The busy weeks are over."
            )


def year(content: Content) -> Sequence[Lived]:
    """Live the whole year.

    Parameters
    ----------
    content : Content
        As loaded by the catalogue.

    Returns
    -------
    sequence of Lived
        365 days.
    """
    life = Year(content)
    return [life.lived(day) for day in range(N_DAYS)]
