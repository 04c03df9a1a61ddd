"""Every stored field of what a clinician writes has a reader beside the checks: a rule nobody reads would mislead."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

import mortise.protocol
from mortise.protocol import assessment, constraints, criteria, exercises, protocols, questionnaires, rules
from mortise.terms import measures

SRC = Path(mortise.protocol.__file__).parent.parent
# Rooms that act on content or show it. Checks, proofs and the types themselves read everything; that proves nothing.
ACTING = ("decide", "prescribe", "progress", "measure", "episode", "simulate", "report", "fhir", "web", "cli")
ALSO = ("catalog/item_packs.py",)  # what of the catalogue acts by itself
MODULES = (protocols, rules, criteria, constraints, exercises, assessment, questionnaires, measures)


def structs() -> Iterator[type[msgspec.Struct]]:
    """Yield every type that content is written in."""
    for module in MODULES:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__:
                yield kind


@cache
def read_names(rooms: tuple[str, ...] = ACTING) -> frozenset[str]:
    """Return the name of every attribute that some code of these rooms takes from something, templates included."""
    found: set[str] = set()
    for room in rooms:
        for path in (SRC / room).rglob("*.py"):
            found |= names_in(path.read_text(encoding="utf-8"))
        for path in (SRC / room).rglob("*.html"):
            found |= set(path.read_text(encoding="utf-8").replace("|", ".").replace(" ", ".").split("."))
    for name in ALSO:
        found |= names_in((SRC / name).read_text(encoding="utf-8"))
    # Properties of the types are how others read a field: Stage.n_sessions_per_week reads n_per_week.
    for module in MODULES:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.FunctionDef) and node.name in found:
                found |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    return frozenset(found)


def names_in(code: str) -> set[str]:
    """Return every attribute that code reads; writing one is no reading."""
    return {
        one.attr
        for one in ast.walk(ast.parse(code))
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load)
    }


def unread(kinds: Iterable[type[msgspec.Struct]], names: frozenset[str]) -> list[str]:
    """Return the fields that nobody reads."""
    return [
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        for field in msgspec.structs.fields(kind)
        if field.name not in names
    ]


# Read by people, in the file or in the generated page, and by the checks; nothing acts on them.
FOR_PEOPLE: dict[str, str] = {
    "Protocol.danger_measures": "what a daily danger may read; the checks hold every danger rule to it",
    "Measure.fresh_days": "the longest that a line may trust the measure; the checks hold max_age_days to it",
    "Exercise.harder": "the neighbour above; the checks hold both neighbours to each other",
    "Exercise.raw_rows": "where it comes from, on the evidence page",
    "Licence.known_from": "on the page of the questionnaires",
    "Licence.ships": "whether words may stand here; the checks hold every file to it",
    "Exercise.dorsiflexion": "entered beside the tags of end range; the checks hold the two to each other",
    "Exercise.plantarflexion": "entered beside the tags of end range; the checks hold the two to each other",
    "Exercise.impact": "entered beside the tag of impact; the checks hold the two to each other",
    "Technique.direction": "words for the clinician's hands; no page shows them yet",
    "Technique.hands": "words for the clinician's hands; no page shows them yet",
    "Technique.when_irritable": "words for the clinician's hands; no page shows them yet",
    "Technique.when_stiff": "words for the clinician's hands; no page shows them yet",
    "ScoreRule.by_phone": "for the phone's questionnaires, which come with the next issue",
}


def test_every_stored_field_has_a_reader() -> None:
    assert set(unread(structs(), read_names())) - FOR_PEOPLE.keys() == set()


def test_what_is_excused_is_there() -> None:
    fields = {f"{kind.__name__}.{field.name}" for kind in structs() for field in msgspec.structs.fields(kind)}
    assert fields >= FOR_PEOPLE.keys()


@pytest.mark.parametrize("kind", list(structs()), ids=lambda kind: kind.__name__)
def test_a_field_that_nobody_reads_is_found(kind: type[msgspec.Struct]) -> None:
    with_more = msgspec.defstruct(kind.__name__, [("a_field_nobody_reads", int, 0)])
    assert unread([with_more], read_names()) == [f"{kind.__name__}.a_field_nobody_reads"]


def test_writing_a_field_is_no_reading() -> None:
    assert names_in("one.written = 1\nother = two.taken") == {"taken"}
