"""For all answers: a score stays in its range, points its way, and what is left open never counts as an answer."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from mortise import catalog
from mortise.progress.questionnaires import scored
from mortise.protocol import Questionnaire, ScoreRule, Scoring
from tests.support.sizes import examples

CONTENT = catalog.load()
SCORES = [
    (form, score)
    for form in CONTENT.questionnaires.values()
    for score in form.scores
    if score.rule is not Scoring.ENTRY
]


@st.composite
def answered(draw: st.DrawFn) -> tuple[Questionnaire, ScoreRule, dict[str, Decimal | None]]:
    """Draw a score with any answers to any of its items."""
    form, score = draw(st.sampled_from(SCORES))
    n_steps = int((score.item_high - score.item_low) / score.item_step)
    one = st.integers(0, n_steps).map(lambda step: score.item_low + step * score.item_step)
    answers = {name: draw(st.none() | one) for name in score.item_ids if draw(st.integers(0, 9))}
    return form, score, answers


def value_of(form: Questionnaire, score: ScoreRule, answers: dict[str, Decimal | None]) -> Decimal | None:
    return next(one.value for one in scored(form, answers, CONTENT.measures) if one.score.id == score.id)


@given(answered())
@settings(max_examples=examples(300), deadline=None)
def test_a_score_lies_in_its_range_and_on_its_grid_or_is_not_known(
    made: tuple[Questionnaire, ScoreRule, dict[str, Decimal | None]],
) -> None:
    form, score, answers = made
    value = value_of(form, score, answers)
    n_answered = sum(one is not None for one in answers.values())
    assert (value is None) == (n_answered < score.n_answered_least)
    if value is not None:
        measure = CONTENT.measures[score.measure]
        assert measure.low <= value <= measure.high
        assert measure.on_grid(value) == value


@given(answered(), st.data())
@settings(max_examples=examples(300), deadline=None)
def test_one_higher_answer_moves_every_score_one_way_only(
    made: tuple[Questionnaire, ScoreRule, dict[str, Decimal | None]], data: st.DataObject
) -> None:
    form, score, answers = made
    raisable = [name for name, one in answers.items() if one is not None and one < score.item_high]
    before = value_of(form, score, answers)
    if not raisable or before is None:
        return
    name = data.draw(st.sampled_from(raisable))
    after = value_of(form, score, {**answers, name: (answers[name] or Decimal(0)) + score.item_step})
    assert after is not None
    goes_down = score.is_turned != (name in score.reversed_items)
    assert after <= before if goes_down else after >= before


@given(answered())
@settings(max_examples=examples(200), deadline=None)
def test_an_item_left_open_and_one_not_put_score_alike(
    made: tuple[Questionnaire, ScoreRule, dict[str, Decimal | None]],
) -> None:
    form, score, answers = made
    without = {name: one for name, one in answers.items() if one is not None}
    assert value_of(form, score, answers) == value_of(form, score, without)
