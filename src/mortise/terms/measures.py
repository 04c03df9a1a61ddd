"""What can be measured or asked: unit, range, resolution, direction, and each instrument's error."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.terms.norms import Norm

# A difference of two readings of one instrument: 1.96 x sqrt(2) x SEM (EVIDENCE.md, rule 3 of "How to read this").
MDC95_PER_SEM = Decimal("2.77")
_WHOLE = Decimal(1)


class Better(StrEnum):
    """Which way a measure improves. Every measure declares it; a record of fact is `NEITHER`."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Setting(StrEnum):
    """Where a measure is taken.

    A patient at home is never held for want of a clinic test, because daily danger criteria read `HOME` only.
    """

    HOME = "home"
    CLINIC = "clinic"
    EITHER = "either"
    DERIVED = "derived"  # computed in `progress` from other measures, with its own error


class Instrument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way of taking a measure, with its between-session standard error of measurement (SEM).

    `sem` and `mdc95` are in the measure's unit. A measure whose instrument has no known `mdc95` gates on level only.
    """

    id: str
    label: str
    sem: Decimal | None = None
    mdc95: Decimal | None = None
    evidence: tuple[str, ...] = ()

    @property
    def smallest_real_change(self) -> Decimal | None:
        """Return MDC95: as published, else from the SEM, else None."""
        if self.mdc95 is not None:
            return self.mdc95
        return None if self.sem is None else self.sem * MDC95_PER_SEM


class Derivation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a derived measure is computed in `progress`, so that criteria hold no arithmetic.

    Kinds: `side_difference` and `limb_symmetry` (involved against uninvolved) of measure `of`; `sum`, `max`,
    `count_at_least` of `of` over `window_days` (`at_least` is the value counted); `last_light` (grade of the newest
    session that has a light: 0 red, 1 amber, 2 green_amber, 3 green); `running_light` (sessions in a row at `light`
    or better); `running_light_or_worse` (sessions in a row at `light` or worse); `days_with_light` (days at `light`
    or worse in `window_days`, no further back than the entry into the current stage); `adherence` (share of planned
    sessions done in `window_days`); `days_in_stage`; `days_silent`; `days_since_session`; `flare` (CUSUM of `of` on
    the person's own baseline); `change_from_usual` (today's `of` minus the person's own median of the last
    `window_days`). A side difference is positive when the involved side is the worse one.
    """

    kind: str
    of: str = ""
    window_days: int = 0
    at_least: Decimal | None = None
    light: str = ""
    across_stages: bool = False  # count days before the stage was entered too


class Measure(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that can be measured or asked; values are exact decimals on the grid of `resolution`.

    A flag has unit `flag` (0 no, 1 yes); an ordinal scale has unit `grade` and names its `levels` from 0 upward.
    """

    id: str
    label: str
    unit: str
    low: Decimal
    high: Decimal
    resolution: Decimal
    better: Better
    setting: Setting
    is_sided: bool = False
    domain: str  # symptoms, swelling, range, strength, balance, function, confidence, adherence, safety, gait, time
    fresh_days: int
    levels: tuple[str, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    n_practice_sessions: int = 0  # familiarisation: shown, not used as baseline
    question: str = ""  # as a patient is asked, for measures that are asked
    how: str = ""  # how a clinician takes it
    why: str = ""
    evidence: tuple[str, ...] = ()
    derive: Derivation | None = None  # only for setting "derived"
    norms: tuple[Norm, ...] = ()  # what is usual in healthy people: shown beside readings, never decided upon

    def instrument(self, instrument_id: str) -> Instrument | None:
        """Return the instrument of that id, or None when this measure does not know it."""
        return next((one for one in self.instruments if one.id == instrument_id), None)

    def on_grid(self, value: Decimal) -> Decimal:
        """Return `value` rounded to the measure's resolution (half to even)."""
        return on_grid(value, self.resolution)


def on_grid(value: Decimal, resolution: Decimal) -> Decimal:
    """Return `value` rounded to a multiple of `resolution` (half to even).

    Parameters
    ----------
    value : Decimal
        Any.
    resolution : Decimal
        Above 0.

    Returns
    -------
    Decimal
        Exact, with the decimals of the resolution.
    """
    return (value / resolution).quantize(_WHOLE) * resolution
