"""Let a fictional patient live through the days up to today, the way a real one would: by the services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

import msgspec
from django.utils import timezone

from mortise.record import CheckIn, ClinicVisit, ExerciseLog, Goal, Reading, Session, SessionLog, StageEntry
from mortise.record.facts import Fact
from mortise.simulate.patients import fictional_patient
from mortise.terms import Advice, Origin
from mortise.web.accounts.models import User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.demo.assessment import assess
from mortise.web.demo.people import Part

MORNING, VISIT, EVENING = time(6, 40), time(10, 30), time(17, 20)
LOOKS_ON = (0, 3)  # Mondays and Thursdays: the days on which what was proposed is answered
# What is felt differs from one question to the next; the simulator gives them all the mirror of the pain.
FEELINGS = {"comfort_nrs": 0, "range_feeling_nrs": -2, "confidence_nrs": -1}
SORE_SESSION: dict[str, Decimal | None] = {"pain_during_nrs": Decimal(4), "effort_nrs": Decimal(6)}
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
            name=part.name, birth_year=part.birth_year, sex=part.sex, height_cm=Decimal(175), by=by
        )
        episode = services.open_episode(
            patient=patient, involved_side=part.side, protocol=protocol, opened_on=opened_on, by=by
        )
        if part.goals:
            drafts = [services.GoalDraft(words) for words in part.goals]
            services.set_goals(episode=episode, goals=drafts, by=by)
        if part.problem:
            assess(episode, opened_on, by, part.problem, part.found)
    life = _Life(part, episode, by)
    for on, facts in groupby(_facts(part, protocol, opened_on), key=lambda fact: fact.on):
        life.day(on, list(facts))
    if part.ending:
        life.end(today - timedelta(days=part.n_days_quiet))
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
        if not isinstance(fact, Goal) and not is_later:
            yield msgspec.structs.replace(fact, id=f"fictional-{part.seed}-{fact.id}", by="")


class _Life:
    """The days of one fictional patient."""

    def __init__(self, part: Part, episode: EpisodeRow, by: User) -> None:
        self.part, self.episode, self.by = part, episode, by
        self.patient_user = episode.patient.user
        self.zone = ZoneInfo(by.clinic.time_zone)
        self.session: Session | None = None
        self.sessions: dict[str, str] = {}  # session as simulated -> session as prescribed

    def day(self, on: date, facts: list[Fact]) -> None:
        """Live one day: report in the morning, be at the clinic, train, tell how it went."""
        self.session = None
        trains = any(isinstance(one, SessionLog) for one in facts)
        with clock.as_if(_moment(on, MORNING, self.zone)):
            answered = self._report(on, [one for one in facts if isinstance(one, CheckIn)])
        if answered and trains:
            self.session = answered.story.session
        with clock.as_if(_moment(on, VISIT, self.zone)):
            self._visit([one for one in facts if isinstance(one, Reading | ClinicVisit)])
            for entry in facts:
                if isinstance(entry, StageEntry):
                    self._enter(on, entry.stage)
            if answered and on.weekday() in LOOKS_ON:
                self._agree(answered.story.follow_up.open_raise)
        with clock.as_if(_moment(on, EVENING, self.zone)):
            self._report(on, [self._as_prescribed(on, one) for one in facts if isinstance(one, SessionLog)])

    def end(self, on: date) -> None:
        """Send the last check-in of the story: a calm one but for what happened."""
        protocol = content().protocol(self.episode.protocol)
        answers: dict[str, Decimal | None] = dict.fromkeys(protocol.check_in, Decimal(0))
        moment = _moment(on, MORNING, self.zone)
        last = CheckIn(
            id=f"fictional-{self.part.seed}-ending", on=on, origin=Origin.PATIENT, moment="before_session",
            answers=answers | dict(self.part.ending),
        )  # fmt: skip
        with clock.as_if(moment):
            self._report(on, [last])

    def _report(self, on: date, facts: Iterable[Fact]) -> services.Answered | None:
        sent = [self._timed(self._told(fact)) for fact in facts]
        if not sent:
            return None
        answered = services.answer_report(episode=self.episode, facts=sent, on=on, by=self.patient_user)
        _check(answered.answers)
        return answered

    def _visit(self, facts: Iterable[Fact]) -> None:
        sent = [self._timed(fact) for fact in facts]
        if sent:
            _check(services.append_facts(episode=self.episode, facts=sent, by=self.by))

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
        items = tuple(
            ExerciseLog(exercise=one.exercise, dose_step=one.dose_step, outcome="done")
            for one in session.exercises
        )
        return msgspec.structs.replace(
            log,
            session=session.id,
            items=items,
            minutes=_minutes(session),
            answers=self._felt(on, log.answers),
        )

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
        return felt | SORE_SESSION if self._is_sore(on, 0) else felt

    def _is_sore(self, on: date, n_days_later: int) -> bool:
        day = (on - self.episode.opened_on).days - n_days_later
        return self.part.sore_day is not None and day == self.part.sore_day

    def _told(self, fact: Fact) -> Fact:
        if not isinstance(fact, CheckIn) or not fact.session:
            return fact
        answers = fact.answers | SORE_MORNING if self._is_sore(fact.on, 1) else fact.answers
        session = self.sessions.get(fact.session, fact.session)
        return msgspec.structs.replace(fact, session=session, answers=answers)

    def _timed(self, fact: Fact) -> Fact:
        return msgspec.structs.replace(fact, captured_at=clock.now())


def _moment(on: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment of a local time, but never one that is still to come."""
    moment = datetime.combine(on, at, tzinfo=zone).astimezone(UTC)
    return min(moment, timezone.now() - timedelta(minutes=5))


def _minutes(session: Session) -> Decimal:
    """Return how long a session takes, in whole minutes."""
    return max((session.seconds / 60).quantize(Decimal(1)), Decimal(1))


def _check(answers: Iterable[services.Answer]) -> None:
    refused = [one for one in answers if not one.is_kept]
    if refused:
        raise AssertionError(f"the demonstration sends what is refused: {refused[0].reason}")
