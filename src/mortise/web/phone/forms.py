"""Questions as forms. Every question has "can't say"; 0, "can't say" and not asked stay three different answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mortise.terms import Measure
from mortise.web.phone.said import said
from mortise.web.phone.state import KINDS
from mortise.web.ui.fields import CANNOT_SAY, Cells, ManyCells, ScaleInput
from mortise.web.ui.local import capital

CANNOT_SAY_CHOICE = (CANNOT_SAY, _("Can’t say"))
NONE_OF_THESE, SOME_OF_THESE = "none", "some"
# What 0 and 10 mean: without it nobody knows whether more is better.
PAIN_ENDS = _("0 is no pain, 10 the worst you can think of.")
ENDS = {
    "fatigue_nrs": _("0 is not tired, 10 too tired to do anything."),
    "effort_nrs": _("0 is no effort, 10 as hard as it can be."),
    "comfort_nrs": _("0 is not comfortable at all, 10 fully comfortable."),
    "range_feeling_nrs": _("0 is not at all, 10 fully free."),
    "confidence_nrs": _("0 is not at all, 10 fully."),
}
# Minutes of stiffness as cells: the bands of the symptom rules lie at 10 and 30 minutes over a person's usual.
STIFFNESS_MIN = (0, 5, 10, 15, 20, 30, 45, 60, 90)


def answer_field(measure: Measure) -> forms.ChoiceField:
    """Return the field that asks for one measure, by tap."""
    label = said(measure.question or measure.label)
    wrong = {"required": _("Choose an answer. “Can’t say” is one too.")}
    if measure.unit == "nrs":
        choices = [(str(number), str(number)) for number in range(11)] + [CANNOT_SAY_CHOICE]
        ends = PAIN_ENDS if measure.id.startswith("pain_") else ENDS.get(measure.id, "")
        return forms.ChoiceField(
            label=label, choices=choices, widget=ScaleInput, help_text=ends, error_messages=wrong
        )
    if measure.unit == "flag":
        choices = [("0", _("No")), ("1", _("Yes")), CANNOT_SAY_CHOICE]
    elif measure.levels:
        choices = [(str(rank), capital(said(level))) for rank, level in enumerate(measure.levels)] + [
            CANNOT_SAY_CHOICE
        ]
    else:
        choices = [(str(number), _minutes(number)) for number in STIFFNESS_MIN] + [CANNOT_SAY_CHOICE]
    return forms.ChoiceField(label=label, choices=choices, widget=Cells(in_row=True), error_messages=wrong)


def _minutes(number: int) -> str:
    return gettext("None") if number == 0 else ngettext("%(n)s min", "%(n)s min", number) % {"n": number}


def answer_of(value: str) -> Decimal | None:
    """Return the answer as a number; None is "can't say"."""
    if value == CANNOT_SAY:
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        raise forms.ValidationError(_("Choose one of the answers.")) from None


class QuestionsForm(forms.Form):
    """The questions of one step, in the protocol's order and the measures' own words."""

    def __init__(self, measures: Iterable[Measure], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for measure in measures:
            self.fields[measure.id] = answer_field(measure)

    def answers(self) -> dict[str, Decimal | None]:
        """Return the answers by measure id."""
        return {name: answer_of(value) for name, value in self.cleaned_data.items()}


class RedFlagsForm(forms.Form):
    """The danger signs in one question: none of these, or which. A tap on none on an ordinary day."""

    any_of_these = forms.ChoiceField(
        label=_("Any of these?"),
        choices=[(NONE_OF_THESE, _("No, none of these")), (SOME_OF_THESE, _("Yes"))],
        widget=Cells(in_row=True),
        error_messages={"required": _("Choose one. If you are not sure about a line, tick it.")},
    )

    def __init__(self, measures: Iterable[Measure], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.measures = tuple(measures)
        self.fields["which"] = forms.MultipleChoiceField(
            label=_("Since you last checked in: tick what is true."),
            required=False,
            choices=[(measure.id, said(measure.question or measure.label)) for measure in self.measures],
            widget=ManyCells,
        )
        self.order_fields(["which", "any_of_these"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        which, said = cleaned.get("which", []), cleaned.get("any_of_these")
        if said == SOME_OF_THESE and not which:
            self.add_error("which", _("Tick the lines that are true, or choose “none of these”."))
        if said == NONE_OF_THESE and which:
            self.add_error("any_of_these", _("A line is ticked. Choose “yes”, or take the tick away."))
        return cleaned

    def answers(self) -> dict[str, Decimal | None]:
        """Return 1 for each sign that was ticked and 0 for each that was not."""
        which = set(self.cleaned_data["which"])
        return {measure.id: Decimal(measure.id in which) for measure in self.measures}


class WhyForm(forms.Form):
    """Why an answer is put right, in words the clinic reads."""

    why = forms.ChoiceField(
        label=_("Why is it different?"), widget=Cells(in_row=True),
        choices=[
            ("tapped the wrong answer", _("I tapped the wrong answer")),
            ("knows it better now", _("I know it better now")),
        ],
        error_messages={"required": _("Choose an answer.")},
    )  # fmt: skip


class DayForm(forms.Form):
    """One thing of the day as it is. Every one can only shorten or lighten the session, in any combination."""

    day = forms.ChoiceField(choices=[(kind, kind) for kind in ("usual", *KINDS)])


OUTCOMES = [("done", _("Done")), ("modified", _("Partly")), ("skipped", _("Skipped"))]
REASONS = [
    ("", _("No reason")),
    ("pain", _("It hurt")),
    ("too_hard", _("Too hard")),
    ("too_easy", _("Too easy")),
    ("no_time", _("No time")),
    ("no_kit", _("No kit")),
    ("unsure", _("Not sure how")),
]


class ExerciseForm(forms.Form):
    """What became of one exercise."""

    outcome = forms.ChoiceField(
        label=_("How did it go?"), choices=OUTCOMES, widget=Cells(in_row=True),
        error_messages={"required": _("Choose done, partly or skipped.")},
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("If not as planned, why?"), choices=REASONS, required=False, widget=Cells(in_row=True)
    )
    pain = forms.ChoiceField(
        label=_("How much did it hurt?"), required=False, widget=ScaleInput,
        choices=[(str(number), str(number)) for number in range(11)] + [CANNOT_SAY_CHOICE],
    )  # fmt: skip
    effort = forms.ChoiceField(
        label=_("How hard was it?"), required=False, widget=ScaleInput,
        choices=[(str(number), str(number)) for number in range(11)] + [CANNOT_SAY_CHOICE],
    )  # fmt: skip
    sets = forms.IntegerField(required=False, min_value=0, max_value=20, widget=forms.HiddenInput)
    reps = forms.IntegerField(required=False, min_value=0, max_value=999, widget=forms.HiddenInput)
    level = forms.IntegerField(required=False, min_value=0, max_value=9, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["data-field"] = name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == "skipped" and cleaned.get("sets"):
            self.add_error("outcome", _("Some of it was done: choose “partly”."))
        return cleaned


def number_or_none(cleaned: Mapping[str, Any], name: str) -> Decimal | None:
    """Return a tapped number; no answer and "can't say" are both not known here."""
    value = cleaned.get(name) or CANNOT_SAY
    return answer_of(value)
