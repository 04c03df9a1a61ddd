"""Recognise a laboratory file by its content, its ending second, and read it."""

from __future__ import annotations

from typing import Literal, NoReturn

from mortise.errors import SignalError
from mortise.measure.laboratory import LabRecording
from mortise.measure.readers._c3d import read_c3d
from mortise.measure.readers._c3d_header import BLOCK, parameter_block
from mortise.measure.readers._lab_parts import RandomAccess
from mortise.measure.readers._motion_text import read_mot, read_trc
from mortise.measure.readers._source import MAGIC, Origin, Reader, Source, open_source

LabFormat = Literal["c3d", "trc", "mot"]
_ENDINGS: dict[str, LabFormat] = {".c3d": "c3d", ".trc": "trc", ".mot": "mot", ".sto": "mot"}


def lab_format_of(source: Source) -> LabFormat | None:
    """Return the laboratory format of a file, None when it is something else.

    The content decides: the first two bytes and the processor type of C3D, the first word of TRC, the end of the
    header of MOT. Only where it says nothing does the ending count.
    """
    if not source.stream.seekable():
        return None
    head = source.head()
    try:
        if any(head.startswith(magic) for magic, _ in MAGIC):
            return None
        if _is_c3d(source, head):
            return "c3d"
    finally:
        source.stream.seek(0)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"pathfiletype"):
        return "trc"
    lines = [line.strip() for line in text.splitlines()[:200]]
    if b"endheader" in lines:
        return "mot"
    ending = source.name.lower().rpartition(".")[2]
    return _ENDINGS.get(f".{ending}") if head.strip() else None


def _is_c3d(source: Source, head: bytes) -> bool:
    """Whether header and parameter section look like C3D; text with the same two bytes does not."""
    block = parameter_block(head)
    if block is None:
        return False
    source.stream.seek((block - 1) * BLOCK)
    start = source.stream.read(4)
    return len(start) == 4 and start[3] in (84, 85, 86)


def read_lab(origin: Origin) -> LabRecording:
    """Read a file of a motion laboratory: C3D, TRC, MOT or STO.

    Parameters
    ----------
    origin
        A path, an open binary file, or `(name, bytes)` as an upload has it.

    Returns
    -------
    LabRecording
        Markers, model outputs, analog channels, force plates and events, in SI units and one clock.

    Raises
    ------
    SignalError
        When the file is none of these or cannot be used, naming the place and what would mend it.

    Notes
    -----
    Sizes in the file are checked against its length before anything is allocated; decoded samples may take 256 MB.
    """
    source = open_source(origin)
    try:
        return read_lab_source(source)
    finally:
        source.close()


def read_lab_source(source: Source) -> LabRecording:
    """Read an opened source; see `read_lab`."""
    kind = lab_format_of(source)
    if kind == "c3d":
        return read_c3d(RandomAccess(source))
    reader = Reader(source)
    if kind is None:
        raise SignalError(
            "this is not a recording of a motion laboratory that Mortise reads.",
            where=source.name,
            mend="Export it as C3D, TRC, MOT or STO.",
        )
    return read_trc(reader) if kind == "trc" else read_mot(reader)


def refuse_to_measure(source: Source) -> NoReturn:
    """Refuse a laboratory's file with what it holds; one that cannot be read says why."""
    found = read_lab_source(source)
    raise SignalError(
        f"this {found.info.format.upper()} file was read ({found.described()}), "
        "but it holds no foot or shin sensor.",
        where=source.name,
        mend="Record with a sensor on each foot, or read it with mortise.measure.open_files.",
    )
