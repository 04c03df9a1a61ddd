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
from mortise.web.phone.self_tests import how_words, instrument_at_home
from mortise.web.ui.fields import UnitInput
from mortise.web.ui.local import in_a_list


class HandValue(NamedTuple):
    """One value a patient measured."""

    measure: Measure
    side: Side
    value: Decimal


class Asked(NamedTuple):
    """One field: what it is called, what it asks and how, and of which measure on which side."""

    name: str
    label: str
    how: str
    measure: Measure
    side: Side


def asked_of(measures: Iterable[Measure], involved: Side) -> list[Asked]:
    """Return the fields of measures, the treated side first; how it is done is said once."""
    return [
        _asked(m, side, is_first=side is not involved.opposite)
        for m in measures
        for side in _sides(m, involved)
    ]


def _asked(measure: Measure, side: Side, *, is_first: bool) -> Asked:
    words = said(measure.question or measure.label)
    if side is Side.NONE:
        return Asked(measure.id, words, how_words(measure), measure, side)
    template = gettext("Left: %(what)s") if side is Side.LEFT else gettext("Right: %(what)s")
    if not is_first:
        words = gettext("%(test)s, the same way") % {"test": in_a_list(said(measure.label))}
    how = how_words(measure) if is_first else ""
    return Asked(f"{measure.id}-{side.value}", template % {"what": words}, how, measure, side)


class SelfTestForm(forms.Form):
    """One field for each due measure and side. At least one must be filled."""

    def __init__(self, measures: Iterable[Measure], involved: Side, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked_of(measures, involved)
        for one in self.asked:
            self.fields[one.name] = _field(one)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and all(value is None for value in cleaned.values()):
            raise forms.ValidationError(gettext("Fill in at least one, or go back."))
        for one in self.asked:
            value, measure = cleaned.get(one.name), one.measure
            if value is not None and measure.on_grid(value) != value:
                steps = {"step": measure.resolution, "unit": unit_symbol(SYMBOLS[measure.unit])}
                self.add_error(one.name, gettext("Give it in steps of %(step)s %(unit)s.") % steps)
        return cleaned

    def values(self) -> Iterator[HandValue]:
        """Yield what was filled in."""
        for one in self.asked:
            value = self.cleaned_data.get(one.name)
            if value is not None:
                yield HandValue(one.measure, one.side, value)


def _sides(measure: Measure, involved: Side) -> tuple[Side, ...]:
    return (involved, involved.opposite) if measure.is_sided else (Side.NONE,)


def _field(one: Asked) -> forms.DecimalField:
    measure = one.measure
    wrong = gettext("Write a number between %(low)s and %(high)s.") % {
        "low": measure.low,
        "high": measure.high,
    }
    by_hand = {  # what a script needs to keep the value on the phone
        "data-measure": measure.id, "data-side": one.side.value, "data-unit": measure.unit,
        "data-instrument": instrument_at_home(measure), "data-low": measure.low, "data-high": measure.high,
        "data-step": measure.resolution,
    }  # fmt: skip
    return forms.DecimalField(
        label=one.label, help_text=one.how, required=False, localize=True,
        min_value=measure.low, max_value=measure.high, widget=UnitInput(unit_symbol(SYMBOLS[measure.unit]), by_hand),
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
    )  # fmt: skip
