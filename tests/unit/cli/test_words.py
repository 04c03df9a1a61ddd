"""The words of the command line are those of every screen."""

from decimal import Decimal

import pytest

from mortise.cli import tables
from mortise.protocol import DoseStep, Light
from mortise.record import PlannedExercise
from mortise.terms import Advice, Better, Cause, Limb, Load, Measure, Setting, Side, Strength, Truth


def test_advice_and_load_are_said_as_on_every_screen() -> None:
    look = pytest.importorskip("mortise.web.ui.templatetags.look")
    assert {one: look.SAYS[one][0] for one in Advice} == dict(tables.ADVICE_WORDS)
    assert {one: look.SAYS[one][0] for one in Load} == dict(tables.LOAD_WORDS)


def test_causes_strengths_and_lights_are_said_as_at_the_desk() -> None:
    desk = pytest.importorskip("mortise.web.clinic.presenters_words")
    assert dict(desk.CAUSE_WORDS) == dict(tables.CAUSE_WORDS)
    assert dict(desk.STRENGTH_WORDS) == dict(tables.STRENGTH_WORDS)
    assert dict(desk.LIGHT_WORDS) == dict(tables.LIGHT_WORDS)


def test_every_value_has_a_word() -> None:
    assert set(tables.ADVICE_WORDS) == set(Advice)
    assert set(tables.CAUSE_WORDS) == set(Cause)
    assert set(tables.STRENGTH_WORDS) == set(Strength)
    assert set(tables.LIGHT_WORDS) == set(Light)


def measure(**given: object) -> Measure:
    values = {
        "id": "m", "label": "M", "unit": "cm", "low": Decimal(0), "high": Decimal(25), "resolution": Decimal("0.1"),
        "better": Better.UP, "setting": Setting.CLINIC, "domain": "range", "fresh_days": 7,
    }  # fmt: skip
    return Measure(**(values | given))  # type: ignore[arg-type]


GRADE = measure(unit="grade", resolution=Decimal(1), levels=("none", "slight", "clear"))


def test_a_value_never_travels_alone() -> None:
    assert tables.value_words(measure(), Decimal("7.3"), Decimal("0.7"), "cm") == "7.3 ± 1.4\u00a0cm"
    assert tables.value_words(measure(), Decimal("7.3"), None, "cm") == "7.3\u00a0cm"
    assert tables.value_words(measure(), None, None, "cm") == "not known"
    assert tables.value_words(GRADE, Decimal(1), None, "grade") == "slight"
    assert tables.value_words(measure(unit="flag"), Decimal(0), None, "flag") == "no"


def test_a_limit_says_its_direction() -> None:
    assert tables.bound_words(measure(), ">=", Decimal(5), "cm") == "≥ 5\u00a0cm"
    assert tables.bound_words(GRADE, "<=", Decimal(1), "grade") == "≤ slight"
    assert tables.bound_words(measure(), "known", None, "cm") == "known"
    assert "age and sex" in tables.bound_words(measure(), ">=", None, "cm")


def test_a_gap_is_on_the_grid_of_its_measure() -> None:
    assert tables.gap_words(measure(), Decimal("-1.0"), "cm") == "1.0\u00a0cm"
    assert tables.gap_words(GRADE, Decimal(2), "grade") == "2 levels"


def test_a_verdict_says_its_cause() -> None:
    assert tables.verdict_words(Truth.MET, None) == "in place"
    assert tables.verdict_words(Truth.UNKNOWN, Cause.STALE) == "too old"
    assert tables.verdict_words(Truth.UNKNOWN, Cause.MISSING) == "not known: never taken"


def test_a_side_is_named_in_words() -> None:
    assert tables.side_words(Limb.INVOLVED, Side.LEFT) == "left, treated"
    assert tables.side_words(Limb.UNINVOLVED, Side.LEFT) == "right"
    assert tables.side_words(Limb.NONE, Side.LEFT) == ""


def test_a_planned_dose_reads_as_it_is_done() -> None:
    held = DoseStep(n_sets=2, duration_s=Decimal(30), rest_s=Decimal(45), height_cm=Decimal(15))
    planned = PlannedExercise(
        exercise="e", name="E", purpose="p", dose_step=0, dose=held, usual_step=0, n_sides=2, seconds=Decimal(120),
        why="", why_patient="",
    )  # fmt: skip
    assert tables.planned_words(planned) == "2 × 30 s, rest 45 s, 15 cm, each side"


def test_a_time_is_never_less_than_a_minute_where_there_is_something_to_do() -> None:
    assert [tables.minutes_words(Decimal(seconds)) for seconds in (0, 5, 59, 150)] == [
        "0 min",
        "1 min",
        "1 min",
        "2 min",
    ]
