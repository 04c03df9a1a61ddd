"""A clinic's own licensed words: they fill a questionnaire, or say with place and mend why they do not."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mortise import catalog
from mortise.catalog.item_packs import MOST_BYTES, MOST_FILES, item_packs

KNOWN = catalog.load().questionnaires
TODAY = date(2026, 3, 1)
OPTIONS = "[{ label = 'No', points = 0 }, { label = 'A little', points = 2 }, { label = 'Yes', points = 4 }]"
LICENCE = """[licence]
holder = 'Clinic by the harbour (fictional)'
granted_by = 'Nobody (fictional)'
reference = 'letter 7'
granted_on = 2026-01-01
until = 2026-12-31
"""


def words(n_items: int = 20, questionnaire: str = "lefs") -> str:
    """Return a whole file; its words are fictional, those of the instrument are not ours."""
    items = "".join(
        f"  {{ id = 'item{one:02d}', text = 'Fictional question {one}' }},\n" for one in range(1, n_items + 1)
    )
    head = f"questionnaire = '{questionnaire}'\nversion = '1'\nlanguage = 'en'\noptions = {OPTIONS}\n"
    return f"{head}items = [\n{items}]\n{LICENCE}"


def loaded(
    folder: Path, text: str, name: str = "lefs.toml", on: date = TODAY
) -> tuple[dict[str, object], list[str]]:
    (folder / name).write_text(text, encoding="utf-8")
    packs = item_packs(folder, KNOWN, on)
    return dict(packs.questionnaires), [str(one) for one in packs.faults]


def test_a_licensed_file_fills_its_questionnaire(tmp_path: Path) -> None:
    (tmp_path / "lefs.toml").write_text(words(), encoding="utf-8")
    packs = item_packs(tmp_path, KNOWN, TODAY)
    assert packs.faults == ()
    filled = packs.questionnaires["lefs"]
    assert [item.text for item in filled.items][:2] == ["Fictional question 1", "Fictional question 2"]
    assert [option.points for option in filled.items[0].options] == [Decimal(0), Decimal(2), Decimal(4)]
    assert filled.scores == KNOWN["lefs"].scores, "the words change, the scoring does not"
    assert KNOWN["lefs"].items == (), "what ships is untouched"


def test_no_folder_and_an_empty_one_fill_nothing(tmp_path: Path) -> None:
    assert item_packs(tmp_path / "none", KNOWN, TODAY) == ({}, ())
    assert item_packs(tmp_path, KNOWN, TODAY) == ({}, ())


WRONG = {
    "no licence": (lambda text: text.replace(LICENCE, ""), "missing required field `licence`"),
    "nobody granted it": (lambda text: text.replace("'Nobody (fictional)'", "' '"), "no licence is recorded"),
    "it ran out": (lambda text: text.replace("2026-12-31", "2026-02-28"), "ran out on 2026-02-28"),
    "not granted yet": (lambda text: text.replace("2026-01-01", "2026-03-02"), "lies in the future"),
    "an item too few": (lambda text: words(19), "are not the 20 items"),
    "an item too many": (lambda text: words(21), "item21"),
    "an item twice": (lambda text: text.replace("'item02'", "'item01'"), "are not the 20 items"),
    "no words": (lambda text: text.replace("'Fictional question 3'", "' '"), "item item03: has no words"),
    "endless words": (lambda text: text.replace("'Fictional question 3'", f"'{'a' * 601}'"), "longer than 600"),
    "points beyond": (lambda text: text.replace("points = 4", "points = 5"), "5 points lie outside 0 to 4"),
    "another total": (lambda text: text.replace("points = 4", "points = 3"), "answers come to 0 to 60"),
    "one answer": (lambda text: text.replace(OPTIONS, "[{ label = 'Yes', points = 4 }]"), "needs two answers"),
    "an unknown key": (lambda text: text.replace("language =", "langauge ="), "langauge"),
    "a questionnaire nobody knows": (lambda text: words(questionnaire="nobody"), "'nobody' takes no items"),
    "one that is only typed in": (lambda text: words(questionnaire="alr-rsi"), "'alr-rsi' takes no items"),
    "one whose words ship": (lambda text: words(questionnaire="ankle-share"), "'ankle-share' takes no items"),
    "no TOML": (lambda text: "a = = b", "not valid TOML"),
    "nothing": (lambda text: "", "is empty"),
    "no version": (lambda text: text.replace("version = '1'", "version = ''"), "names no version"),
    "too large": (lambda text: text + "#" * MOST_BYTES, "larger than 256 KB"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_file_with_a_fault_fills_nothing_and_says_why(tmp_path: Path, what: str) -> None:
    spoil, said = WRONG[what]
    spoiled = spoil(words())
    assert spoiled != words()
    found, faults = loaded(tmp_path, spoiled)
    assert found == {}
    assert any(said in fault for fault in faults), faults
    assert all(fault.startswith("lefs.toml") for fault in faults)


def test_the_last_day_of_a_licence_still_counts(tmp_path: Path) -> None:
    assert loaded(tmp_path, words(), on=date(2026, 12, 31))[1] == []
    assert "ran out" in loaded(tmp_path, words(), on=date(2027, 1, 1))[1][0]


def test_two_files_for_one_questionnaire_and_too_many_files_are_said(tmp_path: Path) -> None:
    loaded(tmp_path, words(), "a.toml")
    assert "filled by another file already" in loaded(tmp_path, words(), "b.toml")[1][0]
    for number in range(MOST_FILES):
        (tmp_path / f"c{number}.toml").write_text("", encoding="utf-8")
    assert any("more than 50 files" in one for one in loaded(tmp_path, words(), "z.toml")[1])


def test_no_words_stand_in_the_repository_that_may_not_ship() -> None:
    for path in (catalog.CONTENT_ROOT / "instruments").glob("*.toml"):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not raw.get("items") or raw["licence"]["ships"] in ("items", "own_wording"), path.name
