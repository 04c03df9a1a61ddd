"""The clinic room: choose a technique, read what stops it, test, treat, test again; does the gain last?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from mortise.episode import Story, room_of
from mortise.errors import InputError
from mortise.protocol import Hands
from mortise.record import Fact, Reading, Treatment
from mortise.terms import Context, Measure, Origin, Side
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic.entries import Capture, Current, Manner, current_of, new_id, reading_facts
from mortise.web.clinic.forms_readings import Typed
from mortise.web.clinic.forms_room import TreatmentForm
from mortise.web.clinic.presenters_room import choices_of, first_values, home_lines, room_view, stops_of
from mortise.web.clinic.presenters_technique import techniques_of
from mortise.web.clinic.requests import author_names, capture_of, page
from mortise.web.clinic.views_course import full_header, story_of
from mortise.web.ui.fields import add_error


@access.needs(Right.SEE_RECORD)
@require_safe
def room(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show what was given and whether it lasts, what changed at home, and the techniques to choose from."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    names = author_names(episode.patient)
    context = {
        "episode": episode,
        "header": full_header(episode, told.record, told),
        "is_started": told.plan is not None,
        "is_locked": told.is_locked,
        "room": room_view(told, content().measures, names),
        "home": home_lines(told, room_of(told.facts, content().measures)),
        "choices": choices_of(told),
        "here": "room",
    }
    return page(request, "room", context)


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def treat(request: StaffRequest, episode_id: UUID, technique_id: str) -> HttpResponse:
    """Show what stops one technique, then take down the tests and what was given."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    one = services.technique_of(episode, technique_id)
    if one is None or one.exercise not in content().exercises:
        raise Http404
    capture = capture_of(request, episode.patient)
    current = current_of(told.record, capture.on)
    form = _form(request, episode, told, one, current)
    if request.method == "POST" and form.is_valid() and _kept(request, episode, form, current, capture):
        if form.wants_only_before:
            return redirect("clinic:treat", episode_id=episode.pk, technique_id=one.id)
        return redirect("clinic:room", episode_id=episode.pk)
    (view,) = techniques_of(told.protocol, content().exercises, content().measures, only=one.id)
    context = {
        "episode": episode,
        "header": full_header(episode, told.record, told),
        "form": form,
        "technique": view,
        "stops": form.stops,
        "room": room_view(told, content().measures, {}),
        "is_locked": told.is_locked,
        "home": home_lines(told, room_of(told.facts, content().measures)),
        "here": "room",
    }
    return page(request, "treat", context, status=400 if request.method == "POST" else 200)


def _form(
    request: StaffRequest, episode: EpisodeRow, told: Story, one: Hands, current: Current
) -> TreatmentForm:
    measure = content().measures.get(one.test)
    first: dict[str, Any] = first_values(one, told)
    if measure is not None:
        side = episode.side if measure.is_sided else Side.NONE
        for name, context in (("before", Context.BEFORE_TREATMENT), ("after", Context.AFTER_TREATMENT)):
            taken = current.readings_today.get((measure.id, side, context))
            if taken is not None:
                first[name] = f"{taken.value.normalize():f}"
                first["instrument"] = taken.instrument
    return TreatmentForm(
        request.POST if request.method == "POST" else None,
        technique=one, measure=measure, stops=stops_of(one, told), involved=episode.side, first=first,
    )  # fmt: skip


def _kept(
    request: StaffRequest, episode: EpisodeRow, form: TreatmentForm, current: Current, capture: Capture
) -> bool:
    facts = list(_facts(form, current, capture))
    try:
        services.log_treatment(episode=episode, facts=facts, by=request.user)
    except InputError as error:
        add_error(form, error, error.where)
        return False
    return True


def _facts(form: TreatmentForm, current: Current, capture: Capture) -> list[Fact]:
    """Return the readings around a treatment, and the treatment unless only the test before is kept."""
    side = Side(form.cleaned_data["side"])
    facts: list[Fact] = []
    ids: dict[str, str] = {}
    for name, context in (("before", Context.BEFORE_TREATMENT), ("after", Context.AFTER_TREATMENT)):
        if form.measure is None or (form.wants_only_before and name == "after"):
            continue
        found = _reading(form, form.measure, name, context, side, current, capture)
        facts += found
        ids[name] = _id_of(found, form.measure, context, side, current)
    if form.wants_only_before:
        return facts
    exercise = content().exercises[form.technique.exercise]
    assert exercise.technique is not None
    given = Treatment(
        id=new_id(), on=capture.on, origin=Origin.CLINICIAN, by=capture.by, captured_at=capture.at,
        technique=form.technique.id, exercise=exercise.id, joint=exercise.technique.joint, side=side,
        grade=form.cleaned_data["grade"], dose=_words(form, "dose"), position=_words(form, "position"),
        test=form.measure.id if form.measure is not None else "", before=ids.get("before", ""),
        after=ids.get("after", ""), against=form.stopped_by(),
        reason=_words(form, "reason") if form.stopped_by() else "", home=_words(form, "home"),
    )  # fmt: skip
    return [*facts, given]


def _reading(
    form: TreatmentForm,
    measure: Measure,
    name: str,
    context: Context,
    side: Side,
    current: Current,
    capture: Capture,
) -> list[Fact]:
    value = form.value(name)
    where = side if measure.is_sided else Side.NONE
    if value is None and (measure.id, where, context) not in current.readings_today:
        return []
    typed = Typed(measure, where, form.cleaned_data["instrument"] or "by_hand", value)
    return list(reading_facts([typed], current, Manner(context, at_visit=True), capture))


def _id_of(found: list[Fact], measure: Measure, context: Context, side: Side, current: Current) -> str:
    new = next((fact.id for fact in found if isinstance(fact, Reading)), "")
    if new or found:
        return new
    old = current.readings_today.get((measure.id, side if measure.is_sided else Side.NONE, context))
    return old.id if old is not None else ""


def _words(form: TreatmentForm, name: str) -> str:
    return " ".join(str(form.cleaned_data.get(name) or "").split())
