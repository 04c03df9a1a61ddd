"""Settle where the samples of a C3D file lie and how many there are, against the length of the file."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.readers import _c3d_header as h
from mortise.measure.readers._lab_parts import MAX_DECODED_BYTES, RandomAccess, n_plate_bytes
from mortise.measure.recording import Won

_MEND = "Export the recording again from the program that made it."


class Layout(Struct, frozen=True, kw_only=True):
    """Where the samples lie and what they are, once checked."""

    start: int
    frame_bytes: int
    n_frames: int
    first_frame: int
    n_points: int
    n_channels: int
    n_per_frame: int
    is_real: bool
    point_scale: float
    rate_hz: float
    rate_from: Won
    n_frames_from: Won
    flags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def layout_of(access: RandomAccess, header: h.Header, parameters: h.Parameters) -> Layout:
    """Settle where the samples are and how many, against the length of the file."""
    flags: list[str] = []
    notes: list[str] = []
    n_points = _n_points(header, parameters, notes)
    scale, is_real = _scale(access.name, header, parameters, notes)
    rate_hz, rate_from = _rate(access.name, header, parameters, notes)
    width = 4 if is_real else 2
    data_block = header.data_block or parameters.count("POINT:DATA_START") or 0
    start = (data_block - 1) * h.BLOCK
    n_claimed = max(1, header.last_frame - header.first_frame + 1)
    n_room = max(0, access.n_bytes - start) // (width * n_claimed) - 4 * n_points
    n_per_frame, n_channels = _analog_size(access.name, header, parameters, n_room, notes)
    frame_bytes = width * (4 * n_points + n_channels * n_per_frame)
    if not frame_bytes:
        raise SignalError(
            "the file declares neither points nor analog channels.",
            where=f"{access.name}, header words 2 and 3",
            mend=_MEND,
        )
    n_fit = (access.n_bytes - start) // frame_bytes if start > 0 else 0
    if n_fit < 1:
        raise SignalError(
            f"the samples should start in block {data_block}, but the file ends before "
            f"one frame of {frame_bytes} bytes.",
            where=f"{access.name}, header word 9",
            mend=_MEND,
        )
    n_frames, n_from = _n_frames(header, parameters, n_fit, notes)
    if n_frames > n_fit:
        notes.append(f"{n_frames} frames are declared, the file ends after {n_fit}; those were used.")
        flags.append("truncated")
        n_frames, n_from = n_fit, "data"
    n_most = MAX_DECODED_BYTES // max(
        1, 32 * n_points + 8 * n_per_frame * n_channels + n_plate_bytes(parameters, n_per_frame)
    )
    if n_frames > n_most:
        notes.append(
            f"{n_frames / rate_hz:.0f} s of these channels are too long for a test; "
            f"the first {n_most / rate_hz:.0f} s were read."
        )
        flags.append("long_recording")
        n_frames = n_most
    if any("contradict" in note for note in notes):
        flags.append("header_contradicted")
    return Layout(
        start=start,
        frame_bytes=frame_bytes,
        n_frames=n_frames,
        first_frame=_first_frame(header, parameters),
        n_points=n_points,
        n_channels=n_channels,
        n_per_frame=n_per_frame,
        is_real=is_real,
        point_scale=scale,
        rate_hz=rate_hz,
        rate_from=rate_from,
        n_frames_from=n_from,
        flags=tuple(flags),
        notes=tuple(notes),
    )


def _n_points(header: h.Header, parameters: h.Parameters, notes: list[str]) -> int:
    used = parameters.count("POINT:USED")
    if used is not None and used != header.n_points:
        notes.append(
            f"POINT:USED = {used} contradicts the header's {header.n_points} points; the header was used."
        )
    return header.n_points


def _analog_size(
    name: str, header: h.Header, parameters: h.Parameters, n_room: int, notes: list[str]
) -> tuple[int, int]:
    """Return analog samples per frame and channels; where places contradict each other, the file's length decides.

    `n_room` is how many words of one frame there is room for.
    """
    n_words, n_per_frame = header.n_analog_words, header.n_analog_per_frame
    if not n_words:
        return 1, 0
    used = parameters.count("ANALOG:USED") or 0
    claims: list[tuple[int, int]] = []
    if n_per_frame and n_words % n_per_frame == 0:
        claims.append((n_per_frame, n_words // n_per_frame))
    if n_per_frame and n_words == used:
        claims.append((n_per_frame, used))
    if used > 0 and n_words % used == 0:
        claims.append((n_words // used, used))
    if not claims:
        raise SignalError(
            f"{n_words} analog words per frame cannot be {n_per_frame} samples of every channel.",
            where=f"{name}, header words 3 and 10",
            mend=_MEND,
        )
    best = claims[0]
    if n_room > 2 * best[0] * best[1] or len(claims) > 1:
        best = min(claims, key=lambda claim: abs(n_room - claim[0] * claim[1]))
    if best != (n_per_frame, n_words // max(1, n_per_frame)) or (used and used != best[1]):
        notes.append(
            f"header and ANALOG:USED contradict each other; {best[1]} channels, {best[0]} samples per frame were used."
        )
    return best


def _scale(name: str, header: h.Header, parameters: h.Parameters, notes: list[str]) -> tuple[float, bool]:
    """Return the size of a point unit and whether numbers are real; a negative scale means real numbers."""
    stated = parameters.number("POINT:SCALE")
    if header.scale > 0 and stated and abs(stated / header.scale - 1.0) > 0.001:
        notes.append(
            f"POINT:SCALE = {stated:g} contradicts the header's {header.scale:g}; the header was used."
        )
    scale = header.scale or stated or 0.0
    if scale == 0.0:
        if not header.n_points:
            return 1.0, False
        raise SignalError(
            "the scale of the points is zero or not a number.", where=f"{name}, header word 7", mend=_MEND
        )
    return abs(scale), scale < 0


def _rate(name: str, header: h.Header, parameters: h.Parameters, notes: list[str]) -> tuple[float, Won]:
    """Return frames per second; the parameter wins over the header, because its neighbours are written with it."""
    stated = parameters.number("POINT:RATE")
    if stated is not None and 0 < stated < 1e6:
        if header.rate_hz and abs(header.rate_hz / stated - 1.0) > 0.001:
            notes.append(
                f"the header's {header.rate_hz:g} Hz contradict POINT:RATE = {stated:g} Hz; the latter was used."
            )
        return stated, "header"
    if header.rate_hz:
        return header.rate_hz, "header"
    raise SignalError(
        "the file does not say how many frames a second has.",
        where=f"{name}, header word 11 and POINT:RATE",
        mend=_MEND,
    )


def _n_frames(header: h.Header, parameters: h.Parameters, n_fit: int, notes: list[str]) -> tuple[int, Won]:
    """Return the number of frames: TRIAL fields, header, POINT parameters, in this order, if they are possible.

    Header words stop at 65535, so a long recording says its length in TRIAL or POINT:LONG_FRAMES.
    """
    first = _long(parameters.numbers("TRIAL:ACTUAL_START_FIELD"))
    last = _long(parameters.numbers("TRIAL:ACTUAL_END_FIELD"))
    claims = [
        last - first + 1 if first and last else 0,
        header.last_frame - header.first_frame + 1 if header.last_frame != 65535 else 0,
        int(parameters.number("POINT:LONG_FRAMES") or 0),
        parameters.count("POINT:FRAMES") or 0,
        header.last_frame - header.first_frame + 1,
    ]
    possible = [claim for claim in claims if claim > 0]
    fitting = [claim for claim in possible if claim <= n_fit]
    if len(set(possible[:2])) > 1:
        notes.append(f"the places that state the number of frames contradict each other ({possible}).")
    if fitting:
        return fitting[0], "header"
    if possible:
        return possible[0], "header"
    notes.append(f"the number of frames is not stated; the file holds {n_fit}.")
    return n_fit, "data"


def _long(words: Sequence[float]) -> int:
    """Return a number stored as two unsigned 16-bit words, low word first; 0 when it is not there."""
    if len(words) == 1:
        return int(words[0]) if math.isfinite(words[0]) and words[0] > 0 else 0
    if len(words) != 2 or not all(math.isfinite(word) for word in words):
        return 0
    return (int(words[0]) & 0xFFFF) + 65536 * (int(words[1]) & 0xFFFF)


def _first_frame(header: h.Header, parameters: h.Parameters) -> int:
    return _long(parameters.numbers("TRIAL:ACTUAL_START_FIELD")) or header.first_frame
