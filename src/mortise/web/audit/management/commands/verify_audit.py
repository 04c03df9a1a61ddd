"""Walk the audit log and say whether it is whole."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mortise.web.audit import log


class Command(BaseCommand):
    """Verify the audit log; print its head, to be kept elsewhere."""

    help = "Verify the audit log. Prints its head: keep that elsewhere, and give it back as --head next time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", default="", help="a head printed before, which must still be in the log"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = log.verify(known_head=options["head"])
        if not verdict.is_whole:
            raise CommandError(f"The audit log is broken at entry {verdict.broken_at}: {verdict.reason}.")
        self.stdout.write(f"{verdict.n_entries} entries, whole. Head: {verdict.head_hash or 'none yet'}")
