"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """Say whether this is the demonstration, whose people are all fictional."""
    return {"is_demo": settings.DEMO}
