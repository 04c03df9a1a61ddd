"""Jobs for tests of the queue, done by a real worker: each notes in a file that it began and that it ended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from mortise.errors import InputError
from mortise.web.jobs.kinds import SLOW, job


def note(file: str, word: str) -> None:
    with Path(file).open("a") as out:
        out.write(f"{word}\n")


def tell(cause: str, file: str) -> None:
    note(file, f"given up: {cause}")


@job(given_up=tell)
def works(file: str) -> str:
    note(file, "done")
    return "done"


@job(given_up=tell)
def breaks(file: str) -> None:
    note(file, "began")
    raise ZeroDivisionError("the name of Ben Holloway")


@job(given_up=tell)
def refuses(file: str) -> None:
    note(file, "began")
    raise InputError("never")


@job(queue=SLOW, given_up=tell)
def waits_the_first_time(file: str) -> None:
    is_first = not Path(file).exists()
    note(file, "began")
    time.sleep(60 if is_first else 0)
    note(file, "done")


@job(queue=SLOW, n_attempts=2, given_up=tell)
def kills_its_worker(file: str) -> None:
    note(file, "began")
    os.kill(os.getpid(), signal.SIGKILL)
