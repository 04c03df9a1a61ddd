"""What somebody has to do about one patient, with its clock: one list, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from mortise.episode.discharges import discharge_of
from mortise.episode.ending import Ending
from mortise.episode.escalations import EscalationCase
from mortise.episode.follow_up import FollowUp
from mortise.episode.ladder import LadderStanding
from mortise.episode.overdone import N_TO_TELL, Overdone
from mortise.episode.reopening import Reopened, Reopening
from mortise.record import Decision, Fact, Judgement, Proposal
from mortise.terms import Truth

RAISE_WITHIN_DAYS = 2  # the raise a patient has earned should not wait long; consensus
ANSWER_WITHIN_DAYS = 7
END_WITHIN_DAYS = 28  # nothing presses: by the next visit or two; consensus
SILENCE_RULE = "ask.silence"


class TaskKind(StrEnum):
    """What sort of thing is to be done, most urgent first."""

    RESUME = "resume"
    ESCALATION = "escalation"
    RETEST = "retest"
    RE_ENTRY = "re_entry"
    CALL = "call"
    OVERDONE = "overdone"
    PLATEAU = "plateau"
    RAISE = "raise"
    DISCHARGE = "discharge"
    CONSIDER = "consider"


class Task(Struct, frozen=True, kw_only=True):
    """One thing to be done. `about` is the case, proposal or measure it is about; words are for the clinician.

    `is_quiet`: it stands on the patient's page, and in the list of all patients only when it is overdue, which it is
    from `surfaces_on` on (None: never).
    """

    kind: TaskKind
    about: str
    title: str
    detail: str
    raised_on: date
    due_on: date
    is_overdue: bool
    is_quiet: bool = False
    surfaces_on: date | None = None


def tasks_of(decision: Decision, found: FollowUp, facts: tuple[Fact, ...]) -> tuple[Task, ...]:
    """List what has to be done.

    Parameters
    ----------
    decision : Decision
        Of the day.
    found : FollowUp
        What follows beside it.
    facts : tuple of Fact
        Those that count.

    Returns
    -------
    tuple of Task
        Overdue first, then by kind, then by date.
    """
    as_of = decision.as_of
    stored = {one.id: one for one in facts if isinstance(one, Proposal)}
    tasks = [
        *_resume(decision, facts),
        *(_escalation(one, as_of) for one in found.escalations if one.is_open),
        *_reopened(found.reopening, stored, as_of),
        *(() if discharge_of(facts) else _silence(decision)),
        *_overdone(found.overdone),
        *(task for one in found.ladders for task in _ladder(one, stored, as_of)),
        *_raise(found.open_raise, stored, as_of),
        *_ending(found.ending, stored, as_of),
        *(
            Task(kind=TaskKind.CONSIDER, about=one.escalation, title=f"Think of: {one.to}",
                 detail="; ".join(one.criteria), raised_on=one.since_on, due_on=one.since_on, is_overdue=one.is_late,
                 is_quiet=True, surfaces_on=one.late_on)
            for one in found.consider
        ),
    ]  # fmt: skip
    order = list(TaskKind)
    return tuple(
        sorted(tasks, key=lambda one: (not one.is_overdue, order.index(one.kind), one.due_on, one.about))
    )


def _resume(decision: Decision, facts: tuple[Fact, ...]) -> Iterator[Task]:
    if not decision.is_locked:
        return
    locks = [one for one in decision.rules if one.locks and one.truth is Truth.MET]
    since = min((one.since_on for one in locks if one.since_on is not None), default=decision.as_of)
    seen = any(
        isinstance(one, Judgement) and one.judgement == "acknowledge" and one.on >= since for one in facts
    )
    yield Task(
        kind=TaskKind.RESUME, about=",".join(one.rule for one in locks), raised_on=since, due_on=since,
        title="Red flag seen; the programme stays closed" if seen else "Red flag: not acknowledged",
        detail=" ".join(dict.fromkeys(one.say_clinician for one in locks)),
        is_overdue=not seen and decision.as_of > since,
    )  # fmt: skip


def _escalation(case: EscalationCase, as_of: date) -> Task:
    seen = "acknowledged" if case.acknowledged_on is not None else "not acknowledged"
    return Task(
        kind=TaskKind.ESCALATION, about=case.case, title=f"{case.to}: {seen}", detail=case.reason,
        raised_on=case.raised_on, due_on=case.due_on, is_overdue=case.is_overdue(as_of),
    )  # fmt: skip


def _reopened(one: Reopening | None, stored: dict[str, Proposal], as_of: date) -> Iterator[Task]:
    if one is None:
        return
    if one.state is Reopened.RETEST:
        yield Task(
            kind=TaskKind.RETEST, about=one.measure, title=f"Test again: {one.label}",
            detail="A self-test lies below the level held, by more than its error.", raised_on=one.on,
            due_on=one.retest_by_on, is_overdue=as_of > one.retest_by_on,
        )  # fmt: skip
    elif one.state is Reopened.KEEPS:
        yield Task(
            kind=TaskKind.RETEST, about=one.measure, title=f"Lost, every entry still met: {one.label}",
            detail="Look for the cause; the stage stays.", raised_on=one.on, due_on=one.retest_by_on,
            is_overdue=as_of > one.retest_by_on,
        )  # fmt: skip
    elif one.proposal:
        due_on = stored[one.proposal].on + timedelta(days=ANSWER_WITHIN_DAYS)
        yield Task(
            kind=TaskKind.RE_ENTRY, about=one.proposal, title=f"Care reopened: re-entry at stage {one.stage}",
            detail=f"{one.label}: lost beyond error in two tests.", raised_on=stored[one.proposal].on, due_on=due_on,
            is_overdue=as_of > due_on,
        )  # fmt: skip


def _silence(decision: Decision) -> Iterator[Task]:
    for rule in decision.rules:
        if rule.rule == SILENCE_RULE and rule.truth is Truth.MET:
            since = rule.since_on or decision.as_of
            yield Task(kind=TaskKind.CALL, about=rule.rule, title="Call: not heard from", detail=rule.say_clinician,
                       raised_on=since, due_on=since, is_overdue=decision.as_of > since)  # fmt: skip


def _ladder(one: LadderStanding, stored: dict[str, Proposal], as_of: date) -> Iterator[Task]:
    proposal = stored.get(one.proposal)
    if one.step is None or proposal is None:
        return
    if one.is_waiting:
        due_on = proposal.due_on or proposal.on + timedelta(days=ANSWER_WITHIN_DAYS)
        yield Task(
            kind=TaskKind.PLATEAU, about=one.proposal, raised_on=proposal.on, due_on=due_on, is_overdue=as_of > due_on,
            title=f"Stands still: {one.label} (step {one.number} of {one.n_steps})", detail=one.step.do,
        )  # fmt: skip
    elif one.retest_by is not None:
        yield Task(
            kind=TaskKind.PLATEAU, about=one.proposal, raised_on=proposal.on, due_on=one.retest_by, is_quiet=True,
            title=f"Re-test: {one.label}", detail="The next step waits for it.", is_overdue=as_of > one.retest_by,
            surfaces_on=one.retest_by + timedelta(days=1),
        )  # fmt: skip


def _raise(open_raise: str, stored: dict[str, Proposal], as_of: date) -> Iterator[Task]:
    proposal = stored.get(open_raise)
    if proposal is not None:
        due_on = proposal.on + timedelta(days=RAISE_WITHIN_DAYS)
        yield Task(
            kind=TaskKind.RAISE, about=open_raise, title="Load and dose may rise: your answer", detail=proposal.reason,
            raised_on=proposal.on, due_on=due_on, is_overdue=as_of > due_on,
        )  # fmt: skip


def _ending(one: Ending | None, stored: dict[str, Proposal], as_of: date) -> Iterator[Task]:
    """Say that care could end, for as long as that is so and nobody has said not yet."""
    proposal = None if one is None or not one.is_ripe else stored.get(one.proposal)
    if proposal is not None:
        due_on = proposal.on + timedelta(days=END_WITHIN_DAYS)
        yield Task(
            kind=TaskKind.DISCHARGE, about=proposal.id, title="Think of ending care", detail=proposal.reason,
            raised_on=proposal.on, due_on=due_on, is_overdue=as_of > due_on,
        )  # fmt: skip


def _overdone(one: Overdone) -> Iterator[Task]:
    """Say that somebody goes on doing more than the plan: it opens no gate, and nobody else would tell why."""
    if len(one.days) >= N_TO_TELL:
        yield Task(
            kind=TaskKind.OVERDONE, about="overdone", raised_on=one.days[N_TO_TELL - 1], due_on=one.days[N_TO_TELL - 1],
            title=f"Does more than planned: {len(one.days)} of {one.n_sessions} sessions in two weeks",
            detail="Talk about it. Work above its dose is no evidence: it opens no gate and raises nothing.",
            is_overdue=False,
        )  # fmt: skip
