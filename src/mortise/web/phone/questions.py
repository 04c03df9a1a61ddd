"""Questionnaires on the phone: which ones, how far one has come, and the readings it ends in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mortise.episode import Story
from mortise.progress.questionnaires import Scored, scored
from mortise.protocol import Item, Questionnaire
from mortise.record import Reading
from mortise.terms import Measure, Origin, Side
from mortise.web.audit import clock
from mortise.web.care.asked import offered_by, words_of
from mortise.web.care.content import questionnaires
from mortise.web.phone.said import said, said_of_cell
from mortise.web.phone.visits import Visit
from mortise.web.ui.fields import CANNOT_SAY, Cells, UnitInput

KEPT_KEY = "phone_questions"
LEFT_OPEN = (CANNOT_SAY, _("Leave open"))
FEW_CELLS = 4


class Offered(NamedTuple):
    """A questionnaire on the list of the phone."""

    asked: Questionnaire
    is_due: bool
    n_answered: int
    about: str


class UnderWay(NamedTuple):
    """How far one has come: an id made when it was begun, and the answers by item; None is left open."""

    batch: str
    answers: dict[str, str | None]


def offered(request: HttpRequest, visit: Visit, story: Story) -> list[Offered]:
    """Return what may be asked here with how far one has come, due ones first."""
    return [
        Offered(
            one, is_due, len(under_way(request, visit, one).answers), about_words(one, visit.content.measures)
        )
        for one, is_due in askable(visit, story)
    ]


def askable(visit: Visit, story: Story) -> list[tuple[Questionnaire, bool]]:
    """Return what may be asked here and whether it is due, due first. What every check asks is not asked twice."""
    protocol = visit.content.protocol(visit.episode.protocol)
    daily = {*protocol.check_in, *protocol.after_session, *protocol.next_morning}
    due = {one.measure for one in story.due if one.due_on <= visit.today}
    found = [
        (one, any(score.measure in due for score in one.scores))
        for one in questionnaires(visit.today)[0].values()
        if one.items and not all(item.asks in daily for item in one.items)
    ]
    return sorted(found, key=lambda each: (not each[1], each[0].short))


def about_words(asked: Questionnaire, measures: Mapping[str, Measure]) -> str:
    """Return what it is about, or its one question, and that the words are our own where no study checked them."""
    words = words_of(asked, measures, [])
    question = said(words[asked.items[0].id]) if len(asked.items) == 1 else said(asked.about_patient)
    own = "" if asked.is_validated else gettext("Our own words, not checked in a study.")
    return " ".join(one for one in (question, own) if one)


def under_way(request: HttpRequest, visit: Visit, asked: Questionnaire) -> UnderWay:
    """Return what was answered so far; begun on another day it is begun anew, as it asks about now."""
    kept = request.session.get(KEPT_KEY, {}).get(_key(visit, asked), {})
    if kept.get("on") != visit.today.isoformat():
        return UnderWay(uuid.uuid4().hex, {})
    known = {item.id for item in asked.items}
    return UnderWay(kept["batch"], {name: said for name, said in kept["answers"].items() if name in known})


def keep(request: HttpRequest, visit: Visit, asked: Questionnaire, done: UnderWay) -> None:
    """Keep the answers so far."""
    all_kept = dict(request.session.get(KEPT_KEY, {}))
    all_kept[_key(visit, asked)] = {
        "on": visit.today.isoformat(),
        "batch": done.batch,
        "answers": done.answers,
    }
    request.session[KEPT_KEY] = all_kept


def forget(request: HttpRequest, visit: Visit, questionnaire_id: str) -> None:
    """Drop the answers to every version: they are saved."""
    gone = f"{visit.episode.pk}:{questionnaire_id}:"
    all_kept = request.session.get(KEPT_KEY, {})
    request.session[KEPT_KEY] = {key: said for key, said in all_kept.items() if not key.startswith(gone)}


class ItemForm(forms.Form):
    """One item: its words and its answers, one of which is to leave it open."""

    def __init__(
        self, visit: Visit, story: Story, asked: Questionnaire, item: Item, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        measures = visit.content.measures
        score = next(asked.scores_with(item.id))
        words = words_of(asked, measures, [goal.activity or goal.words for goal in story.goals], said)[
            item.id
        ]
        cells = offered_by(item, score, measures.get(item.asks))
        if cells:
            choices = [*((value, said_of_cell(label)) for value, label in cells), LEFT_OPEN]
            self.fields["answer"] = forms.ChoiceField(
                label=words, choices=choices, widget=Cells(in_row=len(cells) > FEW_CELLS),
                error_messages={"required": _("Choose an answer, or leave it open.")},
            )  # fmt: skip
        else:
            between = gettext("%(low)s to %(high)s") % {"low": score.item_low, "high": score.item_high}
            wrong = gettext("Write a number from %(between)s.") % {"between": between}
            self.fields["answer"] = forms.DecimalField(
                label=words, required=False, localize=True, min_value=score.item_low, max_value=score.item_high,
                widget=UnitInput(between), error_messages={"invalid": wrong},
            )  # fmt: skip

    def said(self) -> str | None:
        """Return the answer as it is kept; None is left open."""
        value = self.cleaned_data["answer"]
        return None if value in (None, "", CANNOT_SAY) else str(value)


def scores_of(visit: Visit, asked: Questionnaire, answers: Mapping[str, str | None]) -> tuple[Scored, ...]:
    """Return every score of the answers; too few give none, with the reason."""
    given = {name: Decimal(said) for name, said in answers.items() if said not in (None, "n/a")}
    return scored(asked, given, visit.content.measures)


def readings_of(
    visit: Visit,
    asked: Questionnaire,
    done: UnderWay,
    *,
    on: date | None = None,
    captured_at: datetime | None = None,
) -> list[Reading]:
    """Return the scores as readings, with the answers behind them; without a day they are of today."""
    found = []
    for one in scores_of(visit, asked, done.answers):
        measure = visit.content.measures[one.score.measure]
        if one.value is None:
            continue
        found.append(
            Reading(
                id=f"{done.batch}-{one.score.id}", on=on or visit.today, origin=Origin.PATIENT,
                captured_at=captured_at or clock.now(), measure=measure.id,
                side=visit.side if measure.is_sided else Side.NONE, value=one.value,
                unit=measure.unit, instrument=one.score.by_phone or one.score.by,
                trials=one.answers if len(one.answers) > 1 else (),
            )
        )  # fmt: skip
    return found


def _key(visit: Visit, asked: Questionnaire) -> str:
    return f"{visit.episode.pk}:{asked.id}:{asked.version}"
