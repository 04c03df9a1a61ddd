"""Where bytes come from: a path, an open file, or a name with bytes; read in pieces, hashed on the way."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from mortise.errors import SignalError

# What `read` accepts for one file.
Origin = str | os.PathLike[str] | BinaryIO | tuple[str, bytes] | tuple[str, BinaryIO]

# Text and samples are read in pieces, so a file may be far larger than the memory: ten hours of text at 100 Hz are
# about 400 MB. Reading stops here, lest a pipe without end keep us for ever.
MAX_BYTES = 2_000_000_000
HEAD_BYTES = 16_384
_PIECE = 1 << 18
_MAX_LINE = 100_000

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"SQLite format", "a database"),
)


def is_json(head: bytes) -> bool:
    """Whether the first bytes are those of a JSON object, or of a list of them."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text.startswith(b"{") or re.match(rb"\[\s*[\[{]", text) is not None


class Known(Struct, frozen=True, kw_only=True):
    """What a recording keeps of its file: the name, and the hash of its bytes."""

    name: str
    sha256: str


class Source(Struct, frozen=True, kw_only=True, eq=False):
    """One file to read: its name for messages, its stream, its path when it lies on a disc."""

    name: str
    stream: BinaryIO
    path: Path | None = None
    # whether we opened the stream and so must close it
    is_ours: bool = False

    def close(self) -> None:
        """Close the stream when it was opened here."""
        if self.is_ours:
            self.stream.close()

    def head(self) -> bytes:
        """Return the first bytes and go back to the start; nothing when the stream cannot go back."""
        if not self.stream.seekable():
            return b""
        self.stream.seek(0)
        head = self.stream.read(HEAD_BYTES)
        self.stream.seek(0)
        return head


def open_source(origin: Origin) -> Source:
    """Return `origin` as a `Source`; a path that cannot be opened is a `SignalError`."""
    if isinstance(origin, tuple):
        name, body = origin
        stream = io.BytesIO(body) if isinstance(body, bytes) else body
        return Source(name=Path(name).name, stream=stream)
    if isinstance(origin, (str, os.PathLike)):
        path = Path(origin)
        try:
            return Source(name=path.name, stream=path.open("rb"), path=path, is_ours=True)
        except OSError as error:
            raise SignalError(
                f"the file cannot be opened ({error.strerror}).",
                where=path.name,
                mend="Check the name and that you may read it.",
            ) from None
    return Source(name=Path(str(getattr(origin, "name", "recording"))).name, stream=origin)


class Reader:
    """Lines and hash of a source, in bounded memory.

    The first piece is inspected before anything else is read, so that a picture renamed `.csv` is refused at once.
    """

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._stream = source.stream
        self._hash = hashlib.sha256()
        self._n_bytes = 0
        self.head = self._piece()
        if not self.head[:65536].removeprefix(b"\xef\xbb\xbf").strip():
            raise SignalError("the file is empty.", where=self.name, mend="Record or export it again.")
        self._refuse_binary()

    def _piece(self) -> bytes:
        try:
            piece = self._stream.read(_PIECE)
        except OSError as error:
            raise SignalError(
                f"the file cannot be read ({error.strerror}).",
                where=self.name,
                mend="Copy it to this computer and try again.",
            ) from None
        self._hash.update(piece)
        self._n_bytes += len(piece)
        if self._n_bytes > MAX_BYTES:
            raise SignalError(
                f"the file is larger than {MAX_BYTES // 1_000_000} MB.",
                where=self.name,
                mend="Cut it to the part that holds the test.",
            )
        return piece

    def _refuse_binary(self) -> None:
        for magic, what in MAGIC:
            if self.head.startswith(magic):
                raise SignalError(
                    f"this is {what}, not a recording Mortise reads.",
                    where=self.name,
                    mend="Export the recording as CSV or text.",
                )
        if b"\x00" in self.head[:4096]:
            raise SignalError(
                "this is a binary file, not a recording Mortise reads.",
                where=self.name,
                mend="Export the recording as CSV or text.",
            )

    @property
    def is_json(self) -> bool:
        """Whether the file starts like a JSON document."""
        return is_json(self.head)

    @property
    def sha256(self) -> str:
        """Hash of what has been read so far; of the whole file once the lines are used up."""
        return self._hash.hexdigest()

    @property
    def known(self) -> Known:
        """Name and hash, once the file is read."""
        return Known(name=self.name, sha256=self.sha256)

    def body(self, max_bytes: int) -> bytes:
        """Return the whole file, for formats that cannot be read line by line."""
        pieces = [self.head]
        while piece := self._piece():
            pieces.append(piece)
            if self._n_bytes > max_bytes:
                raise SignalError(
                    f"the file is larger than {max_bytes // 1_000_000} MB.",
                    where=self.name,
                    mend="Cut it to the part that holds the test.",
                )
        return b"".join(pieces)

    def blocks(self) -> Iterator[str]:
        """Yield the file as blocks of whole lines; the last block may lack its line end."""
        rest = b""
        piece = self.head.removeprefix(b"\xef\xbb\xbf")
        while piece:
            cut = piece.rfind(b"\n")
            if cut < 0:
                rest += piece
                self._refuse_long_line(rest)
            else:
                yield (rest + piece[: cut + 1]).decode("utf-8", "replace")
                rest = piece[cut + 1 :]
            piece = self._piece()
        if rest:
            yield rest.decode("utf-8", "replace")

    def _refuse_long_line(self, rest: bytes) -> None:
        if len(rest) > max(_MAX_LINE, 2 * _PIECE):
            raise SignalError(
                "a line has no end.",
                where=self.name,
                mend="Export the recording as CSV or text with one sample per line.",
            )
