"""Forms of everything several people need for one patient: notes, hand-over, cover, opinions, guests, consent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from mortise.web.accounts.models import User
from mortise.web.care.models import Consent, Note, Purpose
from mortise.web.care.models.together import MOST_WORDS
from mortise.web.clinic.forms import DateInput
from mortise.web.ui.fields import Cells


def words_field(label: str, *, help_text: str = "", required: bool = True) -> forms.CharField:
    """Return a field for some lines of words."""
    return forms.CharField(
        label=label, max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 4}), help_text=help_text,
        required=required,
    )  # fmt: skip


def _people(people: Iterable[User], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((str(one.pk), f"{one.name}, {one.get_role_display().lower()}") for one in people)]


class NoteForm(forms.Form):
    """A note."""

    about = forms.ChoiceField(label="About", widget=Cells(in_row=True))
    words = words_field("Note", help_text="For clinicians. A note is never changed: a later one corrects it.")

    def __init__(self, *args: Any, about: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one, Note.About(one).label) for one in about]
        field.initial = field.choices[0][0]


class PersonForm(forms.Form):
    """One colleague, with words."""

    def __init__(self, *args: Any, people: Iterable[User], empty: str = "Choose one", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("to", "asked", "covering"):
            if name in self.fields:
                field = self.fields[name]
                assert isinstance(field, forms.ChoiceField)
                field.choices = _people(people, empty)


class HandOverForm(PersonForm):
    """To whom, and what they need to know."""

    to = forms.ChoiceField(label="Hand over to")
    note = words_field("What they need to know", help_text="You both see it. Open tasks and clocks go along.")


class PhysicianForm(PersonForm):
    """Which physician is named for a patient."""

    to = forms.ChoiceField(label="Named physician", required=False)


class AskForm(PersonForm):
    """Whom to ask, and what."""

    asked = forms.ChoiceField(label="Ask")
    question = words_field(
        "Question", help_text="The answer stands beside the record; no plan changes by it."
    )


class AnswerForm(forms.Form):
    """An answer to a colleague."""

    answer = words_field("Your answer")


class CoverForm(PersonForm):
    """Who looks after one's patients, from when until when."""

    covering = forms.ChoiceField(label="Who covers")
    from_on = forms.DateField(label="From", widget=DateInput)
    until_on = forms.DateField(label="Until, this day included", widget=DateInput)
    note = words_field("What they need to know", required=False)


class GuestForm(forms.Form):
    """Who reads, what for, for how long."""

    name = forms.CharField(label="Who reads", max_length=100, help_text="The patient sees this name.")
    what_for = forms.CharField(label="What for", max_length=200)
    n_days = forms.TypedChoiceField(
        label="For how long", coerce=int, choices=[(1, "1 day"), (7, "7 days"), (30, "30 days")], initial=7,
        widget=Cells(in_row=True),
    )  # fmt: skip
    agreed = forms.BooleanField(
        label="The patient agreed to it",
        error_messages={"required": "Ask the patient first; then tick this."},
    )


class ConsentForm(forms.Form):
    """What a patient said to one purpose."""

    purpose = forms.ChoiceField(choices=Purpose.choices, widget=forms.HiddenInput)
    how = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (Consent.How.IN_PERSON, Consent.How.IN_WRITING)]
    )
    said = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
