"""Tables of motion laboratories as text: TRC (markers), MOT and STO (forces, coordinates)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.laboratory import AnalogChannel, ForcePlate, LabInfo, LabRecording, LabSources, Marker
from mortise.measure.readers._lab_parts import gaps_of, metres_per, refuse_large
from mortise.measure.readers._plates import MIN_LOAD_N
from mortise.measure.readers._source import Reader
from mortise.measure.recording import Floats

_MEND = "Export the recording again."
_MAX_HEADER_LINES = 200
_MAX_COLUMNS = 10_000
# A point of application farther off than this is in millimetres: no laboratory is 20 m long from its origin.
_LABORATORY_M = 20.0
# name, quantity and axis of a column of forces, as the common programs write them
_FORCE_COLUMNS = (
    re.compile(r"^(?P<name>.*ground_force)_(?P<what>[vpm])(?P<axis>[xyz])$"),
    re.compile(r"^(?P<name>.*ground_force_\w+?)_(?P<what>[vpm])(?P<axis>[xyz])$"),
    re.compile(r"^(?P<name>.*ground)_(?P<what>torque)_(?P<axis>[xyz])$"),
    re.compile(r"^(?P<name>.*ground)_(?P<what>torque)_(?P<number>\w+?)_(?P<axis>[xyz])$"),
    re.compile(r"^(?P<what>[fpm])(?P<name>\d+)_(?P<axis>[123])$"),
)


class _Lines:
    """Lines of a file with their number."""

    def __init__(self, reader: Reader) -> None:
        self._lines = (line for block in reader.blocks() for line in block.splitlines())
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number += 1
        return next(self._lines)

    def take(self, name: str) -> str:
        """Return the next line; a file that ends here is refused."""
        line = next(self, None)
        if line is None:
            raise SignalError("the file ends in its header.", where=f"{name}, line {self.number}", mend=_MEND)
        return line


class _Rows(Struct, frozen=True, eq=False):
    values: Floats
    flags: tuple[str, ...]


def _split(line: str) -> list[str]:
    """Return the cells of a line: tabs where there are any, else blanks."""
    return [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()


def _number(cell: str, where: str) -> float:
    if not cell or cell.lower() in ("nan", "-nan", "inf", "-inf", "na"):
        return np.nan
    try:
        value = float(cell)
    except ValueError:
        raise SignalError(f"{cell[:40]!r} is not a number.", where=where, mend=_MEND) from None
    return value if abs(value) < 1e30 else np.nan


def _rows(lines: _Lines, n_columns: int, name: str) -> _Rows:
    """Return the numbers of all further lines; empty cells become NaN, a cut-off last line is left out."""
    arrays: list[Floats] = []
    n_rows, flags = 0, set[str]()
    short: int | None = None
    for line in lines:
        if not line.strip():
            continue
        if short is not None:
            raise SignalError(f"fewer than {n_columns} cells.", where=f"{name}, line {short}", mend=_MEND)
        cells = _split(line)
        if len(cells) < n_columns and "\t" not in line:
            short = lines.number
            continue
        cells += [""] * (n_columns - len(cells))
        try:
            row = np.array(cells[:n_columns], dtype=float)
        except ValueError:
            where = f"{name}, line {lines.number}"
            row = np.array([_number(cell, where) for cell in cells[:n_columns]])
        arrays.append(row)
        n_rows += 1
        if n_rows % 4096 == 0:
            refuse_large(name, 3 * 8 * n_rows * n_columns, float(n_rows) / 100.0)
            arrays = [np.concatenate([each.reshape(-1, n_columns) for each in arrays])]
    if short is not None:
        flags.add("truncated")
    if not arrays:
        raise SignalError("there are no samples.", where=f"{name}, line {lines.number}", mend=_MEND)
    values = np.concatenate([each.reshape(-1, n_columns) for each in arrays])
    values[~np.isfinite(values)] = np.nan
    return _Rows(values, tuple(flags))


def _clock(stamps_s: Floats, stated_hz: float, name: str) -> tuple[Floats, float, tuple[str, ...]]:
    """Return seconds from the first row, the rate they say, and a note when the file states another rate."""
    if len(stamps_s) < 2:
        return stamps_s - stamps_s[0], stated_hz or 1.0, ()
    steps = np.diff(stamps_s)
    if not np.all(np.isfinite(steps)) or np.any(steps <= 0):
        at = int(np.flatnonzero(~(steps > 0))[0]) + 1
        raise SignalError("time does not rise.", where=f"{name}, sample {at}, channel time", mend=_MEND)
    rate_hz = float(round(1.0 / np.median(steps), 3)) if np.median(steps) > 0 else 0.0
    mean_hz = (len(stamps_s) - 1) / float(stamps_s[-1] - stamps_s[0])
    # stamps with few decimals only tell the rate on the whole
    rate_hz = rate_hz if abs(rate_hz / mean_hz - 1.0) < 0.001 else round(mean_hz, 3)
    if stated_hz and abs(rate_hz / stated_hz - 1.0) < 0.02:
        return stamps_s - stamps_s[0], stated_hz, ()
    note = (f"{name}: {stated_hz:g} Hz are claimed, the time stamps say {rate_hz:g} Hz, which was used.",)
    return stamps_s - stamps_s[0], rate_hz, note if stated_hz else ()


def read_trc(reader: Reader) -> LabRecording:
    """Read a TRC table of markers.

    Parameters
    ----------
    reader
        The file, opened.

    Returns
    -------
    LabRecording
        Markers in metres; empty and NaN cells are markers not seen.

    Raises
    ------
    SignalError
        When the header is cut off, no marker is named, a cell is no number, or time does not rise.
    """
    lines = _Lines(reader)
    name = reader.name
    lines.take(name)
    keys, cells = _split(lines.take(name)), _split(lines.take(name))
    stated = dict(zip((key.lower() for key in keys), cells, strict=False))
    labels = [cell for cell in lines.take(name).split("\t")[2:] if cell.strip()]
    lines.take(name)
    labels = [label.strip() for label in labels]
    if not labels:
        raise SignalError("no marker is named.", where=f"{name}, line 4", mend="Label the markers first.")
    if len(labels) > _MAX_COLUMNS // 3:
        raise SignalError(f"{len(labels)} markers are more than a recording has.", where=name, mend=_MEND)
    unit = stated.get("units", "mm") or "mm"
    metres = metres_per(unit)
    if metres is None:
        raise SignalError(
            f"{unit[:20]!r} is no unit of length.", where=f"{name}, line 3", mend="Export with mm, cm or m."
        )
    rows = _rows(lines, 2 + 3 * len(labels), name)
    time_s, rate_hz, notes = _clock(rows.values[:, 1], _rate(stated.get("datarate", ""), name), name)
    points = rows.values[:, 2:].reshape(len(time_s), -1, 3)
    points[np.isnan(points).any(axis=2)] = np.nan
    points *= metres
    if _count(stated.get("nummarkers", "")) not in (None, len(labels)):
        notes += (f"{name}: {stated['nummarkers']} markers are declared, {len(labels)} are named.",)
    flags = rows.flags + (("rate_contradicted",) if any("claimed" in note for note in notes) else ())
    n_declared = _count(stated.get("numframes", ""))
    if n_declared is not None and n_declared > len(time_s):
        flags += ("truncated",)
        notes += (f"{name}: {n_declared} frames are declared, {len(time_s)} are there.",)
    unknown = np.full(len(time_s), np.nan)
    return LabRecording(
        info=LabInfo(
            file=name,
            sha256=reader.sha256,
            format="trc",
            point_rate_hz=rate_hz,
            n_frames=len(time_s),
            first_frame=int(rows.values[0, 0]) if np.isfinite(rows.values[0, 0]) else 1,
            duration_s=round(float(time_s[-1]), 6),
            point_unit=unit,
            sources=LabSources(
                point_rate="data" if notes and "rate_contradicted" in flags else "header",
                n_frames="data",
                point_unit="header" if stated.get("units") else "assumed",
            ),
            flags=tuple(dict.fromkeys(flags)),
            notes=notes,
        ),
        time_s=time_s,
        markers=tuple(
            Marker(
                label=label, points_m=points[:, i], residual_m=unknown, gaps=gaps_of(points[:, i], rate_hz)
            )
            for i, label in enumerate(labels)
        ),
    )


def _rate(cell: str, name: str) -> float:
    """Return a stated rate; 0 when there is none."""
    value = _number(cell, f"{name}, line 3, field DataRate")
    return float(value) if np.isfinite(value) and 0 < value < 1e6 else 0.0


def _count(cell: str) -> int | None:
    try:
        return int(cell)
    except ValueError:
        return None


def read_mot(reader: Reader) -> LabRecording:
    """Read a MOT or STO table.

    Parameters
    ----------
    reader
        The file, opened.

    Returns
    -------
    LabRecording
        Columns of ground forces as plates of type 0; all other columns as analog channels.

    Raises
    ------
    SignalError
        When the header has no end, there is no time column, a cell is no number, or time does not rise.
    """
    lines, name = _Lines(reader), reader.name
    header: list[str] = []
    while True:
        line = lines.take(name)
        if line.strip().lower() == "endheader":
            break
        header.append(line)
        if len(header) > _MAX_HEADER_LINES:
            raise SignalError("the header has no end.", where=f"{name}, line {lines.number}", mend=_MEND)
    columns = _split(lines.take(name))
    while columns and not columns[-1]:
        columns.pop()
    if not columns or columns[0].lower() != "time" or not 2 <= len(columns) <= _MAX_COLUMNS:
        raise SignalError("the first column is not time.", where=f"{name}, line {lines.number}", mend=_MEND)
    rows = _rows(lines, len(columns), name)
    time_s, rate_hz, notes = _clock(rows.values[:, 0], 0.0, name)
    in_degrees = re.search(r"(?mi)^\s*indegrees\s*=\s*(yes|no)", "\n".join(header))
    unit = {"yes": "deg or m", "no": "rad or m"}.get(in_degrees.group(1).lower(), "") if in_degrees else ""
    plates, used, said = _table_plates(columns, rows.values, rate_hz, name)
    return LabRecording(
        info=LabInfo(
            file=name,
            sha256=reader.sha256,
            format="mot",
            point_rate_hz=rate_hz,
            analog_rate_hz=rate_hz,
            n_frames=len(time_s),
            duration_s=round(float(time_s[-1]), 6),
            sources=LabSources(point_rate="data", analog_rate="data", n_frames="data"),
            flags=rows.flags + (("unit_recognised",) if said else ()),
            notes=notes + said,
        ),
        time_s=time_s,
        analog=tuple(
            AnalogChannel(label=label, unit=unit, rate_hz=rate_hz, values=rows.values[:, i])
            for i, label in enumerate(columns)
            if i and i not in used
        ),
        plates=plates,
    )


def _table_plates(
    columns: list[str], values: Floats, rate_hz: float, name: str
) -> tuple[tuple[ForcePlate, ...], set[int], tuple[str, ...]]:
    """Return the ground forces of a table, the columns they use, and what was recognised."""
    groups: dict[str, dict[str, dict[str, int]]] = {}
    for index, column in enumerate(columns):
        for pattern in _FORCE_COLUMNS:
            if (match := pattern.match(column.lower())) is not None:
                parts = match.groupdict()
                what = {"v": "f", "torque": "m"}.get(parts["what"], parts["what"])
                key = parts["name"].replace("ground_force", "ground")
                key += f"_{parts['number']}" if parts.get("number") else ""
                axis = {"x": "1", "y": "2", "z": "3"}.get(parts["axis"], parts["axis"])
                groups.setdefault(key, {}).setdefault(what, {})[axis] = index
                break
    plates: list[ForcePlate] = []
    used: set[int] = set()
    notes: list[str] = []
    for key, group in groups.items():
        if any(len(group.get(what, {})) != 3 for what in "fpm"):
            continue
        triples = {what: [group[what][axis] for axis in "123"] for what in "fpm"}
        used.update(each for triple in triples.values() for each in triple)
        is_mm = bool(np.nanmax(np.abs(values[:, triples["p"]]), initial=0.0) > _LABORATORY_M)
        if is_mm:
            notes.append(f"{name}: the points of {key} can only be in mm; moments were taken to be in N mm.")
        plates.append(_table_plate(key, values, triples, rate_hz, 0.001 if is_mm else 1.0))
    return tuple(plates), used, tuple(notes)


def _table_plate(
    key: str, values: Floats, index: dict[str, list[int]], rate_hz: float, metres: float
) -> ForcePlate:
    """Return one table of force, point and moment as a plate."""
    force = values[:, index["f"]]
    size = np.sqrt(np.sum(force**2, axis=1))
    at = values[:, index["p"]] * metres
    at[~(size >= MIN_LOAD_N)] = np.nan
    return ForcePlate(
        name=key if not key.isdigit() else f"plate {key}",
        type=0,
        rate_hz=rate_hz,
        corners_m=np.empty((0, 3)),
        origin_m=np.empty(0),
        force_n=force,
        moment_n_m=values[:, index["m"]] * metres,
        moment_about="stated_point",
        centre_of_pressure_m=at,
        up=np.empty(0),
        vertical_n=size,
    )
