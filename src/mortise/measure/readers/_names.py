"""What the words of a header, a file name or a sidecar mean: kind of channel, axis, unit, side, placement."""

from __future__ import annotations

import re

from msgspec import Struct

from mortise.terms import Side


class Column(Struct, frozen=True):
    """One column of a table: which sensor, what it holds (`acc`, `gyr`, `time`, `counter`, or ``), axis and unit."""

    sensor: str
    kind: str
    axis: int
    unit: str


_ACC = re.compile(r"\b(acc|accel|acceleration|accelerometer|linacc|a)\b")
_GYR = re.compile(r"\b(gyr|gyro|gyroscope|rotation|rate|angular velocity|omega|w)\b")
_NOT_RAW = re.compile(
    r"\b(freeacc|free|linear|user|mag|magnetometer|quat|orientation|mat|temp|gyrtemp|roll|pitch|yaw)\b"
)
_AXIS = re.compile(r"(?:^|\b)([xyz])(?:\b|$)")
_TIME = re.compile(r"\b(time|timestamp|seconds elapsed|mocaptime|t)\b")
_COUNTER = re.compile(r"\b(packetcounter|index|sample|samples|counter)\b")

_UNITS: tuple[tuple[str, str], ...] = (
    (r"m/s\^?2|m/s²|m s2|ms-2|m s-2", "m/s2"),
    (r"\bmg\b", "mg"),
    (r"deg/s|°/s|dps|deg s\b", "deg/s"),
    (r"rad/s|rad s\b", "rad/s"),
    (r"\bms\b|millisecond", "ms"),
    (r"\b(us|µs)\b|microsecond", "us"),
    (r"\(s\)|\bs\b|\bsec\b|seconds", "s"),
    (r"\bg\b", "g"),
)

_LEFT = re.compile(r"(?:^|[^a-z])(left|lf|lfoot|l)(?:[^a-z]|$)|left")
_RIGHT = re.compile(r"(?:^|[^a-z])(right|rf|rfoot|r)(?:[^a-z]|$)|right")
_PLACES: tuple[tuple[str, str], ...] = (
    (r"lateral.?foot", "lateral_foot"),
    (r"instep", "instep"),
    # a file named after the heel rise says nothing of where its sensors are worn
    (r"heel(?!s?[ _-]?(?:raise|rise|lift))|calcaneus", "heel"),
    (r"foot|feet|(?:^|[^a-z])[lr]f(?:[^a-z]|$)|shoe", "foot"),
    (r"shank|shin|tibia", "shank"),
    (r"thigh", "thigh"),
    (r"lower.?back|lumbar|pelvis|sacrum", "lower_back"),
    (r"belt", "belt"),
    (r"pocket", "pocket"),
    (r"wrist|\bhand\b", "hand"),
)


def _words(text: str) -> str:
    """Return `text` in lower case with underscores and brackets opened, so that whole words can be matched."""
    return re.sub(r"[_\[\]\-.:]+", " ", text.lower())


def unit_of(label: str) -> str:
    """Return the unit that `label` names, or an empty string."""
    text = _words(label)
    return next((unit for pattern, unit in _UNITS if re.search(pattern, text)), "")


def column_of(cells: tuple[str, ...]) -> Column:
    """Return what the header cells above one column say, top line first."""
    label = cells[-1] if len(cells) == 1 else " ".join(cells)
    sensor = cells[0] if len(cells) > 1 else ""
    text = _words(label)
    bare = re.sub(r"\([^)]*\)", " ", text)
    axis_hit = _AXIS.search(bare)
    axis = "xyz".index(axis_hit.group(1)) if axis_hit else -1
    unit = unit_of(label)
    if axis >= 0 and not _NOT_RAW.search(bare):
        own = re.sub(r"\b(left|right|sensor)\b", " ", bare)
        if _ACC.search(own):
            return Column(sensor, "acc", axis, unit)
        if _GYR.search(own):
            return Column(sensor, "gyr", axis, unit)
    if axis < 0 and _TIME.search(bare):
        return Column("", "time", -1, unit)
    if axis < 0 and _COUNTER.search(bare):
        return Column("", "counter", -1, "")
    return Column(sensor, "", axis, unit)


_BARE_AXIS = re.compile(r"^\W*[xyz]\W*$")
_FILE_KINDS: tuple[tuple[str, str], ...] = (
    (r"total ?acceleration", "acc"),
    (r"(accelerometer|acceleration) ?uncalibrated", "acc"),
    (r"(gyroscope|gyro|rotation ?rate)", "gyr"),
    (r"gravity", "gravity"),
    (r"linear|user ?acceleration", "linear"),
    # a phone logger writes this without gravity beside a file of gravity; alone, the data tell
    (r"(accelerometer|acceleration|^acc)", "linear"),
)


def kind_of_file(name: str) -> str:
    """Return what a file whose columns are only called x, y and z holds by its name, or an empty string."""
    text = re.sub(r"[_\-.]+", " ", name.rpartition("/")[2].lower())
    return next((kind for pattern, kind in _FILE_KINDS if re.search(pattern, text)), "")


def is_bare_axis(label: str) -> bool:
    """Whether a column is called x, y or z and nothing more."""
    return _BARE_AXIS.match(label.lower()) is not None


def side_of_name(name: str) -> Side:
    """Return the side that a file or sensor name carries, `NONE` when it carries none or both."""
    text = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    left, right = bool(_LEFT.search(text)), bool(_RIGHT.search(text))
    if left == right:
        return Side.NONE
    return Side.LEFT if left else Side.RIGHT


def placement_of_name(name: str) -> str:
    """Return the placement that a file or sensor name carries, or an empty string."""
    text = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return next((place for pattern, place in _PLACES if re.search(pattern, text)), "")


def rate_of_preamble(lines: tuple[str, ...]) -> float | None:
    """Return the sampling rate that the lines above the table state, if any."""
    for line in lines:
        text = line.lower()
        hit = re.search(r"(?:frequency|rate)[^0-9]{0,20}([0-9]+(?:\.[0-9]+)?)\s*hz", text) or re.match(
            r"\W*(?:sampl(?:e|ing)|capture frame|frame|mocap)[ _]?(?:rate|frequency)\s*[=:,\t]\s*"
            r"([0-9]+(?:\.[0-9]+)?)\s*,?$",
            text,
        )
        if hit and float(hit.group(1)) > 0:
            return float(hit.group(1))
    return None


def device_of_preamble(lines: tuple[str, ...]) -> str:
    """Return the make of the sensor that the lines above the table give away, or an empty string."""
    text = "\n".join(lines[:40])
    hit = re.search(r"ProductCode:\s*(\S+)", text)
    if hit:
        return f"Xsens {hit.group(1)}"
    return "Xsens" if "PacketCounter" in text else ""
