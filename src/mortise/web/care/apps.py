"""Care as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "mortise.web.care"
    label = "care"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mortise.web.care import jobs  # noqa: F401 - joins the timetable
