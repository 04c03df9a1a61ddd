"""Tables of forces and markers that are not TRC or MOT: `.forces`, exports of force plates, spreadsheets."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.laboratory import AnalogChannel, ForcePlate, LabInfo, LabRecording, LabSources, Marker
from mortise.measure.readers import _clean as clean
from mortise.measure.readers import _names as names
from mortise.measure.readers._lab_parts import gaps_of
from mortise.measure.readers._plates import MIN_LOAD_N
from mortise.measure.readers._source import Known
from mortise.measure.readers._table import Table
from mortise.measure.recording import Floats, Won

# A point farther off than this is in millimetres: no laboratory is 20 m long from its origin.
_LABORATORY_M = 20.0
_LEAST_MARKERS = 2
_NOT_A_POINT = re.compile(r"angle|moment|power|quat|orient|rot|mag|vel|speed|joint|deg|gyr|acc")
# a table of one column without a name, when the file says what it is
_FORCE_FILE = re.compile(r"(?i)grf|fz|force|kraft")
_AXIS_LAST = re.compile(r"^(?P<stem>.*?[^\s_.\-:])[\s_.\-:]*(?P<axis>[xyz])$")
_What = Literal["force", "moment", "point", "vertical"]
_FORCE_COLUMNS: tuple[tuple[re.Pattern[str], _What], ...] = (
    (re.compile(r"^(?:grf|force|f)[\s_]*(?P<axis>[xyz])[\s_]*(?P<plate>\d*)$"), "force"),
    (re.compile(r"^(?:moment|torque|m|t)[\s_]*(?P<axis>[xyz])[\s_]*(?P<plate>\d*)$"), "moment"),
    (re.compile(r"^(?:cop|cp|c)[\s_]*(?P<axis>[xyz])[\s_]*(?P<plate>\d*)$"), "point"),
    (re.compile(r"^(?P<axis>[xyz])(?P<plate>\d+)$"), "point"),
    (re.compile(r"^(?:v?grfv?|fp|force ?plate|vertical(?: ?force)?|force)[\s_]*(?P<plate>\d*)$"), "vertical"),
)


class _Columns(Struct, frozen=True, eq=False):
    """Which column holds what."""

    time: int | None
    plates: dict[str, dict[str, dict[str, int]]]
    markers: dict[str, dict[str, int]]
    others: dict[int, str]


def lab_of_table(known: Known, table: Table, rate_hz: float | None) -> LabRecording | None:
    """Return the forces and markers of a table, None when it holds neither.

    Parameters
    ----------
    known
        Name and hash of the file.
    table
        Its cells.
    rate_hz
        Rows per second when the caller or the sidecar knows it; wins over what the file says.

    Raises
    ------
    SignalError
        When there are forces or markers but neither time stamps nor a rate.

    Notes
    -----
    1. Columns such as `FX1`, `COPx`, `GRF[N]`, `FP1` are forces; `stem` with x, y and z is a marker.
    2. Points farther than 20 m from the origin can only be in millimetres; then moments are in N mm.
    3. Up is the axis that bears most load; a plate that is pulled on the whole is turned round, aloud.
    """
    columns = _columns(table, known.name)
    if not columns.plates and len(columns.markers) < _LEAST_MARKERS:
        return None
    time_s, rate, rate_from, flags, notes = _time(columns, table, rate_hz, known.name)
    plates = []
    for key, parts in columns.plates.items():
        plate, said = _plate(key, parts, table.data, rate)
        plates.append(plate)
        notes += tuple(f"{known.name}: {each}" for each in said)
    markers, is_mm = _markers(columns.markers, table.data, rate)
    if any("reversed" in note for note in notes):
        flags += ("plate_force_reversed",)
    return LabRecording(
        info=LabInfo(
            file=known.name,
            sha256=known.sha256,
            format="forces" if table.preamble and table.preamble[0].startswith("[Force") else "table",
            point_rate_hz=rate,
            analog_rate_hz=rate,
            n_frames=len(time_s),
            duration_s=round(float(time_s[-1]), 6),
            point_unit="mm" if is_mm else "m",
            sources=LabSources(
                point_rate=rate_from,
                analog_rate=rate_from,
                n_frames="data",
                point_unit="data",
                plate_sign="data",
            ),
            flags=tuple(dict.fromkeys((*table.flags, *flags))),
            notes=(*table.notes, *notes),
        ),
        time_s=time_s,
        markers=markers,
        analog=tuple(
            AnalogChannel(label=label, unit=names.unit_of(label), rate_hz=rate, values=table.data[:, index])
            for index, label in columns.others.items()
        ),
        plates=tuple(plates),
    )


def _columns(table: Table, name: str) -> _Columns:
    """Sort the columns of a table."""
    plates: dict[str, dict[str, dict[str, int]]] = {}
    triples: dict[str, dict[str, int]] = {}
    others: dict[int, str] = {}
    labels = [" ".join(each for each in cells if each).strip() for cells in zip(*table.header, strict=True)]
    if not labels and table.data.shape[1] == 1 and _FORCE_FILE.search(name):
        labels = ["grf"]
    time: int | None = None
    for index, label in enumerate(labels):
        bare = re.sub(r"[\[(].*?[\])]", " ", label).strip().lower()
        if time is None and (re.fullmatch(r"(mocap|device)?\s*(time|seconds)( s)?", bare) or bare == "t"):
            time = index
            continue
        if _take_force(plates, bare, index):
            continue
        match = _AXIS_LAST.match(bare)
        if match is not None and not _NOT_A_POINT.search(bare):
            stem = label[: len(match["stem"])].strip(" _.-:")
            triples.setdefault(stem, {})[match["axis"]] = index
        elif label and not names.column_of((label,)).kind:
            others[index] = label
    markers = {stem: axes for stem, axes in triples.items() if len(axes) == 3}
    for stem, axes in triples.items():
        others |= {} if len(axes) == 3 else {index: f"{stem} {axis}" for axis, index in axes.items()}
    plates = {key: parts for key, parts in plates.items() if "force" in parts or "vertical" in parts}
    return _Columns(time, plates, markers, others)


def _take_force(plates: dict[str, dict[str, dict[str, int]]], bare: str, index: int) -> bool:
    """Note a column of forces; say whether it was one."""
    for pattern, what in _FORCE_COLUMNS:
        match = pattern.match(bare)
        if match is not None:
            parts = plates.setdefault(match["plate"], {})
            parts.setdefault(what, {})[match["axis"] if what != "vertical" else "v"] = index
            return True
    return False


def _time(
    columns: _Columns, table: Table, given_hz: float | None, name: str
) -> tuple[Floats, float, Won, tuple[str, ...], tuple[str, ...]]:
    """Return seconds from the first row, rows per second, who said so, flags and notes."""
    n = len(table.data)
    if n < 2:
        raise SignalError("one row is too few.", where=name, mend="Export the whole recording.")
    stated = names.rate_of_preamble(table.preamble)
    if columns.time is not None:
        stamps = table.data[:, columns.time]
        clean.refuse_impossible_clock(stamps[np.isfinite(stamps)], name)
        if not np.all(np.isfinite(stamps)) or np.any(stamps[1:] <= stamps[:-1]):
            at = int(np.argmax(~(stamps[1:] > stamps[:-1]))) + 1
            raise SignalError(
                "time does not rise.", where=f"{name}, sample {at}, channel time", mend="Export it again."
            )
        span_s = float(stamps[-1] - stamps[0]) / clean.stamps_per_second(
            stamps, names.unit_of(_label(table, columns.time))
        )
        # stamps with few decimals tell the rate on the whole only
        measured = (n - 1) / span_s
        time_s = (
            np.arange(n) / measured
            if _is_even(stamps)
            else (stamps - stamps[0]) * span_s / (stamps[-1] - stamps[0])
        )
        claimed = given_hz or stated
        if claimed and abs(measured / claimed - 1.0) > 0.02:
            note = (
                f"{name}: {claimed:g} Hz are claimed, the time stamps say {measured:.4g} Hz, which was used."
            )
            return time_s, measured, "data", ("rate_contradicted",), (note,)
        return time_s, round(measured, 3), "data", (), ()
    rate = given_hz or stated
    if not rate:
        raise SignalError(
            "the file holds neither time stamps nor a sampling rate.", where=name, mend="Give it: --rate HZ."
        )
    return np.arange(n) / rate, rate, "given" if given_hz else "header", (), ()


def _label(table: Table, index: int) -> str:
    return " ".join(row[index] for row in table.header)


def _is_even(stamps: Floats) -> bool:
    steps = np.diff(stamps)
    return float(steps.max() - steps.min()) <= float(np.median(steps))


def _plate(
    key: str, parts: dict[str, dict[str, int]], data: Floats, rate_hz: float
) -> tuple[ForcePlate, tuple[str, ...]]:
    """Return one plate in newtons and metres, up positive."""
    name = f"plate {key or 1}"
    force, up, notes = _force(parts, data, name)
    vertical = force[:, int(np.argmax(up))]
    at = _triple(parts.get("point", {}), data)
    is_mm = bool(np.nanmax(np.abs(at), initial=0.0) > _LABORATORY_M)
    metres = 0.001 if is_mm else 1.0
    if is_mm:
        notes += (f"the points of {name} can only be in mm; moments were taken to be in N mm.",)
    at = at * metres
    at[~(np.abs(vertical) >= MIN_LOAD_N)] = np.nan
    moments = parts.get("moment", {})
    return ForcePlate(
        name=name,
        type=0,
        rate_hz=rate_hz,
        corners_m=np.empty((0, 3)),
        origin_m=np.empty(0),
        force_n=force,
        moment_n_m=_triple(moments, data) * metres,
        moment_about="plate_centre" if len(moments) == 3 else "centre_of_pressure",
        centre_of_pressure_m=at,
        up=up,
        vertical_n=vertical,
    ), notes


def _force(
    parts: dict[str, dict[str, int]], data: Floats, name: str
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return the force of the ground on the body, which way is up, and what was turned round."""
    if "force" in parts:
        force = _triple(parts["force"], data)
    else:
        force = np.full((len(data), 3), np.nan)
        force[:, 2] = data[:, parts["vertical"]["v"]]
    sums = np.nansum(force, axis=0)
    axis = 2 if "force" not in parts else int(np.argmax(np.nansum(np.abs(force), axis=0)))
    up = np.zeros(3)
    up[axis] = 1.0
    if sums[axis] < 0:
        return -force, up, (f"{name} is pulled, not pushed: its forces were reversed.",)
    return force, up, ()


def _triple(axes: dict[str, int], data: Floats) -> Floats:
    """Return x, y and z of a quantity; NaN for what is not there."""
    values = np.full((len(data), 3), np.nan)
    for number, axis in enumerate("xyz"):
        if axis in axes:
            values[:, number] = data[:, axes[axis]]
    return values


def _markers(
    triples: dict[str, dict[str, int]], data: Floats, rate_hz: float
) -> tuple[tuple[Marker, ...], bool]:
    """Return the markers in metres, and whether the file has millimetres."""
    points = {label: _triple(axes, data) for label, axes in triples.items()}
    largest = max((float(np.nanmax(np.abs(each), initial=0.0)) for each in points.values()), default=0.0)
    is_mm = largest > _LABORATORY_M
    found = []
    for label, each in points.items():
        metres = each * (0.001 if is_mm else 1.0)
        metres[~np.all(np.isfinite(metres), axis=1)] = np.nan
        found.append(
            Marker(
                label=label,
                points_m=metres,
                residual_m=np.full(len(metres), np.nan),
                gaps=gaps_of(metres, rate_hz),
            )
        )
    return tuple(found), is_mm
