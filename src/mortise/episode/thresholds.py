"""Which past decisions another threshold would have changed for this patient; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from mortise.episode.fold import Content
from mortise.episode.whatif import Change, what_if
from mortise.record import DecisionRecord, PatientRecord, PlanVersion


class Compared(Struct, frozen=True, kw_only=True):
    """How many decisions were looked at, and those that other figures would have changed."""

    n_decisions: int
    changes: tuple[Change, ...]


def under_figures(record: PatientRecord, content: Content, figures: Mapping[str, Decimal]) -> Compared:
    """Decide every past day again as if a clinician had set these figures in every plan.

    Parameters
    ----------
    record : PatientRecord
        With its stored decisions.
    content : Content
        Protocol, measures, exercises as installed.
    figures : mapping of str to Decimal
        Criterion to the bound that is tried.

    Returns
    -------
    Compared
        Only what the figures change: a day that would be decided otherwise anyhow, because the protocol moved on, is
        compared with what it would be without them.
    """
    facts = tuple(
        replace(fact, figures={**fact.figures, **figures}) if isinstance(fact, PlanVersion) else fact
        for fact in record.facts
    )
    n_decisions = sum(1 for fact in record.facts if isinstance(fact, DecisionRecord))
    tried = what_if(replace(record, facts=facts), content)
    found = [(number, one) for number, one in enumerate(tried) if one is not None]
    if not found:
        return Compared(n_decisions=n_decisions, changes=())
    as_it_is = list(what_if(record, content))
    changes = tuple(one for number, one in found if not _is_same(one, as_it_is[number]))
    return Compared(n_decisions=n_decisions, changes=changes)


def _is_same(one: Change, other: Change | None) -> bool:
    return other is not None and (one.fields, one.cannot) == (other.fields, other.cannot)
