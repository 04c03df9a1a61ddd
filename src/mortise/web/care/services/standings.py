"""Keep the one row per episode that the list is made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from mortise.protocol import Criterion, Group, Protocol
from mortise.record import Decision, DecisionRecord, Response
from mortise.terms import Advice, Truth
from mortise.web.audit import clock
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Need, Standing

if TYPE_CHECKING:
    from mortise.episode import Task
    from mortise.episode.due import Due

NEEDS = {
    Advice.STOP_AND_SEEK_HELP: Need.STOPPED,
    Advice.ASK_CLINICIAN: Need.ASKED,
    Advice.STEP_BACK: Need.STEPPED_BACK,
    Advice.HOLD: Need.ON_PLAN,
    Advice.ADVANCE: Need.ADVANCE,
}
STAYS = (Need.STOPPED, Need.ASKED, Need.STEPPED_BACK)
MAX_NAMED = 3
SAID_BY_THE_NEED = ("resume", "call")
VISIT = "visit"


def renew(
    episode: EpisodeRow, made: DecisionRecord, due: Sequence[Due] = (), tasks: Sequence[Task] = ()
) -> None:
    """Let the standing say what the newest decision says; what asks for somebody stays until somebody answers."""
    standing, decision = _of(episode), made.decision
    need = Need.STOPPED if decision.is_locked else NEEDS[decision.advice]
    keeps = _keeps(standing, need)
    if not keeps:
        if need != standing.need:
            standing.since_at = made.received_at or clock.now()
        standing.need, standing.advice = need, decision.advice.value
        standing.reason = reason_line(decision, content().protocol(episode.protocol))
        standing.is_answered = need == Need.ON_PLAN
    standing.stage, standing.next_stage = decision.stage, decision.next_stage or ""
    if decision.steps_back_to is not None:
        standing.stage, standing.next_stage = decision.steps_back_to, ""  # acted on at once
    standing.load = decision.load.value
    standing.is_locked = decision.is_locked
    standing.decision_id, standing.decided_on = made.id, decision.as_of
    standing.tests_due_on, standing.tests_due = _next_tests(due, decision.as_of)
    _put_tasks(standing, tasks)
    standing.save()


def tasks_changed(episode: EpisodeRow, tasks: Sequence[Task]) -> None:
    """Something was answered: say what is still to be done."""
    standing = _of(episode)
    _put_tasks(standing, tasks)
    standing.save()


def _put_tasks(standing: Standing, tasks: Sequence[Task]) -> None:
    """Say how much is to be done beside the decision; what the need itself says is not said twice."""
    beside = [
        one
        for one in tasks
        if one.kind.value not in SAID_BY_THE_NEED and (one.is_overdue or not one.is_quiet)
    ]
    standing.n_tasks = len(beside)
    length = Standing._meta.get_field("task").max_length or 0
    standing.task = beside[0].title[:length] if beside else ""
    standing.task_due_on = beside[0].due_on if beside else None


def _next_tests(due: Sequence[Due], as_of: date) -> tuple[date | None, str]:
    """Return when the next test at a visit is due, and the names of all that are due by then."""
    tests = [one for one in due if one.where == VISIT]
    if not tests:
        return None, ""
    first_on = min(one.due_on for one in tests)
    by_then = [one.label for one in tests if one.due_on <= max(first_on, as_of)]
    more = f" and {len(by_then) - MAX_NAMED} more" if len(by_then) > MAX_NAMED else ""
    names = f"{', '.join(by_then[:MAX_NAMED])}{more}"
    return first_on, names[: Standing._meta.get_field("tests_due").max_length]


def _keeps(standing: Standing, need: Need) -> bool:
    """A calmer day later does not take an unanswered stop, question or step back off the list; nor a missing plan."""
    if standing.need == Need.NEW:
        return need in (Need.ON_PLAN, Need.ADVANCE)
    return standing.need in STAYS and not standing.is_answered and need > standing.need


def resumed(episode: EpisodeRow) -> None:
    """Somebody answered for a stop: the next decision may take it off the list."""
    standing = _of(episode)
    standing.is_answered, standing.is_locked = True, False
    standing.save()


def answered(episode: EpisodeRow, response: Response, *, stage: str) -> None:
    """Take an answered episode off the list, unless it is stopped: only a resumed programme leaves that."""
    standing = _of(episode)
    standing.is_answered = True
    if not standing.is_locked:
        standing.need, standing.since_at = Need.ON_PLAN, clock.now()
        standing.advice = response.advice.value
    if stage:
        standing.stage, standing.next_stage = stage, ""
    standing.save()


def started(episode: EpisodeRow, stage: str) -> None:
    """A programme was begun or its stage set."""
    standing = _of(episode)
    if standing.need == Need.NEW:
        standing.need, standing.since_at = Need.ON_PLAN, clock.now()
    standing.stage = stage or standing.stage
    standing.save()


def undecided(episode: EpisodeRow, on: date) -> None:
    """The engine broke: put the episode before a person. A stop stays a stop."""
    standing = _of(episode)
    if standing.need != Need.STOPPED:
        standing.need, standing.since_at = Need.ASKED, clock.now()
    standing.is_answered, standing.decided_on = False, on
    standing.reason = "A report came in and no decision could be worked out. Look at it yourself."
    standing.save()


def reason_line(decision: Decision, protocol: Protocol) -> str:
    """Say in a line why: the rule that leads, else what is missing at the gate."""
    leading = [
        rule for rule in decision.rules
        if rule.advice is decision.advice and rule.truth is not Truth.NOT_MET and rule.say_clinician
    ]  # fmt: skip
    named = [rule for rule in leading if rule.rule in decision.reasons] or leading
    named.sort(key=lambda rule: rule.truth is Truth.UNKNOWN)  # what is known says more than what is not
    if named:
        return named[0].say_clinician
    held = next((one.reason for one in decision.constraints if one.constraint in decision.reasons), "")
    if held:
        return held
    gate = protocol.stage(decision.stage).exit
    if not gate:
        return "No gate after this stage."
    met = {
        finding.criterion
        for finding in decision.findings
        if finding.of == "exit" and finding.truth is Truth.MET
    }
    n_met = sum(_is_met(line, met) for line in gate)
    if n_met == len(gate):
        return f"All {n_met} in place."
    missing = list(dict.fromkeys(miss.label for miss in decision.nearest_misses))
    more = f" and {len(missing) - MAX_NAMED} more" if len(missing) > MAX_NAMED else ""
    named_text = f" Missing: {', '.join(missing[:MAX_NAMED])}{more}." if missing else ""
    return f"{n_met} of {len(gate)} in place.{named_text}"


def _is_met(node: Criterion | Group, met: set[str]) -> bool:
    if isinstance(node, Criterion):
        return node.id in met
    return sum(_is_met(one, met) for one in node.of) >= node.n_needed


def _of(episode: EpisodeRow) -> Standing:
    return Standing.objects.select_for_update().get(episode_id=episode.pk)
