"""What the engine and the content say to a patient is said in the language of the page, whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import mortise
from mortise.catalog.translations import translatable
from mortise.web.care.content import content
from mortise.web.phone.said import ENGINE, PLAIN, SHAPES, said
from mortise.web.ui.languages import MIRROR
from mortise.web.ui.mirror import mirrored

ROOMS = ("prescribe", "decide", "episode", "progress")
# Where a patient's words are given: by this name of an argument, an attribute or a variable.
FOR_PATIENT = re.compile(r"(reason|why|cause|say|said|words)_patient$")


def test_english_is_left_as_it_is() -> None:
    assert said("You have 10 minutes today. Anything.") == "You have 10 minutes today. Anything."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It is due again. Less than usual today.", [("It is due again.", {}), ("Less than usual today.", {})]),
        ("It keeps you going. Written by Ada.", [("It keeps you going.", {}), (None, "Written by Ada.")]),
        ("Written by Ada.", [(None, "Written by Ada.")]),
    ],
)  # fmt: skip
def test_sentences_are_said_one_by_one_and_what_nobody_knows_stays(text: str, told: list) -> None:  # type: ignore[type-arg]
    with translation.override(MIRROR):
        assert said(text) == " ".join(mirrored(known) if known else rest for known, rest in told)


def test_a_number_counts_and_a_name_is_translated() -> None:
    names = sorted(one.name for one in content().exercises.values())[:2]
    with translation.override(MIRROR):
        assert said("You have 3 minutes today.") == mirrored("You have %(n)s minutes today.", 1).replace(
            "%(n)s", "3"
        )
        assert said("You have 12 minutes today.") == mirrored("You have %(n)s minutes today.", 2).replace(
            "%(n)s", "12"
        )
        assert mirrored(names[0]) in said(f"It works the same part as {names[0]}.")
        listed = said(f"New today: {names[0]} and {names[1]}.")
        assert mirrored(names[0]) in listed
        assert mirrored(names[1]) in listed


def test_every_text_of_the_content_is_said() -> None:
    with translation.override(MIRROR):
        for name, english in translatable(content()).items():
            assert said(english) == mirrored(english), name


def patients_literals() -> Iterator[tuple[str, str]]:
    """Every literal that the rooms of the engine give a patient, an f-string with a letter for what is filled in."""
    for room in ROOMS:
        for path in sorted((Path(mortise.__file__).parent / room).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for value in _given(node):
                    for text in _texts(value):
                        yield f"{path.name}: {text}", text


def _given(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.keyword) and FOR_PATIENT.search(node.arg or ""):
        return [node.value]
    if isinstance(node, ast.Assign):
        for target in node.targets:
            name = getattr(target, "attr", getattr(target, "id", ""))
            if FOR_PATIENT.search(name):
                return [node.value]
    return []


def _texts(value: ast.expr) -> list[str]:
    if isinstance(value, ast.IfExp):
        return [*_texts(value.body), *_texts(value.orelse)]
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value.value] if value.value else []
    if isinstance(value, ast.JoinedStr):
        parts = [str(one.value) if isinstance(one, ast.Constant) else "7" for one in value.values]
        return ["".join(parts)] if any(part.strip("7 .") for part in parts) else []
    return []


def test_every_sentence_the_engine_gives_a_patient_is_known() -> None:
    """A sentence that is put together from names is known with a number in their place."""
    looked_at = dict(patients_literals())
    assert len(looked_at) > 25
    composed = {"7, because it 7.", "7 7"}
    for where, text in looked_at.items():
        pieces = [text] if is_known(text) else re.split(r"(?<=[.?!]) +", text)
        for piece in pieces:
            assert is_known(piece) or piece in composed, (
                f"add it to ENGINE in mortise/web/phone/said.py: {where}"
            )


def is_known(piece: str) -> bool:
    if piece in PLAIN or piece in ("7", "") or any(one.pattern.fullmatch(piece) for one in SHAPES):
        return True
    return any(re.fullmatch(re.escape(piece).replace("7", ".+"), one) for one in ENGINE)


def test_a_planted_sentence_is_missed() -> None:
    planted = ast.parse("Constraint(reason_patient='Nobody has wrapped this.')").body[0].value  # type: ignore[attr-defined]
    text = _texts(_given(planted.keywords[0])[0])[0]
    assert text not in PLAIN
    assert not any(one.pattern.fullmatch(text) for one in SHAPES)
    with translation.override(MIRROR):
        assert said(text) == text
