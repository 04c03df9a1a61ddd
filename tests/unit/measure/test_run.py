"""Running: contacts, flight, cadence, symmetry and contact pattern; walking is not running."""

from __future__ import annotations

from functools import cache

import jsonschema
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure import Materials
from mortise.measure._run import run_of
from mortise.simulate.recordings import csv_of
from mortise.simulate.running import FictionalRun, fictional_run
from mortise.simulate.trunk import fictional_trunk_walk
from mortise.terms import Side
from tests.unit.measure.made_up import read_walk, walk


@cache
def _made(
    strike_angle_deg: float = 14.0, contact_time_s: float = 0.25, asymmetry_ratio: float = 1.0
) -> FictionalRun:
    return fictional_run(
        1, strike_angle_deg=strike_angle_deg, contact_time_s=contact_time_s, asymmetry_ratio=asymmetry_ratio
    )


def _read(made: FictionalRun) -> tuple[measure.Recording, ...]:
    return measure.read(
        [("left_instep.csv", csv_of(made.left)), ("right_instep.csv", csv_of(made.right))], test="run"
    )


def _run(made: FictionalRun) -> measure.TestResult:
    return run_of(Materials(sensors=_read(made)))


def _value(result: measure.TestResult, name: str, side: Side = Side.NONE) -> measure.Reading:
    return next(r for r in result.readings if r.measure == name and r.side is side)


@pytest.mark.parametrize("contact_time_s", [0.2, 0.25, 0.3])
def test_contacts_cadence_length_and_flight_are_the_made_up_ones(contact_time_s: float) -> None:
    made = _made(contact_time_s=contact_time_s)
    result = _run(made)
    for side in (Side.LEFT, Side.RIGHT):
        contact = _value(result, "run_contact_time_s", side)
        assert abs(contact.value - contact_time_s) < 2.0 * contact.error
        flight = _value(result, "run_flight_time_s", side)
        assert abs(flight.value - (0.36 - contact_time_s)) < 2.0 * flight.error
        assert _value(result, "run_stride_length_m", side).value == pytest.approx(2.1, abs=0.1)
    assert _value(result, "run_cadence_spm").value == pytest.approx(120 / 0.72, rel=0.01)
    assert _value(result, "run_speed_m_s").value == pytest.approx(2.1 / 0.72, abs=0.15)
    assert result.n_trials_missing == 0
    found = [t for t in result.trials if t.is_counted and t.side is Side.LEFT]
    for trial in found:
        true = made.contacts_s["left"]
        nearest = true[np.argmin(np.abs(true[:, 0] - trial.start_s))]
        assert trial.start_s == pytest.approx(nearest[0], abs=0.025)
        assert trial.end_s == pytest.approx(nearest[1], abs=0.025)


def test_contact_pattern_is_told_from_the_angle() -> None:
    heel, flat = _run(_made()), _run(_made(strike_angle_deg=3.0))
    assert _value(heel, "run_heel_contact_ratio", Side.LEFT).value == 1.0
    assert _value(heel, "run_strike_angle_deg", Side.LEFT).value == pytest.approx(14.0, abs=3.0)
    assert _value(flat, "run_heel_contact_ratio", Side.LEFT).value < 0.2
    assert any("flat" in t.quality for t in flat.trials)


def test_a_foot_that_is_spared_shows_as_asymmetry() -> None:
    result = _run(_made(asymmetry_ratio=1.15))
    reading = _value(result, "run_contact_asymmetry_ratio")
    assert abs(reading.value - 1.15) < 2.0 * reading.error
    assert _value(_run(_made()), "run_contact_asymmetry_ratio").value < 1.05


def test_walking_is_refused_with_what_to_do() -> None:
    with pytest.raises(SignalError, match=r"this was walking|no swing|no stride") as caught:
        run_of(Materials(sensors=read_walk(walk())))
    assert caught.value.mend


def test_one_foot_gives_contact_and_no_flight() -> None:
    result = run_of(Materials(sensors=_read(_made())[:1]))
    assert not [r for r in result.readings if "flight" in r.measure]
    assert "one_foot" in _value(result, "run_contact_time_s", Side.LEFT).quality


def test_the_waist_tells_cadence_and_refuses_the_rest() -> None:
    made = fictional_trunk_walk(2, step_time_s=0.36, stride_length_m=1.4)
    belt = measure.read([("belt.csv", csv_of(made.samples))], placement="belt")
    result = run_of(Materials(sensors=belt))
    assert _value(result, "run_cadence_spm").value == pytest.approx(60 / 0.36, rel=0.02)
    assert any("contact time" in each.what for each in result.refused)


def test_turning_the_sensors_changes_nothing() -> None:
    recordings = _read(_made())
    turned = tuple(
        replace(each, acc_m_s2=each.acc_m_s2[:, [1, 2, 0]], gyr_rad_s=each.gyr_rad_s[:, [1, 2, 0]])
        for each in recordings
    )
    plain, other = (run_of(Materials(sensors=each)) for each in (recordings, turned))
    for a, b in zip(plain.readings, other.readings, strict=True):
        assert a.value == pytest.approx(b.value, abs=0.02 * max(1.0, abs(a.value))), a.measure


def test_a_gap_takes_its_contact_and_says_so() -> None:
    recordings = _read(_made())
    strike_s = float(_made().contacts_s["left"][8, 0])
    left = recordings[0]
    keep = (left.time_s < strike_s - 0.2) | (left.time_s > strike_s)
    hurt = replace(
        left, time_s=left.time_s[keep], acc_m_s2=left.acc_m_s2[keep], gyr_rad_s=left.gyr_rad_s[keep]
    )
    result = run_of(Materials(sensors=(hurt, recordings[1])))
    assert result.n_trials_missing + sum(each.n_missing for each in result.refused) >= 1


def test_standing_still_and_nothing_at_all_are_refused() -> None:
    left = _read(_made())[0]
    n = 1000
    still = replace(
        left,
        time_s=np.arange(n) / 200.0,
        acc_m_s2=np.tile([0.0, 0.0, 9.81], (n, 1)) + np.random.default_rng(1).normal(0, 0.03, (n, 3)),
        gyr_rad_s=np.random.default_rng(2).normal(0, 0.005, (n, 3)),
    )
    for sensors in ((still,), ()):
        with pytest.raises(SignalError) as caught:
            run_of(Materials(sensors=sensors))
        assert caught.value.mend


def test_the_door_is_open_and_the_result_follows_the_schema() -> None:
    result = measure.TESTS["run"](Materials(sensors=_read(_made())))
    plain = measure.to_plain(result, curves=True)
    jsonschema.validate(msgspec.json.decode(msgspec.json.encode(plain)), measure.schema())
