"""Why somebody is on the list, in one line, and the one thing to do."""

from __future__ import annotations

from datetime import date, timedelta

from mortise.report.words import short_day
from mortise.web.care.models import Need, Standing
from mortise.web.care.services.ordering import is_test_soon

ACTIONS = {
    Need.STOPPED: "Call",
    Need.FLARE: "Review",
    Need.STEPPED_BACK: "Review",
    Need.PLATEAU: "Review",
    Need.ASKED: "Review",
    Need.ADVANCE: "Review",
    Need.SILENT: "Call",
    Need.NEW: "Assess",
    Need.TESTS_DUE: "Book",
    Need.TASK: "Open",
    Need.NOT_TAKEN_IN: "Look",
    Need.NOT_RECEIVED: "Look",
    Need.WRITTEN: "Read",
    Need.ON_PLAN: "Open",
}

TAKEN_BACK = "Took the agreement to treatment back: programme and record stand still. Talk with the patient."


def reason_of(standing: Standing, need: Need, today: date) -> str:
    """Return the reason in a line: what the need rests on first, then what else waits."""
    parts = [TAKEN_BACK if standing.is_taken_back else _leading(standing, need, today)]
    if standing.is_taken_back and need is Need.STOPPED:
        parts.append(_leading(standing, need, today))
    if standing.n_quarantined:
        items = "item was" if standing.n_quarantined == 1 else "items were"
        parts.append(f"{standing.n_quarantined} {items} sent and not taken; look at them.")
    if standing.n_not_received:
        records = "record" if standing.n_not_received == 1 else "records"
        parts.append(f"{standing.n_not_received} {records} of the phone not yet received.")
    if standing.n_messages:
        words = "A message waits" if standing.n_messages == 1 else f"{standing.n_messages} messages wait"
        parts.append(f"{words} to be read.")
    return _joined(*parts)


def _leading(standing: Standing, need: Need, today: date) -> str:
    task = _task_words(standing, today)
    tests = _tests_words(standing, today)
    if need is Need.NEW:
        return "Assessment open; no programme yet."
    if need is Need.SILENT:
        last = (
            None if standing.silent_on is None else standing.silent_on - timedelta(days=standing.silence_days)
        )
        n_days = 0 if last is None else max((today - last).days, 0)
        return _joined(f"No answer for {n_days} days; every symptom is unknown, advance is off.", task, tests)
    if need is Need.PLATEAU:
        return _joined(task, standing.reason)
    if need is Need.TASK:
        return _joined(task, tests)
    if need is Need.TESTS_DUE:
        return tests
    is_quiet = need in (Need.ON_PLAN, Need.NOT_TAKEN_IN, Need.NOT_RECEIVED, Need.WRITTEN)
    return standing.reason if is_quiet else _joined(standing.reason, task)


def _joined(*parts: str) -> str:
    return " ".join(one for one in parts if one)


def _task_words(standing: Standing, today: date) -> str:
    """Say the most urgent thing to be done beside the decision, by when, and how many more there are."""
    is_quiet_due = standing.quiet_on is not None and standing.quiet_on <= today
    n_tasks = standing.n_tasks + is_quiet_due
    task, due_on = standing.task, standing.task_due_on
    if not standing.n_tasks or due_on is None:
        if not is_quiet_due or standing.quiet_on is None:
            return ""
        return f"{standing.quiet_task}, overdue since {short_day(standing.quiet_on - timedelta(days=1))}."
    late = f", overdue since {short_day(due_on)}" if due_on < today else f", by {short_day(due_on)}"
    more = f" And {n_tasks - 1} more." if n_tasks > 1 else ""
    return f"{task}{late}.{more}"


def _tests_words(standing: Standing, today: date) -> str:
    """Say which tests at a visit are due within days, or since when; nothing when none is."""
    due_on = standing.tests_due_on
    if due_on is None or not is_test_soon(standing, today):
        return ""
    if due_on < today:
        return f"Due since {short_day(due_on)}: {standing.tests_due}."
    return f"Due {'today' if due_on == today else f'by {short_day(due_on)}'}: {standing.tests_due}."
