"""Forms for what follows a decision: answer a proposal, send on, record an outcome, set how far the engine may act."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from mortise.protocol import Protocol
from mortise.terms import Autonomy
from mortise.web.clinic.forms import DateInput, reason_field

OUTCOMES = [
    ("", "In hand, no outcome yet"),
    ("seen", "Seen: outcome known"),
    ("arranged", "Arranged elsewhere"),
    ("not_needed", "No longer needed"),
    ("declined_by_patient", "The patient does not want it"),
]


class ProposalForm(forms.Form):
    """Yes or no to one proposal, with what it needs."""

    proposal = forms.CharField(widget=forms.HiddenInput, max_length=80)
    choice = forms.ChoiceField(label="The one thing that changes", required=False)
    retest_on = forms.DateField(label="Tested again on", required=False, widget=DateInput)
    reason = reason_field("Said to it", required=False, help_text="Needed to decline. Goes on the record.")

    def __init__(
        self, *args: Any, choices: tuple[str, ...] = (), has_date: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose one"), *((one, one) for one in choices)]
        if not choices:
            del self.fields["choice"]
        if not has_date:
            del self.fields["retest_on"]


class EscalateForm(forms.Form):
    """Send a patient on."""

    escalation = forms.ChoiceField(label="Send on to")
    reason = reason_field(
        "What speaks for it", help_text="Which criterion, or what else. Goes on the record."
    )

    def __init__(self, *args: Any, protocol: Protocol, open_ones: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["escalation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.id, one.to) for one in protocol.escalations if one.id not in open_ones]


class OutcomeForm(forms.Form):
    """Take an escalation in hand, or close it with its outcome."""

    case = forms.CharField(widget=forms.HiddenInput, max_length=80)
    outcome = forms.ChoiceField(label="Where it stands", choices=OUTCOMES, required=False)
    reason = reason_field("What was found, by whom", required=False, help_text="Needed to close it.")


class AutonomyForm(forms.Form):
    """Set how far the engine may act; more than proposing is earned."""

    autonomy = forms.ChoiceField(
        label="From now on",
        choices=[(Autonomy.OBSERVE.value, "Only observe"), (Autonomy.PROPOSE.value, "Propose")],
    )
    reason = reason_field("Why it is set so")


def in_a_fortnight(today_on: date) -> date:
    """Return the day that a re-test is offered on."""
    return date.fromordinal(today_on.toordinal() + 14)
