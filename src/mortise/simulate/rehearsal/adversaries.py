"""Somebody who wants to be harmed: chooses what is told, when and how, to be loaded while flagged.

A trace is a few days of moves. It is played against the real engine and held against the judge, so whatever is found
is a case. `search` climbs from random traces towards more load on flagged days; Hypothesis can drive `play` as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from msgspec import UNSET

from mortise.episode.fold import Content
from mortise.protocol import Protocol, Tag
from mortise.record import (
    CheckIn,
    Correction,
    ExerciseLog,
    Fact,
    Judgement,
    PlanVersion,
    Session,
    SessionLog,
    StageEntry,
)
from mortise.record.records import Episode, Person
from mortise.simulate.rehearsal.engines import Engine
from mortise.simulate.rehearsal.judges import Judge, Violation
from mortise.terms import Origin, Sex, Side

DAY_0 = date(2026, 1, 5)
N_CALM_DAYS = 10  # before the first move: the patient has earned impact
N_RAISED = 3  # answers raised together, at most

# How the check-in is given, and what else a patient, or somebody in the patient's name, may try.
TELLS = (
    "not",
    "plainly",
    "twice, the second calm",
    "dated tomorrow",
    "dated yesterday",
    "cannot say",
    "bit by bit",
)
TRIES = ("nothing", "clinic resumes", "patient resumes", "patient enters the next stage", "patient corrects",
         "patient plans")  # fmt: skip
TRAINS = ("not", "as asked", "logged twice", "logged three days late")


class Move(NamedTuple):
    """One day: small whole numbers, so that any optimiser can choose them."""

    tells: int = 1  # index of `TELLS`
    pain: int = 0
    swelling: int = 0
    warm: int = 0
    sharp: int = 0
    catch: int = 0
    red: int = 0  # 0: none, else which red flag
    trains: int = 1  # index of `TRAINS`
    pain_during: int = 1
    morning: int = 1  # 0: the morning after is not told
    tries: int = 0  # index of `TRIES`


TOPS = Move(len(TELLS) - 1, 10, 3, 1, 1, 1, 3, len(TRAINS) - 1, 10, 1, len(TRIES) - 1)
Trace = tuple[Move, ...]


class Played(NamedTuple):
    """What came of a trace: what must never happen, and how much was asked of the ankle on flagged days."""

    violations: tuple[Violation, ...]
    load: int  # seconds of loaded work on days whose answers rule out impact, impact counted ten times
    n_flagged_days: int


class _Game:
    def __init__(self, policy: Content, released: Protocol, stage: str) -> None:
        self.protocol = policy.protocol(released.id)
        self.exercises, self.released = policy.exercises, released
        person = Person(birth_year=DAY_0.year - 33, sex=Sex.FEMALE)
        episode = Episode(id="adversary", involved_side=Side.LEFT, protocol=released.id, opened_on=DAY_0)
        self.engine = Engine(person, episode, policy)
        self.judge = Judge(released, policy.measures, policy.exercises, age=33)
        self.tell([StageEntry(id="start", on=DAY_0, origin=Origin.CLINICIAN, by="ada", stage=stage)])
        self.last_session = ""
        self.last_check_in = ""
        self.later: list[tuple[int, Fact]] = []
        self.violations: list[Violation] = []
        self.load = self.n_flagged = 0

    def tell(self, facts: Sequence[Fact]) -> None:
        self.engine.take(facts)
        self.judge.hear(facts)

    def play(self, n: int, move: Move) -> None:
        on = DAY_0 + timedelta(days=n)
        self.tell([fact for due, fact in self.later if due == n])
        self.tell(list(self._morning(n, on, move)))
        self.tell(list(self._attempt(n, on, move)))
        said = self.engine.day(on)
        self.violations += self.judge.judge(said)
        session = said.session
        if session is None:
            return
        if self._is_flagged(move):
            self.n_flagged += 1
            self.load += sum(self._weight(one.exercise, int(one.seconds)) for one in session.exercises)
        if move.trains and session.exercises:
            self._log(n, on, move, session)

    def _weight(self, name: str, seconds: int) -> int:
        tags = self.exercises[name].tags
        if set(tags) <= {Tag.OPEN_CHAIN}:
            return 0
        return seconds * (10 if Tag.IMPACT in tags else 1)

    def _is_flagged(self, move: Move) -> bool:
        return bool(move.pain >= 4 or move.swelling >= 2 or move.warm or move.sharp or move.red)

    def _answers(self, move: Move) -> dict[str, Decimal | None]:
        pain = Decimal(move.pain)
        raised = {
            "pain_now_nrs": pain, "pain_worst_24h_nrs": pain, "swelling_self": Decimal(move.swelling),
            "warmth_self": Decimal(move.warm), "sharp_pain_flag": Decimal(move.sharp),
            "fall_or_catch_flag": Decimal(move.catch), "fatigue_nrs": Decimal(2),
        }  # fmt: skip
        flags = self.released.red_flags
        if move.red:
            raised[flags[(move.red - 1) % len(flags)]] = Decimal(1)
        return {name: raised.get(name, Decimal(0)) for name in self.protocol.check_in}

    def _morning(self, n: int, on: date, move: Move) -> Iterator[Fact]:
        at = datetime.combine(on, time(7), UTC)
        if self.last_session and move.morning:
            said = dict.fromkeys(self.protocol.next_morning, Decimal(0))
            said |= {"pain_morning_nrs": Decimal(min(move.pain, 10)), "swelling_self": Decimal(move.swelling)}
            answers: dict[str, Decimal | None] = {name: said[name] for name in self.protocol.next_morning}
            yield CheckIn(id=f"m{n}", on=on, origin=Origin.PATIENT, moment="next_morning", answers=answers,
                          session=self.last_session, received_at=at)  # fmt: skip
        self.last_session = ""
        yield from self._check_in(n, on, at, move)

    def _check_in(self, n: int, on: date, at: datetime, move: Move) -> Iterator[Fact]:
        how, answers = TELLS[move.tells], self._answers(move)
        if how == "not":
            return
        self.last_check_in = f"c{n}"
        shift = {"dated tomorrow": 1, "dated yesterday": -1}.get(how, 0)
        if how == "cannot say":
            answers = {
                name: None if value and not name.startswith("red_") else value
                for name, value in answers.items()
            }
        if how == "bit by bit":
            for k, (name, value) in enumerate(answers.items()):
                yield self._told(f"c{n}-{k:02d}", on, at, {name: value})
            return
        yield self._told(f"c{n}", on + timedelta(days=shift), at, answers)
        if how == "twice, the second calm":
            yield self._told(f"c{n}b", on, at + timedelta(hours=1), self._answers(Move()))

    def _told(self, name: str, on: date, at: datetime, answers: dict[str, Decimal | None]) -> CheckIn:
        return CheckIn(id=name, on=on, origin=Origin.PATIENT, moment="before_session", answers=answers,
                       received_at=at)  # fmt: skip

    def _attempt(self, n: int, on: date, move: Move) -> Iterator[Fact]:
        what = TRIES[move.tries]
        if what == "clinic resumes":
            yield Judgement(
                id=f"j{n}", on=on, origin=Origin.CLINICIAN, by="ada", judgement="resume", reason="seen"
            )
        elif what == "patient resumes":
            yield Judgement(
                id=f"j{n}", on=on, origin=Origin.PATIENT, by="ben", judgement="resume", reason="I am fine"
            )
        elif what == "patient enters the next stage":
            yield StageEntry(
                id=f"e{n}", on=on, origin=Origin.PATIENT, by="ben", stage=self.protocol.stages[-1].id
            )
        elif what == "patient corrects" and self.last_check_in:
            yield Correction(id=f"k{n}", on=on, origin=Origin.PATIENT, by="ben", corrects=self.last_check_in,
                             reason="not so bad")  # fmt: skip
        elif what == "patient plans":
            steps = {slot.exercise: slot.last_step for slot in self.protocol.stages[-1].slots}
            yield PlanVersion(id=f"p{n}", on=on, origin=Origin.PATIENT, by="ben", protocol=self.protocol.id,
                              protocol_version=self.protocol.version, protocol_hash="", dose_steps=steps)  # fmt: skip

    def _log(self, n: int, on: date, move: Move, session: Session) -> None:
        how = TRAINS[move.trains]
        late = 3 if how == "logged three days late" else 0
        answers: dict[str, Decimal | None] = dict.fromkeys(self.protocol.after_session, Decimal(0))
        answers |= {
            "pain_during_nrs": Decimal(move.pain_during),
            "effort_nrs": Decimal(4),
            "confidence_nrs": Decimal(8),
        }
        items = tuple(
            ExerciseLog(exercise=one.exercise, dose_step=one.dose_step, outcome="done", n_sets=one.dose.n_sets,
                        n_reps=one.dose.n_reps, duration_s=one.dose.duration_s or UNSET)
            for one in session.exercises
        )  # fmt: skip
        said_on = on + timedelta(days=late)
        made = [
            SessionLog(id=name, on=on, logged_on=said_on, origin=Origin.PATIENT, session=session.id, items=items,
                       answers=answers)
            for name in ((f"l{n}", f"l{n}b") if how == "logged twice" else (f"l{n}",))
        ]  # fmt: skip
        if late:
            self.later += [(n + late, one) for one in made]
            return
        self.last_session = session.id
        self.tell(made)


def play(trace: Sequence[Move], policy: Content, released: Protocol, stage: str) -> Played:
    """Play a trace after ten calm days in a stage.

    Parameters
    ----------
    trace : sequence of Move
        One for each day.
    policy : Content
        Under which the engine decides.
    released : Protocol
        By which the judge judges.
    stage : str
        Entered by a clinician on the first day.

    Returns
    -------
    Played
        The same for the same arguments.
    """
    game = _Game(policy, released, stage)
    for n, move in enumerate([*[Move()] * N_CALM_DAYS, *trace]):
        game.play(n, move)
    return Played(tuple(game.violations), game.load, game.n_flagged)


class Found(NamedTuple):
    """The hardest trace of a search, and what came of it."""

    trace: Trace
    played: Played
    n_played: int


def search(
    policy: Content, released: Protocol, stage: str, *, seed: int, n_plays: int, n_days: int = 6
) -> Found:
    """Climb towards more load on flagged days; stop at the first violation.

    Parameters
    ----------
    policy : Content
        Under which the engine decides.
    released : Protocol
        By which the judge judges.
    stage : str
        The stage to play in.
    seed : int
        Another seed climbs elsewhere.
    n_plays : int
        How many traces are played.
    n_days : int
        Length of a trace.

    Returns
    -------
    Found
        The trace with a violation, else that with the most load while flagged.
    """
    chance = Random(f"{released.id} {stage} {seed}")
    best = _random(chance, n_days)
    reached = play(best, policy, released, stage)
    n_played, n_stale = 1, 0
    top, top_reached = best, reached
    while n_played < n_plays and not top_reached.violations:
        if n_stale > 12:  # start elsewhere
            best, n_stale = _random(chance, n_days), 0
            reached = play(best, policy, released, stage)
            n_played += 1
        else:
            tried = _changed(chance, best)
            came = play(tried, policy, released, stage)
            n_played += 1
            n_stale += 1
            if (bool(came.violations), came.load) > (bool(reached.violations), reached.load):
                best, reached, n_stale = tried, came, 0
        if (bool(reached.violations), reached.load) > (bool(top_reached.violations), top_reached.load):
            top, top_reached = best, reached
    return Found(top, top_reached, n_played)


def _random(chance: Random, n_days: int) -> Trace:
    return tuple(_random_move(chance) for _ in range(n_days))


def _random_move(chance: Random) -> Move:
    """Draw a day on which a few answers are raised and the rest is as on a calm one."""
    move = Move()
    for name in chance.sample(Move._fields, chance.randint(1, N_RAISED)):
        move = move._replace(**{name: chance.randint(0, getattr(TOPS, name))})
    return move


def _changed(chance: Random, trace: Trace) -> Trace:
    days = list(trace)
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(days))
        if chance.random() < 0.3:
            days[at] = _random_move(chance)
        else:
            name = chance.choice(Move._fields)
            days[at] = days[at]._replace(**{name: chance.randint(0, getattr(TOPS, name))})
    return tuple(days)
