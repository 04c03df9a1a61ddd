"""What several commands take: a patient record from a file or the pipe, a day, the day's circumstances."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mortise.errors import InputError

if TYPE_CHECKING:
    from mortise.episode import Story
    from mortise.protocol import Circumstances
    from mortise.record import PatientRecord

PIPE = "-"
BUSY_MINUTES = 10  # what the phone offers as "ten minutes"


def add_record(parser: argparse.ArgumentParser) -> None:
    """Add the record."""
    parser.add_argument(
        "record", metavar="RECORD", help="file with a patient record as JSON; - reads the pipe"
    )
    parser.add_argument("--content", metavar="FOLDER", help="clinical content other than the package's own")
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_day(parser: argparse.ArgumentParser) -> None:
    """Add the day that is decided about: always said, never taken from the clock."""
    parser.add_argument("--on", required=True, metavar="DATE", help="the day, as 2026-03-01")


def add_circumstances(parser: argparse.ArgumentParser) -> None:
    """Add the day as it is."""
    group = parser.add_argument_group("the day as it is", "each can only shorten or lighten the session")
    group.add_argument("--minutes", type=int, metavar="N", help="minutes available")
    group.add_argument("--busy", action="store_true", help=f"a busy day: {BUSY_MINUTES} minutes, or less")
    group.add_argument(
        "--equipment",
        metavar="NAMES",
        help="what is at hand, parted by commas: band,step; an empty text: nothing",
    )
    group.add_argument("--travelling", action="store_true", help="away from home: no equipment")
    group.add_argument("--ill", action="store_true", help="not well")
    group.add_argument("--other-sport", action="store_true", help="another sport today")
    group.add_argument("--hot-ankle", action="store_true", help="the ankle is warm or swollen")


def day_of(text: str) -> date:
    """Read a day, or raise `InputError` naming the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{text!r} is not a day.", where="--on", mend="Write year, month, day: 2026-03-01."
        ) from None


def circumstances_of(args: argparse.Namespace) -> Circumstances:
    """Return the circumstances given on the command line."""
    from mortise.protocol import Circumstances

    if args.minutes is not None and args.minutes < 0:
        raise InputError(f"{args.minutes} is less than no time.", where="--minutes", mend="Give 0 or more.")
    names = None
    if args.equipment is not None:
        names = tuple(name.strip() for name in args.equipment.split(",") if name.strip())
    minutes = args.minutes
    if args.busy:
        minutes = BUSY_MINUTES if minutes is None else min(minutes, BUSY_MINUTES)
    return Circumstances(
        minutes=minutes, equipment=names, is_travelling=args.travelling, is_ill=args.ill,
        did_other_sport=args.other_sport, is_ankle_hot=args.hot_ankle,
    )  # fmt: skip


def read_record(name: str) -> PatientRecord:
    """Read a record, or raise `InputError` naming file and field."""
    from mortise.record import decode_record

    return decode_record(read_bytes(name), where=where_of(name))


def where_of(name: str) -> str:
    """Return what an error calls a record."""
    return "standard input" if name == PIPE else name


def read_bytes(name: str) -> bytes:
    """Read a file, or the pipe, or raise `InputError` naming it."""
    if name == PIPE:
        if sys.stdin is None:
            raise InputError("is closed.", where="standard input", mend="Name a file with a patient record.")
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}.", where=name, mend="Name a file with a patient record."
        ) from None


def add_beside(parser: argparse.ArgumentParser) -> None:
    """Add the record of the other ankle, whose load counts for the same person."""
    parser.add_argument(
        "--beside", metavar="RECORD", action="append", default=[],
        help="record of the other ankle, whose counters and limits hold for the same person",
    )  # fmt: skip


def story_of(args: argparse.Namespace) -> Story:
    """Return the story that the arguments ask for."""
    from mortise import catalog
    from mortise.episode import story
    from mortise.protocol import Circumstances

    on = day_of(args.on)
    day = circumstances_of(args) if hasattr(args, "minutes") else Circumstances()
    record = read_record(args.record)
    content = catalog.load(Path(args.content) if args.content else None)
    beside = [read_record(name) for name in getattr(args, "beside", ())]
    return story(record, content, on, day, beside)


def write_json(encoded: bytes) -> None:
    """Print canonical JSON with indents; exact decimals keep their digits."""
    import json

    import msgspec

    text = msgspec.json.format(encoded, indent=2).decode()
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a stream that cannot show every sign still gets valid JSON
        text = re.sub(r"[^\x00-\x7f]", lambda sign: json.dumps(sign.group())[1:-1], text)
    sys.stdout.write(text + "\n")
