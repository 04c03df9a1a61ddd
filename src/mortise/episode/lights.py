"""The light of each session: the protocol's light rules on the answers after it and of the next morning."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from mortise.decide import Inputs, Person, evaluate, ready_node
from mortise.decide.nodes import ReadyNode, leaves_of, tell
from mortise.episode.gather import answers_in
from mortise.episode.overdone import is_above_dose
from mortise.prescribe import DoneSession
from mortise.progress.answers import Asker
from mortise.progress.derived import Course, derive
from mortise.progress.readings import Seen, answered_with, track
from mortise.progress.sessions import LATE_AFTER_DAYS, LIGHT_GRADE, Bout
from mortise.protocol import Exercise, Light, LightRule, Protocol, Stage
from mortise.record import CheckIn, Fact, Finding, SessionLog
from mortise.record.tracks import Track
from mortise.terms import Limb, Measure, Truth

_LASTING = frozenset({"change_from_usual", "sum", "max", "count_at_least"})
_by_day, _on = attrgetter("on", "id"), attrgetter("on")
MORNING_DAYS = 2  # an answer later than this is about another morning


class SessionLight(Struct, frozen=True, kw_only=True):
    """How one session was borne, with the words for both readers; `light` None is not known (yet)."""

    session: str
    log: str
    on: date
    logged_on: date
    light: Light | None
    is_pending: bool  # the morning after can still be told
    is_late: bool
    is_within_dose: bool
    morning: str  # id of the newest check-in of the morning after
    reasons: tuple[str, ...]  # criteria that decided
    say_patient: str
    say_clinician: str


class LightRules:
    """The light rules of a protocol, ready, tightest first, and the measures they read."""

    def __init__(self, protocol: Protocol, measures: Mapping[str, Measure], person: Person) -> None:
        """Make the rules ready for one person."""
        ordered = sorted(protocol.lights, key=lambda one: LIGHT_GRADE[one.light])
        self.rules: list[tuple[LightRule, ReadyNode]] = [
            (
                one,
                ready_node(one.when, of="rule", group=f"light.{one.light.value}", measures=measures,
                           bands=protocol.bands, person=person),
            )
            for one in ordered
        ]  # fmt: skip
        self.keys = {leaf.ready.key: leaf.ready.measure for _, node in self.rules for leaf in leaves_of(node)}
        self.told = frozenset((*protocol.after_session, *protocol.next_morning))
        derived = [one.derive for name in self.keys.values() if (one := measures[name]).derive is not None]
        # What these derive from was over on the day of the session, so a light once given stays given.
        self.is_lasting = all(how is None or how.kind in _LASTING for how in derived)
        self.sources = frozenset(how.of for how in derived if how is not None)
        self._askers: dict[str, Asker] = {}

    def asker(self, measure: Measure, limb: Limb) -> Asker:
        """Return what cleans single answers to a question, made once."""
        found = self._askers.get(measure.id)
        if found is None or found.measure is not measure:
            found = self._askers[measure.id] = Asker(measure, limb)
        return found


class Told(Struct, frozen=True):
    """A session with the mornings that belong to it: told twice, the worse answer counts."""

    log: SessionLog
    mornings: tuple[CheckIn, ...]

    @property
    def morning(self) -> CheckIn | None:
        """Return the newest of the mornings, or None."""
        return self.mornings[-1] if self.mornings else None


class Sessions:
    """Every session told so far with the mornings that belong to it, oldest first.

    A morning belongs to the session it names, told on the next day or the one after; or else to the session of the day
    before.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._logs: list[SessionLog] = []
        self._by_session: dict[str, list[CheckIn]] = defaultdict(list)
        self._by_day: dict[date, list[CheckIn]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._logs)

    def add(self, fact: Fact) -> None:
        """Take in the next fact that counts; kinds that tell of no session change nothing.

        Parameters
        ----------
        fact : Fact
            In order of days.
        """
        if isinstance(fact, SessionLog):
            insort(self._logs, fact, key=_by_day)
        elif isinstance(fact, CheckIn) and fact.moment == "next_morning":
            if fact.session:
                insort(self._by_session[fact.session], fact, key=_by_day)
            else:
                insort(self._by_day[fact.on], fact, key=_by_day)

    def n_settled(self, first_new: date, seen_until: date) -> int:
        """Return how many leading sessions nothing can change any more.

        Parameters
        ----------
        first_new : date
            The earliest day of what was taken in since they were last lit.
        seen_until : date
            The day on which they were last lit.

        Returns
        -------
        int
            Those whose mornings were over before both.
        """
        over = min(first_new, seen_until + timedelta(days=1)) - timedelta(days=MORNING_DAYS)
        return bisect_left(self._logs, over, key=_on)

    def told_from(self, n_first: int) -> Iterator[Told]:
        """Yield the sessions from number `n_first` on.

        Parameters
        ----------
        n_first : int
            How many to leave out.

        Yields
        ------
        Told
            Oldest first.
        """
        for log in self._logs[n_first:]:
            named = [
                one
                for one in self._by_session.get(log.session, ())
                if 1 <= (one.on - log.on).days <= MORNING_DAYS
            ]
            yield Told(log, tuple(named or self._by_day.get(log.on + timedelta(days=1), ())))


class Lit(NamedTuple):
    """One session with its light, in the forms that progress, people and dosing read."""

    bout: Bout
    light: SessionLight
    done: DoneSession
    told: Told

    def stands(self, told: Told, as_of: date, lit_on: date, first_new: date) -> bool:
        """Tell whether the light need not be looked for again.

        Parameters
        ----------
        told : Told
            The session as it is told now.
        as_of : date
            The day.
        lit_on : date
            The day on which it was lit.
        first_new : date
            The earliest day of what was taken in since.

        Returns
        -------
        bool
            True when the same was told of it, it would be judged as of the same day, and nothing new reaches that day.
        """
        if self.told.log is not told.log or self.told.mornings != told.mornings:
            return False
        if told.morning is None and self.light.light is None:
            return False  # it may be waiting for its morning, or no longer
        judged_on = _judged_on(told, as_of)
        return judged_on == _judged_on(told, lit_on) and first_new > judged_on


def _judged_on(told: Told, as_of: date) -> date:
    """Return the day as of which a session is judged: that of its morning, or of the day it is still waited for."""
    return min(as_of, told.log.on + timedelta(days=1)) if told.morning is None else told.morning.on


def light_sessions(
    told: Iterable[Told],
    before: Sequence[Bout],
    rules: LightRules,
    course: Course,
    stage: Stage,
    exercises: Mapping[str, Exercise],
    as_of: date,
) -> list[Lit]:
    """Light sessions in order; a later one may read the lights before it.

    Parameters
    ----------
    told : iterable of Told
        Oldest first.
    before : sequence of Lit
        Earlier sessions, lit already.
    rules : LightRules
        Ready.
    course : Course
        For measures that a light rule derives.
    stage : Stage
        Its slots bound the doses.
    exercises : mapping of str to Exercise
        The library.
    as_of : date
        The day.

    Returns
    -------
    list of Lit
        Those of `told`, in order.
    """
    told = list(told)
    if not told:
        return []
    bouts = list(before)
    so_far = replace(course, bouts=bouts)  # the list grows with every session that has its light
    lit: list[Lit] = []
    for one in told:
        lit.append(_lit(one, rules, so_far, stage, exercises, as_of))
        bouts.append(lit[-1].bout)
    return lit


def _lit(
    one: Told, rules: LightRules, course: Course, stage: Stage, exercises: Mapping[str, Exercise], as_of: date
) -> Lit:
    log = one.log
    rule, reasons = _light(one, rules, course, as_of)
    light = None if rule is None else rule.light
    is_pending = light is None and one.morning is None and as_of <= log.on + timedelta(days=1)
    logged_on = _logged_on(log)
    is_late = (logged_on - log.on).days > LATE_AFTER_DAYS
    is_within = _is_within_dose(log, stage, exercises)
    readings = (log.id, *(morning.id for morning in one.mornings))
    is_done = any(item.outcome != "skipped" for item in log.items) if log.items else True
    counts = is_done and is_within and not is_late
    return Lit(
        Bout(log.session or log.id, log.on.toordinal(), light, counts, is_pending, readings, is_done),
        SessionLight(
            session=log.session, log=log.id, on=log.on, logged_on=logged_on, light=light,
            is_pending=is_pending, is_late=is_late, is_within_dose=is_within,
            morning="" if one.morning is None else one.morning.id, reasons=reasons,
            say_patient="" if rule is None else rule.say_patient,
            say_clinician="" if rule is None else rule.say_clinician,
        ),
        DoneSession(on=log.on, logged_on=logged_on, light=light, items=log.items,
                    effort_nrs=log.answers.get("effort_nrs")),
        one,
    )  # fmt: skip


def _logged_on(log: SessionLog) -> date:
    """Return the day a log was told: as it says, else the day it arrived, never before the day it was done."""
    if log.logged_on is not None:
        return log.logged_on
    return log.on if log.received_at is None else max(log.on, log.received_at.date())


def _light(
    told: Told, rules: LightRules, course: Course, as_of: date
) -> tuple[LightRule | None, tuple[str, ...]]:
    """Return the first light that is met, tightest first.

    Red and amber hold as soon as they are met. The milder two hold only when every tighter one is known not to be.
    """
    day = _judged_on(told, as_of)
    inputs = Inputs(day.toordinal(), _Scoped(told, rules, course, day))
    is_blind = False
    for rule, node in rules.rules:
        truth = tell(node, inputs)
        if truth is Truth.MET and (not is_blind or LIGHT_GRADE[rule.light] <= LIGHT_GRADE[Light.AMBER]):
            found: list[Finding] = []
            evaluate(node, inputs, found)
            return rule, tuple(one.criterion for one in found if one.truth is Truth.MET)
        is_blind = is_blind or truth is Truth.UNKNOWN
    return None, ()


class _Scoped(Mapping[str, Track]):
    """The tracks one session is judged on: its own answers, what derives from its day, else what was known by then."""

    def __init__(self, told: Told, rules: LightRules, course: Course, day: date) -> None:
        self._rules, self._course, self._day = rules, course, day
        self._made: dict[str, Track | None] = {}
        self._answers = {told.log.id: answers_in(told.log)}
        for morning in told.mornings:
            self._answers[morning.id] = answers_in(morning)

    def get(self, key: str, default: object = None) -> Track | None:  # type: ignore[override]
        """Return the track under `key` for this session, or None."""
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def _make(self, key: str) -> Track | None:
        measure = self._course.measures.get(self._rules.keys.get(key, ""))
        if measure is None:
            return None
        if measure.derive is not None:
            day = self._day.toordinal()
            return derive(measure, replace(self._course, days=range(day, day + 1)))
        told = self._answered(measure)
        if told is not None or measure.id in self._rules.told:
            return told
        known = self._course.tracks.get(key)
        return None if known is None else known.until(self._day.toordinal())

    def _answered(self, measure: Measure) -> Track | None:
        """Return the answer of the session or of its morning; where both hold one, the worse."""
        limb = Limb.INVOLVED if measure.is_sided else Limb.NONE
        day = self._day.toordinal()
        facts = [fact for fact in self._answers if measure.id in self._answers[fact]]
        if not facts:
            return None
        if len(facts) == 1:
            return self._rules.asker(measure, limb).track(facts[0], day, self._answers[facts[0]][measure.id])
        instrument = answered_with(measure)
        seen = [
            Seen(fact, day, self._answers[fact][measure.id], "", limb, instrument, is_answer=True)
            for fact in facts
        ]
        return track(measure, limb, seen)

    def __getitem__(self, key: str) -> Track:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules.keys)

    def __len__(self) -> int:
        return len(self._rules.keys)


def _is_within_dose(log: SessionLog, stage: Stage, exercises: Mapping[str, Exercise]) -> bool:
    """Whether nothing was done above its dose: a session overdone is no evidence of what the dose does."""
    last_steps = {slot.exercise: slot.last_step for slot in stage.slots}
    for item in log.items:
        exercise = exercises.get(item.exercise)
        if exercise is None or item.outcome == "skipped":
            continue
        if item.dose_step > last_steps.get(item.exercise, item.dose_step) or is_above_dose(item, exercise):
            return False
    return True
