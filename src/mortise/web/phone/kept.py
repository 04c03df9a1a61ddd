"""Pages a phone keeps to be read without the server, as they stood when the plan was made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.template.loader import render_to_string

from mortise.episode import Story
from mortise.web.care import services
from mortise.web.phone.presenters_pages import looks_once
from mortise.web.phone.presenters_progress import progress_page
from mortise.web.phone.visits import Visit

KEPT = timedelta(days=42)  # how far back the charts go: a year of them would be most of what a phone fetches


def kept_pages(visit: Visit, story: Story) -> dict[str, str]:
    """Return the bodies of pages that only show: progress with what comes up, who looked at the data; audited."""
    looks = looks_once(services.looks_at(patient=visit.patient, by=visit.user))
    return {
        "progress": _plain(
            "phone/progress_body.html", {"page": progress_page(visit, story, visit.today - KEPT)}
        ),
        "looks": _plain("phone/looks.html", {"looks": looks}),
    }


def _plain(template: str, context: dict[str, Any]) -> str:
    """Render as plain text: what is marked as safe is a kind of text of its own that no plan can carry."""
    return str.__str__(render_to_string(template, context))
