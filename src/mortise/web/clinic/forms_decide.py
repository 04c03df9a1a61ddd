"""Another threshold, tried on this patient's record: which criterion, and the bound to try within what is proved."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mortise.catalog.certificates import carried_forward, laxer_later
from mortise.protocol import Criterion, Protocol
from mortise.protocol.criteria import criteria_in
from mortise.report.words import number, with_unit


class ThresholdForm(forms.Form):
    """Sent by the address alone: trying keeps nothing."""

    criterion = forms.ChoiceField(label="Threshold")
    value = forms.CharField(
        label="Try",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, protocol: Protocol, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.protocol = protocol
        ordered = sorted(protocol.stages, key=lambda one: (one.id != stage, one.number))
        self.known: dict[str, Criterion] = {}
        choices = []
        for one in ordered:
            mine = [
                each
                for node in one.exit
                for each in criteria_in(node)
                if each.allowed is not None and each.value is not None
            ]
            self.known |= {each.id: each for each in mine}
            if mine:
                choices.append((f"Stage {one.number}", [(each.id, _label(each)) for each in mine]))
        criterion = self.fields["criterion"]
        assert isinstance(criterion, forms.ChoiceField)
        criterion.choices = choices
        self.figures: dict[str, Decimal] = {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = self.known.get(cleaned.get("criterion") or "")
        if chosen is None or "value" not in cleaned:
            return cleaned
        try:
            cleaned["value"] = self._value(chosen, cleaned["value"])
        except ValidationError as error:
            self.add_error("value", error)
            return cleaned
        self.figures = carried_forward(self.protocol, {chosen.id: cleaned["value"]})
        for fault in laxer_later(self.protocol, self.figures):
            self.add_error("value", fault.message)
        return cleaned

    def _value(self, chosen: Criterion, typed: str) -> Decimal:
        assert chosen.allowed is not None
        try:
            value = Decimal(typed.strip().replace(",", "."))
        except InvalidOperation:
            raise ValidationError(f"“{typed[:12]}” is not a number. Write it as 6.1.") from None
        low, high = chosen.allowed
        if not value.is_finite() or not low <= value <= high:
            raise ValidationError(f"Proved for {_span(chosen)} only: try a value in it.")
        return value

    @property
    def chosen(self) -> Criterion:
        """Return the criterion of a valid form."""
        return self.known[self.cleaned_data["criterion"]]


def _label(one: Criterion) -> str:
    assert one.value is not None
    return f"{one.label}: {with_unit(f'{one.value.normalize():f}', one.unit)} (may be {_span(one)})"


def _span(one: Criterion) -> str:
    assert one.allowed is not None
    low, high = (number(end, 1 if end == end.to_integral_value() else Decimal("0.01")) for end in one.allowed)
    return with_unit(f"{low} to {high}", one.unit)
