"""For any stage, record and day: constraints only tighten, order does not matter, nothing contraindicated slips in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from mortise.prescribe import (
    DoneSession,
    Doses,
    constraints_of,
    dose_states,
    planned_stage,
    set_steps_of,
    todays_session,
)
from mortise.prescribe.constraints import constraints_of_work, equipment_of
from mortise.prescribe.counters import COUNTERS, NOTHING, counted_before, uses_of
from mortise.prescribe.ladders import work_s
from mortise.prescribe.permitted import limits_of, permitted
from mortise.protocol import Ceiling, Circumstances, Constraint, Counter, Exercise, Light, Stage, Tag
from mortise.record import AddedExercise, PlanVersion, Session
from mortise.terms import Load, Origin
from tests.unit.prescribe.made import exercise, ladder, log, on, protocol, slot, stage

NAMES = tuple("abcdef")
TAGS = tuple(tag.value for tag in Tag)
DAY = 40


@st.composite
def libraries(draw: st.DrawFn) -> dict[str, Exercise]:
    return {
        name: exercise(
            name,
            tags=tuple(draw(st.sets(st.sampled_from(TAGS), max_size=3))),
            needs=tuple(draw(st.sets(st.sampled_from(("band", "step", "wall")), max_size=1))),
            instead=draw(st.none() | st.sampled_from(NAMES)),
            easier=draw(st.sampled_from((*NAMES, "floor"))),
            not_with=tuple(draw(st.sets(st.sampled_from(NAMES), max_size=1)) - {name}),
            both_sides=draw(st.booleans()),
            dose_steps=ladder(
                *sorted(draw(st.lists(st.integers(1, 6), min_size=1, max_size=5))),
                seconds=draw(st.integers(10, 120)), n_contacts=draw(st.sampled_from((0, 0, 20, 50))),
            ),
        )
        for name in NAMES
    }  # fmt: skip


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True))
    slots = [
        slot(
            name, draw(st.sampled_from(("mobility", "strength", "balance"))), first_step=draw(st.integers(0, 1)),
            last_step=draw(st.integers(1, 4)), n_per_week=draw(st.integers(0, 7)), rest_days=draw(st.integers(0, 2)),
        )
        for name in names
    ]  # fmt: skip
    without = tuple(draw(st.sets(st.sampled_from(TAGS), max_size=1)))
    return stage(*slots, minutes_at_most=draw(st.integers(3, 40)), without_tags=without)


@st.composite
def histories(draw: st.DrawFn) -> list[DoneSession]:
    found = []
    for n in sorted(draw(st.sets(st.integers(0, DAY - 1), max_size=8))):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
        items = tuple(
            log(
                name, draw(st.integers(0, 4)), outcome=draw(st.sampled_from(("done", "done", "modified", "skipped"))),
                pain_nrs=draw(st.none() | st.integers(0, 10).map(Decimal)),
                reason=draw(st.sampled_from(("", "", "pain", "sharp_pain"))),
                duration_s=draw(st.sampled_from((UNSET, UNSET, Decimal(0), Decimal(20), Decimal(60), Decimal(90)))),
            )
            for name in names
        )  # fmt: skip
        light = draw(st.sampled_from((*Light, Light.GREEN, Light.GREEN, None)))
        late = draw(st.sampled_from((0, 0, 1, 5)))
        found.append(DoneSession(on=on(n), logged_on=on(n + late), light=light, items=items))
    return found


@st.composite
def constraints(draw: st.DrawFn) -> Constraint:
    return Constraint(
        id=draw(st.sampled_from(("c1", "c2", "c3", "c4", "c5"))), author="ada", reason="r", reason_patient="p",
        without_tags=tuple(draw(st.sets(st.sampled_from(TAGS), max_size=2))),
        without_exercises=tuple(draw(st.sets(st.sampled_from(NAMES), max_size=1))),
        dose_at_most_pct=draw(st.none() | st.integers(0, 120).map(Decimal)),
        n_contacts_at_most=draw(st.none() | st.integers(0, 100)),
        minutes_at_most=draw(st.none() | st.integers(0, 40).map(Decimal)),
        load_at_most=draw(st.none() | st.sampled_from(tuple(Load))),
        ceilings=tuple(draw(st.lists(ceilings, max_size=2))),
    )  # fmt: skip


ceilings = st.builds(
    Ceiling,
    counter=st.sampled_from(Counter),
    per_day=st.none() | st.integers(0, 60).map(Decimal),
    per_week=st.none() | st.integers(0, 120).map(Decimal),
)
days = st.builds(
    Circumstances,
    minutes=st.none() | st.integers(0, 40),
    equipment=st.none() | st.sets(st.sampled_from(("band", "step"))).map(tuple),
    is_travelling=st.booleans(),
    is_ill=st.booleans(),
    did_other_sport=st.booleans(),
    is_ankle_hot=st.booleans(),
)
loads = st.sampled_from(tuple(Load))
cases = st.tuples(libraries(), stages(), histories(), loads, st.lists(constraints(), max_size=3), days)
Case = tuple[dict[str, Exercise], Stage, list[DoneSession], Load, list[Constraint], Circumstances]


def solved(case: Case, **changes: Any) -> Session:
    library, the_stage, done, load, limits, day = case
    values: dict[str, Any] = {
        "session_id": "s", "as_of": on(DAY), "stage": the_stage, "exercises": library, "done": done, "load": load,
        "states": dose_states(the_stage, library, done, {}, on(DAY)), "constraints": limits, "circumstances": day,
    }  # fmt: skip
    return todays_session(**(values | changes))


def allowed(
    case: Case, limits: list[Constraint], day: Circumstances | None = None
) -> dict[str, tuple[int, Decimal, int]]:
    """Return each permitted exercise with the highest dose it may have: rung, work, contacts."""
    library, the_stage, done, load, _, its_day = case
    states = dose_states(the_stage, library, done, {}, on(DAY))
    bound = limits_of(load, limits, the_stage, None)
    found = permitted(the_stage, library, states, done, on(DAY), bound, equipment_of(day or its_day))
    doses = {}
    for one in found.candidates:
        state = states[one.exercise.id]
        may_rise = bound.load is Load.RAISE and bound.pct >= 100 and state.is_raise_waiting
        dose = one.exercise.dose_steps[state.step] if may_rise else one.dose
        doses[one.exercise.id] = (state.step if may_rise else one.step, work_s(dose), dose.n_contacts)
    return doses


@given(cases)
def test_the_session_is_within_what_is_permitted(case: Case) -> None:
    session, most = solved(case), allowed(case, case[4])
    for item in session.exercises:
        step, work, n_contacts = most[item.exercise]
        assert item.dose_step <= step
        assert work_s(item.dose) <= work
        assert item.dose.n_contacts <= n_contacts


@given(cases, constraints())
def test_one_more_constraint_permits_nothing_new_and_no_higher_dose(case: Case, more: Constraint) -> None:
    wide, narrow = allowed(case, case[4]), allowed(case, [*case[4], more])
    assert narrow.keys() <= wide.keys()
    for name, (step, work, n_contacts) in narrow.items():
        assert step <= wide[name][0]
        assert work <= wide[name][1]
        assert n_contacts <= wide[name][2]


@given(cases, constraints())
def test_one_more_constraint_keeps_every_cap_and_every_removal(case: Case, more: Constraint) -> None:
    session = solved(case, constraints=[*case[4], more])
    library = case[0]
    for one in [*case[4], more]:
        for item in session.exercises:
            assert item.exercise not in one.without_exercises
            assert not set(library[item.exercise].tags) & set(one.without_tags)
        if one.minutes_at_most is not None:
            assert session.seconds <= one.minutes_at_most * 60
        if one.n_contacts_at_most is not None:
            assert session.n_contacts <= one.n_contacts_at_most
        if one.load_at_most is not None:
            assert session.load.tightness <= one.load_at_most.tightness


@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_constraints_and_of_facts_changes_nothing(case: Case, chance: Any) -> None:
    limits, done = [replace(one, id=f"{one.id}-{k}") for k, one in enumerate(case[4])], list(case[2])
    first = solved(case, constraints=limits)
    chance.shuffle(limits)
    chance.shuffle(done)
    assert solved(case, constraints=limits, done=done) == first


@given(cases)
def test_a_session_is_never_empty_without_a_reason_and_leaves_nothing_unsaid(case: Case) -> None:
    session = solved(case)
    said = [item.exercise for item in session.exercises] + [item.exercise for item in session.left_out]
    slots = {one.exercise for one in case[1].slots}
    assert len(said) == len(set(said))
    stand_ins = {item.exercise for item in session.exercises} - slots
    assert len(said) == len(slots)
    assert all("stands in" in item.why for item in session.exercises if item.exercise in stand_ins)
    assert session.why
    assert session.why_patient
    assert all(item.reason and item.reason_patient for item in session.left_out)
    assert len(session.exercises) <= case[1].n_exercises[1]
    assert session.seconds <= case[1].minutes_at_most * 60


@given(cases)
def test_nothing_contraindicated_and_nothing_for_other_hands_is_in_the_session(case: Case) -> None:
    library, the_stage, _, _, _, day = case
    limits = constraints_of(
        protocol(), the_stage, None, (), day, 70, on(DAY), exercises=library, done=case[2]
    )
    session = solved(case, constraints=limits)
    tags = {tag for item in session.exercises for tag in library[item.exercise].tags}
    assert "manual" not in tags
    assert not tags & set(the_stage.without_tags)
    if day.is_ankle_hot:
        assert not tags & {"impact", "end_range_dorsiflexion", "end_range_plantarflexion", "loaded_calf"}
    if day.is_ill:
        assert tags <= {"open_chain"}
    if day.is_travelling:
        assert all(set(library[item.exercise].needs) <= {"wall"} for item in session.exercises)
    at_hand = equipment_of(day)
    if at_hand is not None:
        assert all(set(library[item.exercise].needs) <= at_hand | {"wall"} for item in session.exercises)


@given(cases)
def test_circumstances_only_lighten(case: Case) -> None:
    library, the_stage, done, load, _, day = case
    age = 70
    plain, today = (
        list(constraints_of(protocol(), the_stage, None, (), one, age, on(DAY), exercises=library, done=done))
        for one in (Circumstances(), day)
    )
    own = {one.exercise for one in the_stage.slots}
    wide, narrow = allowed(case, plain, Circumstances()), allowed(case, today, day)
    for name, (step, *_) in narrow.items():
        assert name in wide or name not in own  # only a stand-in may be new
        assert step <= wide.get(name, (step,))[0]
    assert solved(case, constraints=today).load.tightness <= load.tightness


@given(cases)
def test_a_locked_programme_has_no_session(case: Case) -> None:
    assert solved(case, is_locked=True).exercises == ()


@given(cases)
def test_the_same_day_gives_the_same_session(case: Case) -> None:
    assert solved(case) == solved(case)


@given(libraries(), stages(), histories(), st.integers(0, 11), st.integers(0, 11))
def test_one_light_turned_worse_never_raises_a_dose(
    library: dict[str, Exercise], the_stage: Stage, done: list[DoneSession], at: int, worse_by: int
) -> None:
    if not done:
        return
    k = at % len(done)
    before = done[k].light
    ranks = list(Light)
    if before is None:
        return
    worse = ranks[max(0, ranks.index(before) - 1 - worse_by % 3)]
    changed = [*done[:k], replace(done[k], light=worse), *done[k + 1 :]]
    good, bad = (dose_states(the_stage, library, one, {}, on(DAY)) for one in (done, changed))
    for name in good:
        assert (bad[name].step <= good[name].step, bad[name].keep_step <= good[name].keep_step) == (
            True,
            True,
        )


@given(libraries(), stages(), histories())
def test_without_one_clean_session_no_dose_climbs(
    library: dict[str, Exercise], the_stage: Stage, done: list[DoneSession]
) -> None:
    spoilt = [
        replace(one, light=None if k % 2 else Light.GREEN_AMBER) if one.light is Light.GREEN else one
        for k, one in enumerate(done)
    ]
    start = dose_states(the_stage, library, [], {}, on(DAY))
    for name, state in dose_states(the_stage, library, spoilt, {}, on(DAY)).items():
        assert state.step <= start[name].step


SPOILT: tuple[dict[str, Any], ...] = (
    {"outcome": "modified"}, {"outcome": "skipped"}, {"pain_nrs": Decimal(3)}, {"pain_nrs": Decimal(6)},
    {"reason": "pain"}, {"reason": "sharp_pain"}, {"effort_nrs": None}, {"effort_nrs": Decimal(8)}, {"n_sets": 0},
)  # fmt: skip


@given(libraries(), stages(), histories(), st.lists(st.sampled_from(SPOILT), min_size=1, max_size=4))
def test_work_that_failed_was_missed_or_hurt_or_whose_effort_nobody_told_raises_nothing(
    library: dict[str, Exercise], the_stage: Stage, done: list[DoneSession], ways: list[dict[str, Any]]
) -> None:
    spoilt = [
        replace(
            one, items=tuple(replace(item, **ways[(k + n) % len(ways)]) for n, item in enumerate(one.items))
        )
        for k, one in enumerate(done)
    ]
    start = dose_states(the_stage, library, [], {}, on(DAY))
    for name, state in dose_states(the_stage, library, spoilt, {}, on(DAY)).items():
        assert max(state.step, state.keep_step) <= start[name].step


@given(libraries(), stages(), histories())
def test_however_much_is_back_filled_in_one_day_earns_one_step(
    library: dict[str, Exercise], the_stage: Stage, done: list[DoneSession]
) -> None:
    at_once = [replace(one, logged_on=on(DAY), on=on(DAY - k)) for k, one in enumerate(done)]
    start = dose_states(the_stage, library, [], {}, on(DAY))
    for name, state in dose_states(the_stage, library, at_once, {}, on(DAY)).items():
        assert state.step <= start[name].step + 1


@given(libraries(), stages(), histories())
def test_doses_climb_one_step_a_week_at_most(
    library: dict[str, Exercise], the_stage: Stage, done: list[DoneSession]
) -> None:
    course: dict[str, list[int]] = {}
    for n in range(DAY):
        for name, state in dose_states(the_stage, library, done, {}, on(n)).items():
            course.setdefault(name, []).append(state.step)
    for steps in course.values():
        assert all(
            later - earlier <= 1 for k, later in enumerate(steps) for earlier in steps[max(0, k - 6) : k]
        )


ONE = {"raise": exercise("raise")}
ONE_SLOT = stage(slot("raise"))
told = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from((Light.GREEN,) * 6 + tuple(Light)[:3]),
        st.sampled_from((0,) * 6 + (2, 4)),
        st.sampled_from(("step", "step", "keep", "too much")),
    ),
    min_size=2,
    max_size=10,
)


@given(told, st.integers(0, 9), st.sampled_from(tuple(Light)[:3]))
def test_one_light_turned_worse_never_raises_a_dose_that_climbs(
    days_told: list[tuple[int, Light, int, str]], at: int, worse: Light
) -> None:
    n, done = 0, []
    for gap, light, late, followed in days_told:  # the patient does what the state says, mostly
        n += gap
        state = dose_states(ONE_SLOT, ONE, done, {}, on(n))["raise"]
        step = {"step": state.step, "keep": state.keep_step, "too much": 3}[followed]
        done.append(DoneSession(on=on(n), logged_on=on(n + late), light=light, items=(log("raise", step),)))
    k = at % len(done)
    ranks = list(Light)
    if done[k].light is None or ranks.index(worse) >= ranks.index(done[k].light):
        return
    changed = [*done[:k], replace(done[k], light=worse), *done[k + 1 :]]
    good, bad = (dose_states(ONE_SLOT, ONE, one, {}, on(n))["raise"] for one in (done, changed))
    assert (bad.step <= good.step, bad.keep_step <= good.keep_step) == (True, True)


@given(cases)
def test_no_session_is_planned_past_a_ceiling(case: Case) -> None:
    library, _, done, _, limits, _ = case
    made = solved(case)
    before = counted_before(done, library, on(DAY))
    today = NOTHING
    for item in made.exercises:
        today = today.plus(uses_of(library[item.exercise], item.dose))
    for one in limits:
        for ceiling in one.ceilings or ():
            place = COUNTERS.index(ceiling.counter)
            unit = 1 if ceiling.counter is Counter.IMPACT_CONTACTS else 60
            if ceiling.per_day is not None and today[place]:
                assert today[place] <= ceiling.per_day * unit
            if ceiling.per_week is not None and today[place]:
                assert today[place] + before[place] <= ceiling.per_week * unit


@given(libraries(), stages(), histories(), st.lists(st.integers(0, DAY), max_size=6))
def test_states_asked_for_day_after_day_are_those_of_one_fold(
    library: dict[str, Exercise], the_stage: Stage, done: list[DoneSession], asked: list[int]
) -> None:
    doses = Doses(library)
    for n in [*sorted(asked), *asked]:
        known = [one for one in done if one.logged_on <= on(n)]
        assert doses.states(the_stage, known, {}, on(n)) == dose_states(the_stage, library, known, {}, on(n))


@given(cases, st.booleans(), st.booleans())
def test_another_sport_or_a_missing_check_in_raises_nothing(
    case: Case, has_checked_in: bool, sport: bool
) -> None:
    library, the_stage, done, _, _, day = case
    day = replace(day, did_other_sport=sport)
    limits = constraints_of(protocol(), the_stage, None, (), day, 40, on(DAY), exercises=library, done=done)
    work = constraints_of_work(has_checked_in=has_checked_in, back=None)
    session = solved(case, load=Load.RAISE, constraints=[*limits, *work], circumstances=day)
    if sport or not has_checked_in:
        assert session.load is not Load.RAISE
        assert all(item.dose_step <= item.usual_step for item in session.exercises)


@given(cases, st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True), st.integers(0, 5))
def test_what_a_plan_adds_keeps_every_cap_and_widens_no_ceiling(
    case: Case, names: list[str], step: int
) -> None:
    library, own, done, load, limits, day = case
    plan = PlanVersion(
        id="p", on=on(0), origin=Origin.CLINICIAN, by="ada", protocol="p", protocol_version="1", protocol_hash="h",
        added=tuple(AddedExercise(exercise=name, reason="r") for name in names), dose_steps=dict.fromkeys(names, step),
    )  # fmt: skip
    the_protocol, made = protocol(stages=(own,)), planned_stage(own, plan, library)
    assert made.slots[: len(own.slots)] == own.slots
    after = constraints_of(the_protocol, made, plan, (), day, 40, on(DAY), exercises=library)
    before = constraints_of(the_protocol, own, plan, (), day, 40, on(DAY), exercises=library)
    ceilings_now = {one.id: one.ceilings for one in after if one.ceilings}
    for one in before:
        if one.ceilings:
            assert ceilings_now[one.id] == one.ceilings, "a ceiling of the stage is what it was"
    bounds = [*limits, *after]
    states = dose_states(made, library, done, set_steps_of([plan], on(DAY)), on(DAY))
    session = todays_session(
        session_id="s", as_of=on(DAY), stage=made, exercises=library, done=done, load=load, states=states,
        constraints=bounds, circumstances=day,
    )  # fmt: skip
    theirs = {slot.exercise for slot in own.slots}
    for item in session.exercises:
        assert not set(library[item.exercise].tags) & {tag for one in bounds for tag in one.without_tags}
        assert item.exercise not in {name for one in bounds for name in one.without_exercises}
        if item.exercise in names and item.exercise not in theirs:
            assert item.dose_step <= min(step, len(library[item.exercise].dose_steps) - 1)
    assert session.seconds <= own.minutes_at_most * 60
