"""Did a number move? The tests of one ankle on made-up recordings, compared with committed results."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mortise import measure
from mortise.simulate.ankle import (
    FictionalAnkle,
    fictional_ankle_lunge,
    fictional_heel_rises,
    fictional_position,
    fictional_range,
)
from mortise.simulate.recordings import csv_of
from mortise.simulate.standing import fictional_stand
from tests.golden.measure.test_measure_golden import _differences, _plain

HERE = Path(__file__).parent


def _of(test: str, made: FictionalAnkle, *parts: str) -> dict[str, Any]:
    files = [
        (f"{getattr(made, part).side}_{getattr(made, part).placement}.csv", csv_of(getattr(made, part)))
        for part in parts
    ]
    return measure.to_plain(measure.TESTS[test](measure.open_files(files, test=test)))


def _stand(name: str, **kind: Any) -> dict[str, Any]:
    files = [(name, csv_of(fictional_stand(11, **kind).samples))]
    return measure.to_plain(
        measure.TESTS["balance"](measure.open_files(files, placement="lower_back", test="balance"))
    )


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "heel-rise": lambda: _of("heel-rise", fictional_heel_rises(11), "foot", "shank"),
    "heel-rise-shin-knee-bent": lambda: _of(
        "heel-rise", fictional_heel_rises(11, knee_bend_deg=18.0), "shank"
    ),
    "lunge-heel-lifted": lambda: _of(
        "lunge", fictional_ankle_lunge(11, heel_lift_deg=(0.0, 9.0, 0.0)), "foot", "shank"
    ),
    "range": lambda: _of("range", fictional_range(11), "foot", "shank"),
    "position": lambda: _of("position", fictional_position(11), "foot", "shank"),
    "balance": lambda: _stand("left_single_leg_eyes_closed.csv", held_s=12.0, is_lost=True),
}


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
