"""The one door for files: each is recognised by its content and read as sensors, laboratory or pose."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, cast

from mortise.errors import InputError
from mortise.measure.laboratory import LabRecording
from mortise.measure.materials import Materials
from mortise.measure.readers import _names as names
from mortise.measure.readers._lab import lab_format_of, read_lab_source, refuse_to_measure
from mortise.measure.readers._sensors import phone_raws, table_raws
from mortise.measure.readers._settle import Given, usable
from mortise.measure.readers._sidecar import read_sidecar
from mortise.measure.readers._source import Origin, Reader, Source, open_source
from mortise.measure.readers._table import read_table
from mortise.measure.recording import PLACEMENTS, Recording
from mortise.terms import Side

_USUAL_RATES_HZ = (10.0, 2000.0)
_ORDER = {Side.LEFT: 0, Side.RIGHT: 1, Side.NONE: 2}


def open_files(
    files: Sequence[Origin] | Origin = (),
    *,
    left: Origin | None = None,
    right: Origin | None = None,
    rate_hz: float | None = None,
    placement: str | None = None,
    test: str | None = None,
    marks_s: Sequence[float] = (),
) -> Materials:
    """Read everything that belongs to one test, of whatever kind, by one door.

    Parameters
    ----------
    files
        Files: paths, open binary files, or `(name, bytes)` as an upload has them.
    left, right
        Files of sensors whose side the caller knows.
    rate_hz
        Samples per second of sensors when the caller knows it; wins over what the file says.
    placement
        Where the sensors were worn; wins over what the file says.
    test
        Which test this is, one of `TESTS`; kept with the recordings.
    marks_s
        Moments the person marked, seconds from the first sample; win over those in the files.

    Returns
    -------
    Materials
        Sensors in the order left, right, then the others; recordings of laboratories; pose keypoints.

    Raises
    ------
    SignalError
        When a file cannot be used, naming sample and channel and what would mend it.
    InputError
        When an argument is not one of the allowed values, or no file was given.
    """
    given = _given(rate_hz, placement, test, marks_s)
    sensors: list[Recording] = []
    labs: list[LabRecording] = []
    for origin, side in _jobs(files, left, right):
        source = open_source(origin)
        try:
            if lab_format_of(source) is not None:
                labs.append(read_lab_source(source))
            else:
                sensors.extend(_sensors_of(source, given, side))
        finally:
            if source.path is not None:
                source.stream.close()
    return Materials(sensors=_in_order(sensors), labs=tuple(labs))


def read(
    paths: Sequence[Origin] | Origin = (),
    *,
    left: Origin | None = None,
    right: Origin | None = None,
    rate_hz: float | None = None,
    placement: str | None = None,
    test: str | None = None,
) -> tuple[Recording, ...]:
    """Read recordings of sensors; one file may hold several. `open_files` reads every kind.

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
    given = _given(rate_hz, placement, test, ())
    found: list[Recording] = []
    for origin, side in _jobs(paths, left, right):
        source = open_source(origin)
        try:
            if lab_format_of(source) is not None:
                refuse_to_measure(source)
            found.extend(_sensors_of(source, given, side))
        finally:
            if source.path is not None:
                source.stream.close()
    return _in_order(found)


def _given(rate_hz: float | None, placement: str | None, test: str | None, marks_s: Sequence[float]) -> Given:
    """Return what the caller says, checked."""
    if placement is not None and placement not in PLACEMENTS:
        raise InputError(
            f"unknown placement {placement!r}.", mend=f"Use one of {', '.join(sorted(PLACEMENTS))}."
        )
    if rate_hz is not None and not _USUAL_RATES_HZ[0] <= rate_hz <= _USUAL_RATES_HZ[1]:
        raise InputError(f"a rate of {rate_hz} Hz is outside 10 to 2000.", mend="Give samples per second.")
    return Given(rate_hz=rate_hz, placement=placement, test=test or "", marks_s=tuple(marks_s))


def _jobs(
    files: Sequence[Origin] | Origin, left: Origin | None, right: Origin | None
) -> list[tuple[Origin, Side | None]]:
    """Return every file with the side the caller gave it."""
    jobs: list[tuple[Origin, Side | None]] = [
        (each, side) for each, side in ((left, Side.LEFT), (right, Side.RIGHT)) if each is not None
    ]
    jobs += [(each, None) for each in _as_list(files)]
    if not jobs:
        raise InputError("no recording was given.", mend="Name at least one file.")
    return jobs


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


def _sensors_of(source: Source, given: Given, side: Side | None) -> list[Recording]:
    """Return the sensors of one file; only those of `side` when the caller says which side the file is of."""
    sidecar = read_sidecar(source.path)
    reader = Reader(source)
    raws = phone_raws(reader) if reader.is_json else table_raws(reader, read_table(reader))
    if side is not None and len(raws) > 1:
        raws = [raw for raw in raws if names.side_of_name(raw.sensor) is side] or raws[:1]
    return usable(reader, raws, given.of_side(side), sidecar)


def _in_order(found: list[Recording]) -> tuple[Recording, ...]:
    return tuple(sorted(found, key=lambda each: _ORDER[each.side]))
