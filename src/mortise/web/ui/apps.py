"""The look as a Django application."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings


class UiConfig(AppConfig):
    name = "mortise.web.ui"
    label = "ui"

    def ready(self) -> None:
        """Make the mirror anew from the English of today, where it is offered."""
        if settings.MIRROR:
            from mortise.web.ui import mirror

            mirror.write(settings.LOCALE_DIR / "messages.pot", settings.LOCALE_PATHS[0])
