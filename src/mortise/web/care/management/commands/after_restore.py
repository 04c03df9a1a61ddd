"""To be run once after every restore of a backup."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mortise.web.audit import log
from mortise.web.care import services


class Command(BaseCommand):
    """Changes the epoch of the database, so that every phone offers again what it still holds."""

    help = "Run once after restoring a backup: phones then send again what the backup does not have."

    def handle(self, *args: Any, **options: Any) -> None:
        epoch = services.renew_epoch(by=log.Process("after_restore"))
        self.stdout.write(f"New epoch {epoch}. Phones will offer all they still hold.")
