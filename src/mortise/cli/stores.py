"""A store of patient records on disk: a record, a folder of them, or the database of a server; and their protocols."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mortise.cli import databases, records
from mortise.errors import InputError

if TYPE_CHECKING:
    from mortise.catalog.versions import Versions

VERSIONS_FOLDER = "protocols"


def files_of(name: str) -> tuple[str, ...]:
    """Return the records of a store: the one named, or every JSON file of a folder, by name.

    Raises `InputError` when a folder holds none.
    """
    path = Path(name)
    if name == records.PIPE or not path.is_dir():
        return (name,)
    found = tuple(str(one) for one in sorted(path.glob("*.json")))
    if not found:
        raise InputError(
            "holds no patient record.", where=name, mend="Name a record, or a folder of records."
        )
    return found


def records_in(name: str) -> tuple[str, ...]:
    """Return what names each record of a store: files, or the episodes of a database.

    Raises `InputError` when there is none.
    """
    path = Path(name)
    if name == records.PIPE or not databases.is_database(path):
        return files_of(name)
    found = databases.episodes_in(path)
    if not found:
        raise InputError("holds no patient record.", where=name, mend="Name another store.")
    return found


def protocols_in(name: str) -> tuple[str, ...]:
    """Return the protocols that the records of a store follow."""
    if name != records.PIPE and databases.is_database(Path(name)):
        return databases.protocols_in(Path(name))
    return tuple(sorted({records.read_record(one).episode.protocol for one in files_of(name)}))


def version_folders(name: str, others: list[str]) -> tuple[Path, ...]:
    """Return where protocols are kept: those named, and the folder `protocols` in or beside the store."""
    path = Path(name)
    home = path if path.is_dir() else path.parent
    return (*(Path(one) for one in others), home / VERSIONS_FOLDER)


def versions_of(name: str, others: list[str], content_folder: str | None) -> Versions:
    """Return every version of a protocol that is at hand for a store."""
    from mortise import catalog
    from mortise.catalog.versions import Versions

    content = catalog.load(Path(content_folder) if content_folder else None)
    return Versions(content, version_folders(name, others))
