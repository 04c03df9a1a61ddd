"""HDF5 files of the layout that every library writes unless told otherwise: groups, arrays of numbers, attributes.

An own reader of a part of the format, in bounded memory: the full library is larger than all of Mortise and reads
hostile files in C. What it does not know (the newest layout, other filters, compound types) it refuses by name.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mortise.errors import SignalError
from mortise.measure.readers._arrays import Tree
from mortise.measure.readers._lab_parts import RandomAccess

MAGIC = b"\x89HDF\r\n\x1a\n"
# Unpacked numbers of one file.
MAX_UNPACKED_BYTES = 128_000_000
_MOST_STEPS = 200_000
_DEEPEST = 12
_UNDEFINED = 0xFFFF_FFFF_FFFF_FFFF
_MEND = "Save it again with the usual layout (libver earliest), or export CSV."
_DEFLATE, _SHUFFLE, _CHECKSUM = 1, 2, 3
_DATASPACE, _DATATYPE, _LAYOUT, _FILTERS, _ATTRIBUTE, _MORE, _GROUP = 0x1, 0x3, 0x8, 0xB, 0xC, 0x10, 0x11


class _Dataset(Struct, kw_only=True, eq=False):
    """What the messages of one object header say."""

    shape: tuple[int, ...] | None = None
    dtype: np.dtype[Any] | None = None
    layout: bytes = b""
    filters: tuple[int, ...] = ()
    group: tuple[int, int] | None = None
    attributes: Tree


class _File:
    """The bytes of the file, and how much more may be read of it."""

    def __init__(self, access: RandomAccess) -> None:
        self._access = access
        self.name = access.name
        self.base = 0
        self._n_steps = _MOST_STEPS
        self._n_unpacked = MAX_UNPACKED_BYTES
        self._n_chunk_bytes = 2 * MAX_UNPACKED_BYTES

    def at(self, address: int, n_bytes: int) -> bytes:
        """Return bytes at an address; one beyond the file is refused."""
        self._n_steps -= 1
        start = self.base + address
        if self._n_steps < 0:
            raise self.refuse("the file has no end of parts.")
        if address < 0 or start + n_bytes > self._access.n_bytes:
            raise self.refuse("the file is cut off or broken.", start)
        return self._access.at(start, n_bytes)

    def number(self, address: int, n_bytes: int) -> int:
        """Return a whole number at an address."""
        return int.from_bytes(self.at(address, n_bytes), "little")

    def take(self, n_bytes: int) -> None:
        """Count bytes of numbers to be unpacked."""
        self._n_unpacked -= n_bytes
        if self._n_unpacked < 0:
            raise SignalError(
                "the file unpacks to more than 128 MB.", where=self.name, mend="Save only the test."
            )

    def take_chunk(self, n_bytes: int) -> None:
        """Count bytes of one chunk, so that many chunks over each other end."""
        self._n_chunk_bytes -= n_bytes
        if self._n_chunk_bytes < 0:
            raise self.refuse("its chunks hold more than its arrays.")

    def refuse(self, reason: str, at: int | None = None) -> SignalError:
        """Return the refusal of this file."""
        where = self.name if at is None else f"{self.name}, byte {at + 1}"
        return SignalError(f"HDF5: {reason}", where=where, mend=_MEND)


def read_hdf5(access: RandomAccess) -> Tree:
    """Return groups and arrays of an HDF5 file as a tree of names; numbers in attributes stand beside the arrays.

    Parameters
    ----------
    access
        The file.

    Returns
    -------
    dict
        Arrays, words and dictionaries.

    Raises
    ------
    SignalError
        When the file is cut off, unpacks to more than 128 MB, or uses a part of the format that is not read here.

    References
    ----------
    The layout is that of The HDF Group's "HDF5 File Format Specification", version 0 and 1 of the superblock.
    """
    file = _File(access)
    while file.base + 96 <= access.n_bytes and access.at(file.base, 8) != MAGIC:
        # the file may start with a block of somebody else: MATLAB writes 512 bytes
        file.base = 512 if file.base == 0 else file.base * 2
    if file.base + 96 > access.n_bytes:
        raise file.refuse("there is no superblock.")
    block = file.at(0, 96)
    if block[8] > 1:
        raise file.refuse(f"version {block[8]} of its layout is not read here.")
    if (block[13], block[14]) != (8, 8):
        raise file.refuse("its addresses are not of 8 bytes.")
    root = 24 + 32 + (4 if block[8] == 1 else 0)
    tree = _object(file, int.from_bytes(block[root + 8 : root + 16], "little"), 0)
    return tree if isinstance(tree, dict) else {}


def _object(file: _File, address: int, depth: int) -> Any:
    """Return the branch or array at an object header; None for what holds no numbers."""
    found = _header(file, address)
    if found.group is not None and depth < _DEEPEST:
        branch: Tree = dict(found.attributes)
        for name, child in _links(file, *found.group):
            value = _object(file, child, depth + 1)
            if value is None:
                continue
            if isinstance(value, tuple):
                array, beside = value
                for key, each in beside.items():
                    branch.setdefault(key, each)
                value = array
            branch[name] = value
        return branch
    if found.shape is None or found.dtype is None or not found.layout:
        return None
    return _array(file, found), found.attributes


def _header(file: _File, address: int) -> _Dataset:
    """Read the messages of an object header."""
    if file.at(address, 4) == b"OHDR":
        raise file.refuse("the newest layout of its parts is not read here.", address)
    start = file.at(address, 12)
    if start[0] != 1:
        raise file.refuse("a part has no header.", address)
    n_messages = int.from_bytes(start[2:4], "little")
    blocks = [(address + 16, int.from_bytes(start[8:12], "little"))]
    found = _Dataset(attributes={})
    while blocks and n_messages > 0:
        at, n_bytes = blocks.pop(0)
        end = at + n_bytes
        while at + 8 <= end and n_messages > 0:
            head = file.at(at, 8)
            kind, size = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:4], "little")
            body = file.at(at + 8, size)
            if kind == _MORE and size >= 16:
                blocks.append((int.from_bytes(body[:8], "little"), int.from_bytes(body[8:16], "little")))
            else:
                _take_message(file, found, kind, body)
            at += 8 + size
            n_messages -= 1
    return found


def _take_message(file: _File, found: _Dataset, kind: int, body: bytes) -> None:
    """Note what one message says."""
    if kind == _DATASPACE:
        found.shape = _shape(body)
    elif kind == _DATATYPE:
        found.dtype = _dtype(body)
    elif kind == _LAYOUT:
        found.layout = body
    elif kind == _FILTERS:
        found.filters = _filters(file, body)
    elif kind == _GROUP and len(body) >= 16:
        found.group = int.from_bytes(body[:8], "little"), int.from_bytes(body[8:16], "little")
    elif kind == _ATTRIBUTE:
        found.attributes.update(_attribute(body))


def _shape(body: bytes) -> tuple[int, ...] | None:
    if len(body) < 4 or body[0] not in (1, 2) or body[1] > 8:
        return None
    start = 8 if body[0] == 1 else 4
    sizes = [int.from_bytes(body[start + 8 * i : start + 8 * i + 8], "little") for i in range(body[1])]
    return tuple(sizes) if start + 8 * body[1] <= len(body) else None


def _dtype(body: bytes) -> np.dtype[Any] | None:
    """Return the type of plain numbers, None for any other."""
    if len(body) < 8:
        return None
    kind, bits, size = body[0] & 0xF, body[1], int.from_bytes(body[4:8], "little")
    order = ">" if bits & 1 else "<"
    if kind == 0 and size in (1, 2, 4, 8):
        return np.dtype(f"{order}{'i' if bits & 8 else 'u'}{size}")
    if kind == 1 and size in (2, 4, 8) and not bits & 0x40:
        return np.dtype(f"{order}f{size}")
    return None


def _filters(file: _File, body: bytes) -> tuple[int, ...]:
    """Return the filters in the order in which they were applied."""
    if len(body) < 2 or body[0] not in (1, 2):
        raise file.refuse("its filters are broken.")
    at, found = (8, []) if body[0] == 1 else (2, [])  # type: tuple[int, list[int]]
    for _ in range(body[1]):
        if at + 8 > len(body):
            raise file.refuse("its filters are broken.")
        number = int.from_bytes(body[at : at + 2], "little")
        if number not in (_DEFLATE, _SHUFFLE, _CHECKSUM):
            raise file.refuse(f"filter {number} is not read here.")
        n_name = int.from_bytes(body[at + 2 : at + 4], "little") if body[0] == 1 else 0
        n_values = int.from_bytes(body[at + 6 : at + 8] if body[0] == 1 else body[at + 4 : at + 6], "little")
        at += (8 if body[0] == 1 else 6) + n_name + 4 * n_values
        at += 4 if body[0] == 1 and n_values % 2 else 0
        found.append(number)
    return tuple(found)


def _attribute(body: bytes) -> Tree:
    """Return a number or a row of numbers kept beside an array."""
    if len(body) < 8 or body[0] not in (1, 2, 3):
        return {}
    n_name, n_type, n_space = (int.from_bytes(body[i : i + 2], "little") for i in (2, 4, 6))
    at = 9 if body[0] == 3 else 8
    pad = 8 if body[0] == 1 else 1
    name = body[at : at + n_name].split(b"\0")[0].decode("utf-8", "replace")
    at += -(-n_name // pad) * pad
    dtype = _dtype(body[at : at + n_type])
    at += -(-n_type // pad) * pad
    shape = _shape(body[at : at + n_space])
    at += -(-n_space // pad) * pad
    if dtype is None or shape is None or not name:
        return {}
    n = math.prod(shape)
    if n < 1 or at + n * dtype.itemsize > len(body):
        return {}
    return {name: np.frombuffer(body, dtype=dtype, count=n, offset=at)}


def _links(file: _File, tree: int, heap: int) -> Iterator[tuple[str, int]]:
    """Yield name and address of every member of a group."""
    head = file.at(heap, 32)
    if head[:4] != b"HEAP":
        raise file.refuse("the names of a group are missing.", heap)
    n_names = int.from_bytes(head[8:16], "little")
    names = int.from_bytes(head[24:32], "little")
    for node in _leaves(file, tree, 0, 0):
        start = file.at(node, 8)
        if start[:4] != b"SNOD":
            raise file.refuse("the members of a group are missing.", node)
        for index in range(int.from_bytes(start[6:8], "little")):
            entry = file.at(node + 8 + 40 * index, 40)
            offset = int.from_bytes(entry[:8], "little")
            if offset >= n_names:
                raise file.refuse("a name of a group lies outside.", node)
            text = file.at(names + offset, min(256, n_names - offset)).split(b"\0")[0]
            yield text.decode("utf-8", "replace"), int.from_bytes(entry[8:16], "little")


def _leaves(file: _File, address: int, kind: int, n_key: int) -> Iterator[int]:
    """Yield what the lowest nodes of a tree point at; keys of chunks are `n_key` long and come along elsewhere."""
    for _, child in _entries(file, address, kind, n_key or 8):
        yield child


def _entries(file: _File, address: int, kind: int, n_key: int, depth: int = 0) -> Iterator[tuple[bytes, int]]:
    """Yield key and child of every entry of the lowest nodes."""
    if address == _UNDEFINED:
        return
    head = file.at(address, 24)
    if head[:4] != b"TREE" or head[4] != kind or depth > 8:
        raise file.refuse("a tree is broken.", address)
    level, n = head[5], int.from_bytes(head[6:8], "little")
    body = file.at(address + 24, n * (n_key + 8))
    for index in range(n):
        entry = body[index * (n_key + 8) : (index + 1) * (n_key + 8)]
        child = int.from_bytes(entry[n_key:], "little")
        if level:
            yield from _entries(file, child, kind, n_key, depth + 1)
        else:
            yield entry[:n_key], child


def _array(file: _File, found: _Dataset) -> NDArray[Any]:
    """Return the numbers of an array, whichever way they are laid out."""
    shape, dtype, layout = found.shape or (), found.dtype or np.dtype("f8"), found.layout
    n = math.prod(shape)
    if n * dtype.itemsize > MAX_UNPACKED_BYTES or len(shape) > 4:
        raise SignalError(
            "the file unpacks to more than 128 MB.", where=file.name, mend="Save only the test."
        )
    file.take(n * dtype.itemsize)
    if layout[0] != 3 or (len(layout) < 18 and layout[1] != 0):
        raise file.refuse(f"layout {layout[0]} of an array is not read here.")
    if layout[1] == 0:
        body = layout[4 : 4 + int.from_bytes(layout[2:4], "little")]
        return _numbers(file, body, dtype, n).reshape(shape)
    if layout[1] == 1:
        address = int.from_bytes(layout[2:10], "little")
        if address == _UNDEFINED:
            return np.full(shape, np.nan if dtype.kind == "f" else 0)
        return _numbers(file, file.at(address, n * dtype.itemsize), dtype, n).reshape(shape)
    return _chunked(file, found, shape, dtype)


def _numbers(file: _File, body: bytes, dtype: np.dtype[Any], n: int) -> NDArray[Any]:
    if len(body) < n * dtype.itemsize:
        raise file.refuse("an array is cut off.")
    return np.frombuffer(body, dtype=dtype, count=n)


def _chunked(file: _File, found: _Dataset, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an array that is kept in chunks, each filtered for itself."""
    rank = found.layout[2] - 1
    sizes = [int.from_bytes(found.layout[11 + 4 * i : 15 + 4 * i], "little") for i in range(rank)]
    n_chunk = math.prod(sizes) * dtype.itemsize
    if rank != len(shape) or not sizes or min(sizes) < 1 or n_chunk > MAX_UNPACKED_BYTES:
        raise file.refuse("the chunks of an array are broken.")
    array = np.full(shape, np.nan if dtype.kind == "f" else 0, dtype=dtype.newbyteorder("="))
    tree = int.from_bytes(found.layout[3:11], "little")
    n_key = 8 + 8 * (rank + 1)
    for key, address in _entries(file, tree, 1, n_key):
        offsets = [int.from_bytes(key[8 + 8 * i : 16 + 8 * i], "little") for i in range(rank)]
        if any(offset >= size for offset, size in zip(offsets, shape, strict=True)):
            continue
        n_packed = int.from_bytes(key[:4], "little")
        file.take_chunk(n_chunk + n_packed)
        body = _unfiltered(file, file.at(address, n_packed), found.filters, dtype, n_chunk)
        chunk = _numbers(file, body, dtype, math.prod(sizes)).reshape(sizes)
        places = tuple(
            slice(offset, min(offset + size, whole))
            for offset, size, whole in zip(offsets, sizes, shape, strict=True)
        )
        array[places] = chunk[tuple(slice(0, place.stop - place.start) for place in places)]
    return array


def _unfiltered(
    file: _File, body: bytes, filters: tuple[int, ...], dtype: np.dtype[Any], n_bytes: int
) -> bytes:
    """Undo the filters of one chunk, last first."""
    for number in reversed(filters):
        if number == _CHECKSUM:
            body = body[:-4]
        elif number == _DEFLATE:
            try:
                body = zlib.decompressobj().decompress(body, n_bytes + 64)
            except zlib.error:
                raise file.refuse("a compressed chunk is broken.") from None
        elif dtype.itemsize > 1 and len(body) % dtype.itemsize == 0:
            body = np.frombuffer(body, dtype="u1").reshape(dtype.itemsize, -1).T.tobytes()
    return body
