"""The working classification weighs arguments and says when it cannot say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mortise import catalog
from mortise.decide.classify import Standing, Verdict, classify
from mortise.protocol import Classification
from mortise.record import Reading, Sign
from mortise.terms import Context, Origin, Side, Truth

ON = date(2026, 3, 2)


@pytest.fixture(scope="module")
def candidates() -> Classification:
    return catalog.load().classification


def sign(name: str, level: str, side: Side = Side.LEFT, on: date = ON, fact_id: str = "") -> Sign:
    return Sign(
        id=fact_id or f"s-{name}-{on}", on=on, origin=Origin.CLINICIAN, sign=name, level=level, side=side
    )


def reading(
    measure: str, value: str, side: Side = Side.LEFT, unit: str = "deg", context: Context = Context.ROUTINE
) -> Reading:
    return Reading(
        id=f"r-{measure}-{side}", on=ON, origin=Origin.CLINICIAN, measure=measure, side=side,
        value=Decimal(value), unit=unit, instrument="goniometer", context=context,
    )  # fmt: skip


JOINT_SIGNS = [
    sign("play_talocrural", "short_capsular"),
    sign("lunge_feels", "block"),
    sign("forced_dorsiflexion", "stiff"),
    sign("pain_site", "none"),
]
JOINT_READINGS = [
    reading("lunge_cm", "4.0", Side.LEFT, "cm"),
    reading("lunge_cm", "9.5", Side.RIGHT, "cm"),
    reading("dorsiflexion_knee_straight_deg", "2"),
    reading("dorsiflexion_knee_bent_deg", "4"),
]
CALF_SIGNS = [
    sign("play_talocrural", "normal"),
    sign("lunge_feels", "calf"),
    sign("forced_dorsiflexion", "negative"),
    sign("pain_site", "calf"),
]
CALF_READINGS = [
    reading("dorsiflexion_knee_straight_deg", "0"),
    reading("dorsiflexion_knee_bent_deg", "14"),
]


def test_a_stiff_joint_is_named_joint_limited_with_its_arguments(candidates: Classification) -> None:
    found = classify(candidates, JOINT_SIGNS, JOINT_READINGS, Side.LEFT)
    assert (found.verdict, found.primary) == (Verdict.ONE, "joint_limited")
    first = found.candidates[0]
    assert first.standing is Standing.NAMED
    assert first.protocol == "restricted-dorsiflexion"
    assert {one.argument for one in first.speaks_for} >= {
        "joint.play",
        "joint.lunge_short",
        "joint.knee_no_gain",
    }
    assert all(one.facts for one in first.speaks_for)
    assert first.weight == sum(one.weight for one in (*first.speaks_for, *first.speaks_against))


def test_a_gain_with_the_knee_bent_is_named_calf_limited(candidates: Classification) -> None:
    found = classify(candidates, CALF_SIGNS, CALF_READINGS, Side.LEFT)
    assert (found.verdict, found.primary) == (Verdict.ONE, "calf_limited")
    joint = next(one for one in found.candidates if one.candidate == "joint_limited")
    assert joint.speaks_against


def test_a_pinch_in_front_is_anterior_and_starts_its_protocol(candidates: Classification) -> None:
    signs = [
        sign("forced_dorsiflexion", "pinch"), sign("pain_site", "front_inner"),
        sign("tender_front", "inner"), sign("lunge_feels", "front_pinch"),
    ]  # fmt: skip
    found = classify(candidates, signs, [], Side.LEFT)
    assert found.primary == "anterior_impingement"
    assert found.candidates[0].protocol == "anterior-impingement"
    assert found.candidates[0].no_protocol == ""


def test_pain_behind_on_a_pointed_foot_is_posterior(candidates: Classification) -> None:
    signs = [
        sign("forced_plantarflexion", "pain_behind"), sign("pain_site", "behind"),
        sign("pain_when", "point"), sign("tender_behind", "yes"),
    ]  # fmt: skip
    found = classify(candidates, signs, [], Side.LEFT)
    assert (found.primary, found.candidates[0].protocol) == ("posterior_impingement", "posterior-impingement")


def test_every_classification_starts_a_protocol_that_exists(candidates: Classification) -> None:
    known = catalog.load().protocol_ids
    assert {one.protocol for one in candidates.candidates if not one.is_coexisting} == set(known)


PINCH = [sign("forced_dorsiflexion", "pinch"), sign("pain_site", "front"), sign("tender_front", "outer"),
         sign("lunge_feels", "front_pinch")]  # fmt: skip


def test_bony_or_soft_is_told_beside_a_pinch_in_front(candidates: Classification) -> None:
    bony = classify(candidates, [*PINCH, sign("imaging_front", "spur", Side.NONE)],
                    [reading("end_feel_grade", "2", unit="grade")], Side.LEFT)  # fmt: skip
    named = {one.candidate for one in bony.coexisting if one.standing is Standing.NAMED}
    assert bony.primary == "anterior_impingement"
    assert "anterior_bony" in named
    assert "anterior_soft" not in named
    soft = classify(candidates, [*PINCH, sign("sprains", "several", Side.NONE)],
                    [reading("end_feel_grade", "0", unit="grade")], Side.LEFT)  # fmt: skip
    named = {one.candidate for one in soft.coexisting if one.standing is Standing.NAMED}
    assert "anterior_soft" in named
    assert "anterior_bony" not in named


def test_without_a_pinch_nothing_is_bony_in_front(candidates: Classification) -> None:
    found = classify(candidates, [sign("forced_dorsiflexion", "negative")],
                     [reading("end_feel_grade", "2", unit="grade")], Side.LEFT)  # fmt: skip
    assert "anterior_bony" not in {one.candidate for one in found.coexisting}


def test_after_surgery_leads_whatever_else_fits(candidates: Classification) -> None:
    signs = [
        *PINCH,
        sign("surgery", "arthroscopy_front", Side.NONE),
        sign("surgery_since", "weeks_6", Side.NONE),
    ]
    found = classify(candidates, signs, [], Side.LEFT)
    assert (found.verdict, found.primary) == (Verdict.MIXED, "after_surgery")
    assert [one.candidate for one in found.candidates[:2]] == ["after_surgery", "anterior_impingement"]
    assert found.candidates[0].weight < found.candidates[1].weight
    long_ago = [*signs[:-1], sign("surgery_since", "longer", Side.NONE)]
    assert classify(candidates, long_ago, [], Side.LEFT).primary == "anterior_impingement"


def test_nothing_known_cannot_say_and_names_the_next_test(candidates: Classification) -> None:
    found = classify(candidates, [], [], Side.LEFT)
    assert (found.verdict, found.primary) == (Verdict.CANNOT_SAY, "")
    assert len(found.test_next) == 3
    assert all(one.standing is Standing.OPEN for one in found.candidates)
    assert not found.coexisting


def test_not_tested_is_unknown_and_never_speaks_against(candidates: Classification) -> None:
    found = classify(candidates, [sign("forced_dorsiflexion", "unknown")], [], Side.LEFT)
    anterior = next(one for one in found.candidates if one.candidate == "anterior_impingement")
    assert not anterior.speaks_against
    assert "anterior.sign" in {one.argument for one in anterior.unknown}


def test_the_other_side_and_readings_after_treatment_do_not_count(candidates: Classification) -> None:
    signs = [sign(one.sign, one.level, Side.RIGHT) for one in JOINT_SIGNS]
    readings = [
        reading("dorsiflexion_knee_straight_deg", "2", context=Context.AFTER_TREATMENT),
        reading("dorsiflexion_knee_bent_deg", "4", context=Context.AFTER_TREATMENT),
    ]
    assert classify(candidates, signs, readings, Side.LEFT) == classify(candidates, [], [], Side.LEFT)


def test_the_newest_sign_counts_whatever_the_order(candidates: Classification) -> None:
    later = sign("forced_dorsiflexion", "negative", on=date(2026, 3, 9))
    earlier = sign("forced_dorsiflexion", "pinch")
    one = classify(candidates, [later, earlier], [], Side.LEFT)
    other = classify(candidates, [earlier, later], [], Side.LEFT)
    assert one == other
    anterior = next(one for one in one.candidates if one.candidate == "anterior_impingement")
    assert "anterior.against_sign" in {each.argument for each in anterior.speaks_against}


def test_two_close_candidates_are_mixed(candidates: Classification) -> None:
    signs = [
        *JOINT_SIGNS[:1], sign("forced_dorsiflexion", "pinch"), sign("pain_site", "front"),
        sign("tender_front", "both"), sign("lunge_feels", "block"), sign("involved_reason", "fracture"),
    ]  # fmt: skip
    found = classify(candidates, signs, JOINT_READINGS, Side.LEFT)
    named = [one.candidate for one in found.candidates if one.standing is Standing.NAMED]
    assert set(named) == {"joint_limited", "anterior_impingement"}
    assert (found.verdict, found.primary) == (Verdict.MIXED, "joint_limited")


def test_coexisting_conditions_are_named_beside_and_not_instead(candidates: Classification) -> None:
    signs = [*JOINT_SIGNS, sign("giving_way", "often", Side.NONE), sign("sprains", "several", Side.NONE)]
    found = classify(candidates, signs, JOINT_READINGS, Side.LEFT)
    assert found.primary == "joint_limited"
    assert "instability" in {one.candidate for one in found.coexisting}


def test_a_reading_in_another_unit_is_unknown(candidates: Classification) -> None:
    readings = [reading("lunge_cm", "40", Side.LEFT, "mm"), reading("lunge_cm", "95", Side.RIGHT, "mm")]
    found = classify(candidates, [], readings, Side.LEFT)
    joint = next(one for one in found.candidates if one.candidate == "joint_limited")
    short = next(one for one in joint.unknown if one.argument == "joint.lunge_short")
    assert short.truth is Truth.UNKNOWN


@pytest.mark.parametrize(("left", "is_short"), [("7.5", True), ("7.6", False)])
def test_the_bound_itself_counts_as_met(candidates: Classification, left: str, is_short: bool) -> None:
    readings = [reading("lunge_cm", left, Side.LEFT, "cm"), reading("lunge_cm", "9.5", Side.RIGHT, "cm")]
    joint = next(
        one
        for one in classify(candidates, [], readings, Side.LEFT).candidates
        if one.candidate == "joint_limited"
    )
    assert ("joint.lunge_short" in {one.argument for one in joint.speaks_for}) is is_short


def test_one_answer_about_the_site_does_not_hide_the_second_pinch(candidates: Classification) -> None:
    """Only one place of pain can be named, so a pinch on both sides of the joint always speaks against one of them."""
    signs = [
        sign("forced_dorsiflexion", "pinch"), sign("tender_front", "inner"), sign("pain_site", "front"),
        sign("forced_plantarflexion", "pain_behind"), sign("pain_when", "point"), sign("tender_behind", "yes"),
    ]  # fmt: skip
    found = classify(candidates, signs, [], Side.LEFT)
    assert found.verdict is Verdict.MIXED
    assert {one.candidate for one in found.candidates[:2]} == {
        "anterior_impingement",
        "posterior_impingement",
    }
    without = classify(candidates, [one for one in signs if one.sign != "tender_behind"], [], Side.LEFT)
    assert without.verdict is Verdict.ONE
