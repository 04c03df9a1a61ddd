"""What a patient wrote: read here, marked as read by somebody with a name."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.clinic.requests import header_of, page


@access.needs(Right.SEE_RECORD, to_write=Right.TREAT)
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Show the messages of a patient; a POST says that they were read."""
    episode = services.episode_or_404(request.user, episode_id)
    if request.method == "POST":
        services.mark_seen(episode=episode, by=request.user)
        return redirect("clinic:course", episode_id=episode.pk)
    context = {
        "episode": episode,
        "header": header_of(episode),
        "messages": services.messages_of(episode=episode, by=request.user),
        "is_open": episode.standing.n_messages > 0,
        "here": "course",
    }
    return page(request, "messages", context)
