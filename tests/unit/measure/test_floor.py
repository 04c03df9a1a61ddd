"""Contacts and flights from plates, markers and sensors."""

from __future__ import annotations

import numpy as np
import pytest

from mortise.errors import SignalError
from mortise.measure._floor import Contact, flights_of, series_of
from mortise.measure._floor_body import floor_of_body
from mortise.measure._floor_plates import floor_of_loads, loads_of, together
from mortise.measure._floor_sensors import floor_of_sensors
from mortise.measure.axes import axes_of
from mortise.measure.markers import body_of_lab
from mortise.terms import Side
from tests.unit.measure.made_up import read_walk, walk
from tests.unit.measure.made_up_leaps import lab_of, leap, plate_of, sensors_of, without_markers


def _contact(side: Side, start_s: float | None, end_s: float | None) -> Contact:
    return Contact(side=side, start_s=start_s, end_s=end_s)


def test_a_flight_is_where_no_foot_touches() -> None:
    left, right = Side.LEFT, Side.RIGHT
    found = flights_of(
        {
            left: [_contact(left, None, 1.0), _contact(left, 1.4, 2.0), _contact(left, 2.5, None)],
            right: [_contact(right, None, 1.05), _contact(right, 1.42, None)],
        }
    )
    assert [(each.takeoff_s, each.landing_s) for each in found] == [(1.05, 1.4)]
    assert found[0].side is Side.NONE
    assert found[0].contact_s is None


def test_a_gap_longer_than_any_jump_is_no_flight() -> None:
    side = Side.LEFT
    assert flights_of({side: [_contact(side, 0.0, 1.0), _contact(side, 2.5, 3.0)]}) == ()
    assert flights_of({side: [_contact(side, 0.0, 1.0), _contact(side, 1.03, 3.0)]}) == ()
    assert flights_of({side: []}) == ()


def test_flights_that_follow_each_other_soon_are_a_series() -> None:
    side = Side.RIGHT
    ends = [(0.0, 1.0), (1.3, 1.6), (1.9, 2.2), (2.5, 5.0), (5.3, 6.0)]
    found = flights_of({side: [_contact(side, *each) for each in ends]})
    assert [len(each) for each in series_of(found)] == [3, 1]
    assert found[1].contact_s == pytest.approx(0.3)
    assert found[1].side is side


def _jump_force(offset_n: float = 0.0, limit_n: float = 1e9) -> np.ndarray:
    made = leap(2)
    force = made.laboratory.force_n[:, 2] + offset_n
    return np.minimum(force, limit_n)


@pytest.mark.parametrize("offset_n", [-60.0, 0.0, 8.0, 55.0])
def test_the_zero_of_the_plate_is_found_and_a_wrong_one_said(offset_n: float) -> None:
    loads = loads_of([plate_of(_jump_force(offset_n), 1600.0)])
    flights = floor_of_loads(loads).flights()
    assert len(flights) == 1
    true = leap(2).leaps[0]
    assert flights[0].flight_s == pytest.approx(true.landing_s - true.takeoff_s, abs=0.005)
    assert ("plate_zero_offset" in loads[0].flags) == (abs(offset_n) > 20.0)


def test_a_plate_at_its_limit_is_said() -> None:
    assert "plate_clipped" in loads_of([plate_of(_jump_force(limit_n=1200.0), 1600.0)])[0].flags
    assert "plate_clipped" not in loads_of([plate_of(_jump_force(), 1600.0)])[0].flags


def test_somebody_who_only_stands_leaves_the_zero_unknown() -> None:
    load = loads_of([plate_of(np.full(3000, 700.0) + np.sin(np.arange(3000)))])[0]
    assert load.flags == ("plate_zero_unknown",)
    assert floor_of_loads([load]).flights() == ()


def test_plates_are_summed_and_named_sides_kept() -> None:
    force = _jump_force() / 2.0
    loads = loads_of([plate_of(force, 1600.0, "l_ground"), plate_of(force, 1600.0, "right")])
    assert [load.side for load in loads] == [Side.LEFT, Side.RIGHT]
    assert together(loads).force_n == pytest.approx(2.0 * force, abs=2.0)
    assert loads_of([plate_of(np.zeros(500))]) == ()


def test_the_foot_on_a_plate_is_the_nearest() -> None:
    made = leap(3, "hop", "left")
    lab = lab_of(made)
    assert [load.side for load in loads_of(lab.plates, body_of_lab(lab))] == [Side.LEFT]
    both = lab_of(leap(3))
    assert [load.side for load in loads_of(both.plates, body_of_lab(both))] == [Side.NONE]


@pytest.mark.parametrize(
    ("kind", "side"),
    [
        ("countermovement", "both"),
        ("drop", "both"),
        ("hop", "left"),
        ("triple", "right"),
        ("rebound", "both"),
    ],
)
@pytest.mark.parametrize("seed", [1, 4])
def test_every_source_finds_every_flight(kind: str, side: str, seed: int) -> None:
    made = leap(seed, kind, side)  # type: ignore[arg-type]
    lab = lab_of(made)
    body = body_of_lab(lab)
    floors = {
        "plates": (floor_of_loads(loads_of(lab.plates, body)), 0.005),
        "markers": (floor_of_body(body, axes_of(body, lab.plates)), 0.013),
        "feet": (floor_of_sensors(sensors_of(made, "left_foot", "right_foot")), 0.012),
        "back": (floor_of_sensors(sensors_of(made, "lower_back")), 0.03),
    }
    for name, (floor, near_s) in floors.items():
        flights = floor.flights()
        assert len(flights) == len(made.leaps), name
        for flight, true in zip(flights, made.leaps, strict=True):
            assert flight.flight_s == pytest.approx(true.landing_s - true.takeoff_s, abs=near_s), name
            if name in ("markers", "feet"):
                assert flight.side.value == (side if side != "both" else "none"), name


def test_walking_is_no_hopping() -> None:
    assert floor_of_sensors(read_walk(walk())).flights() == ()


def test_a_step_with_one_foot_while_the_other_stands_is_no_flight() -> None:
    made = leap(1, "hop", "left")
    hopping, standing = sensors_of(made, "left_foot")[0], read_walk(walk())[1]
    n = min(len(hopping.time_s), int(1.5 * standing.rate_hz))
    still = type(standing)(
        info=standing.info,
        time_s=np.arange(len(hopping.time_s)) / hopping.rate_hz,
        acc_m_s2=np.tile(standing.acc_m_s2[:n].mean(axis=0), (len(hopping.time_s), 1)),
        gyr_rad_s=np.zeros((len(hopping.time_s), 3)),
    )
    assert len(floor_of_sensors([hopping]).flights()) == 1
    assert floor_of_sensors([hopping, still]).flights() == ()


def test_a_sensor_elsewhere_is_refused_with_the_mend() -> None:
    shin = measure_shank()
    with pytest.raises(SignalError, match="on the foot, at the lower back or at the belt") as refused:
        floor_of_sensors([shin])
    assert "instep" in refused.value.mend


def measure_shank():  # type: ignore[no-untyped-def]
    """Return a foot's recording that says it was worn on the shank."""
    from msgspec.structs import replace

    foot = sensors_of(leap(1), "left_foot")[0]
    return replace(foot, info=replace(foot.info, placement="shank"))


def test_a_body_without_feet_is_refused() -> None:
    lab = without_markers(lab_of(leap(1)), "HEE", "TOE", "MT5")
    body = body_of_lab(lab)
    with pytest.raises(SignalError, match="neither foot is seen"):
        floor_of_body(body, axes_of(body))


def test_a_foot_that_is_hidden_in_a_landing_makes_no_flight_up() -> None:
    made = leap(1, "hop", "left")
    lab = lab_of(made)
    first = round(made.leaps[0].landing_s * 100) - 6
    for marker in lab.markers:
        if marker.label in ("LHEE", "LTOE"):
            marker.points_m[first : first + 30] = np.nan
    try:
        body = body_of_lab(lab)
        assert floor_of_body(body, axes_of(body)).flights() == ()
    finally:
        lab_of.cache_clear()
