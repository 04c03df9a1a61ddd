"""The rooms that own data, once more on PostgreSQL: facts, audit log, decisions. `make test-postgres` runs all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("test_facts.py", "test_audit.py", "test_decisions.py")


@pytest.mark.postgres
def test_rooms_that_own_data_hold_their_word_on_postgresql() -> None:
    if os.environ.get("DATABASE_URL", "").startswith("postgresql"):
        from django.db import connection

        assert connection.vendor == "postgresql"  # this whole run is on PostgreSQL
        return
    files = [str(ROOT / "tests" / "web" / name) for name in ROOMS]
    done = subprocess.run(
        [sys.executable, "scripts/with_postgres.py", sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *files],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
