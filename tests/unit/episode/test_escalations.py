"""An escalation has a clock, somebody who took it in hand, and closes only with an outcome."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from mortise.episode import TaskKind, to_raise
from mortise.episode.escalations import _is_after, escalation_cases
from mortise.record import Fact
from mortise.terms import Advice, Load, Origin
from tests import builders as b
from tests.unit.episode.courses import escalated, plan, protocol, told


def test_raised_acknowledged_closed() -> None:
    raised = escalated("x1", 3, "raised", reason="bony end")
    (one,) = escalation_cases((raised,), protocol())
    assert (one.due_on, one.is_open, one.acknowledged_on) == (b.day(31), True, None)
    assert (one.is_overdue(b.day(31)), one.is_overdue(b.day(32))) == (False, True)
    seen = escalated("x2", 5, "acknowledged", case="x1")
    (one,) = escalation_cases((raised, seen), protocol())
    assert (one.acknowledged_by, one.is_open) == (b.ADA, True)
    done = escalated("x3", 40, "closed", case="x1", outcome="seen", reason="Spur, no surgery.")
    (one,) = escalation_cases((raised, seen, done), protocol())
    assert (one.is_open, one.outcome, one.is_overdue(b.day(99))) == (False, "seen", False)


def test_it_does_not_close_without_an_outcome_or_without_a_named_clinician() -> None:
    raised = escalated("x1", 3, "raised")
    for fact in (
        escalated("x3", 9, "closed", case="x1", reason="done"),
        escalated("x3", 9, "closed", case="x1", outcome="seen", by=""),
        escalated("x3", 9, "closed", case="x1", outcome="seen", origin=Origin.ENGINE),
        escalated("x3", 9, "closed", case="another", outcome="seen"),
    ):
        (one,) = escalation_cases((raised, fact), protocol())
        assert one.is_open


def test_the_order_of_facts_does_not_matter_and_a_second_outcome_changes_nothing() -> None:
    facts = [
        escalated("x1", 3, "raised"), escalated("x3", 9, "closed", case="x1", outcome="seen"),
        escalated("x4", 12, "closed", case="x1", outcome="not_needed"),
    ]  # fmt: skip
    assert escalation_cases(facts, protocol()) == escalation_cases(facts[::-1], protocol())
    (one,) = escalation_cases(facts, protocol())
    assert one.outcome == "seen"


GRADE = b.rule(
    "known.bony", b.criterion("known.bony.tug", "tug_s", ">=", 20, max_age_days=365, unit="s"),
    advice=Advice.HOLD, load=Load.KEEP, escalate="imaging",
)  # fmt: skip


def test_a_rule_raises_once_and_again_only_for_something_new() -> None:
    made = protocol(rules=(*b.rules(), GRADE))
    facts: list[Fact] = [b.tug("t1", 2, 25), b.check_in("c", 3)]

    def raised(n: int) -> tuple[tuple[str, str], ...]:
        found = told(facts, n, made)
        return to_raise(found.decision, found.facts, found.protocol)

    assert raised(3) == (("imaging", "known.bony"),)
    facts.append(escalated("x1", 3, "raised", because="known.bony", origin=Origin.ENGINE))
    assert raised(4) == ()
    facts.append(escalated("x2", 10, "closed", case="x1", outcome="seen"))
    assert raised(11) == ()
    facts.append(b.tug("t2", 20, 26))
    assert raised(20) == (("imaging", "known.bony"),)


def test_what_a_clinician_has_closed_with_an_outcome_asks_no_more_until_something_newer_is_told() -> None:
    asks = b.rule(
        "known.slow", b.criterion("known.slow.tug", "tug_s", ">=", 20, max_age_days=365, unit="s"),
        advice=Advice.ASK_CLINICIAN, load=Load.KEEP, escalate="imaging",
    )  # fmt: skip
    made = protocol(rules=(*b.rules(), asks))
    facts: list[Fact] = [b.tug("t1", 2, 25)]

    def advice(n: int) -> Advice:
        return told([*facts, *(b.check_in(f"c{k}", k) for k in range(n - 3, n + 1))], n, made).decision.advice

    assert advice(5) is Advice.ASK_CLINICIAN
    facts.append(escalated("x1", 3, "raised", because="known.slow", origin=Origin.ENGINE))
    facts.append(escalated("x2", 6, "acknowledged", case="x1"))
    assert advice(7) is Advice.ASK_CLINICIAN  # in hand, and not yet answered
    for spoilt in (
        escalated("x3", 10, "closed", case="x1", outcome="seen", origin=Origin.ENGINE),
        escalated("x3", 10, "closed", case="x1"),
        escalated("x3", 10, "closed", case="another", outcome="seen"),
    ):
        facts.append(spoilt)
        assert advice(11) is Advice.ASK_CLINICIAN
        facts.pop()
    facts.append(escalated("x3", 10, "closed", case="x1", outcome="seen", reason="Seen; go on."))
    assert advice(11) is Advice.HOLD  # the rule holds on, its load stays
    facts.append(b.tug("t2", 20, 26))
    assert advice(20) is Advice.ASK_CLINICIAN
    facts.append(escalated("x4", 20, "raised", because="known.slow", origin=Origin.ENGINE))
    assert advice(21) is Advice.ASK_CLINICIAN


def test_of_the_same_day_what_was_captured_after_the_closing_is_newer() -> None:
    closed = escalated("x2", 10, "closed", case="x1", outcome="seen")
    at = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
    closed = replace(closed, captured_at=at)
    for minutes, expected in ((-5, False), (5, True)):
        reading = replace(b.tug("t1", 10, 25), captured_at=at + timedelta(minutes=minutes))
        assert _is_after(reading, closed) is expected
    assert not _is_after(b.tug("t1", 10, 25), closed)
    assert _is_after(b.tug("t1", 11, 25), closed)


def test_overdue_is_shown_first() -> None:
    facts = [plan(), b.check_in("c", 60), escalated("x1", 3, "raised"), escalated("x2", 30, "raised")]
    tasks = [one for one in told(facts, 40).tasks if one.kind is TaskKind.ESCALATION]
    assert [(one.about, one.is_overdue) for one in tasks] == [("x1", True), ("x2", False)]


def test_the_diary_says_when_to_think_of_one_and_never_more() -> None:
    def names(n: int, *facts: Fact) -> list[tuple[str, bool]]:
        found = told([plan(), *facts], n)
        assert found.decision.escalations == ()
        assert not [one for one in found.follow_up.proposals if one.proposes == "plateau_step"]
        return [(one.escalation, one.is_late) for one in found.follow_up.consider]

    assert names(41) == []
    assert names(42) == [("imaging", False)]
    assert names(84) == [("imaging", False), ("surgery", False)]
    assert names(85) == [("imaging", True), ("surgery", False)]
    assert names(85, escalated("x1", 50, "raised")) == [("surgery", False)]
