"""What the course page tells, kept between requests and processes: found by its key, or told anew and kept.

Telling a year folds some nine megabytes of facts. What comes out is a few hundred kilobytes of words and pictures, and
depends on nothing but what the key covers. It is made by a job when facts have come in and when the day has changed,
most needed first; whoever opens a page before that has it told at once.
"""

from __future__ import annotations

import hashlib
import logging
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec
from django.db.models import Exists, OuterRef, Q

import mortise
from mortise.web.accounts.models import Clinic, User
from mortise.web.audit import log
from mortise.web.care.content import content, why_refused
from mortise.web.care.models import EpisodeRow, FactRow, Need, ToldCourse
from mortise.web.care.services import remembered
from mortise.web.care.services.decisions import story_of

if TYPE_CHECKING:
    from mortise.episode import Story

logger = logging.getLogger("mortise.care")

T = TypeVar("T")

FORMAT = 1  # of what is kept; the digest of the code says the rest
FAST = 1  # of zlib: a tenth of the size in a few milliseconds
MOST_AT_ONCE = 200


def course_of(
    *,
    episode: EpisodeRow,
    on: date,
    by: User,
    names: Mapping[str, str],
    tell: Callable[[Story], bytes],
    read: Callable[[bytes], T],
) -> T:
    """Return what the course page tells on a day: what is kept if it still holds, else told now and kept; audited.

    Parameters
    ----------
    names
        Of everybody who may have made a fact: they are in what is told.
    tell
        From a story to what is kept.
    read
        What is kept, read; raises `ValueError` when it cannot be read. It is told again then.

    Raises
    ------
    UntoldError
        As `story_of`: a protocol without a fitting certificate is not told, kept or not.
    """
    if why_refused(episode.protocol):
        story_of(episode=episode, on=on, by=by)  # puts the episode before the clinic, and raises
    state = _state_of(episode, on, names)
    try:
        kept = _found(episode, state.key)
        if kept is not None:
            found = read(kept)
            log.record(by, "record.read", episode.patient, {"episode": episode.pk, "on": on})
            return found
    except ValueError:
        logger.warning("a kept course could not be read, and is told again")
    told = tell(story_of(episode=episode, on=on, by=by))
    _keep(episode, state, on, told)
    return read(told)


def retell_outdated(
    *,
    by: log.Process,
    names: Callable[[EpisodeRow], Mapping[str, str]],
    tell: Callable[[EpisodeRow, Story, Mapping[str, str]], bytes],
    for_s: float,
) -> int:
    """Tell again the courses whose facts, day or code have moved on, most needed first; return how many; audited.

    Stops after about `for_s` seconds: what is left comes with the next round. One that breaks is left to whoever
    opens it, who then puts it before the clinic.
    """
    end_s, n = time.monotonic() + for_s, 0
    for episode in _outdated():
        if time.monotonic() > end_s:
            break
        try:
            n += _retell(episode, by, names(episode), tell)
        except Exception as error:
            logger.error("a course could not be told beforehand: %s", type(error).__name__)
    return n


def _retell(
    episode: EpisodeRow,
    by: log.Process,
    names: Mapping[str, str],
    tell: Callable[[EpisodeRow, Story, Mapping[str, str]], bytes],
) -> bool:
    from mortise.episode import story
    from mortise.protocol.constraints import Circumstances

    on = episode.patient.clinic.today()
    if why_refused(episode.protocol):
        return False
    state = _state_of(episode, on, names)
    made = remembered.tell(episode, on, Circumstances(), story)
    _keep(episode, state, on, tell(episode, made, names))
    log.record(by, "course.tell", episode.patient, {"episode": episode.pk, "on": on})
    return True


def _outdated() -> Iterator[EpisodeRow]:
    """Yield open episodes with a programme whose kept course no longer holds, in order of need."""
    newer = FactRow.objects.filter(
        episode__patient=OuterRef("patient"), sequence__gt=OuterRef("told_course__newest")
    )
    rows = EpisodeRow.objects.filter(closed_on__isnull=True).exclude(standing__need=Need.NEW)
    rows = rows.select_related("patient__clinic", "patient__user", "standing")
    for clinic in Clinic.objects.order_by("pk"):
        own = rows.filter(patient__clinic=clinic)
        is_old = Q(told_course__isnull=True) | ~Q(told_course__made_with=made_with())
        is_old |= ~Q(told_course__told_on=clinic.today()) | Q(Exists(newer))
        yield from own.filter(is_old).order_by("standing__need", "pk")[:MOST_AT_ONCE]


# ---------------------------------------------------------------- the key


class _State(NamedTuple):
    key: str
    newest: int


def _state_of(episode: EpisodeRow, on: date, names: Mapping[str, str]) -> _State:
    state = remembered.state_of(episode)
    parts = (
        made_with(), state.epoch, state.newest, state.n, tuple(str(one) for one in state.open_ones),
        msgspec.to_builtins(episode.episode), msgspec.to_builtins(episode.patient.person),
        content().protocol_hash(episode.protocol), on, sorted(names.items()),
    )  # fmt: skip
    return _State(hashlib.sha256(msgspec.json.encode(parts)).hexdigest(), state.newest or 0)


@lru_cache(maxsize=1)
def made_with() -> str:
    """Return a digest of what tells: the engine, every line of code and of content of this process, the format."""
    from mortise.episode import ENGINE

    digest = hashlib.sha256(f"{FORMAT} {ENGINE} {msgspec.__version__}".encode())
    root = Path(mortise.__file__).parent
    for path in sorted(one for one in root.rglob("*") if one.suffix in (".py", ".toml")):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


# ---------------------------------------------------------------- keeping


def _found(episode: EpisodeRow, key: str) -> bytes | None:
    packed = ToldCourse.objects.filter(episode=episode, key=key).values_list("told", flat=True).first()
    if packed is None:
        return None
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError("not compressed as kept") from error


def _keep(episode: EpisodeRow, state: _State, on: date, told: bytes) -> None:
    row = ToldCourse(
        episode=episode, key=state.key, told_on=on, newest=state.newest, made_with=made_with(),
        told=zlib.compress(told, FAST),
    )  # fmt: skip
    ToldCourse.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["episode"],
        update_fields=["key", "told_on", "newest", "made_with", "told"],
    )  # fmt: skip
