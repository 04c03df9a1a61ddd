"""The clinical content, loaded once per process, and which of its protocols may be run here."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from mortise.errors import ContentError, Fault, InputError
from mortise.web.ui import languages

if TYPE_CHECKING:
    from mortise.catalog import Content
    from mortise.protocol import Questionnaire


logger = logging.getLogger("mortise.web")


@lru_cache(maxsize=1)
def content() -> Content:
    """Return the content; it is read on first use."""
    from mortise import catalog

    return catalog.load()


@lru_cache(maxsize=16)
def words_in(language: str) -> Mapping[str, str]:
    """Return what the content says in a language, by its English; a language that cannot be read falls back whole."""
    if language == languages.MIRROR:
        from mortise.catalog.translations import translatable
        from mortise.web.ui.mirror import mirrored

        return {english: mirrored(english) for english in translatable(content()).values()}
    from mortise.catalog.translations import translations

    try:
        return translations(content(), language).by_english
    except ContentError as error:
        logger.error("the texts in %s cannot be read: %s", language, error)
        return {}


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
