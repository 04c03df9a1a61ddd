"""Many people at once: rows written straight into the tables, for tests and measurements of the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from mortise.web.accounts.models import Role, User
from mortise.web.audit import clock
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Need, Patient, Standing
from mortise.web.care.services import standings

STORED = (
    Need.STOPPED,
    Need.FLARE,
    Need.STEPPED_BACK,
    Need.ASKED,
    Need.ADVANCE,
    Need.NEW,
    Need.ON_PLAN,
)


def crowd(by: User, n: int, chance: Random) -> list[Standing]:
    """Put `n` patients with one episode each into a clinic, standing anywhere; return their rows of the list."""
    users = User.objects.bulk_create([User(clinic=by.clinic, role=Role.PATIENT) for _ in range(n)])
    patients = Patient.objects.bulk_create(
        Patient(clinic=by.clinic, user=user, name=f"Person {chance.randrange(n)}", number=f"N{number:05}",
                birth_year=chance.randint(1940, 2000), added_by=by)
        for number, user in enumerate(users)
    )  # fmt: skip
    today = by.clinic.today()
    episodes = EpisodeRow.objects.bulk_create(
        EpisodeRow(patient=one, involved_side=chance.choice(("left", "right")), opened_by=by,
                   protocol=chance.choice(content().protocol_ids), protocol_version="1",
                   opened_on=today - timedelta(days=chance.randint(0, 400)))
        for one in patients
    )  # fmt: skip
    rows = [_row(one, today, chance) for one in episodes]
    return Standing.objects.bulk_create(rows)


def _row(episode: EpisodeRow, today: date, chance: Random) -> Standing:
    row = standings.new_row(episode)
    for name, value in _fields(today, chance):
        setattr(row, name, value)
    stages = content().protocol(episode.protocol).stages
    row.stage = "" if row.need == Need.NEW else chance.choice(stages).id
    standings.settle(row)
    return row


def _fields(today: date, chance: Random) -> Iterator[tuple[str, Any]]:
    def day(most: int) -> date | None:
        return chance.choice((None, None, today + timedelta(days=chance.randint(-most, most))))

    yield "need", chance.choice((*STORED, *(Need.ON_PLAN,) * 7))
    yield "since_at", clock.now() - timedelta(minutes=chance.choice((0, 5, 5, chance.randint(0, 90_000))))
    yield "advice", "hold"
    yield "reason", "7 of 11 in place. Missing: Heel rises."
    yield "last_heard_on", chance.choice((today, today, day(12)))
    yield "tests_due_on", day(6)
    yield "tests_due", "Knee to wall"
    yield "n_tasks", chance.choice((0, 0, 0, 1, 3))
    yield "task", "Load and dose may rise: your answer"
    yield "task_due_on", day(6)
    yield "quiet_task", "Re-test: Knee to wall"
    yield "quiet_on", day(6)
    for name in ("n_quarantined", "n_messages", "n_not_received"):
        yield name, chance.choice((0, 0, 0, 0, 2))
    yield "is_plateau", chance.random() < 0.1
