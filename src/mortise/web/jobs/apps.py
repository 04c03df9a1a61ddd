"""Jobs as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mortise.web.jobs"
    label = "jobs"

    def ready(self) -> None:
        from mortise.web.jobs import upkeep  # noqa: F401 - joins the timetable
