"""Made-up recordings are repeatable, differ by seed, and mean what they claim."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from mortise.simulate.recordings import csv_of, fictional_lunge, fictional_walk, phone_log_of


def test_same_seed_same_bytes_and_another_seed_another_walk() -> None:
    first, again, other = (
        fictional_walk(3, straight_m=4.0),
        fictional_walk(3, straight_m=4.0),
        fictional_walk(4, straight_m=4.0),
    )
    assert csv_of(first.left) == csv_of(again.left)
    assert csv_of(first.left) != csv_of(other.left)


def test_standing_foot_shows_gravity_and_no_turning() -> None:
    samples = fictional_walk(3, straight_m=4.0).right
    standing = samples.time_s < 1.0
    assert np.linalg.norm(samples.acc_m_s2[standing].mean(axis=0)) == pytest.approx(9.81, abs=0.15)
    assert np.linalg.norm(samples.gyr_rad_s[standing].mean(axis=0)) < 0.03


def test_planned_strides_follow_each_other_and_cover_the_way() -> None:
    made = fictional_walk(3, straight_m=6.0)
    for side in ("left", "right"):
        strides = [s for s in made.strides if s.side == side]
        for before, after in itertools.pairwise(strides):
            assert before.next_foot_strike_s == after.foot_strike_s
            assert after.foot_strike_s < after.foot_off_s < after.next_foot_strike_s
    assert 12.0 < sum(s.stride_length_m for s in made.strides if s.side == "left") < 18.0


def test_turning_sums_to_half_a_circle_for_the_gyroscope_too() -> None:
    samples = fictional_walk(3, straight_m=4.0).left
    standing = samples.time_s < 1.5
    up = samples.acc_m_s2[standing].mean(axis=0)
    bias = samples.gyr_rad_s[standing].mean(axis=0)
    # the foot is level in stance only, so this is rough; a lost or doubled turn would be far off
    turned = np.degrees(np.sum((samples.gyr_rad_s - bias) @ (up / np.linalg.norm(up))) / samples.rate_hz)
    assert turned == pytest.approx(180.0, abs=60.0)


def test_lunge_log_says_that_it_is_made_up() -> None:
    log = json.loads(phone_log_of(fictional_lunge(1, first_pinch_share=0.5).samples))
    assert log["is_simulated"] is True
    assert "fictional" in log["device"]
    assert len(log["marks"]) == 3
