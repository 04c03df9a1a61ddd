"""What a patient agreed to, in their own hands: read it, agree, take it back. It works from the next page on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mortise.errors import InputError
from mortise.web.accounts import access
from mortise.web.care import services
from mortise.web.care.models import Consent, Purpose
from mortise.web.phone.visits import visit_of

TITLES = {
    Purpose.TREATMENT: _("Your record"),
    Purpose.RECORDINGS: _("Recordings of how you move"),
    Purpose.COACH: _("Sharing with a coach"),
    Purpose.RESEARCH: _("Comparisons and research"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def consents(request: HttpRequest) -> HttpResponse:
    """Show every purpose with its text; a POST says yes, or takes it back."""
    visit = visit_of(request, even_ended=True)
    if request.method == "POST":
        purpose, word = request.POST.get("purpose", ""), request.POST.get("said", "")
        if purpose not in Purpose.values or word not in ("yes", "no"):
            raise InputError("Choose one of the answers shown.", where="said")
        services.record_consent(
            patient=visit.patient, purpose=Purpose(purpose), is_given=word == "yes",
            how=Consent.How.ON_THE_PHONE, by=visit.user,
        )  # fmt: skip
        return redirect("phone:consents")
    rows = [
        (one, TITLES[one.purpose], gettext(one.words), gettext(one.when_taken_back))
        for one in services.consents_of(patient=visit.patient, by=visit.user)
    ]
    return render(request, "phone/consents.html", {"rows": rows, "tab": "help", "is_ended": visit.is_ended})
