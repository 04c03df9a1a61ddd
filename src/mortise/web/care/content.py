"""The clinical content, loaded once per process, and which of its protocols may be run here."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from mortise.errors import Fault, InputError

if TYPE_CHECKING:
    from mortise.catalog import Content
    from mortise.protocol import Questionnaire


@lru_cache(maxsize=1)
def content() -> Content:
    """Return the content; it is read on first use."""
    from mortise import catalog

    return catalog.load()


def questionnaires(on: date) -> tuple[dict[str, Questionnaire], tuple[Fault, ...]]:
    """Return every questionnaire by id, with the clinic's own licensed words, and what is wrong with its files."""
    from mortise.catalog.item_packs import item_packs

    known = content().questionnaires
    packs = item_packs(settings.ITEM_PACKS_DIR, known, on)
    return {**known, **packs.questionnaires}, packs.faults


def why_refused(protocol_id: str) -> str:
    """Return why a protocol is not run here, or nothing. What is not proved as it stands is not run.

    Certificates are read once per process, as the content is: whoever changes either starts the server again.
    """
    return _why_refused(content(), protocol_id)


def refuse_unproved(protocol: str) -> None:
    """Raise `InputError` when a protocol has no certificate that fits: no episode and no plan starts under it."""
    reason = why_refused(protocol)
    if reason:
        raise InputError(f"This protocol is not run here: {reason}", where="protocol")


@lru_cache(maxsize=64)
def _why_refused(known: Content, protocol_id: str) -> str:
    from mortise.catalog.certificates import uncertified
    from mortise.episode import ENGINE

    fault = uncertified(known, protocol_id, ENGINE)
    return "" if fault is None else f"{fault.message} {fault.mend}"
