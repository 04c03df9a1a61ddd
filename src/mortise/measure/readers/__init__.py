"""Read recordings: text tables of foot and shin sensors, the phone's own motion log, files of motion laboratories.

Facts come from the argument given, else the sidecar `FILE.toml`, else the file's header, else its name; the recording
says which. Units are checked against the data, because gravity is known and so is how turning moves it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from mortise.errors import InputError, SignalError
from mortise.measure.readers import _clean as clean
from mortise.measure.readers import _names as names
from mortise.measure.readers._lab import lab_format_of, read_lab, refuse_to_measure
from mortise.measure.readers._phone import FORMAT, PhoneLog, phone_log_schema, read_phone_log
from mortise.measure.readers._sidecar import Sidecar, read_sidecar
from mortise.measure.readers._source import Origin, Reader, Source, open_source
from mortise.measure.readers._table import Table, read_table
from mortise.measure.recording import PLACEMENTS, Floats, Recording, RecordingInfo, Sources, Won
from mortise.terms import Side

__all__ = ["FORMAT", "Origin", "PhoneLog", "phone_log_schema", "read", "read_lab"]

_CHANNELS = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
_MIN_SAMPLES = 20
# Each lost packet could be listed; the first few show where, the sum shows how bad it is.
_MOST_GAPS = 20
_USUAL_RATES_HZ = (10.0, 2000.0)


class _Given(Struct, frozen=True, kw_only=True):
    side: Side | None = None
    rate_hz: float | None = None
    placement: str | None = None
    test: str = ""


class _Raw(Struct, frozen=True, kw_only=True, eq=False):
    """One sensor as it stands in the file."""

    sensor: str
    values: Floats
    stamps_s: Floats | None
    counter: Floats | None
    acc_unit: str
    gyr_unit: str
    header_rate_hz: float | None
    header_side: Side
    header_placement: str
    device: str
    format: str
    test: str = ""
    marks_s: tuple[float, ...] = ()
    flags: tuple[str, ...] = ()


def read(
    paths: Sequence[Origin] | Origin = (),
    *,
    left: Origin | None = None,
    right: Origin | None = None,
    rate_hz: float | None = None,
    placement: str | None = None,
    test: str | None = None,
) -> tuple[Recording, ...]:
    """Read recordings; one file may hold several sensors.

    Parameters
    ----------
    paths
        Files: paths, open binary files, or `(name, bytes)` as an upload has them.
    left, right
        Files whose side the caller knows.
    rate_hz
        Samples per second when the caller knows it; wins over what the file says.
    placement
        Where the sensors were worn; wins over what the file says.
    test
        Which test this is (`gait`, `lunge`), kept with the recording.

    Returns
    -------
    tuple of Recording
        In the order left, right, then the others.

    Raises
    ------
    SignalError
        When a file cannot be used, naming sample and channel and what would mend it.
    InputError
        When an argument is not one of the allowed values, or no file was given.
    """
    if placement is not None and placement not in PLACEMENTS:
        raise InputError(
            f"unknown placement {placement!r}.", mend=f"Use one of {', '.join(sorted(PLACEMENTS))}."
        )
    if rate_hz is not None and not _USUAL_RATES_HZ[0] <= rate_hz <= _USUAL_RATES_HZ[1]:
        raise InputError(f"a rate of {rate_hz} Hz is outside 10 to 2000.", mend="Give samples per second.")
    listed = _as_list(paths)
    jobs: list[tuple[Origin, Side | None]] = [
        (each, side) for each, side in ((left, Side.LEFT), (right, Side.RIGHT)) if each is not None
    ]
    jobs += [(each, None) for each in listed]
    if not jobs:
        raise InputError("no recording was given.", mend="Name at least one file.")
    found: list[Recording] = []
    for origin, side in jobs:
        given = _Given(side=side, rate_hz=rate_hz, placement=placement, test=test or "")
        found.extend(_read_one(open_source(origin), given))
    order = {Side.LEFT: 0, Side.RIGHT: 1, Side.NONE: 2}
    return tuple(sorted(found, key=lambda each: order[each.side]))


def _as_list(paths: Any) -> list[Origin]:
    """Return the files as a list; a single path, open file or `(name, bytes)` counts as one."""
    if isinstance(paths, (str, os.PathLike)) or hasattr(paths, "read"):
        return [cast(Origin, paths)]
    if (
        isinstance(paths, tuple)
        and len(paths) == 2
        and (isinstance(paths[1], bytes) or hasattr(paths[1], "read"))
    ):
        # a name with its bytes, unless it is two open files
        return [cast(Origin, paths)] if isinstance(paths[0], str) else list(paths)
    return list(paths)


def _read_one(source: Source, given: _Given) -> list[Recording]:
    try:
        if lab_format_of(source) is not None:
            refuse_to_measure(source)
        sidecar = read_sidecar(source.path)
        reader = Reader(source)
        raws = _phone_raws(reader) if reader.is_json else _table_raws(reader, read_table(reader))
    finally:
        if source.path is not None:
            source.stream.close()
    if given.side is not None and len(raws) > 1:
        raws = [raw for raw in raws if names.side_of_name(raw.sensor) is given.side] or raws[:1]
    return _usable(reader, raws, given, sidecar)


def _usable(reader: Reader, raws: list[_Raw], given: _Given, sidecar: Sidecar) -> list[Recording]:
    """Return the sensors that can be used; one bad sensor among several does not spoil the file."""
    found: list[Recording] = []
    faults: list[SignalError] = []
    for raw in raws:
        try:
            found.append(_recording(reader, raw, given, sidecar))
        except SignalError as fault:
            faults.append(fault)
    if not found:
        raise faults[0]
    notes = tuple(f"left out: {fault}" for fault in faults)
    if not notes:
        return found
    return [replace(each, info=replace(each.info, notes=each.info.notes + notes)) for each in found]


def _phone_raws(reader: Reader) -> list[_Raw]:
    log, stamps_s, values = read_phone_log(reader)
    start = stamps_s[0]
    return [
        _Raw(
            sensor="phone",
            values=values,
            stamps_s=stamps_s,
            counter=None,
            acc_unit="m/s2",
            gyr_unit="deg/s",
            header_rate_hz=None,
            header_side=log.side,
            header_placement=log.placement if log.placement != "unknown" else "",
            device=log.device,
            format=FORMAT,
            test=log.test,
            marks_s=tuple(m.t_ms / 1000.0 - float(start) for m in log.marks if m.kind == "first_pinch"),
            flags=("simulated",) if log.is_simulated else (),
        )
    ]


def _table_raws(reader: Reader, table: Table) -> list[_Raw]:
    if not table.header:
        raise SignalError(
            "the columns have no names.",
            where=reader.name,
            mend="Add a first line such as time_s,acc_x_m_s2,...,gyr_x_deg_s,..., one name per column.",
        )
    columns = [names.column_of(cells) for cells in zip(*table.header, strict=True)]
    stamps_s, counter = _clock(columns, table.data)
    sensors = list(dict.fromkeys(column.sensor for column in columns if column.kind in ("acc", "gyr")))
    raws = []
    for sensor in sensors:
        picked = {
            (column.kind, column.axis): index
            for index, column in reversed(list(enumerate(columns)))
            if column.sensor == sensor and column.kind in ("acc", "gyr")
        }
        missing = [kind for kind in ("acc", "gyr") for axis in range(3) if (kind, axis) not in picked]
        if missing:
            continue
        index = [picked[kind, axis] for kind in ("acc", "gyr") for axis in range(3)]
        label = sensor if len(sensors) > 1 else ""
        raws.append(
            _Raw(
                sensor=label or sensor,
                values=table.data[:, index],
                stamps_s=stamps_s,
                counter=counter,
                acc_unit=columns[index[0]].unit,
                gyr_unit=columns[index[3]].unit,
                header_rate_hz=names.rate_of_preamble(table.preamble),
                header_side=names.side_of_name(sensor),
                header_placement=names.placement_of_name(sensor),
                device=names.device_of_preamble(table.preamble),
                format="xsens-text" if names.device_of_preamble(table.preamble) else "csv",
                flags=table.flags,
            )
        )
    if not raws:
        seen = ", ".join(dict.fromkeys(" ".join(cells).strip() for cells in zip(*table.header, strict=True)))
        raise SignalError(
            f"no sensor with three accelerometer and three gyroscope channels was recognised among: {seen[:300]}.",
            where=reader.name,
            mend="Export acceleration and angular velocity, three axes each.",
        )
    return raws


def _clock(columns: list[names.Column], data: Floats) -> tuple[Floats | None, Floats | None]:
    """Return time stamps in seconds, or a sample counter, or neither."""
    for index, column in enumerate(columns):
        if column.kind == "time" and np.isfinite(data[:, index]).mean() > 0.9:
            return data[:, index] / clean.stamps_per_second(data[:, index], column.unit), None
    for index, column in enumerate(columns):
        if column.kind == "counter" and np.isfinite(data[:, index]).mean() > 0.9:
            return None, data[:, index]
    first = data[:, 0]
    if columns[0].kind == "" and len(first) > 2 and np.all(np.isfinite(first)) and np.all(np.diff(first) > 0):
        return (None, first) if np.all(first == np.round(first)) else (first, None)
    return None, None


def _recording(reader: Reader, raw: _Raw, given: _Given, sidecar: Sidecar) -> Recording:
    """Settle every fact by its strongest source and clean the samples."""
    where = reader.name if raw.sensor in ("", "phone") else f"{reader.name} ({raw.sensor})"
    if len(raw.values) < _MIN_SAMPLES:
        raise SignalError(
            f"{len(raw.values)} samples are too few.",
            where=where,
            mend="Record the whole test and export it again.",
        )
    raw = _with_stamps(raw)
    side, side_from = _settle(
        (given.side, "given"),
        (sidecar.side, "sidecar"),
        (raw.header_side if raw.header_side is not Side.NONE else None, "header"),
        (named if (named := names.side_of_name(reader.name)) is not Side.NONE else None, "name"),
        (Side.NONE, "assumed"),
    )
    placement, placement_from = _settle(
        (given.placement, "given"),
        (sidecar.placement, "sidecar"),
        (raw.header_placement or None, "header"),
        (names.placement_of_name(reader.name) or None, "name"),
        ("unknown", "assumed"),
    )
    time_s, rate_hz, rate_from, flags, notes = _time_base(raw, given, sidecar, where)
    time_s, values, n_empty = clean.drop_empty(time_s, raw.values, _CHANNELS, where)
    clean.refuse_impossible(values, _CHANNELS, where)
    clean.refuse_flat(values, _CHANNELS, where)
    acc, gyr, units_from, acc_unit, gyr_unit, unit_notes = _units(raw, sidecar, values, rate_hz, where)
    flags += (
        raw.flags + (("empty_cells",) if n_empty else ()) + (("unit_contradicted",) if unit_notes else ())
    )
    gaps = clean.find_gaps(time_s, rate_hz)
    clipping = clean.find_clipping(acc, gyr)
    flags += (("gaps",) if gaps else ()) + tuple(f"{each.channel}_clipped" for each in clipping)
    info = RecordingInfo(
        file=reader.name,
        sha256=reader.sha256,
        format=raw.format,
        device=sidecar.device or raw.device,
        side=side,
        placement=placement,
        test=given.test or sidecar.test or raw.test,
        rate_hz=round(rate_hz, 4),
        n_samples=len(time_s),
        duration_s=round(float(time_s[-1] - time_s[0]), 4),
        acc_unit=acc_unit,
        gyr_unit=gyr_unit,
        sources=Sources(side=side_from, rate=rate_from, placement=placement_from, units=units_from),
        gaps=gaps[:_MOST_GAPS],
        n_missing_samples=sum(gap.n_missing for gap in gaps),
        clipping=clipping,
        marks_s=sidecar.marks_s or raw.marks_s,
        flags=tuple(dict.fromkeys(flags)),
        notes=notes + unit_notes,
    )
    return Recording(info=info, time_s=time_s, acc_m_s2=acc, gyr_rad_s=gyr)


def _with_stamps(raw: _Raw) -> _Raw:
    """Leave out samples whose time stamp or counter is no number: nobody knows when they were taken."""
    stamps = raw.stamps_s if raw.stamps_s is not None else raw.counter
    if stamps is None or np.all(np.isfinite(stamps)):
        return raw
    kept = np.isfinite(stamps)
    return replace(
        raw,
        values=raw.values[kept],
        stamps_s=None if raw.stamps_s is None else raw.stamps_s[kept],
        counter=None if raw.counter is None else raw.counter[kept],
        flags=(*raw.flags, "empty_cells"),
    )


def _settle(*claims: tuple[Any, Won]) -> tuple[Any, Won]:
    """Return the first claim that is made; the last must not be None."""
    return next((claim, won) for claim, won in claims if claim is not None)


def _time_base(
    raw: _Raw, given: _Given, sidecar: Sidecar, where: str
) -> tuple[Floats, float, Won, tuple[str, ...], tuple[str, ...]]:
    """Return seconds, rate, who settled the rate, flags and notes."""
    n = len(raw.values)
    claimed, won = _settle(
        (given.rate_hz, "given"), (sidecar.rate_hz, "sidecar"), (raw.header_rate_hz, "header"), (0.0, "data")
    )
    if raw.stamps_s is not None:
        time_s, measured, flags = clean.stamped_time(raw.stamps_s, where)
        if not claimed:
            return time_s, measured, "data", flags, ()
        if abs(measured / claimed - 1.0) < 0.02:
            return time_s, measured, won, flags, ()
        note = f"{where}: the rate claimed is {claimed:g} Hz, the time stamps say {measured:.2f} Hz."
        return time_s * measured / claimed, claimed, won, (*flags, "rate_contradicted"), (note,)
    if not claimed:
        raise SignalError(
            "the file holds neither time stamps nor a sampling rate.",
            where=where,
            mend=f"Give it: --rate HZ, or rate_hz = ... in {where.split(' ')[0]}.toml.",
        )
    if raw.counter is not None:
        time_s, rate_hz = clean.counter_time(raw.counter, claimed, where)
        return time_s, rate_hz, won, (), ()
    return np.arange(n) / claimed, claimed, won, (), ()


def _units(
    raw: _Raw, sidecar: Sidecar, values: Floats, rate_hz: float, where: str
) -> tuple[Floats, Floats, Won, str, str, tuple[str, ...]]:
    """Return samples in SI units, who settled the units, the units, and what contradicts them."""
    acc, gyr = values[:, :3], values[:, 3:]
    seen_acc = clean.acc_unit_from_data(acc, gyr)
    seen_gyr = clean.gyr_unit_from_data(acc, gyr, rate_hz)
    if not seen_acc and not (sidecar.acc_unit or raw.acc_unit):
        raise SignalError(
            "the accelerometer does not show gravity in m/s², g or mg.",
            where=f"{where}, channel acc_x",
            mend="Export raw acceleration with gravity, or name its unit in the sidecar (acc_unit).",
        )
    acc_unit, won = _settle(
        (sidecar.acc_unit, "sidecar"), (seen_acc or None, "data"), (raw.acc_unit, "header")
    )
    gyr_unit, _ = _settle(
        (sidecar.gyr_unit, "sidecar"),
        (seen_gyr or None, "data"),
        (raw.gyr_unit or None, "header"),
        ("rad/s", "assumed"),
    )
    notes = tuple(
        f"{where}: the {what} is said to be in {said}, the data say {seen}; {used} was used."
        for what, said, seen, used in (
            ("accelerometer", sidecar.acc_unit or raw.acc_unit, seen_acc, acc_unit),
            ("gyroscope", sidecar.gyr_unit or raw.gyr_unit, seen_gyr, gyr_unit),
        )
        if said and seen and said != seen
    )
    if not notes and won == "data" and raw.acc_unit:
        won = "header"
    if not seen_acc:
        notes += (f"{where}: the accelerometer does not show gravity in {acc_unit}.",)
    acc_si, gyr_si = clean.to_si(acc, gyr, acc_unit, gyr_unit)
    return acc_si, gyr_si, won, acc_unit, gyr_unit, notes
