"""A dose climbs from clean work alone, one step a week, and comes down at once."""

from decimal import Decimal

import pytest

from mortise.prescribe import DoneSession, DoseState, SetStep, dose_states, re_entry, set_steps_of
from mortise.protocol import Layoff, Light
from mortise.record import PlanVersion
from mortise.terms import Origin, Strength
from tests.unit.prescribe.made import exercise, ladder, library, log, on, session, slot, stage

LIBRARY = library(exercise("raise"))
STAGE = stage(slot("raise", first_step=0, last_step=2))


def state(*done: DoneSession, as_of: int = 60, chosen: SetStep | None = None) -> DoseState:
    return dose_states(STAGE, LIBRARY, done, {"raise": chosen} if chosen else {}, on(as_of))["raise"]


def test_dose_starts_at_the_first_step_of_the_slot() -> None:
    start = state()
    assert (start.step, start.keep_step, start.since_on, start.n_clean) == (0, 0, None, 0)
    assert start.cause
    assert start.cause_patient


def test_dose_is_raised_by_one_after_two_clean_sessions() -> None:
    assert state(session(0, log("raise"))).step == 0
    raised = state(session(0, log("raise")), session(2, log("raise")))
    assert (raised.step, raised.keep_step, raised.since_on) == (1, 0, on(2))
    assert "2 clean sessions" in raised.cause


def test_a_raise_waits_until_it_is_tried() -> None:
    waiting = state(*(session(n, log("raise")) for n in (0, 2, 4, 6, 9, 11)))
    assert (waiting.step, waiting.keep_step, waiting.is_raise_waiting) == (1, 0, True)
    tried = state(session(0, log("raise")), session(2, log("raise")), session(4, log("raise", 1)))
    assert (tried.step, tried.keep_step, tried.tried_on, tried.before_step) == (1, 1, on(4), 0)


def test_the_second_raise_is_earned_a_week_after_the_first_was_tried() -> None:
    first = [session(0, log("raise")), session(2, log("raise"))]
    soon = [*first, *(session(n, log("raise", 1)) for n in (4, 6, 8, 10))]
    assert state(*soon).step == 1
    second = state(*soon, session(11, log("raise", 1)))
    assert (second.step, second.keep_step, second.since_on) == (2, 1, on(11))
    assert (second.tried_on, second.before_step) == (
        on(4),
        0,
    )  # the last one is known while the next one waits
    eased = state(*soon, session(11, log("raise", 1), light=Light.AMBER))
    assert (eased.tried_on, eased.before_step) == (None, None)


def test_dose_never_climbs_past_the_last_step_of_the_slot() -> None:
    done = [session(10 * k + d, log("raise", min(k, 2))) for k in range(8) for d in (0, 2, 8)]
    assert state(*done, as_of=90).step == 2


@pytest.mark.parametrize(
    "bad",
    [
        session(2, log("raise", outcome="modified")),
        session(2, log("raise", outcome="skipped")),
        session(2, log("raise", pain_nrs=Decimal(3))),
        session(2, log("raise", effort_nrs=Decimal(8))),
        session(2, log("raise", effort_nrs=None)),
        session(2, log("raise"), light=None),
        session(2, log("raise"), light=Light.GREEN_AMBER),
        session(2, log("raise"), late=3),
        session(2, log("raise", n_sets=0)),
        session(2, log("raise", 1)),
        session(2, log("raise"), log("raise")),
    ],
    ids=["modified", "skipped", "painful", "hard", "effort-unknown", "light-unknown", "green-amber", "late",
         "cut-short", "more-than-planned", "twice-in-one-day"],
)  # fmt: skip
def test_work_that_is_not_clean_raises_nothing(bad: DoneSession) -> None:
    assert state(session(0, log("raise")), bad).step == 0


def test_a_session_told_two_days_later_still_counts() -> None:
    assert state(session(0, log("raise")), session(2, log("raise"), late=2)).step == 1


def test_the_effort_of_the_session_stands_in_for_that_of_the_exercise() -> None:
    unrated = log("raise", effort_nrs=None)
    done = [
        DoneSession(on=on(n), logged_on=on(n), light=Light.GREEN, items=(unrated,), effort_nrs=Decimal(5))
        for n in (0, 2)
    ]
    assert state(*done).step == 1


def test_green_amber_starts_the_count_again() -> None:
    done = [
        session(0, log("raise")),
        session(2, log("raise"), light=Light.GREEN_AMBER),
        session(4, log("raise")),
    ]
    assert state(*done).step == 0
    assert state(*done, session(6, log("raise"))).step == 1


HIGH = SetStep(3, on(0))


@pytest.mark.parametrize(
    ("bad", "step"),
    [
        (session(1, log("raise", 3), light=Light.AMBER), 2),
        (session(1, log("raise", 3), light=Light.RED), 1),
        (session(1, log("raise", 3, pain_nrs=Decimal(6))), 1),
        (session(1, log("raise", 3, reason="sharp_pain", outcome="modified")), 0),
        (session(1, log("raise", 3, reason="pain", outcome="skipped")), 2),
        (session(1, log("raise", 3), light=Light.RED, late=20), 1),
        (session(1, log("other", 3), light=Light.RED), 3),
    ],
    ids=["amber", "red", "pain-of-six", "sharp", "skipped-for-pain", "red-told-late", "red-without-it"],
)
def test_dose_comes_down_at_once(bad: DoneSession, step: int) -> None:
    eased = state(bad, chosen=HIGH)
    assert (eased.step, eased.keep_step) == (step, step)


def test_dose_never_falls_below_the_first_step_of_the_slot() -> None:
    narrow = stage(slot("raise", first_step=1, last_step=2))
    found = dose_states(narrow, LIBRARY, [session(0, log("raise", 1), light=Light.RED)], {}, on(1))
    assert found["raise"].step == 1


def test_a_lighter_or_shorter_day_says_nothing_about_the_step() -> None:
    chosen = SetStep(1, on(0))
    first = session(1, log("raise", 1))
    for lighter in (log("raise", 0), log("raise", 1, n_sets=1)):
        done = [first, session(3, lighter)]
        assert (state(*done, chosen=chosen).step, state(*done, chosen=chosen).n_clean) == (1, 1)
        assert state(*done, session(5, log("raise", 1)), chosen=chosen).step == 2


def test_a_raise_not_yet_tried_is_taken_back_after_a_session_that_was_not_clean() -> None:
    earned = [session(0, log("raise")), session(2, log("raise"))]
    assert state(*earned, session(4, log("raise", pain_nrs=Decimal(4)))).step == 0
    assert state(*earned, session(4, log("raise"), light=Light.AMBER)).step == 0


def test_a_raise_taken_back_untried_does_not_start_a_new_week() -> None:
    withdrawn = [
        session(0, log("raise")),
        session(2, log("raise")),
        session(4, log("raise", pain_nrs=Decimal(4))),
    ]
    assert state(*withdrawn, session(5, log("raise")), session(7, log("raise"))).step == 1


def test_back_filled_logs_earn_one_step() -> None:
    told_at_once = [
        DoneSession(on=on(n), logged_on=on(9), light=Light.GREEN, items=(log("raise", step),))
        for n, step in ((7, 0), (8, 0), (9, 1))
    ]
    assert state(*told_at_once).step <= 1
    month = [
        DoneSession(on=on(n), logged_on=on(30), light=Light.GREEN, items=(log("raise", n // 10),))
        for n in range(30)
    ]
    assert state(*month).step <= 1


def test_what_a_clinician_set_holds_from_its_day_and_moves_on_from_there() -> None:
    before = [session(0, log("raise")), session(2, log("raise"))]
    chosen = SetStep(1, on(3))
    assert state(*before, as_of=2, chosen=chosen).step == 1  # not yet set: earned
    assert state(*before, chosen=chosen).keep_step == 1
    assert state(*before, chosen=SetStep(0, on(3))).step == 0
    assert state(session(4, log("raise", 1)), session(6, log("raise", 1)), chosen=chosen).step == 2
    assert state(session(4, log("raise", 1), light=Light.AMBER), chosen=chosen).step == 0


def test_bad_news_of_the_day_a_step_was_set_still_eases_it() -> None:
    assert state(session(3, log("raise", 2), light=Light.RED), chosen=SetStep(2, on(3))).step == 0


def test_a_step_set_outside_the_slot_is_kept_and_not_raised_further() -> None:
    assert state(chosen=SetStep(3, on(0))).step == 3
    assert state(session(1, log("raise", 3)), session(3, log("raise", 3)), chosen=HIGH).step == 3
    assert state(chosen=SetStep(99, on(0))).step == 3


def test_a_later_plan_that_repeats_a_step_does_not_set_it_anew() -> None:
    def plan(n: int, **steps: int) -> PlanVersion:
        return PlanVersion(
            id=f"p{n}", on=on(n), origin=Origin.CLINICIAN, protocol="p", protocol_version="1", protocol_hash="h",
            dose_steps=steps,
        )  # fmt: skip

    plans = [plan(0, a=1), plan(5, a=1, b=2), plan(8, b=0), plan(20, a=3)]
    assert set_steps_of(plans, on(10)) == {"a": SetStep(1, on(0)), "b": SetStep(0, on(8))}


def test_the_order_in_which_sessions_arrive_does_not_matter() -> None:
    done = [session(n, log("raise", n // 8)) for n in (0, 2, 9, 11)]
    assert state(*done) == state(*reversed(done))


def test_what_is_not_yet_known_on_the_day_is_left_out() -> None:
    done = [session(0, log("raise")), session(2, log("raise"))]
    assert state(*done, as_of=1).n_clean == 1
    assert state(session(0, log("raise")), session(2, log("raise"), late=2), as_of=3).step == 0


def test_a_stand_in_borrows_the_slot_of_what_it_stands_in_for() -> None:
    two = library(
        exercise("band", needs=("band",), instead="hold"), exercise("hold", dose_steps=ladder(1, 2))
    )
    found = dose_states(stage(slot("band", first_step=1, last_step=3)), two, [], {}, on(0))
    assert (found["band"].step, found["hold"].step) == (1, 1)


# ---------------------------------------------------------------- from stage to stage

CLIMBED = [
    session(n, log("raise", step)) for n, step in ((0, 0), (2, 0), (4, 1), (6, 1), (11, 1), (13, 2), (15, 2))
]


@pytest.mark.parametrize(
    ("first", "last", "step", "keep"), [(0, 3, 2, 2), (1, 2, 2, 2), (0, 1, 1, 1), (3, 3, 3, 3)],
    ids=["as-it-was", "narrower", "held-at-the-last-step", "lifted-to-the-first-step"],
)  # fmt: skip
def test_in_a_new_stage_an_exercise_goes_on_from_where_it_stood(
    first: int, last: int, step: int, keep: int
) -> None:
    found = dose_states(stage(slot("raise", first_step=first, last_step=last)), LIBRARY, CLIMBED, {}, on(16))
    assert (found["raise"].step, found["raise"].keep_step) == (step, keep)


def test_what_was_earned_beyond_the_old_bound_waits_in_the_new_stage() -> None:
    more = [*CLIMBED, *(session(n, log("raise", 2)) for n in (17, 20))]
    old, new = (
        dose_states(stage(slot("raise", last_step=last)), LIBRARY, more, {}, on(21))["raise"]
        for last in (2, 3)
    )
    assert (old.step, old.keep_step) == (2, 2)
    assert (new.step, new.keep_step) == (3, 2)


# ---------------------------------------------------------------- after a break

LAYOFFS = tuple(
    Layoff(up_to_days=days, dose_pct=Decimal(pct), evidence=("CTX-16",), strength=Strength.CONSENSUS)
    for days, pct in ((7, 90), (14, 75), (28, 50))
)


@pytest.mark.parametrize(
    ("free_days", "pct"), [(2, None), (3, None), (4, 90), (7, 90), (8, 75), (14, 75), (15, 50), (60, 50)]
)
def test_a_break_bounds_the_dose_by_its_length(free_days: int, pct: int | None) -> None:
    row = re_entry(LAYOFFS, STAGE, [session(0, log("raise"))], on(free_days + 1))
    assert (row.dose_pct if row else None) == pct


def test_the_bound_is_lifted_row_by_row_with_two_clean_sessions_each() -> None:
    done = [session(0, log("raise"))]
    found = []
    for n in (20, 22, 24, 26, 28, 30, 32):
        row = re_entry(LAYOFFS, STAGE, done, on(n))
        found.append(row.dose_pct if row else None)
        done.append(session(n, log("raise")))
    assert found == [50, 50, 75, 75, 90, 90, None]


def test_a_session_that_was_not_clean_does_not_lift_the_bound() -> None:
    done = [session(0, log("raise")), session(20, log("raise"), light=Light.AMBER), session(22, log("raise"))]
    row = re_entry(LAYOFFS, STAGE, done, on(24))
    assert row is not None
    assert row.dose_pct == 50


def test_a_short_break_after_a_long_one_keeps_the_tighter_row() -> None:
    done = [session(0, log("raise")), session(20, log("raise")), session(26, log("raise"))]
    row = re_entry(LAYOFFS, STAGE, done, on(27))
    assert row is not None
    assert row.dose_pct == 50


def test_the_days_of_work_since_the_break_are_counted_from_the_newest_break() -> None:
    done = [session(0, log("raise"))]
    found = []
    for n in (20, 22, 24, 34, 35):
        row = re_entry(LAYOFFS, STAGE, done, on(n))
        found.append(row.n_days_back if row else None)
        done.append(session(n, log("raise"), light=Light.AMBER))
    assert found == [0, 1, 2, 0, 1]


def test_nothing_ever_done_is_no_break() -> None:
    assert re_entry(LAYOFFS, STAGE, [], on(50)) is None
    assert re_entry((), STAGE, [session(0, log("raise"))], on(50)) is None
