"""Reductions, groups, effects, constraints, nearest misses: the parts of a decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from mortise.decide import Inputs, Person, conclude, evaluate, gate, ready_node, ready_stage
from mortise.decide.decisions import StageState, examine
from mortise.errors import ContentError
from mortise.protocol import Constraint, Group
from mortise.record import Decision, Finding, ProtocolPin
from mortise.record.tracks import Point, Series, Track, Trouble, key_of, track_of
from mortise.terms import Advice, Cause, Limb, Load, Truth
from tests import builders as b

TODAY = b.day(20).toordinal()
PIN = ProtocolPin(id="small", version="1", hash="x")
MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.UNKNOWN


def a_track(measure: str, values: dict[int, str], limb: Limb = Limb.NONE, **of: Any) -> dict[str, Track]:
    """Return a track by days before today."""
    points = tuple(
        Point(TODAY - ago, Decimal(value), of.get("error"), (f"r{ago}",), of.get("at_visit", False))
        for ago, value in sorted(values.items(), reverse=True)
    )
    series = Series("tape", "", of.get("mdc95"), points, of.get("n_practice", 0))
    troubles = tuple(Trouble(TODAY - ago, cause, ("x",)) for ago, cause in of.get("troubles", {}).items())
    return {key_of(measure, limb): track_of(measure, limb, (series,), troubles)}


def judged(criterion: b.Criterion | Group, tracks: dict[str, Track], of: str = "exit") -> Finding:
    node = ready_node(criterion, of=of, group="g", measures=b.measures(), bands=(b.BAND,), person=Person())
    found: list[Finding] = []
    evaluate(node, Inputs(TODAY, tracks), found)
    return found[0]


@pytest.mark.parametrize(
    ("reduce", "operator", "bound", "values", "n_least", "expected"),
    [
        ("max", "<=", 3, {0: "2", 1: "3", 2: "1"}, 3, MET),
        ("max", "<=", 3, {0: "2", 1: "4", 2: "1"}, 3, NOT_MET),
        ("max", "<=", 3, {0: "2", 2: "1"}, 3, UNKNOWN),  # a day is missing and could have been worse
        ("max", "<=", 3, {0: "2", 2: "4"}, 3, NOT_MET),  # whatever the missing day was
        ("max", ">=", 6, {1: "7"}, 3, MET),  # a danger seen once is seen
        ("min", ">=", 5, {0: "6", 1: "5"}, 2, MET),
        ("min", "<=", 5, {1: "4"}, 3, MET),
        ("median", "<=", 3, {0: "1", 1: "3", 2: "9"}, 3, MET),
        ("median", "<=", 3, {0: "3", 1: "4"}, 2, NOT_MET),
        ("median", "<=", 3, {0: "3"}, 2, UNKNOWN),
        ("max", "<=", 3, {3: "2"}, 1, UNKNOWN),  # the window of three days ends before it
    ],
)
def test_a_window_is_judged_when_no_missing_day_could_change_it(
    reduce: str, operator: str, bound: int, values: dict[int, str], n_least: int, expected: Truth
) -> None:
    criterion = b.criterion(
        "x", "pain_now_nrs", operator, bound, reduce=reduce, window_days=3, n_least=n_least
    )
    assert judged(criterion, a_track("pain_now_nrs", values)).truth is expected


def test_a_danger_in_the_window_stays_seen_though_today_cannot_be_said() -> None:
    tracks = a_track("pain_now_nrs", {1: "7"}, troubles={0: Cause.CANNOT_SAY})
    danger = b.criterion("x", "pain_now_nrs", ">=", 6, reduce="max", window_days=3)
    assert judged(danger, tracks, "danger").truth is MET
    assert (
        judged(b.criterion("y", "pain_now_nrs", "<=", 6, reduce="max", window_days=3), tracks).truth
        is NOT_MET
    )
    newest = judged(b.criterion("z", "pain_now_nrs", "<=", 6), tracks)
    assert (newest.truth, newest.cause) == (UNKNOWN, Cause.CANNOT_SAY)


def test_change_counts_better_as_positive_and_never_less_than_the_smallest_real_change() -> None:
    of: dict[str, Any] = {"limb": Limb.INVOLVED, "mdc95": Decimal("1.9")}
    better = b.criterion(
        "x", "lunge_cm", ">=", 1, unit="cm", reduce="change_from_baseline", limb=Limb.INVOLVED
    )
    lost = b.criterion(
        "y", "lunge_cm", "<=", -1, unit="cm", reduce="change_from_baseline", limb=Limb.INVOLVED
    )
    up = a_track("lunge_cm", {9: "5.0", 0: "6.9"}, **of)
    assert (judged(better, up).truth, judged(better, up).value) == (MET, Decimal("1.9"))
    assert judged(better, a_track("lunge_cm", {9: "5.0", 0: "6.8"}, **of)).truth is NOT_MET
    assert judged(lost, a_track("lunge_cm", {9: "5.0", 0: "3.1"}, **of)).truth is MET
    assert judged(lost, a_track("lunge_cm", {9: "5.0", 0: "3.2"}, **of)).truth is NOT_MET
    practised = judged(better, a_track("lunge_cm", {9: "3.0", 5: "5.0", 0: "6.0"}, n_practice=1, **of))
    assert practised.value == Decimal("1.0")
    no_mdc = judged(better, a_track("lunge_cm", {9: "5.0", 0: "9.0"}, limb=Limb.INVOLVED))
    assert (no_mdc.truth, no_mdc.cause) == (UNKNOWN, Cause.INSTRUMENT_CHANGED)


def test_known_asks_only_for_a_fresh_value() -> None:
    known = b.criterion("x", "pain_now_nrs", "known", None)
    assert judged(known, a_track("pain_now_nrs", {2: "9"})).truth is MET
    assert judged(known, a_track("pain_now_nrs", {9: "9"})).cause is Cause.STALE
    assert judged(known, {}).cause is Cause.MISSING


def test_equals_compares_exactly() -> None:
    one = b.criterion("x", "red_calf", "==", 1)
    assert judged(one, a_track("red_calf", {0: "1"})).truth is MET
    assert judged(one, a_track("red_calf", {0: "0"})).truth is NOT_MET


@pytest.mark.parametrize(
    "criterion",
    [
        b.criterion("x", "nobody_knows_this"),
        b.criterion("x", "pain_now_nrs", "<=", None),
        b.criterion("x", "pain_now_nrs", "<=", None, band="no_such_band"),
        b.criterion("x", "lunge_cm", ">=", 5, unit="deg"),
        b.criterion("x", "lunge_cm", "==", 5, unit="cm", reduce="filtered"),
    ],
)
def test_a_criterion_that_cannot_be_read_is_the_authors_error(criterion: b.Criterion) -> None:
    with pytest.raises(ContentError):
        judged(criterion, {})


def test_a_group_finds_every_criterion_even_when_the_first_decides() -> None:
    group = Group(
        id="g", n_needed=1, of=(b.criterion("one", "pain_now_nrs"), b.criterion("two", "pain_worst_24h_nrs"))
    )
    node = ready_node(group, of="exit", group="g", measures=b.measures(), bands=(), person=Person())
    truth, found = gate((node,), Inputs(TODAY, a_track("pain_now_nrs", {0: "1"})))
    assert truth is MET
    assert [(one.criterion, one.truth) for one in found] == [("one", MET), ("two", UNKNOWN)]


def test_a_gate_without_lines_is_never_met() -> None:
    assert gate((), Inputs(TODAY, {})) == (NOT_MET, [])


# ---------------------------------------------------------------- effects


def concluded(
    rules: tuple[b.Rule, ...],
    tracks: dict[str, Track],
    *,
    stage: str = "S1",
    constraints: tuple[Constraint, ...] = (),
    **state: Any,
) -> Decision:
    protocol = b.protocol(
        rules=rules, red_flags=(), stages=(b.stage(1, b.exits()), b.stage(2, ()), b.stage(3, ()))
    )
    ready = ready_stage(protocol, stage, b.measures(), Person())
    stands = StageState(**({"entered_on": b.DAY0, "opened_on": b.DAY0} | state))
    examined = examine(ready, Inputs(TODAY, tracks), stands, b.day(20))
    return conclude(ready, examined, stands, b.day(20), pin=PIN, engine="test", constraints=constraints)


PAIN = a_track("pain_now_nrs", {0: "8"})


def fires(id: str, **effects: Any) -> b.Rule:
    return b.rule(id, b.criterion(f"{id}.x", "pain_now_nrs", ">=", 6), **effects)


def test_every_fired_rule_keeps_its_effect_and_the_tightest_leads() -> None:
    decision = concluded(
        (
            fires("a", advice=Advice.HOLD, load=Load.REST, request=("tug_s",)),
            fires(
                "b",
                advice=Advice.ASK_CLINICIAN,
                load=Load.EASE,
                escalate="physician",
                without_tags=("impact",),
            ),
            fires("c", advice=Advice.HOLD, request=("tug_s", "lunge_cm"), escalate="imaging"),
        ),
        PAIN,
    )
    assert decision.advice is Advice.ASK_CLINICIAN
    assert decision.load is Load.REST
    assert decision.reasons[:3] == ("b", "a", "c")
    assert decision.escalations == ("physician", "imaging")
    assert decision.requests[:2] == ("tug_s", "lunge_cm")
    assert [one.rule for one in decision.rules] == ["a", "b", "c"]


def test_a_step_back_without_an_easier_stage_asks() -> None:
    rules = (fires("a", advice=Advice.STEP_BACK),)
    assert concluded(rules, PAIN).advice is Advice.ASK_CLINICIAN
    back = concluded(rules, PAIN, stage="S2")
    assert (back.advice, back.next_stage) == (Advice.STEP_BACK, "S1")


def test_a_criterion_may_escalate_when_it_is_unknown() -> None:
    rule = b.rule("a", b.criterion("a.x", "pain_now_nrs", ">=", 6, if_unknown="escalate"))
    assert concluded((rule,), {}).advice is Advice.ASK_CLINICIAN
    exits = (b.criterion("e", "pain_now_nrs", "<=", 3, if_unknown="escalate"),)
    protocol = b.protocol(rules=(), red_flags=(), stages=(b.stage(1, exits), b.stage(2, ())))
    ready = ready_stage(protocol, "S1", b.measures(), Person())
    stands = StageState(entered_on=b.DAY0, opened_on=b.DAY0)
    examined = examine(ready, Inputs(TODAY, {}), stands, b.day(20))
    assert conclude(ready, examined, stands, b.day(20), pin=PIN, engine="t").advice is Advice.ASK_CLINICIAN


@pytest.mark.parametrize(("n_ago", "holds"), [(0, True), (1, True), (2, True), (3, False)])
def test_a_rule_holds_for_as_many_days_as_it_says(n_ago: int, *, holds: bool) -> None:
    rule = b.rule(
        "a", b.criterion("a.x", "pain_now_nrs", ">=", 6, max_age_days=0), load=Load.EASE, for_days=3
    )
    decision = concluded((rule,), a_track("pain_now_nrs", {n_ago: "8"}))
    assert [one.rule for one in decision.rules] == (["a"] if holds else [])
    if holds:
        assert decision.rules[0].until_on == b.day(20 - n_ago + 2)


def test_a_step_back_acts_once_on_the_same_readings() -> None:
    rules = (fires("a", advice=Advice.STEP_BACK, load=Load.EASE),)
    protocol = b.protocol(rules=rules, red_flags=())
    ready = ready_stage(protocol, "S2", b.measures(), Person())
    stands = StageState(entered_on=b.DAY0, opened_on=b.DAY0)
    tracks = a_track("pain_now_nrs", {2: "8"})

    def advice(spent_until: int) -> Advice | None:
        return examine(ready, Inputs(TODAY, tracks, spent_until), stands, b.day(20)).fired[0].advice

    assert advice(TODAY - 2) is Advice.HOLD
    assert advice(TODAY - 7) is Advice.STEP_BACK
    assert advice(0) is Advice.STEP_BACK


@pytest.mark.parametrize("n_ago", [3, 6])
def test_a_second_step_back_within_a_week_is_for_a_human(n_ago: int) -> None:
    rules = (fires("a", advice=Advice.STEP_BACK, load=Load.EASE, ease_to_pct=60),)
    ready = ready_stage(b.protocol(rules=rules, red_flags=()), "S2", b.measures(), Person())
    stands = StageState(entered_on=b.DAY0, opened_on=b.DAY0)
    inputs = Inputs(TODAY, a_track("pain_now_nrs", {0: "8"}), TODAY - n_ago)
    decision = conclude(
        ready, examine(ready, inputs, stands, b.day(20)), stands, b.day(20), pin=PIN, engine="t"
    )
    assert (decision.advice, decision.steps_back_to) == (Advice.ASK_CLINICIAN, None)
    assert (decision.load, decision.rules[0].ease_to_pct) == (Load.EASE, 60)  # what eases, eases all the same


# ---------------------------------------------------------------- constraints


def constraint(id: str, **effects: Any) -> Constraint:
    return Constraint(id=id, author=b.ADA, reason="r", reason_patient="p", **effects)


def test_constraints_only_tighten_and_their_order_does_not_matter() -> None:
    ask = constraint("ask", advice_at_most=Advice.ASK_CLINICIAN)
    rest = constraint("rest", load_at_most=Load.REST)
    loose = constraint("loose", advice_at_most=Advice.ADVANCE, load_at_most=Load.RAISE)
    plain = concluded((), {}, borne_load=Load.RAISE)
    one, other = (
        concluded((), {}, constraints=two, borne_load=Load.RAISE) for two in ((ask, rest), (rest, ask))
    )
    assert (plain.advice, plain.load) == (Advice.HOLD, Load.RAISE)
    assert one == other
    assert (one.advice, one.load) == (Advice.ASK_CLINICIAN, Load.REST)
    assert [each.constraint for each in one.constraints] == ["ask", "rest"]
    assert concluded((), {}, constraints=(loose,)).constraints == ()


# ---------------------------------------------------------------- nearest misses


def test_nearest_misses_say_what_would_have_to_change() -> None:
    tracks = a_track("pain_worst_24h_nrs", {0: "5", 1: "2"}) | a_track("tug_s", {0: "14.5"})
    tracks |= a_track("lunge_cm", {0: "9"}, Limb.INVOLVED, error=Decimal("0.7"))
    misses = {one.criterion: one for one in concluded((), tracks, entered_on=b.day(16)).nearest_misses}
    assert (misses["exit.pain"].needs, misses["exit.pain"].gap) == ("improve", Decimal(2))
    assert (misses["exit.tug"].needs, misses["exit.tug"].gap) == ("improve", Decimal("2.5"))
    assert misses["S1.min_days"].earliest_on == b.day(23)
    nothing = {one.criterion: one.needs for one in concluded((), {}).nearest_misses}
    assert nothing == {"exit.pain": "answer", "exit.lunge": "measure", "exit.tug": "measure"}


def test_a_reading_met_once_says_when_a_second_would_count() -> None:
    tracks = a_track("lunge_cm", {2: "9"}, Limb.INVOLVED)
    series = tracks[key_of("lunge_cm", Limb.INVOLVED)].series[0]
    points = tuple(replace(point, level=Decimal(9), level_sd=Decimal("0.875")) for point in series.points)
    tracks = {
        key_of("lunge_cm", Limb.INVOLVED): track_of(
            "lunge_cm", Limb.INVOLVED, (replace(series, points=points),)
        )
    }
    miss = next(one for one in concluded((), tracks).nearest_misses if one.criterion == "exit.lunge")
    assert (miss.needs, miss.cause, miss.earliest_on) == ("again", Cause.UNCONFIRMED, b.day(23))


def test_a_step_back_keeps_its_effect_beneath_a_question_to_the_clinician() -> None:
    rules = (fires("back", advice=Advice.STEP_BACK), fires("ask", advice=Advice.ASK_CLINICIAN))
    decision = concluded(rules, PAIN, stage="S2")
    assert (decision.advice, decision.steps_back_to) == (Advice.ASK_CLINICIAN, "S1")
    assert concluded(rules[1:], PAIN, stage="S2").next_stage is None
    assert concluded(rules, PAIN).next_stage is None  # there is no easier stage


@pytest.mark.parametrize("is_danger", [True, False])
def test_an_answer_that_claims_tomorrow_does_not_hide_what_today_told(*, is_danger: bool) -> None:
    """Found by the adversary: pain told today, and once more by a phone whose clock was ahead."""
    rule = fires(
        "a", advice=Advice.ASK_CLINICIAN, load=Load.REST, without_tags=("quick",), is_danger=is_danger
    )
    ahead = {0: Cause.FUTURE_DATED}
    plain = concluded((rule,), PAIN)
    spoilt = concluded((rule,), a_track("pain_now_nrs", {0: "8"}, troubles=ahead))
    assert (plain.advice, plain.load) == (spoilt.advice, spoilt.load) == (Advice.ASK_CLINICIAN, Load.REST)
    assert set(spoilt.rules[0].without_tags) == ({"quick", "impact"} if is_danger else {"quick"})
    calm = concluded((rule,), a_track("pain_now_nrs", {0: "1"}, troubles=ahead))
    assert calm.load is not Load.REST
    old = concluded((rule,), a_track("pain_now_nrs", {9: "8"}, troubles=ahead))
    assert old.load is not Load.REST


def test_a_loss_counts_from_the_best_level_that_two_readings_in_a_row_held() -> None:
    of: dict[str, Any] = {"limb": Limb.INVOLVED, "mdc95": Decimal("1.9")}
    lost = b.criterion(
        "y", "lunge_cm", "<=", -1, unit="cm", reduce="change_from_baseline", limb=Limb.INVOLVED
    )
    held = judged(lost, a_track("lunge_cm", {40: "6.0", 30: "11.0", 20: "10.8", 0: "8.8"}, **of))
    assert (held.truth, held.value) == (MET, Decimal("-2.0"))
    lucky = judged(lost, a_track("lunge_cm", {40: "6.0", 30: "9.0", 20: "11.0", 10: "9.0", 0: "8.8"}, **of))
    assert (lucky.truth, lucky.value) == (NOT_MET, Decimal("-0.2"))
    never_better = judged(lost, a_track("lunge_cm", {40: "9.0", 20: "8.0", 10: "8.0", 0: "7.0"}, **of))
    assert never_better.value == Decimal("-2.0")
    gained = b.criterion(
        "x", "lunge_cm", ">=", 1, unit="cm", reduce="change_from_baseline", limb=Limb.INVOLVED
    )
    from_the_first = judged(gained, a_track("lunge_cm", {40: "6.0", 30: "11.0", 20: "10.8", 0: "8.8"}, **of))
    assert from_the_first.value == Decimal("2.8")
