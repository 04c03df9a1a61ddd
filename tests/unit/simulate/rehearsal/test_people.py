"""Fictional patients: repeatable, each cohort different in its own way, every prior with its row."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from mortise.catalog import load
from mortise.record import CheckIn, Fact, Reading, SessionLog
from mortise.simulate.rehearsal import priors
from mortise.simulate.rehearsal.bodies import Body, Work, traits_of
from mortise.simulate.rehearsal.cohorts import COHORTS, cohort
from mortise.simulate.rehearsal.courses import OPENED_ON, Life, Who, run
from mortise.simulate.rehearsal.phones import Phone
from mortise.simulate.rehearsal.policies import policy
from mortise.simulate.rehearsal.tested import value_of
from mortise.terms import Better, Setting, Side

CONTENT = load()
RELEASED = policy("released")
PROTOCOL = RELEASED.protocol("anterior-impingement")
HARD = Work(load=40.0, has_impact=True, has_end_range=True)


def body(cohort_id: str = "honest", seed: int = 1, n_days: int = 0, work: Work | None = None) -> Body:
    made = Body(traits_of(cohort(cohort_id), PROTOCOL.id, 182, Random(seed)), Random(seed))
    for day in range(n_days):
        made.wake(day)
        if work is not None:
            made.train(work, 0.5)
    return made


def told(cohort_id: str, ankle: Body, day: int = 3, seed: int = 4) -> list[Fact]:
    phone = Phone(cohort(cohort_id), PROTOCOL, CONTENT.measures, Side.LEFT, Random(seed))
    return list(phone.morning(OPENED_ON + timedelta(days=day), day, "A1", ankle))


def check_in(cohort_id: str, ankle: Body) -> CheckIn:
    return next(
        one
        for seed in range(9)
        for one in told(cohort_id, ankle, seed=seed)
        if isinstance(one, CheckIn) and one.moment == "before_session"
    )


def test_every_row_that_a_prior_names_is_in_the_evidence_table() -> None:
    assert len(priors.PRIORS) > 15
    assert {one.row for one in priors.PRIORS if one.row} <= CONTENT.evidence.keys()


def test_a_body_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    one, again, other = body(n_days=60), body(n_days=60), body(seed=2, n_days=60)
    assert (one.pain, one.range_cm, one.strength) == (again.pain, again.range_cm, again.strength)
    assert (one.pain, one.range_cm) != (other.pain, other.range_cm)


def test_what_is_trained_spends_no_chance_of_later_days() -> None:
    """Policies are compared on the same patients: the accident and the noise of a day must not depend on training."""
    idle, busy = body(n_days=50), body(n_days=50, work=Work(10.0, False, False))
    idle.wake(50)
    busy.wake(50)
    assert idle._chance.random() == busy._chance.random()


def test_range_and_strength_are_won_and_more_by_training() -> None:
    start, idle, trained = body(), body(n_days=80), body(n_days=80, work=Work(10.0, False, False))
    assert start.range_cm < idle.range_cm < trained.range_cm <= trained.traits.goal_cm
    assert idle.strength == start.strength < trained.strength


def test_impact_on_an_angry_ankle_brings_more_flares() -> None:
    def n_flares(work: Work) -> int:
        return sum(
            body(seed=seed, n_days=day, work=work).flare_on == day - 1
            for seed in range(40)
            for day in (15, 25)
        )

    assert n_flares(HARD) > n_flares(Work(40.0, False, False))


def test_a_slow_healer_is_behind_and_an_accident_is_a_red_flag() -> None:
    assert body("slow-healer", n_days=60).range_cm < body(n_days=60).range_cm
    hurt = body("re-injury")
    assert hurt.traits.accident_on is not None
    for day in range(hurt.traits.accident_on + 1):
        hurt.wake(day)
    assert hurt.red == "red_injury"
    assert hurt.pain > 4
    assert body().traits.accident_on is None


def test_a_compensator_shows_in_tests_what_the_tissue_does_not_bear() -> None:
    measure = CONTENT.measures["single_hop_cm"]
    honest, shows = body(n_days=1), body("compensator", n_days=1)
    assert value_of(measure, shows, Random(1)) > value_of(measure, honest, Random(1))
    assert shows.train(HARD, 0.5) > honest.train(HARD, 0.5)


def test_an_under_reporter_tells_less_and_an_over_reporter_more() -> None:
    ankle = body(n_days=4)
    ankle.pain, ankle.swelling, ankle.is_sharp = 6.0, 2.0, True
    honest, under, over = (
        check_in(one, ankle).answers for one in ("honest", "under-reporter", "over-reporter")
    )
    pains = [one["pain_now_nrs"] for one in (under, honest, over)]
    assert None not in pains
    assert pains == sorted(pains, key=float)
    assert len(set(pains)) == 3
    assert (honest["swelling_self"], under["swelling_self"]) == (2, 1)
    assert (honest["sharp_pain_flag"], under["sharp_pain_flag"]) == (1, 0)


def test_a_red_flag_is_told_by_everybody() -> None:
    ankle = body(n_days=2)
    ankle.red = "red_calf"
    for one in COHORTS:
        assert check_in(one.id, ankle).answers["red_calf"] == 1, one.id


def test_half_the_home_tests_of_the_wrong_side_are_swapped() -> None:
    ankle = body(n_days=2)
    ankle.range_cm = 3.0
    swapped = 0
    for seed in range(60):
        values = {
            one.side: one.value for one in told("wrong-side", ankle, seed=seed) if isinstance(one, Reading)
        }
        swapped += bool(values) and values[Side.LEFT] > values[Side.RIGHT]
    assert 15 < swapped < 45
    honest = [one for one in told("honest", ankle) if isinstance(one, Reading)]
    assert {one.side for one in honest} == {Side.LEFT, Side.RIGHT}
    assert honest[0].value < honest[1].value


def test_a_biased_sensor_measures_more_on_the_treated_side_only() -> None:
    ankle = body(n_days=2)
    plain = [one.value for one in told("honest", ankle) if isinstance(one, Reading)]
    biased = [one.value for one in told("sensor-bias", ankle) if isinstance(one, Reading)]
    assert biased[0] - plain[0] == pytest.approx(1.5)
    assert biased[1] == plain[1]


def test_a_clock_is_behind_then_ahead_and_every_fact_says_when_it_came() -> None:
    ankle = body(n_days=2)
    for day, off in ((5, -1), (75, 1), (100, -1)):
        facts = told("clock-off", ankle, day=day)
        true = OPENED_ON + timedelta(days=day)
        assert facts
        assert {one.on for one in facts} == {true + timedelta(days=off)}
        assert {one.received_at.date() for one in facts if one.received_at} == {true}
    assert told("clock-off", ankle, day=0) == []


def test_two_phones_send_again_and_disagree() -> None:
    ankle = body(n_days=2)
    runs = [told("two-phones", ankle, seed=seed) for seed in range(40)]
    assert any(len({one.id for one in run}) < len(run) for run in runs)
    assert any(any(one.id.endswith("b") for one in run) for run in runs)


def test_the_over_doer_logs_twice_the_sets_and_the_erratic_patient_tells_half() -> None:
    life = Life(Who(cohort("over-doer"), PROTOCOL.id, 1), RELEASED, PROTOCOL)
    heard: list[Fact] = []
    life.engine.take = heard.extend  # type: ignore[method-assign]
    session = Life(Who(cohort("honest"), PROTOCOL.id, 1), RELEASED, PROTOCOL).engine.day(OPENED_ON).session
    assert session is not None
    list(life._train(session, OPENED_ON, 1, 1.0, 0.5))
    log = next(one for one in heard if isinstance(one, SessionLog))
    for item, planned in zip(log.items, session.exercises, strict=True):
        assert item.n_sets == 2 * planned.dose.n_sets
    ankle = body(n_days=2)
    n = sum(bool(told("erratic", ankle, seed=seed)) for seed in range(200))
    assert 70 < n < 130


@pytest.mark.parametrize("protocol_id", RELEASED.protocol_ids)
def test_somebody_well_passes_and_somebody_ill_fails_what_every_gate_measures(protocol_id: str) -> None:
    ill, well = body(), body()
    ill.pain, ill.strength = 6.0, 0.4
    well.pain, well.strength, well.range_cm, well.week = 0.0, 1.0, well.traits.goal_cm, 30.0
    protocol = RELEASED.protocol(protocol_id)
    worse = []
    for review in protocol.reviews:
        measure = CONTENT.measures[review.measure]
        if measure.derive is not None or measure.setting is Setting.DERIVED:
            continue
        bad, good = value_of(measure, ill, Random(1)), value_of(measure, well, Random(1))
        if (good < bad) if measure.better is Better.UP else (good > bad):
            worse.append(measure.id)
    assert worse == []


def test_a_course_is_repeatable_and_counts_whole_numbers() -> None:
    who = Who(cohort("two-phones"), PROTOCOL.id, 3, n_days=21)
    one, again = (run(who, RELEASED, PROTOCOL) for _ in range(2))
    assert one == again
    assert all(type(value) is int for value in one.counted)
    assert one.counted.n_days == 21
    assert run(who._replace(seed=4), RELEASED, PROTOCOL) != one


def test_patients_start_in_every_stage_when_asked_to() -> None:
    lives = [
        Life(Who(cohort("honest"), PROTOCOL.id, seed, any_stage=True), RELEASED, PROTOCOL)
        for seed in range(30)
    ]
    assert {life.stage for life in lives} == {stage.id for stage in PROTOCOL.stages}
    said, _, _ = lives[0].live(0)
    assert said.folded.standing.stage == lives[0].stage
    assert said.on == date(2026, 1, 5)
