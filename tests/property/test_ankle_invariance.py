"""Turning either sensor in any way changes no ankle angle."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mortise import measure
from mortise.measure._heel_rise import heel_rises
from mortise.measure.ankle_angle import AnkleAngle, ankle_angle
from mortise.measure.materials import Materials
from mortise.simulate.ankle import (
    fictional_ankle_lunge,
    fictional_heel_rises,
    fictional_position,
    fictional_range,
)
from mortise.simulate.standing import fictional_stand
from tests.support.sizes import examples
from tests.unit.measure.made_up_ankle import read_ankle, read_sensor, turned

_quaternions = st.tuples(*[st.floats(-1.0, 1.0) for _ in range(4)]).filter(
    lambda q: sum(v * v for v in q) > 0.05
)


@cache
def _read(is_lunge: bool) -> tuple[measure.Recording, measure.Recording]:
    return read_ankle(fictional_ankle_lunge(4) if is_lunge else fictional_heel_rises(4))


@cache
def _plain(is_lunge: bool) -> AnkleAngle:
    return ankle_angle(*_read(is_lunge))


@settings(max_examples=examples(12), deadline=None)
@given(st.booleans(), _quaternions, _quaternions)
def test_turning_the_sensors_changes_no_ankle_angle(
    is_lunge: bool, foot_way: tuple[float, ...], shank_way: tuple[float, ...]
) -> None:
    foot, shank = _read(is_lunge)
    other = ankle_angle(turned(foot, foot_way), turned(shank, shank_way))
    plain = _plain(is_lunge)
    assert other.flags == plain.flags
    assert np.max(np.abs(plain.dorsiflexion_deg - other.dorsiflexion_deg)) < 0.2


@settings(max_examples=examples(10), deadline=None)
@given(_quaternions, st.sampled_from([25.0, 60.0, 100.0]))
def test_turning_the_sensor_changes_no_heel_rise_and_the_rate_hardly_any(
    way: tuple[float, ...], rate_hz: float
) -> None:
    made = fictional_heel_rises(6, rate_hz=rate_hz)
    for recording in read_ankle(made):
        plain, other = (
            heel_rises(Materials(sensors=(each,)), 0.264) for each in (recording, turned(recording, way))
        )
        assert len(plain.trials) == len(other.trials) == 5
        for a, b in zip(plain.trials, other.trials, strict=True):
            assert abs(a.values["height_cm"] - b.values["height_cm"]) < 0.1
            assert a.quality == b.quality


@settings(max_examples=examples(8), deadline=None)
@given(_quaternions, _quaternions)
def test_turning_the_sensors_changes_no_range_no_position_and_no_sway(
    one: tuple[float, ...], other: tuple[float, ...]
) -> None:
    for test, made in (("range", fictional_range(5)), ("position", fictional_position(5))):
        foot, shank = read_ankle(made)
        plain = measure.TESTS[test](Materials(sensors=(foot, shank)))
        seen = measure.TESTS[test](Materials(sensors=(turned(foot, one), turned(shank, other))))
        for a, b in zip(plain.readings, seen.readings, strict=True):
            assert abs(a.value - b.value) < 0.2
    belt = read_sensor(fictional_stand(5, held_s=8.0).samples)
    plain, seen = (measure.TESTS["balance"](Materials(sensors=(each,))) for each in (belt, turned(belt, one)))
    for a, b in zip(plain.readings, seen.readings, strict=True):
        assert abs(a.value - b.value) <= 0.02 * a.value
