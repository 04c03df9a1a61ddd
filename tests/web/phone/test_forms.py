"""Questions by tap: 0, "can't say" and no answer stay three different things."""

from decimal import Decimal
from typing import Any

import pytest

from mortise.catalog import load
from mortise.web.phone.forms import ExerciseForm, QuestionsForm, RedFlagsForm, answer_field

MEASURES = load().measures
PROTOCOL = load().protocol("restricted-dorsiflexion")


def questions(**answers: Any) -> QuestionsForm:
    return QuestionsForm([MEASURES["pain_now_nrs"], MEASURES["swelling_self"]], answers)


def test_zero_is_an_answer() -> None:
    form = questions(pain_now_nrs="0", swelling_self="0")
    assert form.is_valid()
    assert form.answers() == {"pain_now_nrs": Decimal(0), "swelling_self": Decimal(0)}


def test_cannot_say_is_an_answer_without_a_number() -> None:
    form = questions(pain_now_nrs="unknown", swelling_self="1")
    assert form.is_valid()
    assert form.answers()["pain_now_nrs"] is None


def test_no_answer_is_asked_again_and_keeps_the_others() -> None:
    form = questions(swelling_self="2")
    assert not form.is_valid()
    assert "Can’t say" in form.errors["pain_now_nrs"][0]
    assert form["swelling_self"].value() == "2"


@pytest.mark.parametrize("value", ["11", "-1", "3.5", "NaN", "x"])
def test_an_answer_that_was_not_offered_is_refused(value: str) -> None:
    assert not questions(pain_now_nrs=value, swelling_self="0").is_valid()


@pytest.mark.parametrize("name", [*PROTOCOL.check_in, *PROTOCOL.after_session, *PROTOCOL.next_morning])
def test_every_measure_the_protocol_asks_can_be_asked_and_not_known(name: str) -> None:
    values = [value for value, _ in answer_field(MEASURES[name]).choices]
    assert values[-1] == "unknown"
    assert all(MEASURES[name].low <= Decimal(value) <= MEASURES[name].high for value in values[:-1])


def flags(**answers: Any) -> RedFlagsForm:
    return RedFlagsForm([MEASURES["red_calf"], MEASURES["red_breath"]], answers)


def test_none_of_these_says_no_to_each() -> None:
    form = flags(any_of_these="none")
    assert form.is_valid()
    assert form.answers() == {"red_calf": Decimal(0), "red_breath": Decimal(0)}


def test_a_ticked_sign_is_yes_and_the_others_no() -> None:
    form = flags(any_of_these="some", which=["red_breath"])
    assert form.is_valid()
    assert form.answers() == {"red_calf": Decimal(0), "red_breath": Decimal(1)}


@pytest.mark.parametrize(
    "answers",
    [{}, {"any_of_these": "some"}, {"any_of_these": "none", "which": ["red_calf"]}, {"which": ["red_calf"]}],
)
def test_what_contradicts_itself_is_asked_again(answers: dict[str, Any]) -> None:
    assert not flags(**answers).is_valid()


def test_work_with_sets_done_cannot_be_called_skipped() -> None:
    assert not ExerciseForm({"outcome": "skipped", "sets": "2"}).is_valid()
    assert ExerciseForm({"outcome": "skipped", "sets": "0"}).is_valid()


def test_every_scale_that_is_asked_says_what_its_ends_mean() -> None:
    asked = {*PROTOCOL.check_in, *PROTOCOL.after_session, *PROTOCOL.next_morning}
    scales = [one for name in sorted(asked) if (one := MEASURES[name]).unit == "nrs"]
    assert len(scales) > 5
    for measure in scales:
        assert "10" in str(answer_field(measure).help_text), measure.id
