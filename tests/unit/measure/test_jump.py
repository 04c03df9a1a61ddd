"""Countermovement and drop jumps: height, times, reactive strength, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure._floor import Flight
from mortise.measure._floor_plates import loads_of
from mortise.measure._jump import jump_of
from mortise.measure._jump_force import push_of
from mortise.measure.materials import Materials
from mortise.terms import Side
from tests.unit.measure.made_up_leaps import (
    in_lab,
    in_sensors,
    lab_of,
    leap,
    markers_only,
    plate_of,
    plates_only,
    reading,
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_height_by_impulse_is_the_true_one(seed: int) -> None:
    made = leap(seed)
    found = reading(jump_of(in_lab(made)), "jump_height_cm")
    assert found.method == "impulse-momentum/1"
    assert found.value == pytest.approx(made.heights_cm[0], abs=1.0)
    assert found.error >= 0.7


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_a_plate_height_comes_from_the_time_in_the_air(seed: int) -> None:
    made = leap(seed)
    for materials, method in (
        (markers_only(made), "forefoot-markers/1"),
        (in_sensors(made), "foot-sensor/1"),
        (in_sensors(made, "lower_back"), "trunk-sensor/1"),
    ):
        found = reading(jump_of(materials), "jump_height_cm")
        assert found.method == method
        assert abs(found.value - made.heights_cm[0]) < 2.0 * found.error


def test_a_drop_jump_has_contact_time_and_reactive_strength() -> None:
    made = leap(5, "drop")
    true = made.leaps[0]
    for materials in (plates_only(made), markers_only(made), in_sensors(made)):
        result = jump_of(materials)
        found = reading(result, "drop_jump_rsi_m_s")
        contact_s = reading(result, "jump_contact_time_s").value
        arrival_s = 1.5 + np.sqrt(2 * 0.3 / 9.80665)
        assert contact_s == pytest.approx(true.takeoff_s - arrival_s, abs=0.02)
        expected = made.heights_cm[0] / 100.0 / (true.takeoff_s - arrival_s)
        assert abs(found.value - expected) < 2.5 * found.error
        assert not [each for each in result.readings if each.measure == "jump_height_cm"]
    drop = jump_of(plates_only(made)).trials[0].values
    assert drop["drop_height_cm"] == pytest.approx(30.0, abs=1.5)
    assert drop["height_impulse_cm"] == pytest.approx(made.heights_cm[0], abs=1.5)


def test_each_foot_on_its_own_plate_gives_the_share_of_each_leg() -> None:
    force = leap(1).laboratory.force_n[:, 2]
    lab = replace(
        lab_of(leap(1)),
        markers=(),
        plates=(plate_of(0.4 * force, 1600.0, "left"), plate_of(0.6 * force, 1600.0, "right")),
    )
    result = jump_of(Materials(labs=(lab,)))
    assert reading(result, "jump_push_symmetry_ratio").value == pytest.approx(0.667, abs=0.01)
    assert reading(result, "jump_landing_symmetry_ratio").value == pytest.approx(0.667, abs=0.01)
    assert result.trials[0].values["left_push_ratio"] == pytest.approx(0.4, abs=0.005)


def test_markers_and_forces_in_two_files_belong_together() -> None:
    lab = lab_of(leap(1))
    result = jump_of(Materials(labs=(replace(lab, plates=()), replace(lab, markers=()))))
    assert len(result.trials) == 1
    assert reading(result, "jump_height_cm").method == "impulse-momentum/1"


def test_no_quiet_standing_leaves_the_time_in_the_air() -> None:
    force = leap(1).laboratory.force_n[2000:5200, 2]
    noisy = force + 60.0 * np.sin(np.arange(len(force)) / 40.0) * (force > 30.0)
    result = jump_of(plates_only(leap(1), noisy))
    assert reading(result, "jump_height_cm").method == "plate-20n/1"
    assert "no_quiet_stance" in result.trials[0].quality


def test_a_second_jump_after_the_landing_is_said() -> None:
    made = leap(3, "rebound", n_rebounds=2)
    result = jump_of(plates_only(made))
    assert "steps_again" in result.trials[0].quality


def test_standing_still_is_no_jump() -> None:
    with pytest.raises(SignalError, match="no jump was found"):
        jump_of(plates_only(leap(1), np.full(5000, 690.0)))


def test_nothing_that_could_fly_is_refused_with_its_reason() -> None:
    foot = in_sensors(leap(1), "left_foot").sensors[0]
    shin = replace(foot, info=replace(foot.info, placement="shank"))
    with pytest.raises(SignalError, match="on the foot, at the lower back"):
        jump_of(Materials(sensors=(shin,)))
    with pytest.raises(SignalError, match="no jump was found"):
        jump_of(Materials())


@pytest.mark.parametrize("fault", ["nan", "empty", "short"])
def test_bad_force_is_refused_or_said(fault: str) -> None:
    force = leap(1).laboratory.force_n[:, 2].copy()
    if fault == "nan":
        force[:] = np.nan
    elif fault == "empty":
        force = force[:0]
    else:
        force = force[:40]
    with pytest.raises(SignalError):
        jump_of(plates_only(leap(1), force))


def test_a_sensor_with_a_hole_in_the_flight_gives_no_flight() -> None:
    foot = in_sensors(leap(1), "left_foot").sensors[0]
    first, last = (
        round(t * foot.rate_hz) for t in (leap(1).leaps[0].takeoff_s + 0.1, leap(1).leaps[0].landing_s - 0.1)
    )
    keep = np.r_[0:first, last : len(foot.time_s)]
    holed = replace(
        foot, time_s=foot.time_s[keep], acc_m_s2=foot.acc_m_s2[keep], gyr_rad_s=foot.gyr_rad_s[keep]
    )
    with pytest.raises(SignalError, match="no jump was found"):
        jump_of(Materials(sensors=(holed,)))


def test_25_samples_a_second_are_refused() -> None:
    foot = in_sensors(leap(1), "left_foot").sensors[0]
    slow = replace(
        foot,
        info=replace(foot.info, rate_hz=25.0),
        time_s=foot.time_s[::8],
        acc_m_s2=foot.acc_m_s2[::8],
        gyr_rad_s=foot.gyr_rad_s[::8],
    )
    with pytest.raises(SignalError, match="too few"):
        jump_of(Materials(sensors=(slow,)))


def test_the_push_needs_standing_still() -> None:
    loads = loads_of([plate_of(np.r_[np.linspace(0, 900, 800), np.zeros(400), np.linspace(0, 900, 800)])])
    flight = Flight(takeoff_s=0.8, landing_s=1.2, side=Side.NONE, landed=Side.NONE)
    assert push_of(loads, flight) is None


def test_the_schema_knows_the_result() -> None:
    result = jump_of(in_lab(leap(1)))
    plain = measure.to_plain(result, curves=True)
    assert plain["test"] == "jump"
    assert {event["name"] for event in plain["events"]} == {"take_off", "landing"}
    assert all(len(curve["x"]) <= 600 for curve in plain["curves"])
