"""A figure knows when it is worse, and by how much it misses its mark."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from validation.__main__ import worse
from validation.figure import Figure
from validation.registry import ENTRIES

COMMITTED = Path(__file__).parents[3] / "docs" / "reference" / "validation" / "figures.json"


def _figure(value: float, better: str, mark: float | None = None, allowance: float = 0.0) -> Figure:
    return Figure(
        key="x",
        source="made up",
        what="x",
        value=value,
        unit="ms",
        n=1,
        better=better,
        mark=mark,
        allowance=allowance,
    )


@pytest.mark.parametrize(
    ("better", "value", "committed", "is_worse"),
    [
        ("up", 0.96, 0.98, True),
        ("up", 0.99, 0.98, False),
        ("down", 3.2, 3.0, True),
        ("down", 2.9, 3.0, False),
        ("zero", -9.0, 5.0, True),
        ("zero", -4.0, 5.0, False),
    ],
)
def test_worse_depends_on_which_way_is_good(
    better: str, value: float, committed: float, is_worse: bool
) -> None:
    assert _figure(value, better).is_worse_than(committed) is is_worse


def test_allowance_lets_a_busy_machine_pass() -> None:
    assert _figure(0.31, "down").is_worse_than(0.28)
    assert not _figure(0.31, "down", allowance=0.1).is_worse_than(0.28)


def test_shortfall_is_positive_when_the_mark_is_missed() -> None:
    assert _figure(0.95, "up", mark=0.97).shortfall == pytest.approx(0.02)
    assert _figure(-12.0, "zero", mark=10.0).shortfall == pytest.approx(2.0)
    assert _figure(3.0, "down", mark=3.5).shortfall == pytest.approx(-0.5)
    assert _figure(3.0, "down").shortfall is None


@pytest.mark.recordings
def test_no_figure_against_labels_or_markers_is_worse_than_the_committed_one() -> None:
    from validation import gait_labels, gait_markers

    committed = msgspec.json.decode(COMMITTED.read_bytes(), type=dict[str, float])
    figures = [*gait_labels.score()[0], *gait_markers.score()[0], *gait_markers.border_strikes()]
    assert all(figure.key in committed for figure in figures)
    assert [figure.key for figure in figures if figure.is_worse_than(committed[figure.key])] == []


def test_check_names_what_got_worse_and_what_is_gone() -> None:
    figures = [_figure(0.9, "up")]
    assert worse(figures, {"x": 0.9, "y": 1.0}, is_whole=False) == []
    assert worse(figures, {"x": 0.95}, is_whole=True) == ["x: 0.9000 is worse than 0.9500"]
    assert worse(figures, {"x": 0.9, "y": 1.0}, is_whole=True) == ["y: committed, but no longer scored"]


def test_registry_names_each_picture_once_and_every_module_is_in_it() -> None:
    pictures = [entry.picture for entry in ENTRIES if entry.picture]
    assert len(pictures) == len(set(pictures))
    assert all(bool(entry.title) == bool(entry.picture) for entry in ENTRIES)
    named = {entry.score.__module__ for entry in ENTRIES}
    scoring = {
        f"validation.{path.stem}"
        for path in (Path(__file__).parents[3] / "validation").glob("*.py")
        if "-> list[Figure]:" in path.read_text() or "-> tuple[list[Figure]" in path.read_text()
    }
    assert scoring - {"validation.__main__", "validation.registry"} <= named
