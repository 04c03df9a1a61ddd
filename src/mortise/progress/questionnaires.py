"""From the answers of a questionnaire to its scores; what was left open is never taken as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from mortise.errors import InputError
from mortise.protocol.questionnaires import Item, Questionnaire, ScoreRule, Scoring
from mortise.terms import Measure


class Scored(NamedTuple):
    """One score. `value` is None when too little was answered, and `why` says what is missing."""

    score: ScoreRule
    value: Decimal | None
    answers: tuple[Decimal, ...]  # what it was made from, in the order of the items
    why: str = ""


def scored(
    questionnaire: Questionnaire, answers: Mapping[str, Decimal | None], measures: Mapping[str, Measure]
) -> tuple[Scored, ...]:
    """Return every score of a questionnaire.

    Parameters
    ----------
    questionnaire : Questionnaire
        With its items.
    answers : mapping of str to Decimal or None
        By item id. Absent and None alike: left open, or it does not apply.
    measures : mapping of str to Measure
        Those of the scores; each score is rounded to its measure's resolution.

    Returns
    -------
    tuple of Scored
        In the order of the questionnaire.

    Raises
    ------
    InputError
        For an answer to an item that is not asked, or one that the item does not offer.

    Notes
    -----
    Sum, mean and percent take answers as they count: turned round where the score says so. Percent is the share of what
    the answered items could have come to, so that what does not apply neither helps nor harms.
    """
    known = set(questionnaire.item_ids)
    for item_id, answer in answers.items():
        if item_id not in known:
            raise InputError(f"{questionnaire.short} asks no {item_id!r}.", where="answers")
        if answer is not None:
            for score in questionnaire.scores_with(item_id):
                _refuse_unoffered(score, questionnaire.item(item_id), item_id, answer)
    return tuple(_scored(score, answers, measures[score.measure]) for score in questionnaire.scores)


def unanswered(questionnaire: Questionnaire, answers: Mapping[str, Decimal | None]) -> tuple[str, ...]:
    """Return the items that were not put yet, in order; one that was put and left open is not among them.

    Parameters
    ----------
    questionnaire : Questionnaire
        With its items.
    answers : mapping of str to Decimal or None
        So far; None for an item that was put and left open.

    Returns
    -------
    tuple of str
        Item ids.
    """
    return tuple(name for name in questionnaire.item_ids if name not in answers)


def _scored(score: ScoreRule, answers: Mapping[str, Decimal | None], measure: Measure) -> Scored:
    if score.rule is Scoring.ENTRY:
        return Scored(score, None, (), "this score is typed in")
    given = [(name, answer) for name in score.item_ids if (answer := answers.get(name)) is not None]
    raw = tuple(answer for _, answer in given)
    if len(given) < score.n_answered_least:
        n_all = len(score.item_ids)
        return Scored(
            score, None, raw, f"{len(given)} of {n_all} answered; {score.n_answered_least} are needed"
        )
    ends = score.item_low + score.item_high
    counted = [ends - answer if name in score.reversed_items else answer for name, answer in given]
    value = _value(score, counted)
    return Scored(score, measure.on_grid(score.low + score.high - value if score.is_turned else value), raw)


def _value(score: ScoreRule, counted: list[Decimal]) -> Decimal:
    total = sum(counted, Decimal(0))
    if score.rule is Scoring.PERCENT:
        span = score.item_high - score.item_low
        return (total - score.item_low * len(counted)) / (span * len(counted)) * 100
    if score.rule is Scoring.MEAN:
        return total / len(counted)
    return total


def _refuse_unoffered(score: ScoreRule, item: Item | None, item_id: str, answer: Decimal) -> None:
    if item is not None and item.options:
        is_offered = answer in {option.points for option in item.options}
    else:
        is_between = answer.is_finite() and score.item_low <= answer <= score.item_high
        is_offered = is_between and (answer - score.item_low) % score.item_step == 0
    if not is_offered:
        raise InputError(
            f"{answer} is no answer to {item_id}.", where="answers", mend="Choose one of those shown."
        )
