"""Make every stored decision of the server again and compare it, bit for bit."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mortise.episode.side_by_side import n_processes
from mortise.web.audit import log
from mortise.web.care import services


class Command(BaseCommand):
    """Replays every decision under the version of the protocol it was made under; changes nothing."""

    help = (
        "Make every stored decision again, each under its own version of the protocol, and say what differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--jobs", type=int, default=0, metavar="N",
            help="episodes at once (default: as many as there are cores)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        n_episodes = n_decisions = n_differ = n_lost = n_other = 0
        for one in services.replay_all(
            by=log.Process("replay_decisions"), n_workers=n_processes(options["jobs"])
        ):
            n_episodes, n_decisions = n_episodes + 1, n_decisions + one.n_decisions
            lost = {each.decision for each in one.differences if each.what == "version"}
            engines = {each.decision for each in one.differences if each.what == "engine"}
            others = {each.decision for each in one.differences if each.what != "engine"} - lost
            n_lost, n_differ, n_other = n_lost + len(lost), n_differ + len(others), n_other + len(engines)
            for each in one.differences:
                self.stdout.write(f"{one.episode} {each.on} {each.decision} {each.what}: {each.found}")
        self.stdout.write(
            f"{n_episodes} episodes, {n_decisions - n_lost} stored decisions made again; {n_differ} differ; "
            f"{n_lost} cannot be replayed: version not at hand; "
            f"{n_other} were made by another engine and are not claimed to be the same."
        )
        if n_differ or n_lost or n_other:
            raise CommandError("Not every stored decision is what its facts give.")
