"""Read a C3D file in bounded memory: markers, model outputs, analog channels, force plates, events.

Written from the public format description (c3d.org). Sizes in the file are held against its length and against a
budget before anything is allocated; samples are decoded in pieces.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
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
from mortise.measure.readers._c3d_layout import Layout, layout_of
from mortise.measure.readers._lab_parts import (
    RandomAccess,
    event_of,
    gaps_of,
    metres_per,
)
from mortise.measure.readers._plates import PlatesFound, plates_of
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
    layout = layout_of(access, header, parameters)
    points, residuals, volts = _decode(access, layout, order)
    unit, unit_from, metres = _point_unit(parameters, access.name)
    labels = _unique(parameters.spilled_texts("POINT:LABELS"), layout.n_points, "point")
    outputs, is_output = _outputs(parameters, labels, points)
    rate_hz = layout.rate_hz
    n_zero = _blank_zero_points(points, residuals, is_output)
    for index in np.flatnonzero(~is_output):
        points[:, index] *= metres
    residuals *= metres
    markers = _markers(labels, points, residuals, is_output, rate_hz)
    analog, analog_notes = _analog(parameters, layout, volts, rate_hz * layout.n_per_frame)
    found = plates_of(parameters, analog, markers, unit, metres)
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
            analog_rate_hz=rate_hz * layout.n_per_frame if analog else 0.0,
            n_frames=layout.n_frames,
            first_frame=layout.first_frame,
            duration_s=round((layout.n_frames - 1) / rate_hz, 6),
            point_unit=unit,
            sources=_sources(layout, unit_from, found),
            flags=tuple(dict.fromkeys(flags)),
            notes=tuple(f"{access.name}: {note}" for note in notes),
        ),
        time_s=np.arange(layout.n_frames) / rate_hz,
        markers=markers,
        outputs=outputs,
        analog=analog,
        plates=found.plates,
        events=_events(parameters, header, layout),
    )


def _markers(
    labels: list[str], points: Floats, residuals: Floats, is_output: NDArray[np.bool_], rate_hz: float
) -> tuple[Marker, ...]:
    """Return the points that are positions of markers."""
    return tuple(
        Marker(
            label=label,
            points_m=points[:, index],
            residual_m=residuals[:, index],
            gaps=gaps_of(points[:, index], rate_hz),
        )
        for index, label in enumerate(labels)
        if not is_output[index]
    )


def _sources(layout: Layout, unit_from: Won, found: PlatesFound) -> LabSources:
    """Return where each thing that could be told in several ways was taken from."""
    return LabSources(
        point_rate=layout.rate_from,
        analog_rate="header",
        n_frames=layout.n_frames_from,
        point_unit=unit_from,
        plate_sign=found.sign_from,
        moment_unit=found.unit_from,
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
