"""Print the reference page of the questionnaires: `python -m scripts.reference_instruments`."""

from __future__ import annotations

import sys

from mortise.catalog import Content, load
from mortise.protocol import Questionnaire, ScoreRule, Ships
from scripts.reference import MADE, STRENGTH, joined, table

INSTRUMENTS_INTRO = """\
Questionnaires, how they score, what a change means and whose words they are. Words stand in this repository only where
nobody owns them or they are our own. For every other one its score is typed in, or a clinic loads its own licensed
file."""
OWN_FILE = """\
## A clinic's own licensed file

A clinic that holds a licence writes the words into one `*.toml` file and puts it into the folder that the setting
`MORTISE_ITEM_PACKS` names (see [settings](settings.md)). The file is checked each time a page asks for it: at most
256 KB and 100 items of 600 characters, exactly the items that are scored, answers within their points, and a recorded
licence that has not run out. A file with a fault loads nothing and is named on the page. Keep these files out of every
repository.

```toml
questionnaire = 'lefs'
version = '1999'
language = 'en'
# The answers of every item that names none of its own; one without points does not apply and is left out of the score.
options = [{ label = '...', points = 0 }, { label = '...', points = 4 }, { label = 'Does not apply' }]
# Items are called item01, item02 ...; in a questionnaire of several scores adl01, sport01 ...
items = [{ id = 'item01', text = '...' }]

[licence]
holder = 'Clinic by the harbour (fictional)'
granted_by = 'who gave it'
reference = 'number or letter'
granted_on = 2026-01-01
until = 2026-12-31
```
"""
SHIPS = {
    Ships.ITEMS: "Its words ship.",
    Ships.OWN_WORDING: "The method ships, in our own words.",
    Ships.ASK_FIRST: "Its words do not ship: the owner has to be asked first. Score entry, or a clinic's own file.",
    Ships.NO: "Its words do not ship. Score entry, or a clinic's own file.",
}


def instruments_page(content: Content) -> str:
    """Return every questionnaire with its scores, figures and licence record."""
    lines = ["# Questionnaires", "", MADE, "", INSTRUMENTS_INTRO, ""]
    for one in sorted(content.questionnaires.values(), key=lambda each: each.title):
        ships = SHIPS[one.licence.ships]
        if not one.items and not one.takes_items:
            ships = "Only its score is typed in."
        lines += [f"## {one.title}", "", one.about + ("" if one.is_validated else " **Not validated.**"), ""]
        lines += [f"- Version {one.version}, language {one.language}.{_recall(one)}"]
        lines += [f"- Left open: {one.missing}"]
        lines += [
            f"- Owner: {one.licence.owner} {one.licence.terms} Known from: {one.licence.known_from}",
            f"- {ships}",
        ]
        lines += table(
            (
                "score",
                "measure",
                "rule",
                "from, to",
                "better",
                "answered at least",
                "error, least change, marks",
            ),
            (_score_row(score) for score in one.scores),
        )
    return joined([*lines, OWN_FILE])


def _recall(one: Questionnaire) -> str:
    return f" Asks about: {one.recall}" if one.recall else ""


def _score_row(score: ScoreRule) -> tuple[str, ...]:
    turned = f", {' '.join(score.reversed_items)} the other way round" if score.reversed_items else ""
    least = f"{score.n_answered_least} of {len(score.item_ids)}" if score.item_ids else "-"
    changes = "; ".join(
        f"{one.kind} {one.value} ({one.population}; {', '.join(one.evidence)}, {STRENGTH[one.strength]})"
        for one in score.changes
    )
    return (
        score.label, f"`{score.measure}`", f"{score.rule.value}{turned}", f"{score.low}, {score.high}",
        score.better.value, least, changes or "none known",
    )  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(instruments_page(load()))
