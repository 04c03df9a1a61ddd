"""What would change a decision: each change is checked by the engine, is the nearest, and leaves the record alone."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from msgspec.structs import replace

from mortise.episode import Story, story
from mortise.episode.flips import Flips, flips
from mortise.episode.supposing import Asked
from mortise.record import CheckIn, Fact
from mortise.terms import Advice, Limb, Load
from tests import builders as b

CONTENT = b.SmallContent()


def asked(facts: list[Fact], n: int = 12) -> tuple[Story, Flips]:
    told = story(b.record(*facts), CONTENT, b.day(n))
    found = flips(told.record, CONTENT, told.as_of, told.circumstances, told.decision, told.tracks)
    return told, found


def one(found: Flips, measure: str, advice: Advice | None = None, load: Load | None = None) -> Decimal:
    (flip,) = [
        flip for flip in found.singles
        if flip.inputs[0].measure == measure and (advice is None or flip.advice is advice)
        and (load is None or flip.load is load)
    ]  # fmt: skip
    return flip.inputs[0].value_then


def test_a_red_flag_answered_yes_would_stop_an_advance() -> None:
    told, found = asked(b.ready_to_advance(12))
    assert told.decision.advice is Advice.ADVANCE
    assert one(found, "red_calf", Advice.STOP_AND_SEEK_HELP) == 1
    assert found.together is None


def test_pain_flips_at_the_nearest_bound_and_not_a_step_before() -> None:
    _, found = asked(b.ready_to_advance(12))
    # today's pain holds from 6 on, by a rule; 5 changes nothing
    assert one(found, "pain_now_nrs") == 6
    _, at_five = asked([*b.ready_to_advance(12), b.check_in("five", 12, {"pain_now_nrs": b.D(5)})])
    assert one(at_five, "pain_now_nrs") == 6


def test_a_clinic_test_flips_just_beyond_its_bound() -> None:
    _, found = asked(b.ready_to_advance(12))
    assert one(found, "tug_s") == Decimal("12.1")


def test_what_is_missing_is_named_with_the_value_that_would_do() -> None:
    facts = [fact for fact in b.ready_to_advance(12) if getattr(fact, "measure", "") != "tug_s"]
    told, found = asked(facts)
    assert told.decision.advice is Advice.HOLD
    flip = next(flip for flip in found.singles if flip.advice is Advice.ADVANCE)
    assert flip.inputs[0].measure == "tug_s"
    assert flip.inputs[0].value_now is None
    assert flip.inputs[0].value_then <= 12
    assert flip.is_looser


def test_every_change_found_flips_when_it_comes_true_and_nothing_is_stored() -> None:
    facts = [fact for fact in b.ready_to_advance(12) if getattr(fact, "measure", "") != "tug_s"]
    told, found = asked(facts)
    before = b.record(*facts)
    assert told.record == before
    flip = next(flip for flip in found.singles if flip.advice is Advice.ADVANCE)
    after = story(
        b.record(*facts, b.tug("t", 12, str(flip.inputs[0].value_then))), CONTENT, b.day(12)
    ).decision
    assert after.advice is flip.advice


def test_several_missing_lines_are_told_together_and_none_that_is_not_needed() -> None:
    facts = [
        fact for fact in b.ready_to_advance(12)
        if getattr(fact, "measure", "") != "tug_s"
        and not (hasattr(fact, "answers") and fact.on >= b.day(10))
    ]  # fmt: skip
    told, found = asked(facts)
    assert told.decision.advice is Advice.HOLD
    if found.together is not None:
        assert found.together.advice is Advice.ADVANCE
        assert len(found.together.inputs) > 1
    else:
        assert not any(flip.advice is Advice.ADVANCE for flip in found.singles)


def test_the_other_side_is_never_taken_for_the_treated_one() -> None:
    _, found = asked(b.ready_to_advance(12))
    limbs = {flip.inputs[0].limb for flip in found.singles if flip.inputs[0].measure == "lunge_cm"}
    assert limbs <= {Limb.INVOLVED}


def two_missing() -> list[Fact]:
    """Return a patient who lacks the walking test, and whose pain is too high today."""
    return [
        *(fact for fact in b.ready_to_advance(12) if getattr(fact, "measure", "") != "tug_s"),
        b.check_in("today", 12, {"pain_now_nrs": b.D(7)}),
    ]


def test_least_pair_is_found_where_no_single_input_opens_the_gate() -> None:
    told, found = asked(two_missing())
    assert told.decision.advice is not Advice.ADVANCE
    assert not any(flip.advice is Advice.ADVANCE for flip in found.singles)
    assert found.together is not None
    assert {one.measure: one.value_then for one in found.together.inputs} == {"tug_s": 12, "pain_now_nrs": 5}
    assert found.together.advice is Advice.ADVANCE
    assert found.is_fewest
    assert found.n_tried > len(found.singles)


def test_no_smaller_change_of_the_pair_does() -> None:
    """Every pain on the scale, beside the walking test passed or not, decided again: nothing nearer opens the gate."""
    told, found = asked(two_missing())
    assert found.together is not None
    values = {one.measure: one for one in found.together.inputs}
    pain = values["pain_now_nrs"]
    again = Asked(told.record, CONTENT, told.as_of, told.circumstances, told.decision)
    opening = [
        n
        for n in range(8)
        if (flip := again.flip(values["tug_s"], replace(pain, value_then=b.D(n)))) is not None
        and flip.advice is Advice.ADVANCE
    ]
    assert max(opening) == pain.value_then
    for one in found.together.inputs:
        alone = again.flip(one)
        assert alone is None or alone.advice is not Advice.ADVANCE, "each is needed"


def test_nothing_opens_what_a_red_flag_stopped() -> None:
    facts = [*b.ready_to_advance(12), b.check_in("flag", 11, {"red_calf": b.D(1)})]
    told, found = asked(facts)
    assert told.is_locked
    assert found.together is None
    assert not any(flip.is_looser for flip in found.singles)


def test_what_only_has_to_be_said_again_is_no_change_and_hides_nothing_tighter() -> None:
    """A day without a check-in: the same answers said today loosen it; worse ones are not told as the way to more."""
    facts = [
        fact for fact in b.ready_to_advance(12) if not (isinstance(fact, CheckIn) and fact.on == b.day(12))
    ]
    told, found = asked(facts)
    pain = [flip for flip in found.singles if flip.inputs[0].measure == "pain_now_nrs"]
    again = [flip for flip in pain if flip.inputs[0].value_then == flip.inputs[0].value_now]
    worse = [flip for flip in pain if flip.inputs[0].value_then > (flip.inputs[0].value_now or 0)]
    assert all(not flip.is_looser for flip in worse)
    assert len(again) <= 1
    assert told.decision is not None


def test_each_input_is_told_once_towards_more_and_at_most_once_each_way_towards_less() -> None:
    for facts in (b.ready_to_advance(12), two_missing()):
        _, found = asked(facts)
        seen = Counter(
            (flip.inputs[0].measure, flip.inputs[0].limb, flip.is_looser) for flip in found.singles
        )
        assert max(seen.values()) <= 2
