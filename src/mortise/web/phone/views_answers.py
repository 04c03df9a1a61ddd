"""Put right what was answered in a check: both answers stay, the worse counts until the clinic has looked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mortise.episode import Story
from mortise.record import CheckIn
from mortise.web.accounts import access
from mortise.web.audit import clock
from mortise.web.phone import envelope_self
from mortise.web.phone.changes import asked_again, put_right, told_checks
from mortise.web.phone.forms import NONE_OF_THESE, SOME_OF_THESE, QuestionsForm, RedFlagsForm, WhyForm
from mortise.web.phone.presenters_answers import check_lines
from mortise.web.phone.reports import report
from mortise.web.phone.visits import Visit, visit_of
from mortise.web.ui.fields import CANNOT_SAY


@require_safe
@access.patient
def answers(request: HttpRequest) -> HttpResponse:
    """List the checks of the last week."""
    visit = visit_of(request)
    story = visit.story()
    lines = check_lines(visit, told_checks(story, visit.today))
    return render(request, "phone/answers.html", {"lines": lines, "tab": "today"})


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def answer(request: HttpRequest, fact_id: str) -> HttpResponse:
    """Show one check as it was answered, and take what is put right; while the programme is stopped too."""
    visit = visit_of(request)
    story = visit.story()
    told = next((one for one in told_checks(story, visit.today) if one.id == fact_id), None)
    if told is None:  # put right already, or too long ago
        return redirect("phone:answers")
    data = request.POST if request.method == "POST" else None
    flags, questions, why = _forms(visit, story, told, data)
    forms = [one for one in (flags, questions, why) if one is not None]
    batch = (request.POST.get("batch", "") if data else "")[:40] or uuid.uuid4().hex
    is_valid = [one.is_valid() for one in forms]  # each says what it lacks
    if data is not None and all(is_valid):
        said = {**(flags.answers() if flags else {}), **questions.answers()}
        facts = put_right(
            told, said, batch=batch, why=why.cleaned_data["why"], today=visit.today, at=clock.now()
        )
        if facts:
            report(request, visit, story, facts)
            return redirect("phone:today")
        why.add_error(None, gettext("Nothing is different from before."))
    context = {
        "line": check_lines(visit, [told])[0],
        "told": envelope_self.told_check(told),
        "flags": flags,
        "questions": questions,
        "why": why,
        "batch": batch,
        "tab": "today",
    }
    return render(request, "phone/answer.html", context, status=422 if data is not None else 200)


def _forms(
    visit: Visit, story: Story, told: CheckIn, data: Any
) -> tuple[RedFlagsForm | None, QuestionsForm, WhyForm]:
    measures, asked = visit.content.measures, asked_again(told, visit.today)
    protocol = visit.content.protocol(visit.episode.protocol)
    signs = protocol.red_flags
    own = protocol.next_morning if told.moment == "next_morning" else protocol.check_in
    order = list(dict.fromkeys((*own, *asked)))
    flagged = [measures[name] for name in signs if name in asked]
    rest = [measures[name] for name in order if name in asked and name not in signs and name in measures]
    flags = RedFlagsForm(flagged, data, initial=_flags_said(told.answers, signs)) if flagged else None
    return flags, QuestionsForm(rest, data, initial=_said(told.answers)), WhyForm(data)


def _flags_said(answers: Mapping[str, Decimal | None], signs: tuple[str, ...]) -> dict[str, Any]:
    which = [name for name in signs if answers.get(name)]
    return {"which": which, "any_of_these": SOME_OF_THESE if which else NONE_OF_THESE}


def _said(answers: Mapping[str, Decimal | None]) -> dict[str, str]:
    return {
        name: CANNOT_SAY if value is None else str(value.normalize() + 0) for name, value in answers.items()
    }
