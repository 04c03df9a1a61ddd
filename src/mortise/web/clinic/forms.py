"""Forms of the desk: add a patient, answer a decision, resume, set a visit."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mortise.protocol import Protocol
from mortise.record import Decision
from mortise.terms import Advice, Load, Sex, Side
from mortise.web.ui.fields import Cells

SIDES = [(Side.LEFT.value, "Left"), (Side.RIGHT.value, "Right")]
BOTH = "both"
TREATED = [*SIDES, (BOTH, "Both")]
SEXES = [(Sex.FEMALE.value, "Female"), (Sex.MALE.value, "Male"), (Sex.UNSPECIFIED.value, "Not stated")]
REASON_LENGTH = 1000
LEAST_AGE = 18
GREATEST_AGE = 110


class DateInput(forms.DateInput):
    """A date by the reader's own calendar; without scripts and pickers it is still year-month-day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def reason_field(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """Return a field for a reason that goes on the record."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=REASON_LENGTH,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write the reason: it goes on the record."},
    )


class PatientForm(forms.Form):
    """A new patient and the ankle to be treated. `form_id` is made when the form is opened: one form, one person."""

    form_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    number = forms.CharField(
        label="Your own number for them", max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Optional. The list finds them by it.",
    )  # fmt: skip
    birth_year = forms.IntegerField(
        label="Year of birth",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "Write the year as four digits."},
    )
    sex = forms.ChoiceField(
        label="Sex",
        choices=SEXES,
        initial=Sex.UNSPECIFIED.value,
        widget=Cells(in_row=True),
        help_text="Only to choose the band that is usual at this age. Not stated: no band is used.",
    )
    side = forms.ChoiceField(
        label="Ankle to be treated",
        choices=TREATED,
        widget=Cells(in_row=True),
        help_text="Both: each ankle gets its own assessment, programme and course.",
        error_messages={"required": "Say which ankle is treated."},
    )
    is_bilateral = forms.BooleanField(
        label="The other ankle is affected too",
        required=False,
        help_text="Then the other side is no measure of what is normal; bands for age and sex are used instead.",
    )

    def __init__(self, *args: Any, today_on: date, **kwargs: Any) -> None:
        self.today_on = today_on
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise ValidationError("Write the name.")
        return name

    def clean_birth_year(self) -> int:
        year: int = self.cleaned_data["birth_year"]
        age = self.today_on.year - year
        if age < 0 or age > GREATEST_AGE:
            raise ValidationError(f"{year} cannot be a year of birth. Write the year as four digits.")
        if age < LEAST_AGE:
            raise ValidationError(
                "Mortise is for adults: nothing in its protocols was made for under 18. Treat this patient without it."
            )
        return year


class OverruleForm(forms.Form):
    """Something else than what was proposed, with the reason for it."""

    decision = forms.CharField(widget=forms.HiddenInput)
    advice = forms.ChoiceField(
        label="Do this instead",
        widget=Cells(in_row=True),
        error_messages={"required": "Choose what is done instead."},
    )
    stage = forms.ChoiceField(
        label="Stage",
        required=False,
        help_text="Only for an advance or a step back. The neighbouring stage when left as it is.",
    )
    load = forms.ChoiceField(
        label="Load today",
        required=False,
        help_text="For today only. Caps of the plan and of the day still hold.",
        widget=Cells(in_row=True),
    )
    reason = reason_field(
        "Because", help_text="Goes on the record under your name. Mortise will not overrule it."
    )

    def __init__(
        self,
        *args: Any,
        protocol: Protocol,
        decision: Decision,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.protocol, self.proposal, self.stage_id = protocol, decision, decision.stage
        advice, stage, load = self.fields["advice"], self.fields["stage"], self.fields["load"]
        assert isinstance(advice, forms.ChoiceField)
        assert isinstance(stage, forms.ChoiceField)
        assert isinstance(load, forms.ChoiceField)
        advice.choices = _advice_choices(decision, protocol)
        load.choices = _load_choices(decision)
        load.initial = ""
        stage.choices = [("", "The neighbouring stage")] + [
            (one.id, f"{one.number} {one.title}") for one in protocol.stages
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        advice, chosen = cleaned.get("advice"), cleaned.get("stage") or ""
        if not advice:
            return cleaned
        try:
            cleaned["stage"] = self._stage(Advice(advice), chosen)
        except ValidationError as error:
            self.add_error("stage", error)
            return cleaned
        if self._changes_nothing(cleaned):
            self.add_error("advice", "This is what was proposed. Change something, or agree.")
        return cleaned

    def _changes_nothing(self, cleaned: dict[str, Any]) -> bool:
        proposed = Advice(cleaned["advice"])
        if proposed is not self.proposal.advice or cleaned.get("load") not in ("", self.proposal.load.value):
            return False
        target = "" if proposed is Advice.HOLD else self.proposal.next_stage or ""
        return bool(cleaned["stage"] == self._stage(proposed, target))

    def _stage(self, advice: Advice, chosen: str) -> str:
        here = self.protocol.stage(self.stage_id)
        if advice is Advice.HOLD:
            if chosen and chosen != here.id:
                raise ValidationError("A hold keeps the stage. Choose Advance or Step back to change it.")
            return here.id
        if advice is Advice.ADVANCE:
            following = self.protocol.after(here.id)
            target = self.protocol.stage(chosen) if chosen else following
            if target is None or target.number <= here.number:
                raise ValidationError("An advance leads to a later stage.")
            return target.id
        target = self.protocol.stage(chosen or here.step_back_to or here.id)
        if target.number > here.number:
            raise ValidationError("A step back leads to this stage or an earlier one.")
        return target.id


def _advice_choices(decision: Decision, protocol: Protocol) -> list[tuple[str, str]]:
    """Return what can be done instead; what was proposed stays a choice, so that the load alone can be changed."""
    words = {Advice.ADVANCE: "Advance", Advice.HOLD: "Hold", Advice.STEP_BACK: "Step back"}
    if protocol.after(decision.stage) is None:
        del words[Advice.ADVANCE]
    return [
        (one.value, f"{said}, as proposed" if one is decision.advice else said) for one, said in words.items()
    ]


def _load_choices(decision: Decision) -> list[tuple[str, str]]:
    words = {Load.RAISE: "Raise", Load.KEEP: "Keep", Load.EASE: "Ease", Load.REST: "Rest"}
    return [
        ("", f"As proposed: {words[decision.load].lower()}"),
        *((one.value, said) for one, said in words.items() if one is not decision.load),
    ]


class ReasonForm(forms.Form):
    """A reason that goes on the record: for acknowledging, resuming, excluding, withdrawing."""

    reason = reason_field("Reason")


class VisitForm(forms.Form):
    """When the patient is next seen."""

    visit_on = forms.DateField(label="Next visit", widget=DateInput())

    def __init__(self, *args: Any, today_on: date, **kwargs: Any) -> None:
        self.today_on = today_on
        super().__init__(*args, **kwargs)

    def clean_visit_on(self) -> date:
        visit_on: date = self.cleaned_data["visit_on"]
        if visit_on < self.today_on:
            raise ValidationError("The next visit lies ahead. Choose today or a later day.")
        return visit_on
