"""What a podiatrist sees and writes: foot and gait, footwear, orthoses. Not the rest of the record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mortise.protocol.assessment import Section
from mortise.report.latest import newest_of
from mortise.report.words import day, short_day
from mortise.terms import Context, Side
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Note
from mortise.web.clinic.entries import Current, add_and_answer, current_of, flag_facts, sign_facts
from mortise.web.clinic.forms_assess import SectionForm
from mortise.web.clinic.forms_team import NoteForm
from mortise.web.clinic.requests import capture_of, page

# Findings of the assessment that are about the foot, the shoe, and how the foot meets and leaves the ground.
FOOT_SIGNS = ("foot_posture", "arch_under_load", "footwear", "walking_aid", "foot_contact", "early_heel_off")
FOOT_NOTES = (Note.About.FOOT, Note.About.FOOTWEAR, Note.About.ORTHOSIS)


@access.needs(Right.SEE_FOOT)
@require_safe
def feet(request: StaffRequest) -> HttpResponse:
    """List the patients whose foot and gait this person may see, and what colleagues ask."""
    context = {
        "rows": services.open_episodes_in_reach(by=request.user),
        "asked": services.opinions_asked_of(by=request.user),
        "here": "feet",
    }
    return page(request, "feet", context)


@access.needs(Right.SEE_FOOT, to_write=Right.WRITE_FINDING)
@require_http_methods(["GET", "HEAD", "POST"])
def foot(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show foot and gait of one patient; a POST keeps findings."""
    episode = services.episode_or_404(request.user, episode_id)
    told = services.story_of(
        episode=episode, on=episode.patient.clinic.today(), by=request.user, read="foot.read"
    )
    capture = capture_of(request, episode.patient)
    current = current_of(told.record, capture.on)
    form = _form(request, episode, current)
    if request.method == "POST" and form.is_valid():
        facts = list(sign_facts(form.found(), current, capture))
        if episode.standing.stage:
            facts += flag_facts(facts, content().assessment, capture)
        add_and_answer(episode, facts, request.user)
        return redirect("clinic:foot", episode_id=episode.pk)
    gait = [
        one
        for one in services.recordings_of(episode=episode, by=request.user)
        if one.test in services.GAIT_TESTS
    ]
    context: dict[str, Any] = {
        "episode": episode,
        "name": episode.patient.name,
        "age": episode.patient.person.age_on(told.as_of),
        "involved": episode.involved_side,
        "form": form,
        "signs": _signs(current),
        "numbers": [(one, short_day(one.on)) for one in newest_of(told, ("gait",))],
        "recordings": [(one.pk, day(one.recorded_on)) for one in gait if one.status == one.Status.MEASURED],
        "notes": services.notes_of(episode=episode, by=request.user, about=FOOT_NOTES),
        "note_form": NoteForm(about=FOOT_NOTES),
        "opinions": services.opinions_of(episode=episode, asked=request.user),
        "here": "feet",
    }
    return page(request, "foot", context, status=400 if request.method == "POST" else 200)


@access.needs(Right.WRITE_FINDING)
@require_POST
def foot_note(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Keep a note about the foot."""
    episode = services.episode_or_404(request.user, episode_id)
    form = NoteForm(request.POST, about=FOOT_NOTES)
    if form.is_valid():
        services.write_note(episode=episode, by=request.user, **form.cleaned_data)
    return redirect("clinic:foot", episode_id=episode.pk)


def foot_section() -> Section:
    """Return the questions about the foot as one section, in the order of the examination."""
    sections = content().assessment.sections
    asked = tuple(one for section in sections for one in section.questions if one.id in FOOT_SIGNS)
    return msgspec.structs.replace(sections[0], questions=asked, measures=(), asks_goals=False)


def _form(request: StaffRequest, episode: EpisodeRow, current: Current) -> SectionForm:
    return SectionForm(
        request.POST if request.method == "POST" else None,
        section=foot_section(), signs=current.levels, measures=[], current={}, instruments={},
        involved=episode.side, context=Context.ROUTINE,
    )  # fmt: skip


def _signs(current: Current) -> list[tuple[str, str, str]]:
    """Return what was found, in words: question and side, answer, day."""
    found = []
    for question in foot_section().questions:
        labels = {level.id: level.label for level in question.levels}
        for side in (Side.LEFT, Side.RIGHT, Side.NONE):
            sign = current.signs.get((question.id, side))
            if sign is not None:
                where = "" if side is Side.NONE else f", {side.value}"
                words = "; ".join(one for one in (labels.get(sign.level, ""), sign.text) if one)
                found.append((f"{question.label}{where}", words or "noted", short_day(sign.on)))
    return found
