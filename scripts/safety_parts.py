"""A long safety run in parts: each is lived in a sitting or on a machine of its own, and none is counted twice.

A part is written down with what it was lived under: the engine's name, the content and the code. Parts are put
together only while every one of them is there, nothing else is, and all were lived under what is here now.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from msgspec import Struct, ValidationError
from msgspec.json import decode, encode

from mortise.episode.fold import ENGINE
from mortise.errors import InputError
from mortise.simulate.rehearsal.policies import policy
from mortise.simulate.rehearsal.runs import Piece
from mortise.simulate.rehearsal.tallies import Example, Results

SOURCES = Path(__file__).resolve().parent.parent / "src" / "mortise"
BESIDE = frozenset(
    {"cli", "fhir", "measure", "proof", "report", "web"}
)  # rooms no simulated day goes through


class Under(Struct, frozen=True):
    """What days are lived under; days of another engine, content or code say nothing about this one."""

    engine: str
    content: str
    code: str


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One share of a run: which pieces of which run, under what, and what came of it."""

    n_days_asked: int
    part: int
    n_parts: int
    first_piece: int
    end_piece: int  # half-open
    seeds: tuple[int, int]  # half-open; shared by every cohort and protocol of the pieces
    under: Under
    n_days: int
    n_sessions: int
    n_violations: int
    n_advances_on_unknown: int
    n_planted_found: int
    took_s: float
    examples: tuple[Example, ...] = ()


def under_what() -> Under:
    """Return the engine's name and hashes of the released content and of the code that days are lived with."""
    released = policy("released")
    content, code = hashlib.sha256(), hashlib.sha256()
    for protocol_id in released.protocol_ids:
        content.update(f"{protocol_id} {released.protocol_hash(protocol_id)}\n".encode())
    for path in sorted(SOURCES.rglob("*.py")):
        name = path.relative_to(SOURCES)
        if name.parts[0] not in BESIDE:
            code.update(f"{name.as_posix()}\n".encode() + path.read_bytes())
    return Under(ENGINE, content.hexdigest(), code.hexdigest())


def part_of(text: str) -> tuple[int, int]:
    """Read `K/M`: the K-th of M parts.

    Raises
    ------
    InputError
        When it is not two whole numbers, or K is not one of 1 to M.
    """
    first, _, second = text.partition("/")
    if not (first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second)):
        raise InputError(f"{text!r} names no part.", mend="Give K/M with K from 1 to M, for example 3/16.")
    return int(first), int(second)


def bounds(n_pieces: int, part: int, n_parts: int) -> tuple[int, int]:
    """Return which pieces are of a part, half-open; the shares differ by one piece at most.

    Raises
    ------
    InputError
        When there are more parts than pieces.
    """
    if n_parts > n_pieces:
        raise InputError(
            f"{n_pieces} pieces cannot be shared by {n_parts} parts.", mend="Ask for fewer parts."
        )
    return n_pieces * (part - 1) // n_parts, n_pieces * part // n_parts


def made(
    n_days_asked: int, part: int, n_parts: int, pieces: Sequence[Piece], results: Results,
    n_planted_found: int, took_s: float,
) -> Part:  # fmt: skip
    """Write down what came of one part; `pieces` are those of the whole run."""
    first, end = bounds(len(pieces), part, n_parts)
    tallies = results.tallies.values()
    return Part(
        n_days_asked=n_days_asked, part=part, n_parts=n_parts, first_piece=first, end_piece=end,
        seeds=_seeds(pieces[first:end]), under=under_what(), n_days=results.n_days,
        n_sessions=sum(one.n_sessions for one in tallies), n_violations=sum(one.n_violations for one in tallies),
        n_advances_on_unknown=sum(one.n_advance_on_unknown for one in tallies), n_planted_found=n_planted_found,
        took_s=round(took_s, 1), examples=tuple(results.examples),
    )  # fmt: skip


def _seeds(pieces: Sequence[Piece]) -> tuple[int, int]:
    return min(one.first_seed for one in pieces), max(one.first_seed + one.n_patients for one in pieces)


def path_of(folder: Path, part: int, n_parts: int) -> Path:
    """Return where a part is kept."""
    return folder / f"part-{part:03d}-of-{n_parts:03d}.json"


def keep(part: Part, folder: Path) -> Path:
    """Write a part, whole or not at all; the same part lived again takes the place of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, part.part, part.n_parts)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(json.loads(encode(part)), indent=1) + "\n", encoding="utf-8")
    os.replace(beside, path)
    return path


def there(folder: Path, part: int, n_parts: int, n_days_asked: int, pieces: Sequence[Piece]) -> Part | None:
    """Return a part that was lived before and still counts, so that a run broken off goes on where it was."""
    path = path_of(folder, part, n_parts)
    if not path.exists():
        return None
    found = _read(path)
    return None if _foreign(found, n_parts, n_days_asked, pieces, under_what()) else found


def kept(folder: Path, n_days_asked: int, pieces: Sequence[Piece]) -> tuple[Part, ...]:
    """Read all parts of a run and refuse what is missing, of another run, or lived under something else.

    Raises
    ------
    InputError
        One error that names every part that is missing or foreign, and why.
    """
    found = tuple(_read(path) for path in sorted(folder.glob("part-*.json")))
    if not found:
        raise InputError(f"{folder} holds no part of a run.", mend="Live them with --part K/M --into FOLDER.")
    n_parts, now = found[0].n_parts, under_what()
    faults = []
    for one in found:
        why = _foreign(one, n_parts, n_days_asked, pieces, now)
        faults += [f"part {one.part}/{one.n_parts} {why}"] if why else []
    there = {one.part for one in found if one.n_parts == n_parts}
    faults += _missing([k for k in range(1, n_parts + 1) if k not in there], n_parts)
    if faults:
        raise InputError(f"the parts are not one run: {'; '.join(faults)}.", where=str(folder),
                         mend="Live those parts (again), and take away what belongs to another run.")  # fmt: skip
    return found


def _missing(parts: Sequence[int], n_parts: int) -> Iterator[str]:
    """Name parts that are missing, those that follow each other together."""
    for _, run in groupby(enumerate(parts), key=lambda one: one[1] - one[0]):
        together = [k for _, k in run]
        first, last = together[0], together[-1]
        yield (
            f"part {first}/{n_parts} is missing"
            if first == last
            else f"parts {first} to {last} of {n_parts} are missing"
        )


def _read(path: Path) -> Part:
    try:
        part = decode(path.read_bytes(), type=Part)
    except ValidationError as error:
        raise InputError(f"this is no part of a run ({error}).", where=str(path)) from None
    if path != path_of(path.parent, part.part, part.n_parts):
        raise InputError(f"its name is not that of part {part.part}/{part.n_parts}.", where=str(path))
    return part


def _foreign(part: Part, n_parts: int, n_days_asked: int, pieces: Sequence[Piece], now: Under) -> str:
    """Say why a part is not of this run, or nothing."""
    if part.n_days_asked != n_days_asked:
        return f"is of a run of {part.n_days_asked:,} days, not {n_days_asked:,}"
    if part.n_parts != n_parts:
        return f"is of a run of {part.n_parts} parts, not {n_parts}"
    for name in ("engine", "content", "code"):
        theirs, mine = getattr(part.under, name), getattr(now, name)
        if theirs != mine:
            return f"was lived under another {name} ({theirs[:19]}, here {mine[:19]})"
    first, end = bounds(len(pieces), part.part, part.n_parts)
    share = pieces[first:end]
    if (part.first_piece, part.end_piece, part.seeds) != (first, end, _seeds(share)):
        return f"holds pieces {part.first_piece} to {part.end_piece}, not {first} to {end}"
    n_days = sum(one.n_patients * one.n_days for one in share)
    if part.n_days != n_days:
        return f"lived {part.n_days:,} days, not {n_days:,}"
    if not part.n_planted_found:
        return "did not find what is planted"
    return ""
