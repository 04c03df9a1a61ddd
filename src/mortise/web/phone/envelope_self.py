"""What a person does alone, for the plan a phone carries: tests, questionnaires, the session to correct."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from mortise.episode import Story
from mortise.protocol import Item, Questionnaire, ScoreRule, Scoring
from mortise.record import CheckIn, SessionLog
from mortise.report.words import unit_symbol
from mortise.units import SYMBOLS
from mortise.web.care.asked import offered_by, words_of
from mortise.web.phone import questions
from mortise.web.phone.forms_tests import Asked, asked_of
from mortise.web.phone.live import TESTS as LIVE_TESTS
from mortise.web.phone.said import said, said_of_cell
from mortise.web.phone.self_tests import instrument_at_home, live_due, measures_due
from mortise.web.phone.visits import Visit

Plain = dict[str, Any]


def tests_by_hand(visit: Visit, story: Story, until_on: date) -> list[Plain]:
    """Return each value that can be taken by hand, once for each side, with the day from which it is due."""
    due_on = {one.measure: one.due_on for one in reversed(story.due)}
    return [
        _by_hand(field) | {"due_on": due_on[field.measure.id].isoformat()}
        for field in asked_of(measures_due(visit, story, until_on), visit.side)
    ]


def tests_of_choice(visit: Visit) -> list[Plain]:
    """Return what each test of the sensors is by hand, for whoever has none or would rather not use them."""
    measures = visit.content.measures
    return [
        _by_hand(field) | {"test": one.test}
        for one in LIVE_TESTS
        if instrument_at_home(measures[one.hand_measure])
        for field in asked_of([measures[one.hand_measure]], visit.side)
    ]


def tests_by_phone(visit: Visit, story: Story, until_on: date) -> list[Plain]:
    """Return each test of the phone's own sensors that falls due, with its day and the measure it answers."""
    titles = {one.test: one for one in LIVE_TESTS}
    return [
        {
            "test": name,
            "title": str(titles[name].title),
            "measure": titles[name].measure,
            "due_on": due_on.isoformat(),
        }
        for name, due_on in live_due(visit, story, until_on)
    ]


def questionnaires_of(visit: Visit, story: Story) -> list[Plain]:
    """Return the questionnaires that may be asked, due ones first, with all that is needed to ask and score them."""
    return [
        {
            "id": one.id, "version": one.version, "short": said(one.short),
            "about": questions.about_words(one, visit.content.measures),
            "recall": said(one.recall), "is_due": is_due,
            "items": list(_items(visit, story, one)),
            "scores": [_score(visit, rule) for rule in one.scores if rule.rule is not Scoring.ENTRY],
        }
        for one, is_due in questions.askable(visit, story)
    ]  # fmt: skip


def told(log: SessionLog) -> Plain:
    """Return a session as it was told, for the phone to tell it again."""
    return {
        "session": log.session,
        "on": log.on.isoformat(),
        "items": [
            {
                "exercise": one.exercise, "dose_step": one.dose_step, "outcome": one.outcome, "n_sets": one.n_sets,
                "n_reps": one.n_reps, "reason": one.reason, "pain_nrs": _text(one.pain_nrs),
                "effort_nrs": _text(one.effort_nrs),
                **({} if one.duration_s is UNSET else {"duration_s": _text(one.duration_s)}),
            }
            for one in log.items
        ],
        "answers": {name: _text(value) for name, value in log.answers.items()},
    }  # fmt: skip


def told_check(told: CheckIn) -> Plain:
    """Return a check as it was answered, for the phone to put it right."""
    return {
        "id": told.id, "on": told.on.isoformat(), "moment": told.moment, "session": told.session,
        "answers": {name: _text(value) for name, value in told.answers.items()},
    }  # fmt: skip


def _by_hand(field: Asked) -> Plain:
    return {
        "measure": field.measure.id, "side": field.side.value, "label": field.label,
        "title": said(field.measure.label), "how": field.how,
        "unit": field.measure.unit, "symbol": unit_symbol(SYMBOLS[field.measure.unit]),
        "instrument": instrument_at_home(field.measure), "low": str(field.measure.low),
        "high": str(field.measure.high), "step": str(field.measure.resolution),
    }  # fmt: skip


def _items(visit: Visit, story: Story, asked: Questionnaire) -> Iterator[Plain]:
    measures = visit.content.measures
    words = words_of(asked, measures, [goal.activity or goal.words for goal in story.goals], said)
    for item in asked.items:
        score = next(asked.scores_with(item.id))
        yield {
            "id": item.id,
            "words": words[item.id],
            "cells": [
                (value, said_of_cell(label))
                for value, label in offered_by(item, score, measures.get(item.asks))
            ],
            "low": str(score.item_low),
            "high": str(score.item_high),
            "step": _step(item, score),
        }


def _step(item: Item, score: ScoreRule) -> str:
    return "" if item.options else str(score.item_step)


def _score(visit: Visit, rule: ScoreRule) -> Plain:
    return {
        "label": said(rule.label), "rule": rule.rule.value, "items": rule.item_ids, "reversed": rule.reversed_items,
        "item_low": str(rule.item_low), "item_high": str(rule.item_high), "is_turned": rule.is_turned,
        "low": str(rule.low), "high": str(rule.high), "least": rule.n_answered_least,
        "step": str(visit.content.measures[rule.measure].resolution),
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
