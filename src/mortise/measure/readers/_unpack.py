"""What one name given by the caller stands for: a file, the files of a folder, or those of a ZIP archive."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from mortise.errors import SignalError
from mortise.measure.readers._source import Origin, Source, open_source

_T = TypeVar("_T")
# One file per video frame: six minutes at 60 frames a second.
MAX_FILES = 20_000
# The list of files in an archive is read at once; a name takes about a hundred bytes.
_MAX_UNPACKED_BYTES = 600_000_000
_MAX_DIRECTORY_BYTES = 4_000_000
# What the library raises of archives that are broken, encrypted or packed in ways it does not know.
_BREAKS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    LookupError,
    OverflowError,
)
_END_OF_ZIP = b"PK\x05\x06"
_END_BYTES = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_TELLTALES = {
    "xl/workbook.xml": ("an Excel workbook", "Save the sheet as CSV."),
    "word/document.xml": ("a Word document", "Export the recording as CSV."),
    "META-INF/MANIFEST.MF": ("a program", "Export the recording as CSV."),
}


def is_zip(head: bytes) -> bool:
    """Whether the first bytes are those of a ZIP archive."""
    return head.startswith(b"PK\x03\x04")


def is_folder(origin: Origin) -> bool:
    """Whether the caller named a folder."""
    return isinstance(origin, (str, os.PathLike)) and Path(origin).is_dir()


def files_of_folder(origin: Origin) -> Iterator[Source]:
    """Yield the files of a folder and of the folders in it, by name; hidden files and links are left out.

    Raises
    ------
    SignalError
        When the folder holds no file, or more than 20 000.
    """
    folder = Path(cast("str | os.PathLike[str]", origin))
    name = folder.resolve().name
    places: list[Path] = []
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        places += [Path(root) / each for each in sorted(files) if not each.startswith(".")]
        if len(places) > MAX_FILES:
            raise _too_many(name)
    places = [place for place in places if place.is_file() and not place.is_symlink()]
    if not places:
        raise SignalError("the folder holds no file.", where=name, mend="Name the folder of the recording.")
    for place in places:
        inside = place.relative_to(folder).as_posix()
        source = open_source(place)
        yield Source(name=f"{name}/{inside}", stream=source.stream, path=place, is_ours=True)


def files_of_zip(source: Source) -> Iterator[Source]:
    """Yield the files of a ZIP archive as they are asked for; nothing is written to disc.

    Raises
    ------
    SignalError
        When the archive is broken, encrypted, holds another archive, or unpacks to more than 600 MB.
    """
    try:
        with zipfile.ZipFile(_checked(source)) as archive:
            for member in _members(archive, source.name):
                yield Source(
                    name=f"{source.name}/{member.filename}",
                    stream=cast(BinaryIO, _Member(archive, member, source.name)),
                    is_ours=True,
                )
    except _BREAKS as error:
        raise _broken(source.name, error) from None


class _Member:
    """The bytes of one file of an archive; what breaks while unpacking is a refusal with the archive's name."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
        self._name = name
        self._stream = archive.open(member)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        return self._safely(lambda: self._stream.read(size))

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; going back unpacks again from the start."""
        return self._safely(lambda: self._stream.seek(offset, whence))

    def seekable(self) -> bool:
        """Whether one can go back."""
        return self._stream.seekable()

    def close(self) -> None:
        """Close the file, not the archive."""
        self._stream.close()

    def _safely(self, call: Callable[[], _T]) -> _T:
        try:
            return call()
        except _BREAKS as error:
            raise _broken(self._name, error) from None


def _broken(name: str, error: Exception) -> SignalError:
    return SignalError(
        f"the archive cannot be unpacked ({str(error)[:80]}).",
        where=name,
        mend="Unpack it and give the folder.",
    )


def _checked(source: Source) -> BinaryIO:
    """Return the archive when the list of its files is of a size that can be read at once."""
    stream = source.stream
    n_bytes = stream.seek(0, 2)
    stream.seek(max(0, n_bytes - (1 << 16) - _END_BYTES))
    tail = stream.read()
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise SignalError("the archive is cut off.", where=source.name, mend="Send or export it again.")
    n_files = int.from_bytes(tail[at + 10 : at + 12], "little")
    n_listed = int.from_bytes(tail[at + 12 : at + 16], "little")
    if n_files > MAX_FILES or n_listed > _MAX_DIRECTORY_BYTES or _ZIP64_LOCATOR in tail:
        raise _too_many(source.name)
    stream.seek(0)
    return stream


def _members(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the files of the archive that may hold a recording, by name."""
    members = [
        each
        for each in archive.infolist()
        if each.filename and not each.is_dir() and not _is_hidden(each.filename)
    ]
    for member in members:
        if member.filename in _TELLTALES:
            what, mend = _TELLTALES[member.filename]
            raise SignalError(f"this is {what}, not a recording Mortise reads.", where=name, mend=mend)
    if not members:
        raise SignalError("the archive holds no file.", where=name, mend="Send or export it again.")
    if sum(each.file_size for each in members) > _MAX_UNPACKED_BYTES:
        raise SignalError(
            f"the archive unpacks to more than {_MAX_UNPACKED_BYTES // 1_000_000} MB.",
            where=name,
            mend="Unpack it and give the files of the test.",
        )
    return sorted(members, key=lambda each: each.filename)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def _too_many(name: str) -> SignalError:
    return SignalError(
        f"more than {MAX_FILES} files are more than a recording has.",
        where=name,
        mend="Give the files of one test.",
    )
