"""Questionnaires on the phone, one item a screen; what was answered is kept, so that it goes on where it was left."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mortise.protocol import Questionnaire
from mortise.web.accounts import access
from mortise.web.care.content import questionnaires
from mortise.web.phone import questions, state
from mortise.web.phone.reports import report
from mortise.web.phone.said import said
from mortise.web.phone.visits import Visit, visit_of
from mortise.web.ui.fields import CANNOT_SAY

MAX_NUMBER_LENGTH = 3


@require_safe
@access.patient
def question_list(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    story = visit.story()
    if story.is_locked:
        return redirect("phone:today")
    rows = questions.offered(request, visit, story)
    return render(request, "phone/questions.html", {"rows": rows, "tab": "check"})


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def question(request: HttpRequest, questionnaire_id: str) -> HttpResponse:
    visit = visit_of(request)
    story = visit.story()
    asked = questionnaires(visit.today)[0].get(questionnaire_id)
    if asked is None or not asked.items:
        raise Http404
    if story.is_locked:
        return redirect("phone:today")
    done = questions.under_way(request, visit, asked)
    number = _number(request, asked, done)
    if number > len(asked.items):
        return _end(request, visit, asked, done)
    item = asked.items[number - 1]
    is_posted = request.method == "POST"
    initial = {
        "answer": CANNOT_SAY if done.answers.get(item.id, "") is None else done.answers.get(item.id, "")
    }
    form = questions.ItemForm(visit, story, asked, item, request.POST if is_posted else None, initial=initial)
    if is_posted and form.is_valid():
        questions.keep(request, visit, asked, done._replace(answers=done.answers | {item.id: form.said()}))
        return redirect(f"{request.path}?item={number + 1}")
    context = {
        "asked": asked, "form": form, "done": done, "answers_json": json.dumps(done.answers),
        "number": number, "n_items": len(asked.items), "tab": "check",
        "back_url": f"{request.path}?item={number - 1}" if number > 1 else "",
    }  # fmt: skip
    return render(request, "phone/question.html", context, status=422 if is_posted else 200)


def _end(request: HttpRequest, visit: Visit, asked: Questionnaire, done: questions.UnderWay) -> HttpResponse:
    """Show what it comes to; saved when the person says so."""
    if request.method == "POST":
        readings = questions.readings_of(visit, asked, done)
        if readings:
            report(request, visit, visit.story(), readings)
        else:
            state.say_once(request, [gettext("Too little was answered for a score. Nothing was saved.")])
        questions.forget(request, visit, asked.id)
        return redirect("phone:today")
    measures = visit.content.measures
    scores = [
        (
            said(one.score.label),
            gettext("%(score)s of %(high)s") % {"score": f"{one.value.normalize():f}", "high": one.score.high}
            if one.value is not None
            else gettext("No score: %(why)s") % {"why": said(one.why)},
        )
        for one in questions.scores_of(visit, asked, done.answers)
    ]
    context = {
        "asked": asked, "scores": scores, "done": done, "answers_json": json.dumps(done.answers),
        "n_items": len(asked.items), "tab": "check", "measures": measures,
        "n_open": sum(one is None for one in done.answers.values()),
        "back_url": f"{reverse('phone:question', args=[asked.id])}?item={len(asked.items)}",
    }  # fmt: skip
    return render(request, "phone/question_end.html", context)


def _number(request: HttpRequest, asked: Questionnaire, done: questions.UnderWay) -> int:
    """Return the item asked for, never past the first that is open; without one, where it was left."""
    first_open = next(
        (n for n, item in enumerate(asked.items, 1) if item.id not in done.answers), len(asked.items) + 1
    )
    text = (request.POST if request.method == "POST" else request.GET).get("item", "")
    wanted = int(text) if text.isdecimal() and len(text) <= MAX_NUMBER_LENGTH else first_open
    return min(max(wanted, 1), first_open)
