"""What the laboratory readers share: bytes at a place, units, gaps, events, the budget of memory."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np

from mortise.errors import SignalError
from mortise.measure.laboratory import EventKind, LabEvent
from mortise.measure.readers._source import MAX_BYTES, Source
from mortise.measure.recording import Floats, Gap
from mortise.terms import Side

if TYPE_CHECKING:
    from mortise.measure.readers._c3d_header import Parameters

# Decoded samples of one file, in bytes; with what decoding needs beside them it stays below 500 MB.
MAX_DECODED_BYTES = 256_000_000
_HASH_PIECE = 1 << 20
_MOST_GAPS = 1000
_METRES = {"m": 1.0, "meter": 1.0, "meters": 1.0, "metre": 1.0, "metres": 1.0, "cm": 0.01, "mm": 0.001}
_METRES |= {
    "mete": 1.0,
    "millimeters": 0.001,
    "millimeter": 0.001,
    "millimetres": 0.001,
    "in": 0.0254,
    "inches": 0.0254,
}
_STRIKE = re.compile(r"^(foot ?strike|heel ?strike|initial ?contact|[lr]?\.? ?(hs|fs|ic))$")
_OFF = re.compile(r"^(foot ?off|toe ?off|terminal ?contact|[lr]?\.? ?(to|fo|tc))$")


class RandomAccess:
    """Bytes of a source at any place, never beyond its end, and the hash of all of them."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._stream = source.stream
        self.n_bytes = self._stream.seek(0, 2)
        if self.n_bytes > MAX_BYTES:
            raise SignalError(
                f"the file is larger than {MAX_BYTES // 1_000_000} MB.",
                where=self.name,
                mend="Cut it to the part that holds the test.",
            )

    def at(self, start: int, n_bytes: int) -> bytes:
        """Return the bytes from `start`; fewer where the file ends."""
        n_bytes = max(0, min(n_bytes, self.n_bytes - start))
        self._stream.seek(start)
        return self._stream.read(n_bytes)

    def sha256(self) -> str:
        """Return the hash of the whole file, read in pieces."""
        found = hashlib.sha256()
        self._stream.seek(0)
        while piece := self._stream.read(_HASH_PIECE):
            found.update(piece)
        return found.hexdigest()


def refuse_large(name: str, n_bytes: int, duration_s: float) -> None:
    """Refuse a file whose decoded samples would not fit into the budget."""
    if n_bytes > MAX_DECODED_BYTES:
        raise SignalError(
            f"{duration_s:.0f} s of these channels would take {n_bytes / 1e6:.0f} MB of memory: too long for a test.",
            where=name,
            mend="Cut it to the part that holds the test.",
        )


def n_plate_bytes(parameters: Parameters, n_samples: int) -> int:
    """Return the memory that calibrating the declared force plates takes, one plate's workings included."""
    n_plates = max(0, parameters.count("FORCE_PLATFORM:USED") or 0)
    return n_samples * (n_plates * 80 + 300) if n_plates else 0


def metres_per(unit: str) -> float | None:
    """Return the metres of a unit of length, None when it is none."""
    return _METRES.get(unit.strip().lower())


def gaps_of(points: Floats, rate_hz: float) -> tuple[Gap, ...]:
    """Return the stretches in which a marker was not seen."""
    is_lost = np.concatenate([[False], np.isnan(points[:, 0]), [False]])
    edges = np.flatnonzero(is_lost[1:] != is_lost[:-1])
    return tuple(
        Gap(
            start_s=round(int(first) / rate_hz, 6),
            end_s=round(int(last) / rate_hz, 6),
            n_missing=int(last - first),
            is_bridged=False,
        )
        for first, last in zip(edges[0::2], edges[1::2], strict=True)
    )[:_MOST_GAPS]


def event_of(label: str, context: str, time_s: float) -> LabEvent:
    """Return an event with what its label usually means; the side comes from the context, else from the label."""
    plain = " ".join(label.replace("_", " ").lower().split())
    side = {"left": Side.LEFT, "right": Side.RIGHT}.get(context.strip().lower(), Side.NONE)
    if side is Side.NONE:
        for start, named in (("left", Side.LEFT), ("right", Side.RIGHT)):
            if plain.startswith(start):
                side = named
    for start in ("left ", "right "):
        plain = plain.removeprefix(start)
    kind: EventKind = "foot_strike" if _STRIKE.match(plain) else "foot_off" if _OFF.match(plain) else "other"
    if side is Side.NONE and kind != "other" and len(plain) <= 4:
        side = {"l": Side.LEFT, "r": Side.RIGHT}.get(plain[0], Side.NONE)
    return LabEvent(label=label, kind=kind, side=side, time_s=round(time_s, 6))
