"""What is said of a day combines: each thing only takes away, and illness takes away all that sport and heat do."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from itertools import combinations

import pytest
from msgspec.structs import replace

from mortise.catalog import load
from mortise.episode import Story, stories
from mortise.record import PlannedExercise
from mortise.simulate.patients import fictional_patient
from mortise.web.phone.envelope import circumstances_ahead, day_name
from mortise.web.phone.state import KINDS, circumstances_for

CONTENT = load()
EVERY = [chosen for n in range(len(KINDS) + 1) for chosen in combinations(KINDS, n)]
DAY = 60


@cache
def told(protocol: str) -> dict[frozenset[str], Story]:
    """Return the story of one day under every combination."""
    record = fictional_patient(
        CONTENT.protocol(protocol), CONTENT.measures, CONTENT.exercises, seed=3, n_days=DAY + 1
    )
    on = record.episode.opened_on + timedelta(days=DAY)
    made = stories(record, CONTENT, [on], {"+".join(kinds): circumstances_for(kinds) for kinds in EVERY})
    return {frozenset(name.split("+")) - {""}: one for (_, name), one in made.items()}


def items(one: Story) -> list[PlannedExercise]:
    return [replace(item, why="", why_patient="") for item in one.session.exercises]


def test_every_combination_has_a_name_that_is_solved() -> None:
    assert {day_name(chosen) for chosen in EVERY} == set(circumstances_ahead())
    assert len(EVERY) == 32


@pytest.mark.parametrize("protocol", ["anterior-impingement", "restricted-dorsiflexion"])
def test_what_illness_covers_changes_nothing_more(protocol: str) -> None:
    days = told(protocol)
    for kinds in (one for one in days if "ill" in one):
        assert items(days[kinds]) == items(days[frozenset(day_name(kinds).split("+"))]), sorted(kinds)


def test_one_thing_more_never_permits_what_was_withheld_nor_raises_the_load() -> None:
    found = {
        kinds: ({tag for cut in one.constraints for tag in cut.without_tags}, one.decision.load)
        for kinds, one in told("anterior-impingement").items()
    }
    for fewer, (tags, load_of) in found.items():
        for more, (more_tags, more_load) in found.items():
            if fewer < more:
                assert tags <= more_tags
                assert more_load.tightness <= load_of.tightness
