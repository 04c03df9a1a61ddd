"""What the content says about itself: words for everything, evidence as it stands, no claim beyond it."""

from __future__ import annotations

import re

import pytest

from mortise import catalog
from mortise.protocol import Tier
from mortise.terms import Advice, Cause, EvidenceStatus, Load, Strength, Truth

CONTENT = catalog.load()
PROTOCOLS = [CONTENT.protocol(name) for name in CONTENT.protocol_ids]


def test_every_word_of_the_engine_has_a_text_for_both_readers() -> None:
    wanted = [f"advice.{one.value}" for one in Advice] + [f"load.{one.value}" for one in Load]
    wanted += [f"cause.{one.value}" for one in Cause] + [f"truth.{one.value}" for one in Truth]
    missing = [
        f"{name}.{reader}"
        for name in wanted
        for reader in ("patient", "clinician")
        if not CONTENT.texts.get(f"{name}.{reader}")
    ]
    assert not missing
    assert all(f"emergency.{tier.value}" in CONTENT.texts for tier in Tier)


# The voice of the house: none of these is ever said to anybody.
FORBIDDEN = re.compile(
    r"!|\b(good job|well done|fail(ed|ure)?|non-complian\w*|unfortunately|sorry|please)\b", re.IGNORECASE
)


def spoken() -> list[tuple[str, str]]:
    found = list(CONTENT.texts.items())
    for exercise in CONTENT.exercises.values():
        words = [
            exercise.name,
            exercise.why,
            exercise.set_up,
            *exercise.steps,
            *exercise.cues,
            exercise.breathing,
        ]
        found += [(f"exercise {exercise.id}", text) for text in (*words, *exercise.stop_signs)]
    for protocol in PROTOCOLS:
        found += [
            (rule.id, text) for rule in protocol.rules for text in (rule.say_patient, rule.say_clinician)
        ]
        found += [
            (stage.id, text) for stage in protocol.stages for text in (stage.title_patient, stage.aim_patient)
        ]
    found += [
        (f"{form.id}.{item.id}", text)
        for form in CONTENT.questionnaires.values()
        for item in form.items
        for text in (item.text, item.low_label, item.high_label)
    ]
    found += [(measure.id, measure.question) for measure in CONTENT.measures.values() if measure.question]
    return found


def test_nothing_is_said_outside_the_voice() -> None:
    assert [(where, text) for where, text in spoken() if FORBIDDEN.search(text)] == []


def test_patients_read_short_sentences() -> None:
    long = [
        (where, sentence)
        for where, text in spoken()
        if where.startswith("exercise") or where.endswith(".patient")
        for sentence in re.split(r"[.:;?] ?", text)
        if len(sentence.split()) > 22
    ]
    assert long == []


def test_every_row_of_the_evidence_table_is_there_with_its_status() -> None:
    rows = CONTENT.evidence.values()
    assert len(rows) == 501
    assert sum(row.status is EvidenceStatus.VERIFIED for row in rows) == 307  # the other 194 are recalled
    for row in rows:
        if "PROPOSED" in row.citation:
            assert row.strength is Strength.CONSENSUS


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda one: one.id)
def test_no_reviewer_is_invented_and_a_review_is_planned(protocol) -> None:  # type: ignore[no-untyped-def]
    assert protocol.authored_by == "The Mortise authors"
    assert protocol.checked_by == ""
    assert protocol.next_review_on > protocol.reviewed_on


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda one: one.id)
def test_the_mended_figures_hold(protocol) -> None:  # type: ignore[no-untyped-def]
    """Each line is a row of the table of what is unsafe in the source's stage model."""
    tiers = {rule.when.id.split(".now")[0]: rule.tier for rule in protocol.rules if rule.locks}
    assert tiers["red.locking"] is Tier.WITHIN_48_H
    assert tiers["red.bone"] is Tier.WITHIN_48_H
    assert tiers["red.hot_joint"] is Tier.NOW
    assert tiers["red.numb_weak"] is Tier.NOW
    rules = {rule.id: rule for rule in protocol.rules}
    assert rules["warmth.second_day"].advice is Advice.ASK_CLINICIAN
    assert rules["fatigue.today"].load is Load.EASE
    assert "WBLT-41" not in str(protocol)


def test_the_mended_figures_of_gait_hold() -> None:
    protocol = CONTENT.protocol("restricted-dorsiflexion")
    exits = {stage.id: str(stage.exit) for stage in protocol.stages}
    assert "toe_catch_count" in exits["G2"]
    assert all("falls_catches_14d" in exits[stage] for stage in ("G2", "G3", "G4"))
    assert "change_from_baseline" not in exits["G3"]
    assert "tandem_s" in exits["G3"]
    rules = {rule.id: rule for rule in protocol.rules}
    assert not rules["known.weakness"].locks


@pytest.mark.parametrize("name", ["anterior-impingement", "posterior-impingement", "after-arthroscopy"])
def test_the_mended_figures_of_impingement_hold(name: str) -> None:
    protocol = CONTENT.protocol(name)
    exits = [str(stage.exit) for stage in protocol.stages]
    assert not any("change_from_baseline" in one for one in exits)  # level gates only
    third, fourth = protocol.stages[2], protocol.stages[3]
    for measure in (
        "heel_rise_count",
        "heel_rise_count_symmetry_pct",
        "heel_rise_symmetry_pct",
    ):  # count and height
        assert f"measure='{measure}'" in str(third.exit)
    for measure in (
        "single_hop_cm",
        "single_hop_symmetry_pct",
        "side_hop_s",
        "side_hop_symmetry_pct",
    ):  # floor and side
        assert f"measure='{measure}'" in str(fourth.exit)
    jumps = {one.id for one in CONTENT.exercises.values() if "impact" in {tag.value for tag in one.tags}}
    assert not any(slot.exercise in jumps for stage in protocol.stages[:3] for slot in stage.slots)
    assert "pogo" in {slot.exercise for slot in fourth.slots}
    for stage in protocol.stages[3:]:
        assert stage.starts_here.startswith("Nobody")


def test_every_exercise_of_the_library_is_reachable_in_some_stage() -> None:
    slots = {slot.exercise for one in PROTOCOLS for stage in one.stages for slot in stage.slots}
    hands = {hands.exercise for one in PROTOCOLS for hands in one.techniques}
    assert set(CONTENT.exercises) == slots | hands
    assert not slots & hands


def test_the_surgeons_variant_switches_the_girth_line_off_by_name() -> None:
    variant = CONTENT.protocol("after-arthroscopy").variant
    assert variant is not None
    assert "A1.exit.girth.tape" in {one.id for one in variant.switched_off}
    assert "figure_of_eight_difference_cm" not in str(
        [one.exit for one in CONTENT.protocol("after-arthroscopy").stages]
    )
