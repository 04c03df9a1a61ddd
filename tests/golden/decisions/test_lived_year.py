"""Does a year of life read sensibly? `docs/reference/a-year.md` is the golden copy; `make check` compares every day.

Here stands what a physiotherapist would look for first, so that a change that rewrites the page cannot lose it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from mortise.catalog import load
from mortise.protocol import Tag
from mortise.record import (
    CheckIn,
    ClinicVisit,
    Discharge,
    EscalationStep,
    Judgement,
    PlannedExercise,
    Proposal,
    StageEntry,
)
from mortise.simulate.rehearsal import years
from mortise.simulate.rehearsal.years import Lived, year
from mortise.terms import Advice, Load, Truth
from scripts.lived_year import page

CONTENT = load()
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "a-year.md"


@cache
def lived() -> Sequence[Lived]:
    return year(CONTENT)


def sessions(first: int, until: int) -> list[Lived]:
    return [one for one in lived()[first:until] if one.said.session is not None]


def has_impact(one: Lived) -> bool:
    session = one.said.session
    return session is not None and any(
        Tag.IMPACT in CONTENT.exercises[item.exercise].tags for item in session.exercises
    )


def test_the_page_tells_every_day_and_everything_that_happens() -> None:
    text = page(lived())
    assert PAGE.exists()
    for span in years.SPANS:
        assert span.what in text
    assert text.count("\n- **") == years.N_DAYS


def test_nothing_happens_that_must_never_happen() -> None:
    assert [one.violations for one in lived() if one.violations] == []


def test_busy_days_fit_into_ten_minutes() -> None:
    busy = sessions(years.BUSY.first, years.BUSY.until)
    assert busy
    assert all(one.said.session.seconds <= 600 for one in busy if one.said.session)
    assert all(one.done for one in busy)


def test_days_without_a_word_raise_nothing_and_the_way_back_starts_lower() -> None:
    silent = [one for one in lived() if one.n in range(years.HOLIDAY.first + 3, years.HOLIDAY.first + 7)]
    assert all(not any(isinstance(fact, CheckIn) for fact in one.facts) for one in silent)
    assert {one.said.folded.decision.load for one in silent} <= {Load.KEEP, Load.EASE, Load.REST}
    back = sessions(years.HOLIDAY.first + 7, years.HOLIDAY.until)[0].said.session
    assert back is not None
    assert all(one.dose_step <= one.usual_step for one in back.exercises)
    assert any(one.dose_step < one.usual_step for one in back.exercises)


def test_flu_is_rest() -> None:
    ill = lived()[years.FLU.first : years.FLU.until]
    assert {one.said.folded.decision.load for one in ill} == {Load.REST}
    assert not any(one.done for one in ill)


def test_a_sprain_stops_everything_until_a_clinician_has_looked_and_costs_a_stage() -> None:
    sprain = years.SPRAIN_ON
    resumed = next(
        one.n for one in lived()[sprain:] if any(isinstance(fact, Judgement) for fact in one.facts)
    )
    locked = lived()[sprain : resumed + 1]
    assert len(locked) >= 3
    assert {one.said.folded.decision.advice for one in locked} == {Advice.STOP_AND_SEEK_HELP}
    assert not any(one.done for one in locked)
    numbers = {stage.id: stage.number for stage in CONTENT.protocol(years.PROTOCOL).stages}
    stage = [numbers[one.said.folded.decision.stage] for one in lived()]
    assert min(stage[sprain : sprain + 60]) < stage[sprain]
    assert not any(has_impact(one) for one in lived()[sprain : sprain + 14])
    assert max(stage[sprain + 60 :]) > stage[sprain]


def test_the_engine_goes_back_one_stage_a_week_and_ada_may_go_further() -> None:
    backs = [one.n for one in lived() if one.said.folded.decision.steps_back_to is not None]
    assert backs
    assert all(later - earlier >= 7 for earlier, later in pairwise(backs))
    entered = [
        (one.n, fact.stage) for one in lived() for fact in one.facts if isinstance(fact, StageEntry) and one.n in
        range(years.SPRAIN_ON, years.SPRAIN_ON + 14)
    ]  # fmt: skip
    assert entered == [(years.SEEN_AGAIN_ON, years.SEEN_STAGE)]


def test_a_question_ends_when_ada_has_closed_what_it_was_sent_on_with() -> None:
    closed = [
        (one.n, fact.escalation) for one in lived() for fact in one.facts
        if isinstance(fact, EscalationStep) and fact.step == "closed"
    ]  # fmt: skip
    assert (years.SEEN_AGAIN_ON, "sports_physician") in closed
    after = lived()[years.SEEN_AGAIN_ON + 1 : years.SEEN_AGAIN_ON + 21]
    assert {one.said.folded.decision.advice for one in after} == {Advice.HOLD}
    still = [rule.rule for rule in after[0].said.folded.decision.rules if rule.escalate == "sports_physician"]
    assert still == ["ask.red_days_28"]  # it holds on, and nothing is raised


def test_a_lighter_day_brings_nothing_new_once_enough_is_known() -> None:
    known: set[str] = set()
    n_lighter = 0
    for one in lived():
        session = one.said.session
        if session is not None and session.load is Load.EASE and one.n > 28:
            n_lighter += 1
            assert {item.exercise for item in session.exercises} <= known
        known |= set(one.done)
    assert n_lighter > 5


def is_less(item: PlannedExercise) -> bool:
    """Whether fewer sets, repetitions or seconds, or a lower step, were planned than usual."""
    usual = CONTENT.exercises[item.exercise].dose_steps[item.usual_step]
    planned = item.dose
    return item.dose_step < item.usual_step or (planned.n_sets, planned.n_reps, planned.duration_s) < (
        usual.n_sets, usual.n_reps, usual.duration_s,
    )  # fmt: skip


def test_nobody_goes_from_a_lighter_dose_straight_to_a_raise() -> None:
    last: dict[str, bool] = {}
    n_back = 0
    for one in lived():
        session = one.said.session
        for item in session.exercises if session is not None else ():
            is_raise = item.dose_step > item.usual_step
            assert not (is_raise and last.get(item.exercise, False))
            if item.exercise in one.done:
                n_back += last.get(item.exercise, False) and not is_less(item)
                last[item.exercise] = is_less(item)
    assert n_back > 5


def test_ben_is_at_the_clinic_neither_on_holiday_nor_with_flu_and_trains_on_no_match_day() -> None:
    visits = [
        one for one in lived() if any(isinstance(fact, ClinicVisit) and fact.is_held for fact in one.facts)
    ]
    assert len(visits) > 20
    assert not any(years.HOLIDAY.has(one.n) or years.FLU.has(one.n) for one in visits)
    season = lived()[years.SEASON.first : years.SEASON.until]
    assert not any(one.done for one in season if one.said.on.weekday() == 5)


def test_no_step_of_the_ladder_is_proposed_while_the_ankle_is_upset() -> None:
    for one in lived()[years.SPRAIN_ON : years.SPRAIN_ON + 20]:
        assert not any(isinstance(fact, Proposal) and fact.proposes == "plateau_step" for fact in one.facts)


def test_the_plateau_is_called_while_the_range_stands_still_and_not_before() -> None:
    text = page(lived())
    months = text.split("Knee to wall at home: ")[1:]
    stopped = ["improvement has stopped" in one.split(".\n")[0] for one in months]
    n_before = sum(28 * (k + 1) <= years.SPRAIN_ON for k in range(len(stopped)))
    assert not any(stopped[:n_before])
    assert any(stopped[years.PLATEAU.first // 28 : years.PLATEAU.until // 28 + 1])


def test_no_jumps_on_a_day_of_training_or_a_match() -> None:
    season = [one for one in lived() if one.circumstances.did_other_sport or one.circumstances.is_ankle_hot]
    assert len(season) > 20
    assert not any(has_impact(one) for one in season)
    played = [one for one in sessions(years.SEASON.first, years.SEASON.until) if one not in season]
    assert any(has_impact(one) for one in played)


def test_ben_comes_back_to_sport() -> None:
    assert lived()[-1].said.folded.decision.stage == "A5"
    assert any(has_impact(one) and one.done for one in lived())


def raises(one: Lived) -> bool:
    session = one.said.session
    return session is not None and any(item.dose_step > item.usual_step for item in session.exercises)


def test_nothing_is_raised_on_a_day_of_another_sport_or_without_a_check_in() -> None:
    silent = [one for one in lived() if "No check-in" in page([one])]
    sport = [one for one in lived() if one.circumstances.did_other_sport]
    assert len(silent) > 5
    assert len(sport) > 20
    assert not any(raises(one) for one in [*silent, *sport])
    assert any(raises(one) for one in lived())


def test_what_was_never_done_before_is_never_the_same_as_last_time() -> None:
    known: set[str] = set()
    n_new = 0
    for one in lived():
        session = one.said.session
        new = {item.exercise for item in session.exercises} - known if session else set()
        if session is not None and new and session.load not in (Load.REST,):
            n_new += 1
            assert "new" in session.why_patient.lower()
            assert not session.why_patient.startswith("The same as last time.")
        known |= set(one.done)
    assert n_new > 10


def test_a_lighter_day_and_a_day_of_rest_say_why() -> None:
    texts = [one.said.session.why_patient for one in sessions(0, years.N_DAYS) if one.said.session]
    lighter = [text for text in texts if text.startswith(("A lighter day.", "A day of rest"))]
    assert len(lighter) > 10
    assert all(text.count(". ") >= 1 for text in lighter)


def test_a_break_is_told_on_two_days_of_work_at_most_and_no_stage_is_proposed_meanwhile() -> None:
    n_told = 0
    for one in lived():
        session = one.said.session
        back = one.said.folded.back
        if back is not None:
            assert one.said.folded.decision.advice is not Advice.ADVANCE
        if session is not None and "had a break" in session.why_patient:
            n_told += 1
            assert back is not None
            assert back.n_days_back < 2
    assert n_told > 1


def test_the_warm_up_comes_first() -> None:
    plans = [one.said.session.exercises for one in sessions(0, years.N_DAYS) if one.said.session]
    warm = [[item.purpose == "warm-up" for item in plan] for plan in plans]
    assert sum(any(one) for one in warm) > 10
    assert all(one == sorted(one, reverse=True) for one in warm)


def test_a_season_brings_nothing_new() -> None:
    known = {name for one in lived()[: years.SEASON.first] for name in one.done}
    in_season = sessions(years.SEASON.first, years.SEASON.until)
    assert len(in_season) > 20
    assert {
        item.exercise for one in in_season if one.said.session for item in one.said.session.exercises
    } <= known


def test_a_swollen_or_hot_ankle_has_both_feet_on_the_ground() -> None:
    heavy = {Tag.SINGLE_LEG, Tag.LOADED_CALF, Tag.UNSUPPORTED, Tag.IMPACT, Tag.QUICK}
    swollen = [
        one for one in lived() if one.circumstances.is_ankle_hot
        or any(rule.rule == "swelling.clear" and rule.truth is Truth.MET for rule in one.said.folded.decision.rules)
    ]  # fmt: skip
    planned = [item for one in swollen if one.said.session for item in one.said.session.exercises]
    assert len(planned) > 10
    assert not any(heavy & set(CONTENT.exercises[item.exercise].tags) for item in planned)


def test_ada_is_told_that_care_could_end_and_again_once_the_season_is_over_and_nothing_ends_by_itself() -> (
    None
):
    told = [
        one for one in lived() for fact in one.facts if isinstance(fact, Proposal) and fact.proposes == "discharge"
    ]  # fmt: skip
    assert [one.said.folded.decision.stage for one in told] == ["A5", "A5"]
    first, second = told
    assert first.n < years.SEASON.first
    assert second.n >= years.SEASON.until
    assert not any(isinstance(fact, Discharge) for one in lived() for fact in one.facts)
    assert any(one.done for one in sessions(first.n + 1, years.N_DAYS))
