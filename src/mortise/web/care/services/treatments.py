"""What a clinician's hands did: logged with the tests around it, refused where a red flag has stopped the programme."""

from __future__ import annotations

from collections.abc import Iterable

from mortise.errors import InputError
from mortise.protocol import Hands
from mortise.record import Treatment
from mortise.record.facts import Fact
from mortise.web.accounts.models import User
from mortise.web.care.content import content
from mortise.web.care.models import EpisodeRow
from mortise.web.care.services.access import require_open, require_physiotherapist
from mortise.web.care.services.decisions import Answered, answer_report, story_of


def log_treatment(*, episode: EpisodeRow, facts: Iterable[Fact], by: User) -> Answered:
    """Keep a treatment and the readings around it, all or nothing for each, and answer them; audited.

    Raises `InputError` for a technique that the protocol does not have, for a stop rule that was passed without a
    reason, and while a red flag has stopped the programme.
    """
    require_physiotherapist(by)
    require_open(episode)
    facts = tuple(facts)
    given = [one for one in facts if isinstance(one, Treatment)]
    for one in given:
        check_treatment(episode, one)
    today = episode.patient.clinic.today()
    if given and story_of(episode=episode, on=today, by=by).is_locked:
        raise InputError(
            "The programme is stopped by a red flag: nothing is treated by hand.",
            mend="Open it again with a reason first, or send the patient on.",
        )
    answered = answer_report(episode=episode, facts=facts, on=today, by=by)
    refused = next((answer for answer in answered.answers if not answer.is_kept), None)
    if refused is not None:
        raise InputError(refused.reason)
    return answered


def check_treatment(episode: EpisodeRow, one: Treatment) -> None:
    """Raise `InputError` when the protocol has no such technique, or a stop rule is passed without a reason."""
    found = technique_of(episode, one.technique)
    if found is None or found.exercise != one.exercise:
        raise InputError("This technique is not in the protocol.", where="technique")
    unknown = [line for line in one.against if not line.strip()]
    if one.against and (unknown or not one.reason.strip()):
        raise InputError("A stop rule was present: write why it was given all the same.", where="reason")
    if not one.dose.strip() or not one.position.strip():
        raise InputError("A treatment needs its dose and its position.", where="dose")


def technique_of(episode: EpisodeRow, technique_id: str) -> Hands | None:
    """Return a technique of the episode's protocol, or None."""
    protocol = content().protocol(episode.protocol)
    return next((one for one in protocol.techniques if one.id == technique_id), None)
