"""The one door for files: each is recognised by its content and read as sensors, laboratory or pose."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from mortise.errors import InputError, SignalError
from mortise.measure.materials import Materials
from mortise.measure.readers._lab import lab_format_of, refuse_to_measure
from mortise.measure.readers._one import Found, read_one
from mortise.measure.readers._settle import Given
from mortise.measure.readers._source import Origin, Source, open_source
from mortise.measure.readers._unpack import files_of_folder, files_of_zip, is_folder, is_zip
from mortise.measure.recording import PLACEMENTS, Recording
from mortise.terms import Side

_USUAL_RATES_HZ = (10.0, 2000.0)
_FEET_M = (0.10, 0.40)


def open_files(
    files: Sequence[Origin] | Origin = (),
    *,
    left: Origin | None = None,
    right: Origin | None = None,
    rate_hz: float | None = None,
    placement: str | None = None,
    test: str | None = None,
    marks_s: Sequence[float] = (),
    side: Side | None = None,
    foot_length_m: float | None = None,
) -> Materials:
    """Read everything that belongs to one test, of whatever kind, by one door.

    Parameters
    ----------
    files
        Paths, folders, ZIP archives, open binary files, or `(name, bytes)` as an upload has them. `FILE#PART` takes
        only the sensors of a file whose name holds `PART`.
    left, right
        Files of sensors whose side the caller knows.
    rate_hz
        Samples or frames per second when the caller knows it; wins over what a file says, but not over time stamps.
    placement
        Where the sensors were worn; wins over what the file says.
    test
        Which test this is, one of `TESTS`; kept with the recordings.
    marks_s
        Moments the person marked, seconds from the first sample; win over those in the files.
    side
        The side that was tested: of files with sensors, markers or keypoints of both sides only that one is measured.
    foot_length_m
        Heel to longest toe, where somebody measured it; wins over the sidecar.

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

    Notes
    -----
    A file that the caller names must be readable. In a folder or archive what is no recording (notes, maps, sound)
    is passed over, unless nothing is left.
    """
    if foot_length_m is not None and not _FEET_M[0] <= foot_length_m <= _FEET_M[1]:
        raise InputError(
            f"a foot of {100.0 * foot_length_m:g} cm is outside 10 to 40.",
            mend="Give the length from the heel to the longest toe, in centimetres.",
        )
    found = Found(
        given=_given(rate_hz, placement, test, marks_s), side=side or Side.NONE, foot_length_m=foot_length_m
    )
    for origin, worn in _jobs(files, left, right):
        _take(found, origin, worn)
    return found.materials()


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
    found = Found(given=_given(rate_hz, placement, test, ()))
    for origin, side in _jobs(paths, left, right):
        if not is_folder(origin):
            source = open_source(_without_part(origin)[0])
            try:
                if lab_format_of(source) is not None:
                    refuse_to_measure(source)
            finally:
                source.close()
        _take(found, origin, side)
    materials = found.materials()
    if not materials.sensors:
        raise SignalError(
            f"no sensor is there, but {materials.described()}.",
            mend="Record with a sensor, or read it with mortise.measure.open_files.",
        )
    return materials.sensors


def _take(found: Found, origin: Origin, side: Side | None) -> None:
    """Read one name given by the caller: a file, a folder or an archive."""
    origin, part = _without_part(origin)
    if is_folder(origin):
        _take_all(found, files_of_folder(origin), side, part, Path(str(origin)).resolve().name)
        return
    source = open_source(origin)
    try:
        if is_zip(source.head()):
            _take_all(found, files_of_zip(source), side, part, source.name)
        else:
            read_one(found, source, side, part)
    finally:
        source.close()


def _take_all(found: Found, sources: Iterable[Source], side: Side | None, part: str, name: str) -> None:
    """Read what a folder or archive holds; what is no recording is passed over unless nothing is left."""
    before = found.count()
    faults: list[SignalError] = []
    arrays: dict[str, Any] = {}
    for source in sources:
        try:
            if source.name.endswith(".npy"):
                arrays |= found.npy(source)
            elif not is_zip(source.head()):
                read_one(found, source, side, part)
        except SignalError as fault:
            faults.append(fault)
        finally:
            source.close()
    if arrays:
        found.add_arrays(name, arrays, side)
    if found.count() == before:
        raise (
            faults[0]
            if faults
            else SignalError(
                "nothing in it is a recording.", where=name, mend="Give the files of the recording."
            )
        )


def _without_part(origin: Origin) -> tuple[Origin, str]:
    """Return the file and the part of it that is meant: `FILE#PART`, unless there is a file of that very name."""
    if isinstance(origin, (str, os.PathLike)) and "#" in str(origin) and not Path(origin).exists():
        path, _, part = str(origin).rpartition("#")
        return path, part
    return origin, ""


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
) -> Iterator[tuple[Origin, Side | None]]:
    """Yield every file with the side the caller gave it."""
    jobs: list[tuple[Origin, Side | None]] = [
        (each, side) for each, side in ((left, Side.LEFT), (right, Side.RIGHT)) if each is not None
    ]
    jobs += [(each, None) for each in _as_list(files)]
    if not jobs:
        raise InputError("no recording was given.", mend="Name at least one file.")
    yield from jobs


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
