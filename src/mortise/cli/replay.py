"""Make every stored decision of a record again and compare it, bit for bit."""

from __future__ import annotations

import argparse
from pathlib import Path

from mortise.cli import records

DIFFERS = 1


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise replay` and its arguments."""
    text = "make every stored decision of a record again and compare it, bit for bit"
    parser = subparsers.add_parser("replay", help=text, description=text.capitalize() + ".")
    records.add_record(parser)


def run(args: argparse.Namespace) -> int:
    """Replay and print; return 0 when every decision is the same, 1 when one differs."""
    from mortise import catalog
    from mortise.cli import tables
    from mortise.cli.progress import counted
    from mortise.episode import replays
    from mortise.record import DecisionRecord, encode

    record = records.read_record(args.record)
    n_decisions = sum(1 for _ in record.of_kind(DecisionRecord))
    again = replays(record, catalog.load(Path(args.content) if args.content else None))
    found = tuple(one for each in counted(again, n_decisions, "Deciding again") for one in each)
    if args.json:
        records.write_json(encode({"n_decisions": n_decisions, "differences": found}))
        return DIFFERS if found else 0
    n_differ = len({one.decision for one in found})
    said = f"{n_decisions} stored decisions made again; {n_differ} differ."
    rows = [(one.decision, one.on.isoformat(), one.what, one.stored, one.found) for one in found]
    tables.show([tables.Lines((said,)), tables.Table(("decision", "on", "what", "stored", "found"), rows)])
    return DIFFERS if found else 0
