"""Mutants are drawn blindly, the same for the same seed, and each meets the fate it deserves."""

from __future__ import annotations

import pytest

pytest.importorskip("z3")

from scripts.mutants import KINDS, Edit, _text, edits, fate_of, page

FILE = "protocols/restricted-dorsiflexion/protocol.toml"


def edit(kind: str, old: str, new: str) -> Edit:
    start = _text(FILE).index(old)
    return Edit(kind, FILE, start, start + len(old), new)


def test_the_same_seed_draws_the_same_edits_of_every_kind() -> None:
    drawn = list(edits(26, seed=7))
    assert drawn == list(edits(26, seed=7))
    assert drawn != list(edits(26, seed=8))
    assert {one.kind for one in drawn} == set(KINDS)
    assert all(_text(one.file)[one.start : one.end] != one.new for one in drawn)


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
    text = page([fate, fate._replace(by="")], 60)
    assert "2 mutants" in text
    assert "1 survive" in text
    assert f"- dose: {fate.what}" in text
