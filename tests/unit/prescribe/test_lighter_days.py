"""A lighter day brings nothing new; the day after it brings the usual dose, not a raise; a cut is told as one."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from mortise.prescribe import DoneSession, dose_states
from mortise.protocol import Ceiling, Counter
from mortise.terms import Load
from tests.unit.prescribe.made import log, on, session, slot, stage
from tests.unit.prescribe.test_sessions import LIBRARY, at, cap, names, todays

TWO_KNOWN = (session(28, log("ankle-pumps"), log("calf-raise")),)
FOUR = stage(
    slot("ankle-pumps", "mobility"), slot("calf-raise"), slot("tandem", "balance"), slot("knee-to-wall", "mobility"),
    n_exercises=(2, 4),
)  # fmt: skip


@pytest.mark.parametrize("load", [Load.EASE, Load.REST])
def test_a_lighter_day_is_made_of_what_is_known(load: Load) -> None:
    known = {"ankle-pumps", "calf-raise"}
    assert set(names(todays(FOUR, done=TWO_KNOWN, load=Load.KEEP))) > known
    eased = todays(FOUR, done=TWO_KNOWN, load=load)
    if load is Load.EASE:
        assert set(names(eased)) == known
        waits = {one.exercise: one for one in eased.left_out}
        assert waits["tandem"].constraint == "nothing_new"
        assert waits["tandem"].reason_patient == "This is new for you and waits for an ordinary day."
        assert "new" not in eased.why_patient.lower()


def test_a_share_below_the_whole_brings_only_what_no_known_exercise_serves() -> None:
    less = cap(dose_at_most_pct=Decimal(80))
    found = todays(FOUR, done=TWO_KNOWN, extra=(less,))
    assert set(names(found)) == {"ankle-pumps", "calf-raise", "tandem"}  # balance was never trained
    waits = {one.exercise: one.constraint for one in found.left_out}
    assert waits["knee-to-wall"] == "nothing_new"
    whole = (session(28, log("ankle-pumps"), log("calf-raise"), log("tandem")),)
    assert "knee-to-wall" not in names(todays(FOUR, done=whole, extra=(less,)))


@pytest.mark.parametrize("phase", ["phase.season", "phase.maintenance", "plan.expired"])
def test_weeks_that_hold_what_there_is_bring_nothing_new(phase: str) -> None:
    whole = (session(28, log("ankle-pumps"), log("calf-raise"), log("tandem")),)
    assert "knee-to-wall" in names(todays(FOUR, done=whole))
    held = todays(FOUR, done=whole, extra=(replace(cap(load_at_most=Load.KEEP), id=phase),))
    assert "knee-to-wall" not in names(held)
    assert {one.exercise: one.constraint for one in held.left_out}["knee-to-wall"] == "nothing_new"


def test_less_in_seconds_alone_is_less_and_earns_nothing() -> None:
    hold = LIBRARY["tandem"]
    assert hold.dose_steps[0].duration_s
    whole, cut = hold.dose_steps[0].duration_s, hold.dose_steps[0].duration_s / 2
    for seconds, n_clean, is_less in ((whole, 1, False), (cut, 0, True)):
        done = [session(20, log("tandem", duration_s=seconds))]
        state = dose_states(FOUR, LIBRARY, done, {}, on(21))["tandem"]
        assert (state.n_clean, state.was_less) == (n_clean, is_less)


def test_where_too_little_is_known_a_lighter_day_is_not_empty() -> None:
    assert len(names(todays(FOUR, load=Load.EASE))) >= 2
    one_known = (session(28, log("ankle-pumps")),)
    assert len(names(todays(FOUR, done=one_known, load=Load.EASE))) >= 2
    withheld = cap(without_exercises=("calf-raise",))  # of two known ones only one is left
    assert len(names(todays(FOUR, done=TWO_KNOWN, extra=(withheld,), load=Load.EASE))) >= 2


def earned(*later: DoneSession) -> list[DoneSession]:
    """Two clean days earn a raise of the calf raise; then come others."""
    return [session(18, log("calf-raise")), session(20, log("calf-raise")), *later]


def raised(done: list[DoneSession], n: int = 30) -> bool:
    one = todays(FOUR, done=tuple(done), states=dose_states(FOUR, LIBRARY, done, {}, on(n)), load=Load.RAISE)
    calf = next(item for item in one.exercises if item.exercise == "calf-raise")
    return calf.dose_step > calf.usual_step


def test_nobody_goes_from_a_lighter_day_straight_to_a_raise() -> None:
    steady = [session(n, log("calf-raise", 1)) for n in (12, 14, 20)]
    done = [session(2, log("calf-raise")), session(4, log("calf-raise")), *steady]
    state = dose_states(FOUR, LIBRARY, done, {}, on(30))["calf-raise"]
    assert (state.keep_step, state.step) == (1, 2)  # a second raise waits
    assert raised([*done, session(27, log("calf-raise", 1))])
    lighter = [*done, session(27, log("calf-raise", 0))]
    assert dose_states(FOUR, LIBRARY, lighter, {}, on(30))["calf-raise"].was_less
    assert not raised(lighter)
    assert raised([*lighter, session(28, log("calf-raise", 1))])


def test_fewer_sets_than_the_usual_dose_are_less_and_skipped_work_says_nothing() -> None:
    done = earned(session(26, log("calf-raise", n_sets=0)))
    assert dose_states(FOUR, LIBRARY, done, {}, on(30))["calf-raise"].was_less
    skipped = earned(session(26, log("calf-raise", outcome="skipped")))
    assert not dose_states(FOUR, LIBRARY, skipped, {}, on(30))["calf-raise"].was_less


def test_an_exercise_cut_by_a_ceiling_of_the_week_is_told_and_not_the_same_as_last_time() -> None:
    known = (session(20, *(log(name) for name in ("ankle-pumps", "calf-raise", "knee-to-wall", "tandem"))),)
    states = {name: at(3, 3) for name in LIBRARY}
    ceiling = cap(ceilings=(Ceiling(counter=Counter.END_RANGE_DORSIFLEXION, per_day=Decimal(3)),))
    one = todays(FOUR, done=known, states=states, extra=(ceiling,))
    calf = next(item for item in one.exercises if item.exercise == "knee-to-wall")
    assert calf.dose_step < calf.usual_step
    assert one.why_patient == (
        "A little less of this today, so that the week does not become too much: Knee to wall. "
        "The rest is the same as last time."
    )
    assert "Cut to stay under a ceiling: Knee to wall." in one.why
    whole = todays(FOUR, done=known, states=states)
    assert whole.why_patient == "The same as last time."
