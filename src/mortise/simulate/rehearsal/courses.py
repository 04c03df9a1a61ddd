"""One fictional patient under one policy, from the first day to the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from msgspec import UNSET

from mortise.episode.fold import Content
from mortise.protocol import Circumstances, Constraint, Exercise, Protocol, Tag
from mortise.record import ExerciseLog, Fact, PlanVersion, Session, StageEntry
from mortise.record.records import Episode, Person
from mortise.simulate.patients import trusted
from mortise.simulate.rehearsal.bodies import Body, Work, traits_of
from mortise.simulate.rehearsal.clinics import CLINICIAN, Clinic
from mortise.simulate.rehearsal.cohorts import Cohort
from mortise.simulate.rehearsal.engines import ORDINARY, Day, Engine
from mortise.simulate.rehearsal.judges import Judge, Violation
from mortise.simulate.rehearsal.phones import Phone, Told, truths
from mortise.terms import Advice, Load, Origin, Sex, Side

OPENED_ON = date(2026, 1, 5)
RULED_OUT_SHARE = 0.15  # of patients for whom a clinician rules a kind of work out; ours
LATE_AT_MOST_DAYS = 7
REAL_WITHIN_DAYS = 14  # a step back with a flare this long before it was not a false one
TURNS_WITHIN_DAYS = 7


class Counted(NamedTuple):
    """What is counted of one course. Whole numbers only, so that sums are the same in any order."""

    n_days: int
    n_violations: int
    n_advance_on_unknown: int
    n_unsafe_days: int  # loaded with what a truly flagged ankle must not have
    n_impact_days: int  # of these with impact
    n_flares: int
    n_flares_seen: int
    n_days_late: int  # of those seen
    n_steps_back: int
    n_false_steps_back: int
    n_contacts: int
    n_turns: int  # advice reversed within a week
    n_sessions: int
    day_finished: int  # 0: never


class Course(NamedTuple):
    """A course with every violation, for whoever wants to see them."""

    counted: Counted
    violations: tuple[Violation, ...]


class Who(NamedTuple):
    """Which patient: the same for every policy."""

    cohort: Cohort
    protocol_id: str
    seed: int
    n_days: int = 182
    any_stage: bool = False  # starts in a stage drawn by chance, so that every stage is lived in


def _chance(who: Who, part: str) -> Random:
    return Random(f"{who.protocol_id} {who.seed} {part}")


class Life:
    """A patient, a phone, a clinic and the engine, one day after the other."""

    def __init__(self, who: Who, policy: Content, released: Protocol) -> None:
        """Start on the first day.

        Parameters
        ----------
        who : Who
            Which patient.
        policy : Content
            Under which the engine decides.
        released : Protocol
            By which the judge judges.
        """
        cohort, protocol = who.cohort, policy.protocol(who.protocol_id)
        traits = traits_of(cohort, who.protocol_id, who.n_days, _chance(who, "traits"))
        self.who, self.policy = who, policy
        involved = Side.LEFT if who.seed % 2 else Side.RIGHT
        self.body = Body(traits, _chance(who, "body"), catches=who.protocol_id == "restricted-dorsiflexion")
        self.phone = Phone(cohort, protocol, policy.measures, involved, _chance(who, "phone"))
        self.clinic = Clinic(protocol, policy.measures, involved, _chance(who, "clinic"),
                             both_sides=cohort.both_sides)  # fmt: skip
        person = Person(birth_year=OPENED_ON.year - traits.age, sex=Sex.MALE if traits.is_male else Sex.FEMALE,
                        height_cm=Decimal(174))  # fmt: skip
        episode = Episode(id=f"rehearsal-{who.seed}", involved_side=involved, protocol=protocol.id, opened_on=OPENED_ON,
                          is_bilateral=cohort.both_sides)  # fmt: skip
        self.person, self.episode = person, episode
        self.engine = Engine(person, episode, policy)
        self.plan = _plan(who, protocol, policy)
        ruled_out = frozenset(self.plan.constraints[0].without_tags) if self.plan else frozenset[str]()
        self.judge = Judge(
            released, policy.measures, policy.exercises, age=traits.age, without_tags=ruled_out
        )
        self._start = _start(who, protocol)
        self.stage = protocol.first_stage if self._start is None else self._start.stage
        self.last_stage = protocol.stages[-1].id
        self._habits = _chance(who, "habits")
        self._week = week_of(protocol)

    def live(self, day: int) -> tuple[Day, Sequence[str], list[Violation]]:
        """Live one day.

        Parameters
        ----------
        day : int
            Days since the episode was opened; each once, in order.

        Returns
        -------
        tuple
            What the engine said, the exercises done, and what must not have been said.
        """
        on = OPENED_ON + timedelta(days=day)
        self.body.wake(day)
        trains, skips, noise = (self._habits.random() for _ in range(3))
        facts: list[Fact] = [one for one in (self.plan, self._start) if one is not None] if day == 0 else []
        facts += self.trust(on, day)
        facts += self.clinic.visit(on, day, self.stage, self.body)
        facts += self.phone.morning(on, day, self.stage, self.body)
        self._tell(facts)
        asks = self._week[self.stage][day % 7] and trains < self.body.traits.trains
        said = self.engine.day(on, self.circumstances(day), asks=asks)
        self.stage = said.folded.standing.stage
        violations = self.judge.judge(said)
        to = said.folded.decision.steps_back_to
        self.stage = self.stage if to is None else to
        done: tuple[str, ...] = ()
        if said.session is not None and said.session.exercises:
            done = tuple(self._train(said.session, on, day, skips, noise))
        acts = list(self.clinic.look(on, day, said.folded.decision, self.body))
        self._tell(acts)
        return said, done, violations

    def circumstances(self, day: int) -> Circumstances:
        """Return the day as it is; a script may say more."""
        return ORDINARY

    def trust(self, on: date, day: int) -> Sequence[Fact]:
        """Return what is written of autonomy: all that can be earned from the first day, to try the loosest engine."""
        return (trusted(on),) if day == 0 else ()

    def _tell(self, facts: list[Fact]) -> None:
        self.engine.take(facts)
        self.judge.hear(facts)

    def _train(self, session: Session, on: date, day: int, skips: float, noise: float) -> Iterator[str]:
        exercises, n_times = self.policy.exercises, self.who.cohort.dose
        planned = session.exercises
        skipped = int(skips * 40) if skips * 40 < len(planned) else -1
        items = []
        done: list[Exercise] = []
        load = 0.0
        for k, one in enumerate(planned):
            dose = one.dose
            if k == skipped:
                items.append(ExerciseLog(exercise=one.exercise, dose_step=one.dose_step, outcome="skipped"))
                continue
            exercise = exercises[one.exercise]
            done.append(exercise)
            load += (
                n_times
                * float(one.seconds)
                / 60
                * (1.0 + exercise.impact + 0.5 * (Tag.SINGLE_LEG in exercise.tags))
            )
            items.append(ExerciseLog(exercise=one.exercise, dose_step=one.dose_step, outcome="done",
                                     n_sets=dose.n_sets * n_times, n_reps=dose.n_reps,
                                     duration_s=dose.duration_s or UNSET))  # fmt: skip
        tags = {tag for one in done for tag in one.tags}
        work = Work(
            load, Tag.IMPACT in tags, bool(tags & {Tag.END_RANGE_DORSIFLEXION, Tag.END_RANGE_PLANTARFLEXION})
        )
        felt = self.body.train(work, noise)
        told = Told(felt, 2.5 + load / 14.0, felt >= 5.5 and noise > 0.6)
        self._tell(list(self.phone.log(on, day, session, items, told)))
        return iter([one.id for one in done])


def _plan(who: Who, protocol: Protocol, policy: Content) -> PlanVersion | None:
    """Let a clinician rule out a kind of work for some patients, whatever the protocol says."""
    chance = _chance(who, "plan")
    if chance.random() >= RULED_OUT_SHARE:
        return None
    tag = chance.choice([Tag.IMPACT, Tag.END_RANGE_DORSIFLEXION, Tag.UNSUPPORTED, Tag.QUICK]).value
    ruled = Constraint(id="clinician.ruled_out", author=CLINICIAN, reason="Ruled out for this patient.",
                       reason_patient="Not for you.", without_tags=(tag,))  # fmt: skip
    return PlanVersion(
        id="plan", on=OPENED_ON, origin=Origin.CLINICIAN, by=CLINICIAN, protocol=protocol.id,
        protocol_version=protocol.version, protocol_hash=policy.protocol_hash(protocol.id), constraints=(ruled,),
        reason="From the assessment.",
    )  # fmt: skip


def _start(who: Who, protocol: Protocol) -> StageEntry | None:
    if not who.any_stage:
        return None
    stage = _chance(who, "start").choice(protocol.stages)
    return StageEntry(id="start", on=OPENED_ON, origin=Origin.CLINICIAN, by=CLINICIAN, stage=stage.id)


def week_of(protocol: Protocol) -> Mapping[str, tuple[bool, ...]]:
    """Spread the sessions of each stage over the week.

    Parameters
    ----------
    protocol : Protocol
        Its stages.

    Returns
    -------
    mapping
        Stage to seven days from Monday, true where a session is planned.
    """
    weeks = {}
    for stage in protocol.stages:
        n = min(stage.n_sessions_per_week, 7)
        weeks[stage.id] = tuple((k + 1) * n // 7 > k * n // 7 for k in range(7))
    return weeks


def run(who: Who, policy: Content, released: Protocol) -> Course:
    """Live one whole course and count.

    Parameters
    ----------
    who : Who
        Which patient.
    policy : Content
        Under which the engine decides.
    released : Protocol
        By which the judge judges.

    Returns
    -------
    Course
        The same for the same arguments, on any machine.
    """
    life, count = Life(who, policy, released), _Counting()
    violations: list[Violation] = []
    for day in range(who.n_days):
        said, done, broken = life.live(day)
        violations += broken
        exposure = life.judge.expose(done, truths(life.body)) if done else None
        count.unsafe += exposure is not None and exposure.is_unsafe
        count.impact += exposure is not None and exposure.has_impact
        count.sessions += bool(done)
        count.day(day, said, life.body, is_last=life.stage == life.last_stage)
    return Course(count.counted(who.n_days, violations, life.clinic.n_contacts), tuple(violations))


class _Counting:
    """What is counted while days go by."""

    def __init__(self) -> None:
        self.unsafe = self.impact = self.sessions = 0
        self._flares = self._seen = self._late = self._back = self._false_back = self._turns = 0
        self._finished = 0
        self._waits_since: int | None = None  # a flare that nobody has reacted to yet
        self._flare_on = -99
        self._advice: Advice | None = None
        self._turned: tuple[int, bool] = (-99, False)  # day and direction of the last change of advice

    def day(self, day: int, said: Day, body: Body, *, is_last: bool) -> None:
        decision = said.folded.decision
        self._react(day, decision.advice, decision.load, body)
        if decision.steps_back_to is not None:
            self._back += 1
            self._false_back += day - self._flare_on > REAL_WITHIN_DAYS
        self._turn(day, decision.advice)
        if is_last and not self._finished:
            self._finished = day + 1

    def _react(self, day: int, advice: Advice, load: Load, body: Body) -> None:
        if body.flare_on == day:
            self._flares += 1
            self._flare_on = self._waits_since = day
        if body.is_flaring:
            self._flare_on = day
        if self._waits_since is None:
            return
        reacts = load.tightness <= Load.EASE.tightness or advice.tightness < Advice.HOLD.tightness
        late = day - self._waits_since
        if reacts:
            self._seen += 1
            self._late += late
        if reacts or late >= LATE_AT_MOST_DAYS:
            self._waits_since = None

    def _turn(self, day: int, advice: Advice) -> None:
        if self._advice is not None and advice is not self._advice:
            is_looser = advice.tightness > self._advice.tightness
            last_day, was_looser = self._turned
            self._turns += day - last_day <= TURNS_WITHIN_DAYS and was_looser != is_looser
            self._turned = (day, is_looser)
        self._advice = advice

    def counted(self, n_days: int, violations: Sequence[Violation], n_contacts: int) -> Counted:
        return Counted(
            n_days=n_days, n_violations=len(violations),
            n_advance_on_unknown=sum(one.kind == "advance_on_unknown" for one in violations),
            n_unsafe_days=self.unsafe, n_impact_days=self.impact, n_flares=self._flares, n_flares_seen=self._seen,
            n_days_late=self._late, n_steps_back=self._back, n_false_steps_back=self._false_back,
            n_contacts=n_contacts, n_turns=self._turns, n_sessions=self.sessions, day_finished=self._finished,
        )  # fmt: skip
