"""Fictional people, each assessed as a physiotherapist would write it down: what fits, what stands beside it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from mortise import catalog
from mortise.decide.classify import Standing, Verdict, WorkingClassification, classify
from mortise.terms import Side
from tests.unit.decide.test_classify import reading, sign

CONTENT = catalog.load()
CLASSIFICATION = CONTENT.classification
MAIN = {one.id for one in CLASSIFICATION.candidates if not one.is_coexisting}
BESIDE = {one.id for one in CLASSIFICATION.candidates if one.is_coexisting}


class Person(NamedTuple):
    """One fictional assessment and what it has to add up to."""

    title: str
    signs: dict[str, str]
    lunge_cm: tuple[str, str] | None  # treated side, other side
    knee_deg: tuple[str, str] | None  # knee bent, knee straight
    end_feel: str
    named: tuple[str, ...]
    beside: tuple[str, ...]


PEOPLE = (
    Person("a footballer with a spur",
           {"forced_dorsiflexion": "pinch", "pain_site": "front_inner", "tender_front": "inner",
            "lunge_feels": "front_pinch", "imaging_front": "spur", "play_talocrural": "short_hard"},
           ("4", "9"), None, "2", ("anterior_impingement",), ("anterior_bony",)),
    Person("a soft pinch and a loose ankle after sprains",
           {"forced_dorsiflexion": "pinch", "pain_site": "front_outer", "tender_front": "outer",
            "lunge_feels": "front_pinch", "sprains": "several", "giving_way": "often", "anterior_drawer": "loose"},
           None, None, "0", ("anterior_impingement",), ("anterior_soft", "instability")),
    Person("a dancer with pain behind",
           {"forced_plantarflexion": "pain_behind", "pain_site": "behind", "pain_when": "point",
            "forced_dorsiflexion": "negative", "toe_flexor_pain": "pain_behind", "imaging_behind": "os_trigonum"},
           None, None, "", ("posterior_impingement",), ("toe_flexor",)),
    Person("a stiff joint after a cast",
           {"involved_reason": "fracture", "lunge_feels": "block", "play_talocrural": "short_capsular",
            "forced_dorsiflexion": "stiff", "pain_site": "none", "play_subtalar": "short_capsular"},
           ("3", "9"), ("5", "3"), "0", ("joint_limited",), ("subtalar_restriction",)),
    Person("a short calf",
           {"lunge_feels": "calf", "play_talocrural": "normal", "pain_site": "calf", "forced_dorsiflexion": "negative"},
           ("6", "9"), ("15", "2"), "1", ("calf_limited",), ()),
    Person("toes that drag, known weakness",
           {"involved_reason": "neurological", "nerve": "old_weakness", "resisted_dorsiflexion": "weak",
            "lunge_feels": "calf", "play_talocrural": "normal"},
           ("5", "8"), ("12", "0"), "", ("calf_limited",), ("nerve",)),
    Person("eight weeks after arthroscopy, and stiff",
           {"surgery": "arthroscopy_front", "surgery_since": "weeks_12", "involved_reason": "surgery",
            "forced_dorsiflexion": "stiff", "play_talocrural": "short_capsular", "lunge_feels": "block"},
           ("4", "9"), None, "", ("after_surgery", "joint_limited"), ()),
    Person("a pinch in front and behind",
           {"forced_dorsiflexion": "pinch", "forced_plantarflexion": "pain_behind", "pain_site": "front",
            "pain_when": "point", "tender_front": "both", "tender_behind": "yes", "lunge_feels": "front_pinch"},
           None, None, "", ("anterior_impingement", "posterior_impingement"), ()),
    Person("deep pain that catches after a sprain",
           {"pain_site": "deep", "locking": "catching", "involved_reason": "sprain", "forced_dorsiflexion": "negative",
            "forced_plantarflexion": "negative", "lunge_feels": "block"},
           ("8", "10"), None, "", (), ("osteochondral",)),
    Person("a flat, rigid foot",
           {"foot_posture": "rigid_flat", "play_subtalar": "short_hard", "pain_site": "outer",
            "forced_dorsiflexion": "negative", "forced_plantarflexion": "negative"},
           ("9", "10"), None, "", (), ("coalition", "subtalar_restriction")),
    Person("a squeeze that hurts, six weeks after a sprain",
           {"play_distal_tibiofibular": "painful", "pain_site": "front_outer", "forced_dorsiflexion": "pinch",
            "lunge_feels": "front_pinch"},
           None, None, "", ("anterior_impingement",), ("syndesmosis",)),
    Person("a worn joint",
           {"play_talocrural": "short_hard", "lunge_feels": "block", "forced_dorsiflexion": "stiff",
            "imaging_other": "arthritis"},
           ("3", "9"), ("4", "3"), "2", ("joint_limited",), ("arthritis",)),
    Person("a runner with a sore bone",
           {"bone_stress": "yes", "pain_site": "front", "forced_dorsiflexion": "negative",
            "imaging_other": "bone_oedema"},
           None, None, "", (), ("bone_oedema",)),
    Person("hardly examined", {"pain_site": "front"}, None, None, "", (), ()),
    Person("only the calf pulls a little, all else clear",
           {"surgery": "none", "pain_site": "none", "forced_dorsiflexion": "negative", "lunge_feels": "calf",
            "forced_plantarflexion": "negative", "play_talocrural": "normal"},
           ("9", "10"), ("8", "4"), "0", (), ()),
)  # fmt: skip


def classified(person: Person) -> WorkingClassification:
    signs = [sign(name, level) for name, level in person.signs.items()]
    readings = []
    if person.lunge_cm is not None:
        readings += [reading("lunge_cm", person.lunge_cm[0], Side.LEFT, "cm")]
        readings += [reading("lunge_cm", person.lunge_cm[1], Side.RIGHT, "cm")]
    if person.knee_deg is not None:
        readings += [reading("dorsiflexion_knee_bent_deg", person.knee_deg[0])]
        readings += [reading("dorsiflexion_knee_straight_deg", person.knee_deg[1])]
    if person.end_feel:
        readings += [reading("end_feel_grade", person.end_feel, Side.LEFT, "grade")]
    return classify(CLASSIFICATION, signs, readings, Side.LEFT)


def named(found: WorkingClassification) -> tuple[str, ...]:
    return tuple(one.candidate for one in found.candidates if one.standing is Standing.NAMED)


@pytest.mark.parametrize("person", PEOPLE, ids=[one.title for one in PEOPLE])
def test_a_person_is_classified_as_a_physiotherapist_would(person: Person) -> None:
    found = classified(person)
    assert named(found) == person.named
    assert {one.candidate for one in found.coexisting if one.standing is Standing.NAMED} == set(person.beside)
    assert found.verdict is (Verdict.CANNOT_SAY, Verdict.ONE, Verdict.MIXED)[min(2, len(person.named))]


def test_every_type_and_every_condition_beside_it_is_reached_by_somebody() -> None:
    assert {name for one in PEOPLE for name in one.named} == MAIN
    assert {name for one in PEOPLE for name in one.beside} == BESIDE


def test_every_one_of_them_has_arguments_for_and_against() -> None:
    for one in CLASSIFICATION.candidates:
        assert {argument.weight > 0 for argument in one.arguments} == {True, False}, one.id


def test_a_hard_end_is_not_taken_for_the_calf() -> None:
    found = classified(PEOPLE[0])
    calf = next(one for one in found.candidates if one.candidate == "calf_limited")
    assert "calf.end_feel" not in {one.argument for one in calf.speaks_for}
    assert "calf.against_hard" in {one.argument for one in calf.speaks_against}


def test_what_is_hardly_examined_is_told_which_test_comes_next() -> None:
    found = classified(next(one for one in PEOPLE if one.title == "hardly examined"))
    assert found.verdict is Verdict.CANNOT_SAY
    assert len(found.test_next) == 3


def test_a_way_out_named_beside_is_there_in_every_protocol() -> None:
    out = {one.escalate for one in CLASSIFICATION.candidates if one.escalate}
    for name in CONTENT.protocol_ids:
        assert out <= {one.id for one in CONTENT.protocol(name).escalations}, name
