"""Several people around one patient: hand-over, named physician, cover, opinions, notes. All audited."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import Http404

from mortise.errors import ConflictError, InputError
from mortise.web.accounts.access import may
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import RIGHTS, STAFF_ROLES, Right
from mortise.web.audit import clock, log
from mortise.web.care.models import Charge, Cover, EpisodeRow, Note, Opinion, Patient, Standing
from mortise.web.care.models.together import MOST_WORDS
from mortise.web.care.services.access import patients_of, require
from mortise.web.care.services.mails import tell, where

MOST_COVER_DAYS = 366


def colleagues(*, by: User, right: Right) -> list[User]:
    """Return the others of the clinic who hold a right and have access, by name."""
    roles = [role for role in STAFF_ROLES if right in RIGHTS[role]]
    found = User.objects.filter(clinic_id=by.clinic_id, role__in=roles, is_active=True).exclude(pk=by.pk)
    return list(found.order_by("name", "email"))


def open_episodes_in_reach(*, by: User) -> list[EpisodeRow]:
    """Return the open episodes of everybody this person may reach, by name; audited."""
    rows = EpisodeRow.objects.filter(patient__in=patients_of(by), closed_on__isnull=True)
    found = list(rows.select_related("patient", "standing").order_by("patient__name", "involved_side"))
    log.record(by, "list.read", detail={"n": len(found)})
    return found


def treating_of(*, patient: Patient) -> User:
    """Return who treats a patient."""
    return User.objects.get(pk=patient.treating_id)


# ---------------------------------------------------------------- hand-over


@transaction.atomic
def hand_over(*, patient: Patient, to: Any, note: str, by: User) -> Charge:
    """Hand a patient over to a colleague, who is told by mail; tasks and clocks go along; audited."""
    require(by, Right.SHARE)
    receiver = _colleague(by, to, Right.TREAT, "to", also_self=True)
    note = _words(note, "note", "Say what the next one needs to know: it goes on the record.")
    locked = Patient.objects.select_for_update().get(pk=patient.pk)
    if locked.treating_id == receiver.pk:
        raise ConflictError("This colleague treats the patient already.", mend="Load the page again.")
    made = Charge.objects.create(
        patient=patient, kind=Charge.Kind.TREATING, before_id=locked.treating_id, to=receiver, note=note, by=by,
        at=clock.now(),
    )  # fmt: skip
    Patient.objects.filter(pk=patient.pk).update(treated_by=receiver)
    Standing.objects.filter(episode__patient=patient).update(clinician=receiver)
    log.record(by, "patient.hand_over", patient, {"to": receiver.pk})
    if receiver.pk != by.pk:
        tell(receiver, "a patient was handed over to you",
             f"{by.name} handed a patient over to you, with a note. Sign in{where()} to read it.\n")  # fmt: skip
    return made


@transaction.atomic
def name_physician(*, patient: Patient, to: Any, by: User) -> Charge:
    """Name the physician of a patient, who may then open a stopped programme again; empty: nobody; audited."""
    require(by, Right.SHARE)
    named = _colleague(by, to, Right.RESUME, "to", also_self=True) if to else None
    if named is not None and may(named, Right.TREAT):
        raise InputError("Choose a physician.", where="to")
    made = Charge.objects.create(
        patient=patient, kind=Charge.Kind.PHYSICIAN, before_id=patient.physician_id, to=named, by=by,
        at=clock.now(),
    )  # fmt: skip
    Patient.objects.filter(pk=patient.pk).update(physician=named)
    log.record(by, "patient.name_physician", patient, {"to": named.pk if named else ""})
    return made


def charges_of(*, patient: Patient, by: User) -> list[Charge]:
    """Return every hand-over and naming, newest first; audited."""
    log.record(by, "charges.read", patient)
    return list(Charge.objects.filter(patient=patient).select_related("before", "to", "by"))


# ---------------------------------------------------------------- cover


@transaction.atomic
def arrange_cover(*, covering: Any, from_on: date, until_on: date, note: str, by: User) -> Cover:
    """Let a colleague look after one's patients, both days included; they are told by mail; audited."""
    require(by, Right.SHARE)
    other = _colleague(by, covering, Right.TREAT, "covering")
    today = by.clinic.today()
    if until_on < from_on or until_on < today:
        raise InputError("The last day lies before the first, or has passed.", where="until_on")
    if (until_on - from_on).days > MOST_COVER_DAYS:
        raise InputError("Longer than a year is a hand-over.", where="until_on")
    made = Cover.objects.create(
        absent=by,
        covering=other,
        from_on=from_on,
        until_on=until_on,
        note=note.strip()[:MOST_WORDS],
        made_by=by,
    )
    log.record(by, "cover.arrange", detail={"cover": made.pk, "covering": other.pk})
    tell(other, "you cover for a colleague",
         f"You cover for {by.name} from {from_on:%d.%m.%Y} to {until_on:%d.%m.%Y}. Their list is on your page "
         f"“Team”{where()}.\n")  # fmt: skip
    return made


@transaction.atomic
def end_cover(*, cover: Cover, by: User) -> None:
    """End a cover early, by either of the two; audited."""
    if by.pk not in (cover.absent_id, cover.covering_id):
        raise InputError("A cover is ended by one of the two it is between.")
    Cover.objects.filter(pk=cover.pk, ended_at=None).update(ended_at=clock.now())
    log.record(by, "cover.end", detail={"cover": cover.pk})


def covers_of(*, by: User) -> list[Cover]:
    """Return the covers of today and later that this person is part of."""
    mine = Cover.objects.filter(Q(absent=by) | Q(covering=by), ended_at=None, until_on__gte=by.clinic.today())
    return list(mine.select_related("absent", "covering"))


def cover_or_404(by: User, cover_id: UUID) -> Cover:
    """Return one cover this person is part of, or 404."""
    found = Cover.objects.filter(Q(absent=by) | Q(covering=by), pk=cover_id).first()
    if found is None:
        raise Http404
    return found


def patients_treated_by(*, person: User, by: User) -> set[UUID]:
    """Return the ids of the patients somebody treats, of those in reach."""
    mine = Q(treated_by=person) | Q(treated_by__isnull=True, added_by=person)
    return set(patients_of(by).filter(mine).values_list("pk", flat=True))


# ---------------------------------------------------------------- opinions


@transaction.atomic
def ask_opinion(*, episode: EpisodeRow, asked: Any, question: str, by: User) -> Opinion:
    """Ask a named colleague, who is told by mail; audited."""
    require(by, Right.SHARE)
    colleague = _colleague(by, asked, Right.ANSWER_OPINION, "asked")
    made = Opinion.objects.create(
        episode=episode, asked=colleague, question=_words(question, "question", "Write the question."),
        asked_by=by, asked_at=clock.now(),
    )  # fmt: skip
    log.record(by, "opinion.ask", episode.patient, {"opinion": made.pk, "asked": colleague.pk})
    tell(colleague, "a colleague asks for your opinion",
         f"{by.name} asks for your opinion about a patient. Sign in{where()} to read the question.\n")  # fmt: skip
    return made


@transaction.atomic
def answer_opinion(*, opinion: Opinion, answer: str, by: User) -> None:
    """Answer what one was asked, once. The answer stands beside the record; no plan changes by it; audited."""
    require(by, Right.ANSWER_OPINION)
    if opinion.asked_id != by.pk:
        raise InputError("This was asked of a colleague by name.")
    words = _words(answer, "answer", "Write your answer.")
    n = Opinion.objects.filter(pk=opinion.pk, answered_at=None).update(answer=words, answered_at=clock.now())
    if not n:
        raise ConflictError("This was answered already.", mend="Ask again, or write a note.")
    log.record(by, "opinion.answer", opinion.episode.patient, {"opinion": opinion.pk})
    tell(opinion.asked_by, "a colleague answered you",
         f"{by.name} answered your question about a patient. Sign in{where()} to read it.\n")  # fmt: skip


def opinions_of(*, episode: EpisodeRow, asked: User | None = None) -> list[Opinion]:
    """Return the opinions asked about one ankle, newest first; with `asked`, those of one colleague."""
    rows = Opinion.objects.filter(episode=episode, **({"asked": asked} if asked is not None else {}))
    return list(rows.select_related("asked", "asked_by"))


def opinions_asked_of(*, by: User) -> list[Opinion]:
    """Return what colleagues ask this person and nobody has answered, longest waiting first."""
    rows = Opinion.objects.filter(asked=by, answered_at=None, episode__patient__in=patients_of(by))
    return list(rows.select_related("asked_by", "episode__patient").order_by("asked_at"))


def opinion_or_404(by: User, opinion_id: UUID) -> Opinion:
    """Return an opinion asked of this person, or by them, about a patient in reach; or 404."""
    rows = Opinion.objects.filter(Q(asked=by) | Q(asked_by=by), episode__patient__in=patients_of(by))
    found = rows.filter(pk=opinion_id).select_related("asked", "asked_by", "episode__patient__clinic").first()
    if found is None:
        raise Http404
    return found


# ---------------------------------------------------------------- notes


@transaction.atomic
def write_note(*, episode: EpisodeRow, words: str, by: User, about: str = Note.About.CARE) -> Note:
    """Write a note about one ankle, for clinicians; a podiatrist's are about the foot; audited without its words."""
    if about == Note.About.CARE or not may(by, Right.WRITE_FINDING):
        require(by, Right.WRITE_NOTE)
    made = Note.objects.create(
        episode=episode, about=about, words=_words(words, "words", "Write the note."), by=by, at=clock.now()
    )
    log.record(by, "note.write", episode.patient, {"note": made.pk, "about": about})
    return made


def notes_of(*, episode: EpisodeRow, by: User, about: Collection[str] = ()) -> list[Note]:
    """Return the notes about one ankle, newest first, `about` these things only when given; audited."""
    log.record(by, "notes.read", episode.patient, {"episode": episode.pk})
    rows = Note.objects.filter(episode=episode, **({"about__in": list(about)} if about else {}))
    return list(rows.select_related("by"))


# ---------------------------------------------------------------- steps


def _colleague(by: User, wanted: Any, right: Right, field: str, *, also_self: bool = False) -> User:
    known = colleagues(by=by, right=right) + ([by] if also_self and may(by, right) else [])
    found = next((one for one in known if str(one.pk) == str(wanted)), None)
    if found is None:
        raise InputError("Choose a colleague of this clinic.", where=field)
    return found


def _words(text: str, field: str, missing: str) -> str:
    """Return typed words with their lines, without anything unprintable."""
    lines = [
        "".join(letter if letter.isprintable() else " " for letter in line).strip()
        for line in text.splitlines()
    ]
    words = "\n".join(lines).strip()
    if not words:
        raise InputError(missing, where=field)
    if len(words) > MOST_WORDS:
        raise InputError(f"At most {MOST_WORDS} letters.", where=field)
    return words
