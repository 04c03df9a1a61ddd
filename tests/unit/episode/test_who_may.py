"""Who may loosen: what only a clinician can do, no phone, sensor, engine or chain of corrections does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from msgspec.structs import replace

from mortise.episode import decision_record, replay, story
from mortise.errors import InputError
from mortise.record import DecisionRecord, Fact, PlanVersion
from mortise.terms import Advice, Cause, Origin, Truth
from tests import builders as b
from tests.unit.episode.test_stories import CONTENT, finding, told

NOT_CLINICIANS = (Origin.PATIENT, Origin.RECORDING, Origin.ENGINE)
FLAG = b.check_in("flag", 11, {"red_calf": b.D(1)})


# ---------------------------------------------------------------- corrections


def test_a_red_flag_is_withdrawn_by_a_clinicians_correction() -> None:
    assert told(*b.ready_to_advance(), FLAG).is_locked
    assert not told(*b.ready_to_advance(), FLAG, b.correction("x", 11, "flag")).is_locked


@pytest.mark.parametrize("origin", NOT_CLINICIANS)
def test_nobody_but_a_clinician_withdraws_a_red_flag(origin: Origin) -> None:
    own = replace(b.correction("x", 11, "flag"), origin=origin, by=b.BEN)
    assert told(*b.ready_to_advance(), FLAG, own).is_locked


def test_a_patients_correction_of_a_correction_changes_nothing() -> None:
    own = replace(b.correction("y", 12, "x"), origin=Origin.PATIENT, by=b.BEN)
    facts = [*b.ready_to_advance(), b.tug("slow", 12, 20), b.correction("x", 12, "slow"), own]
    assert told(*facts).decision.advice is Advice.ADVANCE


def test_a_chain_of_thousands_of_corrections_is_followed_to_its_end() -> None:
    chain = [b.correction(f"k{n}", 11, f"k{n - 1}" if n else "flag") for n in range(5000)]
    assert told(*b.ready_to_advance(), FLAG, *chain).is_locked
    assert not told(*b.ready_to_advance(), FLAG, *chain[:-1]).is_locked


def test_corrections_in_a_circle_withdraw_nothing_in_whatever_order_they_came() -> None:
    ring = [b.correction("r1", 11, "r2"), b.correction("r2", 11, "r1")]
    other = b.correction("r3", 11, "r1")
    for order in permutations([FLAG, *ring, b.correction("r4", 11, "r4")], 4):
        assert told(*b.ready_to_advance(), *order).is_locked
        whole = told(*b.ready_to_advance(), *order, other)
        assert whole.is_locked
        assert "r1" not in {fact.id for fact in whole.facts}
        assert "r2" in {fact.id for fact in whole.facts}


# ---------------------------------------------------------------- stages, overrules, plans


@pytest.mark.parametrize("origin", NOT_CLINICIANS)
def test_nobody_but_a_clinician_enters_a_harder_stage(origin: Origin) -> None:
    assert told(b.entry("e", 3, "S2", origin=origin)).stage == "S1"
    assert told(b.entry("e", 3, "S2"), b.entry("f", 5, "S3", origin=origin)).stage == "S2"


@pytest.mark.parametrize("origin", NOT_CLINICIANS)
def test_an_easier_stage_holds_whoever_entered_it(origin: Origin) -> None:
    assert told(b.entry("e", 3, "S3"), b.entry("f", 5, "S2", origin=origin)).stage == "S2"


def stepped_back(n: int, to: str) -> DecisionRecord:
    """Return a stored decision that goes to `to` at once."""
    made = decision_record(b.record(b.check_in("c", n)), CONTENT, b.day(n))
    decision = replace(made.decision, advice=Advice.STEP_BACK, next_stage=to)
    return replace(made, id=f"back-{n}", decision=decision)


def test_a_stored_step_back_never_moves_up() -> None:
    assert told(b.entry("e", 3, "S1"), stepped_back(5, "S2")).stage == "S1"
    assert told(stepped_back(5, "S3")).stage == "S1"
    assert told(b.entry("e", 3, "S3"), stepped_back(5, "S2")).stage == "S2"


def test_a_stored_decision_moved_to_another_day_is_noticed_by_replay() -> None:
    facts = b.ready_to_advance()
    made = decision_record(b.record(*facts), CONTENT, b.day(12))
    assert replay(b.record(*facts, made), CONTENT) == ()
    moved = replace(made, on=b.day(3))
    assert [one.what for one in replay(b.record(*facts, moved), CONTENT)] == ["on"]


@pytest.mark.parametrize("origin", NOT_CLINICIANS)
def test_nobody_but_a_clinician_overrules(origin: Origin) -> None:
    facts: list[Fact] = [b.check_in("c", 11)]
    made = decision_record(b.record(*facts), CONTENT, b.day(11))
    facts += [made, b.response("o", 11, made.id, Advice.ADVANCE, origin=origin)]
    assert told(*facts, n=11).decision.advice is not Advice.ADVANCE
    back = stepped_back(5, "S2")
    undone = b.response("o", 6, back.id, Advice.HOLD, origin=origin)
    assert told(b.entry("e", 3, "S3"), back, undone).stage == "S2"


@pytest.mark.parametrize("origin", NOT_CLINICIANS)
def test_nobody_but_a_clinician_sets_a_plan(origin: Origin) -> None:
    plan = PlanVersion(
        id="p", on=b.day(1), origin=origin, by=b.BEN, reason="easier", protocol=b.PROTOCOL_ID, protocol_version="1",
        protocol_hash="", figures={"exit.tug": b.D(60)}, dose_steps={"circle": 2},
    )  # fmt: skip
    made = told(*b.ready_to_advance(), b.tug("slow", 12, 20), plan)
    assert made.plan is None
    assert made.decision.advice is Advice.HOLD
    assert made.dose_states["circle"].step == 0


# ---------------------------------------------------------------- clinic tests


def test_a_patient_cannot_say_that_a_reading_was_taken_at_a_visit() -> None:
    at_home = b.tug("t", 12, origin=Origin.PATIENT, by=b.BEN)
    facts = [fact for fact in b.ready_to_advance() if fact.id != "t"]
    assert told(*facts, b.tug("t", 12)).decision.advice is Advice.ADVANCE
    assert told(*facts, at_home).decision.advice is Advice.HOLD


def test_a_check_in_from_home_does_not_answer_a_clinic_test() -> None:
    facts = [fact for fact in b.ready_to_advance() if fact.id != "t"]
    sure = b.check_in("sure", 12, {"tug_s": b.D(8)}, moment="self_test")
    decision = told(*facts, sure).decision
    assert decision.advice is Advice.HOLD
    assert finding(decision, "exit.tug").cause is Cause.MISSING


def test_a_test_that_must_be_on_record_from_a_visit_is_not_met_by_one_from_elsewhere() -> None:
    known = b.criterion(
        "exit.known", "tug_s", "known", None, max_age_days=28, needs_visit=True, domain="function"
    )
    first, *later = b.protocol().stages
    content = b.SmallContent(b.protocol(stages=(replace(first, exit=(known,)), *later)))
    calm = b.check_in("c", 12)
    at_visit, elsewhere = b.tug("t", 12), b.tug("t", 12, at_visit=False)
    assert finding(told(calm, at_visit, content=content).decision, "exit.known").truth is Truth.MET
    found = finding(told(calm, elsewhere, content=content).decision, "exit.known")
    assert (found.truth, found.cause) == (Truth.UNKNOWN, Cause.UNCONFIRMED)


# ---------------------------------------------------------------- mornings


def test_of_two_mornings_of_one_session_the_worse_one_lights_it() -> None:
    calm, sore = b.morning("m1", 6, 1, session="of-s"), b.morning("m2", 6, 7, session="of-s")
    for order in ((calm, sore), (sore, calm), (replace(calm, id="m3"), sore)):
        light = told(b.session("s", 5), *order).lights[0].light
        assert light is told(b.session("s", 5), sore).lights[0].light
        assert light is not told(b.session("s", 5), calm).lights[0].light


@pytest.mark.parametrize("n", [3, 5, 12])
def test_a_morning_long_before_or_after_lights_no_session(n: int) -> None:
    facts = [b.session("s", 5), b.morning("m", n, session="of-s")]
    assert told(*facts).lights[0].light is None


# ---------------------------------------------------------------- days at the ends of the calendar


@pytest.mark.parametrize("as_of", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused(as_of: str) -> None:
    day = date.fromisoformat(as_of)
    record = b.record(b.session("s", 5))
    opened = replace(record.episode, opened_on=min(day, record.episode.opened_on))
    with pytest.raises(InputError, match="day"):
        story(replace(record, episode=opened, facts=(replace(b.session("s", 5), on=day),)), CONTENT, day)


def test_pain_of_no_size_is_no_answer() -> None:
    assert told(b.check_in("c", 12, {"pain_now_nrs": Decimal("1e15")})).decision.advice is not Advice.ADVANCE


def test_a_resume_without_a_reason_opens_nothing() -> None:
    flagged = b.check_in("f", 3, {"red_calf": b.D(1)})
    for reason, is_locked in (("", True), ("  ", True), ("Examined, nothing found.", False)):
        record = b.record(flagged, b.resume("r", 5, reason=reason))
        assert story(record, b.SmallContent(), b.day(6)).is_locked is is_locked
