"""A questionnaire on the desk: its items where they may be shown, and its scores to be typed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from mortise.errors import InputError
from mortise.progress.questionnaires import Scored, scored
from mortise.protocol import Item, Questionnaire, ScoreRule
from mortise.terms import Measure, Side
from mortise.web.care.asked import offered_by, words_of
from mortise.web.clinic.forms_readings import Typed, ValueField
from mortise.web.ui.fields import CANNOT_SAY, Cells, UnitInput

LEFT_OPEN = (CANNOT_SAY, "Left open")
NOTHING = "Answer the items, or enter a score."


class ItemRow(NamedTuple):
    """One item with its field."""

    item: Item
    words: str
    field: forms.BoundField


class QuestionnaireForm(forms.Form):
    """Items, then the scores. What is left open is no answer; a score typed beside answers must be theirs."""

    at_visit = forms.BooleanField(label="Answered at this visit", required=False)

    def __init__(
        self,
        *args: Any,
        questionnaire: Questionnaire,
        measures: Mapping[str, Measure],
        current: Mapping[tuple[str, Side], Decimal],
        activities: Sequence[str],
        involved: Side,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"at_visit": True, **self.initial}
        self.questionnaire, self.measures, self.involved = questionnaire, measures, involved
        self.words = words_of(questionnaire, measures, activities)
        for item in questionnaire.items:
            self.fields[f"q-{item.id}"] = self._field(item)
        for score in questionnaire.scores:
            measure = measures[score.measure]
            self.fields[f"s-{score.id}"] = ValueField(measure, label=score.label)
            self.fields[f"s-{score.id}"].widget = UnitInput(f"{score.low} to {score.high}", {"size": 6})
            value = current.get((measure.id, self._side(measure)))
            self.initial[f"s-{score.id}"] = "" if value is None else f"{value.normalize():f}"
        self.scored: tuple[Scored, ...] = ()

    def _field(self, item: Item) -> forms.Field:
        score = next(self.questionnaire.scores_with(item.id))
        offered = offered_by(item, score, self.measures.get(item.asks))
        label = self.words[item.id]
        if offered:
            return forms.ChoiceField(
                label=label,
                required=False,
                choices=[*offered, LEFT_OPEN],
                widget=Cells(in_row=len(offered) > 4),
            )
        bounds = f"{score.item_low} to {score.item_high}"
        return forms.DecimalField(
            label=label, required=False, min_value=score.item_low, max_value=score.item_high,
            widget=UnitInput(bounds, {"size": 6}),
        )  # fmt: skip

    def _side(self, measure: Measure) -> Side:
        return self.involved if measure.is_sided else Side.NONE

    @property
    def item_rows(self) -> list[ItemRow]:
        """Return the items with their fields in order."""
        return [ItemRow(one, self.words[one.id], self[f"q-{one.id}"]) for one in self.questionnaire.items]

    @property
    def score_rows(self) -> list[tuple[ScoreRule, forms.BoundField]]:
        """Return the scores with their fields in order."""
        return [(one, self[f"s-{one.id}"]) for one in self.questionnaire.scores]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        answers = {
            item.id: answer for item in self.questionnaire.items if (answer := self._answer(item)) is not None
        }
        try:
            self.scored = scored(self.questionnaire, answers, self.measures) if answers else ()
        except InputError as error:
            raise ValidationError(error.message) from None
        for one in self.scored:
            self._agrees(one, cleaned)
        if not answers and not any(
            cleaned.get(f"s-{one.id}") is not None for one in self.questionnaire.scores
        ):
            raise ValidationError(NOTHING)
        return cleaned

    def _answer(self, item: Item) -> Decimal | None:
        given = self.cleaned_data.get(f"q-{item.id}")
        if given in (None, "", CANNOT_SAY):
            return None
        try:
            return Decimal(given)
        except ArithmeticError:  # an answer that does not apply has no points
            return None

    def _agrees(self, one: Scored, cleaned: dict[str, Any]) -> None:
        name = f"s-{one.score.id}"
        typed = cleaned.get(name) if name in self.changed_data else None
        if one.value is None:
            if one.answers and typed is None:
                self.add_error(name, f"No score yet: {one.why}.")
        elif typed is not None and typed != one.value:
            self.add_error(name, f"The answers come to {one.value}; {typed} was typed. Keep one of them.")

    def typed(self) -> list[Typed]:
        """Return every score of a valid form; what is neither answered nor typed is left out."""
        found = []
        by_answers = {one.score.id: one for one in self.scored if one.value is not None}
        for score in self.questionnaire.scores:
            measure = self.measures[score.measure]
            made = by_answers.get(score.id)
            value = made.value if made is not None else self.cleaned_data.get(f"s-{score.id}")
            if value is not None:
                trials = made.answers if made is not None and len(made.answers) > 1 else ()
                found.append(Typed(measure, self._side(measure), score.by, value, trials))
        return found
