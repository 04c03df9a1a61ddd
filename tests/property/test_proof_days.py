"""Whatever a patient and a clinic do, day after day: an explicit search through the real engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("z3")  # the room needs it; this search does not

from mortise.catalog import Content, load
from mortise.proof.days import EVENTS, Searched, search
from mortise.terms import Advice
from tests.unit.catalog.planted import PROTOCOL, copy_of, plant

NAME = "restricted-dorsiflexion"


@cache
def searched(name: str = NAME) -> Searched:
    return search(load(), name)


@pytest.mark.parametrize("name", load().protocol_ids)
def test_no_step_breaks_anything_and_the_end_can_be_reached_from_everywhere(name: str) -> None:
    found = searched(name)
    assert found.broken == ()
    assert {place.stage for place in found.places} == {stage.id for stage in load().protocol(name).stages}


def test_the_search_goes_everywhere() -> None:
    found = searched()
    assert {place.stage for place in found.places} == {stage.id for stage in load().protocol(NAME).stages}
    assert {place.advice for place in found.places} == set(Advice)
    assert {step.event for step in found.steps} == set(EVENTS)
    assert len(found.steps) > 400


def test_a_stage_that_nobody_can_leave_is_found(tmp_path: Path) -> None:
    root = copy_of(tmp_path)
    plant(
        root,
        PROTOCOL,
        "measure = 'fatigue_nrs', operator = '>=', value = 7",
        "measure = 'fatigue_nrs', operator = '>=', value = 0",
    )
    found = search(Content(root), NAME)
    assert {one.what for one in found.broken} == {"from here the last stage cannot be reached"}
    assert {place.stage for place in found.places} == {"G1"}
