"""The tests a patient can do alone, by tape, count or stop-watch, when they are due."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mortise.record import Reading
from mortise.terms import Origin
from mortise.web.accounts import access
from mortise.web.audit import clock
from mortise.web.phone import live, presenters
from mortise.web.phone.forms_tests import HandValue, SelfTestForm
from mortise.web.phone.reports import report
from mortise.web.phone.self_tests import instrument_at_home, measures_asked
from mortise.web.phone.visits import Visit, visit_of


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def self_test(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    story = visit.story()
    closed = live.closed_today(visit, story, is_asked=presenters.has_checked_in(visit, story))
    test = request.GET.get("test", "")
    asked = measures_asked(visit, story, test, closed)
    form = SelfTestForm(asked, visit.side, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        batch = request.POST.get("batch", "")[:40] or uuid.uuid4().hex
        report(request, visit, story, [_reading(visit, one, batch) for one in form.values()])
        return redirect("phone:today")
    fields = {one.measure.id for one in form.asked}
    context = {
        "form": form,
        "batch": request.POST.get("batch") or uuid.uuid4().hex,
        "others": [one for one in live.TESTS if one.hand_measure not in fields and one.test not in closed],
        "closed": live.CLOSED if test in closed else "",
        "tab": "check",
    }
    return render(request, "phone/self_test.html", context, status=422 if form.errors else 200)


def _reading(visit: Visit, one: HandValue, batch: str) -> Reading:
    return Reading(
        id=f"{batch}-{one.measure.id}-{one.side.value}", on=visit.today, origin=Origin.PATIENT,
        captured_at=clock.now(), measure=one.measure.id, side=one.side, value=one.value,
        unit=one.measure.unit, instrument=instrument_at_home(one.measure),
    )  # fmt: skip
