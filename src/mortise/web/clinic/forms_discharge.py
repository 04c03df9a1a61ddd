"""Forms to end care and to take it up again."""

from __future__ import annotations

from typing import Any

from django import forms

from mortise.protocol import Protocol
from mortise.report.ending import OUTCOME_WORDS
from mortise.web.clinic.forms import reason_field

SUMMARY_LENGTH = 2000


class DischargeForm(forms.Form):
    """The outcome, the reason, and the last summary, which the patient reads on the phone."""

    outcome = forms.ChoiceField(label="Outcome", choices=[("", "Choose one"), *OUTCOME_WORDS.items()])
    reason = reason_field("Why care ends now")
    summary = forms.CharField(
        label="Last summary, for the patient", required=False, max_length=SUMMARY_LENGTH,
        help_text="Drafted from the record; change it as you like. The patient reads it on the phone.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip


class ReopenForm(forms.Form):
    """Take somebody into care again, in the stage left or an easier one."""

    reason = reason_field("Why care goes on")
    stage = forms.ChoiceField(label="Goes on in", required=False)

    def __init__(self, *args: Any, protocol: Protocol, stage: str, met: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = protocol.stage(stage).number
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (one.id, f"Stage {one.number}, {one.title}{_words(one.id, stage, met)}")
            for one in protocol.stages
            if one.number <= number
        ]
        self.initial.setdefault("stage", met or stage)


def _words(name: str, left: str, met: str) -> str:
    said = [
        words
        for words, is_so in (("left", name == left), ("highest whose entry is met", name == met))
        if is_so
    ]
    return f" ({'; '.join(said)})" if said else ""
