"""Recordings without a gyroscope: used where physics allows, with a flag; refused with the reason elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mortise import measure
from mortise.errors import SignalError
from mortise.measure.materials import Materials
from mortise.simulate.ankle import fictional_heel_rises, fictional_range
from mortise.simulate.recordings import SensorSamples, csv_of, fictional_lunge
from mortise.simulate.standing import fictional_stand
from mortise.simulate.trunk import fictional_trunk_walk
from tests.unit.measure.made_up import walk
from tests.unit.measure.made_up_leaps import leap

DATA = Path(os.environ.get("MORTISE_DATA", "../shared/data"))


def alone(samples: SensorSamples, name: str, placement: str) -> Materials:
    """Read the acceleration of a sensor and nothing else, from a table with time."""
    lines = ["time_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2"]
    lines += [
        f"{t:.5f},{a[0]:.6f},{a[1]:.6f},{a[2]:.6f}"
        for t, a in zip(samples.time_s, samples.acc_m_s2, strict=True)
    ]
    body = ("\n".join(lines) + "\n").encode()
    return measure.open_files([(f"{name}.csv", body)], placement=placement)


def whole(samples: SensorSamples, name: str, placement: str) -> Materials:
    """Read the same sensor with its gyroscope."""
    return measure.open_files([(f"{name}.csv", csv_of(samples))], placement=placement)


def value(result: measure.MeasureResult, name: str) -> measure.Reading:
    """Return a reading by its measure."""
    return next(reading for reading in result.readings if reading.measure == name)


def both(test: str, samples: SensorSamples, name: str, placement: str) -> list[measure.MeasureResult]:
    """Measure with and without the gyroscope."""
    return [measure.TESTS[test](read(samples, name, placement)) for read in (whole, alone)]


def test_acceleration_alone_is_read_with_its_flag() -> None:
    sensor = alone(fictional_lunge(3, side="left").samples, "left_shank", "shank").sensors[0]
    assert "no_gyroscope" in sensor.info.flags
    assert not sensor.gyr_rad_s.any()
    assert any("no gyroscope" in note for note in sensor.info.notes)


@pytest.mark.parametrize("seed", [3, 4])
def test_static_angle_of_the_lunge_is_the_same(seed: int) -> None:
    full, bare = both("lunge", fictional_lunge(seed, side="left").samples, "left_shank", "shank")
    one, other = (value(each, "lunge_angle_deg") for each in (full, bare))
    assert other.value == pytest.approx(one.value, abs=1.5)
    assert "no_gyroscope" in other.quality


def test_rises_are_counted_and_timed_and_height_is_refused() -> None:
    full, bare = both("heel-rise", fictional_heel_rises(3).shank, "right_shank", "shank")
    assert value(bare, "heel_rise_count").value == value(full, "heel_rise_count").value
    assert value(bare, "heel_rise_period_s").value == pytest.approx(
        value(full, "heel_rise_period_s").value, abs=0.1
    )
    assert not [r for r in bare.readings if "height" in r.measure or "work" in r.measure]
    assert any("no gyroscope" in each.reason for each in bare.refused)
    assert all("no_gyroscope" in r.quality for r in bare.readings)


def test_jump_at_the_back_has_its_flight_time() -> None:
    full, bare = both("jump", leap(2, "countermovement").sensors["lower_back"], "back", "lower_back")
    one, other = (value(each, "jump_flight_time_s") for each in (full, bare))
    assert other.value == pytest.approx(one.value, abs=0.02)
    assert "no_gyroscope" in other.quality


def test_steps_at_the_waist_have_their_cadence() -> None:
    made = fictional_trunk_walk(3)
    full, bare = both("gait", made.samples, "belt", "belt")
    assert value(bare, "cadence_spm").value == pytest.approx(value(full, "cadence_spm").value, rel=0.02)
    assert "no_gyroscope" in value(bare, "cadence_spm").quality


def test_sway_from_the_force_alone_is_that_of_the_pendulum() -> None:
    full, bare = both("balance", fictional_stand(3, rate_hz=100.0, held_s=20.0).samples, "belt", "belt")
    for name in ("sway_velocity_mm_s", "sway_path_cm"):
        one, other = (value(each, name) for each in (full, bare))
        assert abs(other.value - one.value) < 2.0 * np.hypot(one.error, other.error)
    assert "no_gyroscope" in value(bare, "sway_path_cm").quality


@pytest.mark.parametrize(
    ("test", "samples", "name", "placement"),
    [
        ("gait", walk().left, "left_instep", "instep"),
        ("run", walk().left, "left_instep", "instep"),
        ("range", fictional_range(3).foot, "right_instep", "instep"),
        ("position", fictional_range(3).foot, "right_instep", "instep"),
        ("heel-rise", fictional_heel_rises(3).foot, "right_instep", "instep"),
        ("jump", leap(2, "countermovement").sensors["left_foot"], "left_foot", "instep"),
        ("landing", leap(2, "countermovement").sensors["left_foot"], "left_foot", "instep"),
        ("step-down", fictional_lunge(3, side="left").samples, "left_shank", "shank"),
    ],
)
def test_what_needs_turning_is_refused_with_what_does_not(
    test: str, samples: SensorSamples, name: str, placement: str
) -> None:
    with pytest.raises(SignalError, match="needs a gyroscope") as caught:
        measure.TESTS[test](alone(samples, name, placement))
    assert "From acceleration alone" in caught.value.mend


def test_real_waist_sensor_without_gyroscope_gives_its_cadence() -> None:
    path = DATA / "skdh-example/gait_input.npz"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    result = measure.TESTS["gait"](measure.open_files([path], placement="belt"))
    cadence = value(result, "cadence_spm")
    assert 90.0 < cadence.value < 125.0
    assert "no_gyroscope" in cadence.quality


def test_real_run_without_gyroscope_says_what_it_needs() -> None:
    path = DATA / "run-shoe-grf/Sample_test_data.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    with pytest.raises(SignalError, match="needs a gyroscope"):
        measure.TESTS["run"](measure.open_files([path], placement="instep"))


@pytest.mark.parametrize("test", ["lunge", "heel-rise"])
def test_real_run_and_walk_without_gyroscope_are_no_test_of_the_shin(test: str) -> None:
    run, waist = DATA / "run-shoe-grf/Sample_test_data.csv", DATA / "skdh-example/gait_input.npz"
    if not run.exists():
        pytest.skip(f"{run} is not there")
    for path, placement in ((run, "shank"), (run, None), (waist, "belt"), (waist, "shank")):
        with pytest.raises(SignalError, match=r"this is a walk|worn at: belt|none is said to be there"):
            measure.TESTS[test](measure.open_files([path], placement=placement))


def test_real_run_given_as_a_walk_is_not_to_be_relied_on() -> None:
    path = DATA / "run-shoe-grf/Sample_test_data.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    result = measure.TESTS["gait"](measure.open_files([path], placement="belt"))
    assert "running" in value(result, "cadence_spm").quality
    assert measure.verdict_of(result).trust is measure.Trust.NO
