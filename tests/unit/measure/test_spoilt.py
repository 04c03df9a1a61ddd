"""Faults over tests: wrong units, axes, feet, rates, turned, slow, holed, clipped: refused, said, or without effect."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from mortise import measure
from mortise.errors import SignalError
from tests.unit.measure.spoilt import BASES, FAULTS, base, spoilt

ALL = [*FAULTS, "left and right changed over", "one rate wrong"]
# What says a fault aloud, when the numbers are not those of the sound recording.
SAYS = {
    "NaN": {"gaps", "empty_cells"},
    "clipped at 2 g and 250 degrees": {"acc_clipped", "gyr_clipped"},
    "25 Hz": {"low_rate"},
    "mirrored axes": {"axes_mirrored", "axes_contradict", "motion_contradicts"},
    "axes changed over": {"axes_contradict", "axes_mirrored", "motion_contradicts"},
    "turned midway": {"sensor_turned", "sensor_slipped"},
    "one rate wrong": {"rate_doubtful", "lengths_differ", "feet_disagree", "rate_contradicted"},
    "left and right changed over": {"feet_swapped"},
}
# One leg alone looks the same on either side: nothing shows that it was changed over.
ONE_SIDED = {"lunge", "range", "position", "heel-rise"}


@cache
def measured(test: str, fault: str) -> measure.MeasureResult | SignalError:
    """Measure a recording with a fault; a refusal is a value here."""
    if not base(test):
        pytest.skip(f"the recording for {test} is not there")
    try:
        return measure.TESTS[test](spoilt(test, fault))
    except SignalError as refusal:
        return refusal


def flags_of(result: Any) -> set[str]:
    """Return every flag of a result."""
    found = {flag for sensor in result.recording.sensors for flag in sensor.flags}
    return found | {flag for reading in result.readings for flag in reading.quality}


def wrong_in(result: Any, sound: Any) -> list[str]:
    """Return readings that differ from those of the sound recording by more than two standard errors, or are new."""
    before = {(r.measure, r.side): r for r in sound.readings}
    found = []
    for reading in result.readings:
        same = before.get((reading.measure, reading.side))
        if same is None:
            found.append(f"{reading.measure} is new")
        elif abs(reading.value - same.value) > 2.0 * (reading.error**2 + same.error**2) ** 0.5:
            found.append(f"{reading.measure}: {same.value} became {reading.value}")
    return found


@pytest.mark.parametrize("test", BASES)
def test_sound_recording_says_nothing_of_any_fault(test: str) -> None:
    sound = measured(test, "")
    assert not isinstance(sound, SignalError)
    assert not flags_of(sound) & set().union(*SAYS.values())


@pytest.mark.parametrize("fault", ALL)
@pytest.mark.parametrize("test", BASES)
def test_fault_is_refused_or_said_or_changes_nothing(test: str, fault: str) -> None:
    sound, result = measured(test, ""), measured(test, fault)
    if isinstance(result, SignalError):
        assert result.mend
        return
    if fault == "left and right changed over" and test in ONE_SIDED:
        return
    wrong = wrong_in(result, sound)
    assert not wrong or flags_of(result) & SAYS.get(fault, set()), wrong


CERTAIN = {
    ("gait", "axes changed over", "motion_contradicts"),
    ("gait", "left and right changed over", "feet_swapped"),
    ("gait", "turned midway", "sensor_turned"),
    ("gait", "one rate wrong", "feet_disagree"),
    ("run", "turned midway", "sensor_turned"),
    ("lunge", "axes changed over", "axes_contradict"),
    ("lunge", "one rate wrong", "rate_doubtful"),
    ("range", "axes changed over", "axes_contradict"),
    ("range", "turned midway", "sensor_turned"),
    ("range", "one rate wrong", "rate_doubtful"),
    ("position", "axes changed over", "axes_contradict"),
}


@pytest.mark.parametrize(("test", "fault", "flag"), sorted(CERTAIN))
def test_grave_fault_turns_the_verdict(test: str, fault: str, flag: str) -> None:
    result = measured(test, fault)
    assert not isinstance(result, SignalError)
    assert flag in flags_of(result)
    assert measure.verdict_of(result).trust is measure.Trust.NO


@pytest.mark.parametrize("fault", ["acceleration in g", "turning in degrees"])
@pytest.mark.parametrize("test", ["gait", "run", "jump", "landing"])
def test_wrong_unit_is_recognised_and_changes_no_number(test: str, fault: str) -> None:
    sound, result = measured(test, ""), measured(test, fault)
    assert not isinstance(result, SignalError)
    assert not isinstance(sound, SignalError)
    assert [r.value for r in result.readings] == pytest.approx([r.value for r in sound.readings], rel=0.01)
