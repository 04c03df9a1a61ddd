"""Who looked at a patient's data, for the patient to see."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _n

from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.audit.models import AuditEntry
from mortise.web.care.models import Patient

N_SHOWN = 20
WORDS = {
    "record.read": _n("looked at your record"),
    "recording.read": _n("looked at a recording"),
    "recordings.read": _n("looked at your recordings"),
    "quarantine.read": _n("looked at what your phone sent"),
    "facts.append": _n("added to your record"),
    "facts.correct": _n("corrected your record"),
    "assessment.save": _n("saved your assessment"),
    "goals.set": _n("set your goals"),
    "plan.set": _n("set your plan"),
    "messages.seen": _n("read your message"),
    "foot.read": _n("looked at your foot and gait"),
    "training.read": _n("looked at your training"),
    "guest.read": _n("looked at your summary as a guest"),
    "consents.read": _n("looked at what you agreed to"),
    "consent.give": _n("took down that you agree"),
    "consent.take_back": _n("took down that you no longer agree"),
    "patient.hand_over": _n("handed your treatment over"),
    "patient.name_physician": _n("named your physician"),
    "notes.read": _n("read notes about you"),
    "note.write": _n("wrote a note about you"),
    "opinion.ask": _n("asked a colleague about you"),
    "opinion.answer": _n("answered a colleague about you"),
    "guest.invite": _n("let a guest read your summary"),
    "guest.end": _n("ended a guest’s reading"),
    "letter.read": _n("read a letter about you"),
    "letter.draft": _n("began a letter about you"),
    "letter.sign": _n("signed a letter about you"),
    "letter.sent": _n("sent a letter about you"),
    "decision.make": _n("had your plan worked out anew"),
    "decision.read": _n("looked at a proposal for your plan"),
    "decision.respond": _n("answered a proposal for your plan"),
    "judgement.record": _n("wrote down a decision about you"),
    "visit.plan": _n("planned a visit"),
    "recording.store": _n("stored a recording"),
    "recording.analyse": _n("measured a recording"),
    "recording.accept": _n("took over readings of a recording"),
    "recording.exclude": _n("set a recording aside"),
    "episode.open": _n("opened your treatment"),
    "care.discharge": _n("ended your treatment"),
    "care.reopen": _n("opened your treatment again"),
    "patient.add": _n("added you"),
    "language.choose": _n("chose your language"),
    "phone_link.make": _n("made a link for your phone"),
    "phone_link.revoke": _n("shut a link of your phone"),
}


class Look(NamedTuple):
    """One look or change: when, who, what in words."""

    at: datetime
    who: str
    what: str


def looks_at(*, patient: Patient, by: User, n: int | None = N_SHOWN) -> tuple[Look, ...]:
    """Return who looked at or changed this patient's data, newest first, without their own doings; audited.

    The last `n`, or all of them.
    """
    own = f"user:{patient.user_id}"
    entries = AuditEntry.objects.filter(patient=str(patient.pk), action__in=WORDS).exclude(actor=own)
    newest = list(entries.order_by("-sequence")[:n])
    ids = {entry.actor.removeprefix("user:") for entry in newest if entry.actor.startswith("user:")}
    names = {f"user:{user.pk}": user.name for user in User.objects.filter(pk__in=ids)}
    log.record(by, "looks.read", patient)
    return tuple(
        Look(
            entry.at, names.get(entry.actor, gettext("A program of the clinic")), gettext(WORDS[entry.action])
        )
        for entry in newest
    )
