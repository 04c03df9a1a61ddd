"""Work the rows behind the list of patients out again, from the facts alone."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mortise.web.audit import log
from mortise.web.care import services


class Command(BaseCommand):
    """Names every row that was not what its facts say."""

    help = "Work out every row of the list of patients again, and write those that differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a row differs")

    def handle(self, *args: Any, **options: Any) -> None:
        n = n_differ = 0
        for one in services.rebuild_all(by=log.Process("rebuild_list"), only_check=options["check"]):
            n += 1
            if one.differs:
                n_differ += 1
                self.stdout.write(f"{one.episode}: {', '.join(one.differs)}")
        self.stdout.write(f"{n} rows, {n_differ} differed{'' if options['check'] else ' and were written'}.")
        if n_differ and options["check"]:
            raise CommandError("The list is not what the facts say. Run it without --check.")
