"""Measure the desk with a clinic of thousands: the list and the course page, at the server, queries counted.

    python scripts/bench_desk.py                          # SQLite, then a throw-away PostgreSQL
    python scripts/bench_desk.py --patients 500 --whole 8 # smaller
    python scripts/bench_desk.py --write                  # also writes docs/reference/desk-speed.md

Twelve fictional patients of the simulator (four protocols, three seeds) live a year under the engine, every day's
decision stored. The clinic is made of copies of their records: `--whole` patients have the whole year, all the others
the last `--weeks` of it, each decision older than a week left out (one weighs 25 kB); every patient has a row of the
list. The course page is measured on patients with the whole year. The SQLite file stays in `var/bench-desk` and is
filled again when content, code of the records or the day have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench-desk"
PAGE = ROOT / "docs" / "reference" / "desk-speed.md"
N_DAYS = 365
SEEDS = (1, 2, 3)
MARK = b"@@"
LIST_MS, COURSE_MS = 150, 200
N_ROUNDS = 15
BATCH = 4000
FILLING = 1  # count up when the clinic is filled in another way


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


class Figure(NamedTuple):
    """One measured page."""

    what: str
    ms: float
    cpu_ms: float  # of this process; a database that is a process of its own is not in it
    n_queries: int
    limit_ms: int


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


# ---------------------------------------------------------------- measuring


def measure(given: Given) -> list[Figure]:
    """Ask for every page several times, as a signed-in clinician, through the whole stack of the server."""
    from django.test import Client

    from mortise.web.accounts.models import User
    from mortise.web.care.models import EpisodeRow

    ada = User.objects.filter(role="physiotherapist").order_by("email")[0]
    client = Client()
    client.force_login(ada)
    link = re.search(r'rel="next" href="([^"]+)"', client.get("/desk/").content.decode())
    last = link[1].replace("&amp;", "&") if link is not None else ""
    lists = {
        "list, first page": "/desk/",
        "list, second page": f"/desk/{last}",
        "list, tests due": "/desk/?need=tests_due",
        "list, on plan, one clinician": f"/desk/?need=on_plan&clinician={ada.pk}",
        "list, searched by name": "/desk/?q=mar",
    }
    figures = [_figure(client, what, [address], LIST_MS) for what, address in lists.items()]
    numbers = [f"B{n:05}" for n in range(given.whole)]
    episodes = EpisodeRow.objects.filter(patient__number__in=numbers).order_by("patient__number")
    courses = [f"/desk/episodes/{one.pk}/" for one in episodes[:12]]
    figures.append(_figure(client, "course page, opened for the first time", courses, COURSE_MS, n_rounds=1))
    figures.append(_figure(client, "course page, opened again", courses, COURSE_MS, n_rounds=3))
    return figures


def _figure(
    client: Any, what: str, addresses: Sequence[str], limit_ms: int, *, n_rounds: int = N_ROUNDS
) -> Figure:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts, times, cpu_times = set(), [], []
    if n_rounds > 1:
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts.add(len(captured))
    for _ in range(n_rounds):
        for address in addresses:
            start_s, start_cpu_s = time.perf_counter(), time.process_time()
            response = client.get(address)
            times.append(1000 * (time.perf_counter() - start_s))
            cpu_times.append(1000 * (time.process_time() - start_cpu_s))
            assert response.status_code == 200, address
    assert len(counts) <= 1, f"{what}: the number of queries differs: {sorted(counts)}"
    return Figure(what, median(times), median(cpu_times), max(counts, default=0), limit_ms)


# ---------------------------------------------------------------- one database


def run_here(given: Given, *, keeps: bool) -> dict[str, Any]:
    """Fill the database of the environment unless it holds this very clinic, and measure."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connection

    from mortise.web.accounts.models import Clinic
    from mortise.web.care.models import FactRow

    today, filled_s = date.today(), 0.0
    call_command("migrate", verbosity=0)
    if not (keeps and Clinic.objects.exists()):
        start_s = time.perf_counter()
        fill(given, datetime.now(UTC).date() or today)
        filled_s = time.perf_counter() - start_s
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    figures = measure(given)
    return {
        "database": connection.vendor, "filled_s": filled_s, "n_facts": FactRow.objects.count(),
        "figures": [one._asdict() for one in figures],
    }  # fmt: skip


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a server with its data in `folder`."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("MORTISE_")}
    known.pop("DATABASE_URL", None)
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, [known.get("PYTHONPATH", "")])])
    return known | {
        "DJANGO_SETTINGS_MODULE": "mortise.web.settings", "MORTISE_DATA_DIR": str(folder),
        "MORTISE_HOSTS": "testserver,localhost", "PYTHONPATH": paths,
    }  # fmt: skip


def key_of(given: Given) -> str:
    """Return what a filled file was made from: size, day, content, and the code that makes it."""
    digest = hashlib.sha256(f"{FILLING} {given} {datetime.now(UTC).date()}".encode())
    files = [*sorted((ROOT / "src/mortise/content").rglob("*.toml"))]
    files += sorted((ROOT / "src/mortise/web/care/migrations").glob("*.py"))
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def on_sqlite(given: Given) -> dict[str, Any]:
    """Measure on SQLite; the file is kept for the next run."""
    folder = FOLDER / key_of(given)
    if FOLDER.exists():
        for old in FOLDER.iterdir():
            if old != folder:
                _remove(old)
    folder.mkdir(parents=True, exist_ok=True)
    return _measured([sys.executable, __file__], environment(folder), given)


def on_postgres(given: Given) -> dict[str, Any] | None:
    """Measure on a PostgreSQL that exists only meanwhile; None where its programs are missing."""
    sys.path.insert(0, str(ROOT))
    from scripts.with_postgres import find_programs

    if find_programs() is None:
        return None
    folder = FOLDER / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(ROOT / "scripts" / "with_postgres.py"), sys.executable, __file__]
    return _measured(command, environment(folder), given)


def _measured(command: list[str], env: dict[str, str], given: Given) -> dict[str, Any]:
    words = [*command, "--here", *(f"--{name}={value}" for name, value in given._asdict().items())]
    done = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _remove(path: Path) -> None:
    import shutil

    shutil.rmtree(path, ignore_errors=True)


# ---------------------------------------------------------------- what is printed


def table(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield the rows of the table, with how much of the limit each takes."""
    yield (
        "| page | limit, ms | "
        + " | ".join(f"{one['database']}, ms | of the limit | processor, ms | queries" for one in found)
        + " |"
    )
    yield "|---" * (2 + 4 * len(found)) + "|"
    for figures in zip(*(one["figures"] for one in found), strict=True):
        cells = [
            f"{one['ms']:.0f} | {one['ms'] / one['limit_ms']:.2f} | {one['cpu_ms']:.0f} | {one['n_queries'] or ''}"
            for one in figures
        ]
        yield f"| {figures[0]['what']} | {figures[0]['limit_ms']} | " + " | ".join(cells) + " |"


def page(given: Given, found: Sequence[dict[str, Any]]) -> str:
    """Return the page of the docs."""
    from importlib.metadata import version

    rows = "\n".join(table(found))
    sizes = "; ".join(f"{one['database']} {one['n_facts']:,} facts" for one in found)
    return f"""# Speed of the desk

Made by `make bench ARGS="--desk --write"`. One machine, one run, medians; Python {sys.version.split()[0]}, Django {version("django")}.
Each page is asked for by a signed-in clinician through the whole stack of the server, audit log included.

A clinic of {given.patients:,} fictional patients. Twelve of the simulator lived a year under the engine (four protocols, three
seeds); the clinic is made of copies of their records. {given.whole} patients have the whole year with every day's decision
stored, and their course pages are measured; the others have their last {given.weeks} weeks, because a year of stored decisions
is about ten megabytes a patient. Every patient has a row of the list. {sizes}.

{rows}

The number of queries is the same for every page of its kind, and asserted in the tests: the list for 3 and for 123 patients, the
course page for a short record and for a long one.
"""


def main(arguments: list[str]) -> int:
    """Measure on SQLite and on PostgreSQL, or `--here` on the database of the environment."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, default=5000)
    parser.add_argument("--whole", type=int, default=24)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--write", action="store_true", help="write docs/reference/desk-speed.md")
    asked = parser.parse_args(arguments)
    given = Given(asked.patients, min(asked.whole, asked.patients), asked.weeks)
    if asked.here:
        is_sqlite = "DATABASE_URL" not in os.environ
        print(json.dumps(run_here(given, keeps=is_sqlite)))
        return 0
    runs: list[Callable[[Given], dict[str, Any] | None]] = [on_sqlite]
    runs += [] if asked.sqlite_only else [on_postgres]
    found = [one for one in (run(given) for run in runs) if one is not None]
    print("\n".join(table(found)))
    for one in found:
        print(
            f"{one['database']}: {one['n_facts']:,} facts, filled in {one['filled_s']:.0f} s (0: kept from before)"
        )
    if asked.write:
        PAGE.write_text(page(given, found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
