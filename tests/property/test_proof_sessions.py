"""Obligation 8 for every set of equipment: no stage is without a session, and nothing withheld is in it."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from mortise.catalog import load
from mortise.cli.check import _DAY, _Day, _record, _session_faults
from mortise.protocol import Protocol

AS_OF = _DAY.replace(month=2, day=14)
FLAGS = ("sharp_pain_flag", "fall_or_catch_flag", "warmth_self")
FINE = {"tandem_s": ("s", 20), "dorsiflexion_power_grade": ("grade", 5), "end_feel_grade": ("grade", 0)}
WORST = {"tandem_s": ("s", 5), "dorsiflexion_power_grade": ("grade", 3), "end_feel_grade": ("grade", 2)}


def sets_of(protocol: Protocol) -> list[tuple[str, ...]]:
    """Return every set of equipment, nothing at all and weights that no exercise asks for included."""
    things = (*protocol.equipment, "weights")
    return list(chain.from_iterable(combinations(things, n) for n in range(len(things) + 1)))


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
            record = _record(protocol, stage.id, dict(said), tests, AS_OF)
            for equipment in sets_of(protocol):
                day = _Day(f"{stage.id}, {equipment}, {said}", record, AS_OF, equipment)
                assert _session_faults(day, content) == []
                n_days += 1
    assert n_days == len(protocol.stages) * 6 * 2 ** (len(protocol.equipment) + 1)
