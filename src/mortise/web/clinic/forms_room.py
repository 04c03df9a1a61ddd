"""One treatment as a form: what stops it first, then the test before, what was given, the test after, what changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from mortise.protocol import Hands
from mortise.terms import Measure, Side
from mortise.web.clinic.forms import SIDES, reason_field
from mortise.web.clinic.forms_readings import ValueField, instruments_by_hand, usual_instrument
from mortise.web.ui.fields import Cells, ManyCells

GRADES = ("I", "II", "III", "IV", "V")
BEFORE_PART = ("looked", "against", "side", "instrument", "before")


class TreatmentForm(forms.Form):
    """What is written down of one technique. `stops` are stop rules that the record itself says are present."""

    against = forms.MultipleChoiceField(
        label="Present today",
        required=False,
        widget=ManyCells(),
        help_text="Tick what is there. Then give it only with a reason.",
    )
    looked = forms.BooleanField(
        label="I have looked: what is not ticked is not there",
        error_messages={"required": "Look for each of them first, then say so."},
    )
    side = forms.ChoiceField(label="Side", choices=SIDES, widget=Cells(in_row=True))
    instrument = forms.ChoiceField(label="Tested with", required=False)
    grade = forms.ChoiceField(
        label="Grade",
        widget=Cells(in_row=True),
        error_messages={"required": "Say at which grade it was given."},
    )
    dose = forms.CharField(label="Dose given", max_length=120)
    position = forms.CharField(label="Position", max_length=200)
    home = forms.CharField(
        label="What changed at home since the last visit",
        required=False,
        max_length=1000,
        help_text="Shoes, work, sport, the exercises: in the patient’s words. Leave empty when nothing did.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = reason_field(
        "Given all the same, because", required=False, help_text="Goes on the record under your name."
    )

    def __init__(
        self,
        *args: Any,
        technique: Hands,
        measure: Measure | None,
        stops: tuple[str, ...],
        involved: Side,
        first: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.technique, self.measure, self.stops = technique, measure, stops
        against, grade = self.fields["against"], self.fields["grade"]
        assert isinstance(against, forms.ChoiceField)
        assert isinstance(grade, forms.ChoiceField)
        lines = dict.fromkeys((*technique.not_when, *stops))
        against.choices = [(line, line) for line in lines]
        grade.choices = [(one, one) for one in GRADES]
        self.initial = {"against": list(stops), "side": involved.value, **first, **self.initial}
        self._add_tests()

    def _add_tests(self) -> None:
        if self.measure is None:
            del self.fields["instrument"]
            return
        by_hand = instruments_by_hand(self.measure)
        instrument = self.fields["instrument"]
        assert isinstance(instrument, forms.ChoiceField)
        instrument.choices = by_hand
        self.initial.setdefault("instrument", usual_instrument(self.measure))
        self.fields["before"] = ValueField(self.measure, label=f"{self.measure.label}, before")
        self.fields["after"] = ValueField(self.measure, label=f"{self.measure.label}, after")

    @property
    def wants_only_before(self) -> bool:
        """Whether only the test before treatment is to be kept for now."""
        return "before_only" in self.data

    def full_clean(self) -> None:
        """Clean; while only the test before is kept, what is done afterwards is not asked yet."""
        if self.is_bound and self.wants_only_before:
            for name in set(self.fields) - set(BEFORE_PART):
                self.fields[name].required = False
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.wants_only_before:
            if self.measure is None or cleaned.get("before") is None:
                self.add_error("before" if "before" in self.fields else None, "Write the value first.")
            return cleaned
        if self.stopped_by() and not (cleaned.get("reason") or "").strip():
            self.add_error(
                "reason", "Something that stops it is present: leave it, or write why it is given."
            )
        return cleaned

    def stopped_by(self) -> tuple[str, ...]:
        """Return every stop rule that is present: those ticked, and those the record says, ticked or not."""
        ticked = self.cleaned_data.get("against") or ()
        return tuple(dict.fromkeys((*ticked, *self.stops)))

    def value(self, name: str) -> Decimal | None:
        """Return the value of a test of a valid form."""
        found: Decimal | None = self.cleaned_data.get(name)
        return found
