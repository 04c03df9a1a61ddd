"""A clinic's own licensed words for a questionnaire: read from its folder, checked, never part of this repository."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from mortise.catalog._decode import Faults, decode, read_toml
from mortise.errors import Fault
from mortise.protocol.questionnaires import (
    MOST_CHARACTERS,
    MOST_ITEMS,
    MOST_OPTIONS,
    Item,
    ItemPack,
    Option,
    Questionnaire,
    Scoring,
)

MOST_BYTES = 256 * 1024  # one file; a hundred items with their answers are a tenth of it
MOST_FILES = 50


class Packs(NamedTuple):
    """What a clinic's folder holds: questionnaires with its words, and every fault with its place and mend."""

    questionnaires: dict[str, Questionnaire]
    faults: tuple[Fault, ...]


def item_packs(folder: Path, known: Mapping[str, Questionnaire], on: date) -> Packs:
    """Return the questionnaires that a clinic's own licensed files fill.

    Parameters
    ----------
    folder
        Where the files `*.toml` lie; one that is not there holds none.
    known
        Every questionnaire by id.
    on
        The day: a licence that has run out fills nothing.

    Returns
    -------
    Packs
        A file with a fault fills nothing: its scores can still be typed in.
    """
    faults, found = Faults(), {}
    paths = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    for path in paths[MOST_FILES:]:
        faults.add(path.name, f"more than {MOST_FILES} files.", "Keep one for each questionnaire.")
    for path in paths[:MOST_FILES]:
        one = _filled(path, known, on, faults)
        if one is None:
            continue
        if one.id in found:
            faults.add(path.name, f"{one.id} was filled by another file already.", "Keep one of them.")
            continue
        found[one.id] = one
    return Packs(found, tuple(faults))


def _filled(path: Path, known: Mapping[str, Questionnaire], on: date, faults: Faults) -> Questionnaire | None:
    where = path.name
    if path.stat().st_size > MOST_BYTES:
        faults.add(where, f"larger than {MOST_BYTES // 1024} KB.", "Keep the items and their answers only.")
        return None
    n_before = len(faults)
    raw = read_toml(path, where, faults)
    pack = decode(ItemPack, raw, where, faults) if raw else None
    if pack is None:
        if not raw and len(faults) == n_before:
            faults.add(where, "is empty.", "Write questionnaire, licence and items, or take the file away.")
        return None
    mine = known.get(pack.questionnaire)
    if mine is None or not mine.takes_items:
        names = ", ".join(sorted(name for name, one in known.items() if one.takes_items))
        faults.add(
            f"{where}, questionnaire", f"{pack.questionnaire!r} takes no items.", f"Use one of {names}."
        )
        return None
    _licence_holds(where, pack, on, faults)
    items = tuple(_with_options(one, pack.options) for one in pack.items)
    filled = replace(mine, version=pack.version, language=pack.language, items=items)
    items_fit(where, filled, faults)
    return filled if len(faults) == n_before else None


def _licence_holds(where: str, pack: ItemPack, on: date, faults: Faults) -> None:
    grant = pack.licence
    if not (grant.holder.strip() and grant.granted_by.strip() and grant.reference.strip()):
        faults.add(
            f"{where}, licence", "no licence is recorded.", "Say who holds it, from whom, by which reference."
        )
    if grant.granted_on > on:
        faults.add(f"{where}, licence, granted_on", "lies in the future.", "Load the file from that day on.")
    if grant.until is not None and grant.until < on:
        faults.add(
            f"{where}, licence, until", f"ran out on {grant.until}.", "Renew it, then write the new day."
        )
    if not pack.version.strip() or not pack.language.strip():
        faults.add(where, "names no version or no language.", "Both stand on the licensed form.")


def _with_options(item: Item, options: tuple[Option, ...]) -> Item:
    return item if item.options or not options else replace(item, options=options)


def items_fit(where: str, filled: Questionnaire, faults: Faults) -> int:
    """Check that the items are those the scores count, and that their answers come to the range of each score.

    Parameters
    ----------
    where
        The file.
    filled
        A questionnaire with its items.
    faults
        Is added to.

    Returns
    -------
    int
        How many items were looked at.
    """
    names = [one.id for one in filled.items]
    if len(names) > MOST_ITEMS:
        faults.add(f"{where}, items", f"{len(names)} items.", f"{MOST_ITEMS} at most.")
        return 0
    wanted = filled.item_ids
    if sorted(names) != sorted(wanted):
        off = ", ".join(sorted(set(names) ^ set(wanted))[:6]) or "one is written twice"
        faults.add(
            f"{where}, items",
            f"are not the {len(wanted)} items of {filled.short}: {off}.",
            "Correct the ids.",
        )
        return len(names)
    for item in filled.items:
        _item_fits(f"{where}, item {item.id}", item, filled, faults)
    _totals_fit(where, filled, faults)
    return len(names)


def _item_fits(where: str, item: Item, filled: Questionnaire, faults: Faults) -> None:
    if not item.text.strip() and not item.asks:
        faults.add(where, "has no words.", "Write its text.")
    if len(item.text) > MOST_CHARACTERS or any(len(one.label) > MOST_CHARACTERS for one in item.options):
        faults.add(where, f"is longer than {MOST_CHARACTERS} characters.", "Write the question alone.")
    if len(item.options) > MOST_OPTIONS:
        faults.add(where, f"{len(item.options)} answers.", f"{MOST_OPTIONS} at most.")
    points = [one.points for one in item.options if one.points is not None]
    if item.options and (len(points) < 2 or len({one.label for one in item.options}) < len(item.options)):
        faults.add(
            where, "needs two answers with points, each with a name of its own.", "Correct its answers."
        )
    for score in filled.scores_with(item.id):
        for one in points:
            if not score.item_low <= one <= score.item_high:
                faults.add(
                    where, f"{one} points lie outside {score.item_low} to {score.item_high}.", "Correct them."
                )


def _totals_fit(where: str, filled: Questionnaire, faults: Faults) -> None:
    """Check that the best and the worst answers to everything come to the ends of a sum."""
    for score in filled.scores:
        if score.rule is not Scoring.SUM:
            continue
        ends = [Decimal(0), Decimal(0)]
        for name in score.item_ids:
            item = filled.item(name)
            points = (
                [one.points for one in item.options if one.points is not None] if item is not None else []
            )
            ends[0] += min(points, default=score.item_low)
            ends[1] += max(points, default=score.item_high)
        if ends != [score.low, score.high]:
            faults.add(where, f"answers come to {ends[0]} to {ends[1]}, not to {score.low} to {score.high}.",
                       f"The points of {filled.short} are on its form.")  # fmt: skip
