"""Make every stored decision of a record, or of a store of records, again and compare it, bit for bit."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mortise.cli import records, stores
from mortise.errors import InputError

if TYPE_CHECKING:
    from mortise.catalog.versions import Versions
    from mortise.episode import Difference
    from mortise.record.sealed import SealedHistory

DIFFERS = 1


class Replayed(NamedTuple):
    """What became of one record."""

    record: str
    n_decisions: int
    differences: tuple[Difference, ...]
    trouble: str = ""  # why it could not be read, when it was one of several


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
        help="a patient record as JSON, a folder of them, or the SQLite database of a server; - reads one record from "
        "the pipe",
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
    _versions.cache_clear()  # what is at hand may have changed since the last time
    names = stores.records_in(args.store)
    found = sorted(_all(args, names), key=lambda one: one.record)
    if args.keep:
        _keep(args)
    if args.json:
        _print_json(found)
    else:
        _print(found)
    return DIFFERS if any(one.differences or one.trouble for one in found) else 0


def _all(args: argparse.Namespace, names: tuple[str, ...]) -> Iterator[Replayed]:
    """Replay record by record, several at once where there are several; no more of them are in memory."""
    from mortise.cli.progress import counted
    from mortise.episode.side_by_side import in_order, n_processes

    tasks = [(name, args.store, tuple(args.versions), args.content) for name in names]
    if len(tasks) == 1:
        yield _one(tasks[0], shows=True)
        return
    n_jobs = min(n_processes(args.jobs), len(tasks))
    yield from counted(in_order(_one_of_several, tasks, n_jobs), len(tasks), "Deciding again")


_Task = tuple[str, str, tuple[str, ...], str | None]


def _read(name: str, store: str) -> SealedHistory:
    from pathlib import Path

    from mortise.cli import databases
    from mortise.record.sealed import decode_sealed

    if databases.is_database(Path(store)):
        return databases.read_sealed(Path(store), name)
    return decode_sealed(records.read_bytes(name), where=records.where_of(name))


@lru_cache(maxsize=1)
def _versions(store: str, folders: tuple[str, ...], content_folder: str | None) -> Versions:
    """Return the versions at hand, each read once by each process."""
    return stores.versions_of(store, list(folders), content_folder)


def _one(task: _Task, *, shows: bool = False) -> Replayed:
    from mortise.cli.progress import counted
    from mortise.episode import replays
    from mortise.record.sealed import SealedRecord

    name, store, folders, content_folder = task
    record = _read(name, store)
    versions = _versions(store, folders, content_folder)
    n_decisions = sum(isinstance(one, SealedRecord) for one in record.facts)
    again = replays(record, versions.content, versions.at)
    found = counted(again, n_decisions, "Deciding again") if shows else again
    return Replayed(name, n_decisions, tuple(one for each in found for one in each))


def _one_of_several(task: _Task) -> Replayed:
    """Replay one record; one that cannot be read is told at the end and does not stop the others."""
    try:
        return _one(task)
    except InputError as trouble:
        return Replayed(task[0], 0, (), str(trouble))


def _keep(args: argparse.Namespace) -> None:
    from pathlib import Path

    from mortise import catalog
    from mortise.catalog import versions

    content = catalog.load(Path(args.content) if args.content else None)
    folder = stores.version_folders(args.store, [])[0]
    for protocol in stores.protocols_in(args.store):
        versions.keep(content, protocol, folder)


def _print_json(found: list[Replayed]) -> None:
    from mortise.record import encode

    every = [
        {
            "record": one.record,
            "n_decisions": one.n_decisions,
            "differences": one.differences,
            "trouble": one.trouble,
        }
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
    unread = [one.trouble for one in found if one.trouble]
    if unread:
        said += f" {len(unread)} could not be read."
    rows = [
        (*((one.record,) if len(found) > 1 else ()), each.decision, each.on.isoformat(), each.what, each.stored,
         each.found)
        for one in found for each in one.differences
    ]  # fmt: skip
    columns = (*(("record",) if len(found) > 1 else ()), "decision", "on", "what", "stored", "found")
    tables.show([tables.Lines((said, *unread)), tables.Table(columns, rows)])
