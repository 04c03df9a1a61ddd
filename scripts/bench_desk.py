"""Measure the desk with a clinic of thousands: the list and the course page, at the server, queries counted.

    python -m scripts.bench_desk                          # SQLite, then a throw-away PostgreSQL
    python -m scripts.bench_desk --patients 500 --whole 8 # smaller
    python -m scripts.bench_desk --write                  # also writes docs/reference/desk-speed.md

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
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from scripts.desk_clinic import Given, fill

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench-desk"
PAGE = ROOT / "docs" / "reference" / "desk-speed.md"
LIST_MS, COURSE_MS = 150, 200
N_ROUNDS = 15
FILLING = 1  # count up when the clinic is filled in another way

WORDS = """# Speed of the desk

Made by `make bench ARGS="--desk --write"`. One machine, one run, medians; {with_what}.
Each page is asked for by a signed-in clinician through the whole stack of the server, audit log included.
Processor time is that of the application alone; on SQLite the database is part of it.

A clinic of {patients} fictional patients. Twelve of the simulator lived a year under the engine (four protocols,
three seeds); the clinic is made of copies of their records. {whole} patients have the whole year with every day's
decision stored, and their course pages are measured; the others have what was told in their last {weeks} weeks,
because a year of stored decisions is about ten megabytes a patient. Every patient has a row of the list.
{sizes}.

{table}

What a course tells is kept in the database, by a key over the facts, the day, the content, the code and the names; a
job tells it anew when facts have come in and after midnight, most needed first. A course opened before the job has
come to it is told while the reader waits: every fact is read, the year is folded, the pictures are drawn. A fresh
process is one that has just started and answers its first page. The number of queries is the same for every page of
its kind, asserted here and in the tests.
"""


class Figure(NamedTuple):
    """One measured page."""

    what: str
    ms: float
    cpu_ms: float  # of this process; a database that is a process of its own is not in it
    n_queries: int
    limit_ms: int


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
    return figures + _courses(client, courses, str(ada.email))


def _courses(client: Any, courses: Sequence[str], email: str) -> list[Figure]:
    """Open courses nobody has told yet, then those the job has told: in this process, and in one just started."""
    from mortise.web.care.models import ToldCourse
    from mortise.web.clinic import jobs

    ToldCourse.objects.all().delete()
    untold = _figure(client, "course page, before the job has told it", courses, COURSE_MS, n_rounds=1)
    ToldCourse.objects.all().delete()
    jobs.FOR_S = 3600.0
    start_s = time.perf_counter()
    while jobs.tell_courses.call():
        pass
    print(
        f"{ToldCourse.objects.count()} courses told in {time.perf_counter() - start_s:.0f} s", file=sys.stderr
    )
    first = _figure(client, "course page, opened for the first time", courses, COURSE_MS, n_rounds=1)
    again = _figure(client, "course page, opened again", courses, COURSE_MS, n_rounds=3)
    command = [sys.executable, "-m", "scripts.bench_desk", "--fresh", courses[0], "--as", email]
    runs = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True) for _ in range(5)]
    found = [json.loads(one.stdout.splitlines()[-1]) for one in runs]
    fresh = Figure(
        "course page, the first page of a fresh process", median(ms for ms, _ in found),
        median(cpu_ms for _, cpu_ms in found), 0, COURSE_MS,
    )  # fmt: skip
    return [first._replace(n_queries=again.n_queries), again, fresh, untold]


def fresh_process(address: str, email: str) -> tuple[float, float]:
    """Start as a server does, then ask for one page; return how long it took, on the clock and of the processor."""
    from mortise.web.wsgi import application

    assert callable(application)
    from django.test import Client

    from mortise.web.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email=email))
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    assert client.get(address).status_code == 200
    return 1000 * (time.perf_counter() - start_s), 1000 * (time.process_time() - start_cpu_s)


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

    filled_s = 0.0
    call_command("migrate", verbosity=0)
    if not (keeps and Clinic.objects.exists()):
        start_s = time.perf_counter()
        fill(given, datetime.now(UTC).date())
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
    return _measured([sys.executable, "-m", "scripts.bench_desk"], environment(folder), given)


def on_postgres(given: Given) -> dict[str, Any] | None:
    """Measure on a PostgreSQL that exists only meanwhile; None where its programs are missing."""
    from scripts.with_postgres import find_programs

    if find_programs() is None:
        return None
    folder = FOLDER / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        str(ROOT / "scripts" / "with_postgres.py"),
        sys.executable,
        "-m",
        "scripts.bench_desk",
    ]
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
        cells = [_cells(one) for one in figures]
        yield f"| {figures[0]['what']} | {figures[0]['limit_ms']} | " + " | ".join(cells) + " |"


def _cells(one: dict[str, Any]) -> str:
    share = one["ms"] / one["limit_ms"]
    return f"{one['ms']:.0f} | {share:.2f} | {one['cpu_ms']:.0f} | {one['n_queries'] or ''}"


def page(given: Given, found: Sequence[dict[str, Any]]) -> str:
    """Return the page of the docs."""
    from importlib.metadata import version

    sizes = "; ".join(f"{one['database']} {one['n_facts']:,} facts" for one in found)
    with_what = f"Python {sys.version.split()[0]}, Django {version('django')}"
    return WORDS.format(
        with_what=with_what, patients=f"{given.patients:,}", whole=given.whole, weeks=given.weeks, sizes=sizes,
        table="\n".join(table(found)),
    )  # fmt: skip


def main(arguments: list[str]) -> int:
    """Measure on SQLite and on PostgreSQL, or `--here` on the database of the environment."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, default=5000)
    parser.add_argument("--whole", type=int, default=24)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--fresh", default="", help=argparse.SUPPRESS)
    parser.add_argument("--as", dest="email", default="", help=argparse.SUPPRESS)
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--write", action="store_true", help="write docs/reference/desk-speed.md")
    asked = parser.parse_args(arguments)
    given = Given(asked.patients, min(asked.whole, asked.patients), asked.weeks)
    if asked.fresh:
        print(json.dumps(fresh_process(asked.fresh, asked.email)))
        return 0
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
