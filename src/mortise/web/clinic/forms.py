"""Forms of the desk: add a patient, answer a decision, resume, set a visit, upload a recording."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mortise.protocol import Protocol
from mortise.record import Decision
from mortise.terms import RECORDED_TESTS, Advice, Context, Load, Sex, Side
from mortise.web.care.models.recordings import TEST_WORDS
from mortise.web.ui.fields import Cells, ManyFilesField

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


# What can be sent of each test: what `measure` reads for it.
SENT_OF_TEST = {
    "gait": "foot sensors, phone at the belt, markers or video",
    "run": "foot sensors, sensor at the belt or markers",
    "lunge": "phone on the shin, sensors, markers or video",
    "range": "sensors on foot and shin, markers or video",
    "heel-rise": "sensor on the foot, phone on the shin, markers or video",
    "hop": "force plates, sensors on the feet, markers or video",
    "jump": "force plates, sensors, markers or video",
    "landing": "markers, video, or sensors on foot and shin",
    "step-down": "markers, video, or sensors on foot and shin",
    "balance": "force plate, phone at the belt or markers",
    "position": "sensors on foot and shin, markers or video",
}


class RecordingForm(forms.Form):
    """The files of one recording, and what is known of them beyond what they say themselves."""

    TESTS = tuple((name, f"{TEST_WORDS[name]}: {SENT_OF_TEST[name]}") for name in RECORDED_TESTS)
    PLACEMENTS = (
        ("", "As the file says"), ("instep", "Instep"), ("lateral_foot", "Outer side of the foot"), ("heel", "Heel"),
        ("foot", "Foot, spot not known"), ("shank", "Shin"), ("thigh", "Thigh"), ("lower_back", "Lower back"),
        ("belt", "Belt"),
    )  # fmt: skip

    test = forms.ChoiceField(label="What was recorded", choices=TESTS, initial="gait")
    recorded_on = forms.DateField(label="Recorded on", widget=DateInput())
    left = forms.FileField(label="Left side", required=False, allow_empty_file=True)
    right = forms.FileField(label="Right side", required=False, allow_empty_file=True)
    unsided = ManyFilesField(
        label="Files that say their side themselves, or have none",
        required=False,
        allow_empty_file=True,
        help_text="One or several: left_foot.csv beside left_shank.csv, markers, force plates, keypoints of a video.",
    )
    rate_hz = forms.DecimalField(
        label="Samples per second",
        required=False,
        min_value=1,
        max_value=10000,
        max_digits=9,
        decimal_places=4,
        help_text="Only when the file does not say.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    placement = forms.ChoiceField(label="Where the sensor was", choices=PLACEMENTS, required=False)
    side = forms.ChoiceField(
        label="Side that was tested",
        choices=(("", "As the file says"), ("left", "Left"), ("right", "Right")),
        required=False,
        help_text="For files with sensors, markers or video of both sides, and for a phone of which nobody said it.",
    )
    foot_length_cm = forms.DecimalField(
        label="Length of the foot, cm",
        required=False,
        min_value=10,
        max_value=40,
        max_digits=4,
        decimal_places=1,
        help_text="Heel to longest toe. Heel rises and clearance get surer by it.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    marks = forms.CharField(
        label="First pinch, seconds",
        required=False,
        max_length=200,
        help_text="Knee to wall only: seconds from the start of the recording, several with blanks between.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, today_on: date, max_bytes: int, **kwargs: Any) -> None:
        self.today_on, self.max_bytes = today_on, max_bytes
        super().__init__(*args, **kwargs)

    def clean_recorded_on(self) -> date:
        recorded_on: date = self.cleaned_data["recorded_on"]
        if recorded_on > self.today_on:
            raise ValidationError("A recording cannot come from the future.")
        return recorded_on

    def clean_marks(self) -> tuple[Decimal, ...]:
        words = self.cleaned_data["marks"].replace(";", " ").split()
        try:
            marks = tuple(Decimal(word.rstrip("s,").replace(",", ".")) for word in words)
        except InvalidOperation:
            raise ValidationError("Give seconds, such as 12.4, with blanks between several.") from None
        if any(not mark.is_finite() or not 0 <= mark < 100_000 for mark in marks):
            raise ValidationError("Give seconds from the start of the recording, such as 12.4.")
        return marks

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        sizes = {name: cleaned[name].size for name in ("left", "right") if cleaned.get(name)}
        if cleaned.get("unsided"):
            each = [file.size for file in cleaned["unsided"]]
            sizes["unsided"] = 0 if 0 in each else max(each)
        if not sizes and not self.errors:
            raise ValidationError("Choose at least one file.")
        if "unsided" in sizes and len(sizes) > 1:
            self.add_error("unsided", "Give left and right, or files that say their side: not both.")
        for name, size in sizes.items():
            if size == 0:
                self.add_error(name, "This file is empty. Record again, or choose another file.")
            elif size > self.max_bytes:
                limit_mb = self.max_bytes // (1024 * 1024)
                self.add_error(
                    name, f"This file is larger than {limit_mb} MB. Cut it to one test, then send that."
                )
        return cleaned


class AcceptReadingsForm(forms.Form):
    """Which numbers of a recording go into the record, and when they were taken relative to treatment."""

    readings = forms.MultipleChoiceField(
        label="Readings",
        error_messages={"required": "Choose at least one number to take into the record."},
    )
    context = forms.ChoiceField(
        label="Taken",
        initial=Context.ROUTINE.value,
        widget=Cells(in_row=True),
        choices=[
            (Context.ROUTINE.value, "Routine"),
            (Context.BEFORE_TREATMENT.value, "Before treatment"),
            (Context.AFTER_TREATMENT.value, "After treatment"),
            (Context.TIRED.value, "When tired"),
        ],
        help_text="After treatment and when tired are kept and shown, and feed no gate.",
    )
    at_visit = forms.BooleanField(label="Recorded at a visit", required=False, initial=True)

    def __init__(self, *args: Any, keys: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["readings"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(key, key) for key in keys]
