"""The server killed in the middle of writing, as a loss of power does to a process: nothing acknowledged is lost.

A real server on a real port, killed with everything it started, again and again. What was answered before is there
afterwards; what was not answered is there whole or not at all; the audit log is one chain. MORTISE_N_KILLS kills more
often (30 takes two minutes).
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from mortise.web.demo.team import ADA, PASSWORD
from tests.web.test_serving import START, environment, free_port, opened, run

N_KILLS = int(os.environ.get("MORTISE_N_KILLS", "5"))
FIRST_ON = date(2100, 1, 1)  # each report is a visit planned for a day of its own, by which it is known again


class Desk:
    """A browser at the desk that follows nothing: an answer that came is an acknowledgement."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def ask(self, port: int, at: str, fields: dict[str, str] | None = None) -> int:
        with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            body = None
            if fields is not None:
                body = urlencode({"csrfmiddlewaretoken": self.cookies["mortise-form"], **fields})
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("GET" if fields is None else "POST", at, body, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
            answer.read()
            return answer.status


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve in a process group of its own, and end whatever is left of it."""
    port = free_port()
    process = subprocess.Popen(
        [*START, "serve", "--port", str(port)],
        env=environment(folder, DATABASE_URL=""), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield port, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def write_until_killed(desk: Desk, port: int, at: str, n_before: int, answered: list[date], kill: str) -> int:
    """Plan one visit after another until the server is gone; note those that were answered. Return how many sent.

    The clock of the kill runs from the first answer, so that every kill falls among writes on a slow machine too.
    """
    n_sent, killer = n_before, None
    while True:
        visit_on = FIRST_ON + timedelta(days=n_sent)
        n_sent += 1
        try:
            status = desk.ask(port, at, {"visit_on": visit_on.isoformat()})
        except (OSError, HTTPException):
            if killer is None:
                raise
            killer.wait()
            return n_sent
        assert status == 302
        answered.append(visit_on)
        killer = killer or subprocess.Popen(["sh", "-c", kill])


def episode_of(database: Path) -> uuid.UUID:
    with closing(sqlite3.connect(database)) as rows:
        found = rows.execute(
            "SELECT e.id FROM care_episoderow e JOIN care_patient p ON p.id = e.patient_id "
            "JOIN accounts_user u ON u.clinic_id = p.clinic_id WHERE u.email = ?", (ADA.email,)
        ).fetchone()  # fmt: skip
    return uuid.UUID(found[0])


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    filled = run(tmp_path, "demo", "--fill-only")
    assert filled.returncode == 0, filled.stderr
    database = tmp_path / "mortise.sqlite3"
    at = f"/desk/episodes/{episode_of(database)}/visit/"
    desk, chance, answered, n_sent = Desk(), random.Random(7), list[date](), 0
    for number in range(N_KILLS):
        with serving(tmp_path) as (port, process):
            opened(f"http://127.0.0.1:{port}/sign-in/")
            if number == 0:
                desk.ask(port, "/sign-in/")
                assert desk.ask(port, "/sign-in/", {"email": ADA.email, "password": PASSWORD}) == 302
            kill = f"sleep {chance.uniform(0.0, 0.8):.3f}; kill -9 -{process.pid}"
            n_sent = write_until_killed(desk, port, at, n_sent, answered, kill)
            assert process.wait() == -signal.SIGKILL
    assert len(answered) >= N_KILLS, "the kills came before anything was written"
    with closing(sqlite3.connect(database)) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        facts = rows.execute("SELECT id, sequence, payload FROM care_factrow ORDER BY sequence").fetchall()
    payloads = [json.loads(payload) for _, _, payload in facts]
    kept = [one["visit_on"] for one in payloads if one.get("visit_on", "") >= FIRST_ON.isoformat()]
    assert {day.isoformat() for day in answered} <= set(kept), "an acknowledged write was lost"
    assert len(kept) == len(set(kept)) <= len(answered) + N_KILLS, "one was written twice, or one never sent"
    assert [one["id"] for one in payloads] == [row_id for row_id, _, _ in facts]
    assert [sequence for _, sequence, _ in facts] == list(range(1, len(facts) + 1))
    verified = subprocess.run(
        [sys.executable, "-m", "django", "verify_audit"],
        env=environment(tmp_path, DATABASE_URL="", DJANGO_SETTINGS_MODULE="mortise.web.settings"),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr
