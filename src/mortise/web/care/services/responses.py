"""What a clinician's answer to a decision must hold before it goes on the record."""

from __future__ import annotations

from mortise.errors import InputError
from mortise.record import Decision
from mortise.terms import Advice
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow


def check_response(
    decision: Decision,
    episode: EpisodeRow,
    *,
    overrules: bool,
    advice: Advice | None,
    stage: str,
    reason: str,
) -> None:
    """Raise `InputError` when an overrule lacks its reason or its choice, or would open what a red flag froze."""
    if not overrules:
        return
    if not reason:
        raise InputError("Overruling needs a reason.", where="reason")
    if advice is None:
        raise InputError("Say what should be done instead.", where="advice")
    if stage and stage not in {one.id for one in content().protocol(episode.protocol).stages}:
        raise InputError("This stage is not in the protocol.", where="stage")
    if decision.is_locked and (stage or advice.tightness > Advice.ASK_CLINICIAN.tightness):
        raise InputError(
            "A red flag froze this programme.",
            mend="Resume it first, by name and with a reason.",
            where="advice",
        )
