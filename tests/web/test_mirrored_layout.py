"""Styles of the phone and of what it shares know no left and no right, save where there is a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mortise.web

WEB = Path(mortise.web.__file__).parent
SHEETS = (WEB / "ui/static/ui/look.css", WEB / "phone/static/phone/phone.css")
SIDE = re.compile(r"(^|-)(left|right)($|-)")
SHORTHANDS = {"padding", "margin", "inset", "border-width", "border-color", "border-style", "scroll-margin"}
N_SIDES = 4
# What may name a side: the start of the rule, and why.
REASONS = {
    '[dir="rtl"] :is(td, th):is(.num, .n)': "a number keeps its order in a cell of its own direction, and its place",
    '[dir="rtl"] .row__num': "a number stands at the outer end of its row whichever way it reads itself",
    '[dir="rtl"] .checklist li > .num': "the same in a list",
    '[dir="rtl"] :is(.row__num, .checklist li > .num)': "in large text it stands under its words, where they begin",
    '[dir="rtl"] :is(.reading .big, .tally dd)': "a figure keeps its order and stands where its line begins",
}  # fmt: skip
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def sided(sheet: str) -> Iterator[str]:
    """Yield each declaration that names a side of the screen, with the rule it stands in."""
    for selector, body in RULE.findall(COMMENT.sub("", sheet)):
        for declaration in re.split(r";(?![^(]*\))", body):
            name, _, value = declaration.strip().partition(":")
            if _names_a_side(name.strip(), value.strip()):
                yield f"{selector.strip().splitlines()[-1].strip()} {{ {declaration.strip()} }}"


def _names_a_side(name: str, value: str) -> bool:
    if name.startswith("--"):
        return False
    if SIDE.search(name) or (name in ("float", "clear", "text-align") and value in ("left", "right")):
        return True
    parts = value.replace("!important", "").split()
    return name in SHORTHANDS and len(parts) == N_SIDES and parts[1] != parts[3]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_styles_name_no_side_without_a_reason(sheet: Path) -> None:
    found = [one for one in sided(sheet.read_text(encoding="utf-8")) if not one.startswith(tuple(REASONS))]
    assert found == [], "use inline-start and inline-end, or give the reason in REASONS"


@pytest.mark.parametrize(
    ("sheet", "is_found"),
    [
        (".a { margin-left: 1px }", True),
        (".a { border-right-color: red }", True),
        (".a { inset: 0 1px 0 2px }", True),
        (".a { text-align: right; }", True),
        ("@media (min-width: 1px) { .a { float: left } }", True),
        (".a { left: 0 }", True),
        (".a { margin-inline-start: 1px; text-align: end; inset: 0 1px; padding: 1px 2px 3px 2px }", False),
        ("/* left */ .a { background: url(left.png) }", False),
        (".a-left { color: red }", False),
    ],
)
def test_a_planted_side_is_found(sheet: str, is_found: bool) -> None:
    assert bool(list(sided(sheet))) is is_found


def test_every_reason_is_still_needed() -> None:
    found = [one for sheet in SHEETS for one in sided(sheet.read_text(encoding="utf-8"))]
    for start in REASONS:
        assert any(one.startswith(start) for one in found), start
