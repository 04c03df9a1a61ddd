"""Another threshold on one patient's past: which decisions it would have changed, and no others."""

from __future__ import annotations

from msgspec.structs import replace

from mortise.episode import decision_record
from mortise.episode.thresholds import under_figures
from mortise.record import Fact, PatientRecord, PlanVersion
from mortise.terms import Origin
from tests import builders as b

LINES = tuple(
    replace(line, allowed=(b.D(4), b.D(12))) if getattr(line, "id", "") == "exit.lunge" else line
    for line in b.exits()
)
CONTENT = b.SmallContent(b.protocol(stages=(b.stage(1, LINES), b.stage(2, LINES), b.stage(3, ()))))


def lived(n_days: int = 12) -> PatientRecord:
    facts: list[Fact] = [
        PlanVersion(
            id="plan", on=b.day(0), origin=Origin.CLINICIAN, by=b.ADA, protocol=b.PROTOCOL_ID, protocol_version="1",
            protocol_hash="", reason="As proposed.", received_at=b.noon(0),
        )
    ]  # fmt: skip
    for n in range(n_days + 1):
        facts += [fact for fact in b.ready_to_advance(n_days) if fact.on == b.day(n)]
        facts.append(decision_record(b.record(*facts), CONTENT, b.day(n)))
    return b.record(*facts)


def test_a_stricter_bound_holds_days_that_advanced_and_the_same_bound_changes_nothing() -> None:
    record = lived()
    assert under_figures(record, CONTENT, {"exit.lunge": b.D(5)}).changes == ()
    found = under_figures(record, CONTENT, {"exit.lunge": b.D(12)})
    assert found.n_decisions == 13
    assert found.changes
    for one in found.changes:
        fields = {each.field: (each.stored, each.found) for each in one.fields}
        assert fields["advice"] == ("advance", "hold")
        assert any("exit.lunge: met -> not met" in why for why in one.why)


def test_what_a_moved_protocol_changes_anyhow_is_not_put_down_to_the_threshold() -> None:
    record = lived()
    longer = b.SmallContent(
        b.protocol(stages=(b.stage(1, LINES, min_days=99), b.stage(2, LINES), b.stage(3, ())), version="2")
    )
    assert under_figures(record, longer, {"exit.lunge": b.D(4)}).changes == ()


def test_the_record_is_left_alone() -> None:
    record = lived()
    before = record.facts
    under_figures(record, CONTENT, {"exit.lunge": b.D(12)})
    assert record.facts == before
