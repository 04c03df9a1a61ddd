"""Sides, origins and contexts: the small vocabularies of a fact."""

from __future__ import annotations

from enum import StrEnum

# The tests that `mortise measure` knows; a name leads to the function that measures it (`measure.TESTS`).
RECORDED_TESTS: tuple[str, ...] = (
    "gait",
    "run",
    "lunge",
    "range",
    "heel-rise",
    "hop",
    "jump",
    "landing",
    "step-down",
    "balance",
    "position",
)


class Side(StrEnum):
    """Where a sensor is worn or a person is examined."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"

    @property
    def opposite(self) -> Side:
        """Return the other side; `NONE` has no other side and stays `NONE`."""
        return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.NONE: Side.NONE}[self]


class Limb(StrEnum):
    """Which ankle a decision speaks of: the one being treated, the other, or neither (walking speed)."""

    INVOLVED = "involved"
    UNINVOLVED = "uninvolved"
    NONE = "none"


def limb_of(side: Side, involved: Side) -> Limb:
    """Return the limb that `side` is when `involved` is the ankle being treated."""
    if side is Side.NONE:
        return Limb.NONE
    return Limb.INVOLVED if side is involved else Limb.UNINVOLVED


def side_of(limb: Limb, involved: Side) -> Side:
    """Return the side of `limb` when `involved` is the ankle being treated."""
    if limb is Limb.NONE:
        return Side.NONE
    return involved if limb is Limb.INVOLVED else involved.opposite


class Origin(StrEnum):
    """Who or what made a fact."""

    CLINICIAN = "clinician"
    PATIENT = "patient"
    RECORDING = "recording"
    ENGINE = "engine"
    IMPORTED = "imported"
    SIMULATED = "simulated"


class Context(StrEnum):
    """When, relative to treatment and effort, a reading was taken.

    Only `ROUTINE` and `BEFORE_TREATMENT` feed gates, the level filter and the contradiction check.
    """

    ROUTINE = "routine"
    BEFORE_TREATMENT = "before_treatment"
    AFTER_TREATMENT = "after_treatment"
    TIRED = "tired"

    @property
    def feeds_decisions(self) -> bool:
        """Whether a reading taken in this context may take part in a decision."""
        return self in (Context.ROUTINE, Context.BEFORE_TREATMENT)


class Sex(StrEnum):
    """Which norm band a person is compared with; `UNSPECIFIED` is compared with none."""

    FEMALE = "female"
    MALE = "male"
    UNSPECIFIED = "unspecified"
