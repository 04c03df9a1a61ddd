"""What does a programme do to somebody who does exactly what it asks? Weeks under the protocol that ships."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import pytest

from mortise.terms import Load
from tests.support.closed_loop import CONTENT, Day, loop

CALM = {"G1": 14, "G2": 42, "G3": 56, "G4": 42}
SIX_DAYS = frozenset({6})
WAIT_AT_MOST_DAYS = 10


def calm(stage: str, resting: frozenset[int] = frozenset()) -> tuple[Day, ...]:
    return loop(((stage, CALM[stage]),), resting=resting)


def n_times(days: Sequence[Day], exercise: str) -> int:
    return sum(exercise in day.names for day in days)


def raised(day: Day) -> list[str]:
    return [one.exercise for one in day.session.exercises if one.dose_step > one.usual_step]


def minutes(days: Sequence[Day]) -> Decimal:
    """Return the mean length of a session."""
    return sum((day.session.seconds for day in days), Decimal(0)) / 60 / len(days)


@pytest.mark.parametrize("resting", [frozenset(), SIX_DAYS], ids=["seven-days", "six-days"])
@pytest.mark.parametrize("stage", CALM)
def test_every_exercise_reaches_its_weekly_minimum(stage: str, resting: frozenset[int]) -> None:
    days = calm(stage, resting)[: 14 if stage == "G1" else 28]
    n_weeks = len(days) // 7
    for slot in days[0].stage.slots:
        n = n_times(days, slot.exercise)
        assert n >= n_weeks * slot.n_per_week * 85 // 100, f"{slot.exercise}: {n} times in {n_weeks} weeks"


@pytest.mark.parametrize("stage", ["G2", "G3", "G4"])
def test_variety_has_its_turn_once_the_minima_are_reached(stage: str) -> None:
    days = calm(stage)
    for slot in days[0].stage.slots:
        assert n_times(days, slot.exercise) >= 2, slot.exercise
        if not slot.n_per_week:
            assert n_times(days, slot.exercise) <= 2 * len(days) // 7, slot.exercise


@pytest.mark.parametrize("stage", CALM)
def test_no_raise_waits_longer_than_ten_days_while_the_exercise_is_done(stage: str) -> None:
    days = calm(stage)
    weekly = {slot.exercise for slot in days[0].stage.slots if slot.n_per_week}
    for day in days:
        for name, state in day.states.items():
            if name not in weekly or not state.is_raise_waiting:
                continue
            assert state.since_on is not None
            n_done = sum(name in one.names for one in days if state.since_on < one.on < day.on)
            assert n_done < 2 or (day.on - state.since_on).days <= WAIT_AT_MOST_DAYS, f"day {day.n}: {name}"


@pytest.mark.parametrize("stage", CALM)
def test_raises_come_steadily_and_never_more_than_two_at_once(stage: str) -> None:
    days = calm(stage)
    tries = [raised(day) for day in days]
    assert max(len(names) for names in tries) <= 2
    gap = 0
    for names in tries[4:]:
        gap = 0 if names else gap + 1
        assert gap < 7, "a week of clean sessions without a raise"
    for earlier, later in pairwise(days):
        for name, state in later.states.items():
            assert state.keep_step - earlier.states[name].keep_step <= 1


@pytest.mark.parametrize("stage", CALM)
def test_an_exercise_is_raised_at_most_once_in_seven_days(stage: str) -> None:
    last: dict[str, int] = {}
    for day in calm(stage):
        for name in raised(day):
            assert day.n - last.get(name, -7) >= 7
            last[name] = day.n


LENGTHS_MIN = [
    ("G1", (5, 9), (6, 12)),
    ("G2", (8, 13), (13, 20)),
    ("G3", (11, 16), (20, 30)),
    ("G4", (13, 19), (22, 35)),
]


@pytest.mark.parametrize(("stage", "first_week", "last_week"), LENGTHS_MIN)
def test_sessions_grow_to_a_sensible_length(
    stage: str, first_week: tuple[int, int], last_week: tuple[int, int]
) -> None:
    days = calm(stage)
    for (low, high), week in ((first_week, days[:7]), (last_week, days[-7:])):
        assert low <= minutes(week) <= high
    if stage == "G3":
        assert all(15 <= minutes(days[at : at + 7]) <= 25 for at in (21, 28, 35))
    assert all(day.session.seconds <= 60 * day.stage.minutes_at_most for day in days)


def test_the_core_of_a_stage_leads_it() -> None:
    days = calm("G2")
    assert n_times(days, "knee-to-wall") >= 5 * 6
    assert n_times(days, "knee-to-wall") == max(n_times(days, slot.exercise) for slot in days[0].stage.slots)
    assert days[-1].states["knee-to-wall"].keep_step >= 3


# ---------------------------------------------------------------- from stage to stage

THROUGH = (("G1", 14), ("G2", 28), ("G3", 28), ("G4", 14))


def test_on_entering_a_stage_every_exercise_goes_on_from_where_it_stood() -> None:
    n_seen = 0
    days = loop(THROUGH)
    for before, after in pairwise(days):
        if before.stage.id == after.stage.id:
            continue
        done = {name for day in days[: after.n] for name in day.names}
        slots = {slot.exercise: slot for slot in after.stage.slots}
        for name in slots.keys() & before.states.keys() & done:
            stood = before.states[name].keep_step
            tried = name in raised(before) and before.is_done
            stood += tried
            top = len(CONTENT.exercises[name].dose_steps) - 1
            bounded = min(max(stood, slots[name].first_step), slots[name].last_step, top)
            assert after.states[name].keep_step == bounded, f"{name} into {after.stage.id}"
            n_seen += stood > slots[name].first_step
    assert n_seen >= 5


def test_a_new_stage_does_not_shorten_sessions_to_nothing() -> None:
    days = loop(THROUGH)
    for before, after in pairwise(range(0, len(days), 7)):
        assert minutes(days[after : after + 7]) >= minutes(days[before : before + 7]) * Decimal("0.8")


# ---------------------------------------------------------------- days that are not calm


def test_days_of_some_pain_keep_every_dose() -> None:
    days = loop((("G2", 28),), painful=frozenset(range(28)))
    assert not any(raised(day) for day in days)
    assert {day.decision.load for day in days} <= {Load.KEEP}
    for slot in days[0].stage.slots:
        assert days[-1].states[slot.exercise].keep_step == slot.first_step
        assert n_times(days, slot.exercise) >= 4 * slot.n_per_week * 85 // 100


def test_one_red_day_takes_back_what_was_done_that_day_and_the_climb_goes_on() -> None:
    red_on = 18  # on which the core of the stage was done
    calmly, days = calm("G2"), loop((("G2", 42),), red=frozenset({red_on}))
    assert [day.session for day in days[: red_on + 1]] == [day.session for day in calmly[: red_on + 1]]
    before, after = days[red_on].states, days[red_on + 1].states
    assert "knee-to-wall" in days[red_on].names
    for name in days[red_on].names:
        slot = next(one for one in days[red_on].stage.slots if one.exercise == name)
        stood = before[name].keep_step + (name in raised(days[red_on]))
        assert after[name].step == after[name].keep_step == max(stood - 2, slot.first_step)
    for name in before.keys() - days[red_on].names:
        assert after[name].keep_step == before[name].keep_step
    assert days[red_on + 1].decision.load in (Load.REST, Load.EASE)
    assert days[red_on + 1].session.seconds < calmly[red_on + 1].session.seconds
    assert not any(raised(day) for day in days[red_on + 1 : red_on + 3])
    assert any(raised(day) for day in days[red_on + 3 : red_on + 10])
    assert all(late.session.seconds for late in days[red_on + 4 :])
