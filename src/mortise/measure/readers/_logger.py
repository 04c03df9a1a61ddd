"""The JSON export of phone loggers: one list of samples, each naming its sensor."""

from __future__ import annotations

import msgspec
import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.readers import _clean as clean
from mortise.measure.readers import _names as names
from mortise.measure.readers._settle import Raw
from mortise.measure.readers._source import Reader
from mortise.terms import Side

_MAX_BYTES = 64_000_000
_MOST_ENTRIES = 1_000_000


class _Entry(Struct, gc=False):
    """One sample; the numbers may be words."""

    sensor: str = ""
    time: float | None = None
    seconds_elapsed: float | None = None
    x: float | None = None
    y: float | None = None
    z: float | None = None


def is_logger_json(head: bytes) -> bool:
    """Whether the first bytes are those of a list of samples that name their sensor."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b'"sensor"' in head


def logger_raws(reader: Reader) -> list[Raw]:
    """Return the parts of the phone's sensor.

    Raises
    ------
    SignalError
        When the JSON is broken, or no accelerometer and gyroscope are in it.
    """
    try:
        entries = msgspec.json.decode(reader.body(_MAX_BYTES), type=list[_Entry], strict=False)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise SignalError(
            f"the JSON text is no export of a phone logger ({str(error)[:80]}).",
            where=reader.name,
            mend="Export it again, as CSV if you can.",
        ) from None
    if len(entries) > _MOST_ENTRIES:
        raise SignalError(
            "more than a million samples: too long for a test.", where=reader.name, mend="Cut it."
        )
    raws = []
    for sensor in dict.fromkeys(entry.sensor for entry in entries):
        kind = names.kind_of_file(sensor)
        rows = [
            (
                entry.seconds_elapsed if entry.seconds_elapsed is not None else entry.time,
                entry.x,
                entry.y,
                entry.z,
            )
            for entry in entries
            if entry.sensor == sensor
        ]
        if kind and len(rows) > 1:
            raws.append(_part(np.array(rows, dtype=float), sensor, kind))
    if not raws:
        raise SignalError(
            "no accelerometer and gyroscope are in this export.",
            where=reader.name,
            mend="Switch both on in the logger and record again.",
        )
    return raws


def _part(rows: np.ndarray[tuple[int, int], np.dtype[np.float64]], sensor: str, kind: str) -> Raw:
    return Raw(
        sensor=sensor,
        values=rows[:, 1:],
        stamps_s=rows[:, 0] / clean.stamps_per_second(rows[:, 0], ""),
        counter=None,
        acc_unit="",
        gyr_unit="",
        header_rate_hz=None,
        header_side=Side.NONE,
        header_placement="",
        device="",
        format="phone-logger",
        kind=kind,
    )
