"""Referral letters: draft, change, sign, send, receipt. What was signed is kept as it was and never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404

from mortise.episode import EscalationCase
from mortise.errors import ConflictError, InputError
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.audit import clock, log
from mortise.web.care.models import EpisodeRow, Letter, SignedLetter
from mortise.web.care.services import following
from mortise.web.care.services.access import patients_of, require, require_agreed
from mortise.web.care.services.answers import follow_escalation
from mortise.web.care.services.lines import one_line

MOST_LETTERS = 6000
Draft = Callable[[EscalationCase], tuple[dict[str, str], dict[str, Any]]]


class TamperedError(RuntimeError):
    """A signed letter no longer has the digest it was signed with. This is a fault of ours, or somebody's deed."""


@transaction.atomic
def begin_letter(*, episode: EpisodeRow, case: str, draft: Draft, by: User) -> Letter:
    """Begin the letter about one escalation from the record, once; the one that is there is returned; audited."""
    require(by, Right.WRITE_LETTER)
    require_agreed(episode.patient)
    known = Letter.objects.filter(episode=episode, case=case).first()
    if known is not None:
        return known
    found = case_of(episode, case)
    words, facts = draft(found)
    made = Letter.objects.create(
        episode=episode, case=case, kind=found.escalation, to=found.to, words=words, facts=facts, drafted_by=by,
        drafted_at=clock.now(),
    )  # fmt: skip
    log.record(by, "letter.draft", episode.patient, {"letter": made.pk, "kind": found.escalation})
    return made


def case_of(episode: EpisodeRow, case: str) -> EscalationCase:
    """Return the escalation a letter is about, as it stands; its clock is the protocol's."""
    found = next((one for one in following.cases_of(episode) if one.case == case), None)
    if found is None:
        raise InputError("There is no such escalation.", where="case")
    return found


@transaction.atomic
def change_letter(
    *, letter: Letter, to: str, words: Mapping[str, str], by: User, facts: Mapping[str, Any] | None = None
) -> None:
    """Keep what was written into a draft, with the numbers of today when given; a signed letter stays; audited."""
    require(by, Right.WRITE_LETTER)
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    _refuse_signed(locked)
    for name, text in words.items():
        if len(text) > MOST_LETTERS:
            raise InputError(f"At most {MOST_LETTERS} letters.", where=name)
    locked.to, locked.words = one_line(to)[:300], {name: _clean(text) for name, text in words.items()}
    if facts is not None:
        locked.facts = dict(facts)
    locked.save(update_fields=["to", "words", "facts"])
    log.record(by, "letter.change", letter.episode.patient, {"letter": letter.pk})


@transaction.atomic
def sign_letter(*, letter: Letter, paper: Callable[[Letter], bytes], by: User) -> SignedLetter:
    """Sign a letter: its file is made, kept with its digest, and never changes; audited."""
    require(by, Right.WRITE_LETTER)
    locked = Letter.objects.select_for_update().select_related("episode__patient__clinic").get(pk=letter.pk)
    _refuse_signed(locked)
    require_agreed(locked.episode.patient)
    if not locked.to or not all(one.strip() for one in locked.words.values()):
        raise InputError("Say whom it goes to, and fill every part, before you sign.", where="to")
    pdf = paper(locked)
    content = {"to": locked.to, "words": locked.words, "facts": locked.facts, "signed_by": str(by.pk)}
    made = SignedLetter.objects.create(
        letter=locked, content=json.dumps(content, sort_keys=True, separators=(",", ":")), pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(), signed_by=by, signed_at=clock.now(),
    )  # fmt: skip
    log.record(by, "letter.sign", letter.episode.patient, {"letter": letter.pk, "sha256": made.sha256})
    return made


@transaction.atomic
def letter_sent(*, letter: Letter, how: str, by: User) -> None:
    """Say how a signed letter went out; its escalation is then in hand; audited."""
    require(by, Right.WRITE_LETTER)
    require_agreed(letter.episode.patient)
    how = one_line(how)
    if not how:
        raise InputError("Say how it was sent.", where="how")
    if not SignedLetter.objects.filter(letter=letter).exists():
        raise ConflictError("It is not signed yet.", mend="Sign it first.")
    n = Letter.objects.filter(pk=letter.pk, sent_at=None).update(
        sent_at=clock.now(), sent_by=by, sent_how=how[:200]
    )
    if not n:
        raise ConflictError("It was sent already.", mend="Load the page again.")
    log.record(by, "letter.sent", letter.episode.patient, {"letter": letter.pk})
    found = case_of(letter.episode, letter.case)
    if found.is_open and found.acknowledged_on is None:
        follow_escalation(episode=letter.episode, case=letter.case, by=by, reason="Letter sent.")


@transaction.atomic
def letter_received(*, letter: Letter, words: str, by: User) -> None:
    """Say that the receiver acknowledged a letter, and in what words; audited."""
    require(by, Right.ANSWER_ESCALATION)
    words = one_line(words)
    if not words:
        raise InputError("Say who acknowledged it, and when they will see the patient.", where="words")
    n = Letter.objects.filter(pk=letter.pk, sent_at__isnull=False, received_at=None).update(
        received_at=clock.now(), received_words=words[:200]
    )
    if not n:
        raise ConflictError("It was not sent, or acknowledged already.", mend="Load the page again.")
    log.record(by, "letter.received", letter.episode.patient, {"letter": letter.pk})


def signed_pdf(*, letter: Letter, by: User) -> bytes:
    """Return a signed letter as it was sent, checked against its digest; audited."""
    log.record(by, "letter.read", letter.episode.patient, {"letter": letter.pk})
    pdf = bytes(letter.signed.pdf)
    if hashlib.sha256(pdf).hexdigest() != letter.signed.sha256:
        raise TamperedError
    return pdf


def letter_or_404(by: User, letter_id: UUID) -> Letter:
    """Return one letter about a patient in reach, or 404."""
    rows = Letter.objects.filter(episode__patient__in=patients_of(by), pk=letter_id)
    found = rows.select_related("episode__patient__clinic", "episode__standing", "signed__signed_by").first()
    if found is None:
        if Letter.objects.filter(pk=letter_id).exists():
            log.record(by, "reach.refused", detail={"kind": "letter", "id": letter_id})
        raise Http404
    return found


def is_signed(letter: Letter) -> bool:
    """Tell whether a letter was signed."""
    return SignedLetter.objects.filter(letter=letter).exists()


def _refuse_signed(letter: Letter) -> None:
    if is_signed(letter):
        raise ConflictError("This letter was signed and stays as it is.", mend="Write a new one.")


def _clean(text: str) -> str:
    lines = ["".join(one if one.isprintable() else " " for one in line).strip() for line in text.splitlines()]
    return "\n".join(lines).strip()
