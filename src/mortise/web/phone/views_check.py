"""The check before a session: danger signs first, then a few taps. Answers are saved together at the end.

A danger sign is saved at once, before anything else is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mortise.episode import Story
from mortise.record import CheckIn
from mortise.terms import Measure, Origin
from mortise.web.accounts import access
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow
from mortise.web.phone import presenters, presenters_pages, state
from mortise.web.phone.forms import QuestionsForm, RedFlagsForm
from mortise.web.phone.reports import report
from mortise.web.phone.visits import Visit, visit_of

N_QUESTIONS_A_STEP = 3
MAX_STEP_LENGTH = 2


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def check(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    try:
        story = visit.story()
    except services.UntoldError:
        return _danger_signs_alone(request, visit)
    under_way = state.check_under_way(request, visit.today)
    steps = question_steps(visit, story)
    asked_for = _step_number(request, len(steps))
    number = min(asked_for, _first_open(steps, under_way))
    if number != asked_for:  # the danger signs come first, whatever address was opened
        return redirect(f"{request.path}?step={number}")
    form = _form(
        visit, steps[number - 1], number, request.POST if request.method == "POST" else None, under_way
    )
    if request.method == "POST" and form.is_valid():
        return _next(request, visit, under_way, form, number, len(steps), story)
    page = presenters_pages.check_page(
        visit, number, len(steps), morning=presenters.morning_due(story), answers=under_way["answers"]
    )
    status = 422 if request.method == "POST" else 200
    return render(request, "phone/check.html", {"page": page, "form": form, "tab": "check"}, status=status)


def question_steps(visit: Visit, story: Story) -> list[Sequence[Measure]]:
    """Return the measures asked at each step: danger signs, the morning after when it is due, then the ankle today."""
    protocol = visit.content.protocol(visit.episode.protocol)
    measures = visit.content.measures
    asked = [name for name in protocol.check_in if name not in protocol.red_flags]
    if presenters.morning_due(story):
        asked = [*protocol.next_morning, *(name for name in asked if name not in protocol.next_morning)]
    groups = [asked[i : i + N_QUESTIONS_A_STEP] for i in range(0, len(asked), N_QUESTIONS_A_STEP)]
    return [[measures[name] for name in names] for names in [protocol.red_flags, *groups]]


def _step_number(request: HttpRequest, n_steps: int) -> int:
    text = (request.POST if request.method == "POST" else request.GET).get("step", "1")
    return min(max(int(text) if text.isdecimal() and len(text) <= MAX_STEP_LENGTH else 1, 1), n_steps)


def _first_open(steps: list[Sequence[Measure]], under_way: dict[str, Any]) -> int:
    """Return the number of the first step that has not been answered; the last when all have."""
    said = under_way["answers"]
    is_open = [any(measure.id not in said for measure in step) for step in steps]
    return is_open.index(True) + 1 if any(is_open) else len(steps)


def _form(
    visit: Visit, measures: Sequence[Measure], number: int, data: Any, under_way: dict[str, Any]
) -> RedFlagsForm | QuestionsForm:
    if number == 1:
        return RedFlagsForm(measures, data)
    said = under_way["answers"]
    initial = {m.id: "unknown" if said[m.id] is None else said[m.id] for m in measures if m.id in said}
    return QuestionsForm(measures, data, initial=initial)


def _next(
    request: HttpRequest, visit: Visit, under_way: dict[str, Any], form: RedFlagsForm | QuestionsForm,
    number: int, n_steps: int, story: Story,
) -> HttpResponse:  # fmt: skip
    answers = form.answers()
    kept = state.keep_answers(request, under_way, answers)
    is_flag = number == 1 and any(value == Decimal(1) for value in answers.values())
    if is_flag or number == n_steps:
        is_kept = _save(request, visit, kept, story)
        if is_flag and not is_kept:  # the help a person needs does not wait for our books
            return _help_now(request, visit, answers, is_saved=False)
        if is_flag and not _can_tell(visit):
            return _help_now(request, visit, answers, is_saved=True)
        return redirect("phone:today")
    return redirect(f"{request.path}?step={number + 1}")


def _can_tell(visit: Visit) -> bool:
    try:
        visit.story()
    except services.UntoldError:
        return False
    return True


def _help_now(
    request: HttpRequest, visit: Visit, answers: dict[str, Decimal | None], *, is_saved: bool
) -> HttpResponse:
    flags = [name for name, value in answers.items() if value]
    page = presenters_pages.flag_page(visit, flags, is_saved=is_saved)
    return render(request, "phone/stop.html", {"page": page, "tab": "check"})


def _danger_signs_alone(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The engine broke: danger signs are still asked, kept and answered with help. Everything else waits."""
    measures = [
        visit.content.measures[name] for name in visit.content.protocol(visit.episode.protocol).red_flags
    ]
    under_way = state.check_under_way(request, visit.today)
    is_posted = request.method == "POST"
    form = RedFlagsForm(measures, request.POST if is_posted else None)
    if not is_posted or not form.is_valid():
        page = presenters_pages.check_page(visit, 1, 1, morning="", answers={})
        context = {"page": page, "form": form, "tab": "check"}
        return render(request, "phone/check.html", context, status=422 if is_posted else 200)
    answers = form.answers()
    fact = CheckIn(
        id=under_way["id"], on=visit.today, origin=Origin.PATIENT, captured_at=clock.now(),
        moment="before_session", answers=answers,
    )  # fmt: skip
    is_saved = _is_taken(visit, visit.episode, fact)
    state.forget_check(request)
    if any(answers.values()):
        return _help_now(request, visit, answers, is_saved=is_saved)
    raise services.UndecidedError


def _is_taken(visit: Visit, episode: EpisodeRow, fact: CheckIn) -> bool:
    """Send one fact in, and tell whether it is kept; an answer that cannot be worked out takes nothing back."""
    try:
        answered = services.answer_report(episode=episode, facts=[fact], on=visit.today, by=visit.user)
    except services.UndecidedError:
        return True
    return all(answer.is_kept for answer in answered.answers)


def _save(request: HttpRequest, visit: Visit, kept: dict[str, Any], story: Story) -> bool:
    protocol = visit.content.protocol(visit.episode.protocol)
    answers = state.kept_answers(kept)
    due = presenters.morning_due(story)
    morning = {name: answers[name] for name in protocol.next_morning if due and name in answers}
    before = {name: answers[name] for name in (*protocol.red_flags, *protocol.check_in) if name in answers}
    common: dict[str, Any] = {"on": visit.today, "origin": Origin.PATIENT, "captured_at": clock.now()}
    facts = [CheckIn(id=kept["id"], moment="before_session", answers=before, **common)]
    if morning and due:
        facts.insert(
            0, CheckIn(id=kept["morning_id"], moment="next_morning", answers=morning, session=due, **common)
        )
    is_kept = report(request, visit, story, facts)
    state.forget_check(request)
    return is_kept
