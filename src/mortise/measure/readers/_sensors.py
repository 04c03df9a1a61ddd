"""Sensors as a file has them: in a text table by its column names, or in the phone's own log."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from msgspec.structs import replace

from mortise.errors import SignalError
from mortise.measure.readers import _clean as clean
from mortise.measure.readers import _names as names
from mortise.measure.readers._phone import FORMAT, read_phone_log
from mortise.measure.readers._settle import Raw
from mortise.measure.readers._source import Reader
from mortise.measure.readers._table import Table
from mortise.measure.readers._turning import turning_of
from mortise.measure.recording import Floats


def phone_raws(reader: Reader) -> list[Raw]:
    """Return the one sensor of a phone log."""
    log, stamps_s, values = read_phone_log(reader)
    start = stamps_s[0]
    return [
        Raw(
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


def table_raws(reader: Reader, table: Table) -> list[Raw]:
    """Return every sensor that has three accelerometer and three gyroscope columns, else a part of a sensor."""
    if not table.header:
        return []
    columns = [names.column_of(cells) for cells in zip(*table.header, strict=True)]
    clock = _clock(columns, table.data)
    sensors = list(dict.fromkeys(column.sensor for column in columns if column.kind in ("acc", "gyr")))
    raws, parts = [], []
    for sensor in sensors:
        picked = {
            (column.kind, column.axis): index
            for index, column in reversed(list(enumerate(columns)))
            if column.sensor == sensor and column.kind in ("acc", "gyr")
        }
        kinds = [kind for kind in ("acc", "gyr") if all((kind, axis) in picked for axis in range(3))]
        index = [picked[kind, axis] for kind in kinds for axis in range(3)]
        label = (sensor if len(sensors) > 1 else "") or sensor
        if len(kinds) == 2:
            raws.append(_raw(table, columns, clock, index, label, ""))
        elif kinds:
            part = _raw(table, columns, clock, index, label, kinds[0])
            turned = _with_turning(table, part) if kinds == ["acc"] and len(sensors) == 1 else None
            raws += [turned] if turned is not None else []
            parts += [part] if turned is None else []
    return raws or parts or _bare_part(reader.name, table, columns, clock)


def _raw(
    table: Table,
    columns: list[names.Column],
    clock: tuple[Floats | None, Floats | None],
    index: list[int],
    label: str,
    kind: str,
) -> Raw:
    """Return the columns `index` of a table as a sensor, or as a part of one."""
    device = names.device_of_preamble(table.preamble)
    return Raw(
        sensor=label,
        values=table.data[:, index],
        stamps_s=clock[0],
        counter=clock[1],
        acc_unit="" if kind == "gyr" else columns[index[0]].unit,
        gyr_unit=columns[index[-1]].unit if kind in ("", "gyr") else "",
        header_rate_hz=names.rate_of_preamble(table.preamble),
        header_side=names.side_of_name(label),
        header_placement=names.placement_of_name(label),
        device=device,
        format="xsens-text" if device else "csv" if not kind else "phone-logger",
        kind=kind,
        flags=table.flags,
        notes=table.notes,
    )


def _with_turning(table: Table, part: Raw) -> Raw | None:
    """Return an accelerometer with the angular velocity that the stored orientation tells, None without one."""
    rate_hz = part.header_rate_hz
    if rate_hz is None and part.stamps_s is not None and len(part.stamps_s) > 1:
        period_s = float(np.nanmedian(np.diff(part.stamps_s)))
        rate_hz = 1.0 / period_s if period_s > 1e-4 else None
    turning = turning_of(list(table.header[-1]), table.data, rate_hz) if rate_hz else None
    if turning is None:
        return None
    return replace(
        part,
        kind="",
        format="xsens-text" if part.device else "csv",
        values=np.concatenate([part.values, turning], axis=1),
        gyr_unit="rad/s",
        flags=(*part.flags, "gyr_from_orientation"),
        notes=(
            *part.notes,
            "there is no gyroscope; angular velocity was taken from the stored orientation.",
        ),
    )


def _bare_part(
    name: str, table: Table, columns: list[names.Column], clock: tuple[Floats | None, Floats | None]
) -> list[Raw]:
    """Return a part of a sensor whose columns are only called x, y and z; the file's name tells what it is."""
    kind = names.kind_of_file(name)
    axes = {
        column.axis: index
        for index, column in enumerate(columns)
        if column.axis >= 0 and names.is_bare_axis(table.header[-1][index])
    }
    if not kind or len(axes) != 3:
        return []
    return [_raw(table, columns, clock, [axes[axis] for axis in range(3)], "", kind)]


def refuse_table(reader: Reader, table: Table) -> NoReturn:
    """Refuse a table in which nothing was recognised, with the names of its columns."""
    if not table.header:
        raise SignalError(
            "the columns have no names.",
            where=reader.name,
            mend="Add a first line such as time_s,acc_x_m_s2,...,gyr_x_deg_s,..., one name per column.",
        )
    seen = ", ".join(dict.fromkeys(" ".join(cells).strip() for cells in zip(*table.header, strict=True)))
    raise SignalError(
        f"no sensor with three accelerometer and three gyroscope channels was recognised among: {seen[:300]}.",
        where=reader.name,
        mend="Export acceleration and angular velocity, three axes each.",
    )


def _clock(columns: list[names.Column], data: Floats) -> tuple[Floats | None, Floats | None]:
    """Return time stamps in seconds, or a sample counter, or neither."""
    for index, column in enumerate(columns):
        if column.kind == "time" and np.isfinite(data[:, index]).mean() > 0.9:
            return data[:, index] / clean.stamps_per_second(data[:, index], column.unit), None
    for index, column in enumerate(columns):
        if column.kind == "counter" and np.isfinite(data[:, index]).mean() > 0.9:
            return None, data[:, index]
    first = data[:, 0]
    if (
        columns[0].kind == ""
        and len(first) > 2
        and np.all(np.isfinite(first))
        and np.all(first[1:] > first[:-1])
    ):
        return (None, first) if np.all(first == np.round(first)) else (first, None)
    return None, None
