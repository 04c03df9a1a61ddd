"""The words every room shares: sides, verdicts, advice, measures with their error, evidence."""

from mortise.terms.evidence import EvidenceRow, EvidenceStatus, Strength
from mortise.terms.measures import Better, Derivation, Instrument, Measure, Setting
from mortise.terms.norms import Norm, nearest_norms
from mortise.terms.verdicts import Advice, Autonomy, Cause, Load, Truth
from mortise.terms.words import RECORDED_TESTS, Context, Limb, Origin, Sex, Side, limb_of, side_of

__all__ = [
    "RECORDED_TESTS",
    "Advice",
    "Autonomy",
    "Better",
    "Cause",
    "Context",
    "Derivation",
    "EvidenceRow",
    "EvidenceStatus",
    "Instrument",
    "Limb",
    "Load",
    "Measure",
    "Norm",
    "Origin",
    "Setting",
    "Sex",
    "Side",
    "Strength",
    "Truth",
    "limb_of",
    "nearest_norms",
    "side_of",
]
