"""Did a number move? Jumps, hops and landings on made-up recordings, compared with committed results."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mortise import measure
from mortise.measure.materials import Materials
from tests.golden.measure.test_measure_golden import _differences
from tests.unit.measure.made_up_leaps import in_lab, in_sensors, leap, markers_only
from tests.unit.measure.test_step_down import lab, steps

HERE = Path(__file__).parent


def _result(test: str, materials: Materials) -> Any:
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(measure.TESTS[test](materials))))
    # hashes and lengths of files are no results
    plain.pop("recording")
    return plain


CASES: dict[str, Callable[[], Any]] = {
    "jump-plate": lambda: _result("jump", in_lab(leap(11))),
    "jump-drop-sensors": lambda: _result("jump", in_sensors(leap(11, "drop"))),
    "hop-triple-markers": lambda: _result("hop", markers_only(leap(11, "triple", "right", end_s=2.5))),
    "landing-drop": lambda: _result("landing", in_lab(leap(11, "drop", knee_inward_cm=5.0))),
    "step-down": lambda: _result("step-down", Materials(labs=(lab(steps(11, n_repetitions=3)),))),
    "hop-rebound-sensors": lambda: _result("hop", in_sensors(leap(11, "rebound", "left"))),
}


@pytest.mark.parametrize("name", CASES)
def test_result_is_the_committed_one(name: str) -> None:
    path = HERE / f"{name}.json"
    result = CASES[name]()
    if os.environ.get("WRITE_GOLDEN") == "1" and not os.environ.get("CI"):
        path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    assert path.is_file(), (
        f"{path.name} is missing; write it with WRITE_GOLDEN=1 and look at it before committing"
    )
    assert _differences(name, result, msgspec.json.decode(path.read_bytes())) == []
