"""The exercise library as a whole: chains, jumps, hands that are not the patient's, minutes, and what is taught."""

import re
from decimal import Decimal
from itertools import combinations

import pytest

from mortise.catalog import load
from mortise.prescribe.ladders import stand_in
from mortise.protocol import PURPOSES, Demand, Exercise, Tag

CONTENT = load()
LIBRARY = CONTENT.exercises
PROTOCOLS = [CONTENT.protocol(name) for name in CONTENT.protocol_ids]
every = pytest.mark.parametrize("one", LIBRARY.values(), ids=lambda one: one.id)
MOVED = [one for one in LIBRARY.values() if Tag.MANUAL not in one.tags]
TECHNIQUES = [one for one in LIBRARY.values() if Tag.MANUAL in one.tags]


def chain_up(one: Exercise) -> list[Exercise]:
    """Return an exercise and all its harder neighbours."""
    found = [one]
    while found[-1].harder != "ceiling":
        found.append(LIBRARY[found[-1].harder])
        assert len(found) <= len(LIBRARY), "a circle"
    return found


def test_every_row_of_the_raw_list_is_there() -> None:
    rows = {row for one in LIBRARY.values() for row in one.raw_rows}
    assert rows >= {f"EX{number:02d}" for number in range(1, 85)}


@every
def test_neighbours_resolve_and_name_each_other(one: Exercise) -> None:
    if one.easier != "floor":
        assert LIBRARY[one.easier].harder == one.id
    if one.harder != "ceiling":
        assert LIBRARY[one.harder].easier == one.id


def test_chains_have_no_circle_and_hold_every_exercise_once() -> None:
    chains = [chain_up(one) for one in LIBRARY.values() if one.easier == "floor"]
    names = [one.id for chain in chains for one in chain]
    assert sorted(names) == sorted(LIBRARY)


def test_no_chain_begins_with_a_jump_and_impact_never_falls_on_the_way_up() -> None:
    n_with_jumps = 0
    for floor in (one for one in LIBRARY.values() if one.easier == "floor"):
        chain = chain_up(floor)
        assert floor.impact < 2
        assert not any(step.n_contacts for step in floor.dose_steps)
        jumps = [one for one in chain if Tag.IMPACT in one.tags]
        n_with_jumps += bool(jumps)
        assert chain[len(chain) - len(jumps) :] == jumps, "after the first jump no exercise is without"
    assert n_with_jumps >= 3  # jumping, running, changing direction


def test_the_plyometric_ladder_climbs_by_rungs_of_the_source() -> None:
    """Contacts at the top of each rung never fall, and no session asks for more than the cap for everybody."""
    ladder = [one for one in LIBRARY.values() if one.purposes[0] == "jumping" and one.easier == "floor"]
    assert len(ladder) == 1
    chain = chain_up(ladder[0])
    assert [step.n_contacts for step in chain[0].dose_steps] == [0] * len(chain[0].dose_steps)
    assert len(chain) >= 6
    assert all(step.n_contacts <= 120 for one in chain for step in one.dose_steps)
    assert all(one.impact >= 2 for one in chain[1:])


@every
def test_clinicians_and_patients_never_share_a_chain(one: Exercise) -> None:
    is_manual = Tag.MANUAL in one.tags
    for name in (one.easier, one.harder, one.instead, *one.not_with):
        if name in LIBRARY:
            assert (Tag.MANUAL in LIBRARY[name].tags) == is_manual
    assert (one.technique is not None) == is_manual


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda one: one.id)
def test_no_slot_and_no_stand_in_is_a_technique(protocol) -> None:  # type: ignore[no-untyped-def]
    kits = [
        frozenset(kit)
        for n in range(len(protocol.equipment) + 1)
        for kit in combinations(protocol.equipment, n)
    ]
    for stage in protocol.stages:
        assert Tag.MANUAL.value in stage.without_tags
        for slot in stage.slots:
            for kit in kits:
                found = stand_in(LIBRARY[slot.exercise], kit, LIBRARY)
                assert found is None or Tag.MANUAL not in found.tags


@every
def test_minutes_follow_from_the_dose_and_are_plausible(one: Exercise) -> None:
    minutes = [one.seconds(index) / 60 for index in range(len(one.dose_steps))]
    assert minutes[0] <= (20 if one.purposes[0] in ("running", "sport") else 10)
    assert max(minutes) <= 40
    assert min(minutes) > Decimal("0.05") if Tag.MANUAL in one.tags else min(minutes) >= Decimal("0.5")


@every
def test_demands_purposes_and_words_are_there(one: Exercise) -> None:
    assert set(one.purposes) <= set(PURPOSES)
    assert (one.dorsiflexion is Demand.END) == (Tag.END_RANGE_DORSIFLEXION in one.tags)
    assert (one.plantarflexion is Demand.END) == (Tag.END_RANGE_PLANTARFLEXION in one.tags)
    assert len(one.steps) >= 2
    assert len(one.cues) >= 1
    assert one.stop_signs
    assert one.evidence


def test_without_equipment_something_can_always_be_done() -> None:
    for one in MOVED:
        found = stand_in(one, frozenset(), LIBRARY)
        assert found is not None, one.id
        assert not found.needs


def test_a_patient_is_spoken_to_and_never_in_a_clinicians_words() -> None:
    clinical = re.compile(
        r"\b(talus|talocrural|dorsiflexion|plantarflexion|eversion|inversion|soleus|grade I+V?)\b", re.I
    )
    for one in MOVED:
        words = " ".join(
            (one.name, one.why, one.set_up, *one.steps, *one.cues, one.breathing, *one.stop_signs)
        )
        assert not clinical.search(words), (one.id, clinical.search(words))
        assert not re.search(r"\bthe patient\b", words, re.I), one.id


@pytest.mark.parametrize("one", TECHNIQUES, ids=lambda one: one.id)
def test_a_technique_says_joint_direction_grade_cautions_and_test(one: Exercise) -> None:
    technique = one.technique
    assert technique is not None
    assert technique.when_irritable or technique.when_stiff
    assert technique.cautions
    assert "before and after" in technique.test
    assert "thrust" not in technique.when_irritable.lower()
    assert not re.search(r"grade (III|IV|V)\b", technique.when_irritable, re.I)


def test_what_is_taught_has_words_sources_and_stages() -> None:
    taught = {name for name in CONTENT.texts if name.startswith("education.")}
    assert taught == set(CONTENT.education)
    for name, snippet in CONTENT.education.items():
        assert snippet.stages, name
        assert all(row in CONTENT.evidence for row in snippet.evidence)
    topics = ["footwear", "heel_lift", "orthoses", "load", "pacing", "sleep", "warm_up", "flare", "travel"]
    assert {f"education.{topic}" for topic in topics} <= taught
    for family in "APG":
        for number in range(1, 6):
            fitting = [one for one in CONTENT.education.values() if f"{family}{number}" in one.stages]
            assert len(fitting) >= 5, f"{family}{number}"


def test_a_stage_teaches_only_what_is_tied_to_it() -> None:
    for protocol in PROTOCOLS:
        for stage in protocol.stages:
            for name in stage.education:
                assert stage.id in CONTENT.education[name].stages
