"""Which past decisions of a patient record would have been others under a changed protocol, and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mortise.cli import records

if TYPE_CHECKING:
    from mortise.cli.tables import Block
    from mortise.episode import Change
    from mortise.protocol import Protocol


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise whatif` and its arguments."""
    text = "list which past decisions would differ under a changed protocol, and why"
    parser = subparsers.add_parser(
        "whatif", help=text,
        description=f"{text.capitalize()}. Each decided day is decided again by itself, from the facts known then.",
    )  # fmt: skip
    records.add_record(parser)
    parser.add_argument(
        "--protocol", required=True, metavar="CHANGED",
        help="the changed protocol.toml, its folder, or a protocol kept by hash",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Compare and print; return 0, whatever differs."""
    from mortise import catalog
    from mortise.catalog import versions
    from mortise.cli import tables
    from mortise.cli.progress import counted
    from mortise.episode import what_if
    from mortise.record import DecisionRecord, encode

    record = records.read_record(args.record)
    installed = catalog.load(Path(args.content) if args.content else None)
    changed = versions.changed(Path(args.protocol), record.episode.protocol, installed)
    _check_kin(changed.only, installed.protocol(record.episode.protocol), args.protocol)
    n_decisions = sum(1 for _ in record.of_kind(DecisionRecord))
    every = counted(what_if(record, changed), n_decisions, "Deciding again")
    found = [one for one in every if one is not None]
    if args.json:
        whole = {
            "n_decisions": n_decisions,
            "n_differ": len(found),
            "protocol": changed.hash,
            "changes": found,
        }
        records.write_json(encode(whole))
        return 0
    tables.show(blocks(found, n_decisions))
    return 0


def _check_kin(changed: Protocol, of: Protocol, named: str) -> None:
    """Refuse a protocol that shares no stage with the record's: a file says its own name only by its folder."""
    from mortise.errors import InputError

    if {one.id for one in changed.stages}.isdisjoint(one.id for one in of.stages):
        raise InputError(
            f"is no change of {of.id}, under which this record is: it has none of its stages.",
            where=f"--protocol {named}", mend=f"Name a changed {of.id}.",
        )  # fmt: skip


def blocks(found: list[Change], n_decisions: int) -> list[Block]:
    """Return the days that would differ as text: each with what would be other, and why."""
    from mortise.cli.tables import Heading, Lines

    if not n_decisions:
        return [Lines(("This record holds no stored decision, so there is nothing to compare.",))]
    said = f"{n_decisions} past decisions looked at; {len(found)} would differ."
    made: list[Block] = [Lines((said,))]
    for one in found:
        made.append(Heading(f"{one.on} ({one.decision})"))
        if one.cannot:
            made.append(Lines((f"Cannot be decided: {one.cannot}",), mark="-"))
        made.append(Lines([f"{each.field}: {each.stored} -> {each.found}" for each in one.fields]))
        made.append(
            Lines(
                one.why or ("Neither a rule nor a criterion answers otherwise.",) * bool(one.fields), mark="-"
            )
        )
    return [one for one in made if not isinstance(one, Lines) or one.lines]
