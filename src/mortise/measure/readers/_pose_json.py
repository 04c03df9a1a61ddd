"""Frames of pose keypoints as OpenPose and MediaPipe write them in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from mortise.errors import SignalError
from mortise.measure.readers._pose_parts import BLAZE, BODY_25, COCO_18, canonical
from mortise.measure.readers._source import Known, Reader

PoseFormat = Literal["openpose", "mediapipe"]
# Half an hour at 60 frames a second; 33 parts of 4 numbers each take 115 MB.
MAX_FRAMES = 108_000
# JSON takes several times its length in memory.
_MAX_BYTES = 64_000_000
_MAX_FRAME_BYTES = 4_000_000
_SIZE_NAMES = {
    "width": ("width", "video_width", "image_width", "frame_width", "w"),
    "height": ("height", "video_height", "image_height", "frame_height", "h"),
}
_RATE_NAMES = ("fps", "frame_rate", "framerate", "rate_hz", "video_fps", "sampling_rate")
_STAMPS = (
    ("timestamp_ms", 1e3),
    ("timestampms", 1e3),
    ("time_ms", 1e3),
    ("time_s", 1.0),
    ("timestamp_s", 1.0),
    ("seconds", 1.0),
    ("timestamp_us", 1e6),
    # no unit said: the step between frames tells
    ("timestamp", 0.0),
    ("time", 0.0),
    ("t", 0.0),
)
_WORLD = ("pose_world_landmarks", "poseworldlandmarks", "world_landmarks", "worldlandmarks")
_IMAGE = ("pose_landmarks", "poselandmarks", "landmarks", "keypoints")


class Frame(Struct, frozen=True, kw_only=True, eq=False):
    """The people of one frame, each `{label: (x, y, z, confidence)}`, and its time where it is stated."""

    people: tuple[dict[str, tuple[float, float, float, float]], ...]
    time_s: float | None = None
    stamp: float | None = None
    is_world: bool = False


class PoseFile(Struct, frozen=True, kw_only=True, eq=False):
    """The frames of one file, and what it says of all of them."""

    known: Known
    format: PoseFormat
    frames: tuple[Frame, ...]
    rate_hz: float | None = None
    width_px: float | None = None
    height_px: float | None = None


def pose_format_of(head: bytes) -> PoseFormat | None:
    """Return which program wrote the JSON whose first bytes these are, None when it holds no keypoints."""
    if b'"people"' in head or b'"pose_keypoints' in head:
        return "openpose"
    if re.search(rb'"(pose_?)?(world_?)?landmarks?"|"visibility"', head, re.IGNORECASE):
        return "mediapipe"
    return None


def read_pose_file(reader: Reader, kind: PoseFormat) -> PoseFile:
    """Return the frames of one JSON file.

    Raises
    ------
    SignalError
        When the JSON is broken or holds no keypoints of a known layout.
    """
    body = reader.body(_MAX_BYTES)
    try:
        top = _decoded(body)
        header, raw_frames = _frames_of(top)
        width = _first_number(header, _SIZE_NAMES["width"], 2.0, 1e5)
        height = _first_number(header, _SIZE_NAMES["height"], 2.0, 1e5)
        if len(raw_frames) > MAX_FRAMES:
            raise refuse(reader.name, f"{len(raw_frames)} frames are more than a test has.")
        frames = tuple(
            _frame(raw, f"{reader.name}, frame {index}", is_sized=bool(width and height))
            for index, raw in enumerate(raw_frames)
        )
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise SignalError(
            "the JSON text is broken or cut off.", where=reader.name, mend="Send or export it again."
        ) from None
    return PoseFile(
        known=reader.known,
        format=kind,
        frames=frames,
        rate_hz=_first_number(header, _RATE_NAMES, 1.0, 2000.0),
        width_px=width,
        height_px=height,
    )


def _decoded(body: bytes) -> Any:
    return msgspec.json.decode(body, type=list[msgspec.Raw] | dict[str, msgspec.Raw])


def _frames_of(top: Any) -> tuple[dict[str, Any], list[Any]]:
    """Return the words about the whole file, and the frames still as text."""
    if isinstance(top, list):
        return {}, top
    lowered = {str(key).lower(): value for key, value in top.items()}
    header: dict[str, Any] = {}
    for key, value in lowered.items():
        if key in ("metadata", "info", "video", "video_info", "meta"):
            header |= {str(k).lower(): v for k, v in _plain_dict(value).items()}
        elif len(value) < 100:
            header[key] = msgspec.json.decode(value)
    for name in ("frames", "data", "results", "poses", "detections"):
        if name in lowered and bytes(memoryview(lowered[name])[:1]) == b"[":
            return header, msgspec.json.decode(lowered[name], type=list[msgspec.Raw])
    return header, [msgspec.Raw(msgspec.json.encode(top))]


def _plain_dict(raw: Any) -> dict[str, Any]:
    value = msgspec.json.decode(raw) if len(raw) < 10_000 else None
    return value if isinstance(value, dict) else {}


def _frame(raw: Any, where: str, *, is_sized: bool) -> Frame:
    """Return one frame of either program."""
    if len(raw) > _MAX_FRAME_BYTES:
        raise refuse(where, "a frame is larger than 4 MB.")
    value = msgspec.json.decode(raw)
    if isinstance(value, list):
        return Frame(people=tuple(_people(value)))
    if not isinstance(value, dict):
        raise refuse(where, "this is no frame of keypoints.")
    fields = {str(key).lower(): content for key, content in value.items()}
    time_s, stamp = _stamp(fields)
    if "people" in fields or "pose_keypoints_2d" in fields:
        listed = fields.get("people", [fields])
        people = [person for each in _list(listed) if (person := _openpose_person(each, where))]
        return Frame(people=tuple(people), time_s=time_s, stamp=stamp)
    image = next((fields[key] for key in _IMAGE if fields.get(key)), None)
    world = next((fields[key] for key in _WORLD if fields.get(key)), None)
    # a share of the picture tells an angle only when the picture's size is known; metres always do, but hide that
    # the whole person moves
    is_world = bool(world) and not (is_sized and image)
    chosen = world if is_world else image
    return Frame(
        people=tuple(_people(chosen)) if chosen else (),
        time_s=time_s,
        stamp=stamp,
        is_world=is_world,
    )


def _stamp(fields: dict[str, Any]) -> tuple[float | None, float | None]:
    for key, per_second in _STAMPS:
        value = fields.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e20:
            return (float(value) / per_second, None) if per_second else (None, float(value))
    return None, None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _openpose_person(value: Any, where: str) -> dict[str, tuple[float, float, float, float]]:
    """Return the parts of one person from the flat list x, y, confidence."""
    flat = (
        _list(value.get("pose_keypoints_2d") or value.get("pose_keypoints"))
        if isinstance(value, dict)
        else []
    )
    if not flat:
        return {}
    labels = {75: BODY_25, 54: COCO_18}.get(len(flat))
    if labels is None or not all(isinstance(each, (int, float)) for each in flat):
        raise refuse(
            where, f"{len(flat)} numbers of a person are neither BODY_25 (75) nor COCO (54).", "Use BODY_25."
        )
    return {
        label: (float(flat[3 * i]), float(flat[3 * i + 1]), 0.0, min(max(float(flat[3 * i + 2]), 0.0), 1.0))
        for i, label in enumerate(labels)
        if flat[3 * i + 2] > 0
    }


def _people(value: Any) -> Iterator[dict[str, tuple[float, float, float, float]]]:
    """Yield every person of landmarks written as a list, a list of lists, or by name."""
    if isinstance(value, dict) and isinstance(value.get("landmark"), list):
        value = value["landmark"]
    if isinstance(value, dict):
        person = {
            canonical(name): point for name, each in value.items() if (point := _landmark(each)) is not None
        }
        if person:
            yield person
        return
    if not isinstance(value, list) or not value:
        return
    if isinstance(value[0], list) and value[0] and isinstance(value[0][0], (dict, list)):
        for each in value:
            yield from _people(each)
        return
    person = {}
    for index, each in enumerate(value):
        point = _landmark(each)
        named = each.get("name") if isinstance(each, dict) else None
        label = canonical(named) if isinstance(named, str) else BLAZE[index] if index < len(BLAZE) else ""
        if point is not None and label:
            person[label] = point
    if person:
        yield person


def _landmark(value: Any) -> tuple[float, float, float, float] | None:
    """Return x, y, z and confidence of one landmark, None when it is none."""
    if isinstance(value, dict):
        sure = next((value[k] for k in ("visibility", "score", "presence", "confidence") if k in value), 1.0)
        parts = [value.get("x"), value.get("y"), value.get("z", 0.0), sure]
    elif isinstance(value, list) and len(value) in (2, 3, 4):
        parts = [*value[:2], value[2] if len(value) > 2 else 0.0, value[3] if len(value) > 3 else 1.0]
    else:
        return None
    parts = [0.0 if i > 1 and each is None else each for i, each in enumerate(parts)]
    if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in parts):
        return None
    x, y, z, confidence = (float(each) for each in parts)
    return x, y, z, min(max(confidence, 0.0), 1.0)


def _first_number(header: dict[str, Any], names: Sequence[str], low: float, high: float) -> float | None:
    for name in names:
        value = header.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
    return None


def refuse(where: str, reason: str, mend: str = "Export the keypoints again.") -> SignalError:
    """Return the refusal of keypoints, to be raised."""
    return SignalError(reason, where=where, mend=mend)
