"""Scores by hand: known answers, the boundary of each rule for what is missing, direction, one answer left out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mortise import catalog
from mortise.errors import InputError
from mortise.progress.questionnaires import Scored, scored, unanswered

CONTENT = catalog.load()


def score(name: str, score_id: str, answers: dict[str, int | None]) -> Scored:
    given = {key: None if value is None else Decimal(value) for key, value in answers.items()}
    found = scored(CONTENT.questionnaires[name], given, CONTENT.measures)
    return next(one for one in found if one.score.id == score_id)


def ids(prefix: str, n: int) -> list[str]:
    return [f"{prefix}{number:02d}" for number in range(1, n + 1)]


# FAAM: sum of what was answered over 4 times as many, in percent; 19 of 21 and 7 of 8 are the least (PROM-01, PROM-02).
@pytest.mark.parametrize(
    ("n_answered", "each", "value"),
    [(21, 4, "100"), (21, 0, "0"), (21, 3, "75"), (20, 3, "75"), (19, 2, "50"), (18, 4, None), (0, 4, None)],
)
def test_faam_daily_life(n_answered: int, each: int, value: str | None) -> None:
    found = score("faam", "adl", dict.fromkeys(ids("adl", n_answered), each))
    assert found.value == (None if value is None else Decimal(value))
    assert bool(found.why) == (value is None)


def test_faam_leaves_out_what_does_not_apply_and_rounds_to_a_tenth() -> None:
    answers: dict[str, int | None] = {**dict.fromkeys(ids("adl", 19), 3), "adl20": 4, "adl21": None}
    assert score("faam", "adl", answers).value == Decimal("76.2"), "61 of 80 is 76.25, half to even"
    assert score("faam", "sport", dict.fromkeys(ids("sport", 7), 2)).value == 50
    few = score("faam", "sport", dict.fromkeys(ids("sport", 6), 2))
    assert (few.value, few.why) == (None, "6 of 8 answered; 7 are needed")


def test_faos_is_turned_so_that_100_is_best() -> None:
    assert score("faos", "pain", dict.fromkeys(ids("pain", 9), 0)).value == 100
    assert score("faos", "pain", dict.fromkeys(ids("pain", 9), 4)).value == 0
    assert score("faos", "qol", dict.fromkeys(ids("qol", 4), 1)).value == 75
    assert score("faos", "qol", dict.fromkeys(ids("qol", 3), 1)).value is None


def test_sums_need_every_answer() -> None:
    assert score("lefs", "item", dict.fromkeys(ids("item", 20), 4)).value == 80
    assert score("lefs", "item", dict.fromkeys(ids("item", 19), 4)).value is None
    assert score("tsk-11", "item", dict.fromkeys(ids("item", 11), 1)).value == 11
    assert score("tsk-11", "item", dict.fromkeys(ids("item", 11), 4)).value == 44
    assert (
        score("tsk-11", "item", dict.fromkeys(ids("item", 10), 4)).why == "10 of 11 answered; 11 are needed"
    )


def test_tsk_17_turns_four_items_round() -> None:
    assert score("tsk-17", "item", dict.fromkeys(ids("item", 17), 4)).value == 13 * 4 + 4 * 1
    answers = dict.fromkeys(ids("item", 17), 1) | dict.fromkeys(("item04", "item08", "item12", "item16"), 4)
    assert score("tsk-17", "item", answers).value == 17, "the least fear there is"
    assert score("tsk-17", "item", answers).answers[3] == 4, "what was answered is kept as it was"


def test_the_mean_of_named_activities_needs_three() -> None:
    three = {"activity01": 4, "activity02": 5, "activity03": 5}
    assert score("named-activities", "activity", three).value == Decimal("4.7")
    assert score("named-activities", "activity", {"activity01": 4, "activity02": 5}).value is None
    assert score(
        "named-activities", "activity", three | {"activity04": 10, "activity05": 10}
    ).value == Decimal("6.8")


def test_zero_is_an_answer_and_nothing_is_not() -> None:
    assert score("numeric-pain", "now", {"now": 0}).value == 0
    assert score("numeric-pain", "now", {"now": None}).value is None
    assert score("numeric-pain", "worst", {"now": 0}).value is None
    assert score("global-change", "change", {"change": -5}).value == -5


@pytest.mark.parametrize(
    ("name", "item", "value"),
    [("faam", "adl01", "5"), ("faam", "adl01", "-1"), ("faam", "adl01", "2.5"), ("faam", "adl01", "NaN"),
     ("faam", "adl22", "1"), ("ankle-diary", "stiffness", "7"), ("tsk-17", "item01", "0")],
)  # fmt: skip
def test_what_is_no_answer_is_refused(name: str, item: str, value: str) -> None:
    with pytest.raises(InputError):
        scored(CONTENT.questionnaires[name], {item: Decimal(value)}, CONTENT.measures)


def test_a_score_that_is_typed_in_has_no_answers() -> None:
    assert score("alr-rsi", "total", {}).why == "this score is typed in"


def test_the_next_item_is_the_first_not_put_yet() -> None:
    diary = CONTENT.questionnaires["ankle-diary"]
    assert unanswered(diary, {})[0] == "comfort"
    assert unanswered(diary, {"comfort": Decimal(3), "range": None})[0] == "confidence", "left open was put"
    assert unanswered(diary, dict.fromkeys(diary.item_ids)) == ()


def test_a_change_of_one_person_is_never_below_the_error() -> None:
    by_id = {one.id: one for one in CONTENT.questionnaires["faam"].scores}
    assert by_id["sport"].smallest_real_change == Decimal("12.3"), "9 matters to a group, not to one person"
    assert by_id["adl"].smallest_real_change == 8
    assert CONTENT.questionnaires["numeric-pain"].scores[0].smallest_real_change is None, "no error is known"
