"""Care that a clinician ended: nothing is planned or proposed, danger still stops, and only a clinician reopens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mortise.episode import Story, decision_record, replay, story
from mortise.episode.discharges import discharge_of
from mortise.record import Discharge, Fact, Judgement
from mortise.record.records import decode_record, encode
from mortise.terms import Advice, Load, Origin
from tests import builders as b

CONTENT = b.SmallContent()


def ended(n: int = 11, **changes: Any) -> Discharge:
    """Return Ada's discharge."""
    given: dict[str, Any] = {
        "id": "end", "on": b.day(n), "origin": Origin.CLINICIAN, "by": b.ADA, "outcome": "goals_reached",
        "reason": "Walks as before.",
    }  # fmt: skip
    return Discharge(**(given | changes))


def reopened(n: int = 12, **changes: Any) -> Judgement:
    """Return Ada's reopening."""
    given: dict[str, Any] = {
        "id": "again", "on": b.day(n), "origin": Origin.CLINICIAN, "by": b.ADA, "judgement": "reopen",
        "reason": "It hurts again.", "about": "end",
    }  # fmt: skip
    return Judgement(**(given | changes))


def told(*facts: Fact, n: int = 12) -> Story:
    return story(
        b.record(*b.ready_to_advance(), b.session("s", 11), b.morning("m", 12), *facts), CONTENT, b.day(n)
    )


def test_nothing_is_planned_asked_or_proposed_after_a_discharge() -> None:
    before, after = told(), told(ended())
    assert (before.decision.advice, before.decision.load) == (Advice.ADVANCE, Load.RAISE)
    assert before.session.exercises
    assert (after.decision.advice, after.decision.load, after.decision.next_stage) == (
        Advice.HOLD,
        Load.REST,
        None,
    )
    assert after.session.exercises == ()
    assert "programme has ended" in after.session.why_patient
    assert {one.constraint for one in after.session.left_out} == {"care.discharged"}
    assert after.due == ()
    assert after.tasks == ()
    assert after.gate_forecast is None
    assert "care.discharged" in after.decision.reasons


def test_a_red_flag_that_is_told_later_stops_all_the_same() -> None:
    flag = b.check_in("late", 12, {"red_calf": b.D(1)})
    decision = told(ended(), flag).decision
    assert decision.advice is Advice.STOP_AND_SEEK_HELP
    assert decision.is_locked


def test_no_overrule_plans_for_somebody_discharged() -> None:
    record = b.record(*b.ready_to_advance(), ended())
    stored = decision_record(record, CONTENT, b.day(12))
    chosen = b.response("y", 12, stored.id, Advice.ADVANCE, load=Load.RAISE)
    after = told(ended(), stored, chosen)
    assert (after.decision.advice, after.decision.load) == (Advice.HOLD, Load.REST)
    assert after.session.exercises == ()


@pytest.mark.parametrize(
    "fact",
    [
        ended(origin=Origin.PATIENT, by=b.BEN),
        ended(origin=Origin.ENGINE, by="engine"),
        ended(by=""),
    ],
)
def test_only_a_named_clinician_ends_care(fact: Discharge) -> None:
    assert discharge_of([fact]) is None


def test_a_clinician_reopens_and_nobody_else_does() -> None:
    assert told(ended(), reopened()).discharge is None
    assert told(ended(), reopened()).session.exercises
    assert told(ended(), reopened(reason=" ")).discharge is not None
    assert told(ended(), reopened(origin=Origin.PATIENT)).discharge is not None
    assert told(ended(), reopened(by="")).discharge is not None
    assert told(ended(), reopened(judgement="acknowledge")).discharge is not None
    assert told(ended(), reopened(n=10)).discharge is not None
    assert told(ended(), reopened(), ended(12, id="end2", captured_at=b.noon(12))).discharge is not None


def test_on_one_day_the_instants_tell_which_came_last_and_without_them_it_stays_ended() -> None:
    at, later = b.noon(11), b.noon(11) + timedelta(minutes=5)
    assert discharge_of([ended(captured_at=at), reopened(11, captured_at=later)]) is None
    assert discharge_of([ended(captured_at=later), reopened(11, captured_at=at)]) is not None
    assert discharge_of([ended(), reopened(11)]) is not None


def test_a_discharge_never_rewrites_the_days_before_it_and_goes_through_a_file() -> None:
    record = b.record(*b.ready_to_advance(), ended())
    assert (
        story(record, CONTENT, b.day(10)).decision
        == story(b.record(*b.ready_to_advance()), CONTENT, b.day(10)).decision
    )
    again = decode_record(encode(record))
    assert again == record
    stored = decision_record(again, CONTENT, b.day(12))
    assert replay(b.record(*again.facts, stored), CONTENT) == ()
