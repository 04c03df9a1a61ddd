"""The list: who needs me today and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.clinic.presenters_list import desk_of
from mortise.web.clinic.requests import page

QUERY_LENGTH = 80


@access.needs(Right.SEE_LIST)
@require_safe
def needs(request: StaffRequest) -> HttpResponse:
    """Show every patient of the clinic in order of need; `q` keeps those whose name holds it."""
    today_on = request.user.clinic.today()
    rows = services.needs_list(by=request.user, today=today_on)
    titles = {row.protocol: content().protocol(row.protocol).title for row in rows}
    query = request.GET.get("q", "").strip()[:QUERY_LENGTH]
    return page(request, "list", {"desk": desk_of(rows, clock.now(), today_on, titles, query)})
