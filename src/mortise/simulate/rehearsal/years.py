"""A scripted year of one fictional patient: busy weeks, a holiday, flu, a sprain, a plateau, a season."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import UNSET

from mortise.decide.autonomy import N_DAYS_LEAST
from mortise.episode import Story, to_raise
from mortise.episode.fold import Content
from mortise.protocol import Circumstances, Phase
from mortise.record import (
    AutonomyEntry,
    CheckIn,
    ClinicVisit,
    EscalationStep,
    Fact,
    Judgement,
    PlanVersion,
    Proposal,
    ProposalAnswer,
    StageEntry,
)
from mortise.simulate.rehearsal.bodies import Body, Traits
from mortise.simulate.rehearsal.clinics import CLINICIAN, VISIT_DAYS, Clinic
from mortise.simulate.rehearsal.cohorts import Cohort
from mortise.simulate.rehearsal.courses import OPENED_ON, Life, Who, week_of
from mortise.simulate.rehearsal.engines import Day
from mortise.simulate.rehearsal.judges import Judge, Violation
from mortise.simulate.rehearsal.phones import Phone
from mortise.terms import Autonomy, Origin, Side

PROTOCOL = "anterior-impingement"
N_DAYS = 365
_BEN = Cohort(id="ben", title="Ben", what="tells what is, and lives a year", answers=0.97, trains=0.95)


class Span(NamedTuple):
    """Something that lasts from one day until before another."""

    what: str
    first: int
    until: int
    over: str = ""  # how it ends, in words

    def has(self, day: int) -> bool:
        """Whether it lasts on a day."""
        return self.first <= day < self.until


BUSY = Span("Busy weeks at work: ten minutes a day.", 28, 42, "The busy weeks are over.")
HOLIDAY = Span("Holiday: travelling, no equipment; the phone stays in the bag for five days.", 63, 77)
FLU = Span("Flu.", 98, 105)
SPRAIN_ON = 133
SPRAIN_PAIN, SPRAIN_DAYS = 3.2, 9  # a mild one
SEEN_AGAIN_ON = 140  # the visit after the sprain: Ada puts Ben where the ankle is
SEEN_STAGE = "A2"
PLATEAU = Span("The range has stopped moving.", 182, 252, "The range may move again.")
SEASON = Span("The season: training on Tuesday and Thursday, a match on Saturday.", 301, 357)
SPANS = (BUSY, HOLIDAY, FLU, PLATEAU, SEASON)
AGREES_AFTER_DAYS = 7  # Ada says yes to the first raise that was proposed
_PLANS = ((0, Phase.BUILD, 0), (SEASON.first, Phase.SEASON, SEASON.until))
_AWAY = range(HOLIDAY.first + 2, HOLIDAY.first + 7)
_SPORT_WEEKDAYS = (1, 3, 5)
_MATCH_WEEKDAY = 5
_SEASON_WEEKDAYS = (0, 2, 3, 6)  # of his exercises: between training and match, and once after training


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
    is_left_out: bool  # a session stood in the plan and he did not open it


class _Clinic(Clinic):
    """A clinic that puts a visit off while its patient is away or ill."""

    def visit(self, on: date, day: int, stage: str, body: Body) -> Iterator[Fact]:
        is_kept = _can_come(day)
        wanted = day // VISIT_DAYS * VISIT_DAYS
        was_put_off = day == FLU.until and not _can_come(wanted)
        if not was_put_off and not (is_kept and day % VISIT_DAYS == 0):
            return
        for fact in super().visit(on, wanted, stage, body):
            if isinstance(fact, ClinicVisit) and not fact.is_held:
                yield ClinicVisit(id=fact.id, on=on, origin=fact.origin, by=fact.by,
                                  visit_on=on + timedelta(days=_next_visit(day) - day))  # fmt: skip
            else:
                yield fact


def _can_come(day: int) -> bool:
    return not (HOLIDAY.has(day) or FLU.has(day))


def _next_visit(day: int) -> int:
    n_days = VISIT_DAYS - day % VISIT_DAYS
    return day + n_days if _can_come(day + n_days) or FLU.has(day + n_days) else day + n_days + VISIT_DAYS


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
        self.clinic = _Clinic(
            released, content.measures, self.episode.involved_side, self.clinic._chance, both_sides=False
        )
        self.plan = None
        self.judge = Judge(released, content.measures, content.exercises, age=self.body.traits.age)
        self._facts: list[Fact] = []
        self._waiting: list[Proposal | EscalationStep] = []
        self._autonomy: Autonomy | None = None
        self._counts_from, self._is_locked = 0, False

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

    def trust(self, on: date, day: int) -> Sequence[Fact]:
        """Return what Ada set and what the server wrote of autonomy: proposing first, applying once it is earned."""
        found: list[Fact] = [
            _plan_version(self, on, phase, until) for first, phase, until in _PLANS if first == day
        ]
        n_days = day - self._counts_from
        now = Autonomy.APPLY if n_days >= N_DAYS_LEAST else Autonomy.PROPOSE
        now = Autonomy.OBSERVE if self._is_locked else now
        if now is not self._autonomy:
            self._autonomy = now
            found.append(AutonomyEntry(
                id=f"u{day}", on=on, origin=Origin.ENGINE, by="engine", autonomy=now, clinician=CLINICIAN,
                n_days=n_days,
            ))  # fmt: skip
        if now is Autonomy.PROPOSE and n_days == AGREES_AFTER_DAYS:
            found += _agreed(on, day)
        return found

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
        if SEASON.has(day):
            self._week = {**self._week, self.stage: tuple(k in _SEASON_WEEKDAYS for k in range(7))}
        elif day == SEASON.until:
            self._week = week_of(self.policy.protocol(PROTOCOL))
        is_due = self._week[self.stage][day % 7]
        said, done, violations = self.live(day)
        self._follow(OPENED_ON + timedelta(days=day), day, said)
        self._is_locked = said.folded.decision.is_locked
        self._counts_from = day + 1 if self._is_locked else self._counts_from
        if PLATEAU.has(day):
            self.body.range_cm = before
        if day == SPRAIN_ON:
            self.body._flare_pain, self.body.n_flare_left = SPRAIN_PAIN, SPRAIN_DAYS
        return Lived(day, tuple(_events(day)), self.circumstances(day), said, tuple(done), tuple(self._facts),
                     tuple(violations), self.episode.involved_side, is_due and said.session is None)  # fmt: skip

    def _follow(self, on: date, day: int, said: Day) -> None:
        """Store what the server stores of a decision, and let Ada answer at a visit what waits for her."""
        story = Story(self.engine.record, self.policy, self.circumstances(day), said.folded)
        steps = [one for one in story.follow_up.proposals if one.proposes in ("plateau_step", "discharge")]
        raised = [
            EscalationStep(id=f"x{day}-{name}", on=on, origin=Origin.ENGINE, by="engine", escalation=name,
                           step="raised", because=rule)
            for name, rule in to_raise(said.folded.decision, said.folded.known.facts, said.folded.protocol)
        ]  # fmt: skip
        self._tell([*steps, *raised])
        self._waiting += [*steps, *raised]
        is_seen = any(
            isinstance(one, Judgement) or (isinstance(one, ClinicVisit) and one.is_held)
            for one in self._facts
        )
        if is_seen and self._waiting:
            self._tell([_answered(one, on, day) for one in self._waiting])
            self._waiting = []
        if day == SEEN_AGAIN_ON:
            self._tell(
                [StageEntry(id=f"s{day}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, stage=SEEN_STAGE)]
            )
            self.stage = SEEN_STAGE

    def _tell(self, facts: list[Fact]) -> None:
        self._facts += facts
        super()._tell(facts)

    def _train(self, *args: object) -> Iterator[str]:
        has_told = any(isinstance(one, CheckIn) and one.moment == "before_session" for one in self._facts)
        if self._stays_home or not has_told:  # the phone opens no session before it has asked
            return iter(())
        return super()._train(*args)  # type: ignore[arg-type]


def _plan_version(life: Year, on: date, phase: Phase, until: int) -> PlanVersion:
    """Return the plan of a time of the year: from its day on, and never for a day before."""
    protocol = life.policy.protocol(PROTOCOL)
    words = {Phase.BUILD: "From the assessment.", Phase.SEASON: "The season: hold what was gained."}
    is_build = phase is Phase.BUILD
    return PlanVersion(
        id=f"plan-{on.isoformat()}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, protocol=protocol.id,
        protocol_version=protocol.version, protocol_hash=life.policy.protocol_hash(PROTOCOL),
        reason=words[phase], phase=UNSET if is_build else phase,
        phase_until_on=UNSET if is_build else OPENED_ON + timedelta(days=until - 1),
    )  # fmt: skip


def _answered(one: Proposal | EscalationStep, on: date, day: int) -> Fact:
    """Return what Ada answers at a visit: yes to a step of the ladder, an outcome for what was sent on.

    Care may end once the season is over; thought of, it is still to be written.
    """
    if isinstance(one, Proposal) and one.proposes == "discharge" and day >= SEASON.until:
        return ProposalAnswer(id=f"{one.id}-y", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, proposal=one.id,
                              answer="accept", reason="Held through the season: we end next time.")  # fmt: skip
    if isinstance(one, Proposal) and one.proposes == "discharge":
        return ProposalAnswer(id=f"{one.id}-n", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, proposal=one.id,
                              answer="decline", reason="Not before the season is over: we keep watching.")  # fmt: skip
    if isinstance(one, Proposal):
        return ProposalAnswer(id=f"{one.id}-y", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, proposal=one.id,
                              answer="accept", reason="Looked at together at the visit.")  # fmt: skip
    return EscalationStep(
        id=f"{one.id}-c", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, escalation=one.escalation, step="closed",
        case=one.id, outcome="seen", reason="Examined, and the plan looked through.",
    )  # fmt: skip


def _agreed(on: date, day: int) -> list[Fact]:
    """Return a raise that was proposed, and Ada's yes to it, which holds for a week."""
    asked = Proposal(id=f"a{day}", on=on, origin=Origin.ENGINE, by="engine", proposes="raise")
    return [asked, ProposalAnswer(
        id=f"y{day}", on=on, origin=Origin.CLINICIAN, by=CLINICIAN, proposal=asked.id, answer="accept",
    )]  # fmt: skip


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
            yield span.over or f"{span.what.split(':')[0].rstrip('.')} is over."


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
