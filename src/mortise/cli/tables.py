"""What commands print for people: the words for the engine's values, and tables on a terminal or as plain text."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, TextIO

from mortise.protocol import Light
from mortise.record import Finding, PlannedExercise
from mortise.report.doses import full_dose
from mortise.report.words import NOT_KNOWN, n_decimals, number, quantity, with_unit
from mortise.terms import Advice, Cause, Limb, Load, Measure, Side, Strength, Truth, side_of

# The same words as on every screen; a test compares them with those of the web.
ADVICE_WORDS: Mapping[Advice, str] = {
    Advice.ADVANCE: "Advance",
    Advice.HOLD: "Hold",
    Advice.STEP_BACK: "Step back",
    Advice.ASK_CLINICIAN: "Ask",
    Advice.STOP_AND_SEEK_HELP: "Stopped",
}
LOAD_WORDS: Mapping[Load, str] = {
    Load.RAISE: "Raise", Load.KEEP: "Keep", Load.EASE: "Ease", Load.REST: "Rest",
}  # fmt: skip
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
NEEDS_WORDS: Mapping[str, str] = {
    "measure": "measure it",
    "again": "measure it once more",
    "improve": "has to improve",
    "wait": "takes time",
    "answer": "answer it",
}
Z_95 = Decimal("1.96")  # the error is shown as the half width of a 95 % interval
ERROR_NOTE = "± is half of a 95 % interval from the known error of the instrument."
_OPERATORS = {">=": "≥ ", "<=": "≤ ", "==": "exactly "}
_PLAIN_WIDTH = 110


# ---------------------------------------------------------------- words


def verdict_words(truth: Truth, cause: Cause | None) -> str:
    """Return the word for a verdict; an unknown one says its cause."""
    if truth is Truth.MET:
        return "in place"
    if truth is Truth.NOT_MET:
        return "not yet"
    if cause is Cause.STALE:
        return "too old"
    return "not known" if cause is None else f"not known: {CAUSE_WORDS[cause]}"


def _level_words(measure: Measure | None, value: Decimal) -> str:
    if measure is None:
        return ""
    if measure.unit == "flag":
        return "yes" if value else "no"
    index = int(value)
    if measure.unit == "grade" and value == index and 0 <= index < len(measure.levels):
        return measure.levels[index]
    return ""


def value_words(measure: Measure | None, value: Decimal | None, error: Decimal | None, unit: str) -> str:
    """Write a value with its 95 % error and unit, or the word of its grade; `error` is a standard error."""
    if value is None:
        return NOT_KNOWN
    resolution = Decimal("0.1") if measure is None else measure.resolution
    said = _level_words(measure, value)
    if said or not error:
        return said or with_unit(number(value, resolution), unit)
    half = error * Z_95
    return quantity(value, half, unit, resolution / 10 if half < resolution / 2 else resolution)


def bound_words(measure: Measure | None, operator: str, bound: Decimal | None, unit: str) -> str:
    """Write what is asked of a value: "≥ 5 cm", "known"."""
    if operator == "known":
        return "known"
    if bound is None:
        return "limit not known for this age and sex"
    said = _level_words(measure, bound)
    resolution = Decimal(1).scaleb(-n_decimals(bound)) if bound else Decimal(1)
    return _OPERATORS.get(operator, "") + (said or with_unit(number(bound, resolution), unit))


def gap_words(measure: Measure | None, gap: Decimal, unit: str) -> str:
    """Write how far a value is from its limit."""
    if measure is not None and measure.unit in ("grade", "flag"):
        return number(abs(gap), 1) + (" level" if abs(gap) == 1 else " levels")
    resolution = Decimal("0.1") if measure is None else measure.resolution
    return with_unit(number(abs(gap), resolution), unit)


def finding_value(finding: Finding, measures: Mapping[str, Measure]) -> str:
    """Write the value a criterion compared."""
    return value_words(measures.get(finding.measure), finding.value, finding.error, finding.unit)


def finding_bound(finding: Finding, measures: Mapping[str, Measure]) -> str:
    """Write the limit a criterion compared with."""
    return bound_words(measures.get(finding.measure), finding.operator, finding.bound, finding.unit)


def age_words(age_days: int | None) -> str:
    """Write how old the newest reading used is."""
    if age_days is None:
        return ""
    return "today" if age_days == 0 else f"{age_days} d old"


def side_words(limb: Limb, involved: Side) -> str:
    """Name a limb by its side: "left, treated"; nothing where a measure has no side."""
    if limb is Limb.NONE:
        return ""
    side = side_of(limb, involved).value
    return f"{side}, treated" if limb is Limb.INVOLVED else side


def author_words(author: str) -> str:
    """Say whose hand a constraint is: the house's, the protocol's, the day's, or a clinician's by id."""
    known = {"protocol": "the protocol", "population": "a cap in code", "today": "the day"}
    return known.get(author, f"clinician {author}" if author else "not signed")


def planned_words(item: PlannedExercise) -> str:
    """Write the dose of a planned exercise, with its sides."""
    return full_dose(item.dose, with_rest=True) + (", each side" if item.n_sides == 2 else "")


def minutes_words(seconds: Decimal) -> str:
    """Write a duration in whole minutes, never less than one where there is something to do."""
    if seconds <= 0:
        return "0 min"
    return f"{max(1, int((seconds / 60).to_integral_value()))} min"


# ---------------------------------------------------------------- blocks


class Heading(NamedTuple):
    """A line that names what follows."""

    text: str


class Lines(NamedTuple):
    """Sentences, each on a line of its own; with a mark when they are a list."""

    lines: Sequence[str]
    mark: str = ""


class Table(NamedTuple):
    """Rows under named columns. Nothing is printed of a table without rows."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Heading | Lines | Table


def show(blocks: Iterable[Block], out: TextIO | None = None) -> None:
    """Print blocks: with `rich` on a terminal, as plain text that never changes its width elsewhere."""
    stream = out or sys.stdout
    if stream.isatty():
        _show_rich(blocks, stream)
        return
    text = "\n".join(line.rstrip() for block in blocks for line in _plain_lines(block))
    stream.write(text.strip("\n") + "\n")


def _plain_lines(block: Block) -> list[str]:
    if isinstance(block, Heading):
        return ["", block.text, "-" * len(block.text)]
    if isinstance(block, Lines):
        return [part for line in block.lines for part in _wrapped(line, block.mark)]
    return _plain_table(block)


def _wrapped(line: str, mark: str) -> list[str]:
    first = f"{mark} " if mark else ""
    return textwrap.wrap(
        line, _PLAIN_WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False,
        break_on_hyphens=False,
    ) or [""]  # fmt: skip


def _plain_table(table: Table) -> list[str]:
    if not table.rows:
        return []
    grid = [table.columns, *table.rows]
    widths = [max(len(row[k]) for row in grid) for k in range(len(table.columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in grid]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _show_rich(blocks: Iterable[Block], stream: TextIO) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as RichTable

    console = Console(file=stream, highlight=False)
    for block in blocks:
        if isinstance(block, Heading):
            console.print(f"\n[bold]{escape(block.text)}[/bold]")
        elif isinstance(block, Lines):
            for line in block.lines:
                console.print(escape(f"{block.mark} {line}" if block.mark else line))
        elif block.rows:
            drawn = RichTable(*(escape(name) for name in block.columns))
            for row in block.rows:
                drawn.add_row(*(escape(cell) for cell in row))
            console.print(drawn)
