"""Single, triple, side and repeated hops: height, times, distance, symmetry, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from mortise.errors import SignalError
from mortise.measure._hop import hop_of
from mortise.measure.materials import Materials
from mortise.terms import Side
from tests.unit.measure.made_up_leaps import (
    in_lab,
    in_sensors,
    lab_of,
    leap,
    markers_only,
    reading,
    without_markers,
)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_single_hop_has_height_and_distance(side: str) -> None:
    made = leap(2, "hop", side, end_s=2.5)
    for materials in (in_lab(made), markers_only(made)):
        result = hop_of(materials)
        assert reading(result, "hop_height_cm").side.value == side
        assert reading(result, "hop_height_cm").value == pytest.approx(made.heights_cm[0], abs=1.5)
        # 90 cm for the foot, less a foot of 19 cm to the metatarsal's head: 25 cm to the tip of the toe
        assert reading(result, "single_hop_cm").value == pytest.approx(90.0 - 19.0 / 0.75, abs=1.5)
        assert result.trials[0].is_counted
        assert result.n_trials_missing == 0


def test_a_triple_hop_is_one_way_of_three_hops() -> None:
    result = hop_of(in_lab(leap(4, "triple", "right", end_s=2.5)))
    assert [trial.values["place_in_series"] for trial in result.trials] == [1.0, 2.0, 3.0]
    assert reading(result, "triple_hop_cm").value == pytest.approx(270.0 - 19.0 / 0.75, abs=3.0)
    assert not [each for each in result.readings if each.measure == "single_hop_cm"]


def test_side_hops_are_told_from_repeated_ones_and_timed() -> None:
    made = leap(3, "side", "left", n_rebounds=20)
    result = hop_of(in_lab(made))
    expected = made.leaps[19].landing_s - made.leaps[0].takeoff_s
    assert reading(result, "side_hop_s").value == pytest.approx(expected, abs=0.01)
    # out from a left foot's standing place is to the left
    assert result.trials[0].values["outward_cm"] == pytest.approx(30.0, abs=0.5)
    on_the_spot = hop_of(in_lab(leap(3, "rebound", "left", n_rebounds=20)))
    assert not [each for each in on_the_spot.readings if each.measure == "side_hop_s"]


def test_too_few_side_hops_are_refused_with_how_many() -> None:
    result = hop_of(in_lab(leap(3, "side", "left", n_rebounds=12)))
    assert [(each.what, each.n_missing) for each in result.refused] == [("side hop", 8)]


def test_sensors_do_not_claim_sideways_or_distance() -> None:
    result = hop_of(in_sensors(leap(3, "side", "left", n_rebounds=20)))
    assert "side hop" in [each.what for each in result.refused]
    assert not [
        each for each in result.readings if each.measure.endswith("_cm") and "height" not in each.measure
    ]


def test_repeated_hops_have_reactive_strength_of_the_five_best() -> None:
    made = leap(6, "rebound", "both")
    flights = [leap_.landing_s - leap_.takeoff_s for leap_ in made.leaps]
    contacts = [b.takeoff_s - a.landing_s for a, b in zip(made.leaps[:-1], made.leaps[1:], strict=True)]
    true = sorted(
        (9.80665 * f**2 / 8.0 / c for f, c in zip(flights[1:], contacts, strict=True)), reverse=True
    )
    for materials in (in_lab(made), markers_only(made), in_sensors(made)):
        found = reading(hop_of(materials), "rebound_rsi_m_s")
        assert abs(found.value - float(np.mean(true[:5]))) < 2.5 * found.error
    assert reading(hop_of(in_lab(leap(6, "rebound", "right"))), "hop_rsi_m_s").side is Side.RIGHT


def test_both_sides_give_symmetry_the_smaller_over_the_greater() -> None:
    left, right = leap(1, "hop", "left"), leap(7, "hop", "right")
    result = hop_of(Materials(labs=(lab_of(left), lab_of(right))))
    low, high = sorted((left.heights_cm[0], right.heights_cm[0]))
    assert reading(result, "hop_height_symmetry_ratio").value == pytest.approx(low / high, abs=0.05)
    assert reading(result, "hop_distance_symmetry_ratio").value == pytest.approx(1.0, abs=0.05)


def test_a_landing_that_is_not_held_is_said() -> None:
    made = leap(2, "rebound", "left", n_rebounds=2)
    result = hop_of(in_lab(made))
    assert "not_held" not in result.trials[1].quality
    assert len(result.trials) == 2
    short = hop_of(in_lab(leap(2, "hop", "left", end_s=0.6)))
    assert "ends_early" in short.trials[0].quality


def test_the_other_foot_on_the_floor_ends_a_single_hop() -> None:
    made = leap(2, "hop", "left", end_s=2.5)
    lab = lab_of(made)
    from_frame = round((made.leaps[0].landing_s + 0.5) * 100)
    markers = []
    for marker in lab.markers:
        points = marker.points_m.copy()
        if marker.label in ("RHEE", "RTOE", "RMT5"):
            points[from_frame:, 2] = 0.03
        markers.append(replace(marker, points_m=points))
    result = hop_of(Materials(labs=(replace(lab, markers=tuple(markers), plates=()),)))
    assert "other_foot_down" in result.trials[0].quality
    assert not result.trials[0].is_counted


def test_hops_believed_missing_are_counted() -> None:
    made = leap(8, "rebound", "left", n_rebounds=12)
    foot = in_sensors(made, "left_foot").sensors[0]
    # the sensor lost everything from the fifth take-off to the sixth landing
    first = round((made.leaps[4].takeoff_s + 0.05) * foot.rate_hz)
    last = round((made.leaps[4].landing_s - 0.05) * foot.rate_hz)
    keep = np.r_[0:first, last : len(foot.time_s)]
    holed = replace(
        foot, time_s=foot.time_s[keep], acc_m_s2=foot.acc_m_s2[keep], gyr_rad_s=foot.gyr_rad_s[keep]
    )
    result = hop_of(Materials(sensors=(holed,)))
    assert len(result.trials) == 11
    assert result.n_trials_missing == 1
    assert hop_of(Materials(sensors=(foot,))).n_trials_missing == 0


def test_missing_markers_leave_the_plate() -> None:
    lab = without_markers(lab_of(leap(2, "hop", "left")), "HEE", "TOE", "MT5", "ANK", "MMA")
    result = hop_of(Materials(labs=(lab,)))
    assert reading(result, "hop_height_cm").method == "plate-20n/1"
    assert not [each for each in result.readings if each.measure == "single_hop_cm"]


def test_standing_is_no_hop() -> None:
    lab = lab_of(leap(2, "hop", "left"))
    still = replace(
        lab,
        plates=(),
        markers=tuple(replace(m, points_m=np.repeat(m.points_m[:1], 200, axis=0)) for m in lab.markers),
        time_s=np.arange(200) / 100.0,
    )
    with pytest.raises(SignalError, match="no hop was found"):
        hop_of(Materials(labs=(still,)))
