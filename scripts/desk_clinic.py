"""A clinic of thousands for measuring the desk: twelve lived years of the simulator, copied."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

N_DAYS = 365
SEEDS = (1, 2, 3)
MARK = b"@@"
BATCH = 4000


class Given(NamedTuple):
    """How large the clinic is."""

    patients: int
    whole: int
    weeks: int


class Pattern(NamedTuple):
    """One lived year, ready to be copied: the facts as rows, with a mark where a copy puts its own name."""

    protocol: str
    side: str
    birth_year: int
    rows: tuple[tuple[str, date, str, str, bytes], ...]  # kind, on, origin, by, payload


# ---------------------------------------------------------------- the records that are copied


def patterns(today: date) -> list[Pattern]:
    """Let every pattern live its year."""
    from mortise import catalog

    content = catalog.load()
    return [_pattern(content, name, seed, today) for name in content.protocol_ids for seed in SEEDS]


def _pattern(content: Any, name: str, seed: int, today: date) -> Pattern:
    from msgspec.structs import replace

    from mortise.episode import Diary
    from mortise.record import PlanVersion
    from mortise.record.records import encode
    from mortise.simulate.patients import fictional_patient
    from mortise.terms import Origin

    opened_on = today - timedelta(days=N_DAYS - 1)
    record = fictional_patient(
        content.protocol(name),
        content.measures,
        content.exercises,
        seed=seed,
        opened_on=opened_on,
        n_days=N_DAYS,
    )
    plan = PlanVersion(
        id="plan", on=opened_on, origin=Origin.CLINICIAN, by="ada", protocol=name,
        protocol_version=content.protocol(name).version, protocol_hash=content.protocol_hash(name),
        constraints=(), dose_steps={}, exercises=None, figures={}, reason="First programme.", expires_on=None,
    )  # fmt: skip
    by_day: dict[date, list[Any]] = {}
    for fact in (plan, *record.facts):
        by_day.setdefault(fact.on, []).append(replace(fact, id=f"@@{fact.id}"))
    diary = Diary(record.person, record.episode, content)
    for n in range(N_DAYS):
        on = opened_on + timedelta(days=n)
        diary.take(by_day.get(on, []))
        diary.decide(on)
    rows = []
    for fact in diary.facts:
        at = datetime(fact.on.year, fact.on.month, fact.on.day, 18, tzinfo=UTC)
        payload = encode(replace(fact, received_at=at))
        payload = re.sub(rb"(decision-[0-9a-f]{20})", MARK + rb"\1", payload)
        kind = str(fact.__struct_config__.tag)
        rows.append((kind, fact.on, fact.origin.value, fact.by or "engine", payload))
    return Pattern(name, record.episode.involved_side.value, record.person.birth_year or 1980, tuple(rows))


# ---------------------------------------------------------------- filling


def fill(given: Given, today: date) -> None:
    """Fill an empty database with a clinic."""
    from django.db import transaction

    from mortise.web.accounts.models import Clinic, Role, User
    from mortise.web.care.models import EpisodeRow, Patient

    found = patterns(today)
    chance = Random(11)
    with transaction.atomic():
        clinic = Clinic.objects.create(name="Clinic of the bench (fictional)", time_zone="UTC")
        staff = [
            User.objects.create_staff(
                clinic=clinic, email=f"c{n}@bench.example", name=f"Clinician {n}", password="-"
            )
            for n in range(4)
        ]
        users = User.objects.bulk_create(
            [User(clinic=clinic, role=Role.PATIENT) for _ in range(given.patients)], batch_size=BATCH
        )
        people = Patient.objects.bulk_create(
            [
                Patient(clinic=clinic, user=user, name=f"{_name(chance)} {_name(chance)}", number=f"B{n:05}",
                        birth_year=found[n % len(found)].birth_year, added_by=staff[0])
                for n, user in enumerate(users)
            ],
            batch_size=BATCH,
        )  # fmt: skip
        episodes = EpisodeRow.objects.bulk_create(
            [_episode(one, found[n % len(found)], staff[n % 4], today) for n, one in enumerate(people)],
            batch_size=BATCH,
        )
        _facts(given, found, episodes, today)
        _rows(given, found, episodes, today, chance)


def _name(chance: Random) -> str:
    parts = [
        "al",
        "ben",
        "cor",
        "dun",
        "el",
        "fal",
        "gre",
        "hol",
        "im",
        "jo",
        "ka",
        "lin",
        "mar",
        "no",
        "os",
        "pe",
    ]
    return "".join(chance.sample(parts, 2)).capitalize()


def _episode(patient: Any, pattern: Pattern, by: Any, today: date) -> Any:
    from mortise.web.care.content import content
    from mortise.web.care.models import EpisodeRow

    return EpisodeRow(
        patient=patient, involved_side=pattern.side, protocol=pattern.protocol, opened_by=by,
        protocol_version=content().protocol(pattern.protocol).version,
        protocol_hash=content().protocol_hash(pattern.protocol), opened_on=today - timedelta(days=N_DAYS - 1),
    )  # fmt: skip


def _facts(given: Given, found: list[Pattern], episodes: Sequence[Any], today: date) -> None:
    from mortise.web.care.models import FactRow, ServerState

    batch: list[Any] = []
    sequence = 0
    since = today - timedelta(weeks=given.weeks)
    for n, episode in enumerate(episodes):
        pattern, is_whole = found[n % len(found)], n < given.whole
        for kind, on, origin, by, payload in pattern.rows:
            old = on < since or (kind == "decision" and on < today - timedelta(days=7))
            if old and not is_whole and kind not in ("plan_version", "stage_entry"):
                continue
            sequence += 1
            text = payload.replace(MARK, f"p{n}-".encode()).decode()
            at = datetime(on.year, on.month, on.day, 18, tzinfo=UTC)
            batch.append(
                FactRow(id=json.loads(text)["id"] if kind != "decision" else _id_in(text), episode=episode,
                        sequence=sequence, kind=kind, on=on, origin=origin, by=by, captured_at=None,
                        received_at=at, payload=text, content_hash=hashlib.sha256(text.encode()).hexdigest())
            )  # fmt: skip
            if len(batch) >= BATCH:
                FactRow.objects.bulk_create(batch)
                batch.clear()
    FactRow.objects.bulk_create(batch)
    ServerState.objects.update_or_create(id=1, defaults={"last_sequence": sequence})


def _id_in(text: str) -> str:
    found = re.search(r'"id":"([^"]+)"', text)
    assert found is not None
    return found[1]


def _rows(given: Given, found: list[Pattern], episodes: Sequence[Any], today: date, chance: Random) -> None:
    """Make the rows of the list: worked out from the facts for the patterns, varied in date and need for the copies."""
    from mortise.web.care.models import Need, Standing
    from mortise.web.care.services import standings
    from mortise.web.care.services.rebuilding import from_scratch

    first = [
        from_scratch(one, standings.new_row(one), on=today)
        for one in episodes[: min(len(found), given.whole)]
    ]
    needs = (Need.STOPPED, Need.FLARE, Need.STEPPED_BACK, Need.ASKED, Need.ADVANCE, Need.NEW)
    rows = []
    for n, episode in enumerate(episodes):
        row = standings.new_row(episode)
        for field in Standing._meta.concrete_fields:
            if field.attname not in ("episode_id", "search", "clinician_id"):
                setattr(row, field.attname, getattr(first[n % len(first)], field.attname))
        row.clinician_id = episode.opened_by_id
        row.since_at = datetime.combine(today, datetime.min.time(), UTC) - timedelta(
            minutes=chance.randrange(40_000)
        )
        row.last_heard_on = today - timedelta(days=chance.choice((0, 0, 1, 1, 2, 3, 5, 8, 12)))
        if chance.random() < 0.12:
            row.need = chance.choice(needs)
        if chance.random() < 0.6:
            row.tests_due_on, row.n_tasks = today + timedelta(days=chance.randrange(1, 40)), 0
        standings.settle(row)
        rows.append(row)
    Standing.objects.bulk_create(rows, batch_size=BATCH)
