"""Step-downs and squats with known truth, from markers, video and sensors; bad input."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from mortise import measure
from mortise.errors import SignalError
from mortise.measure._step_down import step_down_of
from mortise.measure.laboratory import LabRecording
from mortise.measure.materials import Materials
from mortise.measure.recording import Recording
from mortise.simulate.laboratory import trc_of
from mortise.simulate.recordings import csv_of
from mortise.simulate.step_downs import FictionalStepDown, fictional_step_down
from mortise.terms import Side
from tests.unit.measure.made_up_leaps import leap, plates_only, reading, without_markers


@cache
def steps(seed: int = 1, **more: Any) -> FictionalStepDown:
    """Return made-up step-downs, made once."""
    return fictional_step_down(seed, **more)


@cache
def lab(made: FictionalStepDown) -> LabRecording:
    """Read the markers of made-up step-downs from their TRC file."""
    return measure.read_lab(("steps.trc", trc_of(made.laboratory)))


def sensors(made: FictionalStepDown, side: Side = Side.LEFT) -> tuple[Recording, ...]:
    """Read foot and shank of made-up step-downs from their CSV files."""
    found = []
    for name, samples in made.sensors.items():
        (read,) = measure.read([(f"{name}.csv", csv_of(samples))], placement=samples.placement)
        found.append(replace(read, info=replace(read.info, side=side)))
    return tuple(found)


@pytest.mark.parametrize("side", ["left", "right"])
def test_every_value_is_the_true_one(side: str) -> None:
    made = steps(2, side=side, n_repetitions=5)
    result = step_down_of(Materials(labs=(lab(made),)))
    assert len(result.trials) == 5
    assert {trial.side.value for trial in result.trials} == {side}
    expected = {
        "step_down_dorsiflexion_deg": (made.dorsiflexion_deg, 1.0),
        "step_down_arch_drop_cm": (made.navicular_drop_cm, 0.1),
        "step_down_pelvis_drop_deg": (made.pelvis_drop_deg, 0.8),
        # a tenth of the way down is over when a repetition is said to begin
        "step_down_knee_medial_cm": (made.knee_inward_cm, 0.6),
    }
    for measure_id, (true, near) in expected.items():
        assert reading(result, measure_id).value == pytest.approx(float(np.median(true)), abs=near), (
            measure_id
        )
    for trial, true_s in zip(result.trials, made.deepest_s, strict=True):
        assert trial.values["deepest_s"] == pytest.approx(true_s, abs=0.06)
        assert trial.values["is_squat"] == 0.0
    assert [trial.values["depth_cm"] for trial in result.trials] == pytest.approx(made.depth_cm, abs=0.5)


def test_both_feet_on_the_floor_are_a_squat() -> None:
    result = step_down_of(Materials(labs=(lab(steps(3, is_squat=True)),)))
    assert len(result.trials) == 10
    assert {each.measure for each in result.readings} == {
        "squat_dorsiflexion_deg",
        "squat_knee_bend_deg",
        "squat_knee_medial_cm",
    }
    assert all("points" not in trial.values for trial in result.trials)


@pytest.mark.parametrize(("inward_cm", "points"), [(0.0, 0.0), (2.5, 1.0), (7.0, 2.0)])
def test_the_knee_gives_points_as_it_goes_inward(inward_cm: float, points: float) -> None:
    result = step_down_of(Materials(labs=(lab(steps(4, knee_inward_cm=inward_cm)),)))
    assert reading(result, "step_down_recorded_points").value == points


def test_a_dropping_pelvis_gives_a_point() -> None:
    made = steps(4, knee_inward_cm=0.0, pelvis_drop_deg=15.0)
    assert step_down_of(Materials(labs=(lab(made),))).trials[0].values["point_pelvis"] == 1.0


def test_tiring_shows_as_drift() -> None:
    made = steps(5, n_repetitions=6, inward_more_cm=0.6)
    result = step_down_of(Materials(labs=(lab(made),)))
    inward = made.knee_inward_cm
    true = float(np.mean(inward[-2:]) - np.mean(inward[:2]))
    found = reading(result, "step_down_knee_medial_drift_cm")
    assert found.value == pytest.approx(true, abs=0.4)
    assert found.error < 0.5


def test_sensors_on_foot_and_shank_bend_as_the_markers_do() -> None:
    made = steps(6)
    stood_deg = 16.3  # the made-up person stands with bent knees, and a sensor's zero is standing
    result = step_down_of(Materials(sensors=sensors(made)))
    found = reading(result, "step_down_dorsiflexion_deg")
    assert found.value == pytest.approx(float(np.median(made.dorsiflexion_deg)) - stood_deg, abs=5.0)
    assert "zero_is_standing" in found.quality
    alone = step_down_of(Materials(sensors=sensors(made)[1:]))
    assert reading(alone, "step_down_dorsiflexion_deg").value == pytest.approx(found.value, abs=1.0)
    assert "foot_taken_as_flat" in alone.trials[0].quality


def test_a_recording_that_begins_on_the_way_misses_one() -> None:
    made = steps(7)
    whole = lab(made)
    first = round(made.deepest_s[0] * 100) - 20
    cut = replace(
        whole,
        time_s=whole.time_s[first:] - whole.time_s[first],
        markers=tuple(replace(m, points_m=m.points_m[first:]) for m in whole.markers),
    )
    result = step_down_of(Materials(labs=(cut,)))
    assert len(result.trials) == 4
    assert result.n_trials_missing == 1


def test_a_foot_that_wanders_does_not_bear() -> None:
    whole = lab(steps(8, is_squat=True))
    slid = tuple(
        replace(m, points_m=m.points_m + np.outer(np.sin(np.arange(len(m.points_m)) / 15.0), [0.2, 0.0, 0.0]))
        if m.label[1:] in ("HEE", "TOE", "MT5")
        else m
        for m in whole.markers
    )
    with pytest.raises(SignalError, match="neither foot rests"):
        step_down_of(Materials(labs=(replace(whole, markers=slid),)))


def test_what_cannot_be_seen_is_refused_with_the_mend() -> None:
    whole = lab(steps(8))
    with pytest.raises(SignalError, match=r"not seen|which way is up|no step-down"):
        step_down_of(Materials(labs=(without_markers(whole, "ASI", "PSI", "HJC", "ANK", "MMA"),)))
    with pytest.raises(SignalError, match="a force plate alone"):
        step_down_of(plates_only(leap(1)))
    foot = sensors(steps(8))[0]
    with pytest.raises(SignalError, match="on the shin"):
        step_down_of(Materials(sensors=(foot,)))
    with pytest.raises(SignalError, match="no step-down or squat"):
        step_down_of(Materials())


def test_standing_is_no_repetition() -> None:
    whole = lab(steps(8))
    still = replace(
        whole,
        time_s=whole.time_s[:150],
        markers=tuple(replace(m, points_m=m.points_m[:150]) for m in whole.markers),
    )
    with pytest.raises(SignalError, match="no step-down or squat"):
        step_down_of(Materials(labs=(still,)))
