"""Did a number move? Results on made-up recordings, compared with committed ones.

A file is written only with WRITE_GOLDEN=1 on a developer's machine; a missing file is a failure, never made up.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mortise import measure
from mortise.simulate.recordings import csv_of, fictional_lunge, fictional_walk, phone_log_of

HERE = Path(__file__).parent
# Numbers of another processor or NumPy differ in the last digits; a changed rule differs by far more.
RELATIVE, ABSOLUTE = 2e-3, 2e-3


def _walk(**kind: Any) -> dict[str, Any]:
    made = fictional_walk(11, **kind)
    files = [("left_instep.csv", csv_of(made.left)), ("right_instep.csv", csv_of(made.right))]
    return measure.to_plain(measure.gait(measure.read(files)))


def _lunge(**kind: Any) -> dict[str, Any]:
    made = fictional_lunge(11, **kind)
    return measure.to_plain(measure.lunge(measure.read([("shin.json", phone_log_of(made.samples))])[0]))


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "walk": lambda: _walk(straight_m=5.0),
    "walk-limping-with-a-pause": lambda: _walk(
        straight_m=5.0, asymmetry_ratio=1.25, pause_s=4.0, rate_hz=204.8
    ),
    "lunge": lambda: _lunge(first_pinch_share=0.7),
    "lunge-slipped": lambda: _lunge(slip_deg=9.0, out_of_plane_deg=16.0),
}


def _plain(result: dict[str, Any]) -> Any:
    plain = msgspec.json.decode(msgspec.json.encode(result))
    for sensor in plain["recording"]["sensors"]:
        # the hash is of rounded numbers, which differ between processors in the last digit
        sensor.pop("sha256")
    return plain


def _differences(path: str, mine: Any, theirs: Any) -> list[str]:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        if mine.keys() != theirs.keys():
            return [f"{path}: {sorted(mine.keys() ^ theirs.keys())} only on one side"]
        return [line for key in mine for line in _differences(f"{path}.{key}", mine[key], theirs[key])]
    if isinstance(mine, list) and isinstance(theirs, list):
        if len(mine) != len(theirs):
            return [f"{path}: {len(mine)} instead of {len(theirs)}"]
        return [
            line
            for i, (a, b) in enumerate(zip(mine, theirs, strict=True))
            for line in _differences(f"{path}[{i}]", a, b)
        ]
    if isinstance(mine, float) or isinstance(theirs, float):
        return (
            []
            if mine == pytest.approx(theirs, rel=RELATIVE, abs=ABSOLUTE)
            else [f"{path}: {mine} instead of {theirs}"]
        )
    return [] if mine == theirs else [f"{path}: {mine!r} instead of {theirs!r}"]


@pytest.mark.parametrize("name", CASES)
def test_result_is_the_committed_one(name: str) -> None:
    path = HERE / f"{name}.json"
    result = _plain(CASES[name]())
    if os.environ.get("WRITE_GOLDEN") == "1" and not os.environ.get("CI"):
        path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    assert path.is_file(), (
        f"{path.name} is missing; write it with WRITE_GOLDEN=1 and look at it before committing"
    )
    assert _differences(name, result, msgspec.json.decode(path.read_bytes())) == []


def test_a_moved_number_is_noticed() -> None:
    assert _differences("x", {"a": [1.0]}, {"a": [1.01]}) == ["x.a[0]: 1.0 instead of 1.01"]
    assert _differences("x", {"a": 1}, {"b": 1})
    assert _differences("x", [1], [1, 2])
