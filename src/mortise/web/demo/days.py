"""Let a fictional patient live through the days up to today, the way a real one would: by the services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.utils import timezone
from msgspec import UNSET

from mortise.record import (
    CheckIn,
    ClinicVisit,
    ExerciseLog,
    Goal,
    PlannedExercise,
    Reading,
    Session,
    SessionLog,
    StageEntry,
    Treatment,
)  # fmt: skip
from mortise.record.facts import Fact
from mortise.simulate.patients import fictional_patient
from mortise.terms import Advice, Context, Origin
from mortise.web.accounts.models import User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.demo import tuesday
from mortise.web.demo.assessment import assess
from mortise.web.demo.people import Part, Treated

MORNING, VISIT, EVENING = time(6, 40), time(10, 30), time(17, 20)
LOOKS_EVERY_DAYS = 3  # what was proposed is answered then, the last time today
LEFT_ALONE_DAYS = 8  # or, where somebody is left alone, so many days ago
HOME_TAPE, TAPE = "tape_home", "tape"
SHORT_OF_TIME = 0.05  # of sessions end a set early
LUNGE, TECHNIQUE = "lunge_cm", "distraction"
# What is felt differs from one question to the next; the simulator gives them all the mirror of the pain.
FEELINGS = {"comfort_nrs": 0, "range_feeling_nrs": -2, "confidence_nrs": -1}
SORE_SESSION: dict[str, Decimal | None] = {"pain_during_nrs": Decimal(4), "effort_nrs": Decimal(6)}
TOO_MUCH: dict[str, Decimal | None] = {"pain_during_nrs": Decimal(7), "effort_nrs": Decimal(8)}
SORE_MORNING: dict[str, Decimal | None] = {
    "pain_morning_nrs": Decimal(4),
    "stiffness_morning_min": Decimal(25),
}


def live(part: Part, protocol: str, by: User, today: date) -> EpisodeRow:
    """Add a patient with an episode and let them live to the end of their story."""
    opened_on = today - timedelta(days=part.n_days)
    zone = ZoneInfo(by.clinic.time_zone)
    with clock.as_if(_moment(opened_on, time(9, 0), zone)):
        patient = services.add_patient(
            name=part.name, birth_year=part.birth_year, sex=part.sex, height_cm=Decimal(part.height_cm), by=by
        )
        episode = services.open_episode(
            patient=patient, involved_side=part.side, protocol=protocol, opened_on=opened_on, by=by
        )
        if part.goals:
            drafts = [services.GoalDraft(words) for words in part.goals]
            services.set_goals(episode=episode, goals=drafts, by=by)
        if part.problem:
            assess(episode, opened_on, by, part.problem, part.found)
        tuesday.begins(part.name, episode, by)
    life = _Life(part, episode, by)
    lived = {
        on: list(facts) for on, facts in groupby(_facts(part, protocol, opened_on), key=lambda one: one.on)
    }
    for n_days_ago in range(part.n_days, part.discharged_days_ago - 1, -1):
        life.day(today - timedelta(days=n_days_ago), n_days_ago, lived)
    return episode


def _facts(part: Part, protocol: str, opened_on: date) -> Iterator[Fact]:
    """Yield what the simulator makes up, without goals (each part has its own) and after the last day heard."""
    if not part.has_programme:
        return
    n_days = part.n_days - part.n_days_quiet + (0 if part.ending else 1)
    record = fictional_patient(
        content().protocol(protocol), content().measures, content().exercises, seed=part.seed,
        opened_on=opened_on, n_days=n_days, involved=part.side, habits=part.habits,
    )  # fmt: skip
    today = opened_on + timedelta(days=part.n_days)
    for fact in record.facts:
        is_later = fact.on == today and isinstance(fact, SessionLog)  # the day is not over
        is_told_here = isinstance(fact, Reading) and _tells_lunge(part, fact, today)
        if not isinstance(fact, Goal) and not is_later and not is_told_here:
            yield msgspec.structs.replace(fact, id=f"fictional-{part.seed}-{fact.id}", by="")


def _tells_lunge(part: Part, reading: Reading, today: date) -> bool:
    """Whether the part itself says what this reading of the treated ankle would say."""
    treated_from = today - timedelta(days=max((one.n_days_ago for one in part.treated), default=-1))
    is_told = bool(part.home_lunge_cm) or reading.on >= treated_from
    return is_told and reading.measure == LUNGE and reading.side is part.side


class _Life:
    """The days of one fictional patient."""

    def __init__(self, part: Part, episode: EpisodeRow, by: User) -> None:
        self.part, self.episode, self.by = part, episode, by
        self.patient_user = episode.patient.user
        self.zone = ZoneInfo(by.clinic.time_zone)
        self.session: Session | None = None
        self.sessions: dict[str, str] = {}  # session as simulated -> session as prescribed

    def day(self, on: date, n_days_ago: int, lived: Mapping[date, list[Fact]]) -> None:
        """Live one day: report in the morning, be at the clinic, train, tell how it went."""
        self.session = None
        facts = lived.get(on, [])
        trains = any(isinstance(one, SessionLog) for one in facts)
        with clock.as_if(_moment(on, MORNING, self.zone)):
            answered = self._report(on, [one for one in facts if isinstance(one, CheckIn)])
            if self.part.ending and n_days_ago == self.part.n_days_quiet:
                self.end(on)
        if answered and trains:
            self.session = answered.story.session
        with clock.as_if(_moment(on, VISIT, self.zone)):
            self._visit(on, [one for one in facts if isinstance(one, Reading | ClinicVisit)])
            for entry in facts:
                if isinstance(entry, StageEntry):
                    self._enter(on, entry.stage)
            for one in self.part.treated:
                if one.n_days_ago == n_days_ago:
                    self._treat(on, one)
            if answered and self._looks(n_days_ago):
                self._agree(answered.story.follow_up.open_raise)
            tuesday.happens(self.part.name, n_days_ago, self.episode, self.by)
            if n_days_ago and n_days_ago == self.part.discharged_days_ago:
                self._discharge()
        with clock.as_if(_moment(on, EVENING, self.zone)):
            self._report(on, [self._as_prescribed(on, one) for one in facts if isinstance(one, SessionLog)])

    def _looks(self, n_days_ago: int) -> bool:
        """Whether somebody answers on that day what was proposed."""
        is_left = self.part.is_left_alone and n_days_ago < LEFT_ALONE_DAYS
        return n_days_ago % LOOKS_EVERY_DAYS == 0 and not is_left

    def end(self, on: date) -> None:
        """Send the last check-in of the story: a calm one but for what happened."""
        protocol = content().protocol(self.episode.protocol)
        answers: dict[str, Decimal | None] = dict.fromkeys(protocol.check_in, Decimal(0))
        last = CheckIn(
            id=f"fictional-{self.part.seed}-ending", on=on, origin=Origin.PATIENT, moment="before_session",
            answers=answers | dict(self.part.ending),
        )  # fmt: skip
        self._report(on, [last])

    def _discharge(self) -> None:
        services.discharge(
            episode=self.episode, outcome="goals_reached", by=self.by,
            reason="What was wanted is possible again, and has been for two weeks.",
            summary="Keeps the two longest exercises twice a week, and writes when the bend becomes less.",
        )  # fmt: skip

    def _report(self, on: date, facts: Iterable[Fact]) -> services.Answered | None:
        sent = [self._timed(self._told(fact)) for fact in facts]
        if not sent:
            return None
        answered = services.answer_report(episode=self.episode, facts=sent, on=on, by=self.patient_user)
        _check(answered.answers)
        return answered

    def _visit(self, on: date, facts: Iterable[Fact]) -> None:
        sent = [self._timed(fact) for fact in facts]
        n_day = (on - self.episode.opened_on).days
        if self.part.home_lunge_cm and not n_day % 2:
            self._report(on, [self._home_lunge(on, n_day // 2)])
        if sent:
            _check(services.append_facts(episode=self.episode, facts=sent, by=self.by))

    def _home_lunge(self, on: date, n_before: int) -> Reading:
        """Return knee to wall as somebody takes it at home."""
        taken = self.part.home_lunge_cm[n_before % len(self.part.home_lunge_cm)]
        return Reading(
            id=f"fictional-{self.part.seed}-home-{n_before:03d}", on=on, origin=Origin.PATIENT, measure=LUNGE,
            side=self.episode.side, value=Decimal(taken), unit="cm", instrument=HOME_TAPE,
        )  # fmt: skip

    def _treat(self, on: date, one: Treated) -> None:
        """Test, treat by hand, test again, as the clinic room does it."""
        given = services.technique_of(self.episode, TECHNIQUE)
        assert given is not None
        told: dict[str, Any] = {
            "on": on,
            "origin": Origin.CLINICIAN,
            "captured_at": clock.now(),
            "by": str(self.by.pk),
        }
        before, after = (
            Reading(
                id=services.new_id(), measure=LUNGE, side=self.episode.side, value=Decimal(value), unit="cm",
                instrument=TAPE, context=context, at_visit=True, rater=str(self.by.pk), **told,
            )
            for value, context in ((one.before_cm, Context.BEFORE_TREATMENT), (one.after_cm, Context.AFTER_TREATMENT))
        )  # fmt: skip
        treatment = Treatment(
            id=services.new_id(), technique=given.id, exercise=given.exercise, joint="Talocrural",
            side=self.episode.side, grade="III", dose="4 x 60 s", position="On the back, heel over the edge",
            test=LUNGE, before=before.id, after=after.id, **told,
        )  # fmt: skip
        services.log_treatment(episode=self.episode, facts=[before, after, treatment], by=self.by)

    def _enter(self, on: date, stage: str) -> None:
        """Begin the programme, or answer the newest decision with the next stage."""
        newest = services.newest_decision(episode=self.episode, by=self.by)
        if stage == content().protocol(self.episode.protocol).first_stage or newest is None:
            services.set_plan(
                episode=self.episode, by=self.by, stage=stage, reason="First programme after the assessment."
            )
            return
        decided = services.decide(episode=self.episode, on=on, by=self.by).record
        row = services.decision_or_404(self.by, decided.id)
        if decided.decision.advice is Advice.ADVANCE and decided.decision.next_stage == stage:
            services.respond(decision=row, response="agree", by=self.by)
        elif not decided.decision.is_locked:
            services.respond(
                decision=row, response="overrule", by=self.by, advice=Advice.ADVANCE, stage=stage,
                reason="Seen at the visit today: walks calmly, range has come. The rest is taken along.",
            )  # fmt: skip

    def _agree(self, proposal: str) -> None:
        """Let load and dose rise for a week, when that was proposed."""
        if proposal:
            services.answer_proposal(episode=self.episode, proposal=proposal, answer="accept", by=self.by)

    def _as_prescribed(self, on: date, log: SessionLog) -> SessionLog:
        """Do what was prescribed for the day, with the answers that were simulated."""
        session = self.session or services.story_of(episode=self.episode, on=on, by=self.patient_user).session
        self.sessions[log.session] = session.id
        items = tuple(_done(one) for one in session.exercises)
        if items and not self._is_plain(on):
            items = (*items[:-1], _stopped_early(session.exercises[-1], is_sore=self._is_sore(on, 0)))
        return msgspec.structs.replace(
            log,
            session=session.id,
            items=items,
            minutes=_minutes(session),
            answers=self._felt(on, log.answers),
        )

    def _is_plain(self, on: date) -> bool:
        """Whether the day's session was done to its end: not a sore one, and not now and then for want of time."""
        day = on.toordinal() - self.episode.opened_on.toordinal()
        is_short = Random(f"{self.part.seed} {day} time").random() < SHORT_OF_TIME
        return not (is_short or self._is_sore(on, 0))

    def _felt(self, on: date, answers: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
        """Tell comfort, freedom and confidence apart, and let one session be too much."""
        chance = Random(f"{self.part.seed} {on.toordinal() - self.episode.opened_on.toordinal()}")
        felt = dict(answers)
        for name, away in FEELINGS.items():
            value = felt.get(name)
            if value is not None:
                felt[name] = min(max(value + away + chance.choice((-1, 0, 0, 1)), Decimal(0)), Decimal(10))
        if felt.get("effort_nrs") is not None:
            felt["effort_nrs"] = Decimal(chance.choice((4, 5, 5)))
        if self._days_ago(on) in self.part.too_much:
            return felt | TOO_MUCH
        return felt | SORE_SESSION if self._is_sore(on, 0) else felt

    def _days_ago(self, on: date) -> int:
        return self.part.n_days - (on - self.episode.opened_on).days

    def _is_sore(self, on: date, n_days_later: int) -> bool:
        day = (on - self.episode.opened_on).days - n_days_later
        return self.part.sore_day is not None and day == self.part.sore_day

    def _told(self, fact: Fact) -> Fact:
        if not isinstance(fact, CheckIn):
            return fact
        fact = self._said(fact)
        if not fact.session:
            return fact
        answers = fact.answers | SORE_MORNING if self._is_sore(fact.on, 1) else fact.answers
        session = self.sessions.get(fact.session, fact.session)
        return msgspec.structs.replace(fact, session=session, answers=answers)

    def _said(self, fact: CheckIn) -> CheckIn:
        """Let the part say what it says on that day; the simulator would call every sore ankle warm."""
        answers = dict(fact.answers)
        if "warmth_self" in answers and not fact.id.endswith("-ending"):
            answers["warmth_self"] = Decimal(0)
        if fact.moment == "before_session":
            answers |= self.part.said.get(self._days_ago(fact.on), {})
        return msgspec.structs.replace(fact, answers=answers)

    def _timed(self, fact: Fact) -> Fact:
        if isinstance(fact, Reading) and fact.rater:
            fact = msgspec.structs.replace(fact, rater=str(self.by.pk))  # whose hand it was, by name
        return msgspec.structs.replace(fact, captured_at=clock.now())


def _moment(on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment of a local time, but never one that is still to come."""
    moment = datetime.combine(on, at, tzinfo=zone).astimezone(UTC)
    return min(moment, timezone.now() - timedelta(minutes=5))


def _done(one: PlannedExercise) -> ExerciseLog:
    """Tell an exercise as the phone tells what was done as planned: sets, repetitions of each, seconds of each."""
    return ExerciseLog(
        exercise=one.exercise, dose_step=one.dose_step, outcome="done", n_sets=one.dose.n_sets, n_reps=one.dose.n_reps,
        duration_s=one.dose.duration_s or UNSET,
    )  # fmt: skip


def _stopped_early(one: PlannedExercise, *, is_sore: bool) -> ExerciseLog:
    """Tell an exercise of which the last set was left out; the only one of its sets was not begun."""
    n_sets = one.dose.n_sets - 1
    return msgspec.structs.replace(
        _done(one), outcome="modified" if n_sets else "skipped", n_sets=n_sets, n_reps=one.dose.n_reps if n_sets else 0,
        reason="pain" if is_sore else "no_time", pain_nrs=SORE_SESSION["pain_during_nrs"] if is_sore else None,
    )  # fmt: skip


def _minutes(session: Session) -> Decimal:
    """Return how long a session takes, in whole minutes."""
    return max((session.seconds / 60).quantize(Decimal(1)), Decimal(1))


def _check(answers: Iterable[services.Answer]) -> None:
    refused = [one for one in answers if not one.is_kept]
    if refused:
        raise AssertionError(f"the demonstration sends what is refused: {refused[0].reason}")
