"""A red flag is mailed until somebody acknowledges it, also when the process that sends it is killed in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mortise.cli import server
from mortise.web.care.services.notices import FLAG_SUBJECT

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
START = """
import django
django.setup()
"""
FILL = f"""{START}
from decimal import Decimal
from django.core.management import call_command
call_command("migrate", verbosity=0)
from mortise.web.care import services
from tests.web import builders
cast = builders.cast()
services.set_plan(episode=cast.episode, by=cast.ada, reason="From the assessment.", stage="G1")
today = cast.clinic.today()
told = builders.check_in(today, answers={{"red_calf": Decimal(1)}})
services.answer_report(episode=cast.episode, facts=[told], on=today, by=cast.ben.user)
"""
# A quarter of an hour later: the notice is due again, and so is the round that sends it.
LATER = f"""{START}
from mortise.web.audit import clock
from mortise.web.care.models import Notice
from mortise.web.jobs.models import Turn
Notice.objects.filter(acknowledged_at=None).update(next_at=clock.now())
Turn.objects.update(next_at=clock.now())
"""
SEEN = f"""{START}
from mortise.web.accounts.models import User
from mortise.web.care.models import EpisodeRow, Notice
from mortise.web.care.services import notices
from mortise.web.jobs.models import Turn
from mortise.web.audit import clock
notices.acknowledge(EpisodeRow.objects.get(notices__kind="red_flag"), User.objects.get(email="ada@clinic.example"))
Notice.objects.filter(acknowledged_at=None).update(next_at=clock.now())
Turn.objects.update(next_at=clock.now())
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MORTISE_")}
    return kept | {
        "MORTISE_DATA_DIR": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "mortise.web.settings",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
    }  # fmt: skip


def test_the_mail_goes_on_after_its_process_was_killed_and_ends_when_it_is_seen(
    tmp_path: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 after the first mail; whoever keeps the process starts it again, as `mortise serve` does."""
    monkeypatch.setattr(server, "FIRST_WAIT_S", 0.1)
    out = tmp_path / "mails"  # without a mail server, mails are written out
    words = f"exec {sys.executable} -m mortise.web run_jobs --beat 0.2 >> {out} 2>&1"
    said(FILL, env)
    keeper = server._Keeper(["/bin/sh", "-c", words], env)
    keeper.start()
    try:
        wait(lambda: n_mails(out) == 1, "the first mail")
        first = keeper._process
        assert first is not None
        first.send_signal(signal.SIGKILL)
        said(LATER, env)
        wait(lambda: n_mails(out) == 2, "the mail after the kill")
        assert keeper._process is not first
        said(SEEN, env)
        time.sleep(2)
        assert n_mails(out) == 2
    finally:
        keeper.stop()


def said(program: str, env: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", program], env=env, check=True, timeout=PATIENCE_S)


def n_mails(out: Path) -> int:
    return out.read_text(errors="replace").count(f"Subject: {FLAG_SUBJECT}") if out.exists() else 0


def wait(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, f"never: {what}"
        time.sleep(0.1)
