"""Criteria made ready for one person: bound and unit settled, direction known, words carried along.

Everything that does not change from day to day is settled here once, so that a day's decision is comparisons only.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from mortise.errors import ContentError
from mortise.protocol import Band, Criterion, Operator, Reduction
from mortise.record.tracks import key_of
from mortise.terms import Better, Limb, Measure, Setting, Sex, Strength
from mortise.units import convert

SYMMETRY = frozenset({"side_difference", "limb_symmetry"})


class Figures(Struct, frozen=True):
    """Bounds a clinician set for one patient, by criterion id, each within what is allowed or with a reason."""

    values: Mapping[str, Decimal]


class Person(Struct, frozen=True, kw_only=True):
    """What bounds depend on: age and sex for bands, both ankles for symmetry, what the clinic set for this patient."""

    age: int | None = None
    sex: Sex = Sex.UNSPECIFIED
    is_bilateral: bool = False
    figures: Figures | None = None


class Ready(Struct, frozen=True, kw_only=True):
    """One criterion, ready to be compared. `bound` None with an operator that compares is unknown."""

    id: str
    of: str
    group: str
    measure: str
    limb: Limb
    key: str
    other_key: str
    source_key: str  # what a derived measure is made from; its own key for any other
    source: str
    reduce: Reduction
    operator: Operator
    bound: Decimal | None
    unit: str
    max_age_days: int
    window_days: int
    n_least: int
    n_dates: int
    apart_days: int
    needs_visit: bool
    escalates: bool
    is_exit: bool
    is_time: bool
    better: Better
    domain: str
    evidence: tuple[str, ...]
    strength: Strength
    label: str
    label_patient: str
    is_asked: bool
    at_clinic: bool


def make_ready(
    criterion: Criterion,
    *,
    of: str,
    group: str,
    measures: Mapping[str, Measure],
    bands: tuple[Band, ...],
    person: Person,
) -> Ready:
    """Settle everything about `criterion` that does not depend on the day.

    Parameters
    ----------
    criterion : Criterion
        As the protocol holds it.
    of : str
        `exit`, `danger` or `rule`.
    group : str
        Id of the gate line or rule it stands in.
    measures : mapping of str to Measure
        Every measure the protocol reads, derived ones included.
    bands : tuple of Band
        The protocol's bands.
    person : Person
        Whose bounds these are.

    Returns
    -------
    Ready
        With the bound in the measure's own unit.

    Raises
    ------
    ContentError
        When the measure or the band is not known, the units do not fit, or the comparison needs a bound it lacks.

    Notes
    -----
    A symmetry criterion of a patient with both ankles affected is replaced by the band of the measure it compares:
    a difference between two stiff ankles says nothing. Without such a band it is unknown, and so is one that warns: a
    floor says that enough is there, never that something was lost.
    """
    measure = _measure(criterion.measure, measures, criterion.id)
    operator, limb, bound = criterion.operator, criterion.limb, _bound(criterion, measure, bands, person)
    strength = criterion.strength
    if person.is_bilateral and measure.derive is not None and measure.derive.kind in SYMMETRY:
        better = measure.better
        measure = _measure(measure.derive.of, measures, criterion.id)
        warns = criterion.operator is (Operator.AT_LEAST if better is Better.DOWN else Operator.AT_MOST)
        band = None if warns else next((one for one in bands if one.measure == measure.id), None)
        limb = Limb.INVOLVED
        operator = Operator.AT_MOST if measure.better is Better.DOWN else Operator.AT_LEAST
        bound = None if band is None else _from_band(band, measure, person)
        strength = criterion.strength if band is None else band.strength
    elif person.figures is not None and criterion.id in person.figures.values:
        bound, strength = person.figures.values[criterion.id], Strength.CONSENSUS
    if criterion.reduce is Reduction.FILTERED and operator is Operator.EQUALS:
        raise ContentError(
            "an estimated level never equals a bound.", where=criterion.id, mend="Use >= or <=."
        )
    if measure.is_sided and limb is Limb.NONE:
        limb = Limb.INVOLVED
    elif not measure.is_sided:
        limb = Limb.NONE
    other = {Limb.INVOLVED: Limb.UNINVOLVED, Limb.UNINVOLVED: Limb.INVOLVED}.get(limb)
    return Ready(
        id=criterion.id, of=of, group=group, measure=measure.id, limb=limb, key=key_of(measure.id, limb),
        other_key="" if other is None else key_of(measure.id, other),
        source_key=_source_key(measure, limb, measures),
        source=measure.id if measure.derive is None else measure.derive.of,
        reduce=criterion.reduce, operator=operator,
        bound=bound, unit=measure.unit, max_age_days=criterion.max_age_days,
        window_days=criterion.window_days or criterion.max_age_days, n_least=criterion.n_least,
        n_dates=criterion.n_dates, apart_days=criterion.apart_days, needs_visit=criterion.needs_visit,
        escalates=criterion.if_unknown == "escalate", is_exit=of == "exit",
        is_time=measure.derive is not None and measure.derive.kind not in SYMMETRY, better=measure.better,
        domain=criterion.domain, evidence=criterion.evidence, strength=strength, label=criterion.label,
        label_patient=criterion.label_patient, is_asked=bool(_asked(measure, measures).question),
        at_clinic=measure.setting is Setting.CLINIC,
    )  # fmt: skip


def _asked(measure: Measure, measures: Mapping[str, Measure]) -> Measure:
    return measure if measure.derive is None else measures.get(measure.derive.of, measure)


def _source_key(measure: Measure, limb: Limb, measures: Mapping[str, Measure]) -> str:
    if measure.derive is None:
        return key_of(measure.id, limb)
    source = measures.get(measure.derive.of)
    if source is None:
        return ""
    return key_of(source.id, Limb.INVOLVED if source.is_sided else Limb.NONE)


def _measure(measure_id: str, measures: Mapping[str, Measure], where: str) -> Measure:
    found = measures.get(measure_id)
    if found is None:
        raise ContentError(f"no measure is called {measure_id!r}.", where=where, mend="Correct the name.")
    return found


def _bound(criterion: Criterion, measure: Measure, bands: tuple[Band, ...], person: Person) -> Decimal | None:
    if criterion.operator is Operator.KNOWN:
        return None
    if criterion.band is not None:
        band = next((one for one in bands if one.id == criterion.band), None)
        if band is None:
            raise ContentError(f"no band is called {criterion.band!r}.", where=criterion.id)
        return _from_band(band, measure, person)
    if criterion.value is None:
        raise ContentError("a comparison needs a value or a band.", where=criterion.id)
    return convert(criterion.value, criterion.unit or measure.unit, measure.unit)


def _from_band(band: Band, measure: Measure, person: Person) -> Decimal | None:
    bound = band.bound(person.age, person.sex)
    return None if bound is None else convert(bound, band.unit or measure.unit, measure.unit)
