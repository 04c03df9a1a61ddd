"""Obligation 3b: a questionnaire has its licence, ships words only where it may, and scores as its measure says."""

from __future__ import annotations

from decimal import Decimal

from mortise.catalog._check_figures import figure_stands_in
from mortise.catalog._decode import Faults
from mortise.catalog._places import Book
from mortise.catalog.item_packs import items_fit
from mortise.protocol.questionnaires import Questionnaire, ScoreRule, Scoring, Ships
from mortise.terms import Measure, Strength

_MAY_SHIP = (Ships.ITEMS, Ships.OWN_WORDING)


def questionnaires_are_sound(book: Book, faults: Faults) -> int:
    """Check every questionnaire; return how many things were looked at."""
    n_seen = 0
    taken: dict[str, str] = {}
    for one in book.questionnaires.values():
        where = f"questionnaire {one.id}"
        n_seen += _licence(where, one, faults) + _asked(where, one, book, faults)
        for key in one.evidence:
            n_seen += 1
            if key not in book.evidence:
                faults.add(where, f"there is no evidence row {key!r}.", "Write it, or correct the name.")
        for score in one.scores:
            n_seen += _score(f"{where}, score {score.id}", score, book, faults)
            if one.takes_items and taken.setdefault(score.measure, one.id) != one.id:
                faults.add(f"{where}, score {score.id}", f"{score.measure} is the score of {taken[score.measure]}.",
                           "Give each score its own measure.")  # fmt: skip
    return n_seen


def _licence(where: str, one: Questionnaire, faults: Faults) -> int:
    licence = one.licence
    if not (licence.owner and licence.terms and licence.known_from):
        faults.add(
            f"{where}, licence",
            "owner, terms or their source is missing.",
            "Say what is known, and from where.",
        )
    if one.items and licence.ships not in _MAY_SHIP:
        faults.add(
            f"{where}, items", "words stand here that may not ship.", "Take them out; a clinic loads its own."
        )
    if not one.items and licence.ships in _MAY_SHIP:
        faults.add(f"{where}, items", "may ship, and has no items.", "Write them.")
    if not one.missing:
        faults.add(f"{where}, missing", "does not say what becomes of what is left open.", "Say it.")
    if not one.scores:
        faults.add(f"{where}, scores", "has no score.", "Write one.")
    return 4


def _asked(where: str, one: Questionnaire, book: Book, faults: Faults) -> int:
    if not one.items:
        return 0
    for item in one.items:
        if not item.asks:
            continue
        measure = book.measures.get(item.asks)
        if measure is None or not measure.question:
            faults.add(
                f"{where}, item {item.id}", f"{item.asks!r} is no measure with a question.", "Name one."
            )
        elif item.asks not in {score.measure for score in one.scores_with(item.id)}:
            faults.add(
                f"{where}, item {item.id}",
                f"asks {item.asks}, which none of its scores is.",
                "Name that one.",
            )
    return items_fit(where, one, faults)


def _score(where: str, score: ScoreRule, book: Book, faults: Faults) -> int:
    measure = book.measures.get(score.measure)
    if measure is None:
        faults.add(where, f"there is no measure {score.measure!r}.", "Write it, or correct the name.")
        return 1
    if (score.low, score.high) != (measure.low, measure.high):
        faults.add(where, f"runs from {score.low} to {score.high}, {measure.id} from {measure.low} to {measure.high}.",
                   "Say the same in both.")  # fmt: skip
    if score.better is not measure.better:
        faults.add(where, f"better is {score.better.value}, of {measure.id} it is {measure.better.value}.",
                   "Say the same in both.")  # fmt: skip
    for name in (score.by, *((score.by_phone,) if score.by_phone else ())):
        if measure.instrument(name) is None:
            faults.add(where, f"{measure.id} is not taken by {name!r}.", "Name one of its instruments.")
    _rule(where, score, faults)
    return 4 + _changes(where, score, measure, book, faults)


def _rule(where: str, score: ScoreRule, faults: Faults) -> None:
    n_items = len(score.item_ids)
    if score.rule is Scoring.ENTRY:
        if n_items:
            faults.add(where, "is only typed in, yet counts items.", "Take them out, or say how they count.")
        return
    if not n_items or n_items != score.n_items:
        faults.add(where, f"n_items is {score.n_items}, and {n_items} are named.", "Say the same in both.")
    if not score.item_low < score.item_high or score.item_step <= 0:
        faults.add(where, "item_low must be below item_high, and item_step above 0.", "Correct them.")
    if not 1 <= score.n_answered_least <= max(1, n_items):
        faults.add(
            where, f"needs {score.n_answered_least} of {n_items} answers.", "At least one, at most all."
        )
    if score.rule in (Scoring.SUM, Scoring.SINGLE) and score.n_answered_least < n_items:
        faults.add(
            where, "is a sum with answers missing: it would be too low.", "Ask for all, or take a mean."
        )
    if score.rule is Scoring.SINGLE and n_items != 1:
        faults.add(where, f"is one answer, and counts {n_items}.", "Name one item.")
    ends = {
        Scoring.MEAN: (score.item_low, score.item_high),
        Scoring.SINGLE: (score.item_low, score.item_high),
        Scoring.PERCENT: (Decimal(0), Decimal(100)),
    }.get(score.rule)
    if ends is not None and ends != (score.low, score.high):
        faults.add(
            where,
            f"comes to {ends[0]} to {ends[1]}, not to {score.low} to {score.high}.",
            "Correct one of them.",
        )
    if set(score.reversed_items) - set(score.item_ids):
        faults.add(where, "turns an item round that it does not count.", "Correct the id.")


def _changes(where: str, score: ScoreRule, measure: Measure, book: Book, faults: Faults) -> int:
    for change in score.changes:
        rows = [book.evidence[key] for key in change.evidence if key in book.evidence]
        at = f"{where}, {change.kind} {change.value}"
        if not rows or len(rows) < len(change.evidence):
            faults.add(at, "names no evidence row, or one that is not there.", "Name the row it is from.")
        elif not figure_stands_in(rows, change.value, ""):
            faults.add(
                at, f"is not the figure of {', '.join(change.evidence)}.", "Correct the figure or the row."
            )
        elif not any(row.strength is change.strength for row in rows):
            faults.add(at, f"says {change.strength.value}, but no row it names is.", "Say what the row is.")
        if not change.population:
            faults.add(at, "does not say in whom.", "Name the people it was found in.")
        if change.kind == "mcid" and change.strength is Strength.CONSENSUS:
            faults.add(at, "is no published figure.", "Call it a mark.")
    mine = [one.value for one in score.changes if one.kind == "mdc95"]
    theirs = [one.mdc95 for one in measure.instruments if one.id == score.by and one.mdc95 is not None]
    if mine and theirs and mine != theirs:
        faults.add(where, f"MDC95 {mine[0]}, of {measure.id} it is {theirs[0]}.", "Say the same in both.")
    return len(score.changes)
