"""Every way the days can go: an explicit search over what a patient and a clinic may do, through the real engine.

A state is what matters of a record on one day; the first record that reaches a state stands for all that do. From each
state every event is tried once, and the real `mortise.episode.story` says what follows. Properties hold on every step;
that the end can be reached is judged on the whole graph afterwards.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from mortise.catalog import Content
from mortise.catalog.cases import EARNED
from mortise.episode import Story, story
from mortise.proof.model import Leaf, StageModel, stage_models
from mortise.protocol import Operator, Protocol, Reduction
from mortise.record import (
    CheckIn,
    Episode,
    ExerciseLog,
    Fact,
    Judgement,
    PatientRecord,
    Person,
    Reading,
    SessionLog,
    StageEntry,
)
from mortise.terms import Advice, Better, Load, Measure, Origin, Sex, Side, Truth

Moment = Literal["before_session", "next_morning", "self_test"]
DAY_0 = date(2026, 1, 5)
KEPT_DAYS = (
    70  # older answers and sessions are forgotten, so that records stay short; stages and flags are not
)


class Place(NamedTuple):
    """What matters of a record on a day."""

    stage: str
    advice: Advice
    load: Load
    is_locked: bool
    is_silent: bool
    stayed: bool  # for the shortest stay


class Step(NamedTuple):
    """One event from one state to another."""

    start: Place
    event: str
    end: Place


class Broken(NamedTuple):
    """A property that a step broke, with the events that lead there."""

    what: str
    events: tuple[str, ...]


class Searched(NamedTuple):
    """What a search found."""

    places: tuple[Place, ...]
    steps: tuple[Step, ...]
    broken: tuple[Broken, ...]


class Diary(NamedTuple):
    """A record while days go by."""

    on: date
    facts: tuple[Fact, ...]
    events: tuple[str, ...]
    n_facts: int
    flagged: bool  # a red flag that nobody has resumed after


def search(content: Content, protocol_id: str, *, most_places: int = 400) -> Searched:
    """Search everything that can happen.

    Parameters
    ----------
    content : Content
        Real content.
    protocol_id : str
        Which protocol.
    most_places : int
        Where the search stops, as a fault.

    Returns
    -------
    Searched
        States, steps, and every property broken.
    """
    walker = _Walker(content, content.protocol(protocol_id))
    start = walker.opened()
    queue, seen, steps, broken = deque([start]), {walker.place(start): start}, [], list[Broken]()
    while queue and len(seen) <= most_places:
        diary = queue.popleft()
        before = walker.place(diary)
        for name in EVENTS:
            after = walker.live(diary, name)
            if after is None:
                continue
            place = walker.place(after)
            steps.append(Step(before, name, place))
            broken += [Broken(what, after.events) for what in walker.breaks(before, diary, name, after)]
            if place not in seen:
                seen[place] = after
                queue.append(after)
    if queue:
        broken.append(Broken(f"more than {most_places} states: the search did not end", ()))
    broken += _dead_ends(content.protocol(protocol_id), seen, steps)
    return Searched(tuple(seen), tuple(steps), tuple(broken))


def _dead_ends(protocol: Protocol, seen: Mapping[Place, Diary], steps: list[Step]) -> list[Broken]:
    """Name every state from which no events lead to the last stage."""
    last = protocol.stages[-1].id
    leads = {place for place in seen if place.stage == last}
    grown = True
    while grown:
        more = {step.start for step in steps if step.end in leads} - leads
        leads |= more
        grown = bool(more)
    return [
        Broken("from here the last stage cannot be reached", seen[one].events)
        for one in seen
        if one not in leads
    ]


class _Walker:
    """Makes facts and asks the engine."""

    def __init__(self, content: Content, protocol: Protocol) -> None:
        self.content, self.protocol = content, protocol
        self.models = {one.stage.id: one for one in stage_models(protocol, content.measures)}
        self.told: dict[tuple[str, ...], Story] = {}

    def opened(self) -> Diary:
        return Diary(DAY_0, (), (), 0, False)

    def story(self, diary: Diary) -> Story:
        if diary.events not in self.told:
            record = PatientRecord(
                person=Person(birth_year=DAY_0.year - 67, sex=Sex.FEMALE),
                episode=Episode(
                    id="days", involved_side=Side.LEFT, protocol=self.protocol.id, opened_on=DAY_0
                ),
                facts=(EARNED, *diary.facts),  # the loosest the engine can be
            )
            self.told[diary.events] = story(record, self.content, diary.on)
        return self.told[diary.events]

    def place(self, diary: Diary) -> Place:
        told = self.story(diary)
        days = (diary.on - told.entered_on).days
        heard = max((one.on for one in diary.facts if isinstance(one, CheckIn | SessionLog)), default=DAY_0)
        is_silent = (diary.on - heard).days >= self.protocol.silence_days
        stayed = days >= told.stage_now.min_days
        return Place(told.stage, told.decision.advice, told.decision.load, told.is_locked, is_silent, stayed)

    def live(self, diary: Diary, name: str) -> Diary | None:
        made = EVENTS[name](_Writer(self, diary))
        if made is None:
            return None
        first = made.on - timedelta(days=KEPT_DAYS)
        facts = tuple(
            one
            for one in made.facts
            if one.on >= first or isinstance(one, StageEntry | Judgement) or _is_flag(one, self.protocol)
        )
        return made._replace(events=(*diary.events, name), facts=facts)

    def breaks(self, before: Place, diary: Diary, name: str, after: Diary) -> list[str]:
        """Return which properties one step breaks."""
        told = self.story(after)
        place, decision = self.place(after), told.decision
        tags = {tag for one in told.session.exercises for tag in self.content.exercises[one.exercise].tags}
        blind = any(rule.truth is Truth.UNKNOWN for rule in decision.rules)
        found = {
            "a stage was entered without a clinician": place.stage != before.stage
            and name not in ("accept", "step back"),
            "advance before the shortest stay": place.advice is Advice.ADVANCE and not place.stayed,
            "advance in silence": place.advice is Advice.ADVANCE and place.is_silent,
            "advance on an unknown danger": place.advice is Advice.ADVANCE and blind,
            "load raised in silence": place.load is Load.RAISE and place.is_silent,
            "a red flag did not lock": after.flagged and not place.is_locked,
            "locked without stopping": place.is_locked and place.advice is not Advice.STOP_AND_SEEK_HELP,
            "locked without resting": place.is_locked and place.load is not Load.REST,
            "locked though resumed": place.is_locked and not after.flagged,
            "impact while locked or blind": "impact" in tags and (place.is_locked or blind),
        }
        return [what for what, is_broken in found.items() if is_broken]


def _is_flag(fact: Fact, protocol: Protocol) -> bool:
    return isinstance(fact, CheckIn) and any(fact.answers.get(flag) for flag in protocol.red_flags)


class _Writer:
    """Writes facts after a diary's last day."""

    def __init__(self, walker: _Walker, diary: Diary) -> None:
        self.walker, self.on = walker, diary.on
        self.facts, self.n_facts, self.flagged = list(diary.facts), diary.n_facts, diary.flagged
        self.events = diary.events
        self.told = walker.story(diary)
        self.protocol, self.measures = walker.protocol, walker.content.measures

    def done(self) -> Diary:
        return Diary(self.on, tuple(self.facts), self.events, self.n_facts, self.flagged)

    def of(self, kind: str, origin: Origin) -> dict[str, Any]:
        self.n_facts += 1
        return {
            "id": f"{kind}-{self.n_facts:05d}",
            "on": self.on,
            "origin": origin,
            "by": "ada" if origin is Origin.CLINICIAN else "ben",
        }

    def answer(
        self, asked: tuple[str, ...], moment: Moment, changes: Mapping[str, Decimal | None], session: str = ""
    ) -> None:
        answers: dict[str, Decimal | None] = {name: _best(self.measures[name]) for name in asked}
        self.facts.append(
            CheckIn(
                **self.of("answer", Origin.PATIENT),
                moment=moment,
                session=session,
                answers={**answers, **changes},
            )
        )

    def check_in(self, **changes: Decimal | None) -> None:
        self.answer(self.protocol.check_in, "before_session", changes)

    def train(self, **changes: Decimal) -> str:
        session = f"session-{self.n_facts}"
        slot = self.told.stage_now.slots[0]
        answers: dict[str, Decimal | None] = {
            name: _best(self.measures[name]) for name in self.protocol.after_session
        }
        self.facts.append(
            SessionLog(
                **self.of("session", Origin.PATIENT), session=session, logged_on=self.on,
                answers={**answers, **changes},
                items=(ExerciseLog(exercise=slot.exercise, dose_step=slot.first_step, outcome="done"),),
            )
        )  # fmt: skip
        return session

    def calm_day(self) -> None:
        self.on += timedelta(days=1)
        self.check_in()
        session = self.train()
        self.on += timedelta(days=1)
        self.answer(self.protocol.next_morning, "next_morning", {}, session)
        self.check_in()

    def test(self, model: StageModel) -> None:
        """Take every test that the gate asks for, each met."""
        wanted: dict[str, Decimal] = {}
        exits = [leaf for leaf in model.leaves if leaf.is_exit]
        for leaf in sorted(exits, key=lambda one: self.measures[one.criterion.measure].derive is None):
            wanted |= _passing(leaf, self.measures)  # its own bound counts before a comparison of sides
        for name, value in wanted.items():
            self.read(self.measures[name], value)

    def read(self, measure: Measure, value: Decimal) -> None:
        for side in (Side.LEFT, Side.RIGHT) if measure.is_sided else (Side.NONE,):
            instrument = measure.instruments[0].id if measure.instruments else ""
            self.facts.append(
                Reading(**self.of("reading", Origin.CLINICIAN), measure=measure.id, side=side, value=value,
                        unit=measure.unit, instrument=instrument, at_visit=True)
            )  # fmt: skip


def _best(measure: Measure) -> Decimal:
    return measure.high if measure.better is Better.UP else max(measure.low, Decimal(0))


def _passing(leaf: Leaf, measures: Mapping[str, Measure]) -> dict[str, Decimal]:
    """Return what has to be read for a criterion to be met; nothing for what answers and days already give."""
    measure = measures[leaf.criterion.measure]
    if measure.derive is not None:
        source = measures.get(measure.derive.of)
        if source is None or measure.derive.kind not in ("side_difference", "limb_symmetry"):
            return {}
        return {source.id: source.high / 2 // source.resolution * source.resolution}
    if leaf.criterion.reduce is not Reduction.LAST and leaf.criterion.reduce is not Reduction.FILTERED:
        return {}
    if leaf.operator is Operator.KNOWN or leaf.bound is None:
        return {measure.id: (measure.low + measure.high) / 2 // measure.resolution * measure.resolution}
    return {measure.id: _best(measure)}


# ---------------------------------------------------------------------- events


def _calm_week(write: _Writer) -> Diary:
    for _ in range(3):
        write.calm_day()
    return write.done()


def _tested_weeks(write: _Writer) -> Diary:
    """Live three calm weeks, with every test of the gate at the beginning, in the middle and at the end."""
    model = write.walker.models[write.told.stage]
    for number in range(12):
        write.calm_day()
        if number in (0, 5, 11):
            write.test(model)
    return write.done()


def _silence(write: _Writer) -> Diary:
    write.on += timedelta(days=write.protocol.silence_days + 1)
    return write.done()


def _red_flag(write: _Writer) -> Diary:
    write.on += timedelta(days=1)
    write.check_in(**{write.protocol.red_flags[0]: Decimal(1)})
    write.flagged = True
    return write.done()


def _half_told(write: _Writer) -> Diary:
    write.on += timedelta(days=1)
    write.check_in(**{write.protocol.danger_measures[-1]: None})
    return write.done()


def _nothing_told(write: _Writer) -> Diary:
    write.on += timedelta(days=2)
    return write.done()


def _two_red_days(write: _Writer) -> Diary:
    for _ in range(2):
        write.on += timedelta(days=1)
        write.check_in()
        session = write.train(pain_during_nrs=Decimal(8))
        write.on += timedelta(days=1)
        write.answer(write.protocol.next_morning, "next_morning", {"pain_morning_nrs": Decimal(5)}, session)
    write.check_in()
    return write.done()


def _resume(write: _Writer) -> Diary | None:
    if not write.flagged:
        return None
    write.on += timedelta(days=1)
    write.facts.append(
        Judgement(**write.of("resume", Origin.CLINICIAN), judgement="resume", reason="Seen and examined.")
    )
    write.flagged = False
    return write.done()


def _accept(write: _Writer) -> Diary | None:
    """Let the clinician accept an advance that is advised; nothing else goes up."""
    return _enter(write) if write.told.decision.advice is Advice.ADVANCE else None


def _step_back(write: _Writer) -> Diary | None:
    """Let a step back that is advised act, on its day."""
    return _enter(write) if write.told.decision.advice is Advice.STEP_BACK else None


def _enter(write: _Writer) -> Diary:
    stage = write.told.decision.next_stage
    assert stage is not None
    write.facts.append(StageEntry(**write.of("stage", Origin.CLINICIAN), stage=stage))
    return write.done()


EVENTS: dict[str, Callable[[_Writer], Diary | None]] = {
    "calm week": _calm_week,
    "three calm weeks with every test met": _tested_weeks,
    "silence": _silence,
    "red flag": _red_flag,
    "one danger unanswered": _half_told,
    "nothing told": _nothing_told,
    "two red days": _two_red_days,
    "resume": _resume,
    "accept": _accept,
    "step back": _step_back,
}
