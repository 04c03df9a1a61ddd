"""The criteria language: a comparison of one measure with one bound, and groups of them. There is no negation."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from mortise.terms import Limb, Sex, Strength


class Operator(StrEnum):
    """How a value is compared with its bound. `KNOWN` asks only that a fresh value exists."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUALS = "=="
    KNOWN = "known"


class Reduction(StrEnum):
    """How several readings become the one value that is compared.

    `LAST` newest; `MEDIAN`, `MAX`, `MIN` over the last `window` days, which must hold at least `n_least` dates;
    `FILTERED` the estimated level with its known error (met when P(level on the right side of the bound) >= 0.8, or
    when the two newest raw readings agree); `CHANGE_FROM_BASELINE` newest minus baseline, in the measure's direction; a
    loss counts from the best level held in two readings in a row.
    """

    LAST = "last"
    MEDIAN = "median"
    MAX = "max"
    MIN = "min"
    FILTERED = "filtered"
    CHANGE_FROM_BASELINE = "change_from_baseline"


class Criterion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="criterion"):
    """One comparison of one measure with one bound.

    The bound is `value` in `unit`, or the row of `band` that fits the person's age and sex. It is met, not met, or
    unknown with a cause; unknown never advances. With `n_dates` 2 it must be met on two dates at least `apart_days`
    apart, one of them at a visit when `needs_visit`; met only once is unknown with cause `unconfirmed`.
    """

    id: str
    measure: str
    limb: Limb = Limb.NONE
    reduce: Reduction = Reduction.LAST
    window_days: int | None = None
    n_least: int = 1
    operator: Operator
    value: Decimal | None = None
    band: str | None = None
    unit: str = ""
    max_age_days: int
    n_dates: int = 1
    apart_days: int = 5
    needs_visit: bool = False
    if_unknown: str = "hold_and_ask"  # the only other choice is "escalate"; never "pass"
    domain: str
    label: str  # for a physiotherapist: "Knee to wall, side difference"
    label_patient: str
    evidence: tuple[str, ...] = ()
    strength: Strength
    allowed: tuple[Decimal, Decimal] | None = None  # what a clinic may set on the record


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="group"):
    """At least `n_needed` of the nodes in `of` must be met: all of them, any one, or k of n."""

    id: str
    n_needed: int
    of: tuple[Criterion | Group, ...]
    label: str = ""
    label_patient: str = ""


Node = Criterion | Group


def criteria_in(node: Node) -> Iterator[Criterion]:
    """Yield every criterion under `node`, left to right."""
    if isinstance(node, Criterion):
        yield node
        return
    for child in node.of:
        yield from criteria_in(child)


class BandRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bound for one sex and one half-open range of ages `[from_age, to_age)`."""

    sex: Sex
    from_age: int
    to_age: int
    value: Decimal
    high: Decimal | None = None  # upper end of the usual band, for charts only


class Band(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bound that depends on age and sex, such as the floor of the usual band."""

    id: str
    measure: str
    unit: str
    rows: tuple[BandRow, ...]
    evidence: tuple[str, ...]
    strength: Strength

    def bound(self, age: int | None, sex: Sex) -> Decimal | None:
        """Return the bound for a person, or None when no row fits (age or sex not known)."""
        row = self.row(age, sex)
        return None if row is None else row.value

    def row(self, age: int | None, sex: Sex) -> BandRow | None:
        """Return the row for a person, or None when no row fits."""
        if age is None:
            return None
        return next((r for r in self.rows if r.sex is sex and r.from_age <= age < r.to_age), None)
