"""Mutants are drawn blindly, the same for the same seed, and each meets the fate it deserves."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("z3")

from mortise.catalog.checks import check_book
from mortise.errors import MortiseError
from scripts.mutant_edits import HELD_OUT_SEED, KINDS, SEED, Edit, edits, text_of
from scripts.mutants import _FROM_CASES, _book_with, _copy, fate_of, page

FILE = "protocols/restricted-dorsiflexion/protocol.toml"


def edit(kind: str, old: str, new: str) -> Edit:
    start = text_of(FILE).index(old)
    return Edit(kind, FILE, start, start + len(old), new)


def test_the_same_seed_draws_the_same_edits_of_every_kind() -> None:
    drawn = list(edits(26, seed=7))
    assert drawn == list(edits(26, seed=7))
    assert drawn != list(edits(26, seed=8))
    assert {one.kind for one in drawn} == set(KINDS)
    assert all(text_of(one.file)[one.start : one.end] != one.new for one in drawn)


RED = "id = 'red.calf.now', measure = 'red_calf', operator = "


@pytest.mark.parametrize(
    ("kind", "old", "new", "by"),
    [
        ("wrong measure", "measure = 'walk_min'", "measure = 'walk_hours'", "static"),
        ("operator", f"{RED}'>='", f"{RED}'=='", "static"),
        ("dose", "minutes_at_most = 20", "minutes_at_most = 21", "cases"),
        ("words", "title = 'Safe and settled'", "title = 'Settled and safe'", ""),
    ],
)
def test_each_edit_is_stopped_by_the_first_that_sees_it(kind: str, old: str, new: str, by: str) -> None:
    fate = fate_of(edit(kind, old, new))
    assert fate.by == by, fate


def test_the_page_counts_what_was_found() -> None:
    fate = fate_of(edit("dose", "silence_days = 7", "silence_days = 70"))
    text = page([fate, fate._replace(by="")], 60, [fate])
    assert "2 mutants: 1 stopped" in text
    assert "1 survive" in text
    assert f"1 mutants of the held-out seed {HELD_OUT_SEED}: 1 stopped" in text
    assert f"- dose: {fate.what}" in text


def test_a_fixed_sample_is_stopped_as_the_page_says() -> None:
    """Two of each kind of each seed, static checks only: the whole run is `make mutants`."""
    for seed in (SEED, HELD_OUT_SEED):
        fates = [statically(one) for one in edits(26, seed)]
        assert sum(fates) >= 20, f"{sum(fates)} of 26 stopped"


def statically(edit: Edit) -> bool:
    """Whether the static obligations, without the case files, stop an edit."""
    root = Path(_copy().name) / "content"
    text = text_of(edit.file)
    (root / edit.file).write_text(text[: edit.start] + edit.new + text[edit.end :], encoding="utf-8")
    try:
        book = _book_with(root, edit)
        return any(one.faults for one in check_book(book).obligations if one.number not in _FROM_CASES)
    except (MortiseError, ValueError, KeyError, AttributeError, AssertionError, ArithmeticError):
        return True
    finally:
        (root / edit.file).write_text(text, encoding="utf-8")
