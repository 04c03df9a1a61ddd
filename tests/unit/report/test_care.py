"""What stands beside stages and rules is shown: every part of every protocol, in words, with what it rests on."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mortise import catalog
from mortise.report.care import care_tables

CONTENT = catalog.load()


def words(protocol_id: str) -> str:
    protocol = CONTENT.protocol(protocol_id)
    tables = care_tables(protocol, CONTENT.measures, CONTENT.exercises)
    return " ".join(
        word for one in tables for word in (one.title, one.intro, *(cell for row in one.rows for cell in row))
    )


@pytest.mark.parametrize("protocol_id", CONTENT.protocol_ids)
def test_every_part_of_a_protocol_is_shown(protocol_id: str) -> None:
    protocol, shown = CONTENT.protocol(protocol_id), words(protocol_id)
    assert protocol.plateau is not None
    assert protocol.maintenance is not None
    wanted = [CONTENT.exercises[one.exercise].name for one in protocol.techniques]
    wanted += [line for one in protocol.techniques for line in (*one.cautions, *one.not_when)]
    wanted += [dose.dose for one in protocol.techniques for dose in one.doses]
    wanted += [line for one in protocol.forbidden for line in (one.position, one.instead, one.say_patient)]
    wanted += [
        line
        for one in protocol.ladders
        for line in (one.title, *one.rules, *(rung.needs for rung in one.rungs))
    ]
    wanted += [one.ask for one in protocol.checkpoints]
    wanted += [line for step in protocol.plateau.steps for line in (step.do, step.say_patient, *step.choices)]
    wanted += [*protocol.maintenance.week, protocol.maintenance.say_patient]
    if protocol.variant is not None:
        wanted += [one.ask for one in protocol.variant.limits] + [
            one.reason for one in protocol.variant.switched_off
        ]
    missing = [line for line in wanted if line not in shown]
    assert not missing


@pytest.mark.parametrize("protocol_id", CONTENT.protocol_ids)
def test_rows_fit_their_columns(protocol_id: str) -> None:
    protocol = CONTENT.protocol(protocol_id)
    for one in care_tables(protocol, CONTENT.measures, CONTENT.exercises):
        assert all(len(row) == len(one.columns) for row in one.rows)
        assert all(row[0] for row in one.rows)


def test_a_protocol_without_these_parts_has_no_tables() -> None:
    protocol = CONTENT.protocol(CONTENT.protocol_ids[0])
    bare = replace(protocol, techniques=(), forbidden=(), ladders=(), checkpoints=(), plateau=None, maintenance=None,
                   variant=None)  # fmt: skip
    assert care_tables(bare, CONTENT.measures, CONTENT.exercises) == ()
