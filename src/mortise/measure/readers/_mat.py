"""MATLAB files of version 5: numbers, structs and words, in bounded memory. Objects and functions are left out."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.readers._arrays import Tree
from mortise.measure.readers._lab_parts import RandomAccess

MAGIC = b"MATLAB 5.0 MAT-file"
_HEADER_BYTES = 128
# Unpacked bytes of one file; text and numbers of a whole day stay below it.
MAX_UNPACKED_BYTES = 192_000_000
_MOST_ELEMENTS = 200_000
_DEEPEST = 16
_MATRIX, _COMPRESSED = 14, 15
_DTYPES = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
    16: "u1",
    17: "u2",
}
_CELL, _STRUCT, _OBJECT, _CHAR, _FIRST_NUMBER, _LAST_NUMBER = 1, 2, 3, 4, 6, 15
_MEND = "Save it again, or export CSV."


class _Budget:
    """How much more may be unpacked and how many more elements may be read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.n_bytes = MAX_UNPACKED_BYTES
        self.n_elements = _MOST_ELEMENTS

    def take(self, n_bytes: int) -> None:
        """Count an element of that size."""
        self.n_bytes -= n_bytes
        self.n_elements -= 1
        if self.n_bytes < 0 or self.n_elements < 0:
            raise SignalError(
                "the file unpacks to more than 192 MB.", where=self.name, mend="Save only the test."
            )


class _Element(Struct, frozen=True, eq=False):
    kind: int
    body: memoryview


def read_mat(access: RandomAccess) -> Tree:
    """Return the variables of a MAT file as a tree of names.

    Parameters
    ----------
    access
        The file.

    Returns
    -------
    dict
        Arrays of numbers, words and dictionaries; a struct array becomes numbered branches, a cell likewise.

    Raises
    ------
    SignalError
        When the file is cut off, broken, or unpacks to more than 192 MB.

    References
    ----------
    The layout is that of MathWorks' document "MAT-File Format".
    """
    header = access.at(0, _HEADER_BYTES)
    mark = header[126:128]
    if mark not in (b"IM", b"MI"):
        raise SignalError("the header of the MAT file is broken.", where=access.name, mend=_MEND)
    order = "<" if mark == b"IM" else ">"
    budget = _Budget(access.name)
    tree: Tree = {}
    at = _HEADER_BYTES
    while at + 8 <= access.n_bytes:
        kind, n_bytes = (int(each) for each in np.frombuffer(access.at(at, 8), dtype=f"{order}u4"))
        if n_bytes > access.n_bytes - at - 8:
            if tree:
                break
            raise SignalError("the file is cut off.", where=f"{access.name}, byte {at + 1}", mend=_MEND)
        if n_bytes > MAX_UNPACKED_BYTES:
            raise SignalError(
                "the file holds a variable of more than 192 MB.",
                where=access.name,
                mend="Save only the test.",
            )
        body = access.at(at + 8, n_bytes)
        if kind == _COMPRESSED:
            body = _unpacked(body, budget)
            kind, n_inner = (
                int(each) for each in np.frombuffer(body[:8].ljust(8, b"\0"), dtype=f"{order}u4")
            )
            body = body[8 : 8 + n_inner]
        else:
            budget.take(n_bytes)
        if kind == _MATRIX:
            name, value = _matrix(memoryview(body), order, budget, 0)
            if value is not None:
                tree[name or f"variable {len(tree) + 1}"] = value
        at += 8 + n_bytes
    return tree


def _unpacked(body: bytes, budget: _Budget) -> bytes:
    machine = zlib.decompressobj()
    try:
        plain = machine.decompress(body, max(1, budget.n_bytes))
    except zlib.error:
        raise SignalError("a compressed variable is broken.", where=budget.name, mend=_MEND) from None
    if machine.unconsumed_tail:
        raise SignalError(
            "the file unpacks to more than 192 MB.", where=budget.name, mend="Save only the test."
        )
    budget.take(len(plain))
    return plain


class _Reader:
    """Elements one after the other inside a matrix."""

    def __init__(self, body: memoryview, order: str, budget: _Budget) -> None:
        self._body, self._order, self._budget = body, order, budget
        self._at = 0

    def is_done(self) -> bool:
        """Whether no element is left."""
        return self._at + 8 > len(self._body)

    def next(self) -> _Element:
        """Return the next element; a short one keeps its size beside its kind."""
        if self.is_done():
            raise SignalError("a variable is cut off.", where=self._budget.name, mend=_MEND)
        self._budget.take(0)
        kind, n_bytes = (
            int(e) for e in np.frombuffer(self._body[self._at : self._at + 8], dtype=f"{self._order}u4")
        )
        if kind >> 16:
            n_small = kind >> 16
            element = _Element(kind & 0xFFFF, self._body[self._at + 4 : self._at + 4 + min(n_small, 4)])
            self._at += 8
            return element
        body = self._body[self._at + 8 : self._at + 8 + n_bytes]
        if len(body) < n_bytes:
            raise SignalError("a variable is cut off.", where=self._budget.name, mend=_MEND)
        self._at += 8 + n_bytes + (-n_bytes % 8)
        return _Element(kind, body)

    def numbers(self) -> np.ndarray[Any, Any]:
        """Return the numbers of the next element."""
        return self.as_numbers(self.next())

    def as_numbers(self, element: _Element) -> np.ndarray[Any, Any]:
        dtype = np.dtype(_DTYPES.get(element.kind, "u1")).newbyteorder("<" if self._order == "<" else ">")
        n = len(element.body) // dtype.itemsize
        return np.frombuffer(element.body[: n * dtype.itemsize], dtype=dtype)


def _matrix(body: memoryview, order: str, budget: _Budget, depth: int) -> tuple[str, Any]:
    """Return name and value of one matrix; None for what holds no numbers."""
    if len(body) < 8 or depth > _DEEPEST:
        return "", None
    reader = _Reader(body, order, budget)
    flags = reader.numbers()
    kind = int(flags[0]) & 0xFF if len(flags) else 0
    shape = tuple(int(each) for each in reader.numbers())
    name = bytes(reader.next().body).decode("ascii", "replace").strip("\0")
    if kind in (_STRUCT, _OBJECT):
        if kind == _OBJECT:
            reader.next()
        return name, _structs(reader, shape, order, budget, depth)
    if kind == _CELL:
        cells: list[Any] = []
        while not reader.is_done() and len(cells) < _MOST_ELEMENTS:
            cells.append(_matrix(reader.next().body, order, budget, depth + 1)[1])
        return name, {str(i + 1): cell for i, cell in enumerate(cells) if cell is not None}
    if kind == _CHAR:
        letters = reader.numbers() if not reader.is_done() else np.empty(0)
        return name, "".join(chr(int(each)) for each in letters[:2000] if 0 < int(each) < 0x110000)
    if _FIRST_NUMBER <= kind <= _LAST_NUMBER:
        return name, _numbers(reader, shape)
    return name, None


def _numbers(reader: _Reader, shape: tuple[int, ...]) -> Any:
    values = reader.numbers() if not reader.is_done() else np.empty(0)
    n = 1
    for each in shape:
        n *= max(each, 0)
    if n != len(values) or not 1 <= len(shape) <= 4:
        return None
    return values.reshape(shape, order="F")


def _structs(reader: _Reader, shape: tuple[int, ...], order: str, budget: _Budget, depth: int) -> Tree:
    """Return the fields of a struct; those of a struct array under numbers."""
    width = reader.numbers()
    n_letters = int(width[0]) if len(width) else 0
    text = bytes(reader.next().body)
    if not 1 <= n_letters <= 64:
        raise SignalError("the names of a struct are broken.", where=budget.name, mend=_MEND)
    fields = [
        text[i : i + n_letters].split(b"\0")[0].decode("ascii", "replace")
        for i in range(0, len(text), n_letters)
    ]
    branches: list[Tree] = []
    while not reader.is_done() and fields:
        branch: Tree = {}
        for field in fields:
            if reader.is_done():
                break
            value = _matrix(reader.next().body, order, budget, depth + 1)[1]
            if value is not None:
                branch[field] = value
        branches.append(branch)
    if len(branches) == 1:
        return branches[0]
    return {str(index + 1): branch for index, branch in enumerate(branches)}
