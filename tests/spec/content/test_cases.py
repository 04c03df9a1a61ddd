"""What the protocols mean: every clinical case finds what it expects, and the runner can tell when one does not."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from msgspec.structs import replace

from mortise import catalog
from mortise.catalog import cases
from mortise.catalog._places import places_of
from mortise.episode import Story, story
from mortise.record import PatientRecord
from mortise.terms import Advice, Cause, Load, Truth

CONTENT = catalog.load()


def tell(record: PatientRecord, as_of: date) -> Story:
    return story(record, CONTENT, as_of)


@pytest.mark.parametrize("protocol_id", CONTENT.protocol_ids)
def test_every_case_finds_what_it_expects(protocol_id: str) -> None:
    found = cases.run(cases.load(protocol_id), tell)
    assert not found, "\n".join(f"{one.case}: {one.what}" for one in found)


@pytest.mark.parametrize("protocol_id", CONTENT.protocol_ids)
def test_case_ids_are_unique_and_every_criterion_stands_on_both_sides(protocol_id: str) -> None:
    found = cases.load(protocol_id)
    assert max(Counter(case.id for case in found).values()) == 1
    names = {case.id for case in found}
    for place in places_of(CONTENT.protocol(protocol_id)):
        name = place.criterion.id
        assert f"{name}.met" in names
        if place.criterion.value is not None or place.criterion.band is not None:
            assert f"{name}.not_met" in names


def case(case_id: str) -> cases.Case:
    return next(one for one in cases.load("restricted-dorsiflexion") if one.id == case_id)


@pytest.mark.parametrize(
    ("case_id", "change", "words"),
    [
        ("red.one_answer_stops_everything", {"advice": Advice.HOLD}, "advice is stop_and_seek_help"),
        ("red.one_answer_stops_everything", {"is_locked": False}, "is_locked is True"),
        ("red.one_answer_stops_everything", {"load": Load.RAISE}, "load is rest"),
        ("red.one_answer_stops_everything", {"rules": ("red.breath",)}, "rule red.breath did not fire"),
        ("red.one_answer_stops_everything", {"not_rules": ("red.calf",)}, "rule red.calf fired"),
        ("unknown.once_is_not_twice", {"findings": {"G2.exit.toe_catch": Truth.MET}}, "is unknown"),
        ("unknown.once_is_not_twice", {"findings": {"nobody": Truth.MET}}, "no finding for nobody"),
        ("unknown.once_is_not_twice", {"causes": {"G2.exit.toe_catch": Cause.STALE}}, "not stale"),
        ("morning.two_calm_sessions_raise", {"light": "red"}, "the light is green"),
        ("morning.two_calm_sessions_raise", {"not_light": "green"}, "the light is green"),
        ("morning.two_calm_sessions_raise", {"without_tags": ("impact",)}, "impact is not withheld"),
        ("known.a_bony_end_is_not_stretched", {"in_session": ("knee-to-wall",)}, "is not in the session"),
        ("gate.all_of_g1_in_place", {"not_advice": (Advice.ADVANCE,)}, "advice is advance"),
        ("gate.all_of_g1_in_place", {"next_stage": "G3"}, "next stage is G2"),
    ],
)
def test_a_case_that_expects_something_else_is_reported(
    case_id: str, change: dict[str, object], words: str
) -> None:
    one = case(case_id)
    wrong = one._replace(expect=replace(one.expect, **change))
    assert not cases.run([one], tell)
    found = cases.run([wrong], tell)
    assert any(words in failure.what for failure in found), found
