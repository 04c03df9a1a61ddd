"""Obligation 8 for every set of equipment: no stage is without a session, and nothing withheld is in it."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from mortise.catalog import load
from mortise.cli.check_sessions import DAY, Day, days, record_of, session_faults, stories
from mortise.episode import story
from mortise.prescribe.ladders import ladder_slots
from mortise.protocol import Circumstances, Protocol, Stage

AS_OF = DAY.replace(month=2, day=14)
FLAGS = ("sharp_pain_flag", "fall_or_catch_flag", "warmth_self")
FINE = {"tandem_s": ("s", 20), "dorsiflexion_power_grade": ("grade", 5), "end_feel_grade": ("grade", 0)}
WORST = {"tandem_s": ("s", 5), "dorsiflexion_power_grade": ("grade", 3), "end_feel_grade": ("grade", 2)}


def sets_of(protocol: Protocol, stage: Stage) -> list[tuple[str, ...]]:
    """Return every set of what an exercise of the stage, or one that stands in for it, needs; and everything there is.

    What nobody there needs cannot change the session: that is asserted below.
    """
    library = load().exercises
    things = sorted({need for name in ladder_slots(stage, library) for need in library[name].needs})
    found = list(chain.from_iterable(combinations(things, n) for n in range(len(things) + 1)))
    return [*found, (*protocol.equipment, "weights")]


@pytest.mark.parametrize("name", load().protocol_ids)
@pytest.mark.parametrize("tests", [FINE, WORST], ids=["tests fine", "tests at their worst"])
def test_every_set_of_equipment_and_flags_has_a_session(name: str, tests: dict[str, tuple[str, int]]) -> None:
    content = load()
    protocol = content.protocol(name)
    n_days = 0
    for stage in protocol.stages:
        for said in (
            {},
            dict.fromkeys(FLAGS, 1),
            dict.fromkeys(FLAGS),
            {FLAGS[0]: 1},
            {FLAGS[1]: 1},
            {FLAGS[2]: 1},
        ):
            record = record_of(protocol, stage.id, dict(said), tests, AS_OF)
            day = Day(name, stage.id, str(said), record, AS_OF)
            for equipment, told in stories(day, content, sets_of(protocol, stage)):
                assert session_faults(day, equipment, told, content) == []
                n_days += 1
    assert n_days >= len(protocol.stages) * 6 * 2


@pytest.mark.parametrize("name", load().protocol_ids)
def test_what_is_decided_does_not_look_at_equipment(name: str) -> None:
    content = load()
    for day in list(days(content.protocol(name)))[::37]:
        for equipment, told in stories(day, content):
            whole = story(day.record, content, day.as_of, Circumstances(equipment=equipment))
            assert (told.decision, told.constraints, told.session) == (
                whole.decision, whole.constraints, whole.session,
            )  # fmt: skip


@pytest.mark.parametrize("name", load().protocol_ids)
def test_what_no_exercise_of_a_stage_needs_changes_nothing(name: str) -> None:
    content = load()
    protocol = content.protocol(name)
    for stage in protocol.stages:
        whole = sets_of(protocol, stage)[-2]  # all that somebody there needs
        others = {need for one in content.exercises.values() for need in one.needs} - set(whole)
        day = Day(name, stage.id, "", record_of(protocol, stage.id, {}, FINE, AS_OF), AS_OF)
        for equipment in (whole[:1], whole):
            alone, beside = (
                told.session for _, told in stories(day, content, (equipment, (*equipment, *sorted(others))))
            )
            assert alone.exercises == beside.exercises
