"""The engine's values as a physiotherapist reads them: one word, one shape, one order on every screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from mortise.protocol import Light
from mortise.record import Finding
from mortise.report.words import NOT_KNOWN, n_decimals, number, quantity, with_unit
from mortise.terms import (
    Advice,
    Cause,
    EvidenceRow,
    EvidenceStatus,
    Limb,
    Load,
    Measure,
    Side,
    Strength,
    Truth,
    side_of,
)
from mortise.web.ui.templatetags.look import PEGS, SAYS

# Half width of a 95 % interval from a standard error; said beside every table that shows it.
Z_95 = Decimal("1.96")


class Says(Struct, frozen=True):
    """Advice as shape and word: the class of the line, the symbol of the sprite, the word."""

    css: str
    symbol: str
    word: str


class Peg(Struct, frozen=True):
    """One criterion's state as a peg: the symbol of the sprite, the class of a chip, the word."""

    symbol: str
    css: str
    word: str


class Source(Struct, frozen=True, kw_only=True):
    """One evidence row as it is read beside a figure."""

    key: str
    fact: str
    figure: str
    population: str
    citation: str
    doi: str
    strength: str


def says_of(what: str) -> Says:
    """Return shape and word of an advice, a load, or one of the other things Mortise says."""
    word, glyph, kind = SAYS[what]
    return Says(f"says--{kind}", f"g-{glyph}", word)


def _peg(state: str) -> Peg:
    word, name = PEGS[state]
    return Peg(f"p-{name}", f"is-{name}", word)


ADVICE_SAYS: Mapping[Advice, Says] = {advice: says_of(advice) for advice in Advice}
LOAD_SAYS: Mapping[Load, Says] = {load: says_of(load) for load in Load}
PEG_MET, PEG_UNMET, PEG_STALE, PEG_UNKNOWN = (_peg(state) for state in ("met", "unmet", "stale", "unknown"))
CAUSE_WORDS: Mapping[Cause, str] = {
    Cause.MISSING: "never taken",
    Cause.STALE: "too old",
    Cause.IMPLAUSIBLE: "the value cannot be true",
    Cause.FUTURE_DATED: "dated in the future",
    Cause.CONTRADICTORY: "two results of one day disagree",
    Cause.INSTRUMENT_CHANGED: "taken with another instrument since",
    Cause.WRONG_SIDE: "taken on the wrong side",
    Cause.WRONG_UNIT: "given in the wrong unit",
    Cause.CANNOT_SAY: "asked, could not say",
    Cause.UNCONFIRMED: "met once, to be confirmed",
    Cause.TOO_FEW: "too few readings",
}
STRENGTH_WORDS: Mapping[Strength, str] = {
    Strength.EXCERPT_SEEN: "evidence, excerpt seen",
    Strength.SOURCE_NOT_OPENED: "source not opened",
    Strength.CONSENSUS: "clinic default",
}
LIGHT_WORDS: Mapping[Light, str] = {
    Light.GREEN: "calm",
    Light.GREEN_AMBER: "calm, watch the morning",
    Light.AMBER: "watch",
    Light.RED: "too much",
}
NUMBER_WORDS = (
    "Nobody", "One person", "Two people", "Three people", "Four people", "Five people", "Six people", "Seven people",
    "Eight people", "Nine people", "Ten people", "Eleven people", "Twelve people",
)  # fmt: skip
_OPERATORS = {">=": "≥ ", "<=": "≤ ", "==": "exactly "}


def peg_of(truth: Truth, cause: Cause | None) -> Peg:
    """Return the peg of a verdict; a value that is only too old is hatched, not dotted."""
    if truth is Truth.MET:
        return PEG_MET
    if truth is Truth.NOT_MET:
        return PEG_UNMET
    return PEG_STALE if cause is Cause.STALE else PEG_UNKNOWN


def side_words(limb: Limb, involved: Side) -> str:
    """Name a limb by its side: "left, treated", "right"; nothing where a measure has no side."""
    if limb is Limb.NONE:
        return ""
    side = side_of(limb, involved).value
    return f"{side}, treated" if limb is Limb.INVOLVED else side


def level_words(measure: Measure | None, value: Decimal | None) -> str:
    """Return the word of a grade or flag, or nothing when the measure is a number."""
    if measure is None or value is None:
        return ""
    if measure.unit == "flag":
        return "yes" if value else "no"
    index = int(value)
    if measure.unit == "grade" and 0 <= index < len(measure.levels) and value == index:
        return measure.levels[index]
    return ""


def resolution_of(measure: Measure | None) -> Decimal:
    """Return the grid a value is shown on; a measure nobody knows is shown to one decimal."""
    return measure.resolution if measure is not None else Decimal("0.1")


def value_words(measure: Measure | None, value: Decimal | None, error: Decimal | None, unit: str) -> str:
    """Write a value with its 95 % error and unit, or the word of its grade.

    `error` is a standard error in `unit`, None when nobody knows it.
    """
    if value is None:
        return NOT_KNOWN
    words = level_words(measure, value)
    if words:
        return words
    resolution = resolution_of(measure)
    unit = "" if unit == "nrs" else unit  # "2 ± 1/10" would read as a tenth; the limit beside it says "of 10"
    if error is None or error == 0:
        return with_unit(number(value, resolution), unit)
    half_width = error * Z_95
    return quantity(value, half_width, unit, _error_grid(resolution, half_width))


def _error_grid(resolution: Decimal, half_width: Decimal) -> Decimal:
    """Return the finer grid where an error would else round to nothing."""
    return resolution / 10 if half_width < resolution / 2 else resolution


def bound_words(measure: Measure | None, operator: str, bound: Decimal | None, unit: str) -> str:
    """Write what is asked of a value: "≥ 22", "≤ 2/10", "known"."""
    if operator == "known":
        return "known"
    if bound is None:
        return "limit not known for this age and sex"
    words = level_words(measure, bound)
    if words:
        return f"{_at(operator)}{words}"
    resolution = min(resolution_of(measure), Decimal(1).scaleb(-n_decimals(bound)) if bound else Decimal(1))
    if unit == "nrs":
        return f"{_at(operator)}{number(bound, resolution)} of 10"
    return f"{_at(operator)}{with_unit(number(bound, resolution), unit)}"


def _at(operator: str) -> str:
    return _OPERATORS.get(operator, "")


def finding_value(finding: Finding, measures: Mapping[str, Measure]) -> str:
    """Write the value one criterion compared, with its error and unit."""
    measure = measures.get(finding.measure)
    return value_words(measure, finding.value, finding.error, finding.unit)


def finding_bound(finding: Finding, measures: Mapping[str, Measure]) -> str:
    """Write the limit one criterion compared with."""
    return bound_words(measures.get(finding.measure), finding.operator, finding.bound, finding.unit)


def age_words(age_days: int | None) -> str:
    """Write how old the newest reading used is."""
    if age_days is None:
        return ""
    return "today" if age_days == 0 else f"{age_days} d old"


def cause_words(cause: Cause | None) -> str:
    """Return why a criterion is not known, in words."""
    return "" if cause is None else CAUSE_WORDS[cause]


def sources_of(keys: Iterable[str], evidence: Mapping[str, EvidenceRow]) -> tuple[Source, ...]:
    """Return the evidence rows of `keys` in order, each once; a key without a row is left out."""
    rows = (evidence.get(key) for key in dict.fromkeys(keys))
    return tuple(_source(row) for row in rows if row is not None)


def _source(row: EvidenceRow) -> Source:
    seen = "seen in an excerpt" if row.status is EvidenceStatus.VERIFIED else "from memory, not opened"
    return Source(
        key=row.id,
        fact=row.fact,
        figure=" ".join(part for part in (row.figure, row.unit) if part and part != "-"),
        population=row.population,
        citation=row.citation,
        doi=row.doi or "",
        strength="clinic default, our own synthesis" if row.strength is Strength.CONSENSUS else seen,
    )


def n_people(n: int) -> str:
    """Write a count of people as a sentence begins: "Three people"."""
    return NUMBER_WORDS[n] if n < len(NUMBER_WORDS) else f"{n} people"
