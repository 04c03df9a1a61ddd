"""What belongs to the patient: everything to take away, the calendar, and whether this phone can do what is needed."""

from __future__ import annotations

import hmac
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mortise.protocol import Circumstances
from mortise.record import ClinicVisit
from mortise.web.accounts import access
from mortise.web.accounts.models import User
from mortise.web.audit import clock
from mortise.web.care import services
from mortise.web.care.content import content
from mortise.web.phone import signing
from mortise.web.phone.calendar import Entry, calendar
from mortise.web.phone.visits import Visit, visit_of
from mortise.web.ui import languages

SPOOL_BYTES = 8 * 1024 * 1024  # larger archives go to the disk while they are made
READY_LINES = (
    ("secure", _("A safe address (https)")),
    ("worker", _("Opens without a connection")),
    ("store", _("Keeps your answers, locked")),
    ("lasting", _("Keeps them when space is short")),
    ("sensors", _("Motion sensors")),
    ("sound", _("Sound")),
    ("awake", _("Screen stays on in a session")),
)


@require_safe
@access.patient
def export(request: HttpRequest) -> FileResponse:
    """Give everything that is kept about this person."""
    visit = visit_of(request, even_ended=True)
    archive = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  the response closes it
    try:
        services.write_export(archive, patient=visit.patient, by=visit.user)
    except BaseException:
        archive.close()
        raise
    archive.seek(0)
    return FileResponse(archive, as_attachment=True, filename=f"mortise-{visit.today.isoformat()}.zip")


@access.public
@require_safe
def feed(request: HttpRequest, user_id: UUID, key: str) -> HttpResponse:
    """Give the calendar to a program that has its address; it works as long as one of the person's links does."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    is_known = user is not None and hmac.compare_digest(key, signing.calendar_key(user))
    if user is None or not is_known or not user.phone_links.filter(revoked_at__isnull=True).exists():
        raise Http404
    patient = services.patient_of_phone(user)
    entries = [
        entry
        for episode in services.open_episodes_of(user, patient)
        for entry in _entries(
            Visit(user, patient, episode, patient.clinic.today(), Circumstances(), content())
        )
    ]
    with translation.override(languages.first_offered(user.language, user.clinic.language)):
        text = calendar(entries, "Mortise", clock.now())
    return HttpResponse(text, content_type="text/calendar; charset=utf-8")


def calendar_path(user: User) -> str:
    """Return the address of a person's calendar; whoever has it can read the days."""
    return reverse("phone:calendar", args=[user.pk, signing.calendar_key(user)])


def _entries(visit: Visit) -> list[Entry]:
    story = visit.story()
    found = [
        Entry(f"visit-{one.id}", "visit", one.visit_on)
        for one in story.facts
        if isinstance(one, ClinicVisit) and not one.is_held and one.visit_on >= visit.today
    ]
    due = {(one.where, max(one.due_on, visit.today)) for one in story.due}
    kinds = {"home": "test", "visit": "visit_test"}
    return found + [
        Entry(f"{where}-{visit.episode.pk}-{on.isoformat()}", kinds[where], on)
        for where, on in due
        if where in kinds
    ]


@access.public
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Show whether this phone has what is needed; everything is tried by the phone itself."""
    context = {"lines": READY_LINES, "has_authority": _authority().exists(), "tab": "help"}
    return render(request, "phone/ready.html", context)


@access.public
@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """Give the certificate of the clinic's own authority, which a phone on its network has to trust once."""
    path = _authority()
    if not path.exists():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="application/x-x509-ca-cert")
    response["Content-Disposition"] = 'attachment; filename="mortise-network.crt"'
    return response


def _authority() -> Path:
    return Path(settings.DATA_DIR) / "tls" / "authority.pem"
