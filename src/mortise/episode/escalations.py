"""Escalations from raised to closed: each with its clock, who acknowledged it, and the outcome it closes with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from mortise.decide.decisions import Examination
from mortise.protocol import Escalation, Protocol
from mortise.record import Decision, EscalationStep, Fact, Finding, FiredRule
from mortise.terms import Advice, Origin, Truth


class EscalationCase(Struct, frozen=True, kw_only=True):
    """One escalation of one patient. `due_on` is the day by which it is to be done; only an outcome closes it."""

    case: str
    escalation: str
    to: str
    raised_on: date
    raised_by: str
    because: str
    reason: str
    due_on: date
    acknowledged_on: date | None = None
    acknowledged_by: str = ""
    closed_on: date | None = None
    closed_by: str = ""
    outcome: str = ""
    outcome_words: str = ""

    @property
    def is_open(self) -> bool:
        """Whether no outcome is recorded."""
        return self.closed_on is None

    def is_overdue(self, on: date) -> bool:
        """Whether it is open after the day by which it was to be done."""
        return self.is_open and on > self.due_on


class ToConsider(Struct, frozen=True, kw_only=True):
    """An escalation whose date for thinking of it has come. A date in the diary, never a finding."""

    escalation: str
    to: str
    since_on: date
    criteria: tuple[str, ...]
    is_late: bool  # the protocol's latest date has passed
    late_on: date | None = None  # the first day on which it has


def escalation_cases(facts: Iterable[Fact], protocol: Protocol) -> tuple[EscalationCase, ...]:
    """Fold the steps of every escalation.

    Parameters
    ----------
    facts : iterable of Fact
        Those that count.
    protocol : Protocol
        For whom each goes to, and within how many days.

    Returns
    -------
    tuple of EscalationCase
        In the order raised. A step that names no case, no known escalation or, to close, no outcome and no clinician,
        counts for nothing; of several that close, the first does.
    """
    known = {one.id: one for one in protocol.escalations}
    steps = [fact for fact in facts if isinstance(fact, EscalationStep) and fact.escalation in known]
    raised = sorted((one for one in steps if one.step == "raised"), key=_in_order)
    return tuple(_case(one, known[one.escalation], steps) for one in raised)


def _in_order(step: EscalationStep) -> tuple[date, str]:
    return step.on, step.id


def _case(raised: EscalationStep, known: Escalation, steps: Sequence[EscalationStep]) -> EscalationCase:
    later = sorted((one for one in steps if one.case == raised.id and _by_a_clinician(one)), key=_in_order)
    seen = next((one for one in later if one.step in ("acknowledged", "closed")), None)
    closed = next((one for one in later if one.step == "closed" and one.outcome), None)
    return EscalationCase(
        case=raised.id, escalation=known.id, to=known.to, raised_on=raised.on, raised_by=raised.by,
        because=raised.because, reason=raised.reason, due_on=raised.on + timedelta(days=known.within_days),
        acknowledged_on=None if seen is None else seen.on, acknowledged_by="" if seen is None else seen.by,
        closed_on=None if closed is None else closed.on, closed_by="" if closed is None else closed.by,
        outcome="" if closed is None else closed.outcome, outcome_words="" if closed is None else closed.reason,
    )  # fmt: skip


def _by_a_clinician(step: EscalationStep) -> bool:
    return step.origin is Origin.CLINICIAN and bool(step.by)


def to_raise(decision: Decision, facts: Sequence[Fact], protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """Return the escalations that a decision asks for and that nobody has in hand.

    Parameters
    ----------
    decision : Decision
        Of the day.
    facts : sequence of Fact
        Those that count.
    protocol : Protocol
        Its escalations.

    Returns
    -------
    tuple of (str, str)
        Escalation and the rule behind it. Not one that is open, nor one closed after everything that met the rule: the
        same finding is not sent on twice.
    """
    cases = escalation_cases(facts, protocol)
    known = {one.id for one in protocol.escalations}
    dates = {fact.id: fact.on for fact in facts}
    found: dict[str, str] = {}
    for rule in decision.rules:
        name = rule.escalate
        if name is None or name not in known or name in found or rule.truth is not Truth.MET:
            continue
        newest = max(
            (one for one in cases if one.escalation == name), key=lambda one: one.raised_on, default=None
        )
        if newest is None or (
            newest.closed_on is not None and _is_new(rule.rule, decision, dates, newest.closed_on)
        ):
            found[name] = rule.rule
    return tuple(found.items())


def _is_new(rule: str, decision: Decision, dates: dict[str, date], closed_on: date) -> bool:
    """Whether the rule rests on something told after the case was closed."""
    met = [one for one in decision.findings if one.group == rule and one.truth is Truth.MET]
    read = [dates[name] for one in met for name in one.readings if name in dates]
    return any(on > closed_on for on in read)


def without_what_is_answered(
    examined: Examination, steps: Sequence[EscalationStep], facts: Sequence[Fact]
) -> Examination:
    """Let a rule ask no more for what a clinician has closed with an outcome.

    Parameters
    ----------
    examined : Examination
        Of the day.
    steps : sequence of EscalationStep
        Those that count.
    facts : sequence of Fact
        Those that count.

    Returns
    -------
    Examination
        A rule that sends on and asks the clinician holds instead, as long as everything that meets it was there when
        the escalation was closed and none like it is open. Its load and what it withholds stay; it asks again for
        anything newer. A red flag is never answered this way.
    """
    asking = [one for one in examined.fired if _asks(one)]
    closings = {one.escalate: _closing(one.escalate, steps) for one in asking if one.escalate}
    if not any(closings.values()):
        return examined
    told = {fact.id: fact for fact in facts}
    fired = tuple(
        replace(one, advice=Advice.HOLD)
        if _asks(one) and (closed := closings.get(one.escalate or "")) is not None
        and not _rests_on_newer(one, examined.danger, told, closed)
        else one
        for one in examined.fired
    )  # fmt: skip
    return examined._replace(fired=fired)


def _asks(rule: FiredRule) -> bool:
    is_asking = rule.advice is Advice.ASK_CLINICIAN and rule.truth is Truth.MET and not rule.locks
    return is_asking and rule.escalate is not None


def _closing(name: str, steps: Sequence[EscalationStep]) -> EscalationStep | None:
    """Return the step that closed the newest case of an escalation; None when one is open or none was raised."""
    cases = [one for one in steps if one.escalation == name and one.step == "raised"]
    closed: dict[str, EscalationStep] = {}
    for one in sorted(steps, key=_in_order):
        if one.step == "closed" and one.outcome and _by_a_clinician(one):
            closed.setdefault(one.case, one)
    if not cases or any(one.id not in closed for one in cases):
        return None
    return max((closed[one.id] for one in cases), key=_in_order)


def _rests_on_newer(
    rule: FiredRule, findings: Sequence[Finding], told: Mapping[str, Fact], closed: EscalationStep
) -> bool:
    met = [one for one in findings if one.group == rule.rule and one.truth is Truth.MET]
    if not met:  # it fired on an earlier day and still holds
        return rule.since_on is None or rule.since_on > closed.on
    read = [told.get(name) for one in met for name in one.readings]
    return not read or any(one is None or _is_after(one, closed) for one in read)


def _is_after(fact: Fact, closed: EscalationStep) -> bool:
    """Whether a fact is newer than a closing: of a later day, or of its day and captured later."""
    if fact.on != closed.on or fact.captured_at is None or closed.captured_at is None:
        return fact.on > closed.on
    return fact.captured_at > closed.captured_at


def to_consider(
    facts: Sequence[Fact], protocol: Protocol, plan_from: date | None, as_of: date
) -> tuple[ToConsider, ...]:
    """Return the escalations whose date for thinking of them has come by the protocol's diary.

    Parameters
    ----------
    facts : sequence of Fact
        Those that count.
    protocol : Protocol
        Its checkpoints and the latest dates of its escalations.
    plan_from : date or None
        The day of the first plan; None: no date has begun to run.
    as_of : date
        The day.

    Returns
    -------
    tuple of ToConsider
        Each once, from its earliest date, without those ever raised.
    """
    if plan_from is None:
        return ()
    raised = {one.escalation for one in escalation_cases(facts, protocol)}
    n_days = (as_of - plan_from).days
    found: dict[str, ToConsider] = {}
    known = {one.id: one for one in protocol.escalations}
    for checkpoint in sorted(protocol.checkpoints, key=lambda one: one.after_days):
        for name in checkpoint.consider:
            one = known.get(name)
            if (
                one is None
                or name in raised
                or name in found
                or n_days < _first_day(one, checkpoint.after_days)
            ):
                continue
            found[name] = ToConsider(
                escalation=name, to=one.to, criteria=one.criteria,
                since_on=plan_from + timedelta(days=_first_day(one, checkpoint.after_days)),
                is_late=one.at_latest_days is not None and n_days > one.at_latest_days,
                late_on=None if one.at_latest_days is None else plan_from + timedelta(days=one.at_latest_days + 1),
            )  # fmt: skip
    return tuple(found.values())


def _first_day(one: Escalation, after_days: int) -> int:
    return max(after_days, one.not_before_days or 0)
