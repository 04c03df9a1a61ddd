"""Stories told a moment ago: a story is a pure function of the record, the content and the day, so it is told once.

Kept in this process's memory alone, a few at a time. The key holds everything a story depends on: any new fact of the
patient, other content or another day makes another key. Whoever is given one is audited by the caller, as ever.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max

from mortise.protocol.constraints import Circumstances
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, FactRow
from mortise.web.care.services.facts import load_record, records_beside, server_epoch

if TYPE_CHECKING:
    from mortise.episode import Story

MOST = 12  # a year's record with every day's decision takes some tens of megabytes

_told: OrderedDict[tuple[Any, ...], Story] = OrderedDict()
_lock = Lock()


def told(episode: EpisodeRow, on: date, circumstances: Circumstances, story: Callable[..., Story]) -> Story:
    """Return the story of an episode on a day: the one told before when nothing it rests on has changed.

    Parameters
    ----------
    story
        What tells a story. A story told by something else is another story.
    """
    if (
        connection.in_atomic_block
    ):  # what is not committed may never have been: it is told, and not remembered
        return tell(episode, on, circumstances, story)
    key = _key(episode, on, circumstances, story)
    with _lock:
        found = _told.get(key)
        if found is not None:
            _told.move_to_end(key)
            return found
    made = tell(episode, on, circumstances, story)
    with _lock:
        _told[key] = made
        while len(_told) > MOST:
            _told.popitem(last=False)
    return made


def tell(episode: EpisodeRow, on: date, circumstances: Circumstances, story: Callable[..., Story]) -> Story:
    """Tell a story now, whatever is remembered, and remember nothing."""
    return story(load_record(episode), content(), on, circumstances, records_beside(episode))


def forget() -> None:
    """Forget every story."""
    with _lock:
        _told.clear()


class RecordState(NamedTuple):
    """What says that a patient's record is as it was: facts are only ever added."""

    epoch: str
    newest: int | None
    n: int
    open_ones: tuple[UUID, ...]


def state_of(episode: EpisodeRow) -> RecordState:
    """Return the state of the record of a patient: the number of facts and the newest sequence tell of any new one."""
    facts = FactRow.objects.filter(episode__patient_id=episode.patient_id)
    state = facts.aggregate(newest=Max("sequence"), n=Count("pk"))
    beside = EpisodeRow.objects.filter(patient_id=episode.patient_id, closed_on__isnull=True).order_by("pk")
    open_ones = tuple(beside.values_list("pk", flat=True)) if episode.is_bilateral else ()
    return RecordState(server_epoch(), state["newest"], state["n"], open_ones)


def _key(episode: EpisodeRow, on: date, circumstances: Circumstances, story: object) -> tuple[Any, ...]:
    from mortise.episode import ENGINE

    return (
        state_of(episode), episode.episode, episode.patient.person, content().protocol_hash(episode.protocol),
        id(content()), ENGINE, on, circumstances, story,
    )  # fmt: skip
