"""What must never happen, judged without the engine: from what was told, the tags of exercises and the rules as data.

Nothing here calls `decide` or `prescribe`. The judge reads the *released* protocol, whatever policy decides, so that a
policy that has lost a rule is held to it all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from mortise.protocol import Criterion, Exercise, Group, Operator, Protocol, Reduction, Tag
from mortise.record import CheckIn, Decision, Fact, Judgement, Reading, Session, SessionLog
from mortise.simulate.rehearsal.engines import Day
from mortise.terms import Advice, Load, Measure, Origin, Setting

CONTACTS_AT_MOST, CAREFUL_CONTACTS_AT_MOST, CAREFUL_FROM_AGE = 140, 60, 65  # STG-07, GATE-11
VISIT_FRESH_DAYS = 91  # ENGINE.md, In force 2: however far away the next visit is planned
N_TOLD_KEPT = 6  # answers to each question of danger
_TOLD = (CheckIn, SessionLog)
_IMPACT, _MANUAL = Tag.IMPACT.value, Tag.MANUAL.value


class Flag(NamedTuple):
    """A rule that one told answer settles: a daily danger, a red flag."""

    rule: str
    measure: str
    is_at_least: bool
    bound: Decimal
    tags: frozenset[str]
    is_rest: bool
    locks: bool
    n_days: int

    def is_met(self, value: Decimal) -> bool:
        """Whether a value meets it."""
        return value >= self.bound if self.is_at_least else value <= self.bound

    def is_met_by_any(self, told: Iterable[tuple[date, Decimal]]) -> bool:
        """Whether any of some dated values meets it."""
        values = [value for _, value in told]
        return max(values) >= self.bound if self.is_at_least else min(values) <= self.bound


def flags_of(protocol: Protocol) -> tuple[Flag, ...]:
    """Return every rule of a protocol that compares one newest answer of the check-in with a figure.

    Parameters
    ----------
    protocol : Protocol
        As released.

    Returns
    -------
    tuple of Flag
        Rules on derived measures are left out: they are the engine's own to compute.
    """
    asked = set(protocol.check_in)
    found: list[Flag] = []
    for rule in protocol.rules:
        when = rule.when
        if rule.stages or not isinstance(when, Criterion) or when.measure not in asked or when.value is None:
            continue
        if when.reduce is not Reduction.LAST or when.operator not in (Operator.AT_LEAST, Operator.AT_MOST):
            continue
        found.append(Flag(rule.id, when.measure, when.operator is Operator.AT_LEAST, when.value,
                          frozenset(rule.without_tags), rule.load is Load.REST, rule.locks, rule.for_days))  # fmt: skip
    return tuple(found)


class Violation(NamedTuple):
    """One thing that must never happen and did."""

    kind: str  # advance_on_unknown, contraindicated, impact_while_flagged, work_while_locked, dose
    on: date
    what: str


class Exposure(NamedTuple):
    """What a day's work did to an ankle that was truly flagged, whether or not anybody had told."""

    is_unsafe: bool
    has_impact: bool


class Judge:
    """Keeps its own account of what one patient told, and holds every answer of the engine against it."""

    def __init__(
        self,
        protocol: Protocol,
        measures: Mapping[str, Measure],
        exercises: Mapping[str, Exercise],
        *,
        age: int,
        without_tags: frozenset[str] = frozenset(),
    ) -> None:
        """Start with nothing told.

        Parameters
        ----------
        protocol : Protocol
            As released.
        measures : mapping of str to Measure
            Every measure.
        exercises : mapping of str to Exercise
            The library.
        age : int
            In years.
        without_tags : frozenset of str
            What a clinician has ruled out for this patient.
        """
        self.flags = flags_of(protocol)
        self._protocol, self._measures, self._exercises = protocol, measures, exercises
        self._age, self._ruled_out = age, without_tags
        self._stages = {stage.id: frozenset(stage.without_tags) for stage in protocol.stages}
        self._told: dict[str, deque[tuple[date, Decimal]]] = {}  # danger measures: dated, value
        self._answered: dict[str, date] = {}  # the newest date of an answer, by measure
        self._read: dict[str, date] = {}  # of a reading, of either side
        self._open_red: list[date] = []
        self._has_fallen = False
        self._received_today: dict[str, list[Decimal]] = {}
        self._danger = {flag.measure for flag in self.flags}
        self._flags_on = {
            name: [flag for flag in self.flags if flag.measure == name] for name in self._danger
        }
        self._tags = {name: frozenset(tag.value for tag in one.tags) for name, one in exercises.items()}
        self._impact_flags = [
            flag for flag in self.flags if _IMPACT in flag.tags or flag.is_rest or flag.locks
        ]

    def hear(self, facts: Iterable[Fact]) -> None:
        """Keep account of what was told since yesterday's session.

        Parameters
        ----------
        facts : iterable of Fact
            As the engine gets them.
        """
        for fact in facts:
            if isinstance(fact, _TOLD):
                on, is_check_in = fact.on, isinstance(fact, CheckIn)
                for name, value in fact.answers.items():
                    if value is None:
                        continue
                    newest = self._answered.get(name)
                    if newest is None or on > newest:
                        self._answered[name] = on
                    if name in self._danger:
                        self._keep(name, on, value, is_check_in=is_check_in)
            elif isinstance(fact, Reading):
                self._read[fact.measure] = max(self._read.get(fact.measure, fact.on), fact.on)
            elif (
                isinstance(fact, Judgement) and fact.judgement == "resume" and fact.origin is Origin.CLINICIAN
            ):
                self._open_red = [on for on in self._open_red if on >= fact.on]

    def _keep(self, name: str, on: date, value: Decimal, *, is_check_in: bool) -> None:
        told = self._told.get(name)
        if told is None:
            told = self._told[name] = deque(maxlen=N_TOLD_KEPT)
        told.append((on, value))
        if is_check_in:
            self._received_today.setdefault(name, []).append(value)
        for flag in self._flags_on[name]:
            if flag.is_met(value):
                if flag.locks:
                    self._open_red.append(on)
                self._has_fallen = self._has_fallen or name in ("fall_or_catch_flag", "red_fall")

    def judge(self, day: Day) -> list[Violation]:
        """Return everything that must not be in what the engine said today.

        Parameters
        ----------
        day : Day
            Decision and session.

        Returns
        -------
        list of Violation
            Empty when all is well.
        """
        found: list[Violation] = []
        decision = day.folded.decision
        if decision.advice is Advice.ADVANCE:
            found += [Violation("advance_on_unknown", day.on, what) for what in self._unknown_exits(day)]
            if self._open_red:
                found.append(Violation("advance_on_unknown", day.on, "a red flag is open"))
        if day.session is not None and day.session.exercises:
            found += self._in_session(day.session, day.on, decision)
        self._received_today = {}
        return found

    def _in_session(self, session: Session, on: date, decision: Decision) -> list[Violation]:
        found: list[Violation] = []
        if self._open_red:
            found.append(Violation("work_while_locked", on, "a session although a red flag is open"))
        met = self._met_today(on)
        withheld = self._withheld(session.stage, met)
        is_rest = any(flag.is_rest for flag in met)
        has_impact_flag = self._is_impact_flagged(on)
        for one in session.exercises:
            tags = self._tags[one.exercise]
            hit = tags & withheld
            if hit:
                found.append(Violation("contraindicated", on, f"{one.exercise}: {', '.join(sorted(hit))}"))
            if is_rest and tags - {Tag.OPEN_CHAIN.value}:
                found.append(Violation("contraindicated", on, f"{one.exercise}: loaded on a day of rest"))
            if _IMPACT in tags and has_impact_flag:
                found.append(Violation("impact_while_flagged", on, f"{one.exercise}: {has_impact_flag}"))
            if one.dose_step > one.usual_step + 1:
                found.append(Violation("dose", on, f"{one.exercise}: more than one step at once"))
        most = (
            CAREFUL_CONTACTS_AT_MOST
            if self._age >= CAREFUL_FROM_AGE or self._has_fallen
            else CONTACTS_AT_MOST
        )
        if session.n_contacts > most:
            found.append(Violation("dose", on, f"{session.n_contacts} contacts, at most {most}"))
        return found

    def _withheld(self, stage: str, met: Iterable[Flag]) -> frozenset[str]:
        found = self._stages.get(stage, frozenset()) | self._ruled_out | {_MANUAL}
        for flag in met:
            found |= flag.tags
        return found

    def _met_today(self, on: date) -> list[Flag]:
        """Return the flags that every answer of one of their days meets."""
        found = []
        for flag in self.flags:
            told = self._told.get(flag.measure)
            if not told or not flag.is_met_by_any(told):
                continue
            dated = {one_on for one_on, _ in told if 0 <= (on - one_on).days < flag.n_days}
            for when in dated:
                if all(flag.is_met(value) for one_on, value in told if one_on == when):
                    found.append(flag)
                    break
        return found

    def _is_impact_flagged(self, on: date) -> str:
        """Return why nobody may jump today, or "": told today whatever its date, or not told at all."""
        for flag in self._impact_flags:
            if any(flag.is_met(value) for value in self._received_today.get(flag.measure, ())):
                return flag.rule
        for name in self._protocol.danger_measures:
            newest = self._answered.get(name)
            if newest is None or (on - newest).days > self._measures[name].fresh_days:
                return f"{name} is not known"
        return ""

    def _unknown_exits(self, day: Day) -> list[str]:
        stage = day.folded.stage
        truths = {one.criterion: one.truth.value for one in day.folded.decision.findings if one.of == "exit"}
        return [line.id for line in stage.exit if not (self._holds(line, truths, day.on))]

    def _holds(self, node: Criterion | Group, truths: Mapping[str, str], on: date) -> bool:
        """Whether a line is met by what was really told: by its own findings, none of them older than it may be."""
        if isinstance(node, Group):
            return sum(self._holds(one, truths, on) for one in node.of) >= node.n_needed
        return truths.get(node.id) == "met" and self._is_known(node, on)

    def _is_known(self, node: Criterion, on: date) -> bool:
        measure = self._measures[node.measure]
        n_days = node.max_age_days
        while measure.derive is not None:
            if not measure.derive.of:
                return True
            measure = self._measures[measure.derive.of]
            n_days = max(n_days, measure.fresh_days)
        if measure.setting is not Setting.HOME:
            n_days = max(n_days, VISIT_FRESH_DAYS)
        dated = [newest[measure.id] for newest in (self._answered, self._read) if measure.id in newest]
        return bool(dated) and (on - max(dated)).days <= n_days

    def expose(self, done: Iterable[str], true: Mapping[str, Decimal]) -> Exposure:
        """Judge what was really done against how the ankle really was.

        Parameters
        ----------
        done : iterable of str
            Exercise ids.
        true : mapping of str to Decimal
            What honest answers would have been.

        Returns
        -------
        Exposure
            Unsafe: something done that the released rules withhold from an ankle like this.
        """
        met = [flag for flag in self.flags if flag.measure in true and flag.is_met(true[flag.measure])]
        if not met:
            return Exposure(False, False)
        tags = frozenset().union(*(flag.tags for flag in met))
        is_rest = any(flag.is_rest or flag.locks for flag in met)
        all_tags = [self._tags[name] for name in done if name in self._tags]
        loaded = is_rest and any(one - {Tag.OPEN_CHAIN.value} for one in all_tags)
        is_impact = any(_IMPACT in one for one in all_tags) and (is_rest or _IMPACT in tags)
        return Exposure(loaded or any(one & tags for one in all_tags), is_impact)
