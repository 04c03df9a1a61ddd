"""What the assessment adds up to, the programme proposed from it, and the link that brings it to the phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from mortise.decide.classify import Standing, Verdict, WorkingClassification, classify
from mortise.episode import Story
from mortise.errors import InputError
from mortise.record import Fact, PatientRecord, PlanVersion, Reading, Sign
from mortise.report.care import grades_of
from mortise.report.qr import qr_svg
from mortise.terms import Origin
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.clinic import pictures
from mortise.web.clinic.entries import Current, add_all, current_of, new_id
from mortise.web.clinic.forms_plan import PlanForm
from mortise.web.clinic.presenters_assess import open_required, parts_of, raised_of
from mortise.web.clinic.presenters_classification import ideas_of
from mortise.web.clinic.presenters_proposed import Proposed, candidate_of, proposed_of
from mortise.web.clinic.requests import author_names, capture_of, page
from mortise.web.clinic.told_course import WORKING_CLASSIFICATION, panel, programme, working_classification
from mortise.web.clinic.views_course import full_header, story_of
from mortise.web.ui.fields import add_error

UNREADY = "A programme can start when what refers is settled and what must be asked was asked."


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def classification(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show what speaks for and against each candidate; take one as working classification."""
    episode = services.episode_or_404(request.user, episode_id)
    record = services.record_of(episode=episode, by=request.user)
    found = classified(episode, record)
    if request.method == "POST":
        candidate = request.POST.get("candidate", "")
        if candidate not in {one.candidate for one in found.candidates}:
            raise InputError("Choose one of the candidates shown.", where="candidate")
        _take(request, episode, record, candidate, found)
        return redirect("clinic:plan", episode_id=episode.pk)
    current = current_of(record, episode.patient.clinic.today())
    context = {
        "episode": episode,
        "header": full_header(episode, record),
        "parts": parts_of(content().assessment, current),
        "raised": raised_of(content().assessment, current.signs),
        "open_required": open_required(content().assessment, current.signs),
        "ideas": ideas_of(found),
        "taken": working_classification(episode, record),
        "proposed": _proposed(record, found),
        "here": "classification",
    }
    return page(request, "classification", context)


def _proposed(record: PatientRecord, found: WorkingClassification) -> Proposed | None:
    """Return the programme beside the classification: of what was taken, else of what fits best."""
    taken = [sign.level for sign in services.live_facts(record, Sign) if sign.sign == WORKING_CLASSIFICATION]
    label, protocol = candidate_of(found, taken[-1] if taken else "")
    return proposed_of(label, content().protocol(protocol), content().exercises) if protocol else None


def classified(episode: EpisodeRow, record: PatientRecord) -> WorkingClassification:
    """Weigh the candidates on what the record says."""
    return classify(
        content().classification,
        services.live_facts(record, Sign),
        services.live_facts(record, Reading),
        episode.side,
    )


def _take(
    request: StaffRequest,
    episode: EpisodeRow,
    record: PatientRecord,
    candidate: str,
    found: WorkingClassification,
) -> None:
    capture = capture_of(request, episode.patient)
    beside = ", ".join(one.label for one in found.coexisting)
    newest = [sign for sign in services.live_facts(record, Sign) if sign.sign == WORKING_CLASSIFICATION]
    if newest and newest[-1].level == candidate:
        return
    fact: Fact = Sign(
        id=new_id(), on=capture.on, origin=Origin.CLINICIAN, by=capture.by, captured_at=capture.at,
        sign=WORKING_CLASSIFICATION, level=candidate, side=episode.side,
        text=f"with {beside}" if beside else "",
    )  # fmt: skip
    add_all(episode, [fact], request.user)
    starts = next((one.protocol for one in found.candidates if one.candidate == candidate), "")
    if starts and starts != episode.protocol and not services.live_facts(record, PlanVersion):
        services.choose_protocol(episode=episode, protocol=starts, by=request.user)


@access.staff
@require_POST
def choose(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Put the episode under another protocol before its first plan."""
    episode = services.episode_or_404(request.user, episode_id)
    services.choose_protocol(episode=episode, protocol=request.POST.get("protocol", ""), by=request.user)
    return redirect("clinic:plan", episode_id=episode.pk)


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show the programme proposed, or the one that runs; accept it, or change it with a reason."""
    episode = services.episode_or_404(request.user, episode_id)
    told = story_of(episode, request)
    current = current_of(told.record, told.as_of)
    is_ready = _is_ready(current) or told.plan is not None
    form = _form(request, episode, told)
    if request.method == "POST" and form.is_valid():
        if not is_ready:
            form.add_error(None, UNREADY)
        elif _accepted(request, episode, form, told):
            return _after(request, episode)
    context = _plan_context(request, episode, told, current, form) | {"is_ready": is_ready}
    return page(request, "plan", context, status=400 if request.method == "POST" else 200)


def _is_ready(current: Current) -> bool:
    raised = raised_of(content().assessment, current.signs)
    return not any(one.stops for one in raised) and not open_required(content().assessment, current.signs)


def _form(request: StaffRequest, episode: EpisodeRow, told: Story) -> PlanForm:
    return PlanForm(
        request.POST if request.method == "POST" else None,
        protocol=told.protocol,
        stage=told.stage_now,
        exercises=content().exercises,
        steps={name: state.step for name, state in told.dose_states.items()},
        plan=told.plan,
        measures=content().measures,
        author=str(request.user.pk),
        today=told.as_of,
        proposed_without=_of_other_subtypes(episode, told) if told.plan is None else (),
    )


def _of_other_subtypes(episode: EpisodeRow, told: Story) -> tuple[str, ...]:
    """Return what the other subtypes of a mixed presentation stay out of while they settle, for the proposal.

    One primary protocol, the constraints of every subtype: what the first stage of each other protocol forbids by tag.
    """
    found = classified(episode, told.record)
    if found.verdict is not Verdict.MIXED:
        return ()
    others = {one.protocol for one in found.candidates if one.standing is Standing.NAMED and one.protocol}
    mine = set(told.protocol.stages[0].without_tags)
    tags: dict[str, None] = {}
    for name in sorted(others - {episode.protocol}):
        protocol = content().protocol(name)
        for position in protocol.forbidden:
            if protocol.first_stage in position.stages:
                tags |= dict.fromkeys(tag for tag in position.without_tags if tag not in mine)
    return tuple(tags)


def _accepted(request: StaffRequest, episode: EpisodeRow, form: PlanForm, told: Story) -> bool:
    changes = form.changes()
    if told.plan is not None and not changes.is_changed:
        return True
    try:
        services.set_plan(
            episode=episode,
            by=request.user,
            reason=changes.reason,
            stage=changes.stage if told.plan is None or changes.stage != told.stage else "",
            constraints=changes.constraints,
            dose_steps=changes.dose_steps,
            figures=changes.figures,
            phase=changes.phase,
            phase_until_on=changes.phase_until_on,
            may_be_outside=form.has_outside,
            added=changes.added,
        )
    except InputError as error:
        add_error(form, error, error.where)
        return False
    services.decide(episode=episode, on=episode.patient.clinic.today(), by=request.user)
    return True


def _after(request: StaffRequest, episode: EpisodeRow) -> HttpResponse:
    """Go on to the phone's link when there is none that opens, else to the course."""
    now = clock.now()
    if any(
        link.can_open(now) or _is_in_use(link) for link in services.phone_links_of(patient=episode.patient)
    ):
        return redirect("clinic:course", episode_id=episode.pk)
    return _show_new_link(request, episode)


def _is_in_use(link: Any) -> bool:
    return link.revoked_at is None and link.n_openings > 0


def _plan_context(
    request: StaffRequest, episode: EpisodeRow, told: Story, current: Current, form: PlanForm
) -> dict[str, Any]:
    names = author_names(episode.patient)
    return {
        "episode": episode,
        "header": full_header(episode, told.record, told),
        "stage": told.stage_now,
        "form": form,
        "rows": [
            (row, pictures.thumbnail_of(row.exercise.id, episode.side), *_why(told, row.exercise.id))
            for row in form.exercise_rows
        ],
        "programme": programme(episode, told, names),
        "panel": panel(told, names),
        "raised": raised_of(content().assessment, current.signs),
        "open_required": open_required(content().assessment, current.signs),
        "is_first": told.plan is None,
        "protocols": [content().protocol(name) for name in content().protocol_ids],
        "here_protocol": told.protocol,
        "techniques": _techniques(told),
        "plan": told.plan,
        "plan_by": names.get(told.plan.by, "") if told.plan is not None else "",
        "here": "plan",
    }


def _techniques(told: Story) -> list[tuple[str, str, str]]:
    """Return the clinician's techniques of the stage: id, name, grade and dose by irritability."""
    return [
        (one.id, content().exercises[one.exercise].name, grades_of(one))
        for one in told.protocol.techniques
        if told.stage_now.id in one.stages and one.exercise in content().exercises
    ]


def _why(told: Story, exercise_id: str) -> tuple[str, str]:
    """Return what an exercise is for, and why it is or is not in today's session."""
    purpose = content().exercises[exercise_id].why
    planned = next((one for one in told.session.exercises if one.exercise == exercise_id), None)
    if planned is not None:
        return purpose, f"Today: {planned.why}"
    left = next((one for one in told.session.left_out if one.exercise == exercise_id), None)
    return purpose, f"Not today: {left.reason}" if left is not None else ""


# ---------------------------------------------------------------- the phone's link


@access.staff
@require_POST
def link_make(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Make a link for the patient's phone and show it, once."""
    return _show_new_link(request, services.episode_or_404(request.user, episode_id))


def _show_new_link(request: StaffRequest, episode: EpisodeRow) -> HttpResponse:
    made = services.make_phone_link(patient=episode.patient, by=request.user)
    address = request.build_absolute_uri(reverse("accounts:enter", args=[made.token]))
    context = {
        "episode": episode,
        "address": address,
        "link": made.link,
        "qr": mark_safe(qr_svg(address)),
        "name": episode.patient.first_name,
    }
    return page(request, "phone_link", context)


@access.staff
@require_POST
def language(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Set the language of the patient's phone."""
    episode = services.episode_or_404(request.user, episode_id)
    services.choose_language(
        patient=episode.patient, language=request.POST.get("language", ""), by=request.user
    )
    return redirect("clinic:course", episode_id=episode.pk)


@access.staff
@require_POST
def link_revoke(request: StaffRequest, link_id: UUID) -> HttpResponse:
    """Shut a link and end the sessions it started."""
    link = services.phone_link_or_404(request.user, link_id)
    services.revoke_phone_link(link=link, by=request.user)
    episodes = services.open_episodes_of(request.user, link.user.patient)
    if episodes:
        return redirect("clinic:course", episode_id=episodes[0].pk)
    return redirect("clinic:needs")
