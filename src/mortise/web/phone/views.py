"""Today, the kind of day, progress and help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from mortise.web.accounts import access
from mortise.web.care import services
from mortise.web.phone import presenters, presenters_pages, presenters_progress, state
from mortise.web.phone.envelope import tag_of
from mortise.web.phone.forms import DayForm
from mortise.web.phone.views_own import calendar_path
from mortise.web.phone.visits import visit_of
from mortise.web.ui import languages


@require_safe
@access.patient
def today(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    tag = tag_of(visit)  # before the record is read: what comes in between makes the page an old one
    story = visit.story()
    if story.is_locked:
        stop = presenters_pages.stop_page(visit, story)
        return render(request, "phone/stop.html", {"page": stop, "tab": "today", "tag": tag})
    page = presenters.today_page(visit, story, state.kinds_of(request, visit.today), state.said_once(request))
    return render(request, "phone/today.html", {"page": page, "tab": "today", "tag": tag})


@require_POST
@access.patient
def day(request: HttpRequest) -> HttpResponse:
    """Say one thing more of today, or take it back; what is said of a day may be combined."""
    visit = visit_of(request)
    form = DayForm(request.POST)
    if form.is_valid():
        state.choose_day(request, visit.today, form.cleaned_data["day"])
    return redirect("phone:today")


@require_POST
@access.patient
def ankle(request: HttpRequest) -> HttpResponse:
    """Turn to the other ankle, when both are treated; anything else changes nothing."""
    chosen = request.POST.get("episode", "")
    if chosen in {str(one.pk) for one in visit_of(request).others}:
        state.choose_ankle(request, chosen)
    return redirect("phone:today")


@require_POST
@access.patient
def language(request: HttpRequest) -> HttpResponse:
    """Turn to another language, for this and every other phone of the person."""
    visit = visit_of(request)
    services.choose_language(patient=visit.patient, language=request.POST.get("language", ""), by=visit.user)
    return redirect("phone:help")


@require_safe
@access.patient
def progress(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    page = presenters_progress.progress_page(visit, visit.story())
    return render(request, "phone/progress.html", {"page": page, "tab": "progress"})


@require_safe
@access.patient
def help_page(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request, even_ended=True)
    looks = services.looks_at(patient=visit.patient, by=visit.user)
    page = presenters_pages.help_page(visit, looks, request.build_absolute_uri(calendar_path(visit.user)))
    context = {"page": page, "languages": languages.offered(), "tab": "help", "is_ended": visit.is_ended}
    return render(request, "phone/help.html", context)
