"""Tests with the phone's own sensors: the page, and the door their raw samples come in by."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from mortise.errors import InputError, MortiseError
from mortise.terms import Side
from mortise.web.accounts import access
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import StoredRecording
from mortise.web.phone import live, presenters, signing
from mortise.web.phone.refusals import not_measured
from mortise.web.phone.views_offline import is_our_page, refused
from mortise.web.phone.visits import Visit, visit_of

# What a trial or a recording carries when its number does not mean what the test means: a person looks first.
DOUBTS = frozenset({
    "no_hold", "too_fast", "out_of_plane", "not_back_to_standing", "heel_lifted", "sensor_slipped", "sensor_turned",
    "trials_disagree", "placement_doubtful", "rate_contradicted", "unit_contradicted", "axis_unsure",
    "no_quiet_stance", "walked_or_jumped_too", "samples_missing",
})  # fmt: skip


@require_safe
@access.patient
def live_page(request: HttpRequest, test: str = "") -> HttpResponse:
    """Show the list of tests, or one; the scripts do the rest, and without them there is the way by hand."""
    if test and test not in live.BY_ID:
        raise Http404
    visit = visit_of(request)
    story = visit.story()
    if story.is_locked:
        return redirect("phone:today")
    context = {
        "live_tests": live.plain(
            live.closed_today(visit, story, is_asked=presenters.has_checked_in(visit, story))
        ),
        "chosen": live.BY_ID.get(test),
        "side": visit.side.value,
        "last_values": live.last_values(visit, story),
        "tab": "check",
    }
    return render(request, "phone/live.html", context)


@csrf_exempt  # as `sync`: a page kept on the phone has no token, and only our own origin gets in
@require_POST
@access.patient
def recording(request: HttpRequest) -> HttpResponse:
    """Take in the samples of one test, measure them, answer with the number. The same file again changes nothing."""
    if not is_our_page(request):
        return refused(HTTPStatus.FORBIDDEN, "Only this app's own pages may send here.")
    visit = visit_of(request)
    if request.POST.get("person") != signing.person_tag(visit.user):
        return refused(HTTPStatus.CONFLICT, "This recording belongs to somebody else.")
    try:
        body = _taken(visit, request)
    except InputError as error:
        body = {"outcome": "refused", "reason": not_measured(str(error))}
    now_ms = int(clock.now().timestamp() * 1000)
    return JsonResponse(body | {"epoch": services.server_epoch(), "now_ms": now_ms})


def _taken(visit: Visit, request: HttpRequest) -> dict[str, Any]:
    file, test = request.FILES.get("log"), request.POST.get("test", "")
    chosen = live.BY_ID.get(test)
    if file is None or chosen is None:
        raise InputError("This is no recording of a test.", where="log")
    known = services.recording_with(episode=visit.episode, content=file)
    if known is not None:
        return _answer(visit, known, "already")
    named = request.POST.get("side", "")
    side = Side(named) if named in ("left", "right") else Side.NONE
    stored = services.store_recording(
        episode=visit.episode,
        uploads=[services.Upload(file, side)],
        # at the back nothing tells which leg hops
        said=services.Said(side=side if test == "hop" else Side.NONE),
        test=test,
        recorded_on=visit.today,
        by=visit.user,
        placement=chosen.placement,
    )
    stored = services.analyse_recording(recording=stored, by=visit.user)
    _accept(visit, stored)
    stored.refresh_from_db()
    return _answer(visit, stored, "stored")


def _accept(visit: Visit, stored: StoredRecording) -> None:
    """Put numbers without a doubt on the record; the others wait for the clinic with their recording."""
    if stored.status != stored.Status.MEASURED:
        return
    result = services.result_of(recording=stored, by=visit.user)
    clean = {(one.measure, one.side) for one in result.readings if not DOUBTS & set(one.quality)}
    chosen = [place for place in services.acceptable(recording=stored) if place in clean]
    if not chosen:
        return
    services.accept_readings(recording=stored, chosen=chosen, by=visit.user)
    try:
        services.decide(
            episode=visit.episode, on=visit.today, by=visit.user, circumstances=visit.circumstances
        )
    except MortiseError:  # the number is kept; what follows from it is worked out at the next contact
        return


def _answer(visit: Visit, stored: StoredRecording, outcome: str) -> dict[str, Any]:
    if stored.status != stored.Status.MEASURED:
        return {"outcome": outcome, "reason": not_measured(stored.refused_reason), "readings": []}
    result = services.result_of(recording=stored, by=visit.user)
    return {
        "outcome": outcome,
        "reason": "",
        "is_on_record": stored.accepted_at is not None,
        "readings": [
            {
                "measure": one.measure, "side": one.side.value, "value": one.value, "unit": one.unit,
                "error": one.error, "quality": one.quality,
            }
            for one in result.readings
        ],
    }  # fmt: skip
