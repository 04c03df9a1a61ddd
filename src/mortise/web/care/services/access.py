"""Which objects a person may reach: always by way of the owner. Another clinic's object is 404, as if it did not exist.

Whoever reaches for one that does exist is noted in the audit log under their own clinic; the owner's is not written in.
Those who treat, physicians and podiatrists reach the patients of their clinic; a coach those who agreed to it; a guest
the one of their link, while it holds; a patient themself; an administrator nobody. What they may do there is `rights`.
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db.models import Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from mortise.errors import ConflictError, InputError
from mortise.web.accounts.access import may
from mortise.web.accounts.models import PhoneLink, User
from mortise.web.accounts.rights import Right
from mortise.web.audit import log
from mortise.web.care.models import (
    Consent,
    EpisodeRow,
    FactRow,
    Patient,
    Purpose,
    QuarantinedFact,
    StoredRecording,
)
from mortise.web.care.services.lines import one_line


class TakenBackError(ConflictError):
    """The agreement to treatment was taken back: nothing is added to the record until it is given again."""

    code = "consent.taken_back"


GAIT_TESTS = ("gait", "run")  # the recordings that belong to foot and gait
Row = TypeVar("Row", bound=Model)


def patients_of(user: User) -> QuerySet[Patient]:
    """Return the patients this person may reach."""
    here = Patient.objects.filter(clinic_id=user.clinic_id)
    if may(user, Right.SEE_RECORD) or may(user, Right.SEE_FOOT):
        return here
    if may(user, Right.SEE_TRAINING):
        return agreed(here.filter(taken_back_at__isnull=True), Purpose.COACH)
    if may(user, Right.SEE_SUMMARY):
        mine = here.filter(
            guests__user=user,
            guests__link__revoked_at__isnull=True,
            guests__link__expires_at__gt=timezone.now(),
        )
        return not_withdrawn(mine, Purpose.TREATMENT)
    if may(user, Right.OWN_PHONE):
        return here.filter(user_id=user.pk)
    return Patient.objects.none()


def _newest(purpose: Purpose) -> Subquery:
    said = Consent.objects.filter(patient=OuterRef("pk"), purpose=purpose).order_by("-at", "-id")
    return Subquery(said.values("is_given")[:1])


def agreed(patients: QuerySet[Patient], purpose: Purpose) -> QuerySet[Patient]:
    """Return those who agreed to a purpose and did not take it back; nobody is taken to have agreed."""
    return patients.annotate(**{f"agreed_{purpose.value}": _newest(purpose)}).filter(
        **{f"agreed_{purpose.value}": True}
    )


def not_withdrawn(patients: QuerySet[Patient], purpose: Purpose) -> QuerySet[Patient]:
    """Return those who did not take a purpose back; who was never asked counts as not having done so."""
    said = Coalesce(_newest(purpose), Value(True))
    return patients.annotate(**{f"kept_{purpose.value}": said}).filter(**{f"kept_{purpose.value}": True})


def require(user: User, right: Right) -> None:
    """Refuse whoever does not hold a right; reaching a patient is one thing, deciding for them another."""
    if not may(user, right):
        raise InputError(
            f"A {user.get_role_display().lower()} cannot do this.", mend="Ask who treats the patient."
        )


def require_physiotherapist(user: User) -> None:
    """Refuse whoever does not treat."""
    if not may(user, Right.TREAT):
        raise InputError("Only a physiotherapist can do this.")


def require_open(episode: EpisodeRow) -> None:
    """Raise `ConflictError` when care has ended, or is no longer agreed to: nothing is planned, nothing treated."""
    here = EpisodeRow.objects.filter(pk=episode.pk).values_list("closed_on", "patient__taken_back_at").first()
    if here is not None and here[0] is not None:
        raise ConflictError("This patient was discharged.", mend="Reopen care first.")
    if here is not None and here[1] is not None:
        raise TakenBackError


def require_agreed(patient: Patient) -> None:
    """Raise `TakenBackError` while a patient does not agree to the treatment record any more."""
    if Patient.objects.filter(pk=patient.pk, taken_back_at__isnull=False).exists():
        raise TakenBackError


def require_to_judge(episode: EpisodeRow, judgement: str, by: User) -> None:
    """Refuse whoever may not judge so; a physician opens a programme again only for patients they are named for."""
    if judgement not in ("resume", "acknowledge"):
        require_physiotherapist(by)
    require(by, Right.RESUME)
    is_named = may(by, Right.TREAT) or episode.patient.physician_id == by.pk
    if judgement == "resume" and not is_named:
        raise InputError(
            "Only a physician named for this patient can open the programme again.", where="judgement"
        )


def patient_or_404(user: User, patient_id: Any) -> Patient:
    """Return one patient, or 404."""
    return _one(user, patients_of(user).select_related("clinic", "user"), pk=_uuid(patient_id))


def episode_or_404(user: User, episode_id: Any) -> EpisodeRow:
    """Return one episode with its patient and clinic, or 404."""
    return _one(user, _episodes_of(user), pk=_uuid(episode_id))


def fact_or_404(user: User, fact_id: str, *, kind: str = "") -> FactRow:
    """Return one fact, of `kind` when given, or 404. A decision is a fact of kind "decision"."""
    facts: QuerySet[FactRow] = FactRow.objects.filter(episode__patient__in=patients_of(user))
    rows = facts.select_related("episode__patient__clinic", "episode__standing")
    return _one(user, rows.filter(kind=kind) if kind else rows, pk=one_line(str(fact_id)))


def decision_or_404(user: User, decision_id: str) -> FactRow:
    """Return one stored decision, or 404."""
    return fact_or_404(user, decision_id, kind="decision")


def recording_or_404(user: User, recording_id: Any) -> StoredRecording:
    """Return one recording with its episode, or 404."""
    rows = StoredRecording.objects.filter(episode__patient__in=patients_of(user))
    if may(user, Right.SEE_FOOT) and not may(user, Right.SEE_RECORD):
        rows = rows.filter(test__in=GAIT_TESTS)
    return _one(user, rows.select_related("episode__patient__clinic"), pk=_uuid(recording_id))


def phone_link_or_404(user: User, link_id: Any) -> PhoneLink:
    """Return one phone link of a patient this person may reach, or 404."""
    rows = PhoneLink.objects.filter(user__patient__in=patients_of(user))
    return _one(user, rows.select_related("user__patient"), pk=_uuid(link_id))


def quarantined_or_404(user: User, quarantined_id: Any) -> QuarantinedFact:
    """Return one quarantined item, or 404."""
    rows = QuarantinedFact.objects.filter(episode__patient__in=patients_of(user))
    return _one(user, rows.select_related("episode__patient"), pk=_whole(quarantined_id))


def patient_of_phone(user: User) -> Patient:
    """Return the patient whose phone this is, or 404."""
    return _one(user, patients_of(user).filter(user_id=user.pk).select_related("clinic", "user"))


def open_episodes_of(user: User, patient: Patient) -> list[EpisodeRow]:
    """Return the open episodes of a patient this person may reach, newest first."""
    return list(_episodes_of(user).filter(patient=patient, closed_on__isnull=True))


def ended_episodes_of(user: User, patient: Patient) -> list[EpisodeRow]:
    """Return the ended episodes of a patient this person may reach, the last ended first."""
    return list(_episodes_of(user).filter(patient=patient, closed_on__isnull=False).order_by("-closed_on"))


def ankles_of(*, episode: EpisodeRow) -> list[EpisodeRow]:
    """Return the open episodes of this patient, left before right; of one ankle alone nothing is asked."""
    if not episode.is_bilateral:
        return [episode]
    rows = EpisodeRow.objects.filter(patient_id=episode.patient_id, closed_on__isnull=True)
    return list(rows.select_related("standing").order_by("involved_side"))


def _episodes_of(user: User) -> QuerySet[EpisodeRow]:
    rows = EpisodeRow.objects.filter(patient__in=patients_of(user))
    return rows.select_related("patient__clinic", "patient__user", "standing")


def _one(user: User, rows: QuerySet[Row], **lookup: Any) -> Row:
    row = rows.filter(**lookup).first()
    if row is None:
        if lookup and rows.model._default_manager.filter(**lookup).exists():
            kind = rows.model._meta.model_name
            log.record(user, "reach.refused", detail={"kind": kind, "id": lookup["pk"]})
        raise Http404
    return row


def _uuid(text: Any) -> uuid.UUID:
    try:
        return text if isinstance(text, uuid.UUID) else uuid.UUID(str(text))
    except ValueError:
        raise Http404 from None


def _whole(text: Any) -> int:
    if not str(text).isascii() or not str(text).isdigit() or len(str(text)) > 18:
        raise Http404
    return int(text)
