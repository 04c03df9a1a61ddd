"""The desk as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    name = "mortise.web.clinic"
    label = "clinic"

    def ready(self) -> None:
        from mortise.web.clinic import jobs  # noqa: F401 - joins the timetable
