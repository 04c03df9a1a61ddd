"""A server's SQLite database as a store of records: read as it lies there, nothing in it is changed."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from mortise.errors import InputError

if TYPE_CHECKING:
    from mortise.record.sealed import SealedHistory

_MAGIC = b"SQLite format 3\x00"
_HEIGHT_GRID = Decimal("0.1")
# The tables as the server lays them out; a test of the server holds these words against them.
_EPISODES = "SELECT id FROM care_episoderow ORDER BY id"
_PROTOCOLS = "SELECT DISTINCT protocol FROM care_episoderow ORDER BY protocol"
_EPISODE = (
    "SELECT e.involved_side, e.protocol, e.opened_on, e.is_bilateral, p.birth_year, p.sex, p.height_cm "
    "FROM care_episoderow e JOIN care_patient p ON p.id = e.patient_id WHERE e.id = ?"
)
_FACTS = "SELECT payload FROM care_factrow WHERE episode_id = ? ORDER BY sequence"


def is_database(path: Path) -> bool:
    """Tell whether a file is a SQLite database, by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise InputError(
            f"cannot be read as a database of Mortise: {error}.", where=str(path),
            mend="Name the database of a server, or a folder of records.",
        ) from None  # fmt: skip


def episodes_in(path: Path) -> tuple[str, ...]:
    """Return the ids of all episodes in order, as the database writes them."""
    with _opened(path) as connection:
        return tuple(str(one) for (one,) in connection.execute(_EPISODES))


def protocols_in(path: Path) -> tuple[str, ...]:
    """Return the protocols that any episode follows."""
    with _opened(path) as connection:
        return tuple(str(one) for (one,) in connection.execute(_PROTOCOLS))


def read_sealed(path: Path, episode: str) -> SealedHistory:
    """Read the record of one episode, its stored decisions left sealed."""
    from mortise.record.records import Episode, Person
    from mortise.record.sealed import SealedHistory, decode_sealed_facts
    from mortise.terms import Sex, Side

    with _opened(path) as connection:
        connection.execute("BEGIN")  # who and what is told, as they were at one moment
        row = connection.execute(_EPISODE, (episode,)).fetchone()
        payloads = ",".join(one for (one,) in connection.execute(_FACTS, (episode,)))
    if row is None:
        raise InputError(
            "there is no such episode.", where=f"{path}, {episode}", mend="Read the store again."
        )
    side, protocol, opened_on, is_bilateral, birth_year, sex, height_cm = row
    height = None if height_cm is None else Decimal(str(height_cm)).quantize(_HEIGHT_GRID)
    return SealedHistory(
        person=Person(birth_year=birth_year, sex=Sex(sex), height_cm=height),
        episode=Episode(
            id=str(uuid.UUID(episode)), involved_side=Side(side), protocol=protocol,
            opened_on=date.fromisoformat(opened_on), is_bilateral=bool(is_bilateral),
        ),
        facts=decode_sealed_facts(f"[{payloads}]"),
    )  # fmt: skip
