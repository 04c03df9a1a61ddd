"""What phones hold and send: the plan for the days ahead, and which of their numbered items have come."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Q

from mortise.errors import InputError
from mortise.protocol.constraints import Circumstances
from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care.content import content
from mortise.web.care.models import Delivery, EpisodeRow, FactRow, PhoneDevice, ServerState, Standing
from mortise.web.care.services.decisions import require_proved
from mortise.web.care.services.facts import load_record, records_beside, server_epoch
from mortise.web.care.services.rebuilding import not_received

if TYPE_CHECKING:
    from mortise.episode import Story


logger = logging.getLogger("mortise.care")


class PhoneSays(NamedTuple):
    """What a phone says of itself at a contact."""

    device: str
    last_sequence: int
    n_waiting: int
    skew_s: float


NOTHING_SAID = PhoneSays("", 0, 0, 0.0)


class Delivered(NamedTuple):
    """One numbered item as it came, and what became of it."""

    sequence: int
    fact_id: str
    outcome: str
    wall_ms: int | None
    zone: str
    monotonic_ms: float | None


class PhoneState(NamedTuple):
    """What the clinic may know of one phone."""

    device: str
    n_not_received: int
    skew_s: float
    last_seen_at: datetime


@transaction.atomic
def note_deliveries(
    *, episode: EpisodeRow, says: PhoneSays, delivered: Iterable[Delivered], by: User
) -> None:
    """Note a contact of a phone and the numbers that came; the same number again changes nothing; audited."""
    device, is_new = PhoneDevice.objects.get_or_create(id=says.device, defaults={"episode": episode})
    if device.episode.patient_id != episode.patient_id:
        raise InputError("This phone belongs to somebody else.", where="device")
    items = list(delivered)
    highest = max([says.last_sequence, device.last_sequence, *(item.sequence for item in items)])
    PhoneDevice.objects.filter(pk=device.pk).update(
        last_sequence=highest, n_waiting=says.n_waiting, skew_s=says.skew_s, last_seen_at=clock.now()
    )
    Delivery.objects.bulk_create(
        [Delivery(device=device, **item._asdict()) for item in items], ignore_conflicts=True
    )
    Standing.objects.filter(episode=device.episode_id).update(n_not_received=not_received(device.episode))
    log.record(by, "phone.contact", episode.patient, {"device": device.pk, "n": len(items), "new": is_new})


def has_forgotten(*, episode: EpisodeRow, device: str, runs: Sequence[tuple[int, int]], by: User) -> bool:
    """Tell whether a phone had numbers acknowledged that this database does not know; audited and logged when so.

    That is so after a backup was put back without `after_restore`. The phone then offers again what it holds; who
    keeps the server should still run it, for the phones that are not in use today.
    """
    if not runs:
        return False
    known = Delivery.objects.filter(device_id=device, device__episode__patient_id=episode.patient_id)
    within = reduce(or_, (Q(sequence__gte=first, sequence__lte=last) for first, last in runs))
    n_missing = sum(last - first + 1 for first, last in runs) - known.filter(within).count()
    if n_missing <= 0:
        return False
    logger.warning(
        "A phone was given acknowledgements that this database does not know: was a backup restored? Run after_restore."
    )
    log.record(by, "phone.ask_again", episode.patient, {"device": device, "n": n_missing})
    return True


def phones_of(*, episode: EpisodeRow, by: User) -> tuple[PhoneState, ...]:
    """Return the phones of an episode with how many of their numbered items have not come yet; audited."""
    log.record(by, "phones.read", episode.patient, {"episode": episode.pk})
    rows = PhoneDevice.objects.filter(episode=episode).annotate(n_received=Count("deliveries"))
    return tuple(
        PhoneState(row.pk, row.last_sequence - row.n_received, row.skew_s, row.last_seen_at)
        for row in rows.order_by("first_seen_at")
    )


def n_not_received(*, episode: EpisodeRow, by: User) -> int:
    """Return how many records the phones of an episode have numbered that have not come yet; audited."""
    return sum(one.n_not_received for one in phones_of(episode=episode, by=by))


def plan_tag(*, episode: EpisodeRow) -> str:
    """Return a short text that changes whenever the plan could: by a new fact, other content, or another epoch."""
    rows = FactRow.objects.filter(episode__patient_id=episode.patient_id)  # the other ankle's day counts, too
    newest = rows.aggregate(newest=Max("sequence"))["newest"] or 0
    return f"{server_epoch()[:8]}.{newest}.{content().protocol_hash(episode.protocol)[:12]}"


def stories_ahead(
    *, episode: EpisodeRow, days: Sequence[date], circumstances: Mapping[str, Circumstances], by: User
) -> dict[tuple[date, str], Story]:
    """Return the story of each day under each circumstances; nothing is stored, the reading is audited once.

    Raises `UnprovedError` when the protocol has no certificate that fits.
    """
    from mortise.episode import stories

    require_proved(episode)
    log.record(by, "plan.read", episode.patient, {"episode": episode.pk, "n_days": len(days)})
    return stories(load_record(episode), content(), days, circumstances, records_beside(episode))


@transaction.atomic
def renew_epoch(*, by: User | log.Process) -> str:
    """Give the database a new epoch, as after every restore: phones then offer all they still hold; audited."""
    state = ServerState.objects.get_or_create(id=1)[0]
    ServerState.objects.filter(pk=state.pk).update(epoch=uuid.uuid4())
    log.record(by, "epoch.renew")
    return server_epoch()
