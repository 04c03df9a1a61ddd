"""Evidence rows and how strongly a figure is supported."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class EvidenceStatus(StrEnum):
    """Whether the figure was seen in an abstract or excerpt, or is from memory."""

    VERIFIED = "verified"
    RECALLED = "recalled"


class Strength(StrEnum):
    """How a figure may be shown. Only `EXCERPT_SEEN` is shown as evidence."""

    EXCERPT_SEEN = "excerpt_seen"
    SOURCE_NOT_OPENED = "source_not_opened"
    CONSENSUS = "consensus"  # our own synthesis, shown as "clinic default"


class EvidenceRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the evidence table: a figure, its unit, its population and where it comes from."""

    id: str
    fact: str
    figure: str
    unit: str
    population: str
    kind: str
    low: Decimal | None = None
    high: Decimal | None = None
    citation: str
    doi: str | None = None
    status: EvidenceStatus
    confidence: str

    @property
    def strength(self) -> Strength:
        """Return how this figure may be shown."""
        if "PROPOSED" in self.citation:
            return Strength.CONSENSUS
        if self.status is EvidenceStatus.VERIFIED:
            return Strength.EXCERPT_SEEN
        return Strength.SOURCE_NOT_OPENED
