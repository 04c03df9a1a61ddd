"""What the first page of a process would wait for, done before it is asked for."""

from __future__ import annotations

from pathlib import Path

from django.template.loader import get_template
from django.urls import reverse

from mortise.web.care import services
from mortise.web.care.content import content, why_refused

TEMPLATES = Path(__file__).parent / "templates"


def warm() -> None:
    """Read addresses, content, certificates and the templates of the desk. No database is touched."""
    reverse("clinic:needs")
    known = content()
    services.made_with()
    for protocol_id in known.protocol_ids:
        known.protocol_hash(protocol_id)
        why_refused(protocol_id)
    for path in sorted(TEMPLATES.rglob("*.html")):
        get_template(path.relative_to(TEMPLATES).as_posix())
