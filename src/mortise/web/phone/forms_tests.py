"""Self-tests by hand: a number with its unit, for each side where the measure has sides; left empty is not done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext

from mortise.report.words import unit_symbol
from mortise.terms import Measure, Side
from mortise.units import SYMBOLS
from mortise.web.phone.said import said
from mortise.web.ui.fields import UnitInput


class HandValue(NamedTuple):
    """One value a patient measured."""

    measure: Measure
    side: Side
    value: Decimal


class SelfTestForm(forms.Form):
    """One field for each due measure and side. At least one must be filled."""

    def __init__(self, measures: Iterable[Measure], involved: Side, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [(m, side) for m in measures for side in _sides(m, involved)]
        for measure, side in self.asked:
            self.fields[_name(measure, side)] = _field(measure, side)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and all(value is None for value in cleaned.values()):
            raise forms.ValidationError(gettext("Fill in at least one, or go back."))
        for measure, side in self.asked:
            value = cleaned.get(_name(measure, side))
            if value is not None and measure.on_grid(value) != value:
                steps = {"step": measure.resolution, "unit": unit_symbol(SYMBOLS[measure.unit])}
                self.add_error(
                    _name(measure, side), gettext("Give it in steps of %(step)s %(unit)s.") % steps
                )
        return cleaned

    def values(self) -> Iterator[HandValue]:
        """Yield what was filled in."""
        for measure, side in self.asked:
            value = self.cleaned_data.get(_name(measure, side))
            if value is not None:
                yield HandValue(measure, side, value)


def _sides(measure: Measure, involved: Side) -> tuple[Side, ...]:
    return (involved, involved.opposite) if measure.is_sided else (Side.NONE,)


def _name(measure: Measure, side: Side) -> str:
    return measure.id if side is Side.NONE else f"{measure.id}-{side.value}"


def _field(measure: Measure, side: Side) -> forms.DecimalField:
    asked = said(measure.question or measure.label)
    if side is not Side.NONE:
        asked = (gettext("Left: %(what)s") if side is Side.LEFT else gettext("Right: %(what)s")) % {
            "what": asked
        }
    wrong = gettext("Write a number between %(low)s and %(high)s.") % {
        "low": measure.low,
        "high": measure.high,
    }
    return forms.DecimalField(
        label=asked, help_text=said(measure.how), required=False, localize=True,
        min_value=measure.low, max_value=measure.high, widget=UnitInput(unit_symbol(SYMBOLS[measure.unit])),
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
    )  # fmt: skip
