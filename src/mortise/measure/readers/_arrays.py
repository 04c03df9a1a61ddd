"""Sensors in files of named arrays: MAT, HDF5 and NPZ hold a tree of names, and some branches are sensors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from mortise.errors import SignalError
from mortise.measure.readers import _clean as clean
from mortise.measure.readers import _names as names
from mortise.measure.readers._settle import Raw, without_gyroscope
from mortise.measure.recording import Floats

# A branch is a dictionary; a leaf an array, a number or a word.
Tree = dict[str, Any]

_ACC = re.compile(r"^(imu_?|raw_?)?(acc|accel|accelerometer|acceleration)(_?data|_?xyz)?$")
_GYR = re.compile(r"^(imu_?|raw_?)?(gyr|gyro|gyroscope|angular_?velocity|omega)(_?data|_?xyz)?$")
_TIME = re.compile(r"^(time|times|timestamps?|t|time_s)$")
_RATE = re.compile(r"^(fs|rate|rate_hz|sampling_?(rate|frequency)|sample_?rate|frequency|freq)$")
_T = TypeVar("_T")
_MOST_SENSORS = 64
# Two hours at 200 Hz.
_MAX_SAMPLES = 1_500_000
_DEEPEST = 12


def array_raws(tree: Tree, name: str, kind: str) -> list[Raw]:
    """Return every branch that holds an accelerometer and a gyroscope of three axes each.

    Raises
    ------
    SignalError
        When there is none, naming what there is.
    """
    raws = []
    for path, branch in _branches(tree, "", 0):
        raw = _sensor(path, branch, kind)
        if raw is not None:
            raws.append(raw)
        if len(raws) > _MOST_SENSORS:
            break
    if not raws:
        raws = [
            raw for path, branch in _branches(tree, "", 0) if (raw := _alone(path, branch, kind)) is not None
        ]
    if not raws:
        seen = ", ".join(list(dict.fromkeys(_leaves(tree, "", 0)))[:20])
        raise SignalError(
            "no sensor with three channels of acceleration (and three of a gyroscope) was recognised among: "
            f"{seen[:300] or 'nothing'}.",
            where=name,
            mend="Name the arrays acc and gyr, (n_samples, 3) each.",
        )
    return raws


def _branches(tree: Tree, path: str, depth: int) -> Iterator[tuple[str, Tree]]:
    yield path, tree
    if depth < _DEEPEST:
        for key, value in tree.items():
            if isinstance(value, dict):
                yield from _branches(value, f"{path}/{key}" if path else key, depth + 1)


def _leaves(tree: Tree, path: str, depth: int) -> Iterator[str]:
    for key, value in tree.items():
        where = f"{path}/{key}" if path else key
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _leaves(value, where, depth + 1)
        elif not isinstance(value, dict):
            yield where


def _alone(path: str, branch: Tree, kind: str) -> Raw | None:
    """Return acceleration without a gyroscope beside it."""
    found = [key for key, value in branch.items() if _ACC.match(_plain(key)) and _triple(value) is not None]
    if len(found) != 1:
        return None
    silent = np.zeros_like(_triple(branch[found[0]]))
    raw = _sensor(path, {**branch, "gyr": silent}, kind)
    return None if raw is None else without_gyroscope(raw)


def _plain(key: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", key).lower()


def _sensor(path: str, branch: Tree, kind: str) -> Raw | None:
    plain = {_plain(key): value for key, value in branch.items()}
    acc, gyr = _first(plain, _ACC, _triple), _first(plain, _GYR, _triple)
    if acc is None or gyr is None or len(acc) != len(gyr):
        return None
    stamps = _first(plain, _TIME, lambda value: _line(value, len(acc)))
    rate = _first(plain, _RATE, _rate)
    return Raw(
        sensor=path,
        values=np.concatenate([acc, gyr], axis=1),
        stamps_s=None
        if stamps is None or not _is_clock(stamps)
        else stamps / clean.stamps_per_second(stamps, ""),
        counter=None,
        acc_unit="",
        gyr_unit="",
        header_rate_hz=rate,
        header_side=names.side_of_name(path),
        header_placement=names.placement_of_name(path),
        device="",
        format=kind,
    )


def _first(branch: Tree, name: re.Pattern[str], of: Callable[[Any], _T | None]) -> _T | None:
    """Return the first thing of that name that is of the wanted form."""
    for key, value in branch.items():
        if name.match(key) and (found := of(value)) is not None:
            return found
    return None


def _triple(value: Any) -> Floats | None:
    """Return an array as `(n_samples, 3)`; one that lies on its side is turned."""
    if not isinstance(value, np.ndarray) or value.ndim != 2 or 3 not in value.shape or value.size < 6:
        return None
    if value.size > 3 * _MAX_SAMPLES:
        return None
    if value.dtype.kind not in "fiu":
        return None
    upright = value if value.shape[1] == 3 else value.T
    return np.ascontiguousarray(upright, dtype=np.float64)


def _line(value: Any, n: int) -> Floats | None:
    if not isinstance(value, np.ndarray) or value.size != n or value.dtype.kind not in "fiu":
        return None
    return np.asarray(value, dtype=np.float64).reshape(-1)


def _is_clock(stamps: Floats) -> bool:
    """Whether most of the numbers could be stamps; a file's days since year 0 are too coarse for one."""
    finite = stamps[np.isfinite(stamps)]
    return len(finite) > 0.9 * len(stamps) and len(finite) > 1 and float(np.median(np.diff(finite))) > 1e-4


def _rate(value: Any) -> float | None:
    """Return samples per second from a number, or from one per channel when they agree."""
    if isinstance(value, dict):
        found = {_rate(each) for key, each in value.items() if re.match(r"^(acc|gyr)", key.lower())} - {None}
        return found.pop() if len(found) == 1 else None
    try:
        number = float(np.asarray(value).reshape(-1)[0]) if np.size(value) == 1 else float("nan")
    except (TypeError, ValueError):
        return None
    return number if 1.0 <= number <= 1e5 else None
