"""The demonstration as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "mortise.web.demo"
    label = "demo"
