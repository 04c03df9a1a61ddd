"""Rows of measures to be typed, both sides beside each other: empty is never zero, the impossible is asked again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from mortise.progress.plausible import Doubt, Earlier, Odd, can_be_confirmed, doubts
from mortise.report.words import number, with_unit
from mortise.terms import Context, Measure, Side
from mortise.units import SYMBOLS
from mortise.web.ui.fields import CANNOT_SAY, Cells, UnitInput

CONTEXTS = [
    (Context.ROUTINE.value, "Routine"),
    (Context.BEFORE_TREATMENT.value, "Before treatment"),
    (Context.AFTER_TREATMENT.value, "After treatment"),
    (Context.TIRED.value, "When tired"),
]
CONFIRMED = "confirmed:"  # a mark of a reading: what was odd about it, and whoever typed it said it is so
NOT_TAKEN = (CANNOT_SAY, "Not taken")
SENSORS = frozenset({"foot_imu"})  # what only a recording gives is never typed
# A phone's recording counts these from standing; a level held to the shin reads them from upright. The two are 5 to 16
# degrees apart on one leg, so what is read off is an inclinometer's, never of the phone's series.
FROM_STANDING = {"lunge_angle_deg": "phone", "first_pinch_angle_deg": "phone"}
BY_PATIENT = frozenset(
    {"self_test", "self_report", "tape_home"}
)  # not what a clinician takes a measure with by default


class Typed(NamedTuple):
    """One value as it was typed: what, where, by which instrument."""

    measure: Measure
    side: Side
    instrument: str
    value: Decimal | None  # None: left empty
    trials: tuple[Decimal, ...] = ()  # the answers or trials behind it
    marks: tuple[str, ...] = ()  # what was odd about it and was confirmed


class ValueField(forms.Field):
    """A number on the grid of a measure and inside its range; an empty field is no value.

    With `may_be_odd` a value outside the range is left to the form, which asks about it; `confirm` and `is_confirmed`
    say what the page shows beside it then.
    """

    confirm = ""
    is_confirmed = False

    def __init__(self, measure: Measure, *, may_be_odd: bool = False, **kwargs: Any) -> None:
        self.measure, self.may_be_odd = measure, may_be_odd
        super().__init__(required=False, widget=_widget(measure), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip()
        if not text or text == CANNOT_SAY:
            return None
        try:
            return Decimal(text.replace("−", "-").replace(",", "."))
        except InvalidOperation:
            raise ValidationError(f"“{text[:20]}” is not a number. Write it as 6.1.") from None

    def validate(self, value: Decimal | None) -> None:
        if value is None:
            return
        measure = self.measure
        if not value.is_finite():
            raise ValidationError("This is not a number. Write it as 6.1.")
        is_within = measure.low <= value <= measure.high
        if not is_within and not (self.may_be_odd and can_be_confirmed(measure, value)):
            raise ValidationError(implausible_words(measure, value))
        if measure.on_grid(value) != value:
            step = with_unit(number(measure.resolution, measure.resolution), measure.unit)
            raise ValidationError(f"{measure.label} is read to {step}. Write the nearest.")


def implausible_words(measure: Measure, value: Decimal) -> str:
    shown = with_unit(number(value, Decimal("0.01") if value % 1 else 1), measure.unit)
    bounds = f"{number(measure.low, measure.resolution)} to {number(measure.high, measure.resolution)}"
    text = f"{shown} cannot be “{measure.label}” ({bounds})."
    for factor in (Decimal("0.1"), Decimal("0.01"), Decimal(10)):
        other = value * factor
        if measure.low <= other <= measure.high and measure.on_grid(other) == other:
            return f"{text} Did you mean {number(other, measure.resolution)}?"
    return text


def _widget(measure: Measure) -> forms.Widget:
    if measure.unit == "flag":
        return Cells(in_row=True, choices=[("0", "No"), ("1", "Yes"), NOT_TAKEN])
    if measure.unit == "grade" and measure.levels:
        levels = [(str(index), level) for index, level in enumerate(measure.levels)]
        return Cells(in_row=True, choices=[*levels, NOT_TAKEN])
    return UnitInput(SYMBOLS.get(measure.unit, measure.unit), {"size": 6})


def is_choice(measure: Measure) -> bool:
    """Whether a measure is answered by cells rather than typed."""
    return measure.unit == "flag" or (measure.unit == "grade" and bool(measure.levels))


class MeasureRow(NamedTuple):
    """One measure with its bound fields, for the template."""

    measure: Measure
    left: forms.BoundField | None
    right: forms.BoundField | None
    both: forms.BoundField | None
    instrument: forms.BoundField | None
    instrument_label: str
    is_choice: bool


class ReadingsForm(forms.Form):
    """Measures as rows, with how and when they were taken.

    `current` holds the values already on the record for this day, so that a page opened again shows what was typed;
    `earlier` those of the days before, beside which a new one may be odd: then it is asked about, once.
    """

    context = forms.ChoiceField(label="Taken", choices=CONTEXTS, widget=forms.HiddenInput)
    at_visit = forms.BooleanField(label="Measured at this visit", required=False)

    def __init__(
        self,
        *args: Any,
        measures: Iterable[Measure],
        current: Mapping[tuple[str, Side], Decimal],
        instruments: Mapping[str, str],
        involved: Side,
        context: Context = Context.ROUTINE,
        earlier: Mapping[tuple[str, str], tuple[Earlier, ...]] | None = None,
        today: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"context": context.value, "at_visit": True, **self.initial}
        self.current, self.earlier, self.today = current, earlier or {}, today
        self.odd: dict[str, str] = {}  # by field: what is odd and was not confirmed
        self.marks: dict[str, tuple[str, ...]] = {}
        self.measures = tuple(measures)
        self.involved = involved
        for measure in self.measures:
            self._add(measure, current, instruments)
        if not self.measures:
            del self.fields["context"], self.fields["at_visit"]

    def _add(
        self, measure: Measure, current: Mapping[tuple[str, Side], Decimal], instruments: Mapping[str, str]
    ) -> None:
        for side in sides_of(measure):
            name = field_name(measure, side)
            label = measure.label if side is Side.NONE else f"{measure.label}, {self._side_words(side)}"
            self.fields[name] = ValueField(measure, label=label, may_be_odd=not is_choice(measure))
            value = current.get((measure.id, side))
            typed = "" if value is None else _typed(measure, value)
            self.initial[name] = typed or (CANNOT_SAY if is_choice(measure) else "")
        by_hand = instruments_by_hand(measure)
        if len(by_hand) > 1:
            self.fields[f"i-{measure.id}"] = forms.ChoiceField(
                label=f"{measure.label}: taken with", required=False, choices=by_hand
            )
            last = instruments.get(measure.id)
            self.initial[f"i-{measure.id}"] = last if last in dict(by_hand) else usual_instrument(measure)

    def _side_words(self, side: Side) -> str:
        return f"{side.value}, treated" if side is self.involved else side.value

    @property
    def rows(self) -> list[MeasureRow]:
        """Return the measures with their fields in order."""
        return [self._row(measure) for measure in self.measures]

    def _row(self, measure: Measure) -> MeasureRow:
        def bound(side: Side) -> forms.BoundField | None:
            name = field_name(measure, side)
            return self[name] if name in self.fields else None

        instrument = f"i-{measure.id}"
        chosen = self[instrument].value() if instrument in self.fields else ""
        usual = measure.instrument(str(chosen or usual_instrument(measure)))
        return MeasureRow(
            measure=measure,
            left=bound(Side.LEFT),
            right=bound(Side.RIGHT),
            both=bound(Side.NONE),
            instrument=self[instrument] if instrument in self.fields else None,
            instrument_label=usual.label if usual is not None else "",
            is_choice=is_choice(measure),
        )

    def put_first(self) -> None:
        """Let a page of what is due open in its first field."""
        first = next((field for field in self.fields.values() if isinstance(field, ValueField)), None)
        if first is not None and isinstance(first.widget, UnitInput):
            first.widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for measure in self.measures:
            if not is_choice(measure):
                self._doubt(measure, cleaned)
        return cleaned

    def _doubt(self, measure: Measure, cleaned: Mapping[str, Any]) -> None:
        """Ask about what is odd, unless it is confirmed or is what the record holds already."""
        instrument = self.instrument_of(measure)
        names = {side: field_name(measure, side) for side in sides_of(measure)}
        now = {side: value for side, name in names.items() if (value := cleaned.get(name)) is not None}
        day = self.today.toordinal() if self.today is not None else 0
        found = doubts(measure, instrument, day, now, self.earlier.get((measure.id, instrument), ()))
        for side, mine in found.items():
            name, field = names[side], self.fields[names[side]]
            if self.current.get((measure.id, side)) == now[side]:
                continue
            assert isinstance(field, ValueField)
            field.confirm, field.is_confirmed = f"ok-{name}", f"ok-{name}" in self.data
            if field.is_confirmed:
                self.marks[name] = tuple(f"{CONFIRMED}{one.odd.value}" for one in mine)
            else:
                self.odd[name] = " ".join(doubt_words(measure, now[side], one) for one in mine)
                self.add_error(name, self.odd[name])

    def instrument_of(self, measure: Measure) -> str:
        """Return what a measure was taken with, as the form says."""
        return self.cleaned_data.get(f"i-{measure.id}") or usual_instrument(measure)

    def typed(self, touched: Collection[str] | None = None) -> list[Typed]:
        """Return every value of a valid form, empty ones as None; of a page saved as it goes only what was touched."""
        found = []
        for measure in self.measures:
            is_all = touched is None or bool({f"i-{measure.id}", "at_visit"} & set(touched))
            for side in sides_of(measure):
                name = field_name(measure, side)
                if name in self.errors or not (is_all or name in (touched or ())):
                    continue
                value = self.cleaned_data.get(name)
                marks = self.marks.get(name, ())
                found.append(Typed(measure, side, self.instrument_of(measure), value, marks=marks))
        return found


def doubt_words(measure: Measure, value: Decimal, doubt: Doubt) -> str:
    """Say what is odd about a value, and how it would be mended if it is a slip."""
    if doubt.odd is Odd.OUT_OF_RANGE:
        return f"{implausible_words(measure, value)} If it is kept all the same, no decision reads it."
    before = with_unit(number(doubt.before, measure.resolution), measure.unit)
    if doubt.odd is Odd.SIDES_SWAPPED:
        return f"Left and right look swapped: this side was {before}. Is it the right side?"
    change = with_unit(number(doubt.believable, measure.resolution), measure.unit)
    ago = "today" if not doubt.n_days else f"{doubt.n_days} d ago"
    return f"It was {before}, {ago}: more than {change} in that time is seldom real. Read it again?"


def is_typed(measure: Measure) -> bool:
    """Whether a measure can be entered by hand; what only sensors give comes by way of a recording."""
    return measure.derive is None and bool(instruments_by_hand(measure))


def instruments_by_hand(measure: Measure) -> list[tuple[str, str]]:
    """Return what a measure can be taken with by hand, id and label."""
    recorded = FROM_STANDING.get(measure.id)
    return [
        (one.id, one.label) for one in measure.instruments if one.id not in SENSORS and one.id != recorded
    ]


def usual_instrument(measure: Measure) -> str:
    """Return what a clinician takes a measure with when nothing else is said."""
    by_hand = [name for name, _ in instruments_by_hand(measure)]
    return next((one for one in by_hand if one not in BY_PATIENT), by_hand[0] if by_hand else "by_hand")


def sides_of(measure: Measure) -> tuple[Side, ...]:
    """Return the sides a measure is taken on."""
    return (Side.LEFT, Side.RIGHT) if measure.is_sided else (Side.NONE,)


def field_name(measure: Measure, side: Side) -> str:
    """Name the field of one measure on one side."""
    return f"m-{measure.id}-{side.value}"


def _typed(measure: Measure, value: Decimal) -> str:
    if is_choice(measure):
        return str(int(value))
    return f"{value.normalize():f}" if value else "0"
