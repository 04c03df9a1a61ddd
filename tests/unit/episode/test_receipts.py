"""Receipts: what a decision knew, kept short; made again equal; touched ones told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mortise.episode import Diary, decision_record, output_hash, replay, story
from mortise.episode.receipts import AFTER, known_by
from mortise.episode.replays import NOT_AT_HAND, OTHER_ENGINE
from mortise.protocol import Constraint
from mortise.record import DecisionRecord, Fact, PatientRecord, PlanVersion
from mortise.record.records import decode_record, encode
from mortise.terms import Advice, Load, Origin
from tests import builders as b

CONTENT = b.SmallContent()


def lived(n_days: int = 12) -> PatientRecord:
    """Return a record in which a decision was stored every day."""
    facts: list[Fact] = []
    for n in range(n_days + 1):
        facts += [fact for fact in b.ready_to_advance(n_days) if fact.on == b.day(n)]
        facts.append(decision_record(b.record(*facts), CONTENT, b.day(n)))
    return b.record(*facts)


def receipts(record: PatientRecord) -> list[DecisionRecord]:
    return list(record.of_kind(DecisionRecord))


def test_a_year_of_receipts_stays_short_and_each_knows_all_before_it() -> None:
    record = lived()
    assert all(one.inputs.facts[0].startswith(AFTER) for one in receipts(record)[1:])
    assert max(len(one.inputs.facts) for one in receipts(record)) <= 4
    last = receipts(record)[-1]
    assert len(known_by(record.facts)(last.id)) == len(record.facts) - 1


def test_every_stored_decision_is_made_again_to_the_last_digit() -> None:
    assert replay(lived(), CONTENT) == ()


def test_a_record_that_went_through_a_file_replays_the_same() -> None:
    again = decode_record(encode(lived()))
    assert replay(again, CONTENT) == ()


def test_facts_that_come_later_change_no_stored_decision() -> None:
    record = lived()
    late = b.check_in("late", 3, {"pain_now_nrs": b.D(9)})
    assert replay(replace(record, facts=(*record.facts, late)), CONTENT) == ()


def test_a_fact_that_was_rewritten_is_told() -> None:
    record = lived()
    touched = tuple(replace(fact, value=b.D(20)) if fact.id == "t" else fact for fact in record.facts)
    found = {one.what for one in replay(replace(record, facts=touched), CONTENT)}
    assert {"changed facts", "advice"} <= found


def test_a_fact_that_is_gone_is_told() -> None:
    record = lived()
    without = tuple(fact for fact in record.facts if fact.id != "c3")
    found = replay(replace(record, facts=without), CONTENT)
    assert found[0].what == "missing facts"
    assert found[0].found == "c3"


def test_a_decision_that_was_rewritten_is_told() -> None:
    record = lived()
    stored = receipts(record)[-1]
    forged = replace(stored, decision=replace(stored.decision, advice=Advice.HOLD))
    facts = tuple(forged if fact is stored else fact for fact in record.facts)
    found = {one.what for one in replay(replace(record, facts=facts), CONTENT)}
    assert {"stored decision"} <= found


STRICTER = b.SmallContent(
    b.protocol(version="2", stages=(b.stage(1, b.exits(), min_days=99), b.stage(2, ()), b.stage(3, ())))
)


def test_a_decision_under_a_version_that_is_gone_is_told_and_never_passed_over() -> None:
    record = lived()
    found = replay(record, STRICTER)
    assert len(found) == len(receipts(record))
    assert {(one.what, one.found) for one in found} == {("version", NOT_AT_HAND)}
    assert CONTENT.protocol_hash(b.PROTOCOL_ID) in found[0].stored


def test_decisions_of_two_versions_replay_each_under_its_own() -> None:
    facts: list[Fact] = []
    for n in range(13):
        facts += [fact for fact in b.ready_to_advance(12) if fact.on == b.day(n)]
        under = CONTENT if n % 3 else STRICTER
        facts.append(decision_record(b.record(*facts), under, b.day(n)))
    record = b.record(*facts)
    kept = {one.protocol_hash(b.PROTOCOL_ID): one for one in (CONTENT, STRICTER)}
    assert replay(record, STRICTER, lambda pin: kept.get(pin.hash)) == ()
    assert len(replay(record, STRICTER)) == 8


def test_deciding_twice_makes_one_fact() -> None:
    record = b.record(*b.ready_to_advance())
    first, second = (decision_record(record, CONTENT, b.day(12)) for _ in range(2))
    assert first.id == second.id
    assert first.output_hash == output_hash(story(record, CONTENT, b.day(12)).decision)


def test_no_float_goes_into_a_hash() -> None:
    def floats(value: object) -> list[object]:
        if isinstance(value, float):
            return [value]
        if isinstance(value, tuple | list):
            return [found for one in value for found in floats(one)]
        if hasattr(value, "__struct_fields__"):
            return [found for name in value.__struct_fields__ for found in floats(getattr(value, name))]
        return []

    assert floats(decision_record(b.record(*b.ready_to_advance()), CONTENT, b.day(12))) == []


@pytest.mark.parametrize("advice", [Advice.HOLD, Advice.ASK_CLINICIAN])
def test_an_overrule_is_named_as_such_with_its_author_and_reason(advice: Advice) -> None:
    facts = b.ready_to_advance()
    stored = decision_record(b.record(*facts), CONTENT, b.day(12))
    decision = story(
        b.record(*facts, stored, b.response("o", 12, stored.id, advice)), CONTENT, b.day(12)
    ).decision
    assert decision.advice is advice
    assert decision.reasons[0] == "overrule:o"
    assert decision.constraints[0].author == b.ADA
    assert "Seen today." in decision.constraints[0].reason


def test_a_later_agreement_ends_an_overrule() -> None:
    facts = b.ready_to_advance()
    stored = decision_record(b.record(*facts), CONTENT, b.day(12))
    answered = [
        b.response("o", 12, stored.id, Advice.HOLD),
        b.response("a", 13, stored.id, Advice.ADVANCE, response="agree"),
    ]
    later = [*facts, b.check_in("c13", 13), stored, *answered]
    assert story(b.record(*later), CONTENT, b.day(13)).decision.advice is Advice.ADVANCE


def test_an_overrule_never_opens_a_lock() -> None:
    facts = [*b.ready_to_advance(11), b.check_in("red", 12, {"red_calf": b.D(1)})]
    stored = decision_record(b.record(*facts), CONTENT, b.day(12))
    decision = story(
        b.record(*facts, stored, b.response("o", 12, stored.id, Advice.HOLD)), CONTENT, b.day(12)
    ).decision
    assert decision.advice is Advice.STOP_AND_SEEK_HELP
    assert decision.is_locked


def test_a_resume_does_not_answer_what_arrived_after_it() -> None:
    offline = b.check_in("red", 5, {"red_calf": b.D(1)}, captured_at=b.noon(5), received_at=b.noon(8))
    seen = b.resume("r", 7, captured_at=b.noon(7))
    assert story(b.record(offline, seen), CONTENT, b.day(9)).is_locked
    assert not story(b.record(offline, b.resume("r", 9, captured_at=b.noon(9))), CONTENT, b.day(9)).is_locked


def test_a_resume_of_the_same_day_must_come_after_or_name_the_fact() -> None:
    red = b.check_in("red", 5, {"red_calf": b.D(1)}, captured_at=b.noon(5))
    assert story(b.record(red, b.resume("r", 5)), CONTENT, b.day(6)).is_locked
    assert not story(b.record(red, b.resume("r", 5, about="red")), CONTENT, b.day(6)).is_locked
    later = b.resume("r", 5, captured_at=b.noon(5).replace(hour=15))
    assert not story(b.record(red, later), CONTENT, b.day(6)).is_locked


def overruled_load(*later: Fact) -> tuple[str, str, list[str]]:
    """Return advice, load and exercises of a day of rest that Ada overruled with "keep", after some later facts."""
    facts: list[Fact] = [*b.ready_to_advance(11), b.check_in("c12", 12, {"pain_now_nrs": b.D(7)})]
    stored = decision_record(b.record(*facts), CONTENT, b.day(12))
    assert stored.decision.load is Load.REST
    overrule = b.response("o", 12, stored.id, Advice.HOLD, load=Load.KEEP)
    told = story(b.record(*facts, stored, overrule, *later), CONTENT, b.day(12))
    names = [one.exercise for one in told.session.exercises]
    return told.decision.advice.value, told.decision.load.value, names


def test_an_overruled_load_reaches_the_session_of_that_day() -> None:
    advice, load, exercises = overruled_load()
    assert (advice, load) == ("hold", "keep")
    assert exercises


def test_worse_news_of_the_same_day_rests_again() -> None:
    worse = b.check_in("later", 12, {"pain_now_nrs": b.D(9)})
    assert overruled_load(worse)[:2] == ("hold", "rest")


def test_a_plans_own_limit_holds_over_an_overrule() -> None:
    limit = Constraint(id="wound", author=b.ADA, reason="r", reason_patient="p", load_at_most=Load.EASE)
    plan = PlanVersion(
        id="p", on=b.day(12), origin=Origin.CLINICIAN, by=b.ADA, protocol="small", protocol_version="1",
        protocol_hash="x", constraints=(limit,), reason="Wound check.",
    )  # fmt: skip
    assert overruled_load(plan)[1] == "ease"


def test_asking_again_returns_the_stored_decision_until_something_becomes_known() -> None:
    record = lived()
    assert decision_record(record, CONTENT, b.day(12)) == receipts(record)[-1]
    more = replace(record, facts=(*record.facts, b.check_in("again", 12)))
    assert decision_record(more, CONTENT, b.day(12)).id != receipts(record)[-1].id


def test_a_diary_makes_the_same_receipts_as_one_decision_after_the_other() -> None:
    slow = lived()
    diary = Diary(slow.person, slow.episode, CONTENT)
    diary.take((b.earned(),))
    for n in range(13):
        diary.take(fact for fact in b.ready_to_advance(12) if fact.on == b.day(n))
        made = diary.decide(b.day(n))
        assert diary.decide(b.day(n)) is made
    assert tuple(diary.facts) == slow.facts
    assert replay(b.record(*diary.facts), CONTENT) == ()
    assert diary.folded is not None
    assert diary.folded.decision.advice is Advice.ADVANCE


def made_by_another_engine(record: PatientRecord, **otherwise: object) -> PatientRecord:
    """Return the record with its last decision as another engine would have stored it."""
    last = receipts(record)[-1]
    decision = replace(last.decision, engine="mortise-engine/0", **otherwise)
    inputs = replace(last.inputs, engine="mortise-engine/0")
    old = replace(last, decision=decision, output_hash=output_hash(decision), inputs=inputs)
    return replace(record, facts=(*record.facts[:-1], old))


def test_what_another_engine_decided_is_never_claimed_to_be_the_same() -> None:
    alike = replay(made_by_another_engine(lived()), CONTENT)
    assert [one.what for one in alike] == [OTHER_ENGINE]
    assert alike[0].stored == "mortise-engine/0"


def test_what_another_engine_decided_otherwise_is_listed_field_by_field() -> None:
    found = replay(made_by_another_engine(lived(), advice=Advice.HOLD, next_stage=None), CONTENT)
    assert {one.what for one in found} == {OTHER_ENGINE, "advice", "next_stage"}
    assert {one.what: (one.stored, one.found) for one in found}["advice"] == ('"hold"', '"advance"')


def test_an_older_decision_that_was_touched_is_still_told() -> None:
    record = made_by_another_engine(lived())
    touched = replace(receipts(record)[-1], output_hash="0" * 64)
    found = replay(replace(record, facts=(*record.facts[:-1], touched)), CONTENT)
    assert {OTHER_ENGINE, "stored decision"} <= {one.what for one in found}
