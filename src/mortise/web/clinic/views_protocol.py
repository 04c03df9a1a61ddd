"""What the running protocols say and rest on."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.rights import Right
from mortise.web.care.content import content
from mortise.web.clinic.presenters_protocol import protocol_of
from mortise.web.clinic.presenters_technique import techniques_of
from mortise.web.clinic.requests import page


@access.needs(Right.READ_PROTOCOLS)
@require_safe
def protocols(request: StaffRequest) -> HttpResponse:
    """List the protocols."""
    found = [content().protocol(protocol_id) for protocol_id in content().protocol_ids]
    return page(request, "protocols", {"protocols": found, "here": "protocols"})


@access.needs(Right.READ_PROTOCOLS)
@require_safe
def protocol(request: StaffRequest, protocol_id: str) -> HttpResponse:
    """Show one protocol with its figures, their strength and their sources."""
    if protocol_id not in content().protocol_ids:
        raise Http404
    view = protocol_of(
        content().protocol(protocol_id),
        content().protocol_hash(protocol_id),
        content().measures,
        content().exercises,
        content().evidence,
    )
    return page(request, "protocol", {"protocol": view, "here": "protocols"})


@access.needs(Right.READ_PROTOCOLS)
@require_safe
def techniques(request: StaffRequest, protocol_id: str) -> HttpResponse:
    """Show what a clinician's hands do under one protocol: cautions first, then how, then the test."""
    if protocol_id not in content().protocol_ids:
        raise Http404
    found = content().protocol(protocol_id)
    shown = {
        "protocol": found,
        "techniques": techniques_of(found, content().exercises, content().measures),
        "here": "protocols",
    }
    return page(request, "techniques", shown)
