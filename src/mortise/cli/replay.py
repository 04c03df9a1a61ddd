"""Make every stored decision of a record, or of a store of records, again and compare it, bit for bit."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mortise.cli import records, stores

if TYPE_CHECKING:
    from mortise.episode import Difference

DIFFERS = 1


class Replayed(NamedTuple):
    """What became of one record."""

    record: str
    n_decisions: int
    differences: tuple[Difference, ...]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise replay` and its arguments."""
    text = "make every stored decision of a store again and compare it, bit for bit"
    parser = subparsers.add_parser(
        "replay", help=text,
        description=f"{text.capitalize()}. Each is made under the version of the protocol it was made under; where "
        "that is not at hand, it says so. What another engine decided is decided by this one, and every difference "
        "is listed.",
    )  # fmt: skip
    parser.add_argument(
        "store",
        metavar="STORE",
        help="a patient record as JSON, or a folder of them; - reads one from the pipe",
    )
    parser.add_argument("--content", metavar="FOLDER", help="clinical content other than the package's own")
    parser.add_argument(
        "--versions", metavar="FOLDER", action="append", default=[],
        help="folder of protocols kept by hash, besides `protocols` in the store; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--keep", action="store_true",
        help="keep the protocols of these records, as they are now, in the folder `protocols` of the store",
    )  # fmt: skip
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        default=0,
        help="records at once (default: as many as there are cores)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Replay and print; return 0 when every decision is the same, 1 when one differs or cannot be made again."""
    files = stores.files_of(args.store)
    found = sorted(_all(args, files), key=lambda one: one.record)
    if args.keep:
        _keep(args, files)
    if args.json:
        _print_json(found)
    else:
        _print(found)
    return DIFFERS if any(one.differences for one in found) else 0


def _all(args: argparse.Namespace, files: tuple[str, ...]) -> Iterator[Replayed]:
    """Replay record by record, several at once where there are several."""
    from mortise.cli.progress import counted

    tasks = [(name, args.store, args.versions, args.content) for name in files]
    n_jobs = min(args.jobs or os.cpu_count() or 1, len(tasks))
    if n_jobs <= 1:
        yield from (_one(task, shows=len(tasks) == 1) for task in _bar(tasks, shows=len(tasks) > 1))
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(n_jobs) as pool:
        yield from counted(pool.map(_one, tasks, chunksize=4), len(tasks), "Deciding again")


def _bar(tasks: list[_Task], *, shows: bool) -> Iterator[_Task]:
    from mortise.cli.progress import counted

    return counted(tasks, len(tasks), "Deciding again") if shows else iter(tasks)


_Task = tuple[str, str, list[str], str | None]


def _one(task: _Task, *, shows: bool = False) -> Replayed:
    from mortise.cli.progress import counted
    from mortise.episode import replays
    from mortise.record.sealed import SealedRecord, decode_sealed

    name, store, folders, content_folder = task
    record = decode_sealed(records.read_bytes(name), where=records.where_of(name))
    versions = stores.versions_of(store, folders, content_folder)
    n_decisions = sum(isinstance(one, SealedRecord) for one in record.facts)
    again = replays(record, versions.content, versions.at)
    found = counted(again, n_decisions, "Deciding again") if shows else again
    return Replayed(name, n_decisions, tuple(one for each in found for one in each))


def _keep(args: argparse.Namespace, files: tuple[str, ...]) -> None:
    from pathlib import Path

    from mortise import catalog
    from mortise.catalog import versions

    content = catalog.load(Path(args.content) if args.content else None)
    folder = stores.version_folders(args.store, [])[0]
    for protocol in sorted({records.read_record(name).episode.protocol for name in files}):
        versions.keep(content, protocol, folder)


def _print_json(found: list[Replayed]) -> None:
    from mortise.record import encode

    every = [
        {"record": one.record, "n_decisions": one.n_decisions, "differences": one.differences}
        for one in found
    ]
    differences = [difference for one in found for difference in one.differences]
    whole = {
        "n_records": len(found), "n_decisions": sum(one.n_decisions for one in found), "differences": differences,
        "records": every,
    }  # fmt: skip
    records.write_json(encode(whole))


def _print(found: list[Replayed]) -> None:
    from mortise.cli import tables

    n_decisions = sum(one.n_decisions for one in found)
    ids = {(one.record, each.decision) for one in found for each in one.differences}
    lost = {
        (one.record, each.decision) for one in found for each in one.differences if each.what == "version"
    }
    older = {
        (one.record, each.decision) for one in found for each in one.differences if each.what == "engine"
    }
    otherwise = {
        (one.record, each.decision)
        for one in found
        for each in one.differences
        if each.what not in ("engine", "version")
    }
    said = f"{n_decisions - len(lost)} stored decisions made again; {len(ids - lost - older)} differ."
    if older:
        said += (
            f" {len(older)} were made by another engine and are not claimed to be the same: this one decides "
            f"{len(older & otherwise)} of them otherwise."
        )
    if lost:
        said += f" {len(lost)} cannot be replayed: version not at hand."
    if len(found) > 1:
        said = f"{len(found)} records. {said}"
    rows = [
        (*((one.record,) if len(found) > 1 else ()), each.decision, each.on.isoformat(), each.what, each.stored,
         each.found)
        for one in found for each in one.differences
    ]  # fmt: skip
    columns = (*(("record",) if len(found) > 1 else ()), "decision", "on", "what", "stored", "found")
    tables.show([tables.Lines((said,)), tables.Table(columns, rows)])
