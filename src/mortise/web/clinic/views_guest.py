"""What a guest reads: one patient's summary. Nothing on it can be sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mortise.report.chart import course_chart
from mortise.report.latest import newest_of
from mortise.report.words import day, short_day
from mortise.web.accounts import access
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.clinic.drawn import drawn
from mortise.web.clinic.presenters_course import stage_track
from mortise.web.clinic.presenters_course_chart import DEFAULT_MEASURE, course_input
from mortise.web.clinic.presenters_gate import gate_of
from mortise.web.clinic.presenters_training import training_of
from mortise.web.clinic.requests import header_of, page


@access.needs(Right.SEE_SUMMARY)
@require_safe
def guest(request: HttpRequest) -> HttpResponse:
    """Show the summary of each ankle under treatment."""
    user = request.user
    assert isinstance(user, User)
    parts = []
    episodes = services.episodes_of_guest(by=user)
    for episode in episodes:
        today = episode.patient.clinic.today()
        told = services.story_of(episode=episode, on=today, by=user, read="guest.read")
        following = told.protocol.after(told.stage)
        parts.append(
            {
                "header": header_of(episode),
                "is_started": told.plan is not None,
                "track": stage_track(told.facts, told.protocol, told.stage, episode.opened_on),
                "gate": gate_of(told.decision, told.protocol.stage(told.stage), following, content().measures,
                                episode.side) if told.plan else None,
                "numbers": [(one, short_day(one.first_on), short_day(one.on)) for one in newest_of(told)],
                "training": training_of(told, content().exercises),
                "chart": drawn(course_chart(course_input(told, content().measures, DEFAULT_MEASURE)))
                if told.plan
                else "",
                "on": day(today, with_year=True),
            }
        )  # fmt: skip
    response = page(request, "guest", {"parts": parts, "guest": user.guest_pass})
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
