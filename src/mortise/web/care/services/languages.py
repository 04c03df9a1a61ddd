"""Which language a patient reads: chosen by the patient on the phone, or set by the clinic."""

from __future__ import annotations

from django.db import transaction

from mortise.errors import InputError
from mortise.web.accounts.models import User
from mortise.web.audit import log
from mortise.web.care.models import Patient
from mortise.web.care.services.access import require_physiotherapist
from mortise.web.ui import languages


@transaction.atomic
def choose_language(*, patient: Patient, language: str, by: User) -> None:
    """Set the language of a patient's phone; empty leaves it to the browser, then to the clinic. Audited."""
    if by.pk != patient.user_id:
        require_physiotherapist(by)
    if language and not languages.is_offered(language):
        raise InputError("This language is not offered.", where="language", mend="Choose one of the list.")
    patient.user.language = language
    patient.user.save(update_fields=("language",))
    log.record(by, "language.choose", patient, {"language": language})
