"""Measure a recording in a process of its own, with bounds on memory and time: a hostile file costs only itself.

The order comes in as JSON, the answer goes out as JSON: what was found, or why nothing was. Before each step a line
says which. Nothing else is printed; no database is opened.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mortise.errors import MortiseError
from mortise.terms import Side

READING, MEASURING = "reading", "measuring"
LONGEST_S = 300.0
MOST_BYTES = 4 * 1024**3  # of address space: a file of 64 MB with eight sensors needs a quarter of it
TOO_LONG = (
    "Measuring took longer than {minutes} minutes and was stopped. Cut the file to one test and send that."
)
TOO_LARGE = (
    "Measuring needed more memory than one recording may have. Cut the file to one test and send that."
)
BROKEN = "Our fault: measuring this recording broke. Its files are kept. Tell whoever runs Mortise."


class GivenFile(Struct, frozen=True, kw_only=True):
    """One file: the name shown, where it lies, and the side that was said."""

    name: str
    path: str
    side: str = ""


class LeaveOut(Struct, frozen=True, kw_only=True):
    """A stretch to leave out, and why."""

    start_s: float
    end_s: float
    reason: str


class Order(Struct, frozen=True, kw_only=True):
    """What to measure, and what was said of it."""

    test: str
    files: tuple[GivenFile, ...]
    rate_hz: float | None = None
    placement: str | None = None
    marks_s: tuple[float, ...] = ()
    side: str = ""
    foot_length_m: float | None = None
    left_out: tuple[LeaveOut, ...] = ()


class Outcome(Struct, frozen=True, kw_only=True):
    """The result as canonical JSON, or the reason why there is none. `error` is a fault of ours, for the log."""

    result: str = ""
    reason: str = ""
    error: str = ""


def measured_here(order: Order, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Measure in this process."""
    from mortise import measure

    try:
        with ExitStack() as open_files:
            tell(READING)
            streams = [(one, open_files.enter_context(Path(one.path).open("rb"))) for one in order.files]
            given: dict[str, Any] = {one.side: (one.name, stream) for one, stream in streams if one.side}
            materials = measure.open_files(
                [(one.name, stream) for one, stream in streams if not one.side],
                left=given.get("left"), right=given.get("right"), rate_hz=order.rate_hz,
                placement=order.placement, test=order.test, marks_s=order.marks_s,
                side=Side(order.side) if order.side else None, foot_length_m=order.foot_length_m,
            )  # fmt: skip
            tell(MEASURING)
            stretches = [
                measure.Stretch(start_s=one.start_s, end_s=one.end_s, reason=one.reason)
                for one in order.left_out
            ]
            result = measure.measured_without(order.test, materials, stretches)
    except FileNotFoundError:
        return Outcome(reason="The file of this recording is gone. Upload it again.")
    except MortiseError as error:
        return Outcome(reason=str(error))
    except MemoryError:
        return Outcome(reason=TOO_LARGE)
    except Exception as error:  # a file nobody thought of must not cost the page, nor look like a number
        return Outcome(reason=BROKEN, error=_where(error))
    return Outcome(result=msgspec.json.encode(measure.to_plain(result, curves=True)).decode())


def measured_apart(
    order: Order,
    tell: Callable[[str], None] = lambda _: None,
    *,
    longest_s: float = LONGEST_S,
    most_bytes: int = MOST_BYTES,
) -> Outcome:
    """Measure in a process that may use so much memory and time, and no more."""
    command = [sys.executable, "-m", "mortise.web.care.apart", str(most_bytes), str(int(longest_s) + 1)]
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
    ) as process:
        tell(MEASURING)
        try:
            said, _ = process.communicate(msgspec.json.encode(order), timeout=longest_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return Outcome(reason=TOO_LONG.format(minutes=max(1, round(longest_s / 60))))
        except BaseException:
            process.kill()
            raise
    try:
        return msgspec.json.decode(said, type=Outcome)
    except msgspec.DecodeError:
        # killed by a bound, or by the system for want of memory
        return Outcome(reason=TOO_LARGE, error=f"ended with {process.returncode} and no answer")


def _where(error: BaseException) -> str:
    """Return where an error came from, without its message, which may quote the file."""
    import traceback

    places = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__} at {', '.join(places[-4:])}"


def main(words: list[str]) -> int:
    """Bound this process, read the order, measure, print the answer."""
    most_bytes, longest_s = int(words[0]), int(words[1])
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (longest_s, longest_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    try:
        order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
        outcome = measured_here(order)
    except MemoryError:
        outcome = Outcome(reason=TOO_LARGE)
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
