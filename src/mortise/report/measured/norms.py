"""Readings and curves against what is usual for an age and sex: words, a drawing, and "no norm" where there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from mortise.measure.results import Curve, MeasureResult, Reading
from mortise.report.chart._figure import Canvas, Key, Table, chart_figure
from mortise.report.chart._svg import circle, line, rect, text
from mortise.report.chart.inputs import Heading
from mortise.report.chart.lines import UsualBand
from mortise.report.measured.tables import Z_95
from mortise.report.words import number
from mortise.terms import Measure, Norm, Sex, Side, nearest_norms
from mortise.units import SYMBOLS, convert

NO_NORM = "no norm"
NO_FIGURES = "No norm: the content holds no figure of healthy people with a source for these readings."
# Curves on which a measure is read, so that the measure's norm can lie behind them.
_OF_CURVE = {"lunge_angle_trace_deg": "lunge_angle_deg"}
_WIDTH, _ROW, _LINE, _LEFT, _RIGHT, _TOP = 920.0, 38.0, 17.0, 300.0, 890.0, 8.0


class Person(Struct, frozen=True, kw_only=True):
    """Whom a recording is of, as far as a norm asks: age in whole years, None when not known, and sex."""

    age: int | None = None
    sex: Sex = Sex.UNSPECIFIED


class Shown(Struct, frozen=True, kw_only=True):
    """One measure with a norm: its readings by side (value and half of the 95 % interval), and the norms' edges."""

    label: str
    unit: str
    values: tuple[tuple[Side, float, float], ...]
    edges: tuple[tuple[float | None, float | None], ...]
    words: tuple[str, ...]


class Norms(Struct, frozen=True, kw_only=True):
    """All that is usual of one result: words by measure, rows to draw, bands behind curves by their name."""

    words: dict[str, str]
    shown: tuple[Shown, ...]
    bands: dict[str, UsualBand]


def norms_of(result: MeasureResult, measures: Mapping[str, Measure], person: Person) -> Norms:
    """Return what is usual for everything in a result.

    Parameters
    ----------
    result
        What a test returned.
    measures
        Of the content, by id.
    person
        Whose recording it is, as far as known.
    """
    return Norms(
        words=usual_of(result, measures, person),
        shown=shown_of(result, measures, person),
        bands=bands_of(result, measures, person),
    )


def norm_words(measure: Measure | None, person: Person, flags: Sequence[str] = ()) -> str:
    """Return what is usual for a person, with the source, or why nothing is said.

    Parameters
    ----------
    measure
        Of the content; None for a number that the content does not know.
    person
        Age and sex, as far as known.
    flags
        Of the reading: some norms do not hold with them.

    Returns
    -------
    str
        Figures, whose they are and the evidence rows; "no norm" without one; what is missing when age or sex is not
        known.
    """
    held = _held(measure, flags)
    if measure is None or not held:
        return NO_NORM
    found = nearest_norms(held, person.age, person.sex)
    if not found:
        return f"{NO_NORM} for this age and sex" if _is_known(person) else f"{NO_NORM} without age and sex"
    return "; ".join(_said(norm, measure) for norm in found)


def _said(norm: Norm, measure: Measure) -> str:
    return f"{_figure(norm, measure)}: {norm.words} ({', '.join(norm.evidence)})"


def _is_known(person: Person) -> bool:
    return person.age is not None and person.sex is not Sex.UNSPECIFIED


def _held(measure: Measure | None, flags: Sequence[str]) -> tuple[Norm, ...]:
    norms = () if measure is None else measure.norms
    return tuple(norm for norm in norms if not set(norm.not_with) & set(flags))


def _figure(norm: Norm, measure: Measure) -> str:
    low, high = (None if each is None else number(each, measure.resolution) for each in (norm.low, norm.high))
    if low is None or high is None:
        return f"{low} or more" if high is None else f"{high} or less"
    return low if low == high else f"{low} to {high}"


def usual_of(result: MeasureResult, measures: Mapping[str, Measure], person: Person) -> dict[str, str]:
    """Return what is usual for each measure of a result, in words, by its id."""
    flags: dict[str, list[str]] = {}
    for reading in result.readings:
        flags.setdefault(reading.measure, []).extend(reading.quality)
    return {name: norm_words(measures.get(name), person, said) for name, said in flags.items()}


def shown_of(result: MeasureResult, measures: Mapping[str, Measure], person: Person) -> tuple[Shown, ...]:
    """Return the measures of a result that have a norm for this person, ready to be drawn."""
    grouped: dict[str, list[Reading]] = {}
    for reading in result.readings:
        grouped.setdefault(reading.measure, []).append(reading)
    found = []
    for name, readings in grouped.items():
        measure = measures.get(name)
        flags = [flag for each in readings for flag in each.quality]
        norms = nearest_norms(_held(measure, flags), person.age, person.sex)
        known = [each for each in readings if math.isfinite(each.value) and math.isfinite(each.error)]
        if measure is None or not norms or not known:
            continue
        found.append(
            Shown(
                label=measure.label,
                unit=SYMBOLS.get(measure.unit, measure.unit),
                values=tuple(
                    (
                        each.side,
                        _in_unit(each.value, each, measure),
                        Z_95 * _in_unit(each.error, each, measure),
                    )
                    for each in known
                ),
                edges=tuple((_float(norm.low), _float(norm.high)) for norm in norms),
                words=tuple(_said(norm, measure) for norm in norms),
            )
        )
    return tuple(found)


def _in_unit(value: float, reading: Reading, measure: Measure) -> float:
    return float(convert(Decimal(str(value)), reading.unit, measure.unit))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def bands_of(result: MeasureResult, measures: Mapping[str, Measure], person: Person) -> dict[str, UsualBand]:
    """Return the band behind each curve on which a measure with a norm is read, by the curve's name."""
    found: dict[str, UsualBand] = {}
    for curve in result.curves:
        measure = measures.get(_OF_CURVE.get(curve.name, ""))
        norms = nearest_norms(_held(measure, ()), person.age, person.sex)
        edges = [edge for norm in norms for edge in (norm.low, norm.high) if edge is not None]
        if measure is not None and len(edges) > 1 and curve.x:
            found[curve.name] = UsualBand(
                x=_ends(result.curves, curve.name), low=(float(min(edges)),) * 2, high=(float(max(edges)),) * 2,
                words=f"usual at the deepest, {norm_words(measure, person)}",
            )  # fmt: skip
    return found


def _ends(curves: Sequence[Curve], name: str) -> tuple[float, float]:
    every = [at for curve in curves if curve.name == name for at in (curve.x[0], curve.x[-1])]
    return min(every), max(every)


def norm_canvas(shown: Sequence[Shown], treated: Side = Side.NONE) -> Canvas:
    """Return the readings as dots with their 95 % interval over the band that is usual, one row each."""
    parts, top = [], _TOP
    for each in shown:
        parts.append(_row(each, top, treated))
        top += _ROW + _LINE * len(each.words)
    return Canvas(_WIDTH, top + 6.0, "".join(parts), is_wide=True)


def _row(shown: Shown, top: float, treated: Side) -> str:
    known = [edge for pair in shown.edges for edge in pair if edge is not None]
    known += [end for _, value, half in shown.values for end in (value - half, value + half)]
    low, high = min(known), max(known)
    room = 0.08 * (high - low) or 0.5
    low, high = low - room, high + room

    def at(value: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (value - low) / (high - low)

    middle = top + 14.0
    unit = f", {shown.unit}" if shown.unit else ""
    drawn = text(8.0, middle + 4.0, f"{shown.label}{unit}", "c-text--b")
    for bottom, upper in shown.edges:
        first, last = at(low if bottom is None else bottom), at(high if upper is None else upper)
        drawn += rect(first, middle - 9.0, max(last - first, 2.0), 18.0, "c-norm")
        css = "c-axis" if bottom == upper else "c-norm-edge"
        drawn += "".join(
            line(at(edge), middle - 9.0, at(edge), middle + 9.0, css)
            for edge in (bottom, upper)
            if edge is not None
        )
    drawn += line(_LEFT, middle + 11.0, _RIGHT, middle + 11.0, "c-axis")
    for side, value, half in shown.values:
        is_own = side is treated if treated is not Side.NONE else side is not Side.RIGHT
        y = middle - 4.0 if is_own else middle + 4.0
        drawn += line(
            at(value - half), y, at(value + half), y, "c-own c-thin" if is_own else "c-other c-thin"
        )
        drawn += circle(at(value), y, 3.5, "c-st-own" if is_own else "c-st-other")
    return drawn + "".join(text(8.0, middle + 26.0 + _LINE * i, words) for i, words in enumerate(shown.words))


def norm_chart(shown: Sequence[Shown], treated: Side = Side.NONE) -> str:
    """Return the drawing as a figure with the numbers in a table; empty without a measure that has a norm."""
    if not shown:
        return ""
    rows = [
        [each.label, _side(side), f"{number(value, 0.01)} ± {number(half, 0.01)}", "; ".join(each.words)]
        for each in shown
        for side, value, half in each.values
    ]
    return chart_figure(
        Heading(
            title="Beside what is usual",
            about="dots with their 95 % interval over the band, each on a scale of its own",
            finding="; ".join(f"{each.label}: usual is {'; '.join(each.words)}" for each in shown),
            id_prefix="p-norms",
        ),
        norm_canvas(shown, treated),
        keys=(
            Key(
                '<path class="c-norm" d="M0 1h28v12H0z"/>',
                "usual in healthy people; a line is a mean or median",
            ),
        ),
        tables=(
            Table(caption="Beside what is usual", columns=("measure", "side", "value", "usual"), rows=rows),
        ),
    )


def _side(side: Side) -> str:
    return "" if side is Side.NONE else side.value
