"""Did a number move? Gait and running from every source, on made-up recordings, compared with committed results."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from mortise import measure
from mortise.measure import LabInfo, LabRecording, Marker, Materials
from mortise.simulate._sensor import SensorSamples
from mortise.simulate.recordings import csv_of, fictional_walk
from mortise.simulate.running import fictional_run
from mortise.simulate.trunk import fictional_trunk_walk
from mortise.simulate.walking_body import fictional_body_walk, fictional_leg_walk
from tests.golden.measure.test_measure_golden import _differences

HERE = Path(__file__).parent


def _result(test: str, materials: Materials) -> Any:
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(measure.TESTS[test](materials))))
    # hashes and lengths of files are no results
    plain.pop("recording")
    return plain


def _sensors(*samples: SensorSamples) -> Materials:
    return Materials(
        sensors=tuple(
            measure.read([(f"{each.side}_{each.placement}.csv", csv_of(each))], placement=each.placement)[0]
            for each in samples
        )
    )


def _stairs() -> Any:
    made = fictional_walk(12, stair_rise_m=0.16, stride_length_m=0.7, straight_m=4.0)
    return _result("gait", _sensors(made.left, made.right))


def _markers() -> Any:
    made = fictional_body_walk(12)
    info = LabInfo(
        file="walk.trc",
        sha256="",
        format="trc",
        point_rate_hz=made.rate_hz,
        n_frames=len(made.time_s),
        duration_s=float(made.time_s[-1]),
    )
    markers = tuple(
        Marker(label=name, points_m=values, residual_m=np.zeros(len(values)))
        for name, values in made.points.items()
    )
    return _result("gait", Materials(labs=(LabRecording(info=info, time_s=made.time_s, markers=markers),)))


def _leg() -> Any:
    made = fictional_leg_walk(12)
    return _result("gait", _sensors(*(s for name, s in made.samples.items() if name.startswith("left"))))


def _run() -> Any:
    made = fictional_run(12, n_steps=24)
    return _result("run", _sensors(made.left, made.right))


CASES: dict[str, Callable[[], Any]] = {
    "walk-stairs": _stairs,
    "walk-markers": _markers,
    "walk-foot-shank-thigh": _leg,
    "walk-belt": lambda: _result("gait", _sensors(fictional_trunk_walk(12, pause_s=4.0).samples)),
    "run": _run,
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
