"""The lunge finds its trials, gives the angle held, and says which trials do not count and why."""

from __future__ import annotations

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.simulate.recordings import fictional_lunge
from mortise.terms import Side
from tests.unit.measure.made_up import lunges, read_lunge, read_one, walk


@pytest.mark.parametrize("rate_hz", [25.0, 60.0, 100.0])
def test_angle_is_the_one_held_whatever_the_rate(rate_hz: float) -> None:
    made = fictional_lunge(4, angles_deg=(31.0, 33.0, 32.0), rate_hz=rate_hz)
    result = measure.lunge(read_lunge(made))
    assert [t.lunge_angle_deg for t in result.trials] == pytest.approx([31.0, 33.0, 32.0], abs=0.7)
    reading = result.readings[0]
    assert (reading.measure, reading.side, reading.unit, reading.n_trials) == (
        "lunge_angle_deg",
        Side.RIGHT,
        "deg",
        3,
    )
    assert reading.value == pytest.approx(32.0, abs=0.7)
    assert 1.0 <= reading.error < 3.0


def test_first_pinch_is_the_angle_at_the_mark() -> None:
    result = measure.lunge(read_lunge(lunges()))
    pinch = next(r for r in result.readings if r.measure == "first_pinch_angle_deg")
    assert pinch.value == pytest.approx(lunges().first_pinch_angle_deg, abs=1.5)


def test_mark_outside_every_lunge_is_refused_not_guessed() -> None:
    result = measure.lunge(read_lunge(fictional_lunge(3)), marks=(0.5,))
    assert [r.what for r in result.refused] == ["first pinch"]
    assert all(r.measure != "first_pinch_angle_deg" for r in result.readings)


@pytest.mark.parametrize(
    ("made", "flag"),
    [
        (fictional_lunge(3, hold_s=0.0, reach_s=0.9), "no_hold"),
        (fictional_lunge(3, reach_s=0.35), "too_fast"),
        (fictional_lunge(3, slip_deg=9.0, angles_deg=(36.0,)), "not_back_to_standing"),
    ],
    ids=["no hold", "too fast", "slipped"],
)
def test_trial_that_breaks_the_rules_does_not_count_and_says_why(made: object, flag: str) -> None:
    result = measure.lunge(read_lunge(made))  # type: ignore[arg-type]
    assert flag in result.trials[0].quality
    assert not result.trials[0].is_counted
    assert "few_trials" in result.readings[0].quality


def test_recording_that_ends_in_the_lunge_refuses_that_trial() -> None:
    recording = read_lunge(lunges())
    third = measure.lunge(recording).trials[2]
    keep = recording.time_s < third.peak_s
    cut = replace(
        recording,
        time_s=recording.time_s[keep],
        acc_m_s2=recording.acc_m_s2[keep],
        gyr_rad_s=recording.gyr_rad_s[keep],
    )
    result = measure.lunge(cut, marks=(measure.lunge(recording).trials[0].peak_s,))
    assert len(result.trials) == 2
    assert any(r.what == "trial" for r in result.refused)


def test_lunge_needs_a_shin_standing_and_a_lunge() -> None:
    with pytest.raises(SignalError, match="on the shin"):
        measure.lunge(read_one(walk().left))
    recording = read_lunge(lunges())
    still = recording.time_s < 1.8
    with pytest.raises(SignalError, match="too short"):
        measure.lunge(
            replace(
                recording,
                time_s=recording.time_s[still],
                acc_m_s2=recording.acc_m_s2[still],
                gyr_rad_s=recording.gyr_rad_s[still],
            )
        )
    shaken = replace(
        recording,
        gyr_rad_s=recording.gyr_rad_s + np.random.default_rng(1).normal(0, 3.0, recording.gyr_rad_s.shape),
    )
    with pytest.raises(SignalError, match="standing still"):
        measure.lunge(shaken)


def test_standing_all_the_time_is_no_lunge() -> None:
    made = fictional_lunge(3, angles_deg=(4.0, 4.0))
    with pytest.raises(SignalError, match="no lunge"):
        measure.lunge(read_lunge(made))


def test_result_is_json_of_the_published_schema_with_a_thin_trace() -> None:
    result = measure.lunge(read_lunge(lunges()))
    plain = msgspec.json.decode(msgspec.json.encode(measure.to_plain(result, curves=True)))
    jsonschema.validate(plain, measure.schema())
    assert len(result.curves[0].x) <= 600
    assert {"recording", "readings", "trials", "refused"} <= plain.keys()
