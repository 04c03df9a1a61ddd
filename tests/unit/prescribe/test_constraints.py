"""Every constraint is a removal or a minimum with a reason and an author; caps in code stand above any protocol."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mortise.prescribe import constraints_of, planned_stage
from mortise.protocol import Circumstances, Constraint, Light
from mortise.record import Finding, FiredRule, PlanVersion
from mortise.terms import Advice, Limb, Load, Origin, Strength, Truth
from tests.unit.prescribe.made import exercise, library, log, on, protocol, session, slot, stage

STAGE = stage(slot("tandem", "balance"), slot("raise"), without_tags=("impact",), minutes_at_most=20)
LIBRARY = library(
    exercise("tandem", tags=("unsupported",), easier="tandem-held"),
    exercise("tandem-held"),
    exercise("raise"),
)


def plan(**given: Any) -> PlanVersion:
    values: dict[str, Any] = {
        "id": "plan-1", "on": on(0), "origin": Origin.CLINICIAN, "by": "ada", "protocol": "p",
        "protocol_version": "1", "protocol_hash": "h",
    }  # fmt: skip
    return PlanVersion(**(values | given))


def rule(**given: Any) -> FiredRule:
    values: dict[str, Any] = {
        "rule": "warm", "truth": Truth.MET, "advice": None, "load": Load.EASE, "without_tags": ("impact",),
        "ease_to_pct": Decimal(60), "request": (), "escalate": None, "tier": None, "locks": False,
        "say_patient": "Your ankle is warm.", "say_clinician": "Warmth.", "evidence": ("LOAD-23",),
        "strength": Strength.CONSENSUS,
    }  # fmt: skip
    return FiredRule(**(values | given))


def constraints(**given: Any) -> dict[str, Constraint]:
    values: dict[str, Any] = {
        "protocol": protocol(), "stage": STAGE, "plan": None, "rules": (), "circumstances": Circumstances(),
        "person_age": 40, "as_of": on(0),
    }  # fmt: skip
    return {one.id: one for one in constraints_of(**(values | given))}


def test_an_ordinary_day_has_the_ceiling_and_the_stage() -> None:
    found = constraints()
    assert set(found) == {"population.ceiling", "stage.g2", "stage.g2.minutes"}
    assert found["stage.g2"].without_tags == ("impact",)
    assert found["stage.g2.minutes"].minutes_at_most == 20


def test_every_constraint_gives_a_reason_to_both_readers_and_an_author() -> None:
    found = constraints(
        protocol=protocol(constraints=(Constraint(id="c", author="protocol", reason="r", reason_patient="p"),)),
        plan=plan(exercises=("raise",), expires_on=on(-1)), rules=(rule(),), person_age=70, has_fallen=True,
        circumstances=Circumstances(minutes=10, is_ill=True, did_other_sport=True, is_ankle_hot=True),
    )  # fmt: skip
    assert len(found) == 13
    assert all(one.reason and one.reason_patient and one.author for one in found.values())
    assert list(found) == sorted(found)


def test_a_fired_rule_keeps_each_of_its_effects() -> None:
    one = constraints(rules=(rule(advice=Advice.HOLD, until_on=on(2)),))["rule.warm"]
    assert (one.load_at_most, one.without_tags, one.dose_at_most_pct, one.advice_at_most, one.until_on) == (
        Load.EASE, ("impact",), Decimal(60), Advice.HOLD, on(2),
    )  # fmt: skip
    assert (one.reason, one.reason_patient) == ("Warmth.", "Your ankle is warm.")


def test_a_rule_without_effect_on_the_session_is_no_constraint() -> None:
    assert "rule.warm" not in constraints(rules=(rule(load=None, without_tags=(), ease_to_pct=None),))


def test_a_constraint_holds_through_its_last_day() -> None:
    limited = Constraint(id="c", author="ada", reason="r", reason_patient="p", until_on=on(3))
    assert "c" in constraints(plan=plan(constraints=(limited,)), as_of=on(3))
    assert "c" not in constraints(plan=plan(constraints=(limited,)), as_of=on(4))


def test_two_constraints_of_one_name_both_hold() -> None:
    one = Constraint(id="c", author="protocol", reason="r", reason_patient="p", dose_at_most_pct=Decimal(80))
    other = Constraint(id="c", author="ada", reason="r", reason_patient="p", dose_at_most_pct=Decimal(60))
    found = constraints(protocol=protocol(constraints=(one,)), plan=plan(constraints=(other,)))
    assert {found["c"].dose_at_most_pct, found["c~2"].dose_at_most_pct} == {Decimal(60), Decimal(80)}


def test_what_the_plan_leaves_out_is_withheld_in_the_clinicians_name() -> None:
    one = constraints(plan=plan(exercises=("raise",), reason="too early"))["plan.exercises"]
    assert (one.without_exercises, one.author) == (("tandem",), "ada")
    assert "too early" in one.reason


def test_an_expired_plan_raises_nothing() -> None:
    assert "plan.expired" not in constraints(plan=plan(expires_on=on(0)))
    one = constraints(plan=plan(expires_on=on(0)), as_of=on(1))["plan.expired"]
    assert (one.load_at_most, one.advice_at_most) == (Load.KEEP, Advice.HOLD)


def test_the_day_as_it_is() -> None:
    assert constraints(circumstances=Circumstances(minutes=10))["today.minutes"].minutes_at_most == 10
    assert constraints(circumstances=Circumstances(is_ill=True))["today.ill"].load_at_most is Load.REST
    sport = constraints(circumstances=Circumstances(did_other_sport=True))["today.other_sport"]
    assert set(sport.without_tags) == {"impact", "loaded_calf"}
    hot = constraints(circumstances=Circumstances(is_ankle_hot=True))["today.hot_ankle"]
    assert {"impact", "end_range_dorsiflexion", "end_range_plantarflexion"} <= set(hot.without_tags)
    assert hot.load_at_most is Load.EASE


@pytest.mark.parametrize(("age", "has_fallen"), [(65, None), (80, False), (None, None), (40, True)])
def test_some_people_have_lower_ceilings_and_support_first(age: int | None, has_fallen: bool | None) -> None:
    found = constraints(person_age=age, has_fallen=has_fallen)
    careful = found["population.careful_ceiling"]
    ceiling = found["population.ceiling"]
    assert careful.minutes_at_most is not None
    assert ceiling.minutes_at_most is not None
    assert careful.minutes_at_most < ceiling.minutes_at_most
    assert found["population.supported_first"].without_tags == ("unsupported",)  # the library is not known


def test_support_comes_first_until_two_green_sessions_with_it() -> None:
    def withheld(*done: Any) -> tuple[str, ...]:
        found = constraints(person_age=70, exercises=LIBRARY, done=done, as_of=on(5))
        return (
            found["population.supported_first"].without_exercises
            if "population.supported_first" in found
            else ()
        )

    held = log("tandem-held")
    assert withheld() == ("tandem",)
    assert withheld(session(0, held)) == ("tandem",)
    assert withheld(session(0, held), session(1, held, light=Light.AMBER)) == ("tandem",)
    assert withheld(session(0, held), session(1, log("tandem-held", outcome="modified"))) == ("tandem",)
    assert withheld(session(0, held), session(1, held)) == ()


def test_an_unsupported_exercise_without_a_supported_neighbour_stays_withheld() -> None:
    alone = library(exercise("tandem", tags=("unsupported",)), exercise("raise"))
    done = [session(n, log("tandem"), log("raise")) for n in range(4)]
    found = constraints(person_age=70, exercises=alone, done=done, as_of=on(9))
    assert found["population.supported_first"].without_exercises == ("tandem",)


def test_neighbours_that_name_each_other_do_not_hang() -> None:
    ring = library(
        exercise("tandem", tags=("unsupported",), easier="other"),
        exercise("other", tags=("unsupported",), easier="tandem"),
        exercise("raise"),
    )
    assert (
        "tandem" in constraints(person_age=70, exercises=ring)["population.supported_first"].without_exercises
    )


def test_nobody_under_eighteen_gets_a_session() -> None:
    one = constraints(person_age=17)["population.adults_only"]
    assert (one.minutes_at_most, one.load_at_most, one.advice_at_most) == (0, Load.REST, Advice.ASK_CLINICIAN)
    assert "population.adults_only" not in constraints(person_age=18)


def test_a_plan_may_add_an_exercise_to_the_stage() -> None:
    assert planned_stage(STAGE, plan(exercises=None), LIBRARY) is STAGE
    assert planned_stage(STAGE, None, LIBRARY) is STAGE
    added = planned_stage(STAGE, plan(exercises=("raise", "tandem-held", "unheard-of")), LIBRARY)
    assert [one.exercise for one in added.slots] == ["tandem", "raise", "tandem-held"]
    assert added.slots[-1].last_step == 3


def test_dates_are_arguments() -> None:
    assert constraints(as_of=date(1999, 1, 1)).keys() == constraints(as_of=date(2099, 1, 1)).keys()


def finding(age_days: int | None, **given: Any) -> Finding:
    values: dict[str, Any] = {
        "criterion": "warm.level", "of": "rule", "group": "warm", "measure": "warmth_self", "limb": Limb.INVOLVED,
        "truth": Truth.MET, "cause": None, "value": Decimal(1), "operator": ">=", "bound": Decimal(1), "unit": "grade",
        "age_days": age_days, "error": None, "readings": ("c",), "instrument": "", "domain": "symptoms",
        "evidence": (), "strength": Strength.CONSENSUS, "label": "Warmth", "label_patient": "Warm",
    }  # fmt: skip
    return Finding(**(values | given))


def said(*findings: Finding, **given: Any) -> tuple[str, str]:
    found = constraints(
        protocol=protocol(check_in=("warmth_self", "pain_now_nrs")), rules=(rule(**({"until_on": on(0)} | given)),),
        findings=findings,
    )["rule.warm"]  # fmt: skip
    return found.reason, found.reason_patient


def test_an_answer_of_another_day_says_so_to_both_readers() -> None:
    assert said(finding(0)) == ("Warmth.", "Your ankle is warm.")
    assert said(finding(1)) == (
        "Warmth. Told 1 d ago.",
        "Your ankle is warm. You told us this yesterday; what you tell us today may change it.",
    )
    assert "told us this 2 days ago" in said(finding(2))[1]


def test_what_one_answer_of_today_tells_is_of_today() -> None:
    assert said(finding(1), finding(0, measure="pain_now_nrs")) == ("Warmth.", "Your ankle is warm.")
    unmet = finding(0, measure="pain_now_nrs", truth=Truth.NOT_MET)
    assert said(finding(1), unmet)[0] == "Warmth. Told 1 d ago."


@pytest.mark.parametrize(
    ("age_days", "of_finding", "of_rule"),
    [
        (1, {}, {"until_on": on(6)}),  # three lighter days are three days
        (1, {}, {"locks": True}),
        (1, {}, {"truth": Truth.UNKNOWN}),
        (1, {"measure": "session_light"}, {}),  # no answer of a check-in, and today can tell no other
        (1, {"group": "another"}, {}),
        (None, {}, {}),
    ],
)
def test_nothing_is_said_of_rules_that_last_and_of_what_no_check_in_tells(
    age_days: int | None, of_finding: dict[str, Any], of_rule: dict[str, Any]
) -> None:
    assert "old" not in "".join(said(finding(age_days, **of_finding), **of_rule))
