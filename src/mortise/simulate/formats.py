"""Fictional recordings as other programs write them: phone loggers, pose programs, HDF5, tables of forces.

Seeds of fuzzing and inputs of tests; nobody was recorded. Every writer states its truth in what it is given.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from mortise.simulate._sensor import GRAVITY_M_S2, Floats, SensorSamples

_EPOCH_NS = 1_700_000_000_000_000_000


def _zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return files as an archive whose bytes are always the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), body)
    return out.getvalue()


def _table(header: str, columns: Sequence[Floats], digits: int = 6) -> bytes:
    rows = np.column_stack(columns)
    lines = [header, *(",".join(f"{value:.{digits}f}" for value in row) for row in rows.tolist())]
    return ("\n".join(lines) + "\n").encode()


def sensor_logger_files(samples: SensorSamples, *, split_gravity: bool = False) -> dict[str, bytes]:
    """Return the files of Sensor Logger: x, y, z backwards, acceleration whole or split from gravity.

    The gyroscope starts 3 ms later, as its own clock does in a phone.
    """
    t, acc, gyr = samples.time_s, samples.acc_m_s2, samples.gyr_rad_s
    later = t + 0.003
    turned = np.stack([np.interp(later, t, gyr[:, i]) for i in range(3)], axis=1)

    def body(time_s: Floats, xyz: Floats) -> bytes:
        """Return one table."""
        lines = ["time,seconds_elapsed,z,y,x"]
        lines += [
            f"{_EPOCH_NS + round(s * 1e9)},{s:.6f},{z:.6f},{y:.6f},{x:.6f}"
            for s, (x, y, z) in zip(time_s.tolist(), xyz.tolist(), strict=True)
        ]
        return ("\n".join(lines) + "\n").encode()

    files = {
        "Annotation.csv": b"time,seconds_elapsed,text,millisecond_press_duration\n",
        "Gyroscope.csv": body(later, turned),
        "Metadata.csv": b"version,device name,platform\n3,fictional phone,android\n",
    }
    if split_gravity:
        gravity = np.tile([0.0, 0.0, GRAVITY_M_S2], (len(t), 1))
        return files | {"Accelerometer.csv": body(t, acc - gravity), "Gravity.csv": body(t, gravity)}
    return files | {"TotalAcceleration.csv": body(t, acc)}


def sensor_logger_zip(samples: SensorSamples, *, split_gravity: bool = False) -> bytes:
    """Return the archive that Sensor Logger sends."""
    return _zip_of(sensor_logger_files(samples, split_gravity=split_gravity))


def sensor_logger_json(samples: SensorSamples) -> bytes:
    """Return Sensor Logger's JSON export, numbers as words."""
    entries = []
    for sensor, xyz in (("TotalAcceleration", samples.acc_m_s2), ("Gyroscope", samples.gyr_rad_s)):
        entries += [
            {
                "sensor": sensor,
                "time": str(_EPOCH_NS + round(s * 1e9)),
                "seconds_elapsed": f"{s:.6f}",
                "z": f"{z:.6f}",
                "y": f"{y:.6f}",
                "x": f"{x:.6f}",
            }
            for s, (x, y, z) in zip(samples.time_s.tolist(), xyz.tolist(), strict=True)
        ]
    return json.dumps(entries, separators=(",", ":")).encode()


def phyphox_zip(samples: SensorSamples) -> bytes:
    """Return the archive of phyphox with accelerometer, acceleration without gravity, gyroscope and its notes."""
    t, acc, gyr = samples.time_s, samples.acc_m_s2, samples.gyr_rad_s
    names = [f'"{{0}} {axis} ({{1}})"' for axis in "xyz"]

    def header(what: str, unit: str) -> str:
        """Return the names of four columns."""
        return ",".join(['"Time (s)"', *(name.format(what, unit) for name in names)])

    return _zip_of(
        {
            "Accelerometer.csv": _table(header("Acceleration", "m/s^2"), [t, acc]),
            "Gyroscope.csv": _table(header("Gyroscope", "rad/s"), [t, gyr]),
            "Linear Acceleration.csv": _table(
                header("Linear Acceleration", "m/s^2"), [t, acc - [0.0, 0.0, GRAVITY_M_S2]]
            ),
            "meta/device.csv": b'"property","value"\n"deviceModel","fictional phone"\n',
            "meta/time.csv": b'"event","experiment time","system time"\n"START",0.0,1700000000.0\n',
        }
    )


class FictionalPose(Struct, frozen=True, kw_only=True, eq=False):
    """A person seen from the left who bends both knees: true pixel positions `(n_frames, 2)` by label."""

    rate_hz: float
    width_px: float
    height_px: float
    points_px: dict[str, Floats]


def fictional_pose(seed: int, *, n_frames: int = 60, rate_hz: float = 30.0) -> FictionalPose:
    """Return a person who does not exist, filmed from the left while bending the knees once."""
    rng = np.random.default_rng(seed)
    depth = 0.5 * (1.0 - np.cos(2.0 * np.pi * np.arange(n_frames) / n_frames))
    ankle_x, floor_y = 640.0 + rng.normal(0, 20), 900.0
    still = np.ones(n_frames)
    rows = {
        "toe": (ankle_x + 150.0 * still, floor_y * still),
        "heel": (ankle_x - 50.0 * still, floor_y * still),
        "ankle": (ankle_x * still, (floor_y - 60.0) * still),
        "knee": (ankle_x + 130.0 * depth, floor_y - 280.0 + 50.0 * depth),
        "hip": (ankle_x - 60.0 * depth, floor_y - 500.0 + 150.0 * depth),
        "shoulder": (ankle_x + 20.0 * depth, floor_y - 780.0 + 160.0 * depth),
    }
    points = {
        f"{side}_{part}": np.stack(xy, axis=1) + np.array([offset, 0.0])
        for part, xy in rows.items()
        for side, offset in (("left", 0.0), ("right", 12.0))
    }
    return FictionalPose(rate_hz=rate_hz, width_px=1280.0, height_px=1000.0, points_px=points)


def openpose_files(
    pose: FictionalPose, labels: Sequence[str], *, bystander: bool = False
) -> dict[str, bytes]:
    """Return one OpenPose file per frame in the layout `labels` (25 or 18 parts)."""
    n = len(next(iter(pose.points_px.values())))
    files = {}
    for frame in range(n):
        flat: list[float] = []
        for label in labels:
            wanted = label if label in pose.points_px else label.replace("big_toe", "toe")
            at = pose.points_px.get(wanted)
            flat += [0.0, 0.0, 0.0] if at is None else [round(at[frame, 0], 3), round(at[frame, 1], 3), 0.9]
        people = [{"person_id": [-1], "pose_keypoints_2d": flat, "face_keypoints_2d": []}]
        if bystander:
            small = [value if i % 3 == 2 else 100.0 + 0.3 * value for i, value in enumerate(flat)]
            people.insert(frame % 2, {"person_id": [-1], "pose_keypoints_2d": small, "face_keypoints_2d": []})
        files[f"squat_{frame:012d}_keypoints.json"] = json.dumps({"version": 1.3, "people": people}).encode()
    return files


def openpose_zip(pose: FictionalPose, labels: Sequence[str], *, bystander: bool = False) -> bytes:
    """Return the frames of OpenPose as one archive."""
    return _zip_of(openpose_files(pose, labels, bystander=bystander))


def mediapipe_json(
    pose: FictionalPose, labels: Sequence[str], *, with_size: bool = True, world: bool = False
) -> bytes:
    """Return the landmarks of MediaPipe as shares of the picture, and in metres when `world`."""
    n = len(next(iter(pose.points_px.values())))
    frames = []
    for frame in range(n):
        share, metres = [], []
        for label in labels:
            at = pose.points_px.get(label)
            x, y = (0.5, 0.5) if at is None else (at[frame, 0] / pose.width_px, at[frame, 1] / pose.height_px)
            share.append({"x": x, "y": y, "z": 0.01, "visibility": 0.0 if at is None else 0.95})
            metres.append(
                {"x": (x - 0.5) * 2.2, "y": (y - 0.5) * 2.2, "z": 0.1, "visibility": share[-1]["visibility"]}
            )
        entry: dict[str, object] = {
            "timestamp_ms": round(1000.0 * frame / pose.rate_hz, 3),
            "pose_landmarks": [share],
        }
        frames.append(entry | ({"pose_world_landmarks": [metres]} if world else {}))
    top: dict[str, object] = {"frames": frames, "fps": pose.rate_hz}
    if with_size:
        top |= {"width": pose.width_px, "height": pose.height_px}
    return json.dumps(top).encode()


def hdf5_of(arrays: Mapping[str, Floats], *, rate_hz: float | None = None, in_chunks: bool = False) -> bytes:
    """Return arrays as an HDF5 file of the usual layout, whole or in shuffled and compressed chunks.

    Parameters
    ----------
    arrays
        Name to array of float64.
    rate_hz
        Kept as the attribute `sampling_rate` of the root.
    in_chunks
        Whether the arrays are cut into chunks of 64 rows.
    """
    heap, offsets = b"\0" * 8, {}
    for name in sorted(arrays):
        offsets[name] = len(heap)
        heap += name.encode() + b"\0" * (8 - len(name) % 8)
    body = bytearray(96)
    places = {
        name: _dataset(body, np.asarray(arrays[name], dtype="<f8"), in_chunks) for name in sorted(arrays)
    }
    names = len(body)
    body += heap
    heap_at = len(body)
    body += b"HEAP" + bytes(4) + struct.pack("<QQQ", len(heap), 0xFFFF_FFFF_FFFF_FFFF, names)
    node = len(body)
    body += b"SNOD" + struct.pack("<BBH", 1, 0, len(arrays))
    for name in sorted(arrays):
        body += struct.pack("<QQII16x", offsets[name], places[name], 0, 0)
    tree = len(body)
    last = offsets[max(arrays)]
    body += b"TREE" + struct.pack("<BBHQQQQQ", 0, 0, 1, 2**64 - 1, 2**64 - 1, 0, node, last)
    messages = [(0x11, struct.pack("<QQ", tree, heap_at))]
    if rate_hz is not None:
        messages.append((0x0C, _rate_attribute(rate_hz)))
    root = _object_header(body, messages)
    block = b"\x89HDF\r\n\x1a\n" + struct.pack("<8B", 0, 0, 0, 0, 0, 8, 8, 0)
    block += struct.pack("<HHI", 4, 16, 0) + struct.pack("<QQQQ", 0, 2**64 - 1, len(body), 2**64 - 1)
    body[:96] = block + struct.pack("<QQII16x", 0, root, 0, 0)
    return bytes(body)


_FLOAT64 = bytes([0x11, 0x20, 0x3F, 0x00]) + struct.pack("<IHHBBBBI", 8, 0, 64, 52, 11, 0, 52, 1023)


def _rate_attribute(rate_hz: float) -> bytes:
    name = b"sampling_rate\0".ljust(16, b"\0")
    space = struct.pack("<BBB5xQ", 1, 1, 0, 1)
    kind = _FLOAT64.ljust(24, b"\0")
    return (
        struct.pack("<BBHHH", 1, 0, 14, len(_FLOAT64), len(space))
        + name
        + kind
        + space
        + struct.pack("<d", rate_hz)
    )


def _object_header(body: bytearray, messages: Sequence[tuple[int, bytes]]) -> int:
    """Add an object header and return its address."""
    padded = [(kind, text.ljust(-(-len(text) // 8) * 8, b"\0")) for kind, text in messages]
    at = len(body)
    body += struct.pack("<BBHII4x", 1, 0, len(padded), 1, sum(8 + len(text) for _, text in padded))
    for kind, text in padded:
        body += struct.pack("<HHB3x", kind, len(text), 0) + text
    return at


def _dataset(body: bytearray, array: Floats, in_chunks: bool) -> int:
    """Add an array and return the address of its object header."""
    space = struct.pack("<BBB5x", 1, array.ndim, 0) + b"".join(
        struct.pack("<Q", size) for size in array.shape
    )
    messages = [(0x1, space), (0x3, _FLOAT64)]
    if not in_chunks:
        at = len(body)
        body += array.tobytes()
        layout = struct.pack("<BBQQ", 3, 1, at, array.nbytes)
        return _object_header(body, [*messages, (0x8, layout)])
    rows = 64
    sizes = (rows, *array.shape[1:])
    entries = b""
    firsts = range(0, len(array), rows)
    for first in firsts:
        chunk = np.zeros(sizes)
        part = array[first : first + rows]
        chunk[: len(part)] = part
        shuffled = np.frombuffer(chunk.astype("<f8").tobytes(), dtype="u1").reshape(-1, 8).T.tobytes()
        packed = zlib.compress(shuffled)
        at = len(body)
        body += packed
        offset = struct.pack("<Q", first) + bytes(8 * array.ndim)
        entries += struct.pack("<II", len(packed), 0) + offset + struct.pack("<Q", at)
    tree = len(body)
    body += b"TREE" + struct.pack("<BBHQQ", 1, 0, len(firsts), 2**64 - 1, 2**64 - 1) + entries
    body += bytes(8 + 8 * (array.ndim + 1))
    layout = struct.pack("<BBBQ", 3, 2, array.ndim + 1, tree) + struct.pack(f"<{array.ndim + 1}I", *sizes, 8)
    filters = (
        struct.pack("<BB6x", 1, 2)
        + struct.pack("<HHHHI4x", 2, 0, 0, 1, 8)
        + struct.pack("<HHHHI4x", 1, 0, 0, 1, 6)
    )
    return _object_header(body, [*messages, (0x8, layout), (0xB, filters)])


def forces_of(time_s: Floats, force_n: Floats, point_m: Floats) -> bytes:
    """Return one plate as a `.forces` table: newtons and millimetres, y up as the program that writes it has it."""
    rate_hz = 1.0 / float(time_s[1] - time_s[0])
    header = (
        f"[Force Data]\nNumberOfForcePlates=1\nSampleRate={rate_hz:.6f}\nNumberOfSamples={len(time_s)}\n"
        "#Sample\tFX1\tFY1\tFZ1\tX1\tY1\tZ1\tMZ1\n"
    )
    rows = np.column_stack([np.arange(1, len(time_s) + 1), force_n, 1000.0 * point_m, np.zeros(len(time_s))])
    lines = [
        "\t".join(f"{value:.3f}" if i else f"{value:.0f}" for i, value in enumerate(row))
        for row in rows.tolist()
    ]
    return (header + "\n".join(lines) + "\n").encode()
