"""A text table of numbers, whatever its separator and however many header lines, read in bounded memory."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.readers._busiest import Busiest
from mortise.measure.readers._names import column_of
from mortise.measure.readers._source import Reader
from mortise.measure.recording import Floats

# Two hours at 100 Hz, within 500 MB of memory. Of a longer file, a day of wear, the busiest two hours are kept.
MAX_SAMPLES = 750_000
_MAX_HEADER_LINES = 200
_MAX_COLUMNS = 400
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_MISSING = frozenset({"", "nan", "na", "null", "none", "inf", "-inf", "+inf", "infinity", "-infinity"})


class Table(Struct, frozen=True, kw_only=True, eq=False):
    """Header lines split into cells, the data as one array with NaN for empty cells, and what was odd."""

    header: tuple[tuple[str, ...], ...]
    preamble: tuple[str, ...]
    data: Floats
    flags: tuple[str, ...]
    notes: tuple[str, ...] = ()


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.match(cell.strip()))


def _separator(line: str) -> str | None:
    """Return the separator of `line`: tab, semicolon, comma, or None for runs of blanks."""
    return next((mark for mark in ("\t", ";", ",") if mark in line), None)


def _cells(line: str, separator: str | None) -> list[str]:
    parts = line.split(separator) if separator else line.split()
    return [part.strip().strip('"') for part in parts]


def _is_data(line: str) -> bool:
    """Whether most cells that are filled are numbers and there are at least four of them."""
    n_numbers, n_cells = _n_numbers(line)
    return n_numbers >= 4 and n_numbers >= 0.8 * n_cells


def _n_numbers(line: str) -> tuple[int, int]:
    """Return how many of the filled cells are numbers, and how many are filled."""
    mark = _separator(line)
    cells = [cell.replace(",", ".") if mark == ";" else cell for cell in _cells(line, mark) if cell]
    return sum(_is_number(cell) or cell.lower() in _MISSING for cell in cells), len(cells)


def _is_narrow_data(line: str, following: str) -> bool:
    """Whether this line and the one after it are one to three numbers and nothing else."""
    n_numbers, n_cells = _n_numbers(line)
    return 1 <= n_cells <= 3 and n_numbers == n_cells and _n_numbers(following) == (n_numbers, n_cells)


def _split_header(reader: Reader) -> tuple[list[str], str, Iterator[str]]:
    """Return the header lines, the rest of the first block from the first data line on, and the later blocks."""
    blocks = reader.blocks()
    block = next(blocks)
    lines: list[str] = []
    start = 0
    while start < len(block) and len(lines) <= _MAX_HEADER_LINES:
        end = block.find("\n", start) + 1 or len(block)
        line = block[start:end].rstrip("\r\n")
        if _is_data(line) or _is_narrow_data(line, block[end : end + 1000].split("\n", 1)[0]):
            return lines, block[start:], blocks
        lines.append(line)
        start = end
    raise SignalError(
        "no line of numbers was found at the start of the file.",
        where=reader.name,
        mend="Export the recording as CSV or text with one sample per line.",
    )


def _parse_fast(block: str, separator: str | None, n_columns: int) -> Floats | None:
    """Return the block's numbers when every cell is one, else None; this is the way of nearly every file."""
    try:
        text = block.replace(",", ".") if separator == ";" else block
        text = text.replace(separator, " ") if separator and separator != "\t" else text
        values = np.fromstring(text, sep=" ")
    except ValueError:
        return None
    if values.size % n_columns or values.size // n_columns != block.count("\n"):
        return None
    return values.reshape(-1, n_columns)


def _number(cell: str, where: str) -> float:
    if cell.lower() in _MISSING:
        return math.nan
    try:
        return float(cell)
    except ValueError:
        raise SignalError(
            f"{cell[:40]!r} is not a number.", where=where, mend="Export the recording again."
        ) from None


def _parse_slow(
    block: str, separator: str | None, columns: tuple[str, ...], first: int, name: str, flags: set[str]
) -> Floats:
    """Return the block's numbers row by row; name sample and channel of the first cell that is none."""
    rows: list[list[float]] = []
    lines = block.splitlines()
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        cells = _cells(line, separator)
        if len(cells) < len(columns):
            if index == len(lines) - 1:
                flags.add("truncated")
                continue
            raise SignalError(
                f"{len(cells)} cells where {len(columns)} are expected.",
                where=f"{name}, sample {first + len(rows)}",
                mend="Export the recording again.",
            )
        if separator == ";":
            cells = [cell.replace(",", ".") for cell in cells]
        sample = first + len(rows)
        rows.append(
            [
                _number(cell, f"{name}, sample {sample}, channel {column or 'without a name'}")
                for cell, column in zip(cells, columns, strict=False)
            ]
        )
    return np.array(rows, dtype=float).reshape(-1, len(columns))


def _columns(lines: list[str], separator: str | None, n_columns: int) -> list[tuple[str, ...]]:
    """Return the header lines that have one cell per column, nearest to the data last."""
    rows = []
    for line in lines:
        cells = tuple(_cells(line, separator if separator and separator in line else _separator(line)))
        if len(cells) == n_columns - 1:
            cells = ("", *cells)
        if len(cells) >= n_columns and any(cells):
            rows.append(cells[:n_columns])
    return rows


def read_table(reader: Reader) -> Table:
    """Read the table behind `reader`.

    Parameters
    ----------
    reader
        The file, opened.

    Returns
    -------
    Table
        Header cells, preamble, data `(n_samples, n_columns)` and flags (`truncated`).

    Raises
    ------
    SignalError
        When no line of numbers is found, or a cell is no number (sample and channel named).
    """
    lines, start, blocks = _split_header(reader)
    first_line = start.split("\n", 1)[0].rstrip("\r")
    separator = _separator(first_line)
    n_columns = len(first_line.split(separator)) if separator else len(first_line.split())
    if n_columns > _MAX_COLUMNS:
        raise SignalError(f"{n_columns} columns are more than a recording has.", where=reader.name)
    header = _columns(lines, separator, n_columns)
    names = (
        tuple(" ".join(parts).strip() for parts in zip(*header, strict=True)) if header else ("",) * n_columns
    )
    flags: set[str] = set()
    kept = Busiest(min(MAX_SAMPLES, 16 * MAX_SAMPLES // n_columns), _moving_columns(header))
    block: str | None = start
    while block is not None:
        array = _parse_fast(block, separator, n_columns)
        if array is None:
            array = _parse_slow(block, separator, names, kept.n_seen, reader.name, flags)
        kept.add(array)
        block = next(blocks, None)
    data = kept.rows()
    notes: tuple[str, ...] = ()
    if kept.n_seen > len(data):
        flags.add("long_recording")
        note = (
            f"{reader.name}: {kept.n_seen} samples are more than a test has; the {len(data)} with most movement, "
            f"from sample {kept.first_row}, were kept. Seconds count from there."
        )
        notes = (note,)
    return Table(
        header=tuple(header), preamble=tuple(lines), data=data, flags=tuple(sorted(flags)), notes=notes
    )


def _moving_columns(header: list[tuple[str, ...]]) -> list[int]:
    """Return the columns that tell movement: gyroscopes, else accelerometers, else all."""
    kinds = [column_of(cells).kind for cells in zip(*header, strict=True)] if header else []
    for wanted in ("gyr", "acc"):
        found = [index for index, kind in enumerate(kinds) if kind == wanted]
        if found:
            return found
    return list(range(len(kinds)))
