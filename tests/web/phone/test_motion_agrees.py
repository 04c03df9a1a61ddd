"""One recording, two programs: the number the phone shows and the number `mortise.measure` stores."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mortise import measure
from mortise.simulate._sensor import SensorSamples
from mortise.simulate.ankle import fictional_heel_rises
from mortise.simulate.jumps import fictional_jump
from mortise.simulate.recordings import fictional_lunge
from mortise.simulate.standing import fictional_stand
from mortise.simulate.trunk import fictional_trunk_walk
from mortise.web.care.content import content
from mortise.web.care.services.instruments import instrument_of
from mortise.web.phone import live

CORE = Path(__file__).resolve().parents[3] / "src/mortise/web/phone/static/phone/js/core/motion"
SCRIPT = (
    f"import {{ numberOf }} from {json.dumps((CORE / 'tests.js').as_uri())};"
    "import { readFileSync } from 'node:fs';"
    "const asked = JSON.parse(readFileSync(process.argv[1], 'utf8'));"
    "process.stdout.write(JSON.stringify(asked.map(({ test, log }) => numberOf(test, log.samples))));"
)
LUNGES: tuple[dict[str, Any], ...] = (
    {"angles_deg": (36.0, 37.0, 36.5)},
    {"angles_deg": (22.0, 24.0, 21.0), "hold_s": 1.0},
    {"angles_deg": (41.0, 40.0, 43.0, 42.0), "rate_hz": 100.0},
    {"out_of_plane_deg": 20.0},
    {"slip_deg": 10.0},
    {"angles_deg": (35.0, 36.0), "hold_s": 0.1},
)
MAKERS: dict[str, list[Callable[[], SensorSamples]]] = {
    "lunge": [lambda n=n, one=one: fictional_lunge(n, **one).samples for n, one in enumerate(LUNGES)],
    "heel-rise": [
        lambda n=n, k=k, rate=rate: fictional_heel_rises(
            n, heights_cm=tuple(9.0 - 0.2 * i for i in range(k)), rate_hz=rate
        ).shank
        for n, k, rate in ((1, 5, 100.0), (2, 12, 60.0), (3, 24, 60.0))
    ],
    "balance": [
        lambda n=n, one=one: fictional_stand(n, **one).samples
        for n, one in enumerate(({"rate_hz": 60.0}, {"held_s": 9.0, "is_lost": True}, {"rms_cm": 1.2}))
    ],
    "gait": [
        lambda n=n, one=one: fictional_trunk_walk(n, **one).samples
        for n, one in enumerate(
            ({}, {"step_time_s": 0.7, "rate_hz": 60.0}, {"asymmetry_ratio": 1.3, "n_steps": 40})
        )
    ],
    "hop": [
        lambda n=n: fictional_jump(n, "rebound", rate_hz=100.0).sensors["lower_back"] for n in (1, 2, 3)
    ],
}  # fmt: skip


def phone_log(samples: SensorSamples, test: str, side: str = "") -> dict[str, Any]:
    return {
        "format": "mortise.phone-log/1", "side": side or samples.side, "test": test, "is_simulated": True,
        "placement": samples.placement,
        "samples": {
            "t_ms": np.round(1000.0 * samples.time_s, 3).tolist(),
            "acc_m_s2": np.round(samples.acc_m_s2, 4).tolist(),
            "gyr_deg_s": np.round(np.degrees(samples.gyr_rad_s), 3).tolist(),
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[dict[str, Any], Any]]]:
    """Return, for each test, what the phone and what the server makes of each recording."""
    asked = [
        {"test": test, "log": phone_log(make(), test)} for test, makers in MAKERS.items() for make in makers
    ]
    path = tmp_path_factory.mktemp("motion") / "asked.json"
    path.write_text(json.dumps(asked))
    done = subprocess.run(
        ["node", "--input-type=module", "-e", SCRIPT, str(path)], capture_output=True, text=True, check=True
    )
    found: dict[str, list[tuple[dict[str, Any], Any]]] = {}
    for one, theirs in zip(asked, json.loads(done.stdout), strict=True):
        name = f"{one['test']}_single_leg.json"
        stream = io.BytesIO(json.dumps(one["log"]).encode())
        result = measure.TESTS[one["test"]](measure.open_files([(name, stream)], test=one["test"]))
        found.setdefault(one["test"], []).append((theirs, result))
    return found


def reading(result: Any, name: str) -> float:
    return next(float(one.value) for one in result.readings if one.measure == name)


@pytest.mark.node
def test_every_number_a_phone_shows_can_go_on_the_record(both: Any) -> None:
    measures = content().measures
    for one in live.TESTS:
        for theirs, result in both[one.test]:
            if "refused" in theirs:
                continue
            found = next(each for each in result.readings if each.measure == one.measure)
            assert instrument_of(found, measures[one.measure], result.readings) == "phone", one.test


@pytest.mark.node
def test_the_lunge_is_the_same_angle_with_the_same_trials(both: Any) -> None:
    for theirs, result in both["lunge"]:
        assert abs(theirs["value"] - reading(result, "lunge_angle_deg")) < 0.5, theirs
        assert theirs["more"]["n_trials"] == len(result.trials)
        assert theirs["more"]["n_counted"] == sum(one.is_counted for one in result.trials)
        known = set(next(one for one in result.readings if one.measure == "lunge_angle_deg").quality)
        assert set(theirs["quality"]) <= known


@pytest.mark.node
def test_heel_rises_are_the_same_number_and_height(both: Any) -> None:
    for theirs, result in both["heel-rise"]:
        assert theirs["value"] == reading(result, "heel_rise_count")
        assert abs(theirs["more"]["height_cm"] - reading(result, "heel_rise_height_cm")) < 0.1
        assert abs(theirs["more"]["period_s"] - reading(result, "heel_rise_period_s")) < 0.05


@pytest.mark.node
def test_a_stand_is_as_long_and_sways_as_much(both: Any) -> None:
    for theirs, result in both["balance"]:
        assert abs(theirs["value"] - reading(result, "single_leg_stand_s")) < 0.2
        speed = reading(result, "sway_velocity_mm_s")
        assert abs(theirs["more"]["speed_mm_s"] / speed - 1) < 0.1, (theirs, speed)


@pytest.mark.node
def test_a_walk_has_the_same_cadence_and_symmetry(both: Any) -> None:
    for theirs, result in both["gait"]:
        assert abs(theirs["value"] - reading(result, "cadence_spm")) < 0.2
        assert abs(theirs["more"]["symmetry_ratio"] - reading(result, "step_time_asymmetry_ratio")) < 0.05


@pytest.mark.node
def test_hops_are_in_the_air_as_long(both: Any) -> None:
    for theirs, result in both["hop"]:
        times = [one.values["flight_time_s"] for one in result.trials]
        assert theirs["more"]["n_hops"] == len(times)
        assert abs(theirs["value"] - float(np.median(times))) < 0.01
        contacts = [one.values["contact_time_s"] for one in result.trials if "contact_time_s" in one.values]
        assert abs(theirs["more"]["contact_s"] - float(np.median(contacts))) < 0.015
        assert abs(theirs["value"] - reading(result, "hop_flight_time_s")) < 0.01  # the number that is stored
        assert abs(theirs["more"]["contact_s"] - reading(result, "hop_contact_time_s")) < 0.015
