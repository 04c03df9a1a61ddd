"""Read a C3D file in bounded memory: markers, model outputs, analog channels, force plates, events.

Written from the public format description (c3d.org). Sizes in the file are held against its length and against a
budget before anything is allocated; samples are decoded in pieces.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mortise.errors import SignalError
from mortise.measure.laboratory import (
    AnalogChannel,
    LabEvent,
    LabInfo,
    LabRecording,
    LabSources,
    Marker,
    ModelOutput,
)
from mortise.measure.readers import _c3d_header as h
from mortise.measure.readers._lab_parts import (
    RandomAccess,
    event_of,
    gaps_of,
    metres_per,
    n_plate_bytes,
    refuse_large,
)
from mortise.measure.readers._plates import plates_of
from mortise.measure.recording import Floats, Won

_PIECE_BYTES = 4_000_000
_MEND = "Export the recording again from the program that made it."
# Lists of labels that are computed quantities, not positions, and where their unit stands.
_OUTPUT_KINDS = {
    "ANGLES": ("angle", "ANGLE_UNITS"),
    "FORCES": ("force", "FORCE_UNITS"),
    "MOMENTS": ("moment", "MOMENT_UNITS"),
    "POWERS": ("power", "POWER_UNITS"),
    "SCALARS": ("scalar", "SCALAR_UNITS"),
    "ENERGIES": ("energy", "ENERGY_UNITS"),
}


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


def read_c3d(access: RandomAccess) -> LabRecording:
    """Read a C3D file.

    Parameters
    ----------
    access
        The file.

    Returns
    -------
    LabRecording
        Everything the file holds, in metres, newtons and seconds.

    Raises
    ------
    SignalError
        When the file is not C3D, its sizes contradict its length, or it would not fit into memory; names the place.
    """
    block, section, order = _sections(access)
    header = h.read_header(block, order, access.name)
    parameters = h.read_parameters(section, order, access.name)
    layout = _layout(access, header, parameters)
    points, residuals, volts = _decode(access, layout, order)
    unit, unit_from, metres = _point_unit(parameters, access.name)
    labels = _unique(parameters.spilled_texts("POINT:LABELS"), layout.n_points, "point")
    outputs, is_output = _outputs(parameters, labels, points)
    rate_hz = layout.rate_hz
    n_zero = _blank_zero_points(points, residuals, is_output)
    for index in np.flatnonzero(~is_output):
        points[:, index] *= metres
    residuals *= metres
    markers = tuple(
        Marker(
            label=label,
            points_m=points[:, index],
            residual_m=residuals[:, index],
            gaps=gaps_of(points[:, index], rate_hz),
        )
        for index, label in enumerate(labels)
        if not is_output[index]
    )
    analog_rate_hz = rate_hz * layout.n_per_frame
    analog, analog_notes = _analog(parameters, layout, volts, analog_rate_hz)
    found = plates_of(parameters, analog, markers, unit, metres)
    events = _events(parameters, header, layout)
    flags = (*layout.flags, *(("zero_points",) if n_zero else ()), *found.flags)
    notes = (*parameters.notes, *layout.notes, *analog_notes, *found.notes)
    return LabRecording(
        info=LabInfo(
            file=access.name,
            sha256=access.sha256(),
            format="c3d",
            device=" ".join(
                parameters.texts("MANUFACTURER:COMPANY") + parameters.texts("MANUFACTURER:SOFTWARE")
            ),
            byte_order=order,
            number_format="real" if layout.is_real else "integer",
            point_rate_hz=rate_hz,
            analog_rate_hz=analog_rate_hz if analog else 0.0,
            n_frames=layout.n_frames,
            first_frame=layout.first_frame,
            duration_s=round((layout.n_frames - 1) / rate_hz, 6),
            point_unit=unit,
            sources=LabSources(
                point_rate=layout.rate_from,
                analog_rate="header",
                n_frames=layout.n_frames_from,
                point_unit=unit_from,
                plate_sign=found.sign_from,
                moment_unit=found.unit_from,
            ),
            flags=tuple(dict.fromkeys(flags)),
            notes=tuple(f"{access.name}: {note}" for note in notes),
        ),
        time_s=np.arange(layout.n_frames) / rate_hz,
        markers=markers,
        outputs=outputs,
        analog=analog,
        plates=found.plates,
        events=events,
    )


def _sections(access: RandomAccess) -> tuple[bytes, bytes, h.ByteOrder]:
    """Return the header block, the parameter section up to the data, and the byte order."""
    block = access.at(0, h.BLOCK)
    where = h.parameter_block(block)
    if where is None:
        raise SignalError(
            "this is not a C3D file: its first block does not name a parameter section.",
            where=f"{access.name}, byte 1",
            mend=_MEND,
        )
    start = (where - 1) * h.BLOCK
    if start + h.BLOCK > access.n_bytes:
        raise SignalError(
            f"the parameter section should start at byte {start + 1} of {access.n_bytes}.",
            where=f"{access.name}, byte 1",
            mend=_MEND,
        )
    order = h.byte_order_of(access.at(start, 8), access.name)
    data_block = int(h.numbers_of(block[16:18], "u2", order)[0])
    n_stated = access.at(start, 4)[2] * h.BLOCK
    n_room = (data_block - 1) * h.BLOCK - start
    n_bytes = n_room if n_room > 0 else n_stated or h.MAX_PARAMETER_BYTES
    return block, access.at(start, min(n_bytes, h.MAX_PARAMETER_BYTES)), order


def _layout(access: RandomAccess, header: h.Header, parameters: h.Parameters) -> Layout:
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
    n_samples = n_frames * n_per_frame
    refuse_large(
        access.name,
        32 * n_frames * n_points + 8 * n_samples * n_channels + n_plate_bytes(parameters, n_samples),
        n_frames / rate_hz,
    )
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


def _decode(access: RandomAccess, layout: Layout, order: h.ByteOrder) -> tuple[Floats, Floats, Floats]:
    """Return points in file units, residuals, and raw analog words, decoded in pieces."""
    n, n_points, n_channels = layout.n_frames, layout.n_points, layout.n_channels
    points = np.empty((n, n_points, 3))
    residuals = np.full((n, n_points), np.nan)
    volts = np.empty((n * layout.n_per_frame, n_channels))
    step = max(1, _PIECE_BYTES // layout.frame_bytes)
    for first in range(0, n, step):
        last = min(n, first + step)
        body = access.at(layout.start + first * layout.frame_bytes, (last - first) * layout.frame_bytes)
        numbers = h.numbers_of(body, "f4" if layout.is_real else "i2", order).reshape(last - first, -1)
        with np.errstate(invalid="ignore", over="ignore"):
            _points_into(
                numbers[:, : 4 * n_points].reshape(last - first, n_points, 4),
                points[first:last],
                residuals[first:last],
                layout,
            )
            if n_channels:
                n_per_frame = layout.n_per_frame
                volts[first * n_per_frame : last * n_per_frame] = numbers[:, 4 * n_points :].reshape(
                    -1, n_channels
                )
    return points, residuals, volts


def _points_into(quads: NDArray[np.generic], points: Floats, residuals: Floats, layout: Layout) -> None:
    """Fill points and residuals from x, y, z and the word of cameras and residual."""
    points[:] = quads[..., :3]
    if not layout.is_real:
        points *= layout.point_scale
    word = np.asarray(quads[..., 3], dtype=np.float64)
    is_seen = np.isfinite(word) & (word >= 0) & np.all(np.isfinite(points) & (np.abs(points) < 1e9), axis=2)
    whole = np.where(is_seen, np.minimum(word, 32767.0), 0.0).astype(np.int64)
    residuals[:] = np.where(is_seen, (whole & 0xFF) * layout.point_scale, np.nan)
    points[~is_seen] = np.nan


def _blank_zero_points(points: Floats, residuals: Floats, is_output: NDArray[np.bool_]) -> int:
    """Blank markers that stand in the very origin without residual: a program's word for not seen."""
    is_zero = ~np.any(points, axis=2) & (residuals == 0) & ~is_output
    points[is_zero] = np.nan
    residuals[is_zero] = np.nan
    return int(is_zero.sum())


def _point_unit(parameters: h.Parameters, name: str) -> tuple[str, Won, float]:
    """Return the unit of length, who said it, and its metres."""
    said = next(iter(parameters.texts("POINT:UNITS")), "")
    if not said:
        return "mm", "assumed", 0.001
    metres = metres_per(said)
    if metres is None:
        raise SignalError(
            f"points are said to be in {said[:20]!r}, which is no unit of length.",
            where=f"{name}, parameter POINT:UNITS",
            mend="Export with mm, cm or m.",
        )
    return said, "header", metres


def _unique(labels: Sequence[str], n: int, word: str) -> list[str]:
    """Return `n` different labels; missing and repeated ones get a number."""
    found: list[str] = []
    seen: set[str] = set()
    for index in range(n):
        label = labels[index] if index < len(labels) and labels[index] else f"{word} {index + 1}"
        if label in seen:
            label = f"{label} ({index + 1})"
        seen.add(label)
        found.append(label)
    return found


def _outputs(
    parameters: h.Parameters, labels: list[str], points: Floats
) -> tuple[tuple[ModelOutput, ...], NDArray[np.bool_]]:
    """Return the points that are computed quantities, and which those are."""
    kinds: dict[str, tuple[str, str]] = {}
    for name, (kind, unit_name) in _OUTPUT_KINDS.items():
        unit = next(iter(parameters.texts(f"POINT:{unit_name}")), "")
        for label in parameters.spilled_texts(f"POINT:{name}"):
            if label:
                kinds.setdefault(label, (kind, unit))
    is_output = np.array([label in kinds for label in labels], dtype=bool)
    outputs = tuple(
        ModelOutput(label=label, kind=kinds[label][0], unit=kinds[label][1], values=points[:, index])
        for index, label in enumerate(labels)
        if is_output[index]
    )
    return outputs, is_output


def _analog(
    parameters: h.Parameters, layout: Layout, raw: Floats, rate_hz: float
) -> tuple[tuple[AnalogChannel, ...], tuple[str, ...]]:
    """Return the channels in the units the file states: (raw - offset) x scale x general scale, in place."""
    n = layout.n_channels
    if not n:
        return (), ()
    notes: list[str] = []
    general = parameters.number("ANALOG:GEN_SCALE")
    if general is None or general == 0:
        general = 1.0
        notes.append("ANALOG:GEN_SCALE is absent or zero; 1 was used.")
    is_unsigned = "UNSIGNED" in "".join(parameters.texts("ANALOG:FORMAT")).upper()
    scales = _filled(parameters.spilled_numbers("ANALOG:SCALE"), n, 1.0)
    offsets = _filled(parameters.spilled_numbers("ANALOG:OFFSET"), n, 0.0)
    if is_unsigned:
        offsets = np.where(offsets < 0, offsets + 65536, offsets)
        if not layout.is_real:
            np.add(raw, 65536.0, out=raw, where=raw < 0)
    with np.errstate(invalid="ignore", over="ignore"):
        raw -= offsets
        raw *= scales * general
    labels = _unique(parameters.spilled_texts("ANALOG:LABELS"), n, "channel")
    units = parameters.spilled_texts("ANALOG:UNITS")
    words = parameters.spilled_texts("ANALOG:DESCRIPTIONS")
    return tuple(
        AnalogChannel(
            label=labels[i],
            unit=units[i] if i < len(units) else "",
            rate_hz=rate_hz,
            values=raw[:, i],
            description=words[i] if i < len(words) else "",
        )
        for i in range(n)
    ), tuple(notes)


def _filled(values: Sequence[float], n: int, empty: float) -> Floats:
    """Return `n` numbers, `empty` where the list is too short or not a number."""
    padded = itertools.chain(values, itertools.repeat(empty))
    return np.array([value if math.isfinite(value) else empty for value in itertools.islice(padded, n)])


def _events(parameters: h.Parameters, header: h.Header, layout: Layout) -> tuple[LabEvent, ...]:
    """Return stored events in seconds from the first frame; those of the header when there is no EVENT group."""
    start_s = (layout.first_frame - 1) / layout.rate_hz
    labels = parameters.spilled_texts("EVENT:LABELS")
    contexts = parameters.spilled_texts("EVENT:CONTEXTS")
    times = parameters.spilled_numbers("EVENT:TIMES")
    n = min(parameters.count("EVENT:USED") or len(labels), len(times) // 2)
    found = [
        event_of(
            labels[i] if i < len(labels) else "",
            contexts[i] if i < len(contexts) else "",
            60.0 * times[2 * i] + times[2 * i + 1] - start_s,
        )
        for i in range(n)
        if math.isfinite(times[2 * i]) and math.isfinite(times[2 * i + 1])
    ]
    if not found:
        found = [event_of(label, "", time_s - start_s) for label, time_s in header.events]
    return tuple(sorted(found, key=lambda event: event.time_s))
