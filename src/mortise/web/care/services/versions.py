"""Every version of a protocol that anything was decided under is kept beside the database, so that it replays."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

from mortise.web.audit import log
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.care.services.facts import load_sealed

if TYPE_CHECKING:
    from mortise.catalog import Content
    from mortise.episode import Difference


logger = logging.getLogger("mortise.care")


class Replayed(NamedTuple):
    """What became of the stored decisions of one episode."""

    episode: str
    n_decisions: int
    differences: tuple[Difference, ...]


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


def replay_all(*, by: log.Process) -> Iterator[Replayed]:
    """Make every stored decision of every episode again, each under its own version; audited episode by episode."""
    from mortise.catalog.versions import Versions
    from mortise.episode import replay
    from mortise.record.sealed import SealedRecord

    at_hand = Versions(content(), [versions_folder()])
    for episode in EpisodeRow.objects.select_related("patient").order_by("pk").iterator():
        record = load_sealed(episode)
        n_decisions = sum(isinstance(one, SealedRecord) for one in record.facts)
        log.record(by, "decisions.replay", episode.patient, {"episode": episode.pk, "n": n_decisions})
        yield Replayed(str(episode.pk), n_decisions, replay(record, content(), at_hand.at))
