"""The ceilings of a stage: entered for every counter, room for the minima, no single dose shut out."""

from __future__ import annotations

from pathlib import Path

import pytest

from mortise.catalog import load
from mortise.cli.check_ceilings import ceilings_fit
from tests.unit.catalog.planted import PROTOCOL, copy_of, plant

CEILING = (
    "  { counter = 'walking_running', per_day = 15, per_week = 35, evidence = ['LOAD-24'], "
    "strength = 'consensus' },\n"
)


def test_the_ceilings_that_ship_fit() -> None:
    found = ceilings_fit(load())
    assert found.n_checked >= 80
    assert found.faults == ()


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("", "walking_running has no ceiling"),
        (CEILING.replace("per_day = 15", "per_day = 5"), "the largest single dose is more"),
        (CEILING.replace("per_week = 35", "per_week = 20"), "the weekly minima are more"),
        (CEILING.replace("per_day = 15", "per_day = 40"), "less in seven days than on one"),
        (CEILING * 2, "a counter has two ceilings"),
        (CEILING + CEILING.replace("walking_running", "impact_contacts"), "nothing in this stage is counted"),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, instead: str, said: str) -> None:
    root = copy_of(tmp_path)
    plant(root, PROTOCOL, CEILING, instead)
    faults = ceilings_fit(load(root), ["restricted-dorsiflexion"]).faults
    assert any(said in str(one) for one in faults), faults
