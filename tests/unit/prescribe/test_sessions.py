"""Today's session: what is chosen, at which dose, what is left out, and the words for it."""

from decimal import Decimal
from typing import Any

from mortise.prescribe import DoneSession, DoseState, Return, constraints_of, dose_states, todays_session
from mortise.prescribe.raises import raises_due
from mortise.protocol import Circumstances, Constraint, Exercise, Layoff, Slot, Stage
from mortise.record import Session
from mortise.terms import Load, Strength
from tests.unit.prescribe.made import exercise, ladder, library, log, on, protocol, session, slot, stage

LIBRARY = library(
    exercise("ankle-pumps", tags=("open_chain",)),
    exercise("band-pull", tags=("open_chain",), needs=("band",), instead="seated-hold"),
    exercise("calf-raise", tags=("closed_chain", "loaded_calf")),
    exercise("knee-to-wall", tags=("closed_chain", "end_range_dorsiflexion")),
    exercise("seated-hold"),
    exercise("tandem", tags=("closed_chain",)),
    exercise("glide", tags=("manual",)),
)
STAGE = stage(
    slot("ankle-pumps", "mobility", n_per_week=7), slot("band-pull", "activation"), slot("calf-raise", "strength"),
    slot("knee-to-wall", "mobility", n_per_week=7), slot("tandem", "balance"), slot("glide", "mobility"),
)  # fmt: skip


def todays(
    the_stage: Stage = STAGE,
    exercises: dict[str, Exercise] = LIBRARY,
    extra: tuple[Constraint, ...] = (),
    **given: Any,
) -> Session:
    day = given.pop("circumstances", Circumstances())
    done = given.pop("done", ())
    as_of = given.pop("as_of", on(30))
    states = given.pop("states", None) or dose_states(the_stage, exercises, done, {}, as_of)
    limits = constraints_of(protocol(), the_stage, None, (), day, 40, as_of, exercises=exercises, done=done)
    values: dict[str, Any] = {"load": Load.KEEP, "session_id": "s1"}
    return todays_session(
        as_of=as_of, stage=the_stage, exercises=exercises, states=states, done=done,
        constraints=limits + extra, circumstances=day, **(values | given),
    )  # fmt: skip


def names(one: Session) -> list[str]:
    return [item.exercise for item in one.exercises]


def cap(name: str = "c", **given: Any) -> Constraint:
    return Constraint(id=name, author="ada", reason="Because.", reason_patient="Just because.", **given)


def after_break(n_days_back: int = 0, pct: int = 90) -> Return:
    row = Layoff(up_to_days=7, dose_pct=Decimal(pct), evidence=("CTX-16",), strength=Strength.CONSENSUS)
    return Return(row, n_days_back)


def at(step: int, keep: int, since: int = 0) -> DoseState:
    return DoseState(
        step=step, cause="c", cause_patient="p", since_on=on(since), n_clean=0, keep_step=keep,
        before_step=keep if step > keep else None,
    )  # fmt: skip


def test_an_ordinary_day_has_two_to_four_exercises_of_different_purposes() -> None:
    one = todays()
    assert len(one.exercises) == 4
    assert {item.purpose for item in one.exercises} == {"mobility", "activation", "strength", "balance"}
    assert one.seconds == sum(item.seconds for item in one.exercises)
    assert one.id == "s1"


def test_every_exercise_of_the_stage_is_in_the_session_or_left_out_with_a_reason() -> None:
    one = todays()
    assert sorted(names(one) + [item.exercise for item in one.left_out]) == sorted(
        s.exercise for s in STAGE.slots
    )
    assert all(item.reason and item.reason_patient and item.constraint for item in one.left_out)


def test_the_purpose_that_lacks_the_largest_share_of_its_week_comes_first() -> None:
    done = [session(n, log("calf-raise")) for n in (25, 27, 29)]
    only = stage(slot("calf-raise", "strength"), slot("tandem", "balance"), n_exercises=(1, 1))
    assert names(todays(only, done=done)) == ["tandem"]
    # Three of three lacking weigh more than five of seven, although five is more than three.
    daily = stage(
        slot("ankle-pumps", "mobility", n_per_week=7), slot("tandem", "balance"), n_exercises=(1, 1)
    )
    twice = [session(n, log("ankle-pumps")) for n in (28, 29)] + [session(20, log("tandem"))]
    assert names(todays(daily, done=twice)) == ["tandem"]
    assert "Balance done 0 of 3 times this week" in todays(daily, done=twice).exercises[0].why


def test_over_a_month_every_exercise_has_its_turn_and_every_purpose_its_share() -> None:
    done: list[DoneSession] = []
    for n in range(28):
        one = todays(done=tuple(done), as_of=on(n))
        done.append(session(n, *(log(name) for name in names(one))))
    turns = {name: sum(name == item.exercise for each in done for item in each.items) for name in LIBRARY}
    assert all(
        turns[item.exercise] >= 4 * 3
        for item in STAGE.slots
        if item.purpose in ("activation", "strength", "balance")
    )
    assert all(turns[item.exercise] > 0 for item in STAGE.slots if item.exercise != "glide")


def test_within_a_purpose_the_one_longest_not_done_comes_first() -> None:
    two = stage(slot("ankle-pumps", "mobility"), slot("knee-to-wall", "mobility"), n_exercises=(1, 1))
    assert names(todays(two, done=[session(28, log("ankle-pumps"))])) == ["knee-to-wall"]
    assert names(todays(two, done=[session(28, log("knee-to-wall"))])) == ["ankle-pumps"]


def test_ties_go_by_exercise_id() -> None:
    two = stage(slot("knee-to-wall", "mobility"), slot("ankle-pumps", "mobility"), n_exercises=(1, 1))
    assert names(todays(two)) == ["ankle-pumps"]


def test_a_log_of_the_day_itself_does_not_change_the_days_session() -> None:
    before = todays(done=[session(28, log("tandem"))])
    after = todays(done=[session(28, log("tandem")), session(30, log("calf-raise"))])
    assert names(before) == names(after)


def test_without_the_equipment_something_stands_in() -> None:
    one = todays(circumstances=Circumstances(equipment=()))
    assert "seated-hold" in names(one)
    assert "band-pull" not in names(one)
    item = next(item for item in one.exercises if item.exercise == "seated-hold")
    assert (item.purpose, "stands in for band-pull" in item.why) == ("activation", True)
    assert names(todays(circumstances=Circumstances(is_travelling=True, equipment=("band",)))) == names(one)
    assert "band-pull" in names(todays(circumstances=Circumstances(equipment=("band",))))


def test_without_equipment_and_stand_in_the_exercise_is_left_out() -> None:
    some = library(exercise("step-up", needs=("step",)), exercise("ankle-pumps"))
    one = todays(stage(slot("step-up"), slot("ankle-pumps")), some, circumstances=Circumstances(equipment=()))
    assert names(one) == ["ankle-pumps"]
    assert one.left_out[0].constraint == "today.equipment"
    assert "step" in one.left_out[0].reason


def test_a_stand_in_with_a_place_of_its_own_is_not_doubled() -> None:
    both = stage(slot("band-pull", "activation"), slot("seated-hold", "activation"))
    one = todays(both, circumstances=Circumstances(equipment=()))
    assert names(one) == ["seated-hold"]


def test_wall_floor_and_chair_are_always_there() -> None:
    some = library(exercise("sit", needs=("chair", "wall", "floor")))
    assert names(todays(stage(slot("sit")), some, circumstances=Circumstances(equipment=()))) == ["sit"]


def test_an_exercise_rests_the_days_its_slot_asks_for() -> None:
    rests = stage(slot("calf-raise", rest_days=1), slot("ankle-pumps"))
    assert "calf-raise" not in names(todays(rests, done=[session(29, log("calf-raise"))]))
    assert "calf-raise" in names(todays(rests, done=[session(28, log("calf-raise"))]))
    assert "calf-raise" in names(todays(rests, done=[session(29, log("calf-raise", outcome="skipped"))]))


def test_two_exercises_of_the_same_tissue_never_share_a_day() -> None:
    some = library(exercise("a", not_with=("b",)), exercise("b"), exercise("c"))
    one = todays(stage(slot("a"), slot("b"), slot("c")), some)
    assert names(one) == ["a", "c"]
    assert one.left_out[0].constraint == "not_with"


def test_withheld_tags_name_the_constraint_and_the_author() -> None:
    one = todays(extra=(cap(without_tags=("loaded_calf",)),))
    assert "calf-raise" not in names(one)
    assert next(item for item in one.left_out if item.exercise == "calf-raise").constraint == "c"
    assert [
        (item.constraint, item.author, item.removed) for item in one.constraints if item.constraint == "c"
    ] == [("c", "ada", ("calf-raise",))]


def test_what_the_stage_withholds_is_withheld_even_without_its_constraint() -> None:
    early = stage(slot("calf-raise"), slot("ankle-pumps"), without_tags=("loaded_calf",))
    one = todays_session(
        session_id="s", as_of=on(0), stage=early, exercises=LIBRARY, states={}, done=(), load=Load.KEEP,
        constraints=(), circumstances=Circumstances(),
    )  # fmt: skip
    assert names(one) == ["ankle-pumps"]


def test_manual_techniques_are_never_home_exercises() -> None:
    one = todays()
    assert next(item for item in one.left_out if item.exercise == "glide").constraint == "manual"


def test_a_busy_day_is_shortened_rather_than_emptied() -> None:
    some = library(*(exercise(name, dose_steps=ladder(2, 4)) for name in "abc"))
    three = stage(slot("a", "x"), slot("b", "y"), slot("c", "z"))
    states = {name: at(1, 1) for name in "abc"}
    whole = todays(three, some, states=states)
    assert [item.seconds for item in whole.exercises] == [240, 240, 240]
    busy = todays(three, some, states=states, circumstances=Circumstances(minutes=5))
    assert len(busy.exercises) == 2
    assert busy.seconds <= 300
    assert "5 min" in busy.why
    assert busy.exercises[0].usual_step == 1


def test_no_time_at_all_gives_an_empty_session_with_the_reason() -> None:
    one = todays(circumstances=Circumstances(minutes=0))
    assert one.exercises == ()
    assert "0 min" in one.why
    assert one.why_patient


def test_contacts_are_capped_over_the_session() -> None:
    some = library(*(exercise(name, dose_steps=ladder(1, n_contacts=30)) for name in "abc"))
    one = todays(stage(slot("a"), slot("b"), slot("c")), some, (cap(n_contacts_at_most=60),))
    assert one.n_contacts == 60
    assert one.left_out[0].constraint == "contacts"
    assert one.constraints[0].removed == ("c",)


def test_load_rest_leaves_gentle_open_chain_movement_at_half_the_dose() -> None:
    one = todays(load=Load.REST, states={name: at(3, 3) for name in LIBRARY})
    assert set(names(one)) <= {"ankle-pumps", "band-pull"}
    assert all(item.dose_step < item.usual_step for item in one.exercises)
    assert next(item for item in one.left_out if item.exercise == "tandem").constraint == "load.rest"


def test_load_rest_leaves_no_work_for_strength_even_in_open_chain() -> None:
    one = todays(stage(slot("ankle-pumps", "mobility"), slot("band-pull", "strength")), load=Load.REST)
    assert names(one) == ["ankle-pumps"]
    assert one.left_out[0].constraint == "load.rest"
    ill = todays(
        stage(slot("ankle-pumps", "mobility"), slot("band-pull", "strength")),
        circumstances=Circumstances(is_ill=True),
    )
    assert [(cut.constraint, cut.removed) for cut in ill.constraints] == [("today.ill", ("band-pull",))]


def test_load_rest_with_nothing_gentle_is_an_empty_session_with_a_reason() -> None:
    one = todays(stage(slot("calf-raise")), load=Load.REST)
    assert one.exercises == ()
    assert one.why.startswith("No session")


def test_load_ease_lowers_every_dose_and_keep_keeps_it() -> None:
    states = {name: at(3, 3) for name in LIBRARY}
    kept, eased = todays(states=states), todays(states=states, load=Load.EASE)
    assert all(item.dose_step == item.usual_step == 3 for item in kept.exercises)
    assert [item.dose_step for item in eased.exercises] == [1, 1, 1, 1]  # 70 % of four sets is two
    assert all(item.usual_step == 3 for item in eased.exercises)
    assert "70 %" in eased.why


def test_the_lowest_dose_is_cut_further_on_an_easy_day() -> None:
    some = library(exercise("a", dose_steps=ladder(3)), exercise("b", dose_steps=ladder(1)))
    one = todays(stage(slot("a"), slot("b")), some, load=Load.EASE)
    assert [(item.dose.n_sets, item.dose.duration_s) for item in one.exercises] == [(2, 60), (1, 40)]


def test_load_raise_lets_the_longest_waiting_exercise_try_its_raise_alone() -> None:
    states = {name: at(1, 1) for name in LIBRARY} | {
        "calf-raise": at(2, 1, since=28),
        "tandem": at(2, 1, since=27),
    }
    one = todays(states=states, load=Load.RAISE)
    steps = {item.exercise: item.dose_step for item in one.exercises}
    assert steps == {"ankle-pumps": 1, "band-pull": 1, "calf-raise": 1, "tandem": 2}
    assert "Tandem" in one.why
    assert todays(states=states, load=Load.KEEP).why.startswith("Kept")


def test_a_raise_that_has_waited_five_days_is_tried_beside_another_and_never_a_third() -> None:
    long_waiting = {name: at(1, 1) for name in LIBRARY} | {
        name: _finer(since) for name, since in (("calf-raise", 24), ("tandem", 23), ("band-pull", 25))
    }
    some = {name: exercise(name, dose_steps=ladder(8, 9, 10, 11, seconds=20)) for name in LIBRARY}
    one = todays(exercises=some, states=long_waiting, load=Load.RAISE)
    assert {item.exercise for item in one.exercises if item.dose_step > item.usual_step} == {
        "tandem",
        "calf-raise",
    }
    assert "2 things" in one.why_patient
    assert "Tandem and Calf raise" in one.why_patient
    short = long_waiting | {"calf-raise": _finer(26), "band-pull": _finer(26)}
    one = todays(exercises=some, states=short, load=Load.RAISE)
    assert [item.exercise for item in one.exercises if item.dose_step > item.usual_step] == ["tandem"]


def _finer(since: int) -> DoseState:
    return at(2, 1, since)


# ---------------------------------------------------------------- who may raise


def _waiting(name: str, share: str, since: int, n_per_week: int = 3) -> tuple[Exercise, Slot, DoseState]:
    """Return an exercise whose raise waits and adds `share` to its dose."""
    steps = ladder(1, seconds=100) + ladder(1, seconds=int(100 + 100 * float(share)))
    return (
        exercise(name, dose_steps=steps), slot(name, name, last_step=1, n_per_week=n_per_week), at(1, 0, since),
    )  # fmt: skip


def _due(
    *waiting: tuple[Exercise, Slot, DoseState], done: tuple[DoneSession, ...] | None = None
) -> tuple[str, ...]:
    some = library(*(one for one, *_ in waiting))
    states = {one.id: state for one, _, state in waiting}
    told = (session(29, *(log(name) for name in some)),) if done is None else done
    return raises_due(stage(*(its for _, its, _ in waiting)), some, states, told, on(30))


def test_the_raise_that_was_earned_first_comes_first() -> None:
    assert _due(_waiting("a", "0.1", 28), _waiting("b", "0.1", 20), _waiting("c", "0.1", 24)) == (
        "b",
        "c",
        "a",
    )
    assert _due(_waiting("a", "0.1", 20), _waiting("b", "0.1", 20, n_per_week=1)) == (
        "b",
        "a",
    )  # done more rarely
    assert _due(_waiting("a", "0.1", 10, n_per_week=0), _waiting("b", "0.1", 20)) == ("b", "a")


def test_a_large_raise_keeps_its_share_and_small_ones_do_not_pass_it() -> None:
    big, small = _waiting("big", "1.0", 10), _waiting("small", "0.1", 20)
    assert _due(big, small) == ("big",)  # nothing raised for a week: the first passes whatever it adds
    lately = tuple(_waiting("lately", "0.1", 26))
    tried = DoseState(step=1, cause="", cause_patient="", since_on=on(20), n_clean=0, keep_step=1,
                      tried_on=on(25), before_step=0)  # fmt: skip
    other = (lately[0], lately[1], tried)
    assert _due(big, small, other) == ()  # type: ignore[arg-type]
    assert _due(small, other) == ("small",)  # type: ignore[arg-type]


def test_an_exercise_left_alone_for_a_week_holds_up_nobody() -> None:
    big, small = _waiting("big", "1.0", 10), _waiting("small", "0.1", 20)
    assert _due(big, small, done=(session(22, log("big")), session(29, log("small")))) == ("small",)
    assert _due(big, small, done=(session(23, log("big")), session(29, log("small")))) == ("big",)


def test_no_exercise_raises_twice_within_seven_days() -> None:
    one, its, _ = _waiting("a", "0.1", 28)
    again = DoseState(step=1, cause="", cause_patient="", since_on=on(28), n_clean=0, keep_step=0, tried_on=on(24),
                      before_step=0)  # fmt: skip
    assert _due((one, its, again)) == ()
    assert _due((one, its, DoseState(**(_fields(again) | {"tried_on": on(23)})))) == ("a",)


def test_nothing_is_raised_on_a_day_that_something_else_lowers() -> None:
    states = {name: at(2, 1) for name in LIBRARY}
    one = todays(states=states, load=Load.RAISE, back=after_break())
    assert all(item.dose_step < 2 for item in one.exercises)
    assert "break" in one.why


def test_raises_of_a_week_add_at_most_a_fifth_to_its_work() -> None:
    two = stage(slot("calf-raise"), slot("tandem", "balance"))
    tried = DoseState(
        step=2,
        cause="",
        cause_patient="",
        since_on=on(24),
        n_clean=1,
        keep_step=2,
        tried_on=on(27),
        before_step=1,
    )
    states = {"calf-raise": tried, "tandem": at(2, 1)}
    assert (
        max(
            item.dose_step - item.usual_step for item in todays(two, states=states, load=Load.RAISE).exercises
        )
        == 0
    )
    long_ago = {"calf-raise": DoseState(**{**_fields(tried), "tried_on": on(20)}), "tandem": at(2, 1)}
    one = todays(two, states=long_ago, load=Load.RAISE)
    assert {item.exercise: item.dose_step for item in one.exercises} == {"calf-raise": 2, "tandem": 2}


def _fields(state: DoseState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in state.__struct_fields__}


def test_a_locked_programme_has_no_session_whatever_else_is_said() -> None:
    one = todays(is_locked=True, load=Load.RAISE)
    assert one.exercises == ()
    assert "red flag" in one.why
    assert {item.constraint for item in one.left_out} == {"lock", "manual"}


def test_a_constraint_whose_last_day_is_past_no_longer_cuts() -> None:
    assert "calf-raise" in names(todays(extra=(cap(without_tags=("loaded_calf",), until_on=on(29)),)))
    assert "calf-raise" not in names(todays(extra=(cap(without_tags=("loaded_calf",), until_on=on(30)),)))


def test_the_most_limiting_constraint_comes_first() -> None:
    few = cap("a-few", without_tags=("loaded_calf",))
    many = cap("z-many", without_tags=("closed_chain",))
    assert [one.constraint for one in todays(extra=(few, many)).constraints] == ["z-many", "a-few"]


def test_an_exercise_that_is_not_in_the_library_is_said_to_be_missing() -> None:
    one = todays(stage(slot("ankle-pumps"), slot("unheard-of")))
    assert [item.constraint for item in one.left_out] == ["library"]
