"""What is forbidden bites: by tag, by the height of a step, or it is about what no exercise holds."""

from decimal import Decimal
from itertools import pairwise

import pytest

from mortise.catalog import load
from mortise.prescribe import planned_stage
from mortise.prescribe.ladders import ladder_slots, work_s
from mortise.protocol import ForbiddenPosition, Protocol, Stage, Tag
from mortise.record import PlanVersion
from mortise.terms import Origin
from tests import builders as b

CONTENT = load()
ANTERIOR = CONTENT.protocol("anterior-impingement")

# What is said in words alone, and why no tag could do it: entered by whoever read all positions one by one.
WORDS_ONLY = {
    "tackle_last": "sport, agreed part by part",
    "heels_and_downhill": "shoes, ways and seats of the day",
    "pointing_last": "sport and dance, agreed part by part",
    "against_bone": "withheld by the rule on a hard end-feel",
    "tired_slopes": "ways of the day; tiredness has its rule",
    "water_and_hands": "wounds and hands, not exercises",
}


def positions() -> list[tuple[Protocol, ForbiddenPosition]]:
    protocols = [CONTENT.protocol(name) for name in CONTENT.protocol_ids]
    return [(protocol, one) for protocol in protocols for one in protocol.forbidden]


def test_every_position_withholds_something_or_is_about_no_exercise() -> None:
    silent = {one.id for _, one in positions() if not one.without_tags and one.height_cm_at_most is None}
    assert silent == WORDS_ONLY.keys()


@pytest.mark.parametrize("stage_id", ["A1", "A2", "A3"])
def test_no_exercise_of_an_early_stage_forces_the_bend_or_climbs_above_15_cm(stage_id: str) -> None:
    stage = ANTERIOR.stage(stage_id)
    for slot in ladder_slots(stage, CONTENT.exercises).values():
        exercise = CONTENT.exercises[slot.exercise]
        assert Tag.FORCED_DORSIFLEXION not in exercise.tags
        heights = [one.height_cm or 0 for one in exercise.dose_steps[slot.first_step : slot.last_step + 1]]
        assert max(heights) <= 15


def added(stage: Stage, exercise: str) -> Stage:
    plan = PlanVersion(
        id="plan", on=b.day(1), origin=Origin.CLINICIAN, by="ada", protocol=ANTERIOR.id, protocol_version="1",
        protocol_hash="h", exercises=(*(slot.exercise for slot in stage.slots), exercise),
    )  # fmt: skip
    return planned_stage(stage, plan, CONTENT.exercises)


def test_a_step_down_that_a_clinician_adds_stays_at_15_cm_until_a4() -> None:
    early = added(ANTERIOR.stage("A2"), "step-down")
    late = added(ANTERIOR.stage("A4"), "step-down")
    steps = CONTENT.exercises["step-down"].dose_steps
    assert steps[ladder_slots(early, CONTENT.exercises)["step-down"].last_step].height_cm == Decimal(15)
    assert steps[ladder_slots(late, CONTENT.exercises)["step-down"].last_step].height_cm == Decimal(20)


def test_a_heel_drop_that_a_clinician_adds_is_withheld_until_a4() -> None:
    for stage_id, is_out in (("A2", True), ("A3", True), ("A4", False)):
        stage = ANTERIOR.stage(stage_id)
        tags = {tag.value for tag in CONTENT.exercises["heel-drop-step"].tags}
        assert bool(tags & set(stage.without_tags)) is is_out


def test_the_sport_block_adds_at_most_a_fifth_from_rung_to_rung() -> None:
    for lower, upper in pairwise(CONTENT.exercises["sport-skill"].dose_steps):  # LOAD-24: a fifth a week
        assert work_s(upper) <= work_s(lower) * Decimal("1.2")
        assert upper.n_contacts <= lower.n_contacts * Decimal("1.2")
