"""Sensors as a file has them: in a text table by its column names, or in the phone's own log."""

from __future__ import annotations

import numpy as np

from mortise.errors import SignalError
from mortise.measure.readers import _clean as clean
from mortise.measure.readers import _names as names
from mortise.measure.readers._phone import FORMAT, read_phone_log
from mortise.measure.readers._settle import Raw
from mortise.measure.readers._source import Reader
from mortise.measure.readers._table import Table
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
    """Return every sensor that has three accelerometer and three gyroscope columns."""
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
            Raw(
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
    if (
        columns[0].kind == ""
        and len(first) > 2
        and np.all(np.isfinite(first))
        and np.all(first[1:] > first[:-1])
    ):
        return (None, first) if np.all(first == np.round(first)) else (first, None)
    return None, None
