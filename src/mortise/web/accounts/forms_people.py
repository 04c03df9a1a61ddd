"""Forms about the people of a clinic and the clinic itself."""

from __future__ import annotations

from django import forms

from mortise.web.accounts.models import STAFF_CHOICES, check_time_zone
from mortise.web.accounts.rights import ADMINISTRATOR, PHYSIOTHERAPIST
from mortise.web.ui import languages
from mortise.web.ui.fields import Cells


class InviteForm(forms.Form):
    """Whom, where to, as what."""

    name = forms.CharField(label="Name", max_length=120, help_text="As others see it.")
    email = forms.EmailField(label="E-mail", max_length=254, help_text="They sign in with it.")
    role = forms.ChoiceField(label="Role", choices=STAFF_CHOICES, initial=PHYSIOTHERAPIST, widget=Cells())


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(label="Role", choices=STAFF_CHOICES, initial=ADMINISTRATOR)


class JoinForm(forms.Form):
    """What somebody invited gives: their name as they write it, and a password."""

    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Password", strip=False, help_text="At least 12 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


class ClinicForm(forms.Form):
    """What everybody of the clinic, and every patient’s phone, is told of it."""

    name = forms.CharField(label="Name of the clinic", max_length=120)
    time_zone = forms.CharField(
        label="Time zone", max_length=60, validators=[check_time_zone], help_text="As in Europe/Madrid."
    )
    phone = forms.CharField(
        label="Telephone", max_length=40, required=False, help_text="Shown to patients for questions."
    )
    emergency_line = forms.CharField(
        label="Emergency number", max_length=40, required=False,
        help_text="What a patient’s phone dials in an emergency. Left empty, only words are shown.",
    )  # fmt: skip
    language = forms.ChoiceField(
        label="Language of the phones", required=False,
        choices=lambda: [("", "English"), *((one.code, one.name) for one in languages.offered()[1:])],
        help_text="For patients who chose none and whose browser asks for none that is offered.",
    )  # fmt: skip
