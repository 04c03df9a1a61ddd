"""Unit names, the suffixes that carry them in code, and exact conversions between them.

Numbers on the decision path are `Decimal`; conversion uses `Fraction`, so that 70 mm is exactly 7.0 cm. Angle
conversions involve pi and are therefore left to `measure`, which works in floats.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from mortise.errors import ContentError

# unit -> (dimension, size in the dimension's base unit)
_UNITS: dict[str, tuple[str, Fraction]] = {
    "m": ("length", Fraction(1)),
    "cm": ("length", Fraction(1, 100)),
    "mm": ("length", Fraction(1, 1000)),
    "deg": ("angle", Fraction(1)),
    "s": ("time", Fraction(1)),
    "ms": ("time", Fraction(1, 1000)),
    "min": ("time", Fraction(60)),
    "days": ("days", Fraction(1)),
    "m_s": ("speed", Fraction(1)),
    "spm": ("cadence", Fraction(1)),
    "mm_s": ("speed", Fraction(1, 1000)),
    "cm2": ("area", Fraction(1)),
    "hz": ("frequency", Fraction(1)),
    "j_kg": ("work_per_mass", Fraction(1)),
    "deg_s": ("angular_speed", Fraction(1)),
    "kg": ("mass", Fraction(1)),
    "n": ("force", Fraction(1)),
    "ratio": ("ratio", Fraction(1)),
    "pct": ("ratio", Fraction(1, 100)),
    "count": ("count", Fraction(1)),
    "nrs": ("nrs", Fraction(1)),  # numeric rating 0 to 10
    "points": ("points", Fraction(1)),
    "grade": ("grade", Fraction(1)),  # an ordinal scale whose levels the measure names
    "flag": ("flag", Fraction(1)),  # 0 no, 1 yes
}

_MOST_DIGITS = 50  # written out as a fraction, 1e999999999 would fill the memory

UNIT_NAMES: frozenset[str] = frozenset(_UNITS)

SYMBOLS: dict[str, str] = {
    "m": "m", "cm": "cm", "mm": "mm", "deg": "°", "s": "s", "ms": "ms", "min": "min", "days": "days",
    "m_s": "m/s", "spm": "steps/min", "mm_s": "mm/s", "cm2": "cm²", "hz": "Hz", "j_kg": "J/kg",
    "deg_s": "°/s", "kg": "kg", "n": "N", "ratio": "", "pct": "%",
    "count": "", "nrs": "/10", "points": "points", "grade": "", "flag": "",
}  # fmt: skip


def dimension(unit: str) -> str:
    """Return the dimension of `unit`; raise `ContentError` when the unit is unknown."""
    try:
        return _UNITS[unit][0]
    except KeyError:
        raise ContentError(
            f"unknown unit {unit!r}.", mend=f"Use one of {', '.join(sorted(_UNITS))}."
        ) from None


def convert(value: Decimal, unit: str, to: str) -> Decimal:
    """Convert `value` from `unit` to `to` exactly.

    Raises
    ------
    ContentError
        When a unit is unknown, the dimensions differ, or the result has no finite decimal form.

    Examples
    --------
    >>> convert(Decimal("70"), "mm", "cm")
    Decimal('7')
    """
    if dimension(unit) != dimension(to):
        raise ContentError(f"cannot convert {unit} to {to}: {dimension(unit)} is not {dimension(to)}.")
    if unit == to:
        return value
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        raise ContentError(f"{unit} cannot be converted to {to}: the number is beyond any measure.")
    exact = Fraction(value) * _UNITS[unit][1] / _UNITS[to][1]
    result = Decimal(exact.numerator) / Decimal(exact.denominator)
    if Fraction(result) != exact:
        raise ContentError(f"{value} {unit} has no exact value in {to}.", mend=f"Give it in {to}.")
    return result
