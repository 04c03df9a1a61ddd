"""Mail: a red flag goes to the clinic until a clinician acknowledges it, silence once to the patient.

A mail holds no name and nothing about anybody's health: it says that somebody is needed, and where to look. It is
queued in the transaction of the report that caused it and sent by the job (`run_jobs`), by the clock of the server.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage

from mortise.protocol import Protocol, Tier
from mortise.protocol.criteria import criteria_in
from mortise.record import CheckIn, Decision, Reading, SessionLog
from mortise.record.facts import Fact
from mortise.terms import Truth
from mortise.web.accounts.models import Role, User
from mortise.web.audit import clock, log
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow, Notice

logger = logging.getLogger("mortise.care")

EVERY_MIN = {
    Tier.NOW.value: 15,
    Tier.WITHIN_48_H.value: 4 * 60,
    Tier.WITHIN_2_WEEKS.value: 24 * 60,
}  # consensus
RETRY = timedelta(minutes=2)
FLAG_SUBJECT = "Mortise: somebody needs a clinician"
FLAG_BODY = (
    "A report came in that has to be seen by a clinician{when}.\n\nSign in to see it and to acknowledge it{where}.\n\n"
    "This message comes again {every} until somebody has acknowledged it. It names nobody on purpose.\n"
)
SILENCE_SUBJECT = "Your clinic would like to hear from you"
SILENCE_BODY = (
    "Your clinic has not heard from you for a while. Open Mortise on your phone; one minute is enough.\n\n"
    "If something is not right, call your clinic{phone}. Nobody reads answers to this mail.\n"
)
WHEN = {
    Tier.NOW.value: " now",
    Tier.WITHIN_48_H.value: " within 48 hours",
    Tier.WITHIN_2_WEEKS.value: " soon",
}


class Sent(NamedTuple):
    """What one round of the job did."""

    n_sent: int
    n_failed: int


def flagged(facts: Iterable[Fact], protocol: Protocol) -> list[str]:
    """Return the ids of the facts that say yes to a red flag of the protocol, or to what one of its locks reads."""
    locks = [rule for rule in protocol.rules if rule.locks]
    asked = {*protocol.red_flags, *(one.measure for rule in locks for one in criteria_in(rule.when))}
    found = []
    for fact in facts:
        if isinstance(fact, Reading):
            is_flagged = fact.measure in asked and fact.value != 0
        else:
            is_flagged = isinstance(fact, CheckIn | SessionLog) and any(
                fact.answers.get(name) for name in asked
            )
        if is_flagged:
            found.append(fact.id)
    return found


def raise_for(
    episode: EpisodeRow, decision: Decision, facts: Iterable[Fact], *, was_locked: bool
) -> Notice | None:
    """Queue mail to the clinic for a red flag that nobody was told of yet; return it, or None."""
    if not decision.is_locked:
        return None
    known = {
        name
        for told in Notice.objects.filter(episode=episode).values_list("facts", flat=True)
        for name in told
    }
    new = [name for name in flagged(facts, content().protocol(episode.protocol)) if name not in known]
    if not new and was_locked:
        return None
    every = min((EVERY_MIN[tier] for tier in _tiers(decision)), default=EVERY_MIN[Tier.NOW.value])
    now = clock.now()
    return Notice.objects.create(
        episode=episode, kind=Notice.Kind.RED_FLAG, facts=new, every_min=every, raised_at=now, next_at=now
    )


def _tiers(decision: Decision) -> list[str]:
    return [
        one.tier for one in decision.rules if one.locks and one.truth is Truth.MET and one.tier in EVERY_MIN
    ]


def tell_of_silence(episode: EpisodeRow) -> None:
    """Queue one mail to a patient who was not heard from, if an address is known."""
    if episode.patient.email:
        now = clock.now()
        Notice.objects.create(episode=episode, kind=Notice.Kind.SILENCE, raised_at=now, next_at=now)


def acknowledge(episode: EpisodeRow, by: User) -> int:
    """End the mails of an episode's red flags: a clinician has seen them; return how many that ends."""
    open_ones = Notice.objects.filter(
        episode=episode, kind=Notice.Kind.RED_FLAG, acknowledged_at__isnull=True
    )
    return open_ones.update(acknowledged_at=clock.now(), acknowledged_by=by, next_at=None)


def send_due(*, now: datetime, by: log.Process) -> Sent:
    """Send what is due by the server's clock, each on its own: one address that fails holds up no other; audited.

    A notice is claimed before it is sent, so that two jobs do not send it twice; a job that dies in between leaves it
    to be sent again two minutes later.
    """
    n_sent = n_failed = 0
    due = (
        Notice.objects.filter(next_at__lte=now).select_related("episode__patient__clinic").order_by("next_at")
    )
    for notice in due:
        claim = Notice.objects.filter(pk=notice.pk, next_at=notice.next_at, acknowledged_at__isnull=True)
        if not claim.update(next_at=now + RETRY):
            continue
        if _sent(notice):
            n_sent += 1
            _settle(notice, now)
            detail = {"episode": notice.episode_id, "kind": notice.kind}
            log.record(by, "notice.send", notice.episode.patient, detail)
        else:
            n_failed += 1
            Notice.objects.filter(pk=notice.pk).update(n_failed=notice.n_failed + 1)
    return Sent(n_sent, n_failed)


def _settle(notice: Notice, now: datetime) -> None:
    """Say when it is sent next; not again when somebody acknowledged it in between."""
    then = now + timedelta(minutes=notice.every_min) if notice.every_min else None
    Notice.objects.filter(pk=notice.pk).update(n_sent=notice.n_sent + 1, last_sent_at=now)
    Notice.objects.filter(pk=notice.pk, acknowledged_at__isnull=True).update(next_at=then)


def _sent(notice: Notice) -> bool:
    message = _message(notice)
    if not message.to and not message.bcc:
        logger.error("a notice has nobody to go to: the clinic has no physiotherapist with an address")
        return False
    try:
        return message.send() > 0
    except (OSError, SMTPException) as error:
        logger.error("a notice could not be sent: %s", type(error).__name__)
        return False


def _message(notice: Notice) -> EmailMessage:
    clinic = notice.episode.patient.clinic
    if notice.kind == Notice.Kind.SILENCE:
        phone = f", {clinic.phone}" if clinic.phone else ""
        return EmailMessage(
            SILENCE_SUBJECT, SILENCE_BODY.format(phone=phone), to=[notice.episode.patient.email]
        )
    staff = User.objects.filter(clinic=clinic, role=Role.PHYSIOTHERAPIST, is_active=True).order_by("email")
    tier = next((name for name, every in EVERY_MIN.items() if every == notice.every_min), Tier.NOW.value)
    where = f" at {settings.ADDRESS}" if settings.ADDRESS else ""
    body = FLAG_BODY.format(when=WHEN[tier], where=where, every=_every_words(notice.every_min))
    # nobody's address is shown to anybody: a clinic's list of clinicians is not for a mail server's log
    hidden = {"To": "undisclosed-recipients:;"}
    return EmailMessage(FLAG_SUBJECT, body, bcc=[one.email for one in staff if one.email], headers=hidden)


def _every_words(minutes: int) -> str:
    return f"every {minutes} minutes" if minutes < 60 else f"every {minutes // 60} hours"
