"""Who looked at a patient's data, for the patient to see."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.audit.models import AuditEntry
from mortise.web.care.models import Patient

N_SHOWN = 20
WORDS = {
    "record.read": "looked at your record",
    "recording.read": "looked at a recording",
    "recordings.read": "looked at your recordings",
    "quarantine.read": "looked at what your phone sent",
    "facts.append": "added to your record",
    "facts.correct": "corrected your record",
    "assessment.save": "saved your assessment",
    "goals.set": "set your goals",
    "plan.set": "set your plan",
    "messages.seen": "read your message",
    "foot.read": "looked at your foot and gait",
    "training.read": "looked at your training",
    "guest.read": "looked at your summary as a guest",
    "consents.read": "looked at what you agreed to",
    "consent.give": "took down that you agree",
    "consent.take_back": "took down that you no longer agree",
    "patient.hand_over": "handed your treatment over",
    "patient.name_physician": "named your physician",
    "notes.read": "read notes about you",
    "note.write": "wrote a note about you",
    "opinion.ask": "asked a colleague about you",
    "opinion.answer": "answered a colleague about you",
    "guest.invite": "let a guest read your summary",
    "guest.end": "ended a guest’s reading",
    "letter.read": "read a letter about you",
    "letter.draft": "began a letter about you",
    "letter.sign": "signed a letter about you",
    "letter.sent": "sent a letter about you",
    "decision.make": "had your plan worked out anew",
    "decision.read": "looked at a proposal for your plan",
    "decision.respond": "answered a proposal for your plan",
    "judgement.record": "recorded a judgement",
    "visit.plan": "planned a visit",
    "recording.store": "stored a recording",
    "recording.analyse": "measured a recording",
    "recording.accept": "took over readings of a recording",
    "recording.exclude": "set a recording aside",
    "episode.open": "opened your treatment",
    "care.discharge": "ended your treatment",
    "care.reopen": "opened your treatment again",
    "patient.add": "added you",
    "phone_link.make": "made a link for your phone",
    "phone_link.revoke": "shut a link of your phone",
}


class Look(NamedTuple):
    """One look or change: when, who, what in words."""

    at: datetime
    who: str
    what: str


def looks_at(*, patient: Patient, by: User) -> tuple[Look, ...]:
    """Return who looked at or changed this patient's data lately, newest first, without their own doings; audited."""
    own = f"user:{patient.user_id}"
    entries = AuditEntry.objects.filter(patient=str(patient.pk), action__in=WORDS).exclude(actor=own)
    newest = list(entries.order_by("-sequence")[:N_SHOWN])
    ids = {entry.actor.removeprefix("user:") for entry in newest if entry.actor.startswith("user:")}
    names = {f"user:{user.pk}": user.name for user in User.objects.filter(pk__in=ids)}
    log.record(by, "looks.read", patient)
    return tuple(
        Look(entry.at, names.get(entry.actor, "A program of the clinic"), WORDS[entry.action])
        for entry in newest
    )
