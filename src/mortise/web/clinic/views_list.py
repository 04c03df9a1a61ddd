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
from mortise.web.clinic.presenters_list_filters import FIELDS, filters_of
from mortise.web.clinic.requests import page

QUERY_LENGTH = 80


@access.needs(Right.SEE_LIST)
@require_safe
def needs(request: StaffRequest) -> HttpResponse:
    """Show the patients of the clinic in order of need, a page at a time.

    `q` keeps those whose name or number holds it; `need`, `stage`, `clinician`, `protocol` those who have it;
    `after` and `before` turn the page.
    """
    today_on = request.user.clinic.today()
    wanted = services.Wanted(
        **{field: _given(request, name) for field, name in FIELDS.items()},
        after=_given(request, "after"),
        before=_given(request, "before"),
    )
    found = services.needs_page(by=request.user, today=today_on, wanted=wanted)
    filters = filters_of(
        wanted, {name: content().protocol(name) for name in content().protocol_ids}, needs=found.needs,
        used=found.protocols, stages=found.stages, clinicians=found.clinicians,
    )  # fmt: skip
    return page(request, "list", {"desk": desk_of(found, clock.now(), today_on, filters), "here": "needs"})


def _given(request: StaffRequest, name: str) -> str:
    text = request.GET.get(name, "").replace("\x00", "")
    return " ".join(text.split())[:QUERY_LENGTH]
