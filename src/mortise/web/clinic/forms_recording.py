"""Forms about recordings: sending one, leaving a stretch out, taking numbers into the record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from mortise.terms import RECORDED_TESTS, Context
from mortise.web.care.models.recordings import TEST_WORDS
from mortise.web.clinic.forms import DateInput, reason_field
from mortise.web.ui.fields import Cells, ManyFilesField

SECONDS_ATTRS = {"inputmode": "decimal", "autocomplete": "off"}

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


class LeaveOutForm(forms.Form):
    """A stretch to leave out: seconds from the first sample, and why."""

    start_s = forms.DecimalField(
        label="From, seconds",
        min_value=0,
        max_digits=9,
        decimal_places=3,
        widget=forms.TextInput(attrs=SECONDS_ATTRS),
    )
    end_s = forms.DecimalField(
        label="To, seconds",
        min_value=0,
        max_digits=9,
        decimal_places=3,
        widget=forms.TextInput(attrs=SECONDS_ATTRS),
    )
    reason = reason_field("Reason", help_text="Such as: stumbled, answered the phone, held the rail.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start_s, end_s = cleaned.get("start_s"), cleaned.get("end_s")
        if start_s is not None and end_s is not None and end_s <= start_s:
            self.add_error("end_s", "The stretch ends after it starts.")
        return cleaned
