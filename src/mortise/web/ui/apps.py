"""The look as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "mortise.web.ui"
    label = "ui"
