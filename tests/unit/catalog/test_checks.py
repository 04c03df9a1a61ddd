"""Each obligation finds the fault planted against it, names its place, and is silent on the content as it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mortise import catalog
from tests.unit.catalog.planted import CASES, PROTOCOL, copy_of, plant

STRETCH = "exercises/soleus-stretch.toml"

PLANTED = [
    pytest.param(*(one[key] for key in ("obligation", "file", "old", "new", "words")), id=one["id"])
    for path in sorted(Path(__file__).parent.glob("planted*.toml"))
    for one in tomllib.loads(path.read_text(encoding="utf-8"))["faults"]
]


def test_the_content_keeps_every_obligation() -> None:
    report = catalog.check()
    assert report.faults == ()
    assert [one.number for one in report.obligations] == [
        "1", "2", "3", "4", "4b", "4c", "5", "5b", "6", "6b", "7", "7b", "9", "9b", "9c", "13", "14", "14b", "3b", "3d",
        "3e", "16", "3c", "17", "17b", "17c",
    ]  # fmt: skip
    assert all(one.n_checked for one in report.obligations)


@pytest.mark.parametrize(("number", "file", "old", "new", "words"), PLANTED)
def test_a_planted_fault_is_found(
    tmp_path: Path, number: str, file: str, old: str, new: str, words: str
) -> None:
    root = copy_of(tmp_path)
    plant(root, file, old, new)
    report = catalog.check(root)
    assert not report.is_clean
    found = next(one for one in report.obligations if one.number == number).faults
    assert any(words in str(fault) for fault in found), [str(fault) for fault in report.faults]
    assert all(fault.where for fault in found)


def test_faults_of_several_files_come_in_one_run(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    plant(root, PROTOCOL, "min_days = 7", "min_dayz = 7")
    plant(root, PROTOCOL, "operator = '>='\nvalue = 5", "operator = 'over'\nvalue = 5")
    plant(root, STRETCH, "why = ", "wy = ")
    plant(root, "measures/gait.toml", "better = 'up'", "better = 'upwards'")
    places = [str(fault) for fault in catalog.check(root).faults]
    assert len(places) >= 4
    for words in (
        "stages[0] G1",
        "exit[4]",
        "exercises/soleus-stretch.toml",
        "measures/gait.toml, gait_speed_m_s",
    ):
        assert any(words in place for place in places), (words, places)
    assert any("Did you mean 'min_days'?" in place for place in places)


ANTERIOR, POSTERIOR, AFTER = (
    f"protocols/{name}/protocol.toml"
    for name in ("anterior-impingement", "posterior-impingement", "after-arthroscopy")
)
# What is wrong, the file, what stood there, what stands there now, the place that is named, and the mend.
EVERYTHING = [
    ("misspelt key", PROTOCOL, "min_days = 7", "min_dayz = 7", "stages[0] G1: ", "Did you mean 'min_days'?"),
    ("misspelt key of an exercise", STRETCH, "breathing = ", "breething = ", STRETCH, "Did you mean 'breathing'?"),
    ("misspelt key within", STRETCH, "{ n_sets = 2, hold_s = 20,", "{ n_sets = 2, hold_s = 20, hld = 1,",
     f"{STRETCH}, dose_steps[", "Take it out, or correct its name."),
    ("dangling id", PROTOCOL, "exercise = 'ankle-pump'", "exercise = 'ankle-pumps'",
     "stage G1: there is no exercise 'ankle-pumps'", "Write it, or correct the name."),
    ("wrong unit", PROTOCOL, "value = 5\nunit = 'min'", "value = 5\nunit = 'cm'", "G1.exit.walk",
     "Give the bound in min."),
    ("off the grid", ANTERIOR, "value = 2\nunit = 'cm'\nmax_age_days = 28",
     "value = 2.03\nunit = 'cm'\nmax_age_days = 28",
     "A2.exit.range_side: 2.03 cm is not on the grid of 0.1 cm", "No reading could lie exactly on this bound."),
    ("a gate no schedule can feed", POSTERIOR,
     "[[reviews]]\nmeasure = 'plantarflexion_deg'", "[[reviews]]\nmeasure = 'lunge_cm'",
     "reads plantarflexion_deg, which nothing asks for in P", "Add a review, or ask it in the check-in."),
    ("uncited figure", AFTER, "evidence = ['STG-23']", "evidence = []", "R1.exit.",
     "Name the row of content/evidence it rests on."),
    ("a row with another figure", "evidence/lunge.toml", "figure = '1.9'", "figure = '2.4'",
     "keep.range_lost.baseline: -1.9 cm is not the figure of WBLT-02",
     "Correct the figure or the row, or say consensus."),
]  # fmt: skip


def test_everything_that_is_wrong_comes_in_one_run_with_place_and_mend(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    for _, file, old, new, _, _ in EVERYTHING:
        plant(root, file, old, new)
    found = [str(fault) for fault in catalog.check(root).faults]
    for what, _, _, _, place, mend in EVERYTHING:
        assert any(place in one and one.endswith(mend) for one in found), (what, found)


def test_files_that_are_not_toml_or_missing_are_faults_not_crashes(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    (root / STRETCH).write_text("name = 'never closed", encoding="utf-8")
    (root / "texts" / "en.toml").unlink()
    (root / "evidence" / "falls.toml").write_bytes(b"\xff\xfe")
    found = " ".join(str(fault) for fault in catalog.check(root).faults)
    assert "not valid TOML" in found
    assert "texts/en.toml: the file is missing" in found
    assert "not UTF-8" in found


def test_an_unreadable_case_file_is_a_fault(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    plant(root, CASES, "stage = 'G3'", "stagge = 'G3'")
    assert any("stagge" in str(fault) for fault in catalog.check(root).faults)
