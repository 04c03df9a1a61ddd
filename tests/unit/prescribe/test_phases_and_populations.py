"""Seasons, tournaments and plans that ran out; caps by condition; goals."""

from __future__ import annotations

from typing import Any

import pytest

from mortise.prescribe import constraints_of
from mortise.prescribe.goals import activities_of_goals, constraints_of_goals, purposes_of_goals
from mortise.prescribe.phases import phase_on, phase_words, stage_in_phase
from mortise.prescribe.populations import AFTER_SURGERY_DAYS
from mortise.protocol import Circumstances, Constraint, Phase, Tag
from mortise.record import Goal, PlanVersion, Sign
from mortise.record.records import decode_fact, encode
from mortise.terms import Load, Origin
from tests.unit.prescribe.made import exercise, library, on, protocol, slot, stage

LIBRARY = library(
    exercise("raise"),
    exercise("tandem", tags=("unsupported",), easier="raise"),
    exercise("hop", tags=("impact",)),
)
STAGE = stage(slot("raise", n_per_week=5), slot("tandem"), slot("hop", n_per_week=1))


def plan(**given: Any) -> PlanVersion:
    values: dict[str, Any] = {
        "id": "p", "on": on(0), "origin": Origin.CLINICIAN, "by": "ada", "protocol": "p", "protocol_version": "1",
        "protocol_hash": "h",
    }  # fmt: skip
    return PlanVersion(**(values | given))


def sign(name: str, level: str, n: int = 0) -> Sign:
    return Sign(id=f"{name}{n}", on=on(n), origin=Origin.CLINICIAN, by="ada", sign=name, level=level)


def found(the_plan: PlanVersion | None = None, n: int = 1, **signs: Sign) -> dict[str, Constraint]:
    made = constraints_of(
        protocol(), STAGE, the_plan, (), Circumstances(), 40, on(n), exercises=LIBRARY, signs=signs,
    )  # fmt: skip
    return {one.id: one for one in made}


def test_a_plan_builds_up_until_it_says_otherwise_and_again_after() -> None:
    assert phase_on(None, on(0)) is Phase.BUILD
    assert phase_on(plan(), on(0)) is Phase.BUILD
    season = plan(phase=Phase.SEASON, phase_until_on=on(30))
    assert [phase_on(season, on(n)) for n in (0, 30, 31)] == [Phase.SEASON, Phase.SEASON, Phase.BUILD]
    assert found(season)["phase.season"].load_at_most is Load.KEEP
    assert "phase.season" not in found(season, 31)


def test_a_plan_that_ran_out_is_one_for_keeping_whatever_it_was_for() -> None:
    one = plan(phase=Phase.TOURNAMENT, expires_on=on(3))
    assert phase_on(one, on(3)) is Phase.TOURNAMENT
    assert phase_on(one, on(4)) is Phase.MAINTENANCE
    assert {"plan.expired"} <= set(found(one, 4))
    assert "phase.tournament" not in found(one, 4)
    assert "ran out" in phase_words(one, on(4))[0]
    assert phase_words(plan(), on(0)) == ("", "")


def test_a_tournament_leaves_light_work_only() -> None:
    one = found(plan(phase=Phase.TOURNAMENT))["phase.tournament"]
    assert one.load_at_most is Load.EASE
    assert set(one.without_tags) == {"impact", "quick", "loaded_calf"}
    assert one.author == "ada"


def test_keeping_asks_for_twice_a_week_at_most_and_never_for_more_than_the_stage() -> None:
    assert stage_in_phase(STAGE, Phase.BUILD) is STAGE
    kept = stage_in_phase(STAGE, Phase.MAINTENANCE)
    assert [one.n_per_week for one in kept.slots] == [2, 2, 1]
    assert stage_in_phase(STAGE, Phase.MAINTENANCE) is kept
    assert [one.n_per_week for one in stage_in_phase(STAGE, Phase.TOURNAMENT).slots] == [1, 1, 1]


def test_a_plan_without_a_phase_is_written_as_it_always_was() -> None:
    assert b"phase" not in encode(plan())
    again = decode_fact(encode(plan(phase=Phase.SEASON)))
    assert isinstance(again, PlanVersion)
    assert again.phase is Phase.SEASON


@pytest.mark.parametrize(
    ("question", "level", "tags", "is_careful"),
    [
        ("neuropathy", "reduced_feeling", {"impact", "running"}, True),
        ("neuropathy", "diabetes", set(), True),
        ("pregnancy", "yes", {"impact", "running"}, True),
        ("nerve", "old_weakness", set(), True),
        ("falls", "injury", set(), True),
        ("inflammatory_flare", "known_calm", set(), True),
    ],
)
def test_a_condition_caps_above_any_protocol(
    question: str, level: str, tags: set[str], is_careful: bool
) -> None:
    caps = found(**{question: sign(question, level)})
    held = caps.get(f"population.{question}")
    assert (set(held.without_tags) if held else set()) == tags
    careful = caps.get(f"population.{question}.careful_ceiling")
    assert (careful is not None) is is_careful
    first = caps[f"population.{question}.supported_first"]
    assert first.without_exercises == ("tandem",)
    assert {one.author for name, one in caps.items() if name.startswith("population.")} == {"population"}
    assert all("population." + question not in name for name in found())


def test_six_weeks_after_surgery_the_cap_ends() -> None:
    caps = {"surgery_since": sign("surgery_since", "weeks_6")}
    one = found(n=AFTER_SURGERY_DAYS, **caps)["population.surgery_since"]
    assert Tag.IMPACT.value in one.without_tags
    assert one.until_on == on(AFTER_SURGERY_DAYS)
    assert "population.surgery_since" not in found(n=AFTER_SURGERY_DAYS + 1, **caps)


def test_answers_that_say_nothing_is_wrong_cap_nothing() -> None:
    assert found(pregnancy=sign("pregnancy", "no"), falls=sign("falls", "none")).keys() == found().keys()


def test_goals_are_understood_by_their_words() -> None:
    def goal(words: str) -> Goal:
        return Goal(id="g", on=on(0), origin=Origin.PATIENT, words=words)

    assert purposes_of_goals([goal("Walk the dog"), goal("Stairs without the rail")]) == {"gait", "function"}
    assert purposes_of_goals([goal("Running 5 km")]) == {"running"}
    assert purposes_of_goals([goal("Feel like myself")]) == frozenset()


@pytest.mark.parametrize(
    ("words", "activities"),
    [
        ("Football on Saturday", {"kicking"}),
        ("Ballet class", {"dance"}),
        ("Tanz and dancing; a penalty kick", {"dance", "kicking"}),
        ("Tennis", set()),
        ("", set()),
    ],
)
def test_a_sport_with_exercises_of_its_own_is_told_by_its_words(words: str, activities: set[str]) -> None:
    assert activities_of_goals([Goal(id="g", on=on(0), origin=Origin.PATIENT, words=words)]) == activities


def test_a_footballer_gets_no_jumps_from_plie_unless_a_plan_names_them() -> None:
    only = {"plie": ("dance",), "strike": ("kicking",)}
    exercises = {name: exercise(name, only_for=kinds) for name, kinds in only.items()} | {
        "hop": exercise("hop")
    }
    the_stage = stage(slot("plie"), slot("strike"), slot("hop"))
    football = [Goal(id="g", on=on(0), origin=Origin.PATIENT, words="Football")]
    (made,) = constraints_of_goals(the_stage, exercises, football, None)
    assert made.without_exercises == ("plie",)
    (nobody,) = constraints_of_goals(the_stage, exercises, [], None)
    assert nobody.without_exercises == ("plie", "strike")
    assert constraints_of_goals(the_stage, exercises, football, plan(exercises=("plie",))) == ()
    assert constraints_of_goals(stage(slot("hop")), exercises, [], None) == ()
