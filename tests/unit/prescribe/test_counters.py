"""Four counters and their ceilings: what a week has put on the ankle is never planned past."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from mortise.prescribe import DoneSession, constraints_of, dose_states, todays_session
from mortise.prescribe.counters import (
    NOTHING,
    Counted,
    Uses,
    ceilings_of,
    counted_before,
    lefts_of,
    uses_of,
    uses_of_logs,
)
from mortise.protocol import (
    Ceiling,
    Circumstances,
    Constraint,
    Counter,
    DoseStep,
    Exercise,
    ForbiddenPosition,
    Stage,
    StageCeiling,
    Tag,
)
from mortise.record import Session
from mortise.terms import Load, Strength
from tests.unit.prescribe.made import exercise, ladder, library, log, on, protocol, session, slot, stage

LUNGE = exercise("lunge", tags=(Tag.END_RANGE_DORSIFLEXION,))  # a minute a set, one to four sets
RAISE = exercise("raise", tags=(Tag.END_RANGE_PLANTARFLEXION,))
HOP = exercise("hop", tags=(Tag.IMPACT,), dose_steps=ladder(1, 2, n_contacts=20))
RUN = exercise("run", dose_steps=(DoseStep(n_sets=2, duration_s=Decimal(300), run_s=Decimal(180)),))
WALK = exercise("walk", tags=(Tag.WALKING,), dose_steps=(DoseStep(n_sets=1, duration_s=Decimal(600)),))
PUMP = exercise("pump")
LIBRARY = library(LUNGE, RAISE, HOP, RUN, WALK, PUMP)


def cap(
    counter: Counter, per_day: int | None = None, per_week: int | None = None, name: str = "cap"
) -> Constraint:
    ceiling = Ceiling(
        counter=counter, per_day=None if per_day is None else Decimal(per_day),
        per_week=None if per_week is None else Decimal(per_week),
    )  # fmt: skip
    return Constraint(id=name, author="ada", reason="r", reason_patient="p", ceilings=(ceiling,))


def planned(
    the_stage: Stage, *caps: Constraint, done: tuple[DoneSession, ...] = (), exercises: dict[str, Exercise] = LIBRARY,
    **given: Any,
) -> Session:  # fmt: skip
    states = dose_states(the_stage, exercises, done, {}, on(30))
    return todays_session(
        session_id="s", as_of=on(30), stage=the_stage, exercises=exercises, states=states, done=done, load=Load.KEEP,
        constraints=caps, circumstances=Circumstances(), **given,
    )  # fmt: skip


def names(one: Session) -> list[str]:
    return [item.exercise for item in one.exercises]


def test_each_counter_counts_its_own_work() -> None:
    assert uses_of(LUNGE, LUNGE.dose_steps[1]) == Uses(120, 0, 0, 0)
    assert uses_of(RAISE, RAISE.dose_steps[0]) == Uses(0, 60, 0, 0)
    assert uses_of(HOP, HOP.dose_steps[1]) == Uses(0, 0, 20, 0)
    assert uses_of(RUN, RUN.dose_steps[0]) == Uses(0, 0, 0, 600)  # walked between the runs, too
    assert uses_of(WALK, WALK.dose_steps[0]) == Uses(0, 0, 0, 600)
    assert uses_of(PUMP, PUMP.dose_steps[0]) == NOTHING


def test_logs_count_what_was_done_of_them() -> None:
    items = (log("lunge", 3, n_sets=2), log("hop", 1, outcome="skipped"), log("gone"), log("raise", 9))
    assert uses_of_logs(items, LIBRARY) == Uses(120, 240, 0, 0)  # a rung the ladder lacks: its highest


def test_logs_count_the_seconds_that_were_done() -> None:
    def seconds(duration_s: int) -> int:
        item = log("lunge", 1, duration_s=Decimal(duration_s))
        return uses_of_logs((item,), LIBRARY).end_range_dorsiflexion_s

    whole = uses_of_logs((log("lunge", 1),), LIBRARY).end_range_dorsiflexion_s
    assert whole == 120  # two sets of a minute
    assert [seconds(n) for n in (60, 10, 99, 0, -5)] == [whole, 20, whole, 0, 0]


def test_a_round_cut_in_seconds_is_run_and_landed_less() -> None:
    rung = DoseStep(n_sets=2, duration_s=Decimal(300), run_s=Decimal(180), n_contacts=41)
    cut = rung.lasting(Decimal(100))
    assert (cut.duration_s, cut.run_s, cut.walk_s, cut.n_contacts) == (100, 60, 40, 14)
    assert rung.lasting(Decimal(300)) is rung
    counted = DoseStep(n_sets=2, n_reps=10)  # seconds say nothing of work that is counted
    assert counted.lasting(Decimal(-1)) is counted


def test_six_days_before_count_and_the_day_itself_does_not() -> None:
    done = [session(n, log("hop"), late=3 if n == 26 else 0) for n in (23, 24, 26, 30)]
    assert counted_before(done, LIBRARY, on(30)).n_impact_contacts == 40


def test_the_tightest_ceiling_of_a_counter_is_what_is_left() -> None:
    caps = (cap(Counter.IMPACT_CONTACTS, per_week=100), cap(Counter.IMPACT_CONTACTS, per_day=30, name="b"))
    before = Uses(0, 0, 80, 0)
    left = lefts_of(caps, before)[2]
    assert left is not None
    assert (left.amount, left.constraint, left.is_weekly) == (20, "cap", True)
    beside = Counted(week=NOTHING, on_day=Uses(0, 0, 20, 0))
    left = lefts_of(caps, before, beside)[2]
    assert left is not None
    assert (left.amount, left.constraint, left.is_weekly) == (10, "b", False)
    assert lefts_of(caps, Uses(0, 0, 500, 0))[2].amount == 0  # type: ignore[union-attr]
    assert lefts_of((), before) == (None, None, None, None)


def test_nothing_is_planned_past_the_week_and_the_reason_says_so() -> None:
    done = (session(28, log("hop", 1), log("hop", 1)), session(29, log("hop", 1)))
    free = planned(stage(slot("hop"), slot("pump")), done=done)
    assert "hop" in names(free)
    full = planned(stage(slot("hop"), slot("pump")), cap(Counter.IMPACT_CONTACTS, per_week=65), done=done)
    assert names(full) == ["pump"]
    out = next(one for one in full.left_out if one.exercise == "hop")
    assert (out.constraint, "65 impact contacts in seven days; 60 counted" in out.reason) == ("cap", True)
    assert out.reason_patient == "Enough landings this week."
    assert full.constraints[0].constraint == "cap"
    assert full.constraints[0].removed == ("hop",)


def test_a_dose_is_cut_to_what_is_left_but_never_below_half() -> None:
    the_stage = stage(slot("lunge", first_step=3), slot("pump"))  # four minutes
    three = planned(the_stage, cap(Counter.END_RANGE_DORSIFLEXION, per_day=3))
    item = next(one for one in three.exercises if one.exercise == "lunge")
    assert (item.dose.n_sets, "cut to 75 % by cap" in item.why) == (3, True)
    assert three.constraints[0].lowered == ("lunge",)
    one = planned(the_stage, cap(Counter.END_RANGE_DORSIFLEXION, per_day=1))
    assert names(one) == ["pump"]


def test_two_that_fit_alone_do_not_fit_together() -> None:
    other = replace(LUNGE, id="squat")
    both = {**LIBRARY, "squat": other}
    the_stage = stage(slot("lunge", first_step=1), slot("squat", first_step=1), slot("pump"))
    made = planned(the_stage, cap(Counter.END_RANGE_DORSIFLEXION, per_day=3), exercises=both)
    assert len({"lunge", "squat"} & set(names(made))) == 1
    out = next(one for one in made.left_out if one.exercise in {"lunge", "squat"})
    assert out.constraint == "cap"


def test_the_other_ankle_counts() -> None:
    the_stage, limit = stage(slot("hop"), slot("pump")), cap(Counter.IMPACT_CONTACTS, per_day=25)
    assert "hop" in names(planned(the_stage, limit))
    beside = Counted(week=Uses(0, 0, 20, 0), on_day=Uses(0, 0, 20, 0))
    assert "hop" not in names(planned(the_stage, limit, beside=beside))


def test_a_stage_caps_each_counter_it_touches_at_its_own_minima_and_a_fifth_more() -> None:
    the_stage = stage(slot("lunge", n_per_week=5), slot("hop", n_per_week=3, last_step=1), slot("pump"))
    found = {one.id: one for one in ceilings_of(protocol(), the_stage, LIBRARY)}
    assert set(found) == {"counter.end_range_dorsiflexion", "counter.impact_contacts"}
    lunge = found["counter.end_range_dorsiflexion"].ceilings or ()
    assert (lunge[0].per_week, lunge[0].per_day) == (24, 8)  # five times four minutes, and a fifth
    hop = found["counter.impact_contacts"].ceilings or ()
    assert (hop[0].per_week, hop[0].per_day) == (72, 24)


def test_the_end_of_range_that_provokes_gets_no_fifth_more() -> None:
    no = ForbiddenPosition(
        id="f", subtype="anterior", stages=("g1",), position="", instead="", say_patient="",
        without_tags=(Tag.END_RANGE_DORSIFLEXION.value,), evidence=(), strength=Strength.CONSENSUS,
    )  # fmt: skip
    found = ceilings_of(protocol(forbidden=(no,)), stage(slot("lunge", n_per_week=5)), LIBRARY)
    assert (found[0].ceilings or ())[0].per_week == 20


def test_a_single_dose_always_fits_its_stage() -> None:
    found = ceilings_of(protocol(), stage(slot("lunge", n_per_week=0)), LIBRARY)
    ceiling = (found[0].ceilings or ())[0]
    assert (ceiling.per_week, ceiling.per_day) == (4, 4)


def test_the_ceilings_of_a_stage_are_among_its_constraints() -> None:
    the_stage = stage(slot("hop"))
    found = constraints_of(protocol(), the_stage, None, (), Circumstances(), 40, on(0), exercises=LIBRARY)
    assert "counter.impact_contacts" in {one.id for one in found}


def test_what_serves_a_goal_comes_first_among_equals() -> None:
    the_stage = stage(
        slot("pump", "balance", n_per_week=0), slot("walk", "gait", n_per_week=0), n_exercises=(1, 1)
    )
    assert names(planned(the_stage)) == ["pump"]
    wanted = planned(the_stage, goal_purposes=frozenset({"gait"}))
    assert names(wanted) == ["walk"]
    assert "serves a goal" in wanted.exercises[0].why


def test_what_is_entered_for_a_stage_holds_and_what_a_plan_adds_is_worked_out() -> None:
    entered = StageCeiling(
        counter=Counter.END_RANGE_DORSIFLEXION, per_day=Decimal(5), per_week=Decimal(9), evidence=("LOAD-24",),
        strength=Strength.CONSENSUS,
    )  # fmt: skip
    the_stage = replace(
        stage(slot("lunge", n_per_week=5), slot("hop", n_per_week=3, last_step=1)), ceilings=(entered,)
    )
    found = {one.id: (one.ceilings or ())[0] for one in ceilings_of(protocol(), the_stage, LIBRARY)}
    lunge = found["counter.end_range_dorsiflexion"]
    assert (lunge.per_day, lunge.per_week) == (5, 9)
    assert found["counter.impact_contacts"].per_week == 72


def test_a_clinic_may_tighten_a_ceiling_and_never_loosen_it() -> None:
    the_stage = stage(slot("hop"), slot("pump"))
    tight, loose = (
        cap(Counter.IMPACT_CONTACTS, per_day=5),
        cap(Counter.IMPACT_CONTACTS, per_day=500, name="loose"),
    )
    of_stage = constraints_of(protocol(), the_stage, None, (), Circumstances(), 40, on(0), exercises=LIBRARY)
    assert "hop" in names(planned(the_stage, *of_stage))
    assert "hop" not in names(planned(the_stage, *of_stage, tight))
    assert names(planned(the_stage, *of_stage, loose)) == names(planned(the_stage, *of_stage))
