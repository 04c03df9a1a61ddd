"""Today's session of a patient record: what to do, how long, what was left out and why."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING

from mortise.cli import records

if TYPE_CHECKING:
    from mortise.cli.tables import Block
    from mortise.prescribe import CounterLine
    from mortise.record import Session

WIDTH = 108  # of a line of names


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise today` and its arguments."""
    text = "today's session of a patient record: what to do, how long, what was left out and why"
    parser = subparsers.add_parser("today", help=text, description=text.capitalize() + ".")
    records.add_record(parser)
    records.add_day(parser)
    records.add_circumstances(parser)
    records.add_beside(parser)
    parser.add_argument("--patient", action="store_true", help="say it in the words for the patient")


def run(args: argparse.Namespace) -> int:
    """Solve the session and print it; return 0."""
    story = records.story_of(args)
    if args.json:
        from mortise.record import encode

        records.write_json(encode(story.session))
        return 0
    from mortise.cli import tables

    title = story.stage_now.title_patient if args.patient else story.stage_now.title
    made = blocks(story.session, title, for_patient=args.patient)
    tables.show([*made, *counter_blocks(story.counters, for_patient=args.patient)])
    return 0


def blocks(session: Session, title: str, *, for_patient: bool) -> list[Block]:
    """Return a session as text for a physiotherapist or for the patient."""
    from mortise.cli.tables import (
        LOAD_WORDS,
        Heading,
        Lines,
        Table,
        author_words,
        minutes_words,
        planned_words,
    )

    found: list[Block] = [
        Lines((
            f"{session.on}, stage {session.stage}: {title}",
            f"Load: {LOAD_WORDS[session.load]}. {session.why_patient if for_patient else session.why}",
        )),
    ]  # fmt: skip
    if session.exercises:
        found.append(Heading(f"Today, {minutes_words(session.seconds)}"))
        found.append(Table(
            ("exercise", "dose", "time", "step", "why"),
            [
                (one.name, planned_words(one), minutes_words(one.seconds), _step(one.dose_step, one.usual_step),
                 one.why_patient if for_patient else one.why)
                for one in session.exercises
            ],
        ))  # fmt: skip
    if session.left_out:
        found.append(Heading("Left out"))
        found.append(Lines(tuple(_left_out(session, for_patient=for_patient))))
    if session.constraints:
        found.append(Heading("What cut today's session"))
        cuts = [
            (one.constraint, author_words(one.author), one.reason_patient if for_patient else one.reason)
            for one in session.constraints
        ]
        found.append(Table(("constraint", "by", "why"), cuts))
    return found


def _left_out(session: Session, *, for_patient: bool) -> Iterator[str]:
    """Yield each reason once, then what it leaves out."""
    names: dict[str, list[str]] = {}
    for one in session.left_out:
        names.setdefault(one.reason_patient if for_patient else one.reason, []).append(one.name)
    for reason, left in names.items():
        yield reason
        yield from wrap("; ".join(left) + ".", WIDTH, initial_indent="  ", subsequent_indent="  ")


def counter_blocks(counters: Sequence[CounterLine], *, for_patient: bool) -> list[Block]:
    """Return the four counters as a table: seven days, today's session, and the ceilings with whose they are."""
    from mortise.cli.tables import Heading, Table

    if not counters:
        return []
    rows = [
        (
            one.words_patient if for_patient else one.words, f"{one.counted_week}", f"{one.planned}",
            _ceiling(one.per_week), _ceiling(one.per_day),
        )
        for one in counters
    ]  # fmt: skip
    columns = ("what", "last six days", "today", "most in seven days", "most in a day")
    return [Heading("What the week puts on the ankle"), Table(columns, rows)]


def _ceiling(value: Decimal | None) -> str:
    return "no limit" if value is None else f"{value.normalize():f}"


def _step(step: int, usual: int) -> str:
    return str(step) if step == usual else f"{step} (usually {usual})"
