"""What has to happen without anybody asking: mail that repeats until it is answered, decisions about those silent."""

from __future__ import annotations

import logging
import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from mortise.web.audit import clock, log
from mortise.web.care import services

logger = logging.getLogger("mortise.care")

EVERY_S = 20.0
BY = log.Process("run_jobs")


class Command(BaseCommand):
    """Runs by the server's clock until stopped. Running it twice sends nothing twice."""

    help = "Send mail that is due and decide for patients not heard from; `serve` runs it by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then stop")
        parser.add_argument(
            "--with-parent", action="store_true", help="stop when the starting process has ended"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        parent = os.getppid()
        while True:
            done = one_round()
            if options["once"]:
                self.stdout.write(done)
                return
            close_old_connections()
            time.sleep(EVERY_S)
            if options["with_parent"] and os.getppid() != parent:
                return


def one_round() -> str:
    """Do what is due now, and say how much that was; what breaks is logged and tried again in the next round."""
    said = []
    for name, job in (("silent", _silent), ("list", _list), ("mail", _mail)):
        try:
            said.append(job())
        except Exception as error:
            logger.error("a job broke: %s", name, exc_info=error)
            said.append(f"{name}: broke")
    return "; ".join(said)


def _silent() -> str:
    return f"{services.decide_for_the_silent(now=clock.now(), by=BY)} decided for silence"


def _list() -> str:
    return f"{services.refresh_outdated(by=BY)} rows of the list renewed"


def _mail() -> str:
    sent = services.send_due(now=clock.now(), by=BY)
    return f"{sent.n_sent} sent, {sent.n_failed} failed"
