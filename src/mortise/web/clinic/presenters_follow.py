"""What follows a decision, as a physiotherapist reads it: to do, what is changing, the ladder, ways out, autonomy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mortise.decide.autonomy import Earned
from mortise.episode import Climb, EscalationCase, LadderStanding, Reopening, Story, Task, TaskKind
from mortise.episode.autonomy import InForce
from mortise.report.following import STEP_WORDS, Moving, ahead_lines, ahead_words, moving_of
from mortise.report.words import day, number, short_day
from mortise.terms import Autonomy, Origin

AUTONOMY_WORDS: Mapping[Autonomy, str] = {
    Autonomy.OBSERVE: "Observes: it says what it finds, and raises nothing.",
    Autonomy.PROPOSE: "Proposes: a raise of load and dose waits for you.",
    Autonomy.APPLY: "Applies raises within the protocol’s steps. A stage is entered by you alone.",
}
OUTCOME_WORDS = {
    "seen": "seen", "arranged": "arranged elsewhere", "not_needed": "no longer needed",
    "declined_by_patient": "the patient did not want it",
}  # fmt: skip


class ToDo(Struct, frozen=True, kw_only=True):
    """One thing to be done, with its clock."""

    when: str
    title: str
    detail: str
    is_overdue: bool


class LadderStep(Struct, frozen=True, kw_only=True):
    """One step of the plateau ladder."""

    words: str
    css: str  # is-past, is-now, is-locked: as on the track of stages


class LadderView(Struct, frozen=True, kw_only=True):
    """One measure that stands still, and where that has led."""

    label: str
    since: str
    state: str
    do: str
    steps: tuple[LadderStep, ...]
    proposal: str  # to be answered, or empty
    choices: tuple[str, ...]
    has_date: bool


class CaseView(Struct, frozen=True, kw_only=True):
    """One escalation."""

    case: str
    to: str
    raised: str
    due: str
    state: str
    reason: str
    is_open: bool
    is_overdue: bool


class FollowView(Struct, frozen=True, kw_only=True):
    """Everything beside the decision."""

    todo: tuple[ToDo, ...]
    ahead: str
    ahead_lines: tuple[tuple[str, str], ...]
    moving: tuple[Moving, ...]
    moving_rest: tuple[Moving, ...]
    ladders: tuple[LadderView, ...]
    cases: tuple[CaseView, ...]
    consider: tuple[tuple[str, str], ...]
    reopened: str
    re_entry: str
    open_raise: str
    ending: str
    ending_proposal: str
    autonomy: str
    autonomy_why: str


def follow_of(told: Story, names: Mapping[str, str]) -> FollowView:
    """Return what follows the decision of a story; how far autonomy has come by now is said by `with_earned`."""
    found, moving = told.follow_up, tuple(moving_of(told))
    reopening = found.reopening
    return FollowView(
        todo=tuple(_todo(one, told.as_of) for one in told.tasks),
        ahead=ahead_words(told.gate_forecast, told), ahead_lines=tuple(ahead_lines(told.gate_forecast)),
        moving=tuple(one for one in moving if one.is_watched),
        moving_rest=tuple(one for one in moving if not one.is_watched),
        ladders=tuple(_ladder(one, told) for one in found.ladders if one.climb is not Climb.OFF),
        cases=tuple(_case(one, told.as_of, names) for one in reversed(found.escalations)),
        consider=tuple((one.to, "; ".join(one.criteria)) for one in found.consider),
        reopened="" if reopening is None else _reopened(reopening),
        re_entry="" if reopening is None else reopening.proposal, open_raise=found.open_raise,
        ending=_ending(told), ending_proposal="" if found.ending is None else found.ending.proposal,
        autonomy=AUTONOMY_WORDS[found.autonomy.autonomy],
        autonomy_why=_own_reason(found.autonomy),
    )  # fmt: skip


def _ending(told: Story) -> str:
    """Say that care could end, while that is proposed and all of it holds today."""
    ending = told.follow_up.ending
    if ending is None or not ending.is_ripe or not ending.proposal:
        return ""
    what = (
        "every exit of this stage is met"
        if told.stage_now.exit
        else "every early-warning test taken lately is held"
    )
    return f"In {told.stage_now.title} since {short_day(ending.entered_on)}; {what}, and nothing speaks against ending."


def _reopened(one: Reopening) -> str:
    lost, least = (number(value or Decimal(0), Decimal("0.1")) for value in (one.kept.lost, one.kept.least))
    return (
        f"{one.label}: {lost} below the level held, on {short_day(one.on)}; error explains less than {least}."
    )


def is_set_by_hand(now: InForce) -> bool:
    """Whether a clinician set how far the engine may act."""
    return now.entry is not None and now.entry.origin is Origin.CLINICIAN


def with_earned(view: FollowView, earned: Earned | None, *, by_hand: bool) -> FollowView:
    """Say why autonomy is so: a clinician's reason as it was given, what is earned as it stands now."""
    return view if by_hand or earned is None else replace(view, autonomy_why=earned.reason)


def _own_reason(now: InForce) -> str:
    return now.entry.reason if now.entry is not None and is_set_by_hand(now) else ""


def _todo(task: Task, today_on: date) -> ToDo:
    when = "Today" if task.due_on == today_on else short_day(task.due_on)
    is_diary = task.kind is TaskKind.CONSIDER
    return ToDo(when=when, title=task.title, detail=task.detail, is_overdue=task.is_overdue and not is_diary)


# ---------------------------------------------------------------- ladder, ways out

_CLIMB_WORDS = {
    Climb.PROPOSED: "Proposed; nothing changes before you answer.",
    Climb.RETEST: "Answered; the next step waits for a re-test that says so again.",
    Climb.SPENT: "Every step is answered and it stands still all the same.",
}


def _ladder(one: LadderStanding, told: Story) -> LadderView:
    rules = told.protocol.plateau
    assert rules is not None
    assert one.step is not None
    steps = tuple(
        LadderStep(
            words=STEP_WORDS[step.kind.value],
            css="is-past" if number < one.number else "is-now" if number == one.number else "is-locked",
        )
        for number, step in enumerate(rules.steps, start=1)
    )  # fmt: skip
    retest = f" From {short_day(one.retest_from)} on." if one.retest_from is not None else ""
    chosen = f" Changed: {one.choice}." if one.choice else ""
    return LadderView(
        label=one.label, since="" if one.since_on is None else day(one.since_on),
        state=f"{_CLIMB_WORDS[one.climb]}{chosen}{retest}", do=one.step.do, steps=steps,
        proposal=one.proposal if one.is_waiting else "", choices=one.step.choices,
        has_date=one.step.kind.value in ("change_one_thing", "retest"),
    )  # fmt: skip


def _case(one: EscalationCase, today_on: date, names: Mapping[str, str]) -> CaseView:
    by = names.get(one.raised_by, "a clinician")
    return CaseView(
        case=one.case, to=one.to, raised=f"{short_day(one.raised_on)}, {by}", due=short_day(one.due_on),
        state=_case_state(one, names), reason=one.reason, is_open=one.is_open, is_overdue=one.is_overdue(today_on),
    )  # fmt: skip


def _case_state(one: EscalationCase, names: Mapping[str, str]) -> str:
    if one.closed_on is not None:
        by = names.get(one.closed_by, "a clinician")
        return f"Closed {short_day(one.closed_on)} by {by}: {OUTCOME_WORDS[one.outcome]}. {one.outcome_words}"
    if one.acknowledged_on is None:
        return "Nobody has it in hand."
    return f"In hand since {short_day(one.acknowledged_on)}, {names.get(one.acknowledged_by, 'a clinician')}."
