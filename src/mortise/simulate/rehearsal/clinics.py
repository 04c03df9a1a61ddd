"""A fictional clinician: visits, tests, accepts what is proposed, sees those who are stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random

from mortise.protocol import Protocol, Stage
from mortise.protocol.criteria import criteria_in
from mortise.record import ClinicVisit, Decision, Fact, Judgement, Reading, StageEntry
from mortise.simulate.rehearsal.bodies import Body
from mortise.simulate.rehearsal.tested import instrument_of, value_of
from mortise.terms import Advice, Measure, Origin, Setting, Side

CLINICIAN = "ada"
VISIT_DAYS = 14
ATTENDS = 0.92
RESUMES_AFTER_DAYS = 4  # seen, and the programme opened again, when the red flag is over
CALLS_AGAIN_DAYS = 7
ACCEPTS_WITHIN_DAYS = 3


class Clinic:
    """Visits every fortnight, a look at the list every weekday.

    Attributes
    ----------
    n_contacts : int
        Calls and unplanned visits that the engine asked for; planned visits are not counted.
    """

    def __init__(
        self,
        protocol: Protocol,
        measures: Mapping[str, Measure],
        involved: Side,
        chance: Random,
        *,
        both_sides: bool,
    ) -> None:
        """Start before the first visit.

        Parameters
        ----------
        protocol : Protocol
            What is due at visits.
        measures : mapping of str to Measure
            Every measure.
        involved : Side
            The treated ankle.
        chance : Random
            Of this clinic alone.
        both_sides : bool
            Whether the other side is affected too.
        """
        self.protocol, self.measures, self.involved = protocol, measures, involved
        self._chance, self._both_sides = chance, both_sides
        self.n_contacts = 0
        self._taken: dict[str, int] = {}
        self._needed = {stage.id: _needed_at_visits(protocol, stage, measures) for stage in protocol.stages}
        self._locked_since: int | None = None
        self._called_on: int | None = None
        self._proposed_since: int | None = None

    def visit(self, on: date, day: int, stage: str, body: Body) -> Iterator[Fact]:
        """Hold the visit of the day, if there is one.

        Parameters
        ----------
        on : date
            The date.
        day : int
            Days since the episode was opened.
        stage : str
            The stage of the patient.
        body : Body
            The ankle today.

        Yields
        ------
        Fact
            The visit, the next one planned, and what was measured.
        """
        if day % VISIT_DAYS:
            return
        missed = self._chance.random() >= ATTENDS and day > 0
        yield ClinicVisit(id=f"p{day}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN,
                          visit_on=on + timedelta(days=VISIT_DAYS))  # fmt: skip
        if missed:
            return
        yield ClinicVisit(
            id=f"v{day}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, visit_on=on, is_held=True
        )
        for name, every_days in self._needed[stage].items():
            measure = self.measures[name]
            if day - self._taken.get(name, -999) < every_days:
                continue
            self._taken[name] = day
            sides = (self.involved, self.involved.opposite) if measure.is_sided else (Side.NONE,)
            for side in sides:
                is_sound = side is self.involved.opposite and not self._both_sides
                yield Reading(
                    id=f"r{day}-{name}-{side.value}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, measure=name,
                    side=side, value=value_of(measure, body, self._chance, is_sound=is_sound), unit=measure.unit,
                    instrument=instrument_of(measure, at_home=False), at_visit=True, rater=CLINICIAN,
                )  # fmt: skip

    def look(self, on: date, day: int, decision: Decision, body: Body) -> Iterator[Fact]:
        """Look at the day's decision and act on it.

        Parameters
        ----------
        on : date
            The date.
        day : int
            Days since the episode was opened.
        decision : Decision
            Of the day.
        body : Body
            What an examination would find.

        Yields
        ------
        Fact
            A stage entered, a programme resumed.
        """
        if decision.is_locked:
            yield from self._see(on, day, body)
            return
        self._locked_since = None
        has_called = self._called_on is not None and day - self._called_on < CALLS_AGAIN_DAYS
        if decision.advice is Advice.ASK_CLINICIAN and not has_called:
            self.n_contacts += 1
            self._called_on = day
        if decision.advice is not Advice.ADVANCE or decision.next_stage is None:
            self._proposed_since = None
            return
        if self._proposed_since is None:
            self._proposed_since = day
        if on.weekday() < 5 and (
            day % VISIT_DAYS == 0 or day - self._proposed_since >= ACCEPTS_WITHIN_DAYS - 1
        ):
            self._proposed_since = None
            yield StageEntry(
                id=f"e{day}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, stage=decision.next_stage
            )

    def _see(self, on: date, day: int, body: Body) -> Iterator[Fact]:
        if self._locked_since is None:
            self._locked_since = day
            self.n_contacts += 1
        if day - self._locked_since >= RESUMES_AFTER_DAYS and not body.red:
            yield Judgement(id=f"j{day}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, judgement="resume",
                            reason="Examined; nothing that speaks against going on.")  # fmt: skip


def _needed_at_visits(protocol: Protocol, stage: Stage, measures: Mapping[str, Measure]) -> dict[str, int]:
    """Return what a visit in a stage measures, and how often: what is due, and what the exits read."""
    found: dict[str, int] = {}
    for review in protocol.reviews:
        if review.at_visit and stage.id in review.stages:
            found[review.measure] = min(review.every_days, found.get(review.measure, 999))
    at_home = {one.measure for one in protocol.reviews if not one.at_visit and stage.id in one.stages}
    for line in stage.exit:
        for criterion in criteria_in(line):
            measure = measures.get(criterion.measure)
            while measure is not None and measure.derive is not None:
                measure = measures.get(measure.derive.of)
            if measure is None or measure.setting is Setting.HOME or measure.id in at_home:
                continue
            found[measure.id] = VISIT_DAYS if criterion.max_age_days <= 42 else criterion.max_age_days // 2
    return dict(sorted(found.items()))
