"""Turning the room, mirroring the person, turning a sensor and resampling change only what they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mortise import measure
from mortise.measure.materials import Materials
from mortise.measure.recording import Floats
from mortise.terms import Side
from tests.property.test_measure_invariance import _quaternions, _turned
from tests.support.sizes import examples
from tests.unit.measure.made_up_leaps import (
    in_lab,
    in_sensors,
    lab_mirrored,
    lab_of,
    lab_turned,
    leap,
    sensors_of,
)
from tests.unit.measure.test_step_down import lab as steps_lab
from tests.unit.measure.test_step_down import steps

_AXES = st.permutations([0, 1, 2])
_SIGNS = st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3)


def _frame(order: list[int], signs: tuple[float, ...], heading_deg: float) -> Floats:
    """Return a rotation: about the upright by any angle, then to other axes of the room."""
    angle = np.radians(heading_deg)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]]
    )
    axes = np.zeros((3, 3))
    for row, (column, sign) in enumerate(zip(order, signs, strict=True)):
        axes[row, column] = sign
    if np.linalg.det(axes) < 0:
        axes[0] *= -1.0
    return axes @ turn


def _close(one: measure.TestResult, other: measure.TestResult, share: float = 1e-3) -> None:
    assert [t.side for t in one.trials] == [t.side for t in other.trials]
    assert len(one.readings) == len(other.readings)
    for a, b in zip(one.readings, other.readings, strict=True):
        assert (a.measure, a.side) == (b.measure, b.side)
        assert a.value == pytest.approx(b.value, rel=share, abs=share), a.measure


@settings(max_examples=examples(6), deadline=None)
@given(_AXES, _SIGNS, st.floats(0.0, 360.0))
def test_turning_the_room_changes_no_reading(
    order: list[int], signs: tuple[float, ...], heading_deg: float
) -> None:
    recordings = (
        ("hop", lab_of(leap(2, "triple", "left"))),
        ("jump", lab_of(leap(2, "drop"))),
        ("landing", lab_of(leap(2, "drop", knee_inward_cm=4.0, tibial_rotation_deg=6.0))),
        ("step-down", steps_lab(steps(2, n_repetitions=2))),
    )
    for test, lab in recordings:
        turned = lab_turned(lab, _frame(order, signs, heading_deg))
        one = measure.TESTS[test](Materials(labs=(lab,)))
        other = measure.TESTS[test](Materials(labs=(turned,)))
        _close(one, other)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["hop", "triple", "side"])
def test_mirroring_swaps_the_sides_and_nothing_else(kind: str) -> None:
    made = leap(5, kind, "left", n_rebounds=20)  # type: ignore[arg-type]
    one = measure.TESTS["hop"](in_lab(made))
    other = measure.TESTS["hop"](Materials(labs=(lab_mirrored(lab_of(made)),)))
    assert isinstance(one, measure.TestResult)
    assert isinstance(other, measure.TestResult)
    swapped = replace(
        one,
        trials=tuple(replace(trial, side=trial.side.opposite) for trial in one.trials),
        readings=tuple(replace(reading, side=reading.side.opposite) for reading in one.readings),
    )
    _close(swapped, other)
    for a, b in zip(one.trials, other.trials, strict=True):
        assert a.values == pytest.approx(b.values, rel=1e-3, abs=1e-3)


def test_mirroring_a_landing_or_a_step_down_swaps_the_sides_and_nothing_else() -> None:
    for test, lab in (
        ("landing", lab_of(leap(5, "drop", knee_inward_cm=4.0, tibial_rotation_deg=6.0))),
        ("step-down", steps_lab(steps(5, n_repetitions=2, side="right"))),
    ):
        one = measure.TESTS[test](Materials(labs=(lab,)))
        other = measure.TESTS[test](Materials(labs=(lab_mirrored(lab),)))
        by_side = {(each.measure, each.side): each.value for each in one.readings}
        swapped = {(each.measure, each.side.opposite): each.value for each in other.readings}
        assert by_side.keys() == swapped.keys()
        for key, value in by_side.items():
            assert swapped[key] == pytest.approx(value, rel=1e-3, abs=2e-3), key


@settings(max_examples=examples(10), deadline=None)
@given(_quaternions, _quaternions)
def test_turning_a_sensor_changes_no_reading(left: tuple[float, ...], right: tuple[float, ...]) -> None:
    made = leap(3, "rebound")
    feet = sensors_of(made, "left_foot", "right_foot")
    turned = tuple(_turned(each, q) for each, q in zip(feet, (left, right), strict=True))
    one = measure.TESTS["hop"](Materials(sensors=feet))
    _close(one, measure.TESTS["hop"](Materials(sensors=turned)), 0.01)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["hop", "rebound"])
def test_a_slower_sensor_gives_the_same_within_its_error(kind: str) -> None:
    fast = measure.TESTS["hop"](in_sensors(leap(4, kind, "left", rate_hz=200.0)))  # type: ignore[arg-type]
    slow = measure.TESTS["hop"](in_sensors(leap(4, kind, "left", rate_hz=100.0)))  # type: ignore[arg-type]
    for a, b in zip(fast.readings, slow.readings, strict=True):
        assert a.side is b.side is Side.LEFT
        assert abs(a.value - b.value) < 2.0 * np.hypot(a.error, b.error)


def test_swapping_the_names_of_the_feet_swaps_the_sides() -> None:
    left, right = sensors_of(leap(4, "hop", "left"), "left_foot", "right_foot")
    swapped = tuple(replace(each, info=replace(each.info, side=each.side.opposite)) for each in (left, right))
    one = measure.TESTS["hop"](Materials(sensors=(left, right)))
    other = measure.TESTS["hop"](Materials(sensors=swapped))
    assert {reading.side for reading in one.readings} == {Side.LEFT}
    assert {reading.side for reading in other.readings} == {Side.RIGHT}
    assert [a.value for a in one.readings] == [b.value for b in other.readings]
