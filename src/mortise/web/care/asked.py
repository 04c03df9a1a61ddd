"""How the items of a questionnaire are asked: their words, and the answers offered as cells. Desk and phone alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mortise.protocol import Item, Questionnaire, ScoreRule
from mortise.terms import Measure

MOST_CELLS = 12


def offered_by(item: Item, score: ScoreRule, asks: Measure | None) -> list[tuple[str, str]]:
    """Return the answers of an item as cells, or none where a number is typed."""
    if item.options:
        return [(f"{one.points:f}" if one.points is not None else "n/a", one.label) for one in item.options]
    if asks is not None and asks.unit == "flag":
        return [("0", "No"), ("1", "Yes")]
    if asks is not None and asks.levels:
        return [(str(number), level) for number, level in enumerate(asks.levels)]
    n_cells = int((score.item_high - score.item_low) / score.item_step) + 1
    if n_cells > MOST_CELLS:
        return []
    numbers = [score.item_low + score.item_step * step for step in range(n_cells)]
    ends = {numbers[0]: item.low_label, numbers[-1]: item.high_label}
    return [(f"{one:f}", f"{one:f} {ends.get(one, '')}".strip().replace("-", "−")) for one in numbers]


def words_of(
    questionnaire: Questionnaire,
    measures: Mapping[str, Measure],
    activities: Sequence[str],
    say: Callable[[str], str] = str,
) -> dict[str, str]:
    """Return the words of each item by its id; an activity that the patient names is said with its item.

    `say` puts the item's own words into the language of the page; the patient's stay as they were written.
    """
    found, named = {}, list(activities)
    for item in questionnaire.items:
        words = say(item.text or (measures[item.asks].question if item.asks in measures else ""))
        if item.is_named_by_patient and named:
            words = f"{words}: {named.pop(0)}"
        found[item.id] = words
    return found
