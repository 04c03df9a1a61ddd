"""An exercise that a clinician adds: in its place, never raised, and no ceiling, cap or removal the wider for it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from mortise.prescribe import constraints_of, dose_states, planned_stage, todays_session
from mortise.prescribe.goals import constraints_of_goals
from mortise.prescribe.states import DoneSession, set_steps_of
from mortise.protocol import Circumstances, Counter, Light
from mortise.record import AddedExercise, PlanVersion
from mortise.record.records import decode_fact, encode
from mortise.terms import Load, Origin
from tests.unit.prescribe.made import exercise, ladder, library, log, on, protocol, slot, stage

LIBRARY = library(
    exercise("raise", tags=("loaded_calf",)), exercise("bend", tags=("end_range_dorsiflexion",)),
    exercise("hop", tags=("impact",), dose_steps=ladder(1, 2, 3, n_contacts=40)),
    exercise("plie", only_for=("dance",)),
)  # fmt: skip
OWN = stage(slot("raise"), slot("bend"))
PROTOCOL = protocol(stages=(OWN,))


def added(name: str, n_per_week: int = 3) -> AddedExercise:
    return AddedExercise(exercise=name, reason="She asks for it.", n_per_week=n_per_week)


def plan(*names: str, **given: object) -> PlanVersion:
    values: dict[str, object] = {
        "id": "p1", "on": on(0), "origin": Origin.CLINICIAN, "by": "ada", "protocol": "p", "protocol_version": "1",
        "protocol_hash": "h", "added": tuple(added(name) for name in names) or msgspec.UNSET, "reason": "r",
    }  # fmt: skip
    return PlanVersion(**(values | given))  # type: ignore[arg-type]


def ceilings(the_plan: PlanVersion | None) -> dict[Counter, tuple[Decimal | None, Decimal | None]]:
    found = constraints_of(
        PROTOCOL, planned_stage(OWN, the_plan, LIBRARY), the_plan, (), Circumstances(), 40, on(1), exercises=LIBRARY
    )  # fmt: skip
    return {one.counter: (one.per_day, one.per_week) for each in found for one in each.ceilings or ()}


def test_added_exercise_gets_a_slot_and_takes_nothing_away() -> None:
    made = planned_stage(OWN, plan("hop", "raise", "unheard-of", dose_steps={"hop": 1}), LIBRARY)
    assert [one.exercise for one in made.slots] == ["raise", "bend", "hop"]
    assert (made.slots[-1].last_step, made.slots[-1].n_per_week) == (1, 3)
    constraints = constraints_of(
        PROTOCOL, made, plan("hop"), (), Circumstances(), 40, on(1), exercises=LIBRARY
    )
    assert "plan.exercises" not in {one.id for one in constraints}


def test_plan_without_additions_reads_and_writes_as_before() -> None:
    assert b"added" not in encode(plan())
    old = encode(plan())
    assert encode(decode_fact(old)) == old
    new = plan("hop")
    assert decode_fact(encode(new)) == new
    assert planned_stage(OWN, plan(), LIBRARY) is OWN


@pytest.mark.parametrize("n", [0, 8])
def test_how_often_is_bounded_at_the_door(n: int) -> None:
    raw = encode(plan("hop")).replace(b'"n_per_week":3', b'"n_per_week":%d' % n)
    with pytest.raises(Exception, match="n_per_week"):
        decode_fact(raw)


def test_added_exercise_is_never_raised_by_the_engine_but_eased_like_any_other() -> None:
    the_plan = plan("hop", dose_steps={"hop": 1})
    made = planned_stage(OWN, the_plan, LIBRARY)
    steps = set_steps_of([the_plan], on(60))
    clean = [
        DoneSession(on=on(n), logged_on=on(n), light=Light.GREEN, items=(log("hop", 1), log("raise", 0)))
        for n in range(1, 40, 3)
    ]  # fmt: skip
    states = dose_states(made, LIBRARY, clean, steps, on(60))
    assert states["raise"].step > 0
    assert states["hop"].step == 1
    red = DoneSession(on=on(41), logged_on=on(41), light=Light.RED, items=(log("hop", 1),))
    assert dose_states(made, LIBRARY, [*clean, red], steps, on(60))["hop"].step == 0


def test_added_exercise_widens_no_ceiling_of_the_stage() -> None:
    more = library(
        *LIBRARY.values(), exercise("bend-more", tags=("end_range_dorsiflexion",), dose_steps=ladder(6))
    )
    the_plan = plan("bend-more", "hop")
    without, with_it = ceilings(None), ceilings(the_plan)
    for counter, limits in without.items():
        assert with_it[counter] == limits
    made = planned_stage(OWN, the_plan, more)
    wider = constraints_of(PROTOCOL, made, the_plan, (), Circumstances(), 40, on(1), exercises=more)
    kept = {one.counter: (one.per_day, one.per_week) for each in wider for one in each.ceilings or ()}
    assert kept[Counter.END_RANGE_DORSIFLEXION] == without[Counter.END_RANGE_DORSIFLEXION]
    assert kept[Counter.IMPACT_CONTACTS][0] is not None, (
        "what the stage never touches has a ceiling all the same"
    )


def test_what_the_stage_keeps_out_stays_out_although_it_was_added() -> None:
    calm = stage(slot("raise"), without_tags=("impact",))
    the_plan = plan("hop")
    made = planned_stage(calm, the_plan, LIBRARY)
    limits = constraints_of(
        protocol(stages=(calm,)), made, the_plan, (), Circumstances(), 40, on(1), exercises=LIBRARY
    )
    session = todays_session(
        session_id="s", as_of=on(1), stage=made, exercises=LIBRARY, done=(), load=Load.KEEP, constraints=limits,
        states=dose_states(made, LIBRARY, (), {}, on(1)), circumstances=Circumstances(),
    )  # fmt: skip
    assert [one.exercise for one in session.exercises] == ["raise"]
    assert "impact" in next(one.reason for one in session.left_out if one.exercise == "hop")


def test_exercise_of_a_sport_that_was_added_by_name_is_meant() -> None:
    assert constraints_of_goals(planned_stage(OWN, plan("plie"), LIBRARY), LIBRARY, (), plan("plie")) == ()
