"""Messages from a patient to the clinic: written on the phone, listed at the desk until somebody has read them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from mortise.errors import ConflictError, InputError
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care.models import EpisodeRow, Message, Standing
from mortise.web.care.models.messages import MOST_LETTERS
from mortise.web.care.services.facts import lock
from mortise.web.care.services.lines import one_line


@transaction.atomic
def write_message(
    *, episode: EpisodeRow, message_id: UUID, words: str, by: User, captured_at: datetime | None = None
) -> Message:
    """Keep a patient's message, once, written on the phone at `captured_at`; audited without a word of it."""
    said = one_line(words)
    if not said:
        raise InputError("There is nothing in it.", where="words", mend="Write a sentence.")
    if len(said) > MOST_LETTERS:
        raise InputError(f"At most {MOST_LETTERS} letters.", where="words", mend="Make it shorter, or call.")
    lock(episode)
    known = Message.objects.filter(pk=message_id).first()
    if known is not None:
        if known.episode_id != episode.pk or known.words != said:
            raise ConflictError("Another message has this id.", mend="Load the page again.")
        return known
    now = clock.now()
    written_at = min(captured_at, now) if captured_at is not None and captured_at.tzinfo else now
    made = Message.objects.create(id=message_id, episode=episode, words=said, written_at=written_at)
    Standing.objects.filter(episode=episode).update(n_messages=F("n_messages") + 1)
    log.record(by, "message.write", episode.patient, {"message": made.pk})
    return made


def is_message_known(*, episode: EpisodeRow, message_id: UUID) -> bool:
    """Tell whether this episode holds a message of this id; not audited, as nothing is read of it."""
    return Message.objects.filter(pk=message_id, episode=episode).exists()


def messages_of(*, episode: EpisodeRow, by: User) -> list[Message]:
    """Return every message of an episode, newest first; audited."""
    log.record(by, "messages.read", episode.patient, {"episode": episode.pk})
    return list(Message.objects.filter(episode=episode).select_related("seen_by"))


@transaction.atomic
def mark_seen(*, episode: EpisodeRow, by: User) -> int:
    """Say that somebody has read all messages of an episode; audited."""
    lock(episode)
    n = Message.objects.filter(episode=episode, seen_at__isnull=True).update(seen_at=clock.now(), seen_by=by)
    Standing.objects.filter(episode=episode).update(n_messages=0)
    log.record(by, "messages.seen", episode.patient, {"episode": episode.pk, "n": n})
    return n
