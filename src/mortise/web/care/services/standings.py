"""Keep the one row per episode that the list is made of.

Each step changes a row in memory and knows no database, so that `rebuilding` can take the same steps from the facts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from mortise.protocol import Criterion, Group, Protocol
from mortise.record import Decision, DecisionRecord
from mortise.terms import Advice, Truth
from mortise.web.audit import clock
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Need, Patient, Standing

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
STAYS = (Need.STOPPED, Need.FLARE, Need.STEPPED_BACK, Need.ASKED)  # until answered, the most urgent first
MAX_NAMED = 3
SAID_BY_THE_NEED = ("resume", "call")
VISIT = "visit"
PLATEAU = "plateau"
FLARE_MEASURE = "flare_flag"
DISCHARGED = "Discharged."
UNDECIDED = "A report came in and no decision could be worked out. Look at it yourself."


class Told(NamedTuple):
    """What the story of a day says to do beside its decision."""

    on: date
    due: Sequence[Due] = ()
    tasks: Sequence[Task] = ()


# ---------------------------------------------------------------- what happened: the row is read, changed, written


def opened(episode: EpisodeRow) -> None:
    """Make the row of an episode that was just opened."""
    standing = new_row(episode)
    standing.save(force_insert=True)


def renew(episode: EpisodeRow, made: DecisionRecord, told: Told | None = None) -> None:
    """Let the standing say what the newest decision says; what asks for somebody stays until somebody answers."""
    standing = _of(episode)
    take_decision(standing, made, content().protocol(episode.protocol))
    take_told(standing, told or Told(made.decision.as_of))
    _save(standing)


def told_again(episode: EpisodeRow, told: Told) -> None:
    """Something was answered, or facts came in: say what is still to be done."""
    standing = _of(episode)
    take_told(standing, told)
    _save(standing)


def resumed(episode: EpisodeRow) -> None:
    """Somebody answered for a stop: the next decision may take it off the list."""
    standing = _of(episode)
    take_resumed(standing)
    _save(standing)


def answered(episode: EpisodeRow, advice: Advice, by: str, at: datetime | None, *, stage: str) -> None:
    """Take an answered episode off the list, unless it is stopped: only a resumed programme leaves that."""
    standing = _of(episode)
    take_answer(standing, advice, at or clock.now())
    take_clinician(standing, by)
    if stage:
        standing.stage, standing.next_stage = stage, ""
    _save(standing)


def started(episode: EpisodeRow, stage: str, by: str = "", at: datetime | None = None) -> None:
    """A programme was begun or changed, or its stage set."""
    standing = _of(episode)
    take_plan(standing, at or clock.now())
    take_clinician(standing, by)
    if stage:
        standing.stage, standing.next_stage = stage, ""
    _save(standing)


def undecided(episode: EpisodeRow, on: date) -> None:
    """The engine broke: put the episode before a person. A stop stays a stop."""
    standing = _of(episode)
    take_undecided(standing, on, clock.now())
    _save(standing)


def acted(episode: EpisodeRow, by: str) -> None:
    """Somebody answered a proposal: they treat."""
    standing = _of(episode)
    take_clinician(standing, by)
    _save(standing)


def heard(episode: EpisodeRow, on: date) -> None:
    """The patient was heard from: the day counts that the report is about."""
    standing = _of(episode)
    if standing.last_heard_on is None or standing.last_heard_on < on:
        standing.last_heard_on = on
        _save(standing)


def discharged(episode: EpisodeRow, on: date, at: datetime | None) -> None:
    """Care has ended: nothing is asked of anybody."""
    standing = _of(episode)
    take_discharge(standing, at or clock.now())
    standing.is_outdated = False
    if standing.decision_id:
        take_told(standing, Told(on))
    _save(standing)


def renamed(patient: Patient) -> None:
    """Let every ankle of a patient be found by their name and number."""
    Standing.objects.filter(episode__patient=patient).update(search=search_words(patient))


def taken_back(patient: Patient, *, is_so: bool) -> None:
    """Say that a patient no longer agrees to the treatment record, or does again."""
    Standing.objects.filter(episode__patient=patient).update(is_taken_back=is_so)


def put_under(episode: EpisodeRow, protocol: Protocol) -> None:
    """Another protocol was chosen: its own time of silence holds."""
    standing = _of(episode)
    standing.silence_days = protocol.silence_days
    _save(standing)


# ---------------------------------------------------------------- steps in memory


def new_row(episode: EpisodeRow) -> Standing:
    """Return the row as it is when nothing has happened yet; not saved."""
    return Standing(
        episode=episode, since_at=episode.opened_at, search=search_words(episode.patient),
        silence_days=content().protocol(episode.protocol).silence_days,
        clinician_id=episode.patient.treated_by_id or episode.opened_by_id,
        is_taken_back=episode.patient.taken_back_at is not None,
    )  # fmt: skip


def search_words(patient: Patient) -> str:
    """Return name and number as they are searched: no capitals, no accents."""
    length = Standing._meta.get_field("search").max_length
    return folded(f"{patient.name} {patient.number}".strip())[:length]


def folded(text: str) -> str:
    """Return a text without capitals and accents, so that "zoe" finds "Zoe" with a diaeresis."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))


def take_decision(standing: Standing, made: DecisionRecord, protocol: Protocol) -> None:
    """Say what a decision says."""
    decision = made.decision
    need = need_of(decision)
    if not _keeps(standing, need):
        if need != standing.need:
            standing.since_at, standing.undecided_at = made.received_at or clock.now(), None
        standing.need, standing.advice = need, decision.advice.value
        standing.reason = reason_line(decision, protocol)
        standing.is_answered = need == Need.ON_PLAN
    standing.stage, standing.next_stage = decision.stage, decision.next_stage or ""
    if decision.steps_back_to is not None:
        standing.stage, standing.next_stage = decision.steps_back_to, ""  # acted on at once
    standing.load = decision.load.value
    standing.is_locked = decision.is_locked
    standing.decision_id, standing.decided_on = made.id, decision.as_of


def need_of(decision: Decision) -> Need:
    """Return what a decision asks for; what it asks because of a flare is a flare."""
    need = Need.STOPPED if decision.is_locked else NEEDS[decision.advice]
    if need in (Need.STEPPED_BACK, Need.ASKED) and any(
        one.measure == FLARE_MEASURE and one.truth is Truth.MET for one in decision.findings
    ):
        return Need.FLARE
    return need


def _keeps(standing: Standing, need: Need) -> bool:
    """A calmer day later does not take an unanswered stop, question or step back off the list; nor a missing plan."""
    if standing.need == Need.NEW:
        return need in (Need.ON_PLAN, Need.ADVANCE)
    if standing.need not in STAYS or standing.is_answered:
        return False
    return need not in STAYS or STAYS.index(need) > STAYS.index(Need(standing.need))


def take_told(standing: Standing, told: Told) -> None:
    """Say what is to be done beside the decision; what the need itself says is not said twice."""
    standing.tests_due_on, standing.tests_due = _next_tests(told.due, told.on)
    found = [one for one in told.tasks if one.kind.value not in SAID_BY_THE_NEED]
    beside = [one for one in found if one.is_overdue or not one.is_quiet]
    length = Standing._meta.get_field("task").max_length
    standing.n_tasks = len(beside)
    standing.task = beside[0].title[:length] if beside else ""
    standing.task_due_on = beside[0].due_on if beside else None
    standing.is_plateau = any(one.kind.value == PLATEAU and not one.is_quiet for one in beside)
    quiet = [one for one in found if one.is_quiet and not one.is_overdue and one.surfaces_on is not None]
    first = min(quiet, key=lambda one: (one.surfaces_on or date.max, one.title), default=None)
    standing.quiet_on = None if first is None else first.surfaces_on
    standing.quiet_task = "" if first is None else first.title[:length]
    standing.told_on, standing.is_outdated = told.on, False


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


def take_resumed(standing: Standing) -> None:
    """Open again what was stopped."""
    standing.is_answered, standing.is_locked = True, False


def take_answer(standing: Standing, advice: Advice, at: datetime) -> None:
    """Take an answered episode off the list, unless it is stopped."""
    standing.is_answered = True
    if not standing.is_locked:
        standing.need, standing.since_at, standing.undecided_at = Need.ON_PLAN, at, None
        standing.advice = advice.value


def take_plan(standing: Standing, at: datetime) -> None:
    """A programme was begun or changed."""
    if standing.need == Need.NEW:
        standing.need, standing.since_at = Need.ON_PLAN, at


def take_discharge(standing: Standing, at: datetime) -> None:
    """Take an ended episode off the list; what is told later brings it back."""
    standing.need, standing.since_at, standing.undecided_at = Need.ON_PLAN, at, None
    standing.is_answered, standing.reason = True, DISCHARGED


def take_clinician(standing: Standing, by: str) -> None:
    """Whoever acted last treats, unless the patient was handed over: then it is who took them."""
    taken = standing.episode.patient.treated_by_id
    if taken is not None:
        standing.clinician_id = taken
        return
    try:
        standing.clinician_id = UUID(by)
    except ValueError:
        return  # the engine, or nobody named


def take_undecided(standing: Standing, on: date, at: datetime) -> None:
    """No decision could be worked out."""
    if standing.need != Need.STOPPED:
        standing.need, standing.since_at = Need.ASKED, at
    standing.is_answered, standing.decided_on, standing.undecided_at = False, on, at
    standing.reason = UNDECIDED


def settle(standing: Standing) -> None:
    """Work out the day from which somebody unheard is silent; nobody is waited for before a programme or after one."""
    opened_on = standing.episode.opened_on
    last = standing.last_heard_on or max(standing.since_at.date(), opened_on)
    is_waited_for = standing.need != Need.NEW and standing.episode.closed_on is None
    standing.silent_on = None if not is_waited_for else last + timedelta(days=standing.silence_days)


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
    rows = Standing.objects.select_for_update(of=("self",)).select_related("episode")
    return rows.get(episode_id=episode.pk)


def _save(standing: Standing) -> None:
    settle(standing)
    standing.save()
