"""What a story makes of facts: corrections, clocks, stages, lights, visits, due lists, counters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from mortise.episode import Story, story
from mortise.episode.due import load_counters
from mortise.errors import InputError
from mortise.protocol import Checkpoint, DoseStep, Light, Review, Tag
from mortise.record import Decision, Fact, Finding, Goal, PatientRecord, PlanVersion
from mortise.terms import Advice, Cause, Context, Limb, Load, Origin, Side, Strength, Truth
from tests import builders as b

CONTENT = b.SmallContent()


def told(*facts: Fact, n: int = 12, content: b.SmallContent = CONTENT, **of: Any) -> Story:
    return story(b.record(*facts, **of), content, b.day(n))


def finding(decision: Decision, criterion: str) -> Finding:
    return next(one for one in decision.findings if one.criterion == criterion)


# ---------------------------------------------------------------- facts


def test_a_corrected_reading_no_longer_counts() -> None:
    facts = [*b.ready_to_advance(), b.tug("slow", 12, 20)]
    assert told(*facts).decision.advice is Advice.HOLD
    assert told(*facts, b.correction("x", 12, "slow")).decision.advice is Advice.ADVANCE


def test_a_correction_that_is_itself_corrected_withdraws_nothing() -> None:
    facts = [
        *b.ready_to_advance(),
        b.tug("slow", 12, 20),
        b.correction("x", 12, "slow"),
        b.correction("y", 12, "x"),
    ]
    assert told(*facts).decision.advice is Advice.HOLD


def test_a_correction_of_tomorrow_changes_nothing_today() -> None:
    facts = [*b.ready_to_advance(), b.tug("slow", 12, 20), b.correction("x", 13, "slow")]
    assert told(*facts).decision.advice is Advice.HOLD
    assert finding(told(*facts, n=13).decision, "exit.tug").truth is Truth.MET


def test_facts_of_later_days_are_not_used() -> None:
    later = [b.check_in("late", 14, {"red_calf": b.D(1)}), b.tug("slow", 13, 20)]
    assert told(*b.ready_to_advance(), *later).decision == told(*b.ready_to_advance()).decision


def test_a_reading_that_is_there_and_claims_to_be_later_is_unknown_and_says_so() -> None:
    ahead = b.tug("ahead", 14, 8, received_at=b.noon(12))
    decision = told(*b.ready_to_advance(), ahead).decision
    found = finding(decision, "exit.tug")
    assert (found.truth, found.cause) == (Truth.UNKNOWN, Cause.FUTURE_DATED)
    assert decision.advice is Advice.HOLD


def test_a_wrong_clock_does_not_hide_a_red_flag() -> None:
    ahead = b.check_in("ahead", 13, {"red_calf": b.D(1)}, received_at=b.noon(12))
    assert told(*b.ready_to_advance(), ahead).is_locked


def test_readings_taken_tired_or_after_treatment_are_shown_and_not_counted() -> None:
    aside = [
        b.reading("tired", 12, value="2", context=Context.TIRED),
        b.reading("after", 12, value="15", context=Context.AFTER_TREATMENT),
    ]
    made = told(*b.ready_to_advance(), *aside)
    assert made.decision.advice is Advice.ADVANCE
    shown = next(one for one in made.series if one.measure == "lunge_cm")
    assert [point.value for point in shown.aside] == [Decimal(15), Decimal(2)]
    assert all(point.value == Decimal("7.5") for point in shown.points)


def test_a_day_before_the_episode_is_refused() -> None:
    with pytest.raises(InputError):
        told(n=-1)


# ---------------------------------------------------------------- stages


def test_the_first_stage_is_entered_when_the_episode_opens() -> None:
    made = told()
    assert (made.stage, made.entered_on) == ("S1", b.DAY0)


def test_an_entry_moves_and_an_unknown_stage_is_one_clear_error() -> None:
    assert told(b.entry("e", 5)).stage == "S2"
    with pytest.raises(InputError, match="no such stage") as error:
        told(b.entry("e", 5, "S9"))
    assert "fact e" in str(error.value)


def test_of_two_entries_of_one_day_without_instants_the_easier_stage_holds() -> None:
    assert told(b.entry("a", 5, "S2"), b.entry("b", 5, "S1")).stage == "S1"
    assert told(b.entry("b", 5, "S1"), b.entry("a", 5, "S2")).stage == "S1"
    first, second = b.entry("a", 5, "S1", captured_at=b.noon(5)), b.entry("b", 5, "S2", captured_at=b.noon(6))
    assert told(second, first).stage == "S2"


def test_the_shortest_stay_holds_whatever_is_met() -> None:
    facts = [*b.ready_to_advance(), b.entry("e", 8)]
    decision = told(*facts).decision
    assert decision.advice is Advice.HOLD
    stay = next(one for one in decision.nearest_misses if one.needs == "wait")
    assert stay.earliest_on == b.day(15)
    assert told(*facts, b.check_in("c15", 15), b.check_in("c14", 14), n=15).decision.advice is Advice.ADVANCE


def test_readings_from_before_a_step_back_do_not_open_the_gate_again() -> None:
    calm = [b.check_in(f"c{n}", n) for n in range(31)]
    ranges = [b.reading(f"l{n}", n, value="7.5") for n in (0, 6, 12, 19)]
    facts = [*calm, *ranges, b.tug("t", 19), b.entry("e2", 13), b.entry("e1", 20, "S1")]
    found = finding(told(*facts, n=28).decision, "exit.lunge")
    assert (found.truth, found.cause) == (Truth.UNKNOWN, Cause.STALE)
    again = [b.reading("l23", 23, value="7.5"), b.reading("l28", 28, value="7.5"), b.tug("t28", 28)]
    assert told(*facts, *again, n=28).decision.advice is Advice.ADVANCE


def test_the_last_stage_never_advances() -> None:
    assert told(*b.ready_to_advance(), b.entry("e", 0, "S3")).decision.advice is Advice.HOLD


# ---------------------------------------------------------------- bounds


def test_a_clinic_sets_a_bound_within_what_is_allowed_and_outside_only_with_a_reason() -> None:
    exits = (
        b.criterion("exit.tug", "tug_s", "<=", 12, max_age_days=28, unit="s", allowed=(b.D(10), b.D(14))),
    )
    content = b.SmallContent(b.protocol(stages=(b.stage(1, exits), b.stage(2, ()))))

    def bound(figure: str, **changes: Any) -> Decimal | None:
        plan = PlanVersion(
            **{"id": "p", "on": b.DAY0, "origin": Origin.CLINICIAN, "protocol": "small", "protocol_version": "1",
               "protocol_hash": "x", "figures": {"exit.tug": Decimal(figure)}, **changes}
        )  # fmt: skip
        found = finding(told(b.tug("t", 12), plan, content=content).decision, "exit.tug")
        assert found.strength is Strength.CONSENSUS
        return found.bound

    assert bound("13.5") == Decimal("13.5")
    assert bound("20") == Decimal(12)
    assert bound("20", by=b.ADA, reason="Known vertigo, seen by the physician.") == Decimal(20)


def test_with_both_ankles_affected_a_symmetry_criterion_becomes_the_band() -> None:
    exits = (
        b.criterion(
            "exit.sides", "lunge_side_difference_cm", "<=", 2, max_age_days=28, unit="cm", domain="range"
        ),
    )
    content = b.SmallContent(b.protocol(stages=(b.stage(1, exits), b.stage(2, ()))))
    both = [b.reading("l", 12, value="7"), b.reading("r", 12, value="7", side=Side.RIGHT)]
    one_sided = finding(told(*both, content=content).decision, "exit.sides")
    assert (one_sided.truth, one_sided.value) == (Truth.MET, Decimal("0.0"))
    two_sided = finding(told(*both, content=content, is_bilateral=True).decision, "exit.sides")
    assert (two_sided.truth, two_sided.measure, two_sided.bound) == (Truth.NOT_MET, "lunge_cm", Decimal(8))
    old = finding(told(*both, content=content, is_bilateral=True, birth_year=1950).decision, "exit.sides")
    assert (old.truth, old.bound) == (Truth.MET, Decimal(6))
    nobody = finding(
        told(*both, content=content, is_bilateral=True, sex=b.Sex.UNSPECIFIED).decision, "exit.sides"
    )
    assert (nobody.truth, nobody.cause) == (Truth.UNKNOWN, Cause.MISSING)


# ---------------------------------------------------------------- freshness by the calendar of visits


def test_a_clinic_test_stays_fresh_to_the_next_planned_visit_and_a_week() -> None:
    calm = [b.check_in(f"c{n}", n) for n in range(60)]
    planned = b.visit("v", 12, 45)

    def truth(n: int, *more: Fact) -> Truth:
        return finding(told(*calm, b.tug("t", 12), *more, n=n).decision, "exit.tug").truth

    assert truth(40) is Truth.MET  # 28 days
    assert truth(41) is Truth.UNKNOWN
    assert truth(52, planned) is Truth.MET
    assert truth(53, planned) is Truth.UNKNOWN
    assert truth(52, planned, b.correction("x", 13, "v")) is Truth.UNKNOWN


# ---------------------------------------------------------------- lights


def light(*facts: Fact, n: int = 12) -> tuple[Light | None, bool]:
    found = told(*facts, n=n).lights[-1]
    return found.light, found.is_pending


def test_a_session_waits_for_its_morning_unless_it_is_already_too_much() -> None:
    assert light(b.session("s", 12, 1)) == (None, True)
    assert light(b.session("s", 12, 7)) == (Light.RED, False)
    assert light(b.session("s", 12, 1), b.morning("m", 13, 1), n=13) == (Light.GREEN, False)
    assert light(b.session("s", 12, 4), b.morning("m", 13, 1), n=13) == (Light.GREEN_AMBER, False)
    assert light(b.session("s", 12, 1), b.morning("m", 13, 6), n=13) == (Light.AMBER, False)
    assert light(b.session("s", 10, 1)) == (None, False)


def test_a_morning_belongs_to_the_session_it_names() -> None:
    late = b.morning("m", 14, 1, session="of-s")
    assert light(b.session("s", 12, 1), late, n=14) == (Light.GREEN, False)


def test_pain_told_for_one_exercise_counts_for_the_session() -> None:
    item = b.ExerciseLog(exercise="circle", dose_step=0, outcome="done", pain_nrs=b.D(8))
    assert light(b.session("s", 12, 1, items=(item,))) == (Light.RED, False)


def test_a_late_or_overdone_session_says_so() -> None:
    late = b.session("s", 5, logged_on=b.day(9))
    over = b.session(
        "o", 10, items=(b.ExerciseLog(exercise="circle", dose_step=0, outcome="done", n_reps=99),)
    )
    first, second = told(late, over).lights
    assert first.is_late
    assert not second.is_within_dose
    assert not second.is_late


def test_a_gain_in_range_that_comes_with_aggravation_is_not_a_gain() -> None:
    facts = b.ready_to_advance()
    sore = [b.session("s", 12, 1, answers={"pain_during_nrs": b.D(1), "giving_way_flag": b.D(1)})]
    found = finding(told(*facts, *sore).decision, "exit.lunge")
    assert (found.truth, found.cause) == (Truth.MET, None)  # days 0 and 6 still agree
    only = [fact for fact in facts if fact.id not in ("l0",)]
    found = finding(told(*only, *sore).decision, "exit.lunge")
    assert (found.truth, found.cause) == (Truth.UNKNOWN, Cause.UNCONFIRMED)


# ---------------------------------------------------------------- what a page shows


def test_practice_readings_are_shown_apart_and_are_no_baseline() -> None:
    practised = replace(b.measures()["lunge_cm"], n_practice_sessions=2)
    content = b.SmallContent(lunge_cm=practised)
    readings = [b.reading(f"l{n}", n, value=str(value)) for n, value in ((0, 3), (2, 5), (5, 6), (12, 6))]
    made = next(one for one in told(*readings, content=content).series if one.measure == "lunge_cm")
    assert [point.value for point in made.practice] == [Decimal(3), Decimal(5)]
    assert made.change is not None
    assert made.change.since_baseline == Decimal(0)
    assert made.level[0].low < made.level[0].value < made.level[0].high


@pytest.mark.parametrize("other", [{"instrument": "tape_home"}, {"rater": b.BEN}])
def test_a_new_instrument_or_another_rater_starts_a_new_series(other: dict[str, str]) -> None:
    values = ("3", "4", "9")
    readings = [
        b.reading(f"l{k}", 6 * k, value=value, **(other if k == 2 else {})) for k, value in enumerate(values)
    ]
    made = [one for one in told(*readings).series if one.measure == "lunge_cm"]
    assert [[point.value for point in one.points] for one in made] == [[Decimal(9)], [Decimal(3), Decimal(4)]]
    assert made[0].change is not None
    assert made[0].change.since_baseline is None  # 9 is no gain: it begins a series of its own


def test_what_is_due_names_date_place_and_reason() -> None:
    reviews = (
        Review(measure="tug_s", every_days=14, stages=("S1",), at_visit=True),
        Review(measure="lunge_cm", every_days=7, stages=("S1",), at_visit=False),
        Review(measure="effort_nrs", every_days=7, stages=("S2",), at_visit=False),
    )
    content = b.SmallContent(b.protocol(reviews=reviews))
    due = {one.measure: one for one in told(b.tug("t", 2), b.check_in("c", 12), content=content).due}
    assert (due["tug_s"].due_on, due["tug_s"].where, due["tug_s"].is_overdue) == (b.day(16), "visit", False)
    assert (due["lunge_cm"].due_on, due["lunge_cm"].is_overdue) == (b.day(12), False)
    assert "effort_nrs" not in due


def test_a_date_of_re_evaluation_comes_due_once_and_is_settled_by_a_test_of_that_week() -> None:
    def dates(*facts: Fact) -> dict[str, Any]:
        found = told(*facts, b.check_in("c", 12), content=content).due
        return {one.measure: one.due_on for one in found if one.why == "checkpoint"}

    point: dict[str, Any] = {"ask": "Better?", "evidence": ("ESC-06",), "strength": Strength.CONSENSUS}
    checkpoints = (
        Checkpoint(after_days=7, measures=("lunge_cm",), **point),
        Checkpoint(after_days=28, measures=("tug_s", "lunge_cm"), **point),
        Checkpoint(after_days=84, measures=("tug_s",), **point),
    )
    stages = (b.stage(1, ()), b.stage(2, b.exits()), b.stage(3, ()))
    content = b.SmallContent(b.protocol(reviews=(), checkpoints=checkpoints, stages=stages))
    plan = PlanVersion(
        id="p", on=b.day(0), origin=Origin.CLINICIAN, by=b.ADA, protocol=b.PROTOCOL_ID, protocol_version="1",
        protocol_hash=content.protocol_hash(b.PROTOCOL_ID),
    )  # fmt: skip
    assert dates(plan) == {"lunge_cm": b.day(7), "tug_s": b.day(28)}
    assert dates(plan, b.reading("r", 2)) == {"lunge_cm": b.day(28), "tug_s": b.day(28)}
    assert dates() == {}  # nothing counts before there is a plan


def test_counters_hold_seven_days_and_leave_out_what_was_skipped() -> None:
    done = b.ExerciseLog(exercise="wall", dose_step=0, outcome="done")
    skipped = b.ExerciseLog(exercise="wall", dose_step=0, outcome="skipped")
    sessions = [b.session(f"s{n}", n, items=(done, skipped)) for n in (5, 6, 12)]
    counted = told(*sessions).load_counters
    assert counted.end_range_dorsiflexion_min == Decimal("0.8")  # two sessions of 2 sets of 6 holds of 2 s
    assert (counted.from_on, counted.until_on) == (b.day(6), b.day(12))


def test_counters_hold_contacts_as_landed_and_tell_running_from_walking() -> None:
    jumps = replace(
        b.SmallContent().exercises["wall"], id="jumps", tags=(Tag.CLOSED_CHAIN, Tag.IMPACT),
        dose_steps=(DoseStep(n_sets=3, n_reps=10, up_s=Decimal(1), n_contacts=30),),
    )  # fmt: skip
    rounds = replace(
        jumps, id="rounds", tags=(Tag.CLOSED_CHAIN, Tag.IMPACT, Tag.RUNNING),
        dose_steps=(DoseStep(n_sets=4, duration_s=Decimal(300), run_s=Decimal(180)),),
    )  # fmt: skip
    walk = replace(
        jumps, id="walk", tags=(Tag.CLOSED_CHAIN, Tag.WALKING),
        dose_steps=(DoseStep(n_sets=1, duration_s=Decimal(600)),),
    )  # fmt: skip
    library = {one.id: one for one in (jumps, rounds, walk)}
    items = (
        b.ExerciseLog(exercise="jumps", dose_step=0, outcome="modified", n_sets=2, n_reps=7),
        b.ExerciseLog(exercise="rounds", dose_step=0, outcome="modified", n_sets=3),
        b.ExerciseLog(exercise="walk", dose_step=0, outcome="done"),
    )
    counted = load_counters([b.session("s", 1, items=items)], library, b.day(2))
    assert counted.n_impact_contacts == 14
    assert counted.running_min == 9
    assert counted.walking_min == 6 + 10


def test_open_goals_stand_in_their_newest_words() -> None:
    def goal(id: str, n: int, **changes: Any) -> Goal:
        return Goal(**{"id": id, "on": b.day(n), "origin": Origin.PATIENT, "words": id, **changes})

    goals = told(
        goal("a", 0), goal("b", 3, replaces="a"), goal("c", 4), goal("d", 5, replaces="c", is_closed=True)
    ).goals
    assert [one.id for one in goals] == ["b"]


def test_adherence_is_the_share_of_what_was_planned() -> None:
    sessions = [b.session(f"s{n}", n) for n in range(0, 14, 2)]
    assert told(*sessions, n=13).adherence == Decimal(88)  # 7 of 8
    assert told(n=3).adherence is None


def test_silence_asks_the_clinician_and_an_answer_ends_it() -> None:
    assert told(n=6).decision.advice is Advice.HOLD
    assert told(n=7).decision.advice is Advice.ASK_CLINICIAN
    assert told(b.check_in("c", 7), n=7).decision.advice is Advice.HOLD


def test_zero_is_an_answer_and_not_asked_is_not() -> None:
    asked = told(b.check_in("c", 12, {"pain_now_nrs": b.D(0)}))
    left_out = b.check_in("c", 12)
    left_out = replace(left_out, answers={k: v for k, v in left_out.answers.items() if k != "pain_now_nrs"})
    assert finding(asked.decision, "pain.high.now").truth is Truth.NOT_MET
    assert finding(told(left_out).decision, "pain.high.now").cause is Cause.MISSING


def test_an_answer_to_what_nobody_knows_is_passed_over() -> None:
    odd = b.check_in("c", 12, {"from_a_newer_app": b.D(3)})
    assert told(odd).decision.advice is Advice.HOLD


def test_an_unknown_danger_withholds_impact_and_asks() -> None:
    decision = told(b.check_in("c", 12, {"swelling_self": None}), b.entry("e", 0, "S3")).decision
    unknown = next(one for one in decision.rules if one.truth is Truth.UNKNOWN)
    assert unknown.without_tags == ("impact",)
    assert "swelling_self" in decision.requests
    made = told(b.check_in("c", 12, {"swelling_self": None}), b.entry("e", 0, "S3"))
    assert "hop" not in [one.exercise for one in made.session.exercises]


def test_a_locked_day_has_no_exercises() -> None:
    made = told(b.check_in("c", 12, {"red_calf": b.D(1)}))
    assert made.session.exercises == ()
    assert made.decision.load is Load.REST
    assert "clot" in made.decision.escalations


def test_the_uninvolved_ankle_is_never_mistaken_for_the_treated_one() -> None:
    facts = [
        replace(fact, side=fact.side.opposite) if isinstance(fact, b.Reading) else fact
        for fact in b.ready_to_advance()
    ]
    found = finding(told(*facts).decision, "exit.lunge")
    assert (found.limb, found.truth, found.cause) == (Limb.INVOLVED, Truth.UNKNOWN, Cause.WRONG_SIDE)


def test_an_empty_record_holds() -> None:
    record: PatientRecord = b.record()
    decision = story(record, CONTENT, b.DAY0).decision
    assert decision.advice is Advice.HOLD
    assert all(one.truth is Truth.UNKNOWN for one in decision.findings)
