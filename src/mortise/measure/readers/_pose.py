"""Pose keypoints as one recording: files of one frame joined, one person followed, a clock, a unit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from mortise.measure.pose import PoseInfo, PoseRecording, PoseUnit
from mortise.measure.readers._pose_json import Frame, PoseFile, refuse
from mortise.measure.recording import Floats, Won

_LEAST_FRAMES = 10
_FRAME_NAME = re.compile(r"^(?P<stem>.*?)[_-]?(?P<number>\d+)(_keypoints)?\.json$", re.IGNORECASE)


def poses_of(files: Sequence[PoseFile], rate_hz: float | None) -> list[PoseRecording]:
    """Join files of one frame each into recordings and return every recording.

    Parameters
    ----------
    files
        What was read, in the order of names.
    rate_hz
        Frames per second when the caller knows it; wins over what the files say.
    """
    groups: dict[str, list[PoseFile]] = {}
    for file in files:
        match = _FRAME_NAME.match(file.known.name)
        is_frame = len(file.frames) == 1 and match is not None
        groups.setdefault(match["stem"] + "/*" if is_frame and match else file.known.name, []).append(file)
    return [_recording(name, group, rate_hz) for name, group in groups.items()]


def _recording(name: str, group: list[PoseFile], rate_hz: float | None) -> PoseRecording:
    """Return one recording: the person who is nearest or largest, followed from frame to frame."""
    if len(group) > 1:
        group = sorted(group, key=_frame_number)
        name = name.removesuffix("/*").rpartition("/")[2] or name
    frames = [frame for file in group for frame in file.frames]
    where = name
    if len(frames) < _LEAST_FRAMES:
        raise refuse(where, f"{len(frames)} frames are too few.", "Record the whole test.")
    time_s, rate, rate_from, flags, notes = _clock(group, frames, rate_hz, where)
    labels = sorted({label for frame in frames for person in frame.people for label in person})
    if not labels:
        raise refuse(where, "nobody was seen in any frame.", "Film the whole person, legs included.")
    points, n_people, n_switched = _followed(frames, labels)
    unit, size, unit_notes = _unit(group[0], frames, points, where)
    if n_people > 1:
        flags += ("several_people",)
        notes += (f"{where}: up to {n_people} people were seen; the largest was followed.",)
    if n_switched:
        flags += ("person_lost",)
        notes += (f"{where}: the person followed was lost {n_switched} times.",)
    if unit == "image":
        flags += ("aspect_unknown",)
    elif unit == "px" and size is not None and group[0].format == "mediapipe":
        points[..., 0] *= size[0]
        points[..., 1] *= size[1]
    n_axes = 3 if unit == "m" else 2
    seen = points[..., 3] > 0
    points[~seen, :3] = np.nan
    return PoseRecording(
        info=PoseInfo(
            file=name,
            sha256=group[0].known.sha256 if len(group) == 1 else _joined_hash(group),
            format=group[0].format,
            rate_hz=round(rate, 4),
            n_frames=len(frames),
            duration_s=round(float(time_s[-1]), 4),
            unit=unit,
            axes="right_down_back" if unit == "m" else "right_down",
            width_px=size[0] if size else None,
            height_px=size[1] if size else None,
            n_people=n_people,
            rate_from=rate_from,
            flags=tuple(dict.fromkeys(flags)),
            notes=notes + unit_notes,
        ),
        time_s=time_s,
        keypoints={label: points[:, i, :n_axes] for i, label in enumerate(labels)},
        confidence={label: points[:, i, 3] for i, label in enumerate(labels)},
    )


def _frame_number(file: PoseFile) -> int:
    match = _FRAME_NAME.match(file.known.name)
    return int(match["number"]) if match is not None else 0


def _joined_hash(group: list[PoseFile]) -> str:
    return hashlib.sha256("".join(file.known.sha256 for file in group).encode()).hexdigest()


def _followed(frames: list[Frame], labels: list[str]) -> tuple[Floats, int, int]:
    """Return `(n_frames, n_labels, 4)` of the followed person, the most people at once, and how often he was lost.

    The largest person of the first frame with anybody is followed; in later frames the nearest one, when he is no
    farther off than his own height.
    """
    columns = {label: index for index, label in enumerate(labels)}
    points = np.zeros((len(frames), len(labels), 4))
    last: Floats | None = None
    n_people = n_lost = 0
    for index, frame in enumerate(frames):
        n_people = max(n_people, len(frame.people))
        shapes = [_as_array(person, columns) for person in frame.people]
        shapes = [shape for shape in shapes if np.any(shape[:, 3] > 0)]
        if not shapes:
            continue
        if last is None:
            chosen = max(shapes, key=_height)
        else:
            before = last
            chosen = min(shapes, key=lambda shape: _distance(shape, before))
            if _distance(chosen, before) > max(_height(before), 1e-9):
                n_lost += 1
                chosen = max(shapes, key=_height)
        points[index] = last = chosen
    return points, n_people, n_lost


def _as_array(person: dict[str, tuple[float, float, float, float]], columns: dict[str, int]) -> Floats:
    shape = np.zeros((len(columns), 4))
    for label, values in person.items():
        if np.all(np.isfinite(values[:2])) and abs(values[0]) < 1e7 and abs(values[1]) < 1e7:
            shape[columns[label]] = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return shape


def _height(shape: Floats) -> float:
    seen = shape[shape[:, 3] > 0]
    return float(np.ptp(seen[:, 1]) + np.ptp(seen[:, 0])) if len(seen) else 0.0


def _distance(shape: Floats, before: Floats) -> float:
    both = (shape[:, 3] > 0) & (before[:, 3] > 0)
    if not both.any():
        return float("inf")
    return float(np.median(np.linalg.norm(shape[both, :2] - before[both, :2], axis=1)))


def _clock(
    group: list[PoseFile], frames: list[Frame], given_hz: float | None, where: str
) -> tuple[Floats, float, Won, tuple[str, ...], tuple[str, ...]]:
    """Return seconds from the first frame, frames per second, who said so, flags and notes."""
    n = len(frames)
    stated = next((file.rate_hz for file in group if file.rate_hz), None)
    times = _stamped(frames)
    if times is not None:
        steps = np.diff(times)
        if np.any(steps <= 0):
            at = int(np.argmax(steps <= 0)) + 1
            raise refuse(f"{where}, frame {at}", "time does not rise.", "Export the keypoints again.")
        measured = 1.0 / float(np.median(steps))
        claimed = given_hz or stated
        if claimed and abs(measured / claimed - 1.0) > 0.02:
            note = (
                f"{where}: the rate claimed is {claimed:g} Hz, the time stamps say {measured:.2f} Hz, used."
            )
            return times - times[0], measured, "data", ("rate_contradicted",), (note,)
        return times - times[0], measured, "data", (), ()
    rate = given_hz or stated
    if not rate:
        raise refuse(
            where, "the keypoints hold neither time stamps nor a rate.", "Give frames per second: --rate HZ."
        )
    numbers = np.array([_frame_number(file) for file in group], dtype=float)
    if len(group) == n and np.all(np.diff(numbers) > 0) and numbers[-1] - numbers[0] < 10 * n:
        time_s = (numbers - numbers[0]) / rate
        flags = ("gaps",) if numbers[-1] - numbers[0] >= n else ()
        return time_s, rate, "given" if given_hz else "header", flags, ()
    return np.arange(n) / rate, rate, "given" if given_hz else "header", (), ()


def _stamped(frames: list[Frame]) -> Floats | None:
    """Return the frames' own seconds, None when not every frame has a stamp."""
    if all(frame.time_s is not None for frame in frames):
        return np.array([frame.time_s for frame in frames], dtype=float)
    if any(frame.stamp is None for frame in frames):
        return None
    stamps = np.array([frame.stamp for frame in frames], dtype=float)
    step = float(np.median(np.diff(stamps)))
    # cameras take 5 to 1000 frames a second
    size = next((size for limit, size in ((0.5, 1.0), (500.0, 1e3), (5e5, 1e6)) if step < limit), 1e9)
    return stamps / size


def _unit(
    file: PoseFile, frames: list[Frame], points: Floats, where: str
) -> tuple[PoseUnit, tuple[float, float] | None, tuple[str, ...]]:
    """Return the unit of the points, the picture's size where it is known, and what should be said."""
    size = (file.width_px, file.height_px) if file.width_px and file.height_px else None
    if any(frame.is_world for frame in frames):
        return "m", size, ()
    seen = points[points[..., 3] > 0]
    is_share = bool(len(seen)) and float(np.quantile(np.abs(seen[:, :2]), 0.95)) <= 1.5
    if not is_share:
        return "px", size, ()
    if file.format == "mediapipe" and size is not None:
        return "px", size, ()
    note = (
        f"{where}: points are shares of a picture whose size is not stated; angles are right only when it "
        "is square. Add width and height to the file."
    )
    return "image", size, (note,)
