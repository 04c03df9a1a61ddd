"""Recordings: upload, see what was recognised and measured or why not, take chosen numbers into the record."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mortise.errors import ConflictError, InputError
from mortise.measure.results import GaitResult, LungeResult, MeasureResult, TestResult
from mortise.report.chart import curve_chart, signal_chart, stride_chart, trials_chart
from mortise.report.chart.lines import lines_across, lines_chart
from mortise.report.chart.signal import signal_across
from mortise.report.measured import Person, norm_chart, norms_of, panels_of, report_page
from mortise.report.words import day
from mortise.terms import Context, Side
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, StoredRecording
from mortise.web.clinic.drawn import drawn
from mortise.web.clinic.forms import ReasonForm
from mortise.web.clinic.forms_recording import AcceptReadingsForm, LeaveOutForm, RecordingForm
from mortise.web.clinic.presenters_recording import report_of
from mortise.web.clinic.presenters_recording_charts import (
    curve_inputs,
    signal_input,
    strides_input,
    trials_input,
)
from mortise.web.clinic.presenters_recording_numbers import reading_key
from mortise.web.clinic.requests import header_of, page
from mortise.web.ui.fields import add_error

REFRESH_S = 3
PROGRESS_WORDS = {
    "waiting": "Waiting for its turn to be measured.",
    "reading": "The files are being read.",
    "measuring": "Being measured now.",
}
UPLOAD_SIDES = {"left": Side.LEFT, "right": Side.RIGHT}


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def recordings(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """List the recordings of an ankle and take a new one in."""
    episode = services.episode_or_404(request.user, episode_id)
    today_on = episode.patient.clinic.today()
    form = RecordingForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        today_on=today_on,
        max_bytes=settings.UPLOAD_MAX_BYTES,
        initial={"recorded_on": today_on},
    )
    if request.method == "POST" and form.is_valid():
        stored = _stored(request, episode, form)
        if stored is not None:
            return redirect("clinic:recording", recording_id=stored.pk)
    context = {
        "episode": episode,
        "header": header_of(episode),
        "form": form,
        "recordings": services.recordings_of(episode=episode, by=request.user),
        "here": "recordings",
    }
    return page(request, "recordings", context, status=400 if request.method == "POST" else 200)


def _stored(request: StaffRequest, episode: EpisodeRow, form: RecordingForm) -> StoredRecording | None:
    typed = form.cleaned_data
    uploads = [services.Upload(typed[name], side) for name, side in UPLOAD_SIDES.items() if typed.get(name)]
    uploads += [services.Upload(file) for file in typed["unsided"]]
    try:
        stored = services.store_recording(  # kept first, whatever becomes of it
            episode=episode,
            uploads=uploads,
            test=typed["test"],
            recorded_on=typed["recorded_on"],
            by=request.user,
            placement=typed["placement"],
            rate_hz=typed["rate_hz"],
            said=services.Said(
                side=Side(typed["side"]) if typed["side"] else Side.NONE,
                foot_length_cm=typed["foot_length_cm"],
                marks_s=typed["marks"],
            ),
        )
    except InputError as error:
        add_error(form, error, error.where)
        return None
    services.ask_analysis(recording=stored, by=request.user)
    return stored


@access.needs(Right.SEE_FOOT)
@require_safe
def recording(request: StaffRequest, recording_id: UUID) -> HttpResponse:
    """Show what a recording says, or why it says nothing."""
    return _result_page(request, services.recording_or_404(request.user, recording_id))


@access.staff
@require_POST
def accept(request: StaffRequest, recording_id: UUID) -> HttpResponse:
    """Take the chosen numbers into the record."""
    found = services.recording_or_404(request.user, recording_id)
    if found.status != found.Status.MEASURED:
        return _result_page(request, found, status=400)
    form = AcceptReadingsForm(request.POST, keys=_keys(found))
    if form.is_valid():
        try:
            _accept(request, found, form)
        except ConflictError as error:
            return _result_page(request, found, accept_form=form, problem=str(error), status=409)
        except InputError as error:
            add_error(form, error, error.where)
        else:
            return redirect("clinic:recording", recording_id=found.pk)
    return _result_page(request, found, accept_form=form, status=400)


def _accept(request: StaffRequest, found: StoredRecording, form: AcceptReadingsForm) -> None:
    chosen = [tuple(key.split(":")) for key in form.cleaned_data["readings"]]
    services.accept_readings(
        recording=found,
        chosen=[(measure, Side(side)) for measure, side in chosen],
        by=request.user,
        context=Context(form.cleaned_data["context"]),
        at_visit=form.cleaned_data["at_visit"],
    )
    if found.episode.standing.stage:
        today_on = found.episode.patient.clinic.today()
        services.decide(episode=found.episode, on=today_on, by=request.user)


@access.staff
@require_POST
def exclude(request: StaffRequest, recording_id: UUID) -> HttpResponse:
    """Set a recording aside, with a reason."""
    found = services.recording_or_404(request.user, recording_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        services.exclude_recording(recording=found, reason=form.cleaned_data["reason"], by=request.user)
        return redirect("clinic:recording", recording_id=found.pk)
    return _result_page(request, found, exclude_form=form, status=400)


@access.staff
@require_POST
def again(request: StaffRequest, recording_id: UUID) -> HttpResponse:
    """Have a recording measured again, after it was interrupted or broke."""
    found = services.recording_or_404(request.user, recording_id)
    if not found.progress:
        services.ask_analysis(recording=found, by=request.user)
    return redirect("clinic:recording", recording_id=found.pk)


@access.staff
@require_POST
def leave_out(request: StaffRequest, recording_id: UUID) -> HttpResponse:
    """Leave a stretch out, with a reason; the recording is measured again."""
    found = services.recording_or_404(request.user, recording_id)
    form = LeaveOutForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            services.leave_out(
                recording=found, start_s=typed["start_s"], end_s=typed["end_s"], reason=typed["reason"],
                by=request.user,
            )  # fmt: skip
        except ConflictError as error:
            return _result_page(request, found, leave_form=form, problem=str(error), status=409)
        except InputError as error:
            add_error(form, error, error.where)
        else:
            return redirect("clinic:recording", recording_id=found.pk)
    return _result_page(request, found, leave_form=form, status=400)


@access.staff
@require_POST
def take_in(request: StaffRequest, recording_id: UUID) -> HttpResponse:
    """Take a stretch in again that was left out."""
    found = services.recording_or_404(request.user, recording_id)
    stretch = request.POST.get("stretch", "")
    known = {str(one.pk): one.pk for one in services.left_out_of(recording=found)}
    if stretch not in known:
        raise Http404
    try:
        services.take_in_again(recording=found, stretch=known[stretch], by=request.user)
    except ConflictError as error:
        return _result_page(request, found, problem=str(error), status=409)
    return redirect("clinic:recording", recording_id=found.pk)


@access.needs(Right.SEE_FOOT)
@require_safe
def report(request: StaffRequest, recording_id: UUID) -> HttpResponse:
    """Give the measured recording as one page with pictures, to print or to keep; it asks nobody for anything."""
    found = services.recording_or_404(request.user, recording_id)
    if found.status != found.Status.MEASURED:
        return _result_page(request, found, status=400)
    result = services.result_of(recording=found, by=request.user)
    baseline = services.baseline_of(recording=found)
    measures = content().measures
    made = report_page(
        result,
        labels={name: one.label for name, one in measures.items()},
        treated=found.episode.side,
        baseline=services.result_of(recording=baseline, by=request.user) if baseline is not None else None,
        baseline_words=f"on {day(baseline.recorded_on)}" if baseline is not None else "",
        norms=norms_of(result, measures, _person_of(found)),
    )
    response = HttpResponse(made)
    # one file with its style inside: this page, and no other, may have that
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
    )
    return response


def _keys(found: StoredRecording) -> list[str]:
    """Return what can be taken into the record: what the content knows a measure and an instrument for."""
    return [reading_key(measure, side) for measure, side in services.acceptable(recording=found)]


def _result_page(
    request: StaffRequest,
    found: StoredRecording,
    *,
    accept_form: AcceptReadingsForm | None = None,
    exclude_form: ReasonForm | None = None,
    leave_form: LeaveOutForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    episode = found.episode
    context: dict[str, Any] = {
        "episode": episode,
        "header": header_of(episode),
        "recording": found,
        "files": list(found.files.all()),
        "recorded": day(found.recorded_on, with_year=True),
        "problem": problem,
        "exclude_form": exclude_form or ReasonForm(),
        "leave_form": leave_form or LeaveOutForm(),
        "left_out": services.left_out_of(recording=found),
        "progress": PROGRESS_WORDS.get(found.progress, ""),
        "here": "recordings",
    }
    if found.status == found.Status.MEASURED:
        result = services.result_of(recording=found, by=request.user)
        keys = _keys(found)
        baseline = services.baseline_of(recording=found)
        before = services.result_of(recording=baseline, by=request.user) if baseline is not None else None
        before_on = day(baseline.recorded_on) if baseline is not None else ""
        norms = norms_of(result, content().measures, _person_of(found))
        report = report_of(result, content().measures, episode.side, before, norms.words)
        # what is not to be relied on is taken into the record only when somebody ticks it
        ticked = [] if report.trust == "no" else keys
        context |= {
            "report": report,
            "baseline": baseline,
            "baseline_on": before_on,
            "charts": charts_of(result, episode.side, before, before_on),
            "signal": signal_of(result, episode.side),
            "plot": plot_of(result, episode.side),
            "against_usual": drawn(norm_chart(norms.shown, episode.side)) if norms.shown else "",
            "form": accept_form or AcceptReadingsForm(keys=keys, initial={"readings": ticked}),
            "can_take": keys,
            "n_shown_only": len(result.readings) - len(keys),
            "chosen": set(request.POST.getlist("readings") if accept_form is not None else ticked),
            "involved": episode.involved_side,
        }
    response = page(request, "recording", context, status=status)
    if found.progress and request.method == "GET":
        response["Refresh"] = str(REFRESH_S)  # without scripts; the page also has a link
    return response


def _person_of(found: StoredRecording) -> Person:
    person = found.episode.patient.person
    return Person(age=person.age_on(found.recorded_on), sex=person.sex)


def charts_of(
    result: MeasureResult, involved: Side, before: MeasureResult | None = None, before_on: str = ""
) -> list[SafeString]:
    """Draw what a result averaged and counted: curves over the stride (`before` dotted), strides, trials."""
    made: list[str] = []
    if isinstance(result, GaitResult):
        made += [curve_chart(one) for one in curve_inputs(result, involved, before, before_on)]
        strides = strides_input(result, involved)
        made += [stride_chart(strides)] if strides is not None else []
    elif isinstance(result, LungeResult):
        trials = trials_input(result, involved)
        made += [trials_chart(trials)] if trials is not None else []
    else:
        panels = panels_of(result, treated=involved, baseline=before, baseline_words=f"on {before_on}")
        made += [lines_chart(one) for one in panels if not one.is_wide]
    return [drawn(svg) for svg in made]


def signal_of(result: MeasureResult, involved: Side) -> SafeString:
    """Draw the recording itself with its strides or trials and with what was refused, or nothing without a trace."""
    if isinstance(result, TestResult):
        wide = (one for one in panels_of(result, treated=involved) if one.is_wide)
        return drawn("".join(lines_chart(one) for one in wide))
    signal = signal_input(result, involved)
    return drawn(signal_chart(signal)) if signal is not None else SafeString("")


class Plot(NamedTuple):
    """Where the seconds lie in the picture of the recording, so that a stretch can be drawn on it."""

    left: float
    right: float
    width: float
    from_s: float
    until_s: float


def plot_of(result: MeasureResult, involved: Side) -> Plot | None:
    """Return the place of the seconds in the first picture over time, or None when there is none."""
    if isinstance(result, TestResult):
        for one in panels_of(result, treated=involved):
            if one.is_wide:
                x, width = lines_across(one)
                return Plot(x.at_low, x.at_high, width, x.low, x.high)
        return None
    signal = signal_input(result, involved)
    if signal is None:
        return None
    x, width = signal_across(signal)
    return Plot(x.at_low, x.at_high, width, x.low, x.high)
