"""Every version of a protocol that anything was decided under is kept beside the database, so that it replays."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from mortise.episode.side_by_side import in_order
from mortise.episode.stored import Replayed, Stored, replay_stored, who_in
from mortise.web.audit import log
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, FactRow
from mortise.web.care.services.facts import stored_facts

if TYPE_CHECKING:
    from mortise.catalog import Content


logger = logging.getLogger("mortise.care")


def versions_folder() -> Path:
    """Return where versions are kept: a folder of the data, to be backed up with the database."""
    return Path(settings.DATA_DIR) / "protocols"


def keep_version(protocol: str) -> None:
    """Keep a protocol as it is installed; once for each version and process.

    A full disk does not stop a decision: it is told to whoever runs the server, and tried again with the next one.
    """
    try:
        _keep(content(), protocol, versions_folder())
    except OSError as error:
        logger.error("the version of a protocol could not be kept", exc_info=error)


@lru_cache(maxsize=64)
def _keep(known: Content, protocol: str, folder: Path) -> None:
    from mortise.catalog import versions

    versions.keep(known, protocol, folder)


def replay_all(*, by: log.Process, n_workers: int = 1) -> Iterator[Replayed]:
    """Make every stored decision of every episode again, each under its own version; audited episode by episode.

    With several workers episodes are replayed side by side; no more of them are in memory than are being worked on.
    """
    return in_order(
        replay_stored, _stored(by), n_workers, start="spawn"
    )  # a connection must not cross a fork


def _stored(by: log.Process) -> Iterator[Stored]:
    folder = str(versions_folder())
    for key in list(EpisodeRow.objects.order_by("pk").values_list("pk", flat=True)):
        episode = EpisodeRow.objects.select_related("patient").get(pk=key)
        n_decisions = FactRow.objects.filter(episode=episode, kind="decision").count()
        log.record(by, "decisions.replay", episode.patient, {"episode": episode.pk, "n": n_decisions})
        yield Stored(who_in(episode.patient.person, episode.episode), stored_facts(episode), folder)
