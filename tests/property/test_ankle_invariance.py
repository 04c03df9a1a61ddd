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
from mortise.simulate.ankle import fictional_ankle_lunge, fictional_heel_rises
from tests.unit.measure.made_up_ankle import read_ankle, turned

_quaternions = st.tuples(*[st.floats(-1.0, 1.0) for _ in range(4)]).filter(
    lambda q: sum(v * v for v in q) > 0.05
)


@cache
def _read(is_lunge: bool) -> tuple[measure.Recording, measure.Recording]:
    return read_ankle(fictional_ankle_lunge(4) if is_lunge else fictional_heel_rises(4))


@cache
def _plain(is_lunge: bool) -> AnkleAngle:
    return ankle_angle(*_read(is_lunge))


@settings(max_examples=12, deadline=None)
@given(st.booleans(), _quaternions, _quaternions)
def test_turning_the_sensors_changes_no_ankle_angle(
    is_lunge: bool, foot_way: tuple[float, ...], shank_way: tuple[float, ...]
) -> None:
    foot, shank = _read(is_lunge)
    other = ankle_angle(turned(foot, foot_way), turned(shank, shank_way))
    plain = _plain(is_lunge)
    assert other.flags == plain.flags
    assert np.max(np.abs(plain.dorsiflexion_deg - other.dorsiflexion_deg)) < 0.2


@settings(max_examples=10, deadline=None)
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
