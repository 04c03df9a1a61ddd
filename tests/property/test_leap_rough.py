"""Rough input to hops, jumps, landings and step-downs: measured or refused with a reason, never a crash."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure.materials import Materials
from tests.support.sizes import examples
from tests.unit.measure.made_up_leaps import lab_of, leap, plate_of, sensors_of

TESTS = ("hop", "jump", "landing", "step-down")


def _try(test: str, materials: Materials) -> None:
    """Measure; a refusal says why, and every number handed out is a number."""
    try:
        result = measure.TESTS[test](materials)
    except SignalError:
        return
    assert isinstance(result, measure.TestResult)
    for reading in result.readings:
        assert math.isfinite(reading.value)
        assert math.isfinite(reading.error)
        assert reading.error > 0
    for trial in result.trials:
        assert all(math.isfinite(value) for value in trial.values.values())


_FORCES = st.lists(
    st.one_of(st.floats(-5000, 5000), st.sampled_from([float("nan"), float("inf"), 0.0, 1e300])),
    max_size=60,
)


@settings(max_examples=examples(40), deadline=None)
@given(_FORCES, st.integers(1, 40), st.sampled_from([25.0, 100.0, 1000.0]))
def test_any_force_is_measured_or_refused(values: list[float], times: int, rate_hz: float) -> None:
    lab = replace(
        lab_of(leap(1)), markers=(), plates=(plate_of(np.repeat(values, times).astype(float), rate_hz),)
    )
    for test in ("hop", "jump"):
        _try(test, Materials(labs=(lab,)))


@pytest.mark.filterwarnings("ignore:All-NaN:RuntimeWarning", "ignore:Mean of empty:RuntimeWarning")
@settings(max_examples=examples(12), deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 0.9), st.integers(1, 60))
def test_markers_with_holes_are_measured_or_refused(seed: int, share: float, length: int) -> None:
    rng = np.random.default_rng(seed)
    lab = lab_of(leap(1, "drop"))
    markers = []
    for marker in lab.markers:
        points = marker.points_m.copy()
        for start in rng.integers(0, len(points), int(share * len(points) / length) + 1).tolist():
            points[start : start + length] = np.nan
        if rng.random() < 0.1:
            points[:] = np.nan
        markers.append(replace(marker, points_m=points))
    rough = replace(lab, markers=tuple(markers))
    for test in TESTS:
        _try(test, Materials(labs=(rough,)))


@settings(max_examples=examples(10), deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["clipped", "noise", "flat", "turned", "cut", "milli"]),
)
def test_rough_sensors_are_measured_or_refused(seed: int, fault: str) -> None:
    rng = np.random.default_rng(seed)
    found = []
    for sensor in sensors_of(leap(1, "rebound"), "left_foot", "right_foot", "lower_back"):
        acc, gyr, time_s = sensor.acc_m_s2.copy(), sensor.gyr_rad_s.copy(), sensor.time_s
        if fault == "clipped":
            acc, gyr = np.clip(acc, -20.0, 20.0), np.clip(gyr, -2.0, 2.0)
        elif fault == "noise":
            acc += rng.normal(0.0, 20.0, acc.shape)
        elif fault == "flat":
            gyr[:] = 0.0
        elif fault == "turned":
            acc[len(acc) // 2 :] = acc[len(acc) // 2 :, ::-1]
        elif fault == "cut":
            n = int(rng.integers(20, len(acc)))
            acc, gyr, time_s = acc[:n], gyr[:n], time_s[:n]
        else:
            acc /= 1000.0
        found.append(replace(sensor, acc_m_s2=acc, gyr_rad_s=gyr, time_s=time_s))
    for test in TESTS:
        _try(test, Materials(sensors=tuple(found)))
