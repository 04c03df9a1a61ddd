"""What would have been decided under a changed protocol, day by day, and why."""

from __future__ import annotations

from msgspec.structs import replace

from mortise.episode import Change, decision_record, what_if
from mortise.record import Fact, PatientRecord
from mortise.terms import Origin
from tests import builders as b

CONTENT = b.SmallContent()


def lived(n_days: int = 12) -> PatientRecord:
    """Return a record in which a decision was stored every day."""
    facts: list[Fact] = []
    for n in range(n_days + 1):
        facts += [fact for fact in b.ready_to_advance(n_days) if fact.on == b.day(n)]
        facts.append(decision_record(b.record(*facts), CONTENT, b.day(n)))
    return b.record(*facts)


def changes(record: PatientRecord, **protocol: object) -> list[Change]:
    changed = b.SmallContent(b.protocol(version="2", **protocol))
    return [one for one in what_if(record, changed) if one is not None]


def test_the_same_protocol_changes_nothing() -> None:
    record = lived()
    assert len(list(what_if(record, CONTENT))) == 13
    assert changes(record) == []


def test_a_longer_stay_holds_who_would_have_advanced_and_nothing_else() -> None:
    stages = (b.stage(1, b.exits(), min_days=99), b.stage(2, ()), b.stage(3, ()))
    found = changes(lived(), stages=stages)
    assert found
    for one in found:
        fields = {each.field: (each.stored, each.found) for each in one.fields}
        assert fields["advice"] == ("advance", "hold")


def test_a_gate_line_with_another_bound_is_named_with_value_and_bounds() -> None:
    lines = b.exits()
    first = next(
        line for line in lines if getattr(line, "value", None) is not None and line.measure == "lunge_cm"
    )
    stricter = tuple(replace(line, value=b.D(20)) if line is first else line for line in lines)
    found = changes(lived(), stages=(b.stage(1, stricter), b.stage(2, ()), b.stage(3, ())))
    assert any(
        f"{first.id}: met -> not met" in why and "-> lunge_cm >= 20" in why
        for one in found
        for why in one.why
    )


def test_a_rule_that_is_gone_and_one_that_is_new_are_told() -> None:
    facts = [*b.ready_to_advance(11), b.check_in("bad", 12, {"pain_now_nrs": b.D(7)})]
    stored = decision_record(b.record(*facts), CONTENT, b.day(12))
    without = tuple(one for one in b.protocol().rules if one.id != "pain.high")
    (gone,) = changes(b.record(*facts, stored), rules=without)
    assert any(why.startswith("rule pain.high would no longer hold") for why in gone.why)
    stored = decision_record(b.record(*facts), b.SmallContent(b.protocol(rules=without)), b.day(12))
    (new,) = changes(b.record(*facts, stored))
    assert any(why.startswith("rule pain.high would hold") for why in new.why)


def test_a_stage_that_the_changed_protocol_lacks_is_told_and_ends_nothing() -> None:
    facts = b.ready_to_advance(12)
    entry = b.StageEntry(id="e", on=b.day(5), origin=Origin.CLINICIAN, by=b.ADA, stage=b.stage(3, ()).id)
    made: list[Fact] = []
    for n in (4, 6):
        made += [fact for fact in [*facts, entry] if fact.on <= b.day(n) and fact not in made]
        made.append(decision_record(b.record(*made), CONTENT, b.day(n)))
    found = changes(b.record(*made), stages=(b.stage(1, b.exits(), step_back_to=None), b.stage(2, ())))
    assert [bool(one.cannot) for one in found if one.on == b.day(6)] == [True]
