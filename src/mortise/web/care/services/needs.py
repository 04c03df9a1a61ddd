"""Who needs somebody: every open episode of a clinic in order of need, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from mortise.report.words import short_day
from mortise.terms import Side
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care.models import Need, Standing
from mortise.web.care.services.access import patients_of

ORDER = (
    Need.STOPPED, Need.STEPPED_BACK, Need.ASKED, Need.ADVANCE, Need.TASK, Need.TESTS_DUE, Need.SILENT,
    Need.NOT_TAKEN_IN, Need.WRITTEN, Need.NEW, Need.ON_PLAN,
)  # fmt: skip
BOOKING_DAYS = 3  # a test due soon is named while there is still time to book it
ACTIONS = {
    Need.STOPPED: "Call",
    Need.ASKED: "Review",
    Need.STEPPED_BACK: "Review",
    Need.ADVANCE: "Review",
    Need.SILENT: "Call",
    Need.NEW: "Assess",
    Need.TESTS_DUE: "Book",
    Need.TASK: "Open",
    Need.NOT_TAKEN_IN: "Look",
    Need.WRITTEN: "Read",
    Need.ON_PLAN: "Open",
}


class NeedRow(NamedTuple):
    """One line of the list: whose ankle, what Mortise says, why, since when, and the one thing to do."""

    patient_id: UUID
    episode_id: UUID
    name: str
    age: int
    side: Side
    protocol: str
    stage: str
    next_stage: str
    need: Need
    advice: str
    load: str
    is_locked: bool
    reason: str
    since_at: datetime
    last_heard_on: date | None
    n_days_silent: int | None
    n_quarantined: int
    tests_due_on: date | None
    task_due_on: date | None
    decision_id: str
    action: str

    @property
    def needs_somebody(self) -> bool:
        return self.need != Need.ON_PLAN


def needs_list(*, by: User, today: date) -> tuple[NeedRow, ...]:
    """Return every open episode this person may reach, most needed first, longest waiting first; audited.

    An ended one comes back to the list while a late danger sign is unanswered or a message unread.

    A programme that should be heard from and was not for longer than its protocol allows counts as silent.
    """
    is_open = Q(episode__closed_on__isnull=True)
    comes_back = Q(need=Need.STOPPED, is_answered=False) | Q(n_messages__gt=0)
    rows = Standing.objects.filter(is_open | comes_back, episode__patient__in=patients_of(by))
    found = [_row(one, today) for one in rows.select_related("episode__patient")]
    log.record(by, "list.read", detail={"n": len(found)})
    return tuple(_in_order(found))


def _in_order(rows: Iterable[NeedRow]) -> list[NeedRow]:
    return sorted(rows, key=lambda row: (ORDER.index(row.need), row.since_at, row.name, row.episode_id))


def _row(standing: Standing, today: date) -> NeedRow:
    episode = standing.episode
    patient = episode.patient
    silent = _n_days_silent(standing, today)
    need, reason = _need(standing, silent, today)
    if standing.n_quarantined:
        items = "item was" if standing.n_quarantined == 1 else "items were"
        reason = f"{reason} {standing.n_quarantined} {items} sent and not taken; look at them."
    if standing.n_messages:
        words = "A message waits" if standing.n_messages == 1 else f"{standing.n_messages} messages wait"
        reason = f"{reason} {words} to be read."
    return NeedRow(
        patient_id=patient.pk, episode_id=episode.pk, name=patient.name, age=patient.person.age_on(today),
        side=episode.side, protocol=episode.protocol, stage=standing.stage, next_stage=standing.next_stage,
        need=need, advice=standing.advice, load=standing.load, is_locked=standing.is_locked,
        reason=reason.strip(), since_at=standing.since_at, last_heard_on=standing.last_heard_on,
        n_days_silent=silent, n_quarantined=standing.n_quarantined, tests_due_on=standing.tests_due_on,
        task_due_on=standing.task_due_on,
        decision_id=standing.decision_id, action=ACTIONS[need],
    )  # fmt: skip


def _need(standing: Standing, silent: int | None, today: date) -> tuple[Need, str]:
    """Return the need and its reason; of somebody on plan, silence comes before tests: nothing is known of them."""
    need = Need(standing.need)
    if need == Need.NEW:
        return need, "Assessment open; no programme yet."
    task = _task_words(standing, today)
    if need != Need.ON_PLAN:
        return need, f"{standing.reason} {task}".strip()
    tests = _tests_words(standing, today)
    if silent is not None and silent >= standing.silence_days:
        words = f"No answer for {silent} days; every symptom is unknown, advance is off."
        return Need.SILENT, " ".join(one for one in (words, task, tests) if one)
    if task:
        return Need.TASK, f"{task} {tests}".strip()
    if tests:
        return Need.TESTS_DUE, tests
    if standing.n_quarantined:
        return Need.NOT_TAKEN_IN, standing.reason
    return (Need.WRITTEN if standing.n_messages else need), standing.reason


def _task_words(standing: Standing, today: date) -> str:
    """Say the most urgent thing to be done beside the decision, by when, and how many more there are."""
    due_on = standing.task_due_on
    if not standing.n_tasks or due_on is None:
        return ""
    late = f", overdue since {short_day(due_on)}" if due_on < today else f", by {short_day(due_on)}"
    more = f" And {standing.n_tasks - 1} more." if standing.n_tasks > 1 else ""
    return f"{standing.task}{late}.{more}"


def _tests_words(standing: Standing, today: date) -> str:
    """Say which tests at a visit are due within days, or since when; nothing when none is."""
    due_on = standing.tests_due_on
    if due_on is None or due_on > today + timedelta(days=BOOKING_DAYS):
        return ""
    if due_on < today:
        return f"Due since {short_day(due_on)}: {standing.tests_due}."
    return f"Due {'today' if due_on == today else f'by {short_day(due_on)}'}: {standing.tests_due}."


def _n_days_silent(standing: Standing, today: date) -> int | None:
    if standing.need == Need.NEW:
        return None
    last = standing.last_heard_on or max(standing.since_at.date(), standing.episode.opened_on)
    return max((today - last).days, 0)
