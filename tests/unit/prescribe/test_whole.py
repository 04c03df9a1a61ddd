"""The words for a session: what is new is called new, a lighter day says why, a break is told while it is news."""

from decimal import Decimal

import pytest

from mortise.protocol import Circumstances, Constraint
from mortise.terms import Load
from tests.unit.prescribe.made import log, session, slot, stage
from tests.unit.prescribe.test_sessions import LIBRARY, STAGE, after_break, at, cap, names, todays

KNOWN = (
    session(
        20, *(log(name) for name in ("ankle-pumps", "calf-raise", "knee-to-wall", "tandem", "band-pull"))
    ),
)
FULL = {name: at(3, 3) for name in LIBRARY}


@pytest.mark.parametrize("load", [Load.KEEP, Load.RAISE])
def test_the_first_day_of_a_stage_is_not_the_same_as_last_time(load: Load) -> None:
    one = todays(load=load)
    assert one.why_patient == "All of this is new to you: start slowly and see how it feels."
    assert one.why.endswith("New: every exercise.")
    known = todays(load=load, done=KNOWN)
    assert known.why_patient.startswith("The same as last time.")


def test_one_new_exercise_among_known_ones_is_named() -> None:
    done = (session(20, *(log(name) for name in ("ankle-pumps", "calf-raise", "tandem"))),)
    small = stage(
        slot("ankle-pumps", "mobility"), slot("calf-raise"), slot("tandem", "balance"), slot("knee-to-wall")
    )
    one = todays(small, done=done)
    assert "knee-to-wall" in names(one)
    assert one.why_patient == "New today: Knee to wall. The rest is the same as last time."
    new = next(item for item in one.exercises if item.exercise == "knee-to-wall")
    assert new.why_patient.startswith("New for you today.")
    assert not any(item.why_patient.startswith("New") for item in one.exercises if item is not new)


def test_what_was_only_skipped_is_still_new() -> None:
    done = (session(20, log("ankle-pumps", outcome="skipped")),)
    assert "new to you" in todays(stage(slot("ankle-pumps")), done=done).why_patient


def test_a_raise_beside_something_new_does_not_say_that_all_else_stays() -> None:
    done = (session(25, log("calf-raise")), session(28, log("calf-raise")))
    states = {"calf-raise": at(1, 0, since=20), "tandem": at(0, 0)}
    one = todays(
        stage(slot("calf-raise"), slot("tandem", "balance")), done=done, states=states, load=Load.RAISE
    )
    assert one.why_patient == (
        "A little more of one thing today: Calf raise. New today: Tandem. All else stays the same."
    )


def told(load: Load, *limits: Constraint, circumstances: Circumstances | None = None) -> str:
    day = circumstances or Circumstances()
    return todays(load=load, extra=limits, done=KNOWN, states=FULL, circumstances=day).why_patient


def limit(name: str, words: str, load: Load, pct: int | None = None) -> Constraint:
    share = None if pct is None else Decimal(pct)
    return Constraint(
        id=name, author="ada", reason="r", reason_patient=words, load_at_most=load, dose_at_most_pct=share
    )


def test_a_lighter_day_names_what_limits_it_most() -> None:
    mild, strong = limit("a", "Sore morning.", Load.EASE, 80), limit("b", "Night pain.", Load.EASE, 60)
    assert told(Load.EASE, mild, strong) == "A lighter day. Night pain."
    assert told(Load.EASE, mild) == "A lighter day. Sore morning."
    assert told(Load.KEEP, limit("c", "Nothing more.", Load.KEEP)) == "The same as last time."
    assert told(Load.RAISE, cap(dose_at_most_pct=Decimal(80))) == "A little less than usual. Just because."


def test_the_load_that_rests_names_its_own_reason_not_the_one_that_eases() -> None:
    said = told(Load.REST, limit("a", "Sore morning.", Load.EASE, 10), limit("b", "Very swollen.", Load.REST))
    assert said.endswith("if it feels good. Very swollen.")


def test_an_ill_day_says_one_thing() -> None:
    gentle = told(Load.KEEP, circumstances=Circumstances(is_ill=True))
    assert "gentle movement" in gentle
    assert gentle.endswith("You are not well today, so the ankle rests too.")
    empty = todays(stage(slot("calf-raise")), circumstances=Circumstances(is_ill=True))
    assert empty.exercises == ()
    assert (
        empty.why_patient
        == "A day of rest: no session today. You are not well today, so the ankle rests too."
    )
    assert not any("gentle" in item.reason_patient for item in empty.left_out)


@pytest.mark.parametrize(("n_days_back", "is_told"), [(0, True), (1, True), (2, False), (17, False)])
def test_a_break_is_told_on_the_first_two_days_of_work_after_it(n_days_back: int, is_told: bool) -> None:
    one = todays(done=KNOWN, states=FULL, back=after_break(n_days_back))
    assert ("had a break" in one.why_patient) is is_told
    assert ("back up as your sessions go well" in one.why_patient) is not is_told
    assert "After a break: 90 %" in one.why


def test_a_break_is_not_blamed_for_what_pain_limits_further() -> None:
    one = todays(load=Load.EASE, extra=(limit("a", "Sore morning.", Load.EASE, 60),), done=KNOWN, states=FULL,
                 back=after_break())  # fmt: skip
    assert one.why_patient == "A lighter day. Sore morning."
    assert "After a break: 90 %" in one.why


def test_the_day_of_another_sport_raises_nothing() -> None:
    states = {name: at(2, 1) for name in LIBRARY}
    free = todays(STAGE, done=KNOWN, states=states, load=Load.RAISE)
    sport = todays(
        STAGE, done=KNOWN, states=states, load=Load.RAISE, circumstances=Circumstances(did_other_sport=True)
    )
    assert any(item.dose_step > item.usual_step for item in free.exercises)
    assert sport.exercises
    assert not any(item.dose_step > item.usual_step for item in sport.exercises)


def test_a_day_of_rest_is_told_no_break() -> None:
    rest = (limit("a", "Very sore.", Load.REST),)
    for n_days_back in (0, 5):
        one = todays(
            load=Load.REST, extra=rest, done=KNOWN, states=FULL, back=after_break(n_days_back, pct=50)
        )
        assert one.exercises
        assert one.why_patient.endswith("if it feels good. Very sore.")
        assert "After a break: 50 %" in one.why


@pytest.mark.parametrize(
    ("n_days", "words"),
    [(20, "The same as last time."), (21, "You know all of this from before: the same amount as then.")],
)
def test_what_was_last_done_weeks_ago_is_called_known_and_not_last_time(n_days: int, words: str) -> None:
    done = (session(30 - n_days, log("calf-raise"), log("tandem")),)
    small = stage(slot("calf-raise"), slot("tandem", "balance"))
    assert todays(small, done=done, states=FULL).why_patient == words
    recent = (*done, session(28, log("tandem")))
    assert todays(small, done=recent, states=FULL).why_patient == "The same as last time."
