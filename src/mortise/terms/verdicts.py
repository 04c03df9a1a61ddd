"""Three-valued truth with causes, and the ordered words of advice and load."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """A criterion is met, not met, or unknown. Unknown is a value with a cause and never advances anybody."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a criterion is unknown."""

    MISSING = "missing"
    STALE = "stale"
    IMPLAUSIBLE = "implausible"
    FUTURE_DATED = "future_dated"
    CONTRADICTORY = "contradictory"
    INSTRUMENT_CHANGED = "instrument_changed"
    WRONG_SIDE = "wrong_side"
    WRONG_UNIT = "wrong_unit"
    CANNOT_SAY = "cannot_say"  # asked, and the person could not say
    UNCONFIRMED = "unconfirmed"  # met once; a second date far enough apart is needed
    TOO_FEW = "too_few"  # fewer readings than the reduction needs


class Advice(StrEnum):
    """What should happen to the stage, tightest first. Precedence is fixed here, not in content."""

    STOP_AND_SEEK_HELP = "stop_and_seek_help"
    ASK_CLINICIAN = "ask_clinician"
    STEP_BACK = "step_back"
    HOLD = "hold"
    ADVANCE = "advance"

    @property
    def tightness(self) -> int:
        """Return the rank of this advice; 0 is the tightest."""
        return _ADVICE_RANK[self]


class Load(StrEnum):
    """What should happen to today's load, tightest first."""

    REST = "rest"
    EASE = "ease"
    KEEP = "keep"
    RAISE = "raise"

    @property
    def tightness(self) -> int:
        """Return the rank of this load; 0 is the tightest."""
        return _LOAD_RANK[self]


class Autonomy(StrEnum):
    """How far the engine may act by itself for one patient, least first. None of them ever advances anybody.

    `observe`: it only says what it finds. `propose`: a raise of the load waits for a clinician. `apply`: a raise within
    the protocol's steps and bounds happens by itself.
    """

    OBSERVE = "observe"
    PROPOSE = "propose"
    APPLY = "apply"

    @property
    def reach(self) -> int:
        """Return the rank of this stage; 0 reaches least."""
        return _AUTONOMY_RANK[self]


_ADVICE_RANK = {advice: rank for rank, advice in enumerate(Advice)}
_LOAD_RANK = {load: rank for rank, load in enumerate(Load)}
_AUTONOMY_RANK = {stage: rank for rank, stage in enumerate(Autonomy)}


def tightest_advice(advices: Iterable[Advice]) -> Advice:
    """Return the tightest of `advices`; raise `ValueError` when there are none."""
    return min(advices, key=_ADVICE_RANK.__getitem__)


def tightest_load(loads: Iterable[Load]) -> Load:
    """Return the tightest of `loads`; raise `ValueError` when there are none."""
    return min(loads, key=_LOAD_RANK.__getitem__)
