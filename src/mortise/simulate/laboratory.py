"""A fictional step over a force plate, and writers of C3D, TRC and MOT for goldens and seeds of fuzzing.

Nobody took this step. The truth is stated in the laboratory's frame (z up) and written in every byte order, number
format and plate type that the reader should read alike.
"""

from __future__ import annotations

import struct
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ByteOrder = Literal["little", "dec", "big"]
NumberFormat = Literal["integer", "real"]

_PROCESSORS: dict[ByteOrder, int] = {"little": 84, "dec": 85, "big": 86}
_BLOCK = 512
_PLATE_M = (0.4, 0.6)
# distances of the sensors of a plate of type 3 and depth of the transducers below the surface
_SENSORS_M = (0.12, 0.2, -0.04)
_BODY_N = 700.0

# name, type (-1 text, 2 integer, 4 real), dimensions, values
Parameter = tuple[str, int, tuple[int, ...], list[float] | list[str]]


class FictionalStep(Struct, frozen=True, kw_only=True, eq=False):
    """One step over a plate: what is true of it.

    Marker positions are metres, `(n_frames, n_markers, 3)`, NaN where not seen; force, moment about the plate's centre
    and centre of pressure are in the laboratory's frame at `rate_hz * n_per_frame`.
    """

    labels: tuple[str, ...]
    points_m: Floats
    rate_hz: float
    n_per_frame: int
    corners_m: Floats
    force_n: Floats
    moment_n_m: Floats
    centre_of_pressure_m: Floats
    strike_s: float
    off_s: float
    first_frame: int = 1


def fictional_step(
    seed: int, *, n_frames: int = 120, n_markers: int = 6, first_frame: int = 11
) -> FictionalStep:
    """Return a step of a person who does not exist.

    Parameters
    ----------
    seed
        Chooses everything; the same seed gives the same step.
    n_frames
        Frames at 100 Hz; force is written at 1000 Hz.
    n_markers
        Markers, made up, moving smoothly above the plate.
    first_frame
        The number that the file gives its first frame.

    Returns
    -------
    FictionalStep
        The truth.
    """
    chance = np.random.default_rng(seed)
    rate_hz, n_per_frame = 100.0, 10
    time_s = np.arange(n_frames) / rate_hz
    start = chance.uniform([-0.5, -0.2, 0.1], [0.5, 0.2, 1.5], size=(n_markers, 3))
    sway = chance.uniform(0.02, 0.1, size=(n_markers, 3))
    points = start + sway * np.sin(2 * np.pi * (time_s[:, None, None] + chance.uniform(0, 1, (n_markers, 3))))
    points[n_frames // 3 : n_frames // 3 + 4, n_markers - 1] = np.nan
    fine_s = np.arange(n_frames * n_per_frame) / (rate_hz * n_per_frame)
    strike_s, off_s = 0.25 * time_s[-1], 0.75 * time_s[-1]
    share = np.clip((fine_s - strike_s) / (off_s - strike_s), 0.0, 1.0)
    load = np.sin(np.pi * share)
    force = np.stack(
        [
            -120.0 * np.sin(2 * np.pi * share) * load,
            30.0 * load,
            _BODY_N * (load + 0.15 * np.sin(3 * np.pi * share)),
        ],
        axis=1,
    )
    x, y = _PLATE_M
    corners = np.array([[x, y, 0.0], [x, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, y, 0.0]])
    centre = corners.mean(axis=0)
    at = centre + np.stack([0.02 * np.cos(share), -0.12 + 0.24 * share, np.zeros_like(share)], axis=1)
    moment = np.cross(at - centre, force)
    moment[:, 2] += 4.0 * load
    return FictionalStep(
        labels=tuple(f"M{i + 1}" for i in range(n_markers)),
        points_m=points,
        rate_hz=rate_hz,
        n_per_frame=n_per_frame,
        corners_m=corners,
        force_n=force,
        moment_n_m=moment,
        centre_of_pressure_m=at,
        strike_s=strike_s,
        off_s=off_s,
        first_frame=first_frame,
    )


def c3d_of(
    step: FictionalStep,
    *,
    byte_order: ByteOrder = "little",
    number_format: NumberFormat = "real",
    plate_type: int = 2,
    unit: Literal["mm", "cm", "m"] = "mm",
    extra: tuple[tuple[str, tuple[Parameter, ...]], ...] = (),
) -> bytes:
    """Return the step as a C3D file.

    Parameters
    ----------
    step
        What to write.
    byte_order
        Of PC, DEC or SGI/MIPS.
    number_format
        Integers of 16 bits, or reals of 32.
    plate_type
        1 to 4, 6 or 7, as the format counts them.
    unit
        Unit of points, corners and, with newtons, moments.
    extra
        Further groups.

    Returns
    -------
    bytes
        The whole file.
    """
    per_metre = {"mm": 1000.0, "cm": 100.0, "m": 1.0}[unit]
    raw, units, origin, matrix = _plate_channels(step, plate_type, per_metre)
    is_real = number_format == "real"
    n_frames, n_markers = step.points_m.shape[:2]
    points = step.points_m * per_metre
    scale = float(np.nanmax(np.abs(points)) / 32000.0) if n_markers else 1.0
    scales = np.maximum(np.abs(raw).max(axis=0), 1e-6) / 32000.0
    groups = _groups(step, plate_type, unit, per_metre, units, origin, matrix)
    point_group = dict(groups)["POINT"]
    point_group.append(("SCALE", 4, (), [-scale if is_real else scale]))
    dict(groups)["ANALOG"].append(
        ("SCALE", 4, (len(units),), [float(s) for s in (np.ones(len(units)) if is_real else scales)])
    )
    section = _section([*groups, *((name, list(each)) for name, each in extra)], byte_order)
    data_block = 2 + len(section) // _BLOCK
    header = _header(step, byte_order, -scale if is_real else scale, data_block, len(units))
    frames = np.empty((n_frames, 4 * n_markers + raw.shape[1] * step.n_per_frame))
    quads = np.zeros((n_frames, n_markers, 4))
    quads[..., :3] = np.nan_to_num(points) / (1.0 if is_real else scale)
    quads[..., 3] = np.where(np.isnan(points[..., 0]), -1.0, 0x0302)
    frames[:, : 4 * n_markers] = quads.reshape(n_frames, -1)
    frames[:, 4 * n_markers :] = (raw / (1.0 if is_real else scales)).reshape(n_frames, -1)
    body = _reals(frames, byte_order) if is_real else _integers(frames.round(), byte_order)
    return header + section + body


def _plate_channels(
    step: FictionalStep, plate_type: int, per_metre: float
) -> tuple[Floats, list[str], Floats, Floats]:
    """Return raw channels, their units, ORIGIN and a calibration matrix, all in plate axes and file units."""
    corners = step.corners_m
    x = (corners[0] - corners[1]) / np.linalg.norm(corners[0] - corners[1])
    z = np.cross(x, corners[0] - corners[3])
    z /= np.linalg.norm(z)
    axes = np.stack([x, np.cross(z, x), z], axis=1)
    force, moment = step.force_n @ axes, step.moment_n_m @ axes
    length = {1000.0: "mm", 100.0: "cm", 1.0: "m"}[per_metre]
    a, b, depth = _SENSORS_M
    below = np.array([0.0, 0.0, depth])
    if plate_type == 1:
        with np.errstate(invalid="ignore", divide="ignore"):
            px = np.nan_to_num(-moment[:, 1] / force[:, 2])
            py = np.nan_to_num(moment[:, 0] / force[:, 2])
        free = moment[:, 2] - (px * force[:, 1] - py * force[:, 0])
        raw = np.column_stack([force, px * per_metre, py * per_metre, free * per_metre])
        return raw, ["N"] * 3 + [length] * 2 + [f"N{length}"], np.zeros(3), np.eye(6)
    about_sensors = moment - np.cross(force, below)
    if plate_type in (3, 6, 7):
        raw = _eight(force, about_sensors)
        if plate_type == 6:
            # each pair of horizontal outputs is shared between two corners, unequally
            x12, x34, y14, y23, z1, z2, z3, z4 = raw.T
            corners_n = [[0.3 * x12, 0.6 * y14, z1], [0.7 * x12, 0.2 * y23, z2],
                         [0.9 * x34, 0.8 * y23, z3], [0.1 * x34, 0.4 * y14, z4]]  # fmt: skip
            raw = np.column_stack([output for corner in corners_n for output in corner])
        matrix = np.eye(raw.shape[1])
        if plate_type != 3:
            matrix = 3.0 * matrix + 0.02 * np.triu(np.ones_like(matrix), 1)
            raw = raw @ np.linalg.inv(matrix).T
        return raw, ["N"] * raw.shape[1], np.array([a, b, depth]) * per_metre, matrix
    raw = np.column_stack([force, about_sensors * per_metre])
    matrix = np.eye(6)
    if plate_type == 4:
        matrix = np.diag([2.0, 2.0, 4.0, 500.0, 500.0, 250.0])
        matrix[0, 1], matrix[3, 4] = 0.05, -3.0
        raw = raw @ np.linalg.inv(matrix).T
    return raw, ["N"] * 3 + [f"N{length}"] * 3, below * per_metre, matrix


def _eight(force: Floats, moment: Floats) -> Floats:
    """Return eight outputs that give this force and this moment about the sensors' plane."""
    a, b, _ = _SENSORS_M
    fx, fy, fz = force.T
    mx, my, mz = moment.T
    half = mz / (2.0 * b)
    z1 = 0.25 * (fz + mx / b - my / a)
    z2 = 0.25 * (fz + mx / b + my / a)
    z3 = 0.25 * (fz - mx / b + my / a)
    z4 = 0.25 * (fz - mx / b - my / a)
    return np.column_stack([fx / 2 - half, fx / 2 + half, fy / 2, fy / 2, z1, z2, z3, z4])


def _groups(
    step: FictionalStep,
    plate_type: int,
    unit: str,
    per_metre: float,
    units: list[str],
    origin: Floats,
    matrix: Floats,
) -> list[tuple[str, list[Parameter]]]:
    n_channels = len(units)
    start_s = (step.first_frame - 1) / step.rate_hz
    times = [value for moment_s in (step.strike_s, step.off_s) for value in (0.0, moment_s + start_s)]
    plate: list[Parameter] = [
        ("USED", 2, (), [1.0]),
        ("TYPE", 2, (1,), [float(plate_type)]),
        ("CORNERS", 4, (3, 4, 1), [float(v) for v in (step.corners_m * per_metre).ravel()]),
        ("ORIGIN", 4, (3, 1), [float(v) for v in origin]),
        ("CHANNEL", 2, (n_channels, 1), [float(i + 1) for i in range(n_channels)]),
    ]
    if plate_type in (4, 6, 7):
        plate.append(("CAL_MATRIX", 4, (*matrix.shape, 1), [float(v) for v in matrix.ravel(order="F")]))
    return [
        (
            "POINT",
            [
                ("USED", 2, (), [float(len(step.labels))]),
                ("FRAMES", 2, (), [float(len(step.points_m))]),
                ("RATE", 4, (), [step.rate_hz]),
                _text("UNITS", [unit]),
                *_spilled("LABELS", list(step.labels)),
            ],
        ),
        (
            "ANALOG",
            [
                ("USED", 2, (), [float(n_channels)]),
                ("RATE", 4, (), [step.rate_hz * step.n_per_frame]),
                ("GEN_SCALE", 4, (), [1.0]),
                ("OFFSET", 2, (n_channels,), [0.0] * n_channels),
                _text("LABELS", [f"C{i + 1}" for i in range(n_channels)]),
                _text("UNITS", units),
            ],
        ),
        ("FORCE_PLATFORM", plate),
        (
            "EVENT",
            [
                ("USED", 2, (), [2.0]),
                _text("CONTEXTS", ["Left", "Left"]),
                _text("LABELS", ["Foot Strike", "Foot Off"]),
                ("TIMES", 4, (2, 2), times),
            ],
        ),
    ]


def _text(name: str, texts: list[str]) -> Parameter:
    length = max(map(len, texts), default=1)
    return (name, -1, (length, len(texts)), [text.ljust(length) for text in texts])


def _spilled(name: str, texts: list[str]) -> list[Parameter]:
    """Return lists of at most 255 entries: NAME, NAME2, and so on."""
    parts = [texts[i : i + 255] for i in range(0, len(texts), 255)] or [[""]]
    return [_text(name if i == 0 else f"{name}{i + 1}", part) for i, part in enumerate(parts)]


def _section(groups: list[tuple[str, list[Parameter]]], order: ByteOrder) -> bytes:
    """Return the parameter section, whole blocks, parameters behind their groups."""
    records = []
    for number, (name, parameters) in enumerate(groups, start=1):
        records.append((name, -number, b""))
        for parameter, kind, sizes, values in parameters:
            body = struct.pack("bB", kind, len(sizes)) + bytes(sizes)
            if kind == -1:
                body += "".join(str(v) for v in values).encode()
            else:
                numbers = np.array(values, dtype=float)
                body += _integers(numbers, order) if kind == 2 else _reals(numbers, order)
            records.append((parameter, number, body))
    whole = b""
    for index, (name, identity, body) in enumerate(records):
        rest = body + b"\x00"
        offset = 0 if index == len(records) - 1 else 2 + len(rest)
        whole += struct.pack("bb", len(name), identity) + name.encode()
        whole += _integers(np.array([float(offset)]), order) + rest
    n_blocks = -(-(4 + len(whole)) // _BLOCK)
    head = bytes([1, 0x50, min(n_blocks, 255), _PROCESSORS[order]])
    return (head + whole).ljust(n_blocks * _BLOCK, b"\x00")


def _header(step: FictionalStep, order: ByteOrder, scale: float, data_block: int, n_channels: int) -> bytes:
    n_frames, n_markers = step.points_m.shape[:2]
    words = [n_markers, n_channels * step.n_per_frame, step.first_frame, step.first_frame + n_frames - 1, 0]
    body = b"\x02\x50" + _integers(np.array(words, dtype=float), order) + _reals(np.array([scale]), order)
    body += _integers(np.array([float(data_block), float(step.n_per_frame)]), order)
    return (body + _reals(np.array([step.rate_hz]), order)).ljust(_BLOCK, b"\x00")


def _integers(values: Floats, order: ByteOrder) -> bytes:
    """Return numbers as 16 bits, wrapped round."""
    whole = values.astype(np.int64) & 0xFFFF
    return whole.astype(">u2" if order == "big" else "<u2").tobytes()


def _reals(values: Floats, order: ByteOrder) -> bytes:
    """Return numbers as 32 bits: IEEE, or as VAX wrote them."""
    if order != "dec":
        return values.astype(">f4" if order == "big" else "<f4").tobytes()
    bits = (values.astype(np.float32) * np.float32(4.0)).view(np.uint32)
    halves = np.stack([bits >> np.uint32(16), bits & np.uint32(0xFFFF)], axis=-1)
    return halves.astype("<u2").tobytes()


def trc_of(step: FictionalStep, *, unit: Literal["mm", "m"] = "mm") -> bytes:
    """Return the markers as a TRC table; a marker that was not seen leaves its cells empty."""
    per_metre = 1000.0 if unit == "mm" else 1.0
    n_frames, n_markers = step.points_m.shape[:2]
    rate = f"{step.rate_hz:.2f}"
    lines = [
        "PathFileType\t4\t(X/Y/Z)\tfictional.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{n_frames}\t{n_markers}\t{unit}\t{rate}\t{step.first_frame}\t{n_frames}",
        "Frame#\tTime\t" + "\t\t\t".join(step.labels) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i + 1}" for i in range(n_markers) for axis in "XYZ"),
        "",
    ]
    for i, frame in enumerate(step.points_m * per_metre):
        cells = ["" if np.isnan(value) else f"{value:.6f}" for value in frame.ravel()]
        lines.append("\t".join([str(step.first_frame + i), f"{i / step.rate_hz:.4f}", *cells]))
    return ("\n".join(lines) + "\n").encode()


def mot_of(step: FictionalStep) -> bytes:
    """Return force, centre of pressure and free moment as a MOT table, in metres and newtons."""
    centre = step.corners_m.mean(axis=0)
    free = step.moment_n_m - np.cross(step.centre_of_pressure_m - centre, step.force_n)
    table = np.column_stack([step.force_n, step.centre_of_pressure_m, free])
    names = [f"ground_force_1_{what}{axis}" for what in "vpm" for axis in "xyz"]
    lines = [
        "fictional",
        "version=1",
        f"nRows={len(table)}",
        f"nColumns={len(names) + 1}",
        "inDegrees=yes",
        "endheader",
        "\t".join(["time", *names]),
    ]
    rate_hz = step.rate_hz * step.n_per_frame
    lines += ["\t".join([f"{i / rate_hz:.6f}", *(f"{v:.8f}" for v in row)]) for i, row in enumerate(table)]
    return ("\n".join(lines) + "\n").encode()
