"""The first block of a C3D file and its parameter section, read without believing a size before checking it.

Written from the public format description (c3d.org). Nothing here allocates by a number in the file: every size is held
against the bytes that are there first.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mortise.errors import SignalError

BLOCK = 512
KEY = 0x50
ByteOrder = Literal["little", "dec", "big"]
_ORDERS: dict[int, ByteOrder] = {84: "little", 85: "dec", 86: "big"}
# A section counts at most 255 blocks; some programs write longer ones and let the count overflow.
MAX_PARAMETER_BYTES = 4_000_000
_MAX_RECORDS = 20_000
# As older programs spelled it.
_OLD_GROUPS = {"FORCE_PLATEFORM": "FORCE_PLATFORM"}
_MEND = "Export the recording again from the program that made it."

Value = float | str


class Header(Struct, frozen=True, kw_only=True):
    """The header words that matter."""

    byte_order: ByteOrder
    n_points: int
    n_analog_words: int
    first_frame: int
    last_frame: int
    scale: float
    data_block: int
    n_analog_per_frame: int
    rate_hz: float
    events: tuple[tuple[str, float], ...] = ()


class Parameters(Struct, frozen=True, kw_only=True):
    """Parameter values by `GROUP:NAME`, with their dimensions, and what had to be mended to read them."""

    values: dict[str, tuple[Value, ...]]
    sizes: dict[str, tuple[int, ...]]
    notes: tuple[str, ...] = ()

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return the numbers of a parameter; empty when it is absent or text."""
        return tuple(each for each in self.values.get(name, ()) if not isinstance(each, str))

    def number(self, name: str) -> float | None:
        """Return the first number of a parameter that is finite, else None."""
        found = self.numbers(name)
        return found[0] if found and math.isfinite(found[0]) else None

    def count(self, name: str) -> int | None:
        """Return a parameter that counts; a 16-bit count above 32767 is stored as a negative number."""
        value = self.number(name)
        if value is None:
            return None
        return int(value + 65536 if -32768 <= value < 0 else value)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a parameter, trimmed; empty when it is absent or numeric."""
        return tuple(each for each in self.values.get(name, ()) if isinstance(each, str))

    def spilled_texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of `NAME`, `NAME2`, `NAME3` and so on: lists beyond 255 entries spill over."""
        found = list(self.texts(name))
        for number in range(2, 1000):
            more = self.texts(f"{name}{number}")
            if not more:
                break
            found += more
        return tuple(found)

    def spilled_numbers(self, name: str) -> tuple[float, ...]:
        """Return the numbers of `NAME`, `NAME2`, `NAME3` and so on."""
        found = list(self.numbers(name))
        for number in range(2, 1000):
            more = self.numbers(f"{name}{number}")
            if not more:
                break
            found += more
        return tuple(found)


def numbers_of(body: bytes, kind: Literal["i2", "u2", "f4"], order: ByteOrder) -> NDArray[Any]:
    """Return `body` as numbers of the byte order; reals as 32-bit IEEE numbers."""
    if kind != "f4":
        return np.frombuffer(body, dtype=(">" if order == "big" else "<") + kind)
    if order != "dec":
        return np.frombuffer(body, dtype=">f4" if order == "big" else "<f4")
    halves = np.frombuffer(body, dtype="<u2").astype(np.uint32)
    bits = (halves[0::2] << np.uint32(16)) | halves[1::2]
    exponent = (bits >> np.uint32(23)) & np.uint32(0xFF)
    # VAX numbers are four times what the same bits mean in IEEE; the tiniest become zero
    bits = np.where(exponent > 2, bits - np.uint32(2 << 23), np.uint32(0)).astype(np.uint32)
    return bits.view(np.float32)


def parameter_block(head: bytes) -> int | None:
    """Return the block where parameters start when `head` begins like a C3D file, else None."""
    if len(head) < BLOCK or head[1] != KEY or head[0] < 2:
        return None
    return head[0]


def byte_order_of(section: bytes, name: str) -> ByteOrder:
    """Return the byte order that the parameter section states."""
    if len(section) < 8 or section[3] not in _ORDERS:
        found = section[3] if len(section) > 3 else None
        raise SignalError(
            f"the parameter section does not name a processor type (84, 85 or 86; found {found}).",
            where=f"{name}, parameter section, byte 4",
            mend=_MEND,
        )
    return _ORDERS[section[3]]


def read_header(block: bytes, order: ByteOrder, name: str) -> Header:
    """Return the header words; an analog rate that makes no sense is refused by the caller."""
    words = [int(w) for w in numbers_of(block, "u2", order)]
    reals = numbers_of(block, "f4", order)
    scale, rate_hz = float(reals[3]), float(reals[5])
    # words are counted from 1 in the format's description, from 0 here
    return Header(
        byte_order=order,
        n_points=words[1],
        n_analog_words=words[2],
        first_frame=words[3],
        last_frame=words[4],
        scale=scale if math.isfinite(scale) else 0.0,
        data_block=words[8],
        n_analog_per_frame=words[9],
        rate_hz=rate_hz if math.isfinite(rate_hz) and 0 < rate_hz < 1e6 else 0.0,
        events=_header_events(block, words, reals),
    )


def _header_events(block: bytes, words: list[int], reals: NDArray[Any]) -> tuple[tuple[str, float], ...]:
    """Return the events of the header, label and file time in seconds; those switched off are left out."""
    n_events = words[150]
    if words[149] != 12345 or not 0 < n_events <= 18:
        return ()
    found = []
    for index in range(n_events):
        # times start at word 153, flags at 189, labels at 199
        time_s = float(reals[76 + index])
        is_on = block[376 + index] == 0
        label = block[396 + 4 * index : 400 + 4 * index].decode("latin-1").strip(" \x00")
        if is_on and math.isfinite(time_s):
            found.append((label, time_s))
    return tuple(found)


class _Entry(Struct, frozen=True):
    """One record as it stands: a group (negative id) or a parameter."""

    name: str
    id: int
    values: tuple[Value, ...]
    sizes: tuple[int, ...]
    natural_end: int
    stated_end: int


def read_parameters(section: bytes, order: ByteOrder, name: str) -> Parameters:
    """Return all parameters of a section.

    Parameters
    ----------
    section
        From the first byte of the section to where the data start, at most `MAX_PARAMETER_BYTES`.
    order
        Byte order of its numbers.
    name
        Name of the file, for messages.

    Returns
    -------
    Parameters
        Parameters of groups in any order; of duplicates the first counts, and a note says so.

    Raises
    ------
    SignalError
        When no parameter could be read; names the byte where reading stopped.

    Notes
    -----
    Each record states where the next one starts. Where that place holds no plausible record but the end of the
    description does, the latter is taken and noted.
    """
    groups: dict[int, str] = {}
    loose: list[_Entry] = []
    notes: list[str] = []
    at = 4
    for _ in range(_MAX_RECORDS):
        entry = _record(section, at, order)
        if entry is None:
            _refuse_overrun(section, at, name)
            break
        if entry.id < 0:
            if -entry.id in groups and groups[-entry.id] != entry.name:
                notes.append(f"group {-entry.id} has two names, {groups[-entry.id]} and {entry.name}.")
            groups.setdefault(-entry.id, entry.name)
        else:
            loose.append(entry)
        following = _following(section, entry, order, notes)
        if following is None:
            break
        at = following
    if not loose:
        raise SignalError(
            "no parameter could be read.", where=f"{name}, parameter section, byte {at + 1}", mend=_MEND
        )
    values: dict[str, tuple[Value, ...]] = {}
    sizes: dict[str, tuple[int, ...]] = {}
    for entry in loose:
        group = groups.get(entry.id, "")
        key = f"{_OLD_GROUPS.get(group, group)}:{entry.name}"
        if key in values:
            if values[key] != entry.values:
                notes.append(f"parameter {key} is there twice with different values; the first was used.")
            continue
        values[key], sizes[key] = entry.values, entry.sizes
    return Parameters(values=values, sizes=sizes, notes=tuple(dict.fromkeys(notes))[:20])


def _following(section: bytes, entry: _Entry, order: ByteOrder, notes: list[str]) -> int | None:
    """Return where the next record starts, None at the end of the list."""
    stated, natural = entry.stated_end, entry.natural_end
    if stated == natural:
        return natural
    if stated >= 0 and stated >= natural and _record(section, stated, order) is not None:
        return stated
    if natural >= 0 and _record(section, natural, order) is not None:
        if stated >= 0:
            notes.append(f"after parameter {entry.name} the stated place of the next one is wrong.")
        return natural
    return None


def _refuse_overrun(section: bytes, at: int, name: str) -> None:
    """Refuse a section whose next parameter reaches into the samples: one of the two has overwritten the other."""
    if not 4 < at < len(section) - 4:
        return
    n_name = abs(int.from_bytes(section[at : at + 1], signed=True))
    start = at + 4 + n_name
    raw = section[at + 2 : at + 2 + n_name]
    is_named = n_name > 0 and start + 2 < len(section) and all(32 < byte < 127 for byte in raw)
    if not is_named or section[at + 1] == 0 or section[start] not in (255, 1, 2, 4) or section[start + 1] > 7:
        return
    raise SignalError(
        f"parameter {raw.decode('ascii')} reaches beyond the {len(section)} bytes before the samples: one has "
        "overwritten the other.",
        where=f"{name}, parameter section, byte {at + 1}",
        mend=_MEND,
    )


def _record(section: bytes, at: int, order: ByteOrder) -> _Entry | None:
    """Return the record at byte `at`, None where there is no plausible one."""
    if at < 4 or at + 4 > len(section):
        return None
    n_name = abs(int.from_bytes(section[at : at + 1], signed=True))
    identity = int.from_bytes(section[at + 1 : at + 2], signed=True)
    name_end = at + 2 + n_name
    if n_name == 0 or identity == 0 or name_end + 2 > len(section):
        return None
    raw = section[at + 2 : name_end]
    if any(byte < 32 or byte == 127 for byte in raw):
        return None
    offset = int(numbers_of(section[name_end : name_end + 2], "u2", order)[0])
    stated = name_end + offset if offset else -1
    values: tuple[Value, ...] = ()
    sizes: tuple[int, ...] = ()
    end = name_end + 2
    if identity > 0:
        found = _values(section, end, order)
        if found is None:
            return None
        values, sizes, end = found
    # a description may be cut off at the very end of the section
    natural = end + 1 + section[end] if end < len(section) else -1
    return _Entry(
        raw.decode("latin-1").strip().upper(), identity, values, sizes, natural if offset else -1, stated
    )


def _values(
    section: bytes, at: int, order: ByteOrder
) -> tuple[tuple[Value, ...], tuple[int, ...], int] | None:
    """Return values, dimensions and the byte after them; None when they do not fit into the section."""
    if at + 2 > len(section):
        return None
    kind = int.from_bytes(section[at : at + 1], signed=True)
    n_sizes = section[at + 1]
    width = {-1: 1, 1: 1, 2: 2, 4: 4}.get(kind)
    if width is None or n_sizes > 7 or at + 2 + n_sizes > len(section):
        return None
    sizes = tuple(section[at + 2 : at + 2 + n_sizes])
    start = at + 2 + n_sizes
    n_values = math.prod(sizes)
    end = start + n_values * width
    if end > len(section):
        return None
    body = section[start:end]
    if kind == -1:
        return _texts(body, sizes), sizes, end
    if kind == 1:
        return tuple(float(byte) for byte in body), sizes, end
    numbers = numbers_of(body, "i2" if kind == 2 else "f4", order)
    return tuple(float(each) for each in numbers), sizes, end


def _texts(body: bytes, sizes: tuple[int, ...]) -> tuple[str, ...]:
    """Return the texts of a character array whose first dimension is the length of each."""
    length = sizes[0] if sizes else 1
    if not length:
        return ()
    return tuple(
        body[i : i + length].decode("utf-8", "replace").strip(" \x00\t\r\n")
        for i in range(0, len(body), length)
    )
