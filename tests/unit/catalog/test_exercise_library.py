"""The whole library: each exercise fills the load counters it should and no other, and its ladders are the plan's."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from mortise.catalog import load
from mortise.episode.due import load_counters
from mortise.protocol import DoseStep, Exercise, Tag
from mortise.report.figure import load_figures
from tests import builders as b

EXERCISES = load().exercises
HOME = {name: one for name, one in EXERCISES.items() if Tag.MANUAL not in one.tags}

# Which exercises fill which counter, entered a second time by whoever went through them one by one. An exercise in none
# of the four lists loads the ankle in the middle of its range at most, without landing, walking or running.
END_RANGE_DORSIFLEXION = {
    "wall-calf-stretch", "soleus-stretch", "knee-to-wall", "band-mobilisation", "heel-drop-step", "step-down",
    "stair-practice", "incline-walk", "maintenance-balance", "manual-mobilisation-with-movement",
}  # fmt: skip
END_RANGE_PLANTARFLEXION = {
    "front-ankle-stretch", "heel-raise-double", "heel-raise-volume", "heel-raise-single", "heel-drop-step",
    "calf-raise-heavy", "maintenance-strength", "drop-jump", "sport-skill", "ball-strike", "releve", "dance-jump",
}  # fmt: skip
CONTACTS = {
    "pogo", "jump-and-stick", "skipping", "hop-to-stick", "hop-repeat", "drop-jump", "side-shuffle", "cutting",
    "sport-skill", "ball-strike", "dance-jump",
}  # fmt: skip
WALKING = {
    "calm-walk", "heel-to-toe-walk", "incline-walk", "brisk-walk", "tandem-walk", "obstacle-step", "stair-practice",
    "dual-task-walk", "textured-walk", "ladder-step",
}  # fmt: skip
RUNNING = {"walk-run", "steady-run"}  # their walks count as walking


def wrong_counters(exercises: dict[str, Exercise]) -> list[str]:
    """Return the exercises that fill another counter than the lists say, by doing each once at its first dose."""
    found = []
    for name, one in exercises.items():
        dose = one.dose_steps[0]
        done = b.ExerciseLog(exercise=name, dose_step=0, outcome="done")
        counted = load_counters([b.session("s", 1, items=(done,))], {name: one}, b.day(1))
        filled = {
            "dorsiflexion": counted.end_range_dorsiflexion_min > 0,
            "plantarflexion": counted.end_range_plantarflexion_min > 0,
            "contacts": counted.n_impact_contacts == dose.n_contacts > 0,
            "walking": counted.walking_min > 0,
            "running": counted.running_min > 0,
        }
        wanted = {
            "dorsiflexion": name in END_RANGE_DORSIFLEXION,
            "plantarflexion": name in END_RANGE_PLANTARFLEXION,
            "contacts": name in CONTACTS,
            "walking": name in WALKING or bool(dose.walk_s),
            "running": name in RUNNING,
        }
        found += [f"{name}: {counter}" for counter in filled if filled[counter] != wanted[counter]]
    return found


def test_every_exercise_fills_the_counters_it_should_and_no_other() -> None:
    assert wrong_counters(dict(EXERCISES)) == []


def test_every_name_in_the_lists_is_an_exercise() -> None:
    listed = END_RANGE_DORSIFLEXION | END_RANGE_PLANTARFLEXION | CONTACTS | WALKING | RUNNING
    assert listed <= EXERCISES.keys()


@pytest.mark.parametrize(
    ("name", "changes", "counter"),
    [
        ("knee-to-wall", {"tags": (Tag.CLOSED_CHAIN,)}, "dorsiflexion"),
        ("heel-raise-half", {"tags": (Tag.CLOSED_CHAIN, Tag.END_RANGE_PLANTARFLEXION)}, "plantarflexion"),
        ("pogo", {"tags": (Tag.CLOSED_CHAIN, Tag.LOADED_CALF)}, "contacts"),
        ("calm-walk", {"tags": (Tag.CLOSED_CHAIN,)}, "walking"),
        ("steady-run", {"dose_steps": (DoseStep(n_sets=1, duration_s=Decimal(600)),)}, "running"),
    ],
)
def test_a_wrong_tag_is_found(name: str, changes: dict[str, Any], counter: str) -> None:
    planted = {name: replace(EXERCISES[name], **changes)}
    assert wrong_counters(planted) == [f"{name}: {counter}"]


def chain(name: str) -> list[Exercise]:
    found = [EXERCISES[name]]
    while found[-1].harder in EXERCISES:
        found.append(EXERCISES[found[-1].harder])
    return found


def test_the_jumping_ladder_starts_without_a_jump_and_grows_harder() -> None:
    ladder = chain("fast-heel-raise")
    assert [one.id for one in ladder] == [
        "fast-heel-raise", "pogo", "jump-and-stick", "skipping", "hop-to-stick", "hop-repeat", "drop-jump",
    ]  # fmt: skip
    lowest, *jumps = ladder
    assert lowest.easier == "floor"
    assert lowest.impact < 2
    assert not any(step.n_contacts for step in lowest.dose_steps)
    assert all(step.n_contacts > 0 for one in jumps for step in one.dose_steps)
    assert all(lower.impact <= upper.impact for lower, upper in pairwise(ladder))


@pytest.mark.parametrize(
    ("name", "most"),
    [("pogo", 60), ("jump-and-stick", 60), ("skipping", 80), ("hop-to-stick", 100), ("hop-repeat", 120),
     ("drop-jump", 40), ("cutting", 120), ("side-shuffle", 120)],
)  # fmt: skip
def test_no_rung_goes_beyond_the_contacts_of_its_place_on_the_ladder(name: str, most: int) -> None:
    assert max(step.n_contacts for step in EXERCISES[name].dose_steps) <= most


def test_the_first_jumps_are_as_many_as_a_first_session_may_hold() -> None:
    assert EXERCISES["pogo"].dose_steps[0].n_contacts == 30  # GATE-11: 30 to 60


def test_the_walk_run_ladder_has_the_six_phases_of_its_source_and_their_miles() -> None:
    steps = EXERCISES["walk-run"].dose_steps
    rounds = [(step.walk_s / 60, step.run_s / 60) for step in steps]
    assert rounds[:5] == [(2, 3), (2, 3), (2, 4), (2, 4), (1, 4)]
    assert steps[5].walk_s == 0
    walk_km_h, run_km_h, km_a_mile = Decimal(5), Decimal(7), Decimal("1.609")
    miles = [
        step.n_sets * (step.walk_s * walk_km_h + step.run_s * run_km_h) / 3600 / km_a_mile for step in steps
    ]
    wanted = [Decimal(one) for one in ("1.0", "1.5", "1.5", "2.0", "2.0", "2.0")]  # DOSE-08
    assert all(abs(found - one) <= Decimal("0.25") for found, one in zip(miles, wanted, strict=True)), miles


def test_running_never_grows_by_more_than_a_fifth_once_it_is_continuous() -> None:
    for lower, upper in pairwise(EXERCISES["steady-run"].dose_steps):
        assert upper.run_s <= lower.run_s * Decimal("1.2")  # LOAD-24


def test_every_home_exercise_is_drawn() -> None:
    figures = load_figures()
    assert [one.id for one in HOME.values() if one.figure not in figures] == []


def test_the_words_for_a_patient_are_short_and_calm() -> None:
    for one in HOME.values():
        lines = [one.why, one.set_up, *one.steps, *one.cues, one.breathing, *one.stop_signs]
        assert all(len(line) <= 140 for line in lines), one.id
        assert not any("!" in line for line in lines), one.id
        assert 2 <= len(one.steps) <= 4, one.id
        assert len(one.name) <= 40, one.id
