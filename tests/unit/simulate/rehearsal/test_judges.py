"""The judge finds every kind of violation that is planted, and holds nothing against the engine as it ships."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from mortise.catalog import load
from mortise.episode import Diary
from mortise.protocol import Circumstances, Protocol, Tag
from mortise.record import CheckIn, Episode, Fact, Judgement, Person, PlannedExercise
from mortise.simulate.rehearsal.cohorts import COHORTS, cohort
from mortise.simulate.rehearsal.courses import OPENED_ON, Life, Who, run
from mortise.simulate.rehearsal.engines import Day, Engine
from mortise.simulate.rehearsal.judges import Judge, flags_of
from mortise.simulate.rehearsal.policies import Policy, policy
from mortise.terms import Advice, Origin

CONTENT = load()
RELEASED = policy("released")
PROTOCOL = RELEASED.protocol("anterior-impingement")
IMPACT = next(one for one in CONTENT.exercises.values() if Tag.IMPACT in one.tags)
GENTLE = next(one for one in CONTENT.exercises.values() if set(one.tags) == {Tag.OPEN_CHAIN})
CALM = dict.fromkeys(PROTOCOL.check_in, Decimal(0))


def judge(age: int = 40, ruled_out: frozenset[str] = frozenset()) -> Judge:
    return Judge(PROTOCOL, CONTENT.measures, CONTENT.exercises, age=age, without_tags=ruled_out)


def answered(day: int, **answers: int) -> CheckIn:
    said: dict[str, Decimal | None] = {**CALM, **{name: Decimal(value) for name, value in answers.items()}}
    return CheckIn(id=f"c{day}", on=OPENED_ON + timedelta(days=day), origin=Origin.PATIENT, moment="before_session",
                   answers=said)  # fmt: skip


def day_with(day: int, *exercises: str, stage: str = "A4", step: int = 0, n_contacts: int = 0) -> Day:
    """Return what an engine would say that had lost its mind: these exercises, whatever it knows."""
    on = OPENED_ON + timedelta(days=day)
    said = Engine(*_somebody(), RELEASED).day(on)
    assert said.session is not None
    planned = tuple(_planned(name, step) for name in exercises)
    return said._replace(session=replace(said.session, stage=stage, exercises=planned, n_contacts=n_contacts))


def _somebody() -> tuple[Person, Episode]:
    life = Life(Who(cohort("honest"), PROTOCOL.id, 1), RELEASED, PROTOCOL)
    return life.person, life.episode


def _planned(name: str, step: int) -> PlannedExercise:
    dose = CONTENT.exercises[name].dose_steps[0]
    return PlannedExercise(exercise=name, name=name, purpose="jumping", dose_step=step, dose=dose, usual_step=0,
                           n_sides=1, seconds=Decimal(60), why="", why_patient="")  # fmt: skip


def kinds(one: Judge, said: Day) -> set[str]:
    return {found.kind for found in one.judge(said)}


def test_a_calm_day_with_impact_in_the_impact_stage_is_fine() -> None:
    one = judge()
    one.hear([answered(3)])
    assert kinds(one, day_with(3, IMPACT.id)) == set()


@pytest.mark.parametrize(
    "answers",
    [{"pain_now_nrs": 4}, {"swelling_self": 2}, {"warmth_self": 1}, {"sharp_pain_flag": 1}],
    ids=str,
)
def test_impact_on_a_day_with_a_told_flag_is_found(answers: dict[str, int]) -> None:
    one = judge()
    one.hear([answered(3, **answers)])
    assert kinds(one, day_with(3, IMPACT.id)) == {"impact_while_flagged", "contraindicated"}


def test_impact_without_a_check_in_is_found_and_gentle_work_is_not() -> None:
    one = judge()
    one.hear([answered(0)])
    assert kinds(one, day_with(3, IMPACT.id)) == {"impact_while_flagged"}
    assert kinds(one, day_with(3, GENTLE.id)) == set()


def test_a_flag_told_by_a_phone_with_a_wrong_date_counts_against_impact() -> None:
    one = judge()
    one.hear([answered(3), answered(4, pain_now_nrs=7)])  # the second claims tomorrow and was sent today
    assert "impact_while_flagged" in kinds(one, day_with(3, IMPACT.id))


def test_any_work_while_a_red_flag_is_open_is_found_until_a_clinician_resumes() -> None:
    one = judge()
    one.hear([answered(3, red_calf=1)])
    assert "work_while_locked" in kinds(one, day_with(3, GENTLE.id))
    one.hear([answered(4)])
    assert kinds(one, day_with(4, GENTLE.id)) == {"work_while_locked"}
    resumed = Judgement(id="j", on=OPENED_ON + timedelta(days=4), origin=Origin.CLINICIAN, by="ada",
                        judgement="resume", reason="seen")  # fmt: skip
    one.hear([resumed, answered(5)])
    assert kinds(one, day_with(5, GENTLE.id)) == set()


def test_loaded_work_on_a_day_of_rest_is_found() -> None:
    loaded = next(one for one in CONTENT.exercises.values() if Tag.LOADED_CALF in one.tags)
    one = judge()
    one.hear([answered(3, pain_now_nrs=6)])
    assert "contraindicated" in kinds(one, day_with(3, loaded.id))
    one.hear([answered(4, pain_now_nrs=6)])
    assert kinds(one, day_with(4, GENTLE.id)) == set()


def test_what_stage_and_clinician_rule_out_is_found() -> None:
    one = judge()
    one.hear([answered(3)])
    assert kinds(one, day_with(3, IMPACT.id, stage="A1")) == {"contraindicated"}
    ruled = judge(ruled_out=frozenset({"impact"}))
    ruled.hear([answered(3)])
    assert kinds(ruled, day_with(3, IMPACT.id)) == {"contraindicated"}


def test_a_toe_catch_withholds_unsupported_work_for_its_whole_week() -> None:
    bare = next(
        one
        for one in CONTENT.exercises.values()
        if Tag.UNSUPPORTED in one.tags and Tag.IMPACT not in one.tags
    )
    one = judge()
    one.hear([answered(3, fall_or_catch_flag=1), answered(9), answered(10)])
    assert kinds(one, day_with(9, bare.id)) == {"contraindicated"}
    assert kinds(one, day_with(10, bare.id)) == set()


def test_a_dose_raised_by_two_steps_or_too_many_contacts_is_found() -> None:
    one = judge()
    one.hear([answered(3)])
    assert kinds(one, day_with(3, GENTLE.id, step=2)) == {"dose"}
    assert kinds(one, day_with(3, GENTLE.id, n_contacts=141)) == {"dose"}
    assert kinds(judge(), day_with(3, GENTLE.id, n_contacts=100)) == set()
    assert kinds(judge(age=70), day_with(3, GENTLE.id, n_contacts=100)) == {"dose"}


def test_an_advance_that_rests_on_nothing_told_is_found() -> None:
    one = judge()
    said = day_with(3)
    advance = replace(said.folded.decision, advice=Advice.ADVANCE, next_stage="A2")
    assert kinds(one, said._replace(folded=said.folded._replace(decision=advance))) == {"advance_on_unknown"}


def test_the_judge_reads_every_daily_rule_of_every_protocol() -> None:
    for protocol_id in RELEASED.protocol_ids:
        protocol = RELEASED.protocol(protocol_id)
        found = flags_of(protocol)
        assert {one.measure for one in found if one.locks} == set(protocol.red_flags)
        assert {"pain_now_nrs", "swelling_self", "warmth_self", "sharp_pain_flag"} <= {
            one.measure for one in found
        }


# ---------------------------------------------------------------- planted policies


def blind(protocol: Protocol) -> Protocol:
    """Lose every rule but those that lock."""
    return replace(protocol, rules=tuple(rule for rule in protocol.rules if rule.locks))


def reckless(protocol: Protocol) -> Protocol:
    """Offer the last stage's exercises in every stage, and withhold nothing by stage."""
    slots = protocol.stages[-1].slots
    return replace(
        protocol, stages=tuple(replace(stage, slots=slots, without_tags=()) for stage in protocol.stages)
    )


@pytest.mark.parametrize(
    ("change", "kind"),
    [(blind, "impact_while_flagged"), (blind, "contraindicated"), (reckless, "contraindicated")],
    ids=["blind-impact", "blind", "reckless"],
)
def test_a_planted_unsafe_policy_is_caught(change: Callable[[Protocol], Protocol], kind: str) -> None:
    planted = Policy("planted", CONTENT, change)
    stages = ("A4", "A5") if kind == "impact_while_flagged" else ("A1", "A2")
    found: Counter[str] = Counter()
    for seed in range(40):
        who = Who(cohort("over-reporter"), PROTOCOL.id, seed, n_days=12, any_stage=True)
        life = Life(who, planted, PROTOCOL)
        for day in range(who.n_days if life.stage in stages else 0):
            found.update(one.kind for one in life.live(day)[2])
            if found[kind]:
                return
    raise AssertionError(f"not caught: {found}")


@pytest.mark.parametrize("protocol_id", RELEASED.protocol_ids)
def test_the_engine_as_it_ships_does_nothing_of_this(protocol_id: str) -> None:
    for seed, one in enumerate(COHORTS):
        who = Who(one, protocol_id, 100 + seed, n_days=14, any_stage=True)
        assert run(who, RELEASED, RELEASED.protocol(protocol_id)).violations == (), one.id


# ---------------------------------------------------------------- the engine in the loop is the real one


@pytest.mark.parametrize("cohort_id", ["over-reporter", "re-injury"])
def test_the_loop_decides_what_the_diary_of_a_clinic_decides(cohort_id: str) -> None:
    """The loop keeps only receipts that step back; a diary that keeps them all comes to the same decisions."""
    who = Who(cohort(cohort_id), PROTOCOL.id, 5, n_days=60, any_stage=True)
    life = Life(who, RELEASED, PROTOCOL)
    life.body.traits = life.body.traits._replace(accident_on=20)  # early, so that the test stays short
    diary = Diary(life.person, life.episode, RELEASED)
    take = life.engine.take

    def take_both(facts: Iterable[Fact]) -> None:
        found = list(facts)
        diary.take(found)
        take(found)

    life.engine.take = take_both  # type: ignore[method-assign]
    decide, n_back = life.engine.day, 0

    def decide_both(on: date, circumstances: Circumstances, *, asks: bool = True) -> Day:
        said = decide(on, circumstances, asks=asks)
        assert diary.decide(on).decision == said.folded.decision
        return said

    life.engine.day = decide_both  # type: ignore[method-assign]
    for day in range(who.n_days):
        said, _, _ = life.live(day)
        n_back += said.folded.decision.steps_back_to is not None
    assert n_back
