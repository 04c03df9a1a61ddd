"""A clinician's own page: whom I cover for, who covers for me, what colleagues ask, who was handed over to me."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from mortise.errors import InputError
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.clinic.forms_team import CoverForm
from mortise.web.clinic.requests import page
from mortise.web.ui.fields import add_error


@access.needs(Right.SEE_LIST, to_write=Right.SHARE)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: StaffRequest) -> HttpResponse:
    """Show cover, questions and one's own patients; a POST arranges cover."""
    people = services.colleagues(by=request.user, right=Right.TREAT)
    form = CoverForm(request.POST if request.method == "POST" else None, people=people)
    if request.method == "POST" and form.is_valid():
        try:
            services.arrange_cover(by=request.user, **form.cleaned_data)
            return redirect("clinic:team")
        except InputError as error:
            add_error(form, error, error.where)
    today = request.user.clinic.today()
    covers = services.covers_of(by=request.user)
    rows = services.needs_list(by=request.user, today=today)
    covered = [
        (one, _needing(rows, services.patients_treated_by(person=one.absent, by=request.user)))
        for one in covers
        if one.covering_id == request.user.pk and one.from_on <= today
    ]
    mine = services.patients_treated_by(person=request.user, by=request.user)
    context = {
        "form": form,
        "covered": covered,
        "later": [one for one in covers if one.covering_id == request.user.pk and one.from_on > today],
        "away": [one for one in covers if one.absent_id == request.user.pk],
        "asked": services.opinions_asked_of(by=request.user),
        "mine": _needing(rows, mine),
        "n_mine": len(mine),
        "here": "team",
    }
    return page(request, "team", context, status=400 if request.method == "POST" else 200)


def _needing(rows: tuple[services.NeedRow, ...], patients: set[UUID]) -> list[services.NeedRow]:
    return [row for row in rows if row.patient_id in patients and row.needs_somebody]


@access.needs(Right.SHARE)
@require_POST
def cover_end(request: StaffRequest, cover_id: UUID) -> HttpResponse:
    """End a cover early."""
    services.end_cover(cover=services.cover_or_404(request.user, cover_id), by=request.user)
    return redirect("clinic:team")
