"""Obligations 2, 3, 5, 13 and 16: units and grid, double entry with the evidence, direction, hysteresis, change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from mortise import units
from mortise.catalog._check_care import care_statements
from mortise.catalog._decode import Faults
from mortise.catalog._places import Book, Place, is_on_grid, places_of
from mortise.errors import ContentError
from mortise.protocol import Band, BandRow, Criterion, Operator, Protocol, Reduction
from mortise.terms import Advice, Better, EvidenceRow, Measure, Setting, Strength

_NUMBER = re.compile(r"(?<![\d.])-?\d+(?:\.\d+)?")
# Units as the evidence table writes them -> ours. A row in another unit is compared by its number alone.
_UNITS_OF_TABLE = {
    "cm": "cm", "mm": "mm", "m": "m", "deg": "deg", "s": "s", "min": "min", "m/s": "m_s", "%": "pct", "reps": "count",
    "points": "points", "NPRS": "nrs", "reps (below = flag)": "count", "errors": "count", "days": "days",
}  # fmt: skip
_LINES = frozenset({"cutoff", "mdc"})  # kinds of rows whose figure decides, in the source as it does here


def figures_fit(book: Book, faults: Faults) -> int:
    """Check that every figure has the measure's dimension, lies in its range and on its grid."""
    n_seen = 0
    for protocol in book.protocols.values():
        for place in places_of(protocol):
            measure = book.measures.get(place.criterion.measure)
            if measure is not None:
                n_seen += _figure_fits(place.where, place.criterion, measure, faults)
        for band in protocol.bands:
            n_seen += _band_fits(protocol, band, book, faults)
    return n_seen


def _figure_fits(where: str, one: Criterion, measure: Measure, faults: Faults) -> int:
    if one.operator is Operator.KNOWN:
        if one.value is not None or one.band is not None:
            faults.add(where, "asks only that a value is known, yet has a bound.", "Take the bound out.")
        return 1
    if (one.value is None) == (one.band is None):
        faults.add(where, "needs exactly one of value and band.", "Keep one of them.")
        return 1
    if one.reduce in (Reduction.MEDIAN, Reduction.MAX, Reduction.MIN) and not one.window_days:
        faults.add(where, f"{one.reduce.value} needs window_days.", "Say over how many days.")
    if one.value is not None:
        _value_fits(where, one.value, one, measure, faults)
    elif one.unit not in units.UNIT_NAMES or units.dimension(one.unit) != units.dimension(measure.unit):
        faults.add(
            where, f"{one.unit} does not fit {measure.id}.", f"Give the unit of the band, {measure.unit}."
        )
    if one.allowed is not None:
        _allowed_fits(where, one, measure, faults)
    return 1


def _value_fits(where: str, value: Decimal, one: Criterion, measure: Measure, faults: Faults) -> None:
    try:
        is_same = one.unit == measure.unit and one.unit in units.UNIT_NAMES
        exact = value if is_same else units.convert(value, one.unit, measure.unit)
    except ContentError as error:
        faults.add(where, error.message, f"Give the bound in {measure.unit}.")
        return
    low, high = _range_of(one, measure)
    if not low <= exact <= high:
        faults.add(where, f"{value} {one.unit} lies outside {low} to {high} {measure.unit}.", "Correct it.")
    if not is_on_grid(exact, measure):
        faults.add(where, f"{value} {one.unit} is not on the grid of {measure.resolution} {measure.unit}.",
                   "No reading could lie exactly on this bound.")  # fmt: skip


def _range_of(one: Criterion, measure: Measure) -> tuple[Decimal, Decimal]:
    if one.reduce is Reduction.CHANGE_FROM_BASELINE:
        return measure.low - measure.high, measure.high - measure.low
    return measure.low, measure.high


def _allowed_fits(where: str, one: Criterion, measure: Measure, faults: Faults) -> None:
    assert one.allowed is not None
    low, high = one.allowed
    if one.value is None or not low <= one.value <= high:
        faults.add(where, f"allowed is {low} to {high}, which does not hold {one.value}.", "Widen it.")
    for bound in (low, high):
        _value_fits(f"{where}, allowed", bound, one, measure, faults)


def _band_fits(protocol: Protocol, band: Band, book: Book, faults: Faults) -> int:
    measure = book.measures.get(band.measure)
    where = f"{protocol.id}, band {band.id}"
    if measure is None:
        return 0
    taken: list[BandRow] = []
    is_of_kind = units.dimension(band.unit) == units.dimension(measure.unit) if band.rows else True
    for row in band.rows:
        if not is_of_kind or not is_on_grid(row.value, measure):
            faults.add(where, f"{row.value} {band.unit} is not a value of {measure.id}.", "Correct the row.")
        is_empty = row.from_age >= row.to_age
        if is_empty or any(
            one.sex is row.sex and one.from_age < row.to_age and row.from_age < one.to_age for one in taken
        ):
            faults.add(where, f"rows of {row.sex.value} overlap or are empty at {row.from_age}.",
                       "Every age has one row at most.")  # fmt: skip
        if not is_empty:
            taken.append(row)
    return len(band.rows)


def figures_have_evidence(book: Book, faults: Faults) -> int:
    """Check that every figure names evidence, and that it is the same figure where it claims to be published."""
    n_seen = 0
    for protocol in book.protocols.values():
        for place in places_of(protocol):
            n_seen += 1
            one = place.criterion
            numbers: tuple[Decimal, ...] = () if one.value is None else (one.value,)
            measure = book.measures.get(one.measure)
            step = measure.resolution if measure is not None else Decimal(0)
            _double_entry(place.where, one.evidence, one.strength, numbers, one.unit, step, book, faults)
            _is_a_published_line(place.where, one.evidence, one.strength, book, faults)
        for where, evidence, strength in _statements(protocol):
            n_seen += 1
            _double_entry(where, evidence, strength, (), "", Decimal(0), book, faults)
        for band in protocol.bands:
            n_seen += len(band.rows)
            numbers = tuple(row.value for row in band.rows)
            where = f"{protocol.id}, band {band.id}"
            _double_entry(where, band.evidence, band.strength, numbers, band.unit, Decimal(0), book, faults)
    for exercise in book.exercises.values():
        n_seen += 1
        where = f"exercise {exercise.id}"
        _double_entry(where, exercise.evidence, exercise.strength, (), "", Decimal(0), book, faults)
    return n_seen + _instruments_have_evidence(book, faults) + _norms_have_evidence(book, faults)


def _statements(protocol: Protocol) -> Iterator[tuple[str, tuple[str, ...], Strength]]:
    for rule in protocol.rules:
        yield f"{protocol.id}, rule {rule.id}", rule.evidence, rule.strength
    for light in protocol.lights:
        yield f"{protocol.id}, light {light.light}", light.evidence, light.strength
    for layoff in protocol.layoffs:
        yield f"{protocol.id}, layoff up to {layoff.up_to_days} days", layoff.evidence, layoff.strength
    for way_out in protocol.escalations:
        yield f"{protocol.id}, escalation {way_out.id}", way_out.evidence, way_out.strength
    yield from care_statements(protocol)


def double_entry(where: str, keys: tuple[str, ...], strength: Strength, book: Book, faults: Faults) -> None:
    """Check that words without a figure name a source of the strength they claim."""
    _double_entry(where, keys, strength, (), "", Decimal(0), book, faults)


def _double_entry(
    where: str,
    keys: tuple[str, ...],
    strength: Strength,
    numbers: Iterable[Decimal],
    unit: str,
    step: Decimal,
    book: Book,
    faults: Faults,
) -> None:
    if not keys:
        faults.add(where, "no evidence key.", "Name the row of content/evidence it rests on.")
        return
    if strength is Strength.CONSENSUS:
        return
    rows = [book.evidence[key] for key in keys if key in book.evidence]
    if not rows:
        return
    if not any(row.strength is strength for row in rows):
        faults.add(where, f"says {strength.value}, but no row it names is.",
                   f"The rows are {', '.join(sorted({row.strength.value for row in rows}))}.")  # fmt: skip
        return
    for number in numbers:
        if not any(_holds(row, number, unit, step) for row in rows if row.strength is strength):
            faults.add(where, f"{number} {unit} is not the figure of {', '.join(keys)}.",
                       "Correct the figure or the row, or say consensus.")  # fmt: skip


def _is_a_published_line(
    where: str, keys: tuple[str, ...], strength: Strength, book: Book, faults: Faults
) -> None:
    """A published figure is no published line: only a cut-off or an error decides in the source as it does here."""
    if strength is Strength.CONSENSUS:
        return
    rows = [book.evidence[key] for key in keys if key in book.evidence]
    if not rows:
        return
    ours = [row.id for row in rows if row.strength is Strength.CONSENSUS]
    if ours:
        faults.add(where, f"says {strength.value}, yet rests on {', '.join(ours)}, our own synthesis.",
                   "Say consensus.")  # fmt: skip
    elif not any(row.kind in _LINES for row in rows):
        faults.add(where, f"says {strength.value}, but {', '.join(keys)} give no cut-off and no error.",
                   "A norm or a rule of another field makes a line of our own: say consensus.")  # fmt: skip


def figure_stands_in(rows: Iterable[EvidenceRow], number: Decimal, unit: str) -> bool:
    """Whether one of the rows carries this very figure."""
    return any(_holds(row, number, unit, Decimal(0)) for row in rows)


def _holds(row: EvidenceRow, number: Decimal, unit: str, step: Decimal) -> bool:
    """Whether the row carries this figure, or the nearest value on the passing side of a strict bound."""
    figures = _figures_as(row.figure, row.unit, unit)
    if figures is None:
        figures = _converted({one for one in (row.low, row.high) if one is not None}, row.unit, unit)
    size = abs(number)
    if size in figures:
        return True
    return bool(step) and row.kind == "cutoff" and any(abs(one - size) <= step for one in figures)


@lru_cache(maxsize=2048)
def _figures_as(text: str, of_table: str, unit: str) -> frozenset[Decimal] | None:
    """Return the sizes of the figures a row writes, in `unit`; None when it writes none."""
    written = _numbers_in(text)
    return _converted(written, of_table, unit) if written else None


def _converted(figures: Iterable[Decimal], of_table: str, unit: str) -> frozenset[Decimal]:
    """Return the sizes in `unit`, where the table's unit is known, leaving out what has no exact value in it."""
    theirs = _UNITS_OF_TABLE.get(of_table)
    found: set[Decimal] = set()
    for figure in figures:
        try:
            found.add(abs(units.convert(figure, theirs, unit) if theirs is not None and unit else figure))
        except ContentError:
            continue
    return frozenset(found)


@lru_cache(maxsize=2048)
def _numbers_in(text: str) -> frozenset[Decimal]:
    return frozenset(_numbers(text))


def _numbers(text: str) -> Iterator[Decimal]:
    for found in _NUMBER.findall(text.replace("-", " ")):
        try:
            yield Decimal(found)
        except InvalidOperation:
            continue


def _instruments_have_evidence(book: Book, faults: Faults) -> int:
    n_seen = 0
    for measure in book.measures.values():
        for instrument in measure.instruments:
            if instrument.sem is None and instrument.mdc95 is None:
                continue
            n_seen += 1
            where = f"measure {measure.id}, instrument {instrument.id}"
            if not instrument.evidence:
                faults.add(where, "an error without an evidence key.", "Name the row it is from.")
            elif instrument.mdc95 is not None and measure.setting is not Setting.DERIVED:
                rows = [book.evidence[key] for key in instrument.evidence if key in book.evidence]
                if not any(_holds(row, instrument.mdc95, measure.unit, Decimal(0)) for row in rows):
                    faults.add(
                        where, f"MDC95 {instrument.mdc95} is in no row it names.", "Correct one of them."
                    )
    return n_seen


def _norms_have_evidence(book: Book, faults: Faults) -> int:
    n_seen = 0
    for measure in book.measures.values():
        for norm in measure.norms:
            n_seen += 1
            where = f"measure {measure.id}, norm {norm.words!r}"
            bounds = [each for each in (norm.low, norm.high) if each is not None]
            if not bounds or not norm.evidence or bounds != sorted(bounds):
                faults.add(where, "a norm needs evidence and a low below its high.", "Correct it.")
            rows = [book.evidence[key] for key in norm.evidence if key in book.evidence]
            for bound in bounds:
                # a mean with its spread stands in the row as both ends of the band
                holding = (
                    bound in (row.low, row.high) or _holds(row, bound, measure.unit, Decimal(0))
                    for row in rows
                )
                if rows and not any(holding):
                    faults.add(where, f"{bound} is in no row it names.", "Correct one of them.")
    return n_seen


def directions_point_right(book: Book, faults: Faults) -> int:
    """Check that every criterion points the way its measure improves, or the way it worsens where it warns."""
    n_seen = 0
    for protocol in book.protocols.values():
        for place in places_of(protocol):
            measure = book.measures.get(place.criterion.measure)
            if measure is None or place.criterion.operator is Operator.KNOWN:
                continue
            n_seen += 1
            wrong = _wrong_direction(place, measure)
            if wrong:
                faults.add(place.where, wrong, "Turn the operator, or read another measure.")
    return n_seen


def _wrong_direction(place: Place, measure: Measure) -> str:
    one = place.criterion
    if measure.better is Better.NEITHER:
        return f"{measure.id} has no better direction and cannot be compared."
    is_up = measure.better is Better.UP or one.reduce is Reduction.CHANGE_FROM_BASELINE
    wanted = Operator.AT_LEAST if is_up == place.wants_good else Operator.AT_MOST
    if one.operator is wanted:
        return ""
    aim = "that things are well" if place.wants_good else "a warning"
    return f"{one.operator.value} on {measure.id} (better {measure.better.value}) does not say {aim}."


def changes_exceed_error(book: Book, faults: Faults) -> int:
    """Check that no gate or advice rests on a change the instrument cannot tell from noise."""
    n_seen = 0
    for protocol in book.protocols.values():
        advised = {rule.id for rule in protocol.rules if rule.advice is not None}
        for place in places_of(protocol):
            one, measure = place.criterion, book.measures.get(place.criterion.measure)
            is_change = one.reduce is Reduction.CHANGE_FROM_BASELINE or (
                measure is not None
                and measure.derive is not None
                and measure.derive.kind == "change_from_usual"
            )
            if measure is None or not is_change or one.value is None:
                continue
            if place.kind == "light" or (place.kind == "rule" and place.owner not in advised):
                continue  # single-day rules only withhold today’s load; a false alarm costs one lighter day
            n_seen += 1
            errors = [each.smallest_real_change for each in measure.instruments]
            known = [error for error in errors if error is not None]
            if not known:
                faults.add(place.where, f"{measure.id} has no known MDC.", "Gate on its level instead.")
            elif abs(one.value) < min(known):
                faults.add(place.where, f"a change of {one.value} is below the MDC of {min(known)}.",
                           "Raise it to the MDC at least.")  # fmt: skip
    return n_seen


def gates_do_not_loosen(book: Book, faults: Faults) -> int:
    """Check that a later gate is never laxer on the same measure, and that stepping back is an MDC away from a gate."""
    n_seen = 0
    for protocol in book.protocols.values():
        strictest: dict[tuple[str, str, str], tuple[Decimal, str]] = {}
        for place in places_of(protocol):
            one = place.criterion
            if place.kind != "exit" or one.value is None or one.measure == "days_in_stage":
                continue
            n_seen += 1
            key = (one.measure, one.limb.value, one.reduce.value)
            earlier = strictest.get(key)
            sign = 1 if one.operator is Operator.AT_LEAST else -1
            if earlier is not None and earlier[1] != place.owner and sign * one.value < sign * earlier[0]:
                faults.add(place.where, f"{one.value} is laxer than {earlier[0]} at the exit of {earlier[1]}.",
                           "A later gate is at least as strict.")  # fmt: skip
            strictest[key] = (one.value, place.owner)
        n_seen += _hysteresis(protocol, book, faults)
    return n_seen


def _hysteresis(protocol: Protocol, book: Book, faults: Faults) -> int:
    back = {rule.id for rule in protocol.rules if rule.advice is Advice.STEP_BACK}
    gates = [
        place for place in places_of(protocol) if place.kind == "exit" and place.criterion.value is not None
    ]
    n_seen = 0
    for place in places_of(protocol):
        if place.kind != "rule" or place.owner not in back or place.criterion.value is None:
            continue
        measure = book.measures.get(place.criterion.measure)
        for gate in gates:
            if measure is None or gate.criterion.measure != measure.id:
                continue
            n_seen += 1
            apart = abs((gate.criterion.value or Decimal(0)) - place.criterion.value)
            errors = [one.smallest_real_change for one in measure.instruments]
            room = max((one for one in errors if one is not None), default=None)
            if room is None or apart < room:
                faults.add(place.where, f"{apart} from the gate of {gate.owner}: less than the error of {measure.id}.",
                           "Gate and step back are at least an MDC apart.")  # fmt: skip
    return n_seen
